"""verdicts.csv and breadth.csv: what the tests allow to be said, and how many lists rose."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.plan.model import span
from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.tables import keys
from basketbt.report.tables.accounts import ENTRY
from basketbt.results import Breadth, CaseResult, StudyResult, Verdict

VERDICTS = Layout(
    "verdicts",
    "one event × basket of the event study, over the window that is quoted",
    "事件研究：每个事件 × 组合一行，所引用的窗口",
    (
        keys.EVENT,
        keys.DAY_ZERO,
        keys.BASKET,
        keys.WINDOW,
        Column("model", "预期收益模型", "text", "of the registered test", "登记检验所用模型"),
        Column(
            "verdict",
            "结论",
            "text",
            "after all tests are counted: both (more than chance against the market, beyond the "
            "sector too), market_only, behind_sector, sector_unknown; alone (p below 5 % before "
            "counting only), sector_only, chance",
            "计入全部检验后：both相对市场与行业均显著；market_only、behind_sector、sector_unknown"
            "仅相对市场显著；alone仅单独显著；sector_only仅相对行业；chance不显著",
        ),
        Column("tested", "可检验", "flag", "whether there is a test", "是否有检验"),
        Column(
            "settled",
            "有定论",
            "flag",
            "the second test, share by share, does not contradict a significant verdict",
            "逐股检验不与显著结论相悖",
        ),
        Column(
            "market_changed",
            "市场结论改变",
            "text",
            "variants under which the answer against the market is another one",
            "使相对市场结论改变的方案",
            "none",
            "无",
        ),
        Column(
            "sector_changed",
            "行业结论改变",
            "text",
            "variants under which the answer beside the sector is another one",
            "使相对行业结论改变的方案",
            "none",
            "无",
        ),
        Column("compared", "可比方案数", "integer", "variants compared", "可比较的方案数"),
        Column(
            "not_compared",
            "不可比方案",
            "text",
            "variants that lack a test of the registered study",
            "缺少登记检验的方案",
            "none",
            "无",
        ),
    ),
)

_UNKNOWN = ("no list has a return", "无名单有收益率")

BREADTH = Layout(
    "breadth",
    "one event × book × weighting × rebalance × entry × publication date × window: the lists of "
    "that date together, composites left out",
    "每个事件 × 账簿 × 加权 × 再平衡 × 入场 × 发布日 × 窗口一行：该日名单整体，不计合成组合",
    (
        keys.EVENT,
        keys.DAY_ZERO,
        Column("calendar", "日历", "text", "home calendar of the lists", "名单所属交易日历"),
        keys.BOOK,
        keys.WEIGHTING,
        keys.REBALANCE,
        ENTRY,
        Column(
            "published",
            "发布日",
            "date",
            "publication date of the lists",
            "名单发布日",
            "accounts: the lists of every date that bought after their publication",
            "账户：各发布日中于发布后买入的名单",
        ),
        keys.WINDOW,
        keys.FIRST,
        keys.LAST,
        Column("end_date", "结束日", "date", "last session", "最后交易日"),
        Column("lists", "名单数", "integer", "lists with a return", "有收益率的名单数"),
        Column("unknown", "未知数", "integer", "lists without one", "无收益率的名单数"),
        Column(
            "median_return", "中位收益率", "decimal", "median of the lists", "中位数", *_UNKNOWN
        ),
        Column("lowest_return", "最低收益率", "decimal", "of the worst list", "最低", *_UNKNOWN),
        Column("highest_return", "最高收益率", "decimal", "of the best list", "最高", *_UNKNOWN),
        Column("rose", "上涨数", "integer", "lists above 0", "上涨的名单数"),
        Column("beat", "跑赢数", "integer", "lists ahead of the benchmark", "跑赢基准的名单数"),
        Column(
            "median_excess",
            "中位超额",
            "decimal",
            "median of their excess_return",
            "超额收益率中位数",
            "no levels of the benchmark, or no list has a return",
            "无基准点位，或无名单有收益率",
        ),
    ),
)


def verdicts_table(result: StudyResult) -> Table:
    """The rows of verdicts.csv."""
    rows = (_verdict(case, one) for case in result.cases for one in case.verdicts)
    return Table.of(VERDICTS, rows)


def _verdict(case: CaseResult, one: Verdict) -> dict[str, Value]:
    return {
        "event": case.case.event.id,
        "day0": str(case.case.day_zero.session),
        "basket": one.basket,
        "window": span(*one.window),
        "model": one.model,
        "verdict": one.kind,
        "tested": one.tested,
        "settled": one.settled,
        "market_changed": " ".join(one.market_changed),
        "sector_changed": " ".join(one.sector_changed),
        "compared": one.compared,
        "not_compared": " ".join(one.not_compared),
    }


def breadth_table(result: StudyResult) -> Table:
    """The rows of breadth.csv."""
    return Table.of(BREADTH, _breadth_rows(result))


def _breadth_rows(result: StudyResult) -> Iterator[dict[str, Value]]:
    for case in result.cases:
        for one in case.breadth:
            yield _breadth(case, one)


def _breadth(case: CaseResult, one: Breadth) -> dict[str, Value]:
    return {
        "event": case.case.event.id,
        "day0": str(case.case.day_zero.session),
        "calendar": case.case.calendar.name,
        "book": one.book,
        "weighting": one.weighting,
        "rebalance": one.rebalance,
        "entry": one.entry,
        "published": None if one.published is None else one.published.isoformat(),
        "window": one.window.label,
        "first_day": one.window.first,
        "last_day": one.window.last,
        "end_date": str(one.end),
        "lists": one.lists,
        "unknown": one.unknown,
        "median_return": one.median,
        "lowest_return": one.low,
        "highest_return": one.high,
        "rose": one.rose,
        "beat": one.beat,
        "median_excess": one.median_excess,
    }
