"""drawdowns.csv: every fall from a peak, with its dates and lengths."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.tables import keys
from basketbt.results import StudyResult
from basketbt.statistics.drawdowns import durations, episodes

_OPEN = ("not recovered by the last session", "截至最后交易日尚未恢复")


def _lengths(span: str, zh: str, *, may_be_open: bool) -> tuple[Column, Column]:
    empty = _OPEN if may_be_open else ("", "")
    key = span.replace(" → ", "_to_")
    return (
        Column(f"{key}_sessions", f"{zh}交易日", "integer", f"sessions {span}", zh, *empty),
        Column(f"{key}_days", f"{zh}日历日", "integer", f"calendar days {span}", zh, *empty),
    )


LAYOUT = Layout(
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


def drawdowns_table(result: StudyResult) -> Table:
    """The rows of drawdowns.csv."""
    return Table.of(LAYOUT, _rows(result))


def _rows(result: StudyResult) -> Iterator[dict[str, Cell]]:
    for where in keys.everywhere(result):
        for path in where.book.book.paths.values():
            levels = path.total.levels[:, where.member]
            sessions = where.case.panel.sessions[path.base : path.base + len(levels)]
            deepest_first = sorted(episodes(levels), key=lambda episode: episode.depth)
            for rank, episode in enumerate(deepest_first, start=1):
                took = durations(episode, sessions)
                recovery = None if episode.recovery is None else str(sessions[episode.recovery])
                yield {
                    **where.cells(),
                    "base_date": str(sessions[0]),
                    "rank": rank,
                    "depth": episode.depth,
                    "peak_date": str(sessions[episode.peak]),
                    "trough_date": str(sessions[episode.trough]),
                    "recovery_date": recovery,
                    "recovered": episode.recovered,
                    "peak_to_trough_sessions": took.sessions_to_trough,
                    "peak_to_trough_days": took.days_to_trough,
                    "trough_to_recovery_sessions": took.sessions_to_recovery,
                    "trough_to_recovery_days": took.days_to_recovery,
                    "peak_to_recovery_sessions": took.sessions_total,
                    "peak_to_recovery_days": took.days_total,
                }
