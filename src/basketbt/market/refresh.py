"""Write the committed session tables anew: ``python -m basketbt.market.refresh [LAST_DAY]``.

Run it each December, when the exchanges have published next year's sessions and a release of
exchange_calendars carries them. The table ends with the last year that is known in full.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

from basketbt.market.calendars import MARKETS, TABLES
from basketbt.market.upstream import CLOSURES, upstream_closes, upstream_version


def table_text(name: str, closes: Mapping[date, time], version: str) -> str:
    """The table of one exchange: a header, then one session a line, half days with their close."""
    header = [
        f"# Sessions of {name} from exchange_calendars {version}, one a line.",
        f"# The close is {MARKETS[name].close:%H:%M} local time unless the line gives another.",
        "# Made by `python -m basketbt.market.refresh`; corrections are in market/upstream.py.",
    ]
    header += [
        f"# Closed, against exchange_calendars: {closure.day} {closure.reason} {closure.source}"
        for closure in CLOSURES
        if closure.calendar == name
    ]
    usual = MARKETS[name].close
    lines = [
        f"{day}" if close == usual else f"{day} {close:%H:%M}" for day, close in closes.items()
    ]
    return "\n".join([*header, *lines]) + "\n"


def refresh(folder: Path, last: date) -> None:
    """Write a table for every exchange, up to ``last`` or to where its sessions are published."""
    version = upstream_version()
    for name in MARKETS:
        text = table_text(name, upstream_closes(name, last), version)
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    # Shanghai's sessions are published a year at a time; Hong Kong's table ends on the same day.
    published = max(upstream_closes("XSHG"))
    refresh(TABLES, date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else published)
