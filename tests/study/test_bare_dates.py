"""A date without an hour: a reader who knew the list that morning beside the cautious one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from basketbt.market.calendars import calendar
from basketbt.plan.baredates import known_that_morning
from support.made import Made, Study, session

A, INDEX = "600001.SH", "000300.SH"
XSHG = calendar("XSHG")
CLOSES = {day: 20.0 * 1.01 ** max(day, 0) + (3.0 if day >= 8 else 0.0) for day in range(-30, 21)}
BENCHMARK = {day: 4000.0 + 10 * day for day in range(-30, 21)}


def test_the_morning_of_a_session_is_that_session() -> None:
    assert known_that_morning(date(2025, 2, 7), XSHG) == np.datetime64("2025-02-07")


@pytest.mark.parametrize("day", [date(2025, 2, 8), date(2025, 2, 9), date(2025, 1, 29)])
def test_on_a_day_without_a_session_both_readings_are_one(day: date) -> None:
    assert known_that_morning(day, XSHG) is None


def test_a_known_hour_leaves_nothing_open() -> None:
    assert known_that_morning(datetime(2025, 2, 7, 1, tzinfo=UTC), XSHG) is None


def found(study: Study, **asked: Any) -> Any:
    return study(
        Made({A: CLOSES, INDEX: BENCHMARK}),
        [A],
        windows="[[0,20]]",
        **{"split_at_publication": "true", **asked},
    )


def test_both_readings_stand_side_by_side(study: Study) -> None:
    # Published on Friday 7 February, day 7; the cautious reader trades on Monday, day 8.
    assert session(8) == np.datetime64("2025-02-10")
    run = found(study, published="2025-02-07")
    (row,) = run.frames["bare_dates"].to_dict("records")
    assert str(row["morning_date"].date()) == "2025-02-07"
    assert str(row["available_date"].date()) == "2025-02-10"
    assert row["morning_return"] == pytest.approx(CLOSES[20] / CLOSES[6] - 1, abs=1e-12)
    assert row["available_return"] == pytest.approx(CLOSES[20] / CLOSES[7] - 1, abs=1e-12)
    gained = BENCHMARK[20] / BENCHMARK[6] - 1
    assert row["morning_excess"] == pytest.approx(row["morning_return"] - gained, abs=1e-12)
    by_window = run.summary.set_index("window")
    assert row["available_return"] == by_window.loc["available", "total_return"]
    assert "If the list was known that morning" in run.memo
    assert "若当日开盘前已知名单" in found(study, published="2025-02-07", language="zh").memo


@pytest.mark.parametrize(
    "asked",
    [{"published": "2025-02-08"}, {"published": "2025-02-07", "split_at_publication": "false"}],
    ids=["a Saturday", "not split"],
)
def test_without_a_doubt_there_is_no_section(study: Study, asked: dict[str, str]) -> None:
    run = found(study, **asked)
    assert "bare_dates" not in run.frames
    assert "known that morning" not in run.memo
