"""What accounts need to know before a price is read: where they end."""

from __future__ import annotations

import numpy as np

from basketbt.config.account import AccountSpec
from basketbt.errors import InputError
from basketbt.market.calendars import Calendar, as_day


class ExitBeforeEntry(InputError):
    """Fields: event, exit, entry (the first order, in words)."""

    template = "{event}: the account would end on {exit}, before its first order ({entry})"
    fix = "Choose a later `exit` or longer windows, or another `entry`, under `account`."


class NoEntry(InputError):
    """No account of a study can begin before it ends. Fields: why (all reasons)."""

    template = "no account can be kept: {why}"
    fix = "Choose a later `exit` or longer windows, or another `entry`, under `account`."


def exit_offset(
    spec: AccountSpec, event: str, zero: np.datetime64, home: Calendar, last_offset: int
) -> int:
    """The exit in sessions from day 0: the last one on or before the date, or the windows' end.

    Raises ``ExitBeforeEntry`` for one before day 0, ``OutsideCalendar`` for a date that the
    calendar does not know.
    """
    if spec.exit is None:
        offset = last_offset
    else:
        offset = home.distance(zero, home.on_or_before(as_day(spec.exit)))
    if offset < 0:
        last = str(home.offset(zero, offset))
        asked = str(spec.exit or last)
        raise ExitBeforeEntry(
            event=event,
            exit=asked if asked == last else f"{last}, the last session by {asked}",
            entry=f"on day 0, {zero}, at the earliest",
        )
    return offset
