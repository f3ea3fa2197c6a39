"""What a plan is made of: windows, an event as one calendar met it, and the whole study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from basketbt.baskets.model import Basket
from basketbt.config.study import StudyConfig
from basketbt.market.calendars import Calendar, calendar, sessions_per_year
from basketbt.market.clock import Event
from basketbt.market.dayzero import DayZero
from basketbt.notes import Note
from basketbt.prices.data import Dates, PriceRequest

WindowKind = Literal["fixed", "hindsight", "available"]


@dataclass(frozen=True, kw_only=True)
class Window:
    """Sessions ``first`` to ``last`` counted from day 0, both included."""

    kind: WindowKind
    first: int
    last: int

    @property
    def label(self) -> str:
        """The name in tables: ``[0,+5]``, or the word for the two halves around publication."""
        return span(self.first, self.last) if self.kind == "fixed" else self.kind


def span(first: int, last: int) -> str:
    """Offsets as people write them: ``[-1,+1]``, ``[0,+5]``."""
    return f"[{_signed(first)},{_signed(last)}]"


def _signed(offset: int) -> str:
    return f"{offset:+d}" if offset else "0"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One event as the baskets of one home calendar met it.

    ``windows[i]`` belong to ``baskets[i]`` (they differ where publication dates differ);
    ``notes[i]`` likewise.
    """

    event: Event
    day_zero: DayZero
    calendar: Calendar
    baskets: tuple[Basket, ...]
    windows: tuple[tuple[Window, ...], ...]
    notes: tuple[tuple[Note, ...], ...]

    def session(self, offset: int) -> np.datetime64:
        """The session ``offset`` sessions from day 0."""
        return self.calendar.offset(self.day_zero.session, offset)

    @property
    def starts(self) -> dict[int, int]:
        """First offset of the windows → the last offset any window with that start reaches."""
        reach: dict[int, int] = {}
        for window in self.distinct_windows:
            reach[window.first] = max(window.last, reach.get(window.first, window.last))
        return dict(sorted(reach.items()))

    @property
    def distinct_windows(self) -> tuple[Window, ...]:
        """Every window of any basket, once, in the order of the study."""
        return tuple(dict.fromkeys(window for one in self.windows for window in one))


@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """A study resolved against the shipped lists, events and calendars."""

    config: StudyConfig
    baskets: tuple[Basket, ...]
    cases: tuple[Case, ...]
    request: PriceRequest
    notes: tuple[Note, ...]

    def sessions(self, name: str) -> Dates:
        """The sessions of a home calendar over the dates that the study needs."""
        return calendar(name).between(self.request.start, self.request.end)

    def annualisation(self, name: str) -> int:
        """Sessions per year: the study's own figure, or the home calendar's."""
        return self.config.annualisation or sessions_per_year(name)
