"""What exchange_calendars says of an exchange's sessions, with its known mistakes put right.

Only two callers: ``refresh`` writes the committed session tables from it, and ``calendars`` asks
it for sessions beyond the end of a table. It costs more than a second to import, so nothing on
the way of a run touches this module.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date, time
from typing import Any

FIRST_DAY = date(2005, 1, 1)


@dataclass(frozen=True)
class Closure:
    """A day on which an exchange was shut although exchange_calendars lists it as a session."""

    calendar: str
    day: date
    reason: str
    source: str


# Missing in exchange_calendars 4.13.2 (its issue #600). HKEX cancelled every session of both days.
CLOSURES = (
    Closure(
        "XHKG",
        date(2023, 9, 1),
        "typhoon signal no. 8 (Saola)",
        "https://www.hkex.com.hk/News/Market-Communications/2023/2309012news?sc_lang=en",
    ),
    Closure(
        "XHKG",
        date(2023, 9, 8),
        "black rainstorm warning",
        "https://www.hkex.com.hk/News/Market-Communications/2023/2309083news?sc_lang=en",
    ),
)


def upstream_version() -> str:
    """The installed version of exchange_calendars."""
    import exchange_calendars

    return str(exchange_calendars.__version__)


def upstream_closes(name: str, last: date | None = None) -> dict[date, time]:
    """Sessions of exchange ``name`` from 2005 and the local time each of them closes.

    Args:
        name: market identifier code, ``XSHG`` or ``XHKG``.
        last: the last day wanted; by default as far as exchange_calendars knows or computes
            (XSHG: the last year published by the exchange; XHKG: by the rules of its holidays).
    """
    import exchange_calendars

    with warnings.catch_warnings():
        # Release 4.13.2 reads attributes that pandas 3.1 has deprecated; the values are right.
        warnings.simplefilter("ignore", DeprecationWarning)
        return _closes(exchange_calendars, name, last)


def _closes(exchange_calendars: Any, name: str, last: date | None) -> dict[date, time]:
    bound = exchange_calendars.get_calendar(name).bound_max()
    end = bound if last is None else min(bound, type(bound)(last))
    listed = exchange_calendars.get_calendar(name, start=FIRST_DAY, end=end)
    shut = {closure.day for closure in CLOSURES if closure.calendar == name}
    local = listed.closes.dt.tz_convert(listed.tz)
    return {
        session.date(): close.time()
        for session, close in local.items()
        if session.date() not in shut
    }
