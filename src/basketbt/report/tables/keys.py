"""Columns that several tables share, so that rows of different tables can be joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basketbt.plan.model import Window
from basketbt.report.model import Column, Value
from basketbt.results import BookResult, CaseResult, StudyResult

if TYPE_CHECKING:
    from basketbt.engine.windows import WindowStatistics

EVENT = Column("event", "text")
DAY_ZERO = Column("day0", "date")
BASKET = Column("basket", "text")
BOOK = Column("book", "text")
WEIGHTING = Column("weighting", "text")
REBALANCE = Column("rebalance", "text")
WINDOW = Column("window", "text")
FIRST = Column("first_day", "integer")
LAST = Column("last_day", "integer")
BASE_DATE = Column("base_date", "date")
PRICES = Column("prices", "text")
NOTES = Column("notes", "notes")


@dataclass(frozen=True)
class Where:
    """One basket in one book of one case."""

    case: CaseResult
    book: BookResult
    member: int

    def cells(self) -> dict[str, Value]:
        """The cells under EVENT … REBALANCE."""
        return {
            "event": self.case.case.event.id,
            "day0": str(self.case.case.day_zero.session),
            "basket": self.case.case.baskets[self.member].id,
            "book": "index",
            "weighting": self.book.book.weighting.label,
            "rebalance": self.book.book.rebalance.label,
        }


def prices_cell(result: StudyResult) -> str:
    """The cell under PRICES, in no language: ``sample 2023-03-01..2025-06-30``."""
    values = dict(result.prices.values)
    return f"{result.cases[0].panel.source} {values['first']}..{values['last']}"


WHERE = (EVENT, DAY_ZERO, BASKET, BOOK, WEIGHTING, REBALANCE)


def everywhere(result: StudyResult) -> Iterator[Where]:
    """Every basket in every book, in the order of the study."""
    for case in result.cases:
        for book in case.books:
            for member in range(len(case.case.baskets)):
                yield Where(case, book, member)


@dataclass(frozen=True)
class Quoted:
    """One window of one basket in one book; ``line`` is its place in ``statistics``."""

    where: Where
    window: Window
    statistics: WindowStatistics
    line: int

    def cells(self) -> dict[str, Value]:
        """The cells under EVENT … REBALANCE, WINDOW … LAST and BASE_DATE."""
        case, window = self.where.case.case, self.window
        return {
            **self.where.cells(),
            "window": window.label,
            "first_day": window.first,
            "last_day": window.last,
            "base_date": str(case.session(window.first - 1)),
        }


def every_window(result: StudyResult) -> Iterator[Quoted]:
    """Every window of every basket in every book, in the order of the study."""
    for where in everywhere(result):
        for window, statistics in where.book.windows:
            if where.member in statistics.members:
                yield Quoted(where, window, statistics, statistics.members.index(where.member))
