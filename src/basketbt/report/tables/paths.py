"""levels.csv, drawdowns.csv, correlation.csv: the paths of the index books and how they fell."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.model import Block, Column, Layout, Table, Value
from basketbt.report.tables import keys
from basketbt.results import CaseResult, PathResult, StudyResult

LEVELS = Layout(
    "levels",
    (
        *keys.WHERE,
        keys.BASE_DATE,
        Column("date", "date"),
        Column("day", "integer"),
        Column("level", "level"),
        Column("price_level", "level"),
        Column("drawdown", "decimal"),
        Column("benchmark_level", "level"),
    ),
)

DRAWDOWNS = Layout(
    "drawdowns",
    (
        *keys.WHERE,
        keys.BASE_DATE,
        Column("rank", "integer"),
        Column("depth", "decimal"),
        Column("peak_date", "date"),
        Column("trough_date", "date"),
        Column("recovery_date", "date"),
        Column("recovered", "flag"),
        *(
            Column(f"{leg}_{unit}", "integer")
            for leg in ("peak_to_trough", "trough_to_recovery", "peak_to_recovery")
            for unit in ("sessions", "days")
        ),
    ),
)

CORRELATION = Layout(
    "correlation",
    (
        *keys.WHERE,
        Column("other", "text"),
        keys.BASE_DATE,
        Column("end_date", "date"),
        Column("sessions", "integer"),
        Column("correlation", "ratio"),
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
        yield {
            **where.cells(),
            "base_date": str(found.dates[0]),
            "rank": rank,
            "depth": fall.depth,
            "peak_date": str(fall.peak),
            "trough_date": str(fall.trough),
            "recovery_date": None if fall.recovery is None else str(fall.recovery),
            "recovered": fall.recovery is not None,
            "peak_to_trough_sessions": fall.sessions_to_trough,
            "peak_to_trough_days": fall.days_to_trough,
            "trough_to_recovery_sessions": fall.sessions_to_recovery,
            "trough_to_recovery_days": fall.days_to_recovery,
            "peak_to_recovery_sessions": fall.sessions_total,
            "peak_to_recovery_days": fall.days_total,
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
