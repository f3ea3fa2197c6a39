"""correlation.csv: how far the baskets of a study moved together, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.tables import keys
from basketbt.results import CaseResult, StudyResult
from basketbt.statistics.relative import correlation_matrix
from basketbt.statistics.returns import simple_returns

_SHORT = ("fewer than 3 sessions, or a basket that did not move", "不足3个交易日，或组合无变动")

LAYOUT = Layout(
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


def correlation_table(result: StudyResult) -> Table:
    """The rows of correlation.csv: every pair once, on the path bought before day 0."""
    return Table.of(LAYOUT, (row for case in result.cases for row in _rows(case)))


def _rows(case: CaseResult) -> Iterator[dict[str, Cell]]:
    for book in case.books:
        paths = book.book.paths
        path = paths.get(0, paths[min(paths)])
        found = correlation_matrix(simple_returns(path.total.levels))
        sessions = len(path.total.levels) - 1
        dates = case.panel.sessions[path.base : path.base + sessions + 1]
        for member in range(len(case.case.baskets)):
            where = keys.Where(case, book, member)
            for other in range(member + 1, len(case.case.baskets)):
                yield {
                    **where.cells(),
                    "other": case.case.baskets[other].id,
                    "base_date": str(dates[0]),
                    "end_date": str(dates[-1]),
                    "sessions": sessions,
                    "correlation": float(found[member, other]),
                }
