"""When an account buys: from an event or a publication to a session and its open or close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum

import numpy as np

from basketbt.backtest.account.choices import Entry
from basketbt.market.calendars import Calendar, as_day
from basketbt.market.clock import Event
from basketbt.market.dayzero import day_zero, publication_day

# The last moment at which an order can still take part in the opening auction: Shanghai and
# Shenzhen match at 9:25; Hong Kong takes no new orders for its auction after 9:20.
LAST_CALL: Mapping[str, time] = {"XSHG": time(9, 25), "XHKG": time(9, 20)}


class Moment(IntEnum):
    """The two prices of a session at which an account trades."""

    OPEN = 0
    CLOSE = 1


@dataclass(frozen=True)
class EntryPoint:
    """The session and the moment of the first orders."""

    session: np.datetime64
    moment: Moment


def entry_point(entry: Entry, event: Event, published: date, calendar: Calendar) -> EntryPoint:
    """When an account with this rule first buys.

    ``next_open``: the first opening auction that an order could reach after the event became
    public; of an event known by its date alone, the next session's. ``day0_close``: the close of
    day 0. ``publication_open``: the open of the first session after the list was published.

    Raises ``OutsideCalendar`` when the calendar does not reach so far.
    """
    if entry == "day0_close":
        return EntryPoint(day_zero(event, calendar).session, Moment.CLOSE)
    if entry == "publication_open":
        return EntryPoint(publication_day(published, calendar), Moment.OPEN)
    return EntryPoint(next_open(event.at, calendar), Moment.OPEN)


def next_open(moment: datetime | date, calendar: Calendar) -> np.datetime64:
    """The first session whose opening auction still takes an order sent at ``moment``."""
    if not isinstance(moment, datetime):
        return calendar.first_after(moment)
    local = moment.astimezone(calendar.zone)
    session = calendar.on_or_after(local.date())
    same_day = session == as_day(local.date())
    if same_day and local.time() >= LAST_CALL[calendar.name]:
        return calendar.first_after(session)
    return session
