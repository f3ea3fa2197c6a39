"""When an account first buys."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from basketbt.engine.account import Entry
from basketbt.engine.account.schedule import Moment, entry_point, next_open
from basketbt.market.calendars import calendar
from basketbt.market.clock import select_event

R1 = select_event("deepseek-r1")
PUBLISHED = date(2025, 2, 7)


@pytest.mark.parametrize(
    ("entry", "session", "moment"),
    [
        ("next_open", "2025-01-21", Moment.OPEN),  # released at 20:19 the evening before
        ("day0_close", "2025-01-21", Moment.CLOSE),
        ("publication_open", "2025-02-10", Moment.OPEN),  # a Friday: the Monday after it
    ],
)
def test_r1(entry: Entry, session: str, moment: Moment) -> None:
    point = entry_point(entry, R1, PUBLISHED, calendar("XSHG"))
    assert (str(point.session), point.moment) == (session, moment)


@pytest.mark.parametrize(
    ("exchange", "at", "session"),
    [
        ("XSHG", "2025-01-21T09:24", "2025-01-21"),  # still in time for the opening auction
        ("XSHG", "2025-01-21T09:25", "2025-01-22"),
        ("XSHG", "2025-01-21T11:00", "2025-01-22"),
        ("XSHG", "2025-01-27T16:00", "2025-02-05"),  # Spring Festival
        ("XHKG", "2025-01-21T09:19", "2025-01-21"),
        ("XHKG", "2025-01-21T09:21", "2025-01-22"),
    ],
)
def test_the_next_open(exchange: str, at: str, session: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert next_open(moment, calendar(exchange)) == np.datetime64(session)


def test_an_event_known_by_its_date_alone_is_bought_the_next_session() -> None:
    assert next_open(date(2025, 1, 24), calendar("XSHG")) == np.datetime64("2025-01-27")
