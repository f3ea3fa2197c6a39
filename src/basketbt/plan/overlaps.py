"""Windows that do not measure one event alone, because another one falls into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from basketbt.market.calendars import Calendar
from basketbt.market.clock import Event
from basketbt.market.dayzero import Neighbour, neighbours
from basketbt.notes import Note, NoteKind

EVENTS_OVERLAP = NoteKind(
    "events_overlap",
    en="windows of {event} that end after day {clean:+d} reach {session}, the first session after "
    "{other_en}: they do not measure {event} alone",
    zh="{event}在第{clean:+d}日之后结束的窗口包含{session},即{other_zh}之后的首个交易日:不再单独度量{event}",
    severity="warning",
)
REACHES_BACK = NoteKind(
    "events_overlap_before",
    en="windows of {event} that start on day {offset:+d} or earlier contain {session}, the first "
    "session after {other_en}: they do not measure {event} alone",
    zh="{event}在第{offset:+d}日或更早开始的窗口包含{session},即{other_zh}之后的首个交易日:不再单独度量{event}",
    severity="warning",
)
SAME_DAY_ZERO = NoteKind(
    "events_share_day_zero",
    en="{session} is the first session after {event} and after {other}: no window that contains it "
    "tells one from the other",
    zh="{session}同为{event}与{other}之后的首个交易日:包含该日的窗口无法区分二者",
    severity="warning",
)


def overlap_notes(
    event: Event,
    others: Iterable[Event],
    home: Calendar,
    *,
    windows: Sequence[tuple[int, int]],
    name: str,
) -> list[Note]:
    """A note for each other event whose first session lies in one of the ``windows``.

    Of an event and its leaks the one nearest to day 0 is named, before it and after it. ``name``
    is how the notes call the event.
    """
    named = {other.base_id: other for other in others}
    inside = [
        near
        for near in neighbours(event, named.values(), home)
        if any(first <= near.offset <= last for first, last in windows)
    ]
    found: dict[tuple[str, int], Note] = {}
    for near in sorted(inside, key=lambda near: abs(near.offset)):
        side = (near.offset > 0) - (near.offset < 0)
        base = near.id.partition("@")[0]
        found.setdefault((base, side), _note(near, named[base], name))
    return list(found.values())


def _note(near: Neighbour, other: Event, name: str) -> Note:
    values = {
        "event": name,
        "other": near.id,
        "other_en": _called(other.name_en, near.id),
        "other_zh": _called(other.name_zh, near.id),
        "session": str(near.session),
    }
    if near.offset < 0:
        return REACHES_BACK(offset=near.offset, **values)
    if near.offset > 0:
        return EVENTS_OVERLAP(clean=near.offset - 1, **values)
    return SAME_DAY_ZERO(**values)


def _called(name: str, event: str) -> str:
    """An event's name and its id, by which a study asks for it; the id alone where it has none."""
    return event if name == event else f"{name} ({event})"
