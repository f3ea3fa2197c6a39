"""What an event study needs to know before a price is read: other day 0s, windows, history."""

from __future__ import annotations

import numpy as np

from basketbt.config.eventstudy import EventStudySpec
from basketbt.eventstudy.windows import LONGEST_RATED, BadWindows, Offsets, cut_before
from basketbt.market.calendars import Calendar
from basketbt.market.clock import Event, select_event
from basketbt.market.dayzero import day_zero, neighbours
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, message, unique
from basketbt.plan.model import Case


def other_day_zeros(event: Event, home: Calendar) -> tuple[tuple[str, np.datetime64], ...]:
    """The alternatives of an event that meet another session than the event itself."""
    main = day_zero(event, home).session
    found = [(one.id, day_zero(one, home).session) for one in event.alternatives]
    return tuple((name, session) for name, session in found if session != main)


def clean_windows(
    windows: tuple[Offsets, ...], spec: EventStudySpec, event: Event, home: Calendar
) -> tuple[tuple[Offsets, ...], tuple[Note, ...]]:
    """Windows that end before the first leak of each event in ``stop_before``; a note a change.

    Raises ``UnknownName`` for an event that is not shipped.
    """
    notes: list[Note] = []
    for name in spec.stop_before:
        other = select_event(name)
        later = [near for near in neighbours(event, [other], home) if near.offset >= 0]
        if not later:
            continue
        its_day_zero = home.distance(day_zero(event, home).session, day_zero(other, home).session)
        windows, cut = cut_before(
            windows,
            last=later[0].offset - 1,
            event=event.id,
            other=other.id,
            other_day=later[0].offset - its_day_zero,
        )
        notes += cut
    return windows, unique(notes)


def registered_windows(
    spec: EventStudySpec, event: Event, home: Calendar
) -> tuple[tuple[Offsets, ...], tuple[Offsets, ...], tuple[Note, ...]]:
    """All windows in order of their days, those that count as tests, and what was cut.

    Raises ``BadWindows`` when another event leaves no registered window.
    """
    counted, notes = clean_windows(spec.windows, spec, event, home)
    if not counted:
        others = ", ".join(spec.stop_before)
        raise BadWindows(
            what=message("why-every-window-of-event-study", id=event.id, others=others)
        )
    shown, more = clean_windows(spec.also, spec, event, home)
    return tuple(sorted({*counted, *shown})), counted, unique([*notes, *more])


def publication_windows(spec: EventStudySpec, case: Case) -> tuple[tuple[Offsets, ...], ...]:
    """For each list its horizons as windows: from the session on which a reader could first trade.

    From day 0 for a list that was out before. They say what a reader had, whatever else happened
    then, so another event cuts none of them; notes name it.
    """
    days = [case.calendar.distance(case.day_zero.session, reader) for reader in case.readers]
    return tuple(
        tuple((max(day, 0), max(day, 0) + sessions - 1) for sessions in spec.horizons)
        for day in days
    )


def followed_windows(spec: EventStudySpec, case: Case) -> tuple[tuple[Offsets, ...], ...]:
    """For each list what the study follows after its publication and does not count as a test.

    Its other horizons, and what is left until the study's end.
    """
    counted = publication_windows(spec, case)
    return tuple(
        tuple(
            (one.first, one.last)
            for one in windows
            if one.kind in ("horizon", "available") and (one.first, one.last) not in own
        )
        for windows, own in zip(case.windows, counted, strict=True)
    )


def reach(spec: EventStudySpec, estimation: Offsets, case: Case) -> tuple[int, int]:
    """First session offset from day 0 whose prices the event study can use, and the last it needs.

    Back to the estimation window of the earliest wanted placebo date, and one close more for the
    first return. Horizons after publication ask for nothing: one that is not over is empty, and a
    late one has as many placebo dates as the prices allow.
    """
    main = case.day_zero.session
    shifts = [
        case.calendar.distance(main, session)
        for _, session in other_day_zeros(case.event, case.calendar)
    ]
    placebo_ends = [b for a, b in spec.all_windows if b - a < LONGEST_RATED]
    starts = [estimation[0], *(a for a, _ in spec.all_windows)]
    starts += [one.estimation[0] for one in spec.variants if one.estimation]
    if any(one.name == "estimation-270" and one.shipped for one in spec.variants):
        starts.append(-270)
    if placebo_ends:
        starts.append(estimation[0] + estimation[1] - max(placebo_ends) - spec.placebo_dates + 1)
    end = max(last for _, last in spec.all_windows)
    return min(starts) + min([0, *shifts]) - 1, end + max([0, *shifts])


def market_index(spec: EventStudySpec, benchmarks: tuple[str, ...], home: str) -> str:
    """Code of the index of the market model for lists of the calendar ``home``.

    Where the study names none: the first of its benchmarks that trades on that calendar, else the
    first.
    """
    if spec.market:
        return parse_symbol(spec.market).canonical
    known = [parse_symbol(code) for code in benchmarks]
    same = [symbol for symbol in known if symbol.calendar == home]
    return (same or known)[0].canonical
