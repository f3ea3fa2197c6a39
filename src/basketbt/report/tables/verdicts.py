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
    (
        keys.EVENT,
        keys.DAY_ZERO,
        keys.BASKET,
        keys.WINDOW,
        Column("model", "text"),
        Column("verdict", "text"),
        Column("tested", "flag"),
        Column("settled", "flag"),
        Column("market_changed", "text"),
        Column("sector_changed", "text"),
        Column("compared", "integer"),
        Column("not_compared", "text"),
    ),
)

BREADTH = Layout(
    "breadth",
    (
        keys.EVENT,
        keys.DAY_ZERO,
        Column("calendar", "text"),
        keys.BOOK,
        keys.WEIGHTING,
        keys.REBALANCE,
        ENTRY,
        Column("published", "date"),
        keys.WINDOW,
        keys.FIRST,
        keys.LAST,
        Column("end_date", "date"),
        Column("lists", "integer"),
        Column("unknown", "integer"),
        Column("median_return", "decimal"),
        Column("lowest_return", "decimal"),
        Column("highest_return", "decimal"),
        Column("rose", "integer"),
        Column("beat", "integer"),
        Column("median_excess", "decimal"),
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
