"""When weights are reset, on the real sessions around the turn of 2024 and the Spring Festival."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from basketbt.engine.rebalance import BadRebalance, Kind, Rebalance
from basketbt.market.calendars import NotASession, calendar


def sessions(start: str, end: str) -> np.ndarray:
    return calendar("XSHG").between(np.datetime64(start), np.datetime64(end))


def resets(rule: Rebalance, days: np.ndarray) -> list[str]:
    return [str(day) for day in days[rule.rebalance_rows(days)]]


TURN = ("2024-12-20", "2025-04-10")
QUARTERS = sessions(*TURN)


@pytest.mark.parametrize(
    ("rule", "first", "last", "expected"),
    [
        ("monthly", *TURN, "2024-12-31 2025-01-27 2025-02-28 2025-03-31"),
        ("quarterly", *TURN, "2024-12-31 2025-03-31"),
        # Spring Festival: 27 January is a Monday and the only session of its week; 5 to 7 February
        # is a short one. (New Year's Day splits the week of 30 December but does not end it.)
        ("weekly", "2024-12-30", "2025-01-20", "2025-01-03 2025-01-10 2025-01-17"),
        ("weekly", "2025-01-20", "2025-02-12", "2025-01-24 2025-01-27 2025-02-07"),
        ("daily", "2025-02-05", "2025-02-11", "2025-02-06 2025-02-07 2025-02-10"),
        ("monthly", "2024-12-31", "2025-01-27", ""),  # both end a month: base and last session
        ("hold", *TURN, ""),
    ],
)
def test_a_rule_resets_at_the_last_session_of_its_period(
    rule: Kind, first: str, last: str, expected: str
) -> None:
    assert resets(Rebalance(rule), sessions(first, last)) == expected.split()


def test_named_dates_at_the_base_and_the_last_session_are_never_reset() -> None:
    named = Rebalance("dates", dates=(QUARTERS[0], QUARTERS[5], QUARTERS[-1]))
    assert resets(named, QUARTERS) == [str(QUARTERS[5])]


def test_a_band_knows_no_date_in_advance() -> None:
    assert resets(Rebalance("band", width=0.05), QUARTERS) == []


@pytest.mark.parametrize("rule", [Rebalance("daily"), Rebalance("monthly"), Rebalance()])
def test_a_path_of_the_base_alone(rule: Rebalance) -> None:
    assert rule.rebalance_rows(QUARTERS[:1]).tolist() == [False]


def test_a_named_date_that_is_no_session_names_its_neighbours() -> None:
    rule = Rebalance("dates", dates=(np.datetime64("2025-01-29"),))
    with pytest.raises(NotASession) as caught:
        rule.rebalance_rows(QUARTERS)
    assert "2025-01-29" in str(caught.value)
    assert "2025-01-27" in caught.value.hint
    assert "2025-02-05" in caught.value.hint


def test_a_named_date_outside_the_path_does_not_concern_it() -> None:
    dates = tuple(np.array(["2024-01-01", "2025-02-07", "2026-01-01"], dtype="M8[D]"))
    assert resets(Rebalance("dates", dates=dates), QUARTERS) == ["2025-02-07"]


def test_labels_fit_a_cell() -> None:
    dates = tuple(np.array(["2025-03-03", "2025-02-07"], dtype="M8[D]"))
    assert Rebalance().label == "hold"
    assert Rebalance("monthly").label == "monthly"
    assert Rebalance("band", width=0.05).label == "band 0.05"
    assert Rebalance("dates", dates=dates).label == "dates 2025-02-07 2025-03-03"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "dates"},
        {"kind": "monthly", "dates": (np.datetime64("2025-02-07"),)},
        {"kind": "band"},
        {"kind": "hold", "width": 0.05},
        {"kind": "band", "width": 0.0},
        {"kind": "band", "width": 1.0},
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BadRebalance) as caught:
        Rebalance(**fields)
    assert str(fields["kind"]) in str(caught.value)
    assert "{kind: band, width: 0.05}" in caught.value.hint
