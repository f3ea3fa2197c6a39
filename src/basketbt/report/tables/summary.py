"""summary.csv and relative.csv: a row per event, basket, book, weighting, rebalance and window."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from basketbt.notes import unique
from basketbt.report.model import Column, Kind, Layout, Table, Value
from basketbt.report.tables import keys, summary_accounts
from basketbt.results import MEASURES, RELATIVE, Measure, StudyResult

KNOWLEDGE = Column(
    "knowledge",
    "可知性",
    "text",
    "hindsight: the window ends before a reader could trade on the list; available: it begins when "
    "he could; mixed: it straddles that session. An account that buys before is hindsight",
    "hindsight：窗口在读者可据名单交易之前结束；available：在此之后开始；mixed：跨越该日。账户早于该日买入者为hindsight",
)


def measure_column(measure: Measure) -> Column:
    """The column of a registered statistic."""
    kind: Kind = "decimal" if measure.unit == "decimal" else "ratio"
    return Column(
        measure.key,
        measure.label_zh,
        kind,
        measure.description_en,
        measure.description_zh,
        measure.undefined_en,
        measure.undefined_zh,
    )


PRICE_RETURN = Column(
    "price_return",
    "价格收益率",
    "decimal",
    "return without cash dividends (share changes are adjusted)",
    "不含现金分红的收益率（股本变动已调整）",
    "the prices do not tell cash dividends from share changes",
    "行情无法区分现金分红与股本变动",
)
_NO_FALL = ("it never fell, or has not recovered inside the window", "无回撤，或窗口内尚未恢复")
_MEASURE_COLUMNS = [measure_column(measure) for measure in MEASURES]

LAYOUT = Layout(
    "summary",
    "one event × basket × book × weighting × rebalance × window",
    "每个事件 × 组合 × 账簿 × 加权 × 再平衡 × 窗口一行",
    (
        *keys.WHERE,
        keys.WINDOW,
        KNOWLEDGE,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("start_date", "起始日", "date", "first session of the window", "窗口首个交易日"),
        Column("end_date", "结束日", "date", "last session of the window", "窗口最后交易日"),
        Column("sessions", "交易日数", "integer", "sessions in the window (T)", "窗口内交易日数"),
        Column("names", "成分数", "integer", "shares in the basket", "组合成分数"),
        Column(
            "names_priced",
            "有价成分数",
            "integer",
            "shares that carry weight in this window",
            "本窗口内有权重的成分数",
        ),
        Column(
            "benchmark",
            "基准",
            "text",
            "index behind the relative figures of this row",
            "本行相对指标所用指数",
        ),
        _MEASURE_COLUMNS[0],
        PRICE_RETURN,
        *_MEASURE_COLUMNS[1:],
        *(
            Column(f"drawdown_{key}", zh, "date", english, chinese, *_NO_FALL)
            for key, zh, english, chinese in (
                ("peak", "回撤起点", "last high before the maximum drawdown", "最大回撤前的高点"),
                ("trough", "回撤低点", "its lowest close", "最大回撤的低点"),
                ("recovery", "回撤恢复", "first close back at that high", "首次收复该高点"),
            )
        ),
        *summary_accounts.COLUMNS,
        keys.NOTES,
    ),
)

RELATIVE_LAYOUT = Layout(
    "relative",
    "one row of summary.csv × benchmark",
    "summary.csv每行 × 每个基准一行",
    (
        *keys.WHERE,
        keys.WINDOW,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("benchmark", "基准", "text", "index measured against", "比较指数"),
        *(measure_column(measure) for measure in RELATIVE),
        keys.NOTES,
    ),
)


def summary_table(result: StudyResult) -> Table:
    """The rows of summary.csv."""
    benchmark = result.plan.request.indexes[0]
    accounts = summary_accounts.account_rows(result, benchmark)
    return Table.of(LAYOUT, chain(_rows(result, benchmark), accounts))


def _rows(result: StudyResult, benchmark: str) -> Iterator[dict[str, Value]]:
    for quoted in keys.every_window(result):
        where, window, statistics, line = (
            quoted.where,
            quoted.window,
            quoted.statistics,
            quoted.line,
        )
        case = where.case.case
        yield {
            **quoted.cells(),
            "knowledge": case.knowledge(where.member, window),
            "start_date": str(case.session(window.first)),
            "end_date": str(case.session(window.last)),
            "sessions": window.last - window.first + 1,
            "names": len(case.baskets[where.member].constituents),
            "names_priced": int(statistics.shares.held[line].sum()),
            "benchmark": benchmark,
            "price_return": float(statistics.price_return[line]),
            **{key: float(values[line]) for key, values in statistics.own.values.items()},
            **summary_accounts.fall_cells(statistics.deepest[line]),
            **summary_accounts.EMPTY,
            "notes": unique([*statistics.notes[line], *case.notes[where.member]]),
        }


def relative_table(result: StudyResult) -> Table:
    """The rows of relative.csv: each row of summary.csv beside every benchmark of the study."""
    return Table.of(RELATIVE_LAYOUT, _relative_rows(result))


def _relative_rows(result: StudyResult) -> Iterator[dict[str, Value]]:
    for quoted in keys.every_window(result):
        against = zip(result.plan.request.indexes, quoted.statistics.beside, strict=True)
        for benchmark, beside in against:
            yield {
                **quoted.cells(),
                "benchmark": benchmark,
                **{one.key: float(beside.values[one.key][quoted.line]) for one in RELATIVE},
                "notes": tuple(beside.notes(quoted.line)),
            }
