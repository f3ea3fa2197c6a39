"""Weights that are made of prices: enough of them, none from after the purchase, and by name."""

from __future__ import annotations

import numpy as np
import pytest

from basketbt.api import Run
from basketbt.errors import DataError
from support.made import Made, Study, session

A, B, C, INDEX = "600001.SH", "000002.SZ", "300003.SZ", "000300.SH"
MARKET = dict.fromkeys(range(-260, 4), 100.0)


def swinging(width: float, first: int, last: int = 3) -> dict[int, float]:
    return {day: 10.0 * (1 + width if day % 2 else 1.0) for day in range(first, last + 1)}


def weights(run: Run) -> dict[str, float]:
    return dict(zip(run.constituents["symbol"], run.constituents["weight"], strict=True))


def notes(run: Run) -> str:
    return " ".join(str(text) for text in run.summary["notes"])


def test_a_volatility_of_a_few_returns_is_refused_with_their_number(study: Study) -> None:
    made = Made(
        {A: swinging(0.01, -160), B: swinging(0.03, -79), C: swinging(0.02, -30), INDEX: MARKET}
    )
    with pytest.raises(DataError) as caught:
        study(made, [A, B, C], weighting="inverse_volatility")
    assert caught.value.exit_code == 3
    # B has the returns of days -78 to -21, C of days -29 to -21; 60 are needed.
    assert f"{B} (58), {C} (9)" in str(caught.value)
    assert "60" in str(caught.value)
    assert "66.7%" in str(caught.value)
    assert "max_missing_weight" in caught.value.hint


def test_a_share_with_too_few_returns_is_left_out_where_that_is_allowed(study: Study) -> None:
    made = Made(
        {A: swinging(0.01, -160), B: swinging(0.01, -160), C: swinging(0.02, -30), INDEX: MARKET}
    )
    run = study(made, [A, B, C], weighting="inverse_volatility", max_missing_weight=0.4)
    assert {name: weight for name, weight in weights(run).items() if weight} == pytest.approx(
        {A: 0.5, B: 0.5}
    )
    assert f"{C} (9)" in notes(run)
    with pytest.raises(DataError):
        study(made, [C], weighting="inverse_volatility", max_missing_weight=1)


def test_sixty_returns_are_enough(study: Study) -> None:
    made = Made({A: swinging(0.01, -160), B: swinging(0.03, -81), INDEX: MARKET})
    assert set(weights(study(made, [A, B], weighting="inverse_volatility"))) == {A, B}


def test_the_estimation_never_looks_past_the_purchase(study: Study) -> None:
    """A window from day -60 is bought at the close of day -61, before the estimation ends."""
    calm, wild = swinging(0.01, -250), swinging(0.03, -250)
    after = {day: close * (1 + 0.05 * (day % 2)) for day, close in calm.items() if day > -61}
    asked = {"weighting": "inverse_volatility", "windows": "[[-60,-1]]"}
    plain = study(Made({A: calm, B: wild, INDEX: MARKET}), [A, B], **asked)
    changed = study(Made({A: calm | after, B: wild, INDEX: MARKET}), [A, B], **asked)
    assert weights(plain) == weights(changed)
    # The window keeps its length of 120 and ends at the base: days -180 to -61.
    returns = np.array(
        [[closes[day] / closes[day - 1] - 1 for day in range(-180, -60)] for closes in (calm, wild)]
    )
    inverse = 1 / returns.std(axis=1, ddof=1)
    assert weights(plain)[A] == pytest.approx(inverse[0] / inverse.sum(), abs=1e-12)
    assert "moved back to [-180, -61]" in notes(plain)


def test_prices_that_begin_inside_the_estimation_are_refused_with_their_dates(study: Study) -> None:
    made = Made({A: swinging(0.01, -120), B: swinging(0.03, -120), INDEX: MARKET})
    with pytest.raises(DataError, match=f"exist from {session(-120)}") as caught:
        study(made, [A, B], weighting="inverse_volatility")
    assert caught.value.exit_code == 3


def test_a_share_without_a_count_is_left_out_while_it_weighs_little(study: Study) -> None:
    closes = {name: dict.fromkeys(range(-3, 4), 10.0) for name in (A, B, C)}
    made = Made({**closes, INDEX: MARKET}, shares={A: (300.0, 300.0), B: (100.0, 100.0)})
    run = study(made, [A, B, C], weighting="market_cap", max_missing_weight=0.4)
    assert weights(run)[A] == pytest.approx(0.75)
    assert f"{C} (33.3%" in notes(run)
    with pytest.raises(DataError, match=C) as caught:
        study(made, [A, B, C], weighting="market_cap")
    assert caught.value.exit_code == 3
    assert "share counts" in caught.value.hint


@pytest.mark.parametrize("weighting", ["market_cap", "tradable_cap", "inverse_volatility"])
def test_a_share_that_joins_later_cannot_be_weighed_by_prices_and_is_left_out(
    study: Study, weighting: str
) -> None:
    made = Made(
        {A: swinging(0.01, -160), B: swinging(0.02, 1), INDEX: MARKET},
        shares={A: (100.0, 100.0), B: (100.0, 100.0)},
    )
    run = study(made, [A, B], weighting=f"[equal, {weighting}]", late_listing="join")
    found = run.constituents
    held = found[(found["weighting"] == weighting) & (found["weight"] > 0)]
    assert held["symbol"].tolist() == [A]
    said = run.summary.set_index("weighting")["notes"]
    assert f"{weighting} cannot weigh it" in said[weighting]
    assert "joined at its first close" not in said[weighting]
    assert "joined at its first close" in said["equal"]
