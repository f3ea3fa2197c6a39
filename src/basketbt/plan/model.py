"""What a plan is made of: windows, an event as one calendar met it, and the whole study."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from basketbt.config.study import StudyConfig
from basketbt.data.bars import Dates, PriceRequest
from basketbt.lists.model import Basket
from basketbt.market.calendars import Calendar, calendar, sessions_per_year
from basketbt.market.clock import Event
from basketbt.market.dayzero import DayZero, Publication, publication
from basketbt.market.indexes import EQUAL_MARKET
from basketbt.notes import Note

# Quoted if the study has them: to the first session after the holiday, and a month.
_FAVOURITES = ((0, 5), (0, 20))

WindowKind = Literal["fixed", "hindsight", "available", "horizon"]
Knowledge = Literal["hindsight", "available", "mixed"]


@dataclass(frozen=True, kw_only=True)
class Window:
    """Sessions ``first`` to ``last`` counted from day 0, both included."""

    kind: WindowKind
    first: int
    last: int

    @property
    def label(self) -> str:
        """The name in tables: ``[0,+5]``, the word for the two halves around publication, or
        ``[p,p+4]`` for a horizon after it."""
        if self.kind == "horizon":
            return f"[p,p+{self.length - 1}]" if self.length > 1 else "[p,p]"
        return span(self.first, self.last) if self.kind == "fixed" else self.kind

    @property
    def length(self) -> int:
        """How many sessions it has."""
        return self.last - self.first + 1


def span(first: int, last: int) -> str:
    """Offsets as people write them: ``[-1,+1]``, ``[0,+5]``."""
    return f"[{_signed(first)},{_signed(last)}]"


def _signed(offset: int) -> str:
    return f"{offset:+d}" if offset else "0"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One event as the baskets of one home calendar met it.

    ``windows[i]`` belong to ``baskets[i]`` (they differ where publication dates differ);
    ``notes[i]`` likewise, and ``undated[i]``, horizons that end after the calendar does.
    """

    event: Event
    day_zero: DayZero
    calendar: Calendar
    baskets: tuple[Basket, ...]
    windows: tuple[tuple[Window, ...], ...]
    notes: tuple[tuple[Note, ...], ...]
    undated: tuple[tuple[Window, ...], ...] = ()

    def session(self, offset: int) -> np.datetime64:
        """The session ``offset`` sessions from day 0."""
        return self.calendar.offset(self.day_zero.session, offset)

    @cached_property
    def publications(self) -> tuple[Publication, ...]:
        """For each basket day p, and the open at which a reader could enter."""
        return tuple(publication(one.source.published, self.calendar) for one in self.baskets)

    @property
    def readers(self) -> tuple[np.datetime64, ...]:
        """For each basket day p, the first session on which a reader of it could trade."""
        return tuple(one.session for one in self.publications)

    def knowledge(self, member: int, window: Window) -> Knowledge:
        """Whether a reader of a basket could have had a window.

        hindsight: it ends before he could trade; available: it begins when he could; mixed: it
        straddles that session.
        """
        reader = self.readers[member]
        if self.session(window.last) < reader:
            return "hindsight"
        return "available" if self.session(window.first) >= reader else "mixed"

    @property
    def quoted_windows(self) -> tuple[Window, ...]:
        """The two windows to quote: the favourites, else what reaches furthest from day 0."""
        fixed = {(w.first, w.last): w for w in self.distinct_windows if w.kind == "fixed"}
        from_day_zero = sorted((days for days in fixed if days[0] == 0), key=lambda d: -d[1])
        favourites = [days for days in _FAVOURITES if days in fixed]
        chosen = list(dict.fromkeys([*favourites, *from_day_zero, *fixed]))[:2]
        return tuple(fixed[days] for days in sorted(chosen))

    @property
    def longest_window(self) -> Window | None:
        """The fixed window from day 0 that reaches furthest; without one, the longest."""
        fixed = [window for window in self.distinct_windows if window.kind == "fixed"]
        return max(fixed, key=lambda w: (w.first == 0, w.last - w.first), default=None)

    @property
    def starts(self) -> dict[int, int]:
        """First offset of the windows → the last offset any window with that start reaches."""
        return _reach(self.distinct_windows)

    @property
    def asked(self) -> dict[int, int]:
        """As ``starts``, of the study's own windows: horizons after publication left out."""
        return _reach(one for one in self.distinct_windows if one.kind != "horizon")

    @property
    def horizons(self) -> dict[int, int]:
        """As ``starts``, of what follows publications: horizons, and the study's end."""
        return _reach(one for one in self.distinct_windows if one.kind in ("horizon", "available"))

    @property
    def distinct_windows(self) -> tuple[Window, ...]:
        """Every window of any basket, once, in the order of the study."""
        return tuple(dict.fromkeys(window for one in self.windows for window in one))


def _reach(windows: Iterable[Window]) -> dict[int, int]:
    reach: dict[int, int] = {}
    for window in windows:
        reach[window.first] = max(window.last, reach.get(window.first, window.last))
    return dict(sorted(reach.items()))


@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """A study resolved against the shipped lists, events and calendars."""

    config: StudyConfig
    baskets: tuple[Basket, ...]
    cases: tuple[Case, ...]
    request: PriceRequest
    notes: tuple[Note, ...]
    #: Lists that stand in no file, so that a run must carry them; the same study has them as files.
    given: tuple[Basket, ...] = field(default=(), compare=False)

    @property
    def indexes(self) -> tuple[str, ...]:
        """What lists are measured against: the study's indexes, then the equal-weighted market."""
        return tuple(dict.fromkeys((*self.request.indexes, EQUAL_MARKET)))

    def sessions(self, name: str) -> Dates:
        """The sessions of a home calendar over the dates that the study needs."""
        return calendar(name).between(self.request.start, self.request.end)

    def annualisation(self, name: str) -> int:
        """Sessions per year: the study's own figure, or the home calendar's."""
        return self.config.annualisation or sessions_per_year(name)
