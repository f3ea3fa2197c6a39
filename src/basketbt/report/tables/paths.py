"""levels.csv, drawdowns.csv, correlation.csv: the paths of the index books and how they fell."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.model import Block, Column, Layout, Table, Value
from basketbt.report.tables import keys
from basketbt.results import CaseResult, PathResult, StudyResult

LEVELS = Layout(
    "levels",
    "one event × basket × book × weighting × rebalance × purchase date × session; a window of "
    "summary.csv is the first rows of the path that was bought at its base_date",
    "每个事件 × 组合 × 账簿 × 加权 × 再平衡 × 买入日 × 交易日一行；summary.csv的窗口"
    "即同一base_date路径的前若干行",
    (
        *keys.WHERE,
        keys.BASE_DATE,
        Column("date", "日期", "date", "session", "交易日"),
        Column("day", "偏移", "integer", "session offset from day 0", "相对第0日的偏移"),
        Column(
            "level",
            "全收益点位",
            "level",
            "total-return level, 100 at the base",
            "全收益点位，基准日为100",
        ),
        Column(
            "price_level",
            "价格点位",
            "level",
            "level without cash dividends",
            "不含现金分红的点位",
            "the prices do not tell cash dividends from share changes",
            "行情无法区分现金分红与股本变动",
        ),
        Column(
            "drawdown",
            "回撤",
            "decimal",
            "level / highest level since the base - 1",
            "点位 / 基准日以来最高点位 - 1",
        ),
        Column(
            "benchmark_level",
            "基准点位",
            "level",
            "first benchmark, 100 at the base",
            "首个基准，基准日为100",
            "the benchmark has no level at the base",
            "基准在基准日无点位",
        ),
    ),
)

_OPEN = ("not recovered by the last session", "截至最后交易日尚未恢复")


def _lengths(span: str, zh: str, *, may_be_open: bool) -> tuple[Column, Column]:
    empty = _OPEN if may_be_open else ("", "")
    key = span.replace(" → ", "_to_")
    return (
        Column(f"{key}_sessions", f"{zh}交易日", "integer", f"sessions {span}", zh, *empty),
        Column(f"{key}_days", f"{zh}日历日", "integer", f"calendar days {span}", zh, *empty),
    )


DRAWDOWNS = Layout(
    "drawdowns",
    "one event × basket × book × weighting × rebalance × purchase date × fall, deepest first",
    "每个事件 × 组合 × 账簿 × 加权 × 再平衡 × 买入日 × 回撤一行，由深到浅",
    (
        *keys.WHERE,
        keys.BASE_DATE,
        Column("rank", "序号", "integer", "1 is the deepest of the path", "1为该路径最深"),
        Column("depth", "深度", "decimal", "level at the trough / peak - 1", "谷值 / 峰值 - 1"),
        Column("peak_date", "峰值日", "date", "session of the peak", "峰值所在交易日"),
        Column("trough_date", "谷值日", "date", "session of the trough", "谷值所在交易日"),
        Column(
            "recovery_date",
            "恢复日",
            "date",
            "first session back at the peak's level",
            "重回峰值的首个交易日",
            *_OPEN,
        ),
        Column(
            "recovered", "已恢复", "flag", "true once the peak's level is seen again", "是否恢复"
        ),
        *_lengths("peak → trough", "峰→谷", may_be_open=False),
        *_lengths("trough → recovery", "谷→恢复", may_be_open=True),
        *_lengths("peak → recovery", "峰→恢复", may_be_open=True),
    ),
)

_SHORT = ("fewer than 3 sessions, or a basket that did not move", "不足3个交易日，或组合无变动")

CORRELATION = Layout(
    "correlation",
    "one event × book × weighting × rebalance × pair of baskets",
    "每个事件 × 账簿 × 加权 × 再平衡 × 每对组合一行",
    (
        *keys.WHERE,
        Column("other", "另一组合", "text", "id of the other basket", "另一组合编号"),
        keys.BASE_DATE,
        Column("end_date", "结束日", "date", "last session", "最后交易日"),
        Column("sessions", "交易日数", "integer", "daily returns (T)", "日收益个数（T）"),
        Column(
            "correlation",
            "相关系数",
            "ratio",
            "Pearson correlation of daily total returns",
            "每日全收益的皮尔逊相关系数",
            *_SHORT,
        ),
    ),
)


def path_tables(result: StudyResult) -> tuple[Table, Table, Table]:
    """The three tables of a result's index books."""
    return (
        Table.of(LEVELS, (_levels(where, path) for where, path in _paths(result))),
        Table.of(DRAWDOWNS, (row for where, path in _paths(result) for row in _falls(where, path))),
        Table.of(CORRELATION, (row for case in result.cases for row in _correlation(case))),
    )


def _paths(result: StudyResult) -> Iterator[tuple[keys.Where, PathResult]]:
    for where in keys.everywhere(result):
        for path in where.book.paths:
            yield where, path


def _levels(where: keys.Where, found: PathResult) -> Block:
    path, member = found.path, where.member
    return {
        **where.cells(),
        "base_date": str(found.dates[0]),
        "date": found.dates.astype(str).tolist(),
        "day": list(range(path.first - 1, path.first - 1 + len(found.dates))),
        "level": path.total.levels[:, member].tolist(),
        "price_level": path.price_levels[:, member].tolist(),
        "drawdown": found.drawdowns[:, member].tolist(),
        "benchmark_level": found.benchmark.tolist(),
    }


def _falls(where: keys.Where, found: PathResult) -> Iterator[dict[str, Value]]:
    for rank, fall in enumerate(found.falls[where.member], start=1):
        took = fall.durations
        yield {
            **where.cells(),
            "base_date": str(found.dates[0]),
            "rank": rank,
            "depth": fall.depth,
            "peak_date": str(fall.peak),
            "trough_date": str(fall.trough),
            "recovery_date": None if fall.recovery is None else str(fall.recovery),
            "recovered": fall.recovery is not None,
            "peak_to_trough_sessions": took.sessions_to_trough,
            "peak_to_trough_days": took.days_to_trough,
            "trough_to_recovery_sessions": took.sessions_to_recovery,
            "trough_to_recovery_days": took.days_to_recovery,
            "peak_to_recovery_sessions": took.sessions_total,
            "peak_to_recovery_days": took.days_total,
        }


def _correlation(case: CaseResult) -> Iterator[dict[str, Value]]:
    """Every pair once, on the path bought before day 0."""
    baskets = case.case.baskets
    for book in case.books:
        dates = book.correlated.dates
        for member in range(len(baskets)):
            for other in range(member + 1, len(baskets)):
                yield {
                    **keys.Where(case, book, member).cells(),
                    "other": baskets[other].id,
                    "base_date": str(dates[0]),
                    "end_date": str(dates[-1]),
                    "sessions": len(dates) - 1,
                    "correlation": float(book.correlation[member, other]),
                }
