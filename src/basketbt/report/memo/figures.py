"""Picking from a result the few figures a memo quotes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.windows import PRICES_END, WindowStatistics
from basketbt.baskets.model import Basket
from basketbt.market.dayzero import publication_day
from basketbt.notes import Language
from basketbt.plan.model import Case, Window, WindowKind, span
from basketbt.report.phrases import Phrase
from basketbt.results import BookResult, CaseResult
from basketbt.statistics.drawdowns import Episode, episodes

# Windows a headline quotes if the study has them: to the first session after the holiday, and a
# month.
FAVOURITES = ((0, 5), (0, 20))
_SEE_NOTES = Phrase("summary.csv says why", "原因见summary.csv备注")


@dataclass(frozen=True)
class Reader:
    """One basket in the memo's book: the first weighting and rebalance of the study."""

    case: CaseResult
    member: int

    @property
    def book(self) -> BookResult:
        return self.case.books[0]

    @property
    def basket(self) -> Basket:
        return self.case.case.baskets[self.member]

    def find(
        self, kind: WindowKind, first: int | None = None, last: int | None = None
    ) -> Found | None:
        """This basket's window of a kind (and span), with its statistics."""
        for window, statistics in self.book.windows:
            wanted = window.kind == kind and first in (None, window.first)
            if wanted and last in (None, window.last) and self.member in statistics.members:
                return Found(self, window, statistics, statistics.members.index(self.member))
        return None

    def headline(self) -> list[Found]:
        """The favourite windows, or else the first two of the study."""
        found = [self.find("fixed", a, b) for a, b in headline_windows(self.case.case)]
        return [one for one in found if one is not None]

    def longest(self) -> Found | None:
        """The fixed window from day 0 that reaches furthest; without one, the longest."""
        fixed = [window for window, _ in self.book.windows if window.kind == "fixed"]
        best = max(fixed, key=lambda w: (w.first == 0, w.last - w.first), default=None)
        return None if best is None else self.find("fixed", best.first, best.last)


@dataclass(frozen=True)
class Found:
    """One window of one basket, ready to be quoted."""

    reader: Reader
    window: Window
    statistics: WindowStatistics
    column: int

    def __getitem__(self, key: str) -> float:
        """A measure; NaN where it is undefined."""
        return float(self.statistics.own.values[key][self.column])

    @property
    def known(self) -> bool:
        """Whether the window has a return at all."""
        return not math.isnan(self["total_return"])

    def why_unknown(self, language: Language) -> str:
        """Why it has none, without a full stop."""
        notes = self.statistics.notes[self.column]
        ends = [note.text(language) for note in notes if note.kind == PRICES_END]
        return ends[0] if ends else (_SEE_NOTES.say(language))

    @property
    def first_session(self) -> str:
        return str(self.reader.case.case.session(self.window.first))

    @property
    def last_session(self) -> str:
        return str(self.reader.case.case.session(self.window.last))

    @property
    def held(self) -> NDArray[np.intp]:
        """Columns of the shares that were in the basket by the window's end."""
        held = self.statistics.path.held(self.statistics.end_row)
        return np.flatnonzero(held[self.reader.member])

    def extremes(self, language: Language) -> tuple[tuple[str, float], tuple[str, float]]:
        """The largest and the smallest contribution: (share, part of the return) each."""
        path = self.statistics.path
        parts = path.total.contributions(self.statistics.end_row)[self.reader.member]
        held = self.held
        order = held[np.argsort(parts[held], kind="stable")]
        # As printed, to a tenth of a point: what rounds to nothing neither gave nor took.
        parts = np.round(parts, 3) + 0.0
        symbols = self.reader.case.panel.symbols
        best, worst = int(order[-1]), int(order[0])
        return (
            (self._name(symbols[best], language), float(parts[best])),
            (self._name(symbols[worst], language), float(parts[worst])),
        )

    def _name(self, symbol: str, language: Language) -> str:
        for constituent in self.reader.basket.constituents:
            if constituent.symbol == symbol:
                return f"{constituent.name_zh} {symbol}"
        return symbol

    def deepest(self) -> tuple[Episode, str, str, str | None] | None:
        """The deepest fall inside the window with its peak, trough and recovery dates."""
        levels = self.statistics.path.total.levels[: self.statistics.end_row + 1]
        falls = episodes(levels[:, self.reader.member])
        if not falls:
            return None
        worst = min(falls, key=lambda episode: episode.depth)
        base = self.statistics.path.base
        dates = self.reader.case.panel.sessions[base:].astype(str)
        recovery = None if worst.recovery is None else str(dates[worst.recovery])
        return worst, str(dates[worst.peak]), str(dates[worst.trough]), recovery


def headline_windows(case: Case) -> list[tuple[int, int]]:
    """The two windows a headline quotes: the favourites, else what reaches furthest from day 0."""
    fixed = [(w.first, w.last) for w in case.distinct_windows if w.kind == "fixed"]
    from_day_zero = sorted((w for w in fixed if w[0] == 0), key=lambda w: -w[1])
    chosen = list(dict.fromkeys([*(w for w in FAVOURITES if w in fixed), *from_day_zero, *fixed]))
    return sorted(chosen[:2])


def common_span(everyone: list[Reader], kind: WindowKind) -> str:
    """The offsets of a publication window, where all lists share them; else nothing."""
    spans = {span(f.window.first, f.window.last) for r in everyone if (f := r.find(kind))}
    return f" {spans.pop()}" if len(spans) == 1 else ""


def readers(case: CaseResult) -> list[Reader]:
    return [Reader(case, member) for member in range(len(case.case.baskets))]


def publication(reader: Reader) -> tuple[str, str, int]:
    """Publication date, first session a reader could trade, and its offset from day 0."""
    case = reader.case.case
    published = reader.basket.source.published
    session = publication_day(published, case.calendar)
    return (
        published.isoformat(),
        str(session),
        case.calendar.distance(case.day_zero.session, session),
    )


def median(values: list[float]) -> float:
    """The median of the defined values; NaN if there is none."""
    defined = [value for value in values if not math.isnan(value)]
    return float(np.median(defined)) if defined else math.nan
