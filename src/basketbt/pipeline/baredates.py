"""The step that asks what a reader had who knew a list on the morning of its bare date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from basketbt.config.study import StudyConfig
from basketbt.engine.book import index_book
from basketbt.engine.windows import WindowStatistics, window_statistics
from basketbt.pipeline.books import policies_of
from basketbt.plan.baredates import morning_window
from basketbt.plan.model import Window
from basketbt.results import BareDate, CaseResult


def with_bare_dates(config: StudyConfig, result: CaseResult) -> CaseResult:
    """The case with a row for each list of a bare date, by the first index book."""
    case = result.case
    mornings: dict[Window, list[int]] = {}
    for member in range(len(case.baskets)):
        window = morning_window(case, member)
        if window is not None:
            mornings.setdefault(window, []).append(member)
    if not mornings or not result.books:
        return result
    book = result.books[0].book
    found = index_book(
        result.panel,
        zero=result.zero,
        starts={one.first: one.last for one in mornings},
        baskets=case.baskets,
        weighting=book.weighting,
        rebalance=book.rebalance,
        policies=policies_of(config),
    )
    rows: list[BareDate] = []
    for window, members in mornings.items():
        morning = window_statistics(
            result.panel,
            found.paths[window.first],
            last=window.last,
            members=members,
            yardsticks=result.yardsticks,
        )
        rows += (_bare_date(result, one, window, morning) for one in members)
    return replace(result, bare_dates=tuple(sorted(rows, key=lambda row: row.member)))


def _bare_date(
    result: CaseResult, member: int, window: Window, morning: WindowStatistics
) -> BareDate:
    """The row of one list: its ``morning`` window beside the one after that day's close."""
    later, cautious = next(
        (own, statistics)
        for own, statistics in result.books[0].windows
        if own.kind == "available" and member in statistics.members and own.last == window.last
    )
    return BareDate(
        member=member,
        morning=window,
        available=later,
        morning_return=_value(morning, member, "total_return"),
        morning_excess=_value(morning, member, "excess_return"),
        available_return=_value(cautious, member, "total_return"),
        available_excess=_value(cautious, member, "excess_return"),
    )


def _value(statistics: WindowStatistics, member: int, key: str) -> float:
    return float(np.asarray(statistics.own.values[key])[statistics.members.index(member)])
