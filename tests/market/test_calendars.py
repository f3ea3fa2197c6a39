"""Which days the exchanges traded, and when they closed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.errors import OutsideCalendar, UnknownName
from basketbt.market.calendars import (
    MARKETS,
    TABLES,
    NotASession,
    as_date,
    as_day,
    calendar,
    sessions_per_year,
)
from basketbt.market.refresh import (
    CLOSURES,
    refresh,
    table_text,
    upstream_closes,
)
from support.written import table as csv_rows

ANSWERS = csv_rows(Path(__file__).parent / "answers/calendars.csv")

SHANGHAI, HONG_KONG = calendar("XSHG"), calendar("XHKG")
days = st.dates(date(2005, 2, 1), date(2026, 12, 1))


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: f"{row['calendar']}-{row['day']}")
class TestAnswers:
    """Days checked by hand against the exchanges' notices."""

    def test_sessions(self, row: dict[str, str]) -> None:
        known, day = calendar(row["calendar"]), date.fromisoformat(row["day"])
        assert (known.on_or_after(day) == as_day(day)) == (row["session"] == "yes")

    def test_neighbours(self, row: dict[str, str]) -> None:
        known, day = calendar(row["calendar"]), date.fromisoformat(row["day"])
        assert str(known.last_before(day)) == row["previous"]
        assert str(known.first_after(day)) == row["next"]
        here = row["day"] if row["session"] == "yes" else None
        assert str(known.on_or_after(day)) == (here or row["next"])
        assert str(known.on_or_before(day)) == (here or row["previous"])

    def test_close_or_refusal(self, row: dict[str, str]) -> None:
        known, day = calendar(row["calendar"]), date.fromisoformat(row["day"])
        if row["session"] == "yes":
            assert known.close_of(day) == datetime.combine(
                day, time.fromisoformat(row["close"]), tzinfo=known.zone
            )
            return
        with pytest.raises(NotASession) as caught:
            known.index_of(day)
        assert row["previous"] in caught.value.hint
        assert row["next"] in caught.value.hint


def test_the_mainland_exchanges_share_one_calendar() -> None:
    assert calendar("XSHE") is calendar("XSHG")


def test_the_sessions_of_each_year_are_as_many_as_published() -> None:
    years = Counter(SHANGHAI.sessions.astype("datetime64[Y]").astype(str))
    published = {"2020": 243, "2021": 243, "2022": 242, "2023": 242, "2024": 242, "2025": 243}
    assert {year: years[year] for year in published} == published
    assert years["2026"] == 242


@pytest.mark.parametrize(("name", "basis"), [("XSHG", 243), ("XSHE", 243), ("XHKG", 246)])
def test_the_annualisation_basis_is_the_long_run_mean_of_the_calendar(
    name: str, basis: int
) -> None:
    year = calendar(name).sessions.astype("datetime64[Y]").astype(int) + 1970
    counts = [np.count_nonzero(year == one) for one in range(2010, 2027)]
    assert sessions_per_year(name) == basis == round(np.mean(counts))


@pytest.mark.parametrize("name", MARKETS)
def test_the_table_is_exchange_calendars_with_our_corrections(name: str) -> None:
    known = calendar(name)
    upstream = upstream_closes(name, as_date(known.last))
    assert known.sessions.astype(object).tolist() == list(upstream)
    usual = MARKETS[name].close
    assert {day.item(): close for day, close in known.early_closes.items()} == {
        day: close for day, close in upstream.items() if close != usual
    }


def test_each_correction_removes_a_day_that_is_no_session_here() -> None:
    assert [(one.calendar, f"{one.day}") for one in CLOSURES] == [
        ("XHKG", "2023-09-01"),
        ("XHKG", "2023-09-08"),
    ]
    for closure in CLOSURES:
        assert calendar(closure.calendar).on_or_after(closure.day) > as_day(closure.day)
        assert closure.source.startswith("https://www.hkex.com.hk/")


