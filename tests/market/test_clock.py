"""From the moment something became public to the session it counts for."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.errors import OutsideCalendar, UnknownName
from basketbt.market.calendars import Calendar, calendar
from basketbt.market.clock import (
    BadEvent,
    make_alternative,
    make_event,
    select_event,
    shipped_events,
)
from basketbt.market.dayzero import day_zero, last_clean_offset, neighbours, publication

ANSWERS = Path(__file__).parent / "answers"
SHANGHAI, HONG_KONG = calendar("XSHG"), calendar("XHKG")
EVENTS = list(shipped_events().values())


def answers(name: str) -> list[list[str]]:
    with (ANSWERS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize(("event", "exchange", "session", "rule"), answers("day_zero"))
def test_day_zero_of_every_shipped_event_and_alternative(
    event: str, exchange: str, session: str, rule: str
) -> None:
    zero = day_zero(select_event(event), calendar(exchange))
    assert (str(zero.session), zero.rule) == (session, rule)
    assert (zero.note is None) == (rule == "timestamp")


def test_the_answers_cover_every_shipped_event() -> None:
    named = {row[0] for row in answers("day_zero")}
    assert named == {
        name
        for event in EVENTS
        for name in (event.id, *(f"{event.id}@{one.id}" for one in event.alternatives))
    }


@pytest.mark.parametrize(("event", "offset", "session"), answers("offsets"))
def test_sessions_around_the_releases(event: str, offset: str, session: str) -> None:
    zero = day_zero(select_event(event), SHANGHAI).session
    assert str(SHANGHAI.offset(zero, int(offset))) == session


def test_every_shipped_event_says_where_its_moment_is_known_from() -> None:
    assert [event.id for event in EVENTS] == [
        "policy-package",
        "national-day",
        "deepseek-v3",
        "deepseek-r1",
        "us-shock",
        "reopening",
        "us-tariffs",
    ]
    for event in EVENTS:
        assert event.source
        assert event.name_zh != event.name_en
        assert all(alternative.why for alternative in event.alternatives)


class TestBareDates:
    def test_a_date_with_a_session_is_read_as_it_and_says_so(self) -> None:
        zero = day_zero(make_event("own", "2025-02-05"), SHANGHAI)
        assert zero.note is not None
        assert zero.note.text() == (
            "own: only the date 2025-02-05 is known, so the XSHG session of that day is day 0."
        )
        assert "仅知日期2025-02-05" in zero.note.text("zh")

    def test_a_date_without_a_session_is_read_as_the_next_one_and_says_so(self) -> None:
        zero = day_zero(make_event("own", date(2025, 1, 30)), SHANGHAI)
        assert (str(zero.session), zero.rule) == ("2025-02-05", "next_session")
        assert zero.note is not None
        assert "XSHG was shut on 2025-01-30" in zero.note.text()
        assert "2025-02-05" in zero.note.text("zh")


@pytest.mark.parametrize(
    ("published", "session"),
    [
        ("2025-02-07", "2025-02-10"),  # the article on the lists: a Friday
        ("2025-02-06", "2025-02-07"),
        ("2025-01-29", "2025-02-05"),
    ],
)
def test_a_reader_can_trade_from_the_first_session_after_publication(
    published: str, session: str
) -> None:
    assert str(publication(date.fromisoformat(published), SHANGHAI).session) == session


@pytest.mark.parametrize(
    ("home", "at", "session", "entry"),
    [
        (SHANGHAI, "2025-03-05T08:00:00+08:00", "2025-03-05", "2025-03-05"),  # before the open
        (SHANGHAI, "2025-03-05T09:24:59+08:00", "2025-03-05", "2025-03-05"),
        (SHANGHAI, "2025-03-05T09:25:00+08:00", "2025-03-05", "2025-03-06"),  # it has been matched
        (SHANGHAI, "2025-03-05T12:00:00+08:00", "2025-03-05", "2025-03-06"),  # the lunch break
        (SHANGHAI, "2025-03-05T14:59:59+08:00", "2025-03-05", "2025-03-06"),
        (SHANGHAI, "2025-03-05T15:00:00+08:00", "2025-03-06", "2025-03-06"),  # the close
        (SHANGHAI, "2025-03-05T22:00:00+08:00", "2025-03-06", "2025-03-06"),
        (SHANGHAI, "2025-03-07T14:00:00+00:00", "2025-03-10", "2025-03-10"),  # a Friday evening
        (SHANGHAI, "2025-03-08T10:00:00+08:00", "2025-03-10", "2025-03-10"),  # a Saturday
        (SHANGHAI, "2025-01-30T10:00:00+08:00", "2025-02-05", "2025-02-05"),  # a holiday
        (HONG_KONG, "2025-03-05T09:19:59+08:00", "2025-03-05", "2025-03-05"),
        (HONG_KONG, "2025-03-05T12:30:00+08:00", "2025-03-05", "2025-03-06"),  # the lunch break
        (HONG_KONG, "2025-03-05T15:30:00+08:00", "2025-03-05", "2025-03-06"),
        (HONG_KONG, "2025-03-05T16:00:00+08:00", "2025-03-06", "2025-03-06"),
        (HONG_KONG, "2025-01-28T12:30:00+08:00", "2025-02-03", "2025-02-03"),  # shut at noon
    ],
)
def test_a_timestamp_decides_day_p_and_the_open_at_which_a_reader_enters(
    home: Calendar, at: str, session: str, entry: str
) -> None:
    known = publication(datetime.fromisoformat(at), home)
    assert (str(known.session), str(known.entry)) == (session, entry)
    assert known.during == (session != entry)


class TestNeighbours:
    def test_v3_is_clean_until_the_session_before_r1_leaked(self) -> None:
        v3 = select_event("deepseek-v3")
        assert last_clean_offset(v3, EVENTS, SHANGHAI) == 14
        near = {one.id: one.offset for one in neighbours(v3, EVENTS, SHANGHAI)}
        assert near == {
            "policy-package": -63,
            "national-day": -58,
            "deepseek-r1@leak": 15,
            "deepseek-r1": 16,
            "us-shock": 21,
            "reopening": 21,
            "us-tariffs": 62,
        }

    def test_r1_is_clean_until_the_holiday_and_v3_lies_sixteen_sessions_before(self) -> None:
        r1 = select_event("deepseek-r1")
        assert last_clean_offset(r1, EVENTS, SHANGHAI) == 4
        offsets = [one.offset for one in neighbours(r1, EVENTS, SHANGHAI)]
        assert offsets == sorted(offsets) == [-79, -74, -17, -16, 5, 5, 46]

    def test_an_alternative_is_no_neighbour_of_its_own_event(self) -> None:
        leak = select_event("deepseek-r1@leak")
        assert all("r1" not in one.id for one in neighbours(leak, EVENTS, SHANGHAI))

    def test_the_last_event_has_no_bound_and_a_shared_day_leaves_nothing_clean(self) -> None:
        shock, reopening = select_event("us-shock"), select_event("reopening")
        assert last_clean_offset(shock, [select_event("deepseek-r1")], SHANGHAI) is None
        assert last_clean_offset(shock, [reopening], SHANGHAI) == -1
        assert last_clean_offset(shock, [reopening], HONG_KONG) == 2


class TestOwnEvents:
    def test_an_own_event_may_tell_its_time_in_a_zone(self) -> None:
        event = make_event("own", "2025-01-20 20:19:44", zone="Asia/Shanghai", name_zh="发布")
        assert event.at == datetime(2025, 1, 20, 12, 19, 44, tzinfo=UTC)
        assert (event.name_en, event.name_zh) == ("发布", "发布")

    def test_its_alternatives_can_be_chosen_by_name(self) -> None:
        alternative = make_alternative("own", "early", "2025-01-17", why="rumour")
        event = make_event("own", "2025-01-20T20:00+08:00", alternatives=(alternative,))
        early = select_event("own@early", {"own": event})
        assert (early.id, early.at, early.note) == ("own@early", date(2025, 1, 17), "rumour")
        assert early.base_id == "own"

    @pytest.mark.parametrize(
        ("at", "zone", "why"),
        [
            ("2025-01-20 20:19", "", "says neither its UTC offset nor its zone"),
            (datetime(2025, 1, 20, 20), "", "says neither its UTC offset"),  # noqa: DTZ001
            ("20 January 2025", "", "neither a date nor a timestamp"),
            ("2025-02-30", "", "neither a date nor a timestamp"),
            ("2025-01-20", "Asia/Peking", "'Asia/Peking' is no zone"),
            ("2025-01-20", "../etc", "is no zone"),
            ("2025-07-01T09:30-05:00", "America/New_York", "is not the one of America/New_York"),
        ],
    )
    def test_a_moment_that_cannot_be_placed_is_refused(
        self, at: str | datetime, zone: str, why: str
    ) -> None:
        with pytest.raises(BadEvent) as caught:
            make_event("own", at, zone=zone)
        assert "event own: " in str(caught.value)
        assert why in str(caught.value)
        assert "+08:00" in caught.value.hint
        assert caught.value.exit_code == 2

    def test_two_alternatives_cannot_share_a_name(self) -> None:
        twice = (make_alternative("own", "x", "2025-01-17"),) * 2
        with pytest.raises(BadEvent, match="same id"):
            make_event("own", "2025-01-20", alternatives=twice)

    def test_an_event_beyond_the_calendar_is_an_error(self) -> None:
        with pytest.raises(OutsideCalendar):
            day_zero(make_event("own", "1999-01-20"), SHANGHAI)


@pytest.mark.parametrize(
    ("name", "kind", "known"),
    [
        ("deepseek-r2", "no event is called 'deepseek-r2'; did you mean 'deepseek-r1'?", "us-sho"),
        ("deepseek-r1@leek", "alternative of deepseek-r1 is called 'leek'", "leak, app"),
        ("reopening@x", "alternative of reopening", "none"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(name: str, kind: str, known: str) -> None:
    with pytest.raises(UnknownName) as caught:
        select_event(name)
    assert kind in str(caught.value)
    assert known in caught.value.hint


@given(
    moment=st.datetimes(datetime(2006, 1, 1), datetime(2026, 11, 1)),  # noqa: DTZ001
    hours=st.integers(-12, 12),
)
def test_day_zero_closes_after_the_news_and_the_session_before_did_not(
    moment: datetime, hours: int
) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    for known in (SHANGHAI, HONG_KONG):
        session = day_zero(make_event("own", aware), known).session
        assert known.close_of(session) > aware
        assert known.close_of(known.offset(session, -1)) <= aware
