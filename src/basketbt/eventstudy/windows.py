"""Windows of session offsets, and the sessions they stand for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates
from basketbt.errors import InputError
from basketbt.eventstudy.models import Mask
from basketbt.notes import Note, NoteKind

#: First and last session of a window, counted from day 0, both inclusive.
Offsets = tuple[int, int]

EVENTS_OVERLAP = NoteKind("events-overlap")

# Longer pseudo windows overlap so much that the placebo test rejects too often (6-10 % at 21).
LONGEST_PLACEBO = 11
# A rejection rate at a fixed level needs no rank among the dates: longer windows serve it.
LONGEST_RATED = 20


class BadWindows(InputError):
    """Windows that contradict each other. Fields: ``what``."""


def length(window: Offsets) -> int:
    """Sessions in a window."""
    return window[1] - window[0] + 1


def sessions_of(window: Offsets, day0: NDArray[np.int64] | int, total: int) -> Mask:
    """(T,) or (H, T): the sessions of a window around one or H day 0s (rows), cut at the data."""
    rows = np.arange(total)
    start = np.asarray(day0)[..., None]
    return np.asarray((rows >= start + window[0]) & (rows <= start + window[1]))


def reopenings(sessions: Dates, closed_days: int) -> Mask:
    """(T,) the first sessions after the exchange was shut for ``closed_days`` calendar days.

    ``sessions`` (T,) all of an exchange, in order; nothing is known of the days before the first.
    """
    found = np.zeros(sessions.shape, dtype=bool)
    found[1:] = np.diff(sessions) > np.timedelta64(closed_days, "D")
    return found


def cut_before(
    windows: tuple[Offsets, ...], last: int, event: str, other: str, other_day: int
) -> tuple[tuple[Offsets, ...], tuple[Note, ...]]:
    """Windows that end at offset ``last`` or earlier, so that ``other`` does not speak in them.

    A longer window is cut to ``last``; one that starts later is dropped, and so is a repeat that
    cutting makes. Each change is a note. ``other_day`` is the offset, counted from the other
    event, of the first session that had to go (-1 for its leak day).
    """
    kept: list[Offsets] = []
    notes = []
    for first, end in windows:
        if end > last:
            notes.append(
                EVENTS_OVERLAP(event=event, other=other, first=first, last=end, day=other_day)
            )
        window = (first, min(end, last))
        if first <= last and window not in kept:
            kept.append(window)
    return tuple(kept), tuple(notes)
