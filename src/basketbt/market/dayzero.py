"""From an event's moment to a session: day 0, and what else lies near it.

Day 0 is the first session whose close follows the first public timestamp. Each exchange has its
own: the US shock of 27 January 2025 reached Hong Kong the next morning and Shanghai, shut for
Spring Festival, on 5 February.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

import numpy as np

from basketbt.market.calendars import Calendar, as_day
from basketbt.market.clock import Alternative, Event, Moment
from basketbt.notes import Note, NoteKind

Rule = Literal["timestamp", "date", "next_session"]

BARE_DATE = NoteKind("event-bare-date")
DATE_WITHOUT_SESSION = NoteKind("event-date-without-session", severity="warning")

#: The last moment at which an order can still take part in the opening auction: Shanghai and
#: Shenzhen match at 9:25; Hong Kong takes no new orders for its auction after 9:20.
LAST_CALL: Mapping[str, time] = {"XSHG": time(9, 25), "XHKG": time(9, 20)}


@dataclass(frozen=True)
class DayZero:
    """The session an event counts for on one exchange, and the rule that chose it.

    ``rule``: ``timestamp`` the first session to close after it; ``date`` the session of a bare
    date; ``next_session`` the one after a bare date on which the exchange was shut. ``note`` says
    so to the reader for a bare date.
    """

    session: np.datetime64
    rule: Rule
    note: Note | None = None


@dataclass(frozen=True)
class Neighbour:
    """Another event's day 0, counted in sessions from this event's day 0."""

    id: str
    session: np.datetime64
    offset: int


def day_zero(event: Event | Alternative, calendar: Calendar) -> DayZero:
    """Day 0 of an event on one exchange.

    News during a session counts for that session, news at or after its close for the next one.
    Raises ``OutsideCalendar``.
    """
    if isinstance(event.at, datetime):
        return DayZero(calendar.first_closing_after(event.at), "timestamp")
    session = calendar.on_or_after(event.at)
    same_day = session == as_day(event.at)
    kind = BARE_DATE if same_day else DATE_WITHOUT_SESSION
    values = {} if same_day else {"session": str(session)}
    note = kind(event=event.id, date=str(event.at), calendar=calendar.name, **values)
    return DayZero(session, "date" if same_day else "next_session", note)


@dataclass(frozen=True)
class Publication:
    """When a list met one exchange.

    ``session`` is day p, the first session whose close a reader could act before: windows after
    publication begin with it. ``entry`` is the session at whose open he could first buy: day p, or
    the one after for a list that came out when the opening auction of p had been decided.
    """

    session: np.datetime64
    entry: np.datetime64

    @property
    def during(self) -> bool:
        """Whether it came out during session p, some of whose move no reader could have had."""
        return bool(self.entry > self.session)


def publication(published: Moment, calendar: Calendar) -> Publication:
    """Day p of a list and the open at which its reader could enter.

    A timestamp before a session's opening auction: that session, and its open. Up to its close,
    the lunch break included: that session, and the next open. At or after the close: the next
    session. A bare date counts as after that day's close, so that nothing is credited to the
    reader that he may not have had. Raises ``OutsideCalendar``.
    """
    entry = next_open(published, calendar)
    if not isinstance(published, datetime):
        return Publication(entry, entry)
    return Publication(calendar.first_closing_after(published), entry)


def next_open(moment: Moment, calendar: Calendar) -> np.datetime64:
    """The first session whose opening auction still takes an order sent at ``moment``.

    Of a bare date, the next session's. Raises ``OutsideCalendar``.
    """
    if not isinstance(moment, datetime):
        return calendar.first_after(moment)
    local = moment.astimezone(calendar.zone)
    session = calendar.on_or_after(local.date())
    same_day = session == as_day(local.date())
    if same_day and local.time() >= LAST_CALL[calendar.name]:
        return calendar.first_after(session)
    return session


def neighbours(event: Event, others: Iterable[Event], calendar: Calendar) -> tuple[Neighbour, ...]:
    """The day 0s of other events around this one, in order of time.

    An alternative of the same news (a leak) is a neighbour of its own. ``others`` may contain the
    event itself, which is left out.
    """
    zero = day_zero(event, calendar).session
    found = [
        (name, day_zero(moment, calendar).session)
        for other in others
        if other.base_id != event.base_id
        for name, moment in _occasions(other)
    ]
    return tuple(
        Neighbour(name, session, calendar.distance(zero, session))
        for name, session in sorted(found, key=lambda pair: (pair[1], pair[0]))
    )


def last_clean_offset(event: Event, others: Iterable[Event], calendar: Calendar) -> int | None:
    """The last day k such that the window [0, k] holds no other event; None if none follows.

    An event that shares day 0 leaves no clean window at all: -1.
    """
    later = [near.offset for near in neighbours(event, others, calendar) if near.offset >= 0]
    return min(later) - 1 if later else None


def _occasions(event: Event) -> list[tuple[str, Event | Alternative]]:
    leaks = [one for one in event.alternatives if one.same_news]
    return [(event.id, event), *((f"{event.id}@{leak.id}", leak) for leak in leaks)]
