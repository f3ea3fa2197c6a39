"""Why a cell of an event study is empty, or must be read with care; and when there is nothing.

Kinds whose code starts with ``empty-`` explain a missing number; the others stand beside one.
"""

from __future__ import annotations

from basketbt.errors import DataError, InputError
from basketbt.notes import NoteKind


class NothingToTest(DataError):
    """No basket can be tested on any registered window. Fields: event, why (a note), hint."""

    template = "{event}: no basket can be tested: {why}"
    fix = "{hint}"


NO_PRICES_OF_LISTS = NoteKind("empty-no-prices-of-lists")


class BadWindows(InputError):
    """Windows that contradict each other. Fields: ``what``."""

    template = "{what}"


TOO_FEW_SESSIONS = NoteKind("empty-too-few-sessions")
SINGULAR_MODEL = NoteKind("empty-singular-model")
NO_VARIANCE = NoteKind("empty-no-variance")
WINDOW_OUTSIDE = NoteKind("empty-window-outside")
WINDOW_IN_ESTIMATION = NoteKind("empty-window-in-estimation")
NO_SESSION_IN_WINDOW = NoteKind("empty-no-session")
LIST_ENDED = NoteKind("empty-list-ended")
SESSIONS_LEFT_OUT = NoteKind("sessions-left-out")
TOO_FEW_NAMES = NoteKind("empty-too-few-names")
NAMES_LEFT_OUT = NoteKind("names-left-out")
NO_SPREAD = NoteKind("empty-no-spread")
PLACEBO_TOO_FEW = NoteKind("empty-placebo-too-few")
PLACEBO_THIN = NoteKind("placebo-thin")
PLACEBO_TOO_LONG = NoteKind("empty-placebo-too-long")
RANDOM_OFF = NoteKind("empty-random-off")
RANDOM_FOR_MAIN_ONLY = NoteKind("empty-random-for-main-only")
UNIVERSE_OF_ANOTHER_MARKET = NoteKind("empty-universe-of-another-market")
NO_UNIVERSE = NoteKind("empty-no-universe")
UNIVERSE_LACKS_DATES = NoteKind("empty-universe-lacks-dates")
DRAWN_FROM = NoteKind("random-drawn-from")
UNIVERSE_TOO_SMALL = NoteKind("empty-universe-too-small")
NOT_IN_FAMILY = NoteKind("empty-not-in-family")
ROMANO_WOLF_TOO_FEW = NoteKind("empty-romano-wolf-too-few")
ONE_NAME = NoteKind("empty-one-name")
ALWAYS_AT_LIMIT = NoteKind("empty-always-at-limit")
LIMITS_UNKNOWN = NoteKind("empty-limits-unknown")
NO_BHAR = NoteKind("empty-bhar")
CENSORED_END = NoteKind("censored-end")
SECTOR_HOLDS_NAMES = NoteKind("sector-holds-names")
EVENTS_OVERLAP = NoteKind("events-overlap")
