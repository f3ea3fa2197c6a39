"""An event as one looks it up: its day 0 on each exchange, the sessions around it, what is near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from basketbt.errors import OutsideCalendar
from basketbt.market.calendars import MARKETS, Calendar, calendar
from basketbt.market.clock import Alternative, Event
from basketbt.market.dayzero import DayZero, Neighbour, day_zero, last_clean_offset, neighbours

# The ends of the default estimation window and of the windows people quote most.
KEY_OFFSETS = (-140, -21, -5, -1, 1, 4, 5, 10, 20, 60)


@dataclass(frozen=True)
class AgendaEntry:
    """One event seen from one exchange, with its day 0 on the others.

    ``day_zeros`` is keyed by calendar name; ``sessions`` by offset from day 0, None beyond the
    calendar. ``clean_to`` is the last offset before another event, None when none follows.
    """

    event: Event
    calendar: str
    day_zeros: Mapping[str, DayZero]
    sessions: Mapping[int, np.datetime64 | None]
    neighbours: tuple[Neighbour, ...]
    clean_to: int | None
    alternatives: tuple[tuple[Alternative, Mapping[str, DayZero]], ...]


def agenda_entry(event: Event, others: Iterable[Event], home: Calendar) -> AgendaEntry:
    """An event's place among the sessions of ``home``. Raises ``OutsideCalendar``."""
    known = tuple(others)
    zero = day_zero(event, home).session
    return AgendaEntry(
        event=event,
        calendar=home.name,
        day_zeros=_day_zeros(event),
        sessions={k: _session_at(home, zero, k) for k in KEY_OFFSETS},
        neighbours=neighbours(event, known, home),
        clean_to=last_clean_offset(event, known, home),
        alternatives=tuple(
            (one, _day_zeros(event.with_alternative(one.id))) for one in event.alternatives
        ),
    )


def _day_zeros(event: Event) -> dict[str, DayZero]:
    return {name: day_zero(event, calendar(name)) for name in MARKETS}


def _session_at(home: Calendar, zero: np.datetime64, offset: int) -> np.datetime64 | None:
    try:
        return home.offset(zero, offset)
    except OutsideCalendar:
        return None
