"""Windows that do not measure one event alone, because another one falls into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from basketbt.market.calendars import Calendar
from basketbt.market.clock import Event
from basketbt.market.dayzero import Neighbour, neighbours
from basketbt.notes import Note, NoteKind, listing

EVENT_ID = NoteKind("event-id")
EVENT_NAME = NoteKind("event-name")
EVENT_NAMED = NoteKind("event-named")
EVENTS_OVERLAP = NoteKind("events_overlap", severity="warning")
REACHES_BACK = NoteKind("events_overlap_before", severity="warning")
SAME_DAY_ZERO = NoteKind("events_share_day_zero", severity="warning")


def overlap_notes(
    event: Event,
    others: Iterable[Event],
    home: Calendar,
    *,
    windows: Sequence[tuple[int, int]],
    name: str | Note,
) -> list[Note]:
    """A note for each session in one of the ``windows`` on which another event is met.

    Of an event and its leaks the one nearest to day 0 is named, before it and after it. ``name``
    is how the notes call the event.
    """
    named = {other.base_id: other for other in others}
    inside = [
        near
        for near in neighbours(event, named.values(), home)
        if any(first <= near.offset <= last for first, last in windows)
    ]
    nearest: dict[tuple[str, int], Neighbour] = {}
    for near in sorted(inside, key=lambda near: abs(near.offset)):
        side = (near.offset > 0) - (near.offset < 0)
        nearest.setdefault((near.id.partition("@")[0], side), near)
    together: dict[int, list[tuple[Neighbour, Event]]] = {}
    for (base, _), near in nearest.items():
        together.setdefault(near.offset, []).append((near, named[base]))
    return [_note(offset, met, name) for offset, met in together.items()]


def _note(offset: int, met: Sequence[tuple[Neighbour, Event]], name: str | Note) -> Note:
    """The note on the events ``met`` at one offset from day 0."""
    values = {
        "event": name,
        "others": listing((_called(other, near.id) for near, other in met), "and"),
        "session": str(met[0][0].session),
    }
    if offset < 0:
        return REACHES_BACK(offset=offset, **values)
    if offset > 0:
        return EVENTS_OVERLAP(clean=offset - 1, **values)
    return SAME_DAY_ZERO(**values)


def _called(other: Event, event: str) -> Note:
    """An event's name and its id, by which a study asks for it; the id alone where it has none."""
    if event == other.name_en:
        return EVENT_ID(id=event)
    return EVENT_NAMED(name_en=other.name_en, name_zh=other.name_zh, id=event)