def test_refreshing_writes_the_tables_that_are_committed(tmp_path: Path) -> None:
    refresh(tmp_path, as_date(SHANGHAI.last))
    for name in MARKETS:
        written = (tmp_path / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        committed = (TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        assert written[1:] == committed[1:]  # the first line names the version that is installed
        assert version("exchange_calendars") in written[0]


def test_a_half_day_stands_in_the_table_with_its_close() -> None:
    closes = {date(2025, 1, 27): time(16), date(2025, 1, 28): time(12)}
    lines = table_text("XHKG", closes, "1").splitlines()
    assert lines[-2:] == ["2025-01-27", "2025-01-28 12:00"]


class TestBounds:
    def test_beyond_the_published_sessions_the_error_says_what_to_do(self) -> None:
        with pytest.raises(OutsideCalendar) as caught:
            SHANGHAI.on_or_after(date(2099, 1, 4))
        assert "2099-01-04 is outside the XSHG sessions known here" in str(caught.value)
        assert "upgrade exchange-calendars" in caught.value.hint
        assert caught.value.exit_code == 3

    def test_before_the_table_too(self) -> None:
        with pytest.raises(OutsideCalendar, match="2004-12-31"):
            SHANGHAI.on_or_after(date(2004, 12, 31))

    def test_an_offset_over_either_end_is_an_error_not_a_wrap_around(self) -> None:
        with pytest.raises(OutsideCalendar, match="session 5 before 2005-01-05"):
            SHANGHAI.offset(date(2005, 1, 5), -5)
        with pytest.raises(OutsideCalendar, match="session 999999 after 2026-12-30"):
            SHANGHAI.offset(date(2026, 12, 30), 999_999)

    def test_a_longer_exchange_calendars_is_used_without_a_new_table(self) -> None:
        # Hong Kong's holidays are computed by rule, so upstream goes on after the table.
        after = as_date(HONG_KONG.last)
        assert HONG_KONG.first_after(after) > HONG_KONG.last
        assert HONG_KONG.offset(after, 1) == HONG_KONG.first_after(after)
        assert HONG_KONG.close_of(date(2027, 12, 24)).time() == time(12)
        assert HONG_KONG.distance(after, HONG_KONG.offset(after, 7)) == 7

    def test_an_unknown_exchange_names_the_known_ones(self) -> None:
        with pytest.raises(UnknownName) as caught:
            calendar("XNYS")
        assert "XSHG, XHKG" in caught.value.hint


class TestMoments:
    def test_a_moment_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="without a zone"):
            SHANGHAI.first_closing_after(datetime(2025, 1, 20, 12))  # noqa: DTZ001

    def test_a_timestamp_is_not_taken_for_a_date(self) -> None:
        with pytest.raises(TypeError, match="not a timestamp"):
            as_day(datetime(2025, 1, 20, 12, tzinfo=UTC))


@given(start=days, end=days)
def test_sessions_between_two_days_are_counted_consistently(start: date, end: date) -> None:
    found = SHANGHAI.between(start, end)
    assert SHANGHAI.are_sessions(found).all()
    if end < start:
        assert found.size == 0
        return
    one_by_one = [
        day for day in np.arange(as_day(start), as_day(end) + 1) if SHANGHAI.on_or_after(day) == day
    ]
    assert found.tolist() == [day.item() for day in one_by_one]


@given(day=days, k=st.integers(-60, 60))
def test_an_offset_and_the_distance_back_cancel(day: date, k: int) -> None:
    try:
        session = SHANGHAI.on_or_after(day)
        moved = SHANGHAI.offset(session, k)
    except OutsideCalendar:
        return
    assert SHANGHAI.distance(session, moved) == k
    assert SHANGHAI.offset(moved, -k) == session


@pytest.mark.market
@pytest.mark.parametrize(
    ("table", "symbol", "name"), [("indexes", "000300.SH", "XSHG"), ("bars", "6682.HK", "XHKG")]
)
def test_real_prices_exist_on_every_session_and_on_no_other_day(
    table: str, symbol: str, name: str, market: Path
) -> None:
    import pyarrow.parquet as pq

    found = pq.read_table(
        market / f"{table}.parquet", columns=["date"], filters=[("symbol", "==", symbol)]
    )
    traded = np.unique(found["date"].to_numpy().astype("datetime64[D]"))
    assert traded.tolist() == calendar(name).between(traded[0], traded[-1]).tolist()
