"""What happened in the days that a study charts: its event, other moments and events, shocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from basketbt.market.clock import Alternative, Event, moment_text, shipped_events
from basketbt.market.dayzero import day_zero, neighbours
from basketbt.market.shocks import Shock
from basketbt.plan.model import Case

# A closure of at least so many calendar days is worth marking: longer than any weekend.
_CLOSURE_DAYS = 5

MarkKind = Literal["event", "alternative", "neighbour", "shock"]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A session worth a line in a chart, ``offset`` sessions from day 0.

    ``at`` is the moment as it is known, ISO. The names are the event's, empty for an alternative
    moment of the case's own event. A shock has the id and names of its cause, ``at`` too; all are
    empty where no cause is dated.
    """

    kind: MarkKind
    id: str
    name_en: str
    name_zh: str
    session: np.datetime64
    offset: int
    at: str


def marks_of(case: Case, shocks: Iterable[tuple[np.datetime64, Shock]] = ()) -> tuple[Mark, ...]:
    """Day 0, the event's own alternatives and other shipped events in the charted days; shocks.

    Every one of the ``shocks``, which come with their session on the case's calendar. A neighbour
    that caused one is marked as the shock only.
    """
    first, last = min(case.starts) - 1, max(case.starts.values())
    marks = [
        Mark(
            kind=kind,
            id=name,
            name_en=named.name_en or named.id if named else "",
            name_zh=named.name_zh or named.id if named else "",
            session=session,
            offset=case.calendar.distance(case.day_zero.session, session),
            at=moment_text(moment.at),
        )
        for kind, name, moment, named in _moments(case)
        for session in [day_zero(moment, case.calendar).session]
    ]
    shaken = [_shock_mark(case, session, shock) for session, shock in shocks]
    causes = {(one.id, one.session) for one in shaken}
    kept = [one for one in marks if one.kind != "neighbour" or (one.id, one.session) not in causes]
    return (*(one for one in kept if first <= one.offset <= last), *shaken)


def _shock_mark(case: Case, session: np.datetime64, shock: Shock) -> Mark:
    cause = shock.cause
    return Mark(
        kind="shock",
        id=cause.id if cause else "",
        name_en=cause.name_en if cause else "",
        name_zh=cause.name_zh if cause else "",
        session=session,
        offset=case.calendar.distance(case.day_zero.session, session),
        at=moment_text(cause.at) if cause else "",
    )


def _moments(case: Case) -> Iterator[tuple[MarkKind, str, Event | Alternative, Event | None]]:
    """Kind and id of each mark, its moment, and the event whose name it bears."""
    event = case.event
    yield "event", event.id, event, event
    for one in event.alternatives:
        yield "alternative", f"{event.id}@{one.id}", one, None
    shipped = shipped_events()
    for near in neighbours(event, shipped.values(), case.calendar):
        name, _, leak = near.id.partition("@")
        other = shipped[name]
        yield "neighbour", near.id, other.with_alternative(leak) if leak else other, other


def closures_of(case: Case) -> tuple[tuple[np.datetime64, np.datetime64], ...]:
    """First and last day of each long closure between two charted sessions."""
    first, last = case.session(min(case.starts) - 1), case.session(max(case.starts.values()))
    sessions = case.calendar.between(first, last)
    day = np.timedelta64(1, "D")
    return tuple(
        (sessions[row] + day, sessions[row + 1] - day)
        for row in np.flatnonzero(np.diff(sessions).astype(int) >= _CLOSURE_DAYS)
    )
