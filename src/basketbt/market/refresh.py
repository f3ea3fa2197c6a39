"""What exchange_calendars says of an exchange's sessions, with its known mistakes put right.

``calendars`` asks it for sessions beyond the end of a table; it costs more than a second to import,
so nothing else on the way of a run touches this module. ``python -m basketbt.market.refresh
[LAST_DAY]`` writes the committed tables anew: run it each December, when the exchanges have
published next year's sessions and a release of exchange_calendars carries them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from importlib.metadata import version
from pathlib import Path

from basketbt.market.calendars import MARKETS, TABLES

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


def upstream_closes(name: str, last: date | None = None) -> dict[date, time]:
    """Sessions of exchange ``name`` (XSHG, XHKG) from 2005 and the local time each of them closes.

    Up to ``last``; by default as far as exchange_calendars knows or computes (XSHG: the last year
    published by the exchange; XHKG: by the rules of its holidays).
    """
    with warnings.catch_warnings():
        # Release 4.13.2 reads attributes that pandas 3.1 has deprecated; the values are right.
        warnings.simplefilter("ignore", DeprecationWarning)
        import exchange_calendars

        bound = exchange_calendars.get_calendar(name, start=FIRST_DAY).bound_max()
        end = bound if last is None else min(bound, type(bound)(last))
        listed = exchange_calendars.get_calendar(name, start=FIRST_DAY, end=end)
        local = listed.closes.dt.tz_convert(listed.tz)
    shut = {closure.day for closure in CLOSURES if closure.calendar == name}
    return {
        session.date(): close.time()
        for session, close in local.items()
        if session.date() not in shut
    }


def table_text(name: str, closes: Mapping[date, time], release: str) -> str:
    """The table of one exchange: a header, then one session a line, half days with their close."""
    usual = MARKETS[name].close
    header = [
        f"# Sessions of {name} from exchange_calendars {release}, one a line.",
        f"# The close is {usual:%H:%M} local time unless the line gives another.",
        "# Made by `python -m basketbt.market.refresh`, which holds the corrections.",
    ]
    header += [
        f"# Closed, against exchange_calendars: {closure.day} {closure.reason} {closure.source}"
        for closure in CLOSURES
        if closure.calendar == name
    ]
    lines = [
        f"{day}" if close == usual else f"{day} {close:%H:%M}" for day, close in closes.items()
    ]
    return "\n".join([*header, *lines]) + "\n"


def refresh(folder: Path, last: date) -> None:
    """Write a table for every exchange, up to ``last`` or to where its sessions are published."""
    for name in MARKETS:
        text = table_text(name, upstream_closes(name, last), version("exchange_calendars"))
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    # Shanghai's sessions are published a year at a time; Hong Kong's table ends on the same day.
    published = max(upstream_closes("XSHG"))
    refresh(TABLES, date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else published)
