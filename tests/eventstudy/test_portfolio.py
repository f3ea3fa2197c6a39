"""A basket's daily return when names are missing, and what its buyer earned."""

from __future__ import annotations

import numpy as np
import pytest

from basketbt.eventstudy.portfolio import (
    basket_returns,
    buy_and_hold,
    first_unlimited,
    weight_at_limit,
    with_resumptions,
    without_each_name,
)

NO = np.nan


def test_a_name_without_a_return_is_left_out_and_the_others_renormalised() -> None:
    returns = np.array([[0.10, 0.02, -0.05]])
    weights = np.array([[0.1, 0.5, 0.4]])
    whole, _ = basket_returns(returns, weights)
    assert whole[0, 0] == pytest.approx(0.1 * 0.10 + 0.5 * 0.02 - 0.4 * 0.05)
    returns[0, 0] = NO
    rest, valid = basket_returns(returns, weights)
    assert valid.all()
    assert rest[0, 0] == pytest.approx((0.5 * 0.02 - 0.4 * 0.05) / 0.9)


@pytest.mark.parametrize(("missing", "valid"), [(0.2, True), (0.2001, False), (1.0, False)])
def test_a_session_needs_four_fifths_of_the_weight(missing: float, valid: bool) -> None:
    weights = np.array([[missing, 1 - missing]])
    found, stands = basket_returns(np.array([[NO, 0.01]]), weights)
    assert bool(stands[0, 0]) is valid
    assert np.isfinite(found[0, 0]) == valid


def test_five_equal_names_may_miss_one() -> None:
    returns = np.full((1, 5), 0.01)
    returns[0, 2] = NO
    assert basket_returns(returns, np.full((1, 5), 0.2))[1].all()


def test_a_resumption_counts_in_full_on_its_day() -> None:
    returns = np.array([[0.01, NO], [0.01, NO], [0.01, 0.02]])
    resumptions = np.array([[NO, NO], [NO, 0.30], [NO, NO]])
    assert with_resumptions(returns, resumptions)[:, 1] == pytest.approx(
        [NO, 0.3, 0.02], nan_ok=True
    )


def test_buy_and_hold_lets_winners_run_and_holds_a_suspended_name() -> None:
    returns = np.array([[0.1, 0.0, NO], [0.1, NO, NO]])
    weights = np.array([[0.5, 0.5, 0.0], [0.4, 0.4, 0.2]])
    found = buy_and_hold(returns, weights, np.array([0.01, 0.02]))
    wanted = 0.5 * 1.1 * 1.1 + 0.5 - 1.01 * 1.02
    # the third name never has a return: left out, the others renormalised
    assert found == pytest.approx([wanted, wanted])


def test_leaving_out_each_name_in_turn() -> None:
    rows = without_each_name(np.array([0.5, 0.0, 0.5]))
    assert rows.tolist() == [[0.0, 0.0, 0.5], [0.5, 0.0, 0.0]]


def test_weight_at_limit_and_the_first_close_without_any() -> None:
    limit = np.array([[1, 0], [1, 1], [0, 1], [0, 0]], dtype=bool)
    share = weight_at_limit(limit, np.array([[0.7, 0.3], [1.0, 0.0]]))
    assert pytest.approx(np.array([[0.7, 1.0, 0.3, 0.0], [1.0, 1.0, 0.0, 0.0]])) == share.T
    assert [first_unlimited(own, 0, 3) for own in share.T] == [3, 2]
    assert [first_unlimited(own, 0, 1) for own in share.T] == [None, None]
