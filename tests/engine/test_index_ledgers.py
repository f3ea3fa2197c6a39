"""Levels, weights and contributions of the index book against ledgers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from basketbt.engine.holding_periods import LateListing
from basketbt.engine.index import IndexPath, index_path
from basketbt.engine.rebalance import Rebalance

NAN = np.nan
HOLD = Rebalance()
DAYS = np.array(
    ["2025-01-21", "2025-01-22", "2025-01-23", "2025-01-24", "2025-01-27"], dtype="datetime64[D]"
)


def path(
    prices: list[list[float]],
    weights: list[list[float]],
    rule: Rebalance = HOLD,
    *,
    late_listing: LateListing = "exclude",
    delisted: np.ndarray | None = None,
) -> IndexPath:
    table = np.array(prices)
    return index_path(
        table,
        np.array(weights),
        rule,
        sessions=DAYS[: len(table)],
        late_listing=late_listing,
        delisted=delisted,
    )


def on(row: int) -> Rebalance:
    return Rebalance("dates", dates=(DAYS[row],))


# Two shares: the first 10 → 11 → 12 → 15, the second 20 → 20 → 16 → 16.
TWO = [[10.0, 20.0], [11.0, 20.0], [12.0, 16.0], [15.0, 16.0]]


def test_buy_and_hold() -> None:
    # Half and half: 50 buys 5 shares at 10, 50 buys 2.5 shares at 20.
    book = path(TWO, [[0.5, 0.5]])
    np.testing.assert_allclose(book.levels[:, 0], [100, 105, 100, 115], rtol=1e-15)
    np.testing.assert_allclose(book.weights(0), [[0.5, 0.5]])
    np.testing.assert_allclose(book.weights(3), [[75 / 115, 40 / 115]])
    np.testing.assert_allclose(book.contributions(3), [[0.25, -0.10]], atol=1e-15)


def test_rebalanced_on_a_named_session() -> None:
    # Reset at the close of row 2 (level 100): 50/12 and 50/16 shares; 15 makes 62.5 + 50 = 112.5.
    book = path(TWO, [[0.5, 0.5]], on(2))
    np.testing.assert_allclose(book.levels[:, 0], [100, 105, 100, 112.5], rtol=1e-15)
    # On the session of the reset the weights shown are those it closed with.
    np.testing.assert_allclose(book.weights(2), [[0.6, 0.4]])
    np.testing.assert_allclose(book.weights(3), [[62.5 / 112.5, 50 / 112.5]])
    # First share: 60/100 - 50/100 = 10 %, then 12.5 points of level 100.
    np.testing.assert_allclose(book.contributions(3), [[0.225, -0.10]], atol=1e-15)


def test_contributions_between_two_rows_of_a_path() -> None:
    book = path(TWO, [[0.5, 0.5]])
    # From row 1 (level 105, 55 + 50) to row 3 (75 + 40).
    np.testing.assert_allclose(book.contributions(3, since=1), [[20 / 105, -10 / 105]], atol=1e-15)


def test_a_band_is_breached_by_each_basket_on_its_own_session() -> None:
    # First basket: 52.4 % after row 1 stays inside five points, 60 % after row 2 does not.
    # Second basket holds 90 %: 90.8 % and 94.4 % stay inside.
    book = path(TWO, [[0.5, 0.5], [0.9, 0.1]], Rebalance("band", width=0.05))
    np.testing.assert_allclose(book.levels[:, 0], [100, 105, 100, 112.5], rtol=1e-14)
    np.testing.assert_allclose(book.levels[:, 1], [100, 109, 116, 143], rtol=1e-14)


def test_a_share_without_a_price_at_the_base_is_left_out() -> None:
    prices = [[10.0, NAN], [11.0, NAN], [12.0, 8.0], [15.0, 16.0]]
    book = path(prices, [[0.5, 0.5]], Rebalance("daily"))
    np.testing.assert_allclose(book.levels[:, 0], [100, 110, 120, 150], rtol=1e-15)
    assert book.entry_row.tolist() == [0, 2]
    np.testing.assert_array_equal(book.targets, [[1.0, 0.0]])
    np.testing.assert_array_equal(book.contributions(3), [[0.5, 0.0]])


def test_a_late_listing_joins_at_its_first_close_with_its_target_weight() -> None:
    # 100 buys the first share; at row 2 the level is 120 and a quarter (30) buys the newcomer.
    # Then the first share gains a quarter (90 → 112.5) and the newcomer doubles (30 → 60).
    prices = [[10.0, NAN], [11.0, NAN], [12.0, 8.0], [15.0, 16.0]]
    book = path(prices, [[0.75, 0.25]], late_listing="join")
    np.testing.assert_allclose(book.levels[:, 0], [100, 110, 120, 172.5], rtol=1e-15)
    np.testing.assert_array_equal(book.targets, [[0.75, 0.25]])
    np.testing.assert_array_equal(book.weights(2), [[1.0, 0.0]])
    np.testing.assert_allclose(book.weights(3), [[112.5 / 172.5, 60 / 172.5]])
    np.testing.assert_allclose(book.contributions(3), [[0.425, 0.30]], atol=1e-15)


def test_joining_shrinks_the_others_in_proportion_to_what_they_have_become() -> None:
    # Two thirds and one third of 75 % at the base; the first doubles, so 80 % and 20 %.
    prices = [[10.0, 10.0, NAN], [20.0, 10.0, 5.0], [20.0, 20.0, 5.0]]
    book = path(prices, [[0.5, 0.25, 0.25]], late_listing="join")
    level = 100 * (2 / 3 * 2 + 1 / 3)
    # Then only the second share moves: a fifth of three quarters doubles.
    np.testing.assert_allclose(book.levels[:, 0], [100, level, level * 1.15], rtol=1e-14)
    np.testing.assert_allclose(book.weights(2), [[0.6 / 1.15, 0.3 / 1.15, 0.25 / 1.15]])


def test_a_reset_before_a_late_listing_spreads_its_weight_over_those_who_are_there() -> None:
    prices = [[10.0, 10.0, NAN], [20.0, 10.0, NAN], [20.0, 20.0, 5.0], [20.0, 20.0, 10.0]]
    book = path(prices, [[0.25, 0.25, 0.5]], on(1), late_listing="join")
    # 100 → 150; halves again; the second doubles: 225; half of it joins the newcomer: 337.5.
    np.testing.assert_allclose(book.levels[:, 0], [100, 150, 225, 337.5], rtol=1e-14)


def test_a_delisted_share_is_cash_until_the_next_reset_spreads_it() -> None:
    # Sold at 8 after row 1: 40 of cash. Reset at row 2 (level 100): all into the first share.
    prices = [[10.0, 10.0], [10.0, 8.0], [12.0, 8.0], [18.0, 8.0]]
    gone = np.array([[False, False], [False, True], [False, True], [False, True]])
    book = path(prices, [[0.5, 0.5]], on(2), delisted=gone)
    np.testing.assert_allclose(book.levels[:, 0], [100, 90, 100, 150], rtol=1e-15)
    held = path(prices, [[0.5, 0.5]], delisted=gone)
    np.testing.assert_allclose(held.levels[:, 0], [100, 90, 100, 130], rtol=1e-15)


def test_when_everything_is_delisted_the_book_is_cash() -> None:
    prices = [[10.0, 10.0], [10.0, 8.0], [10.0, 8.0], [10.0, 8.0]]
    gone = np.array([[False, False], [True, True], [True, True], [True, True]])
    book = path(prices, [[0.5, 0.5]], Rebalance("daily"), delisted=gone)
    np.testing.assert_allclose(book.levels[:, 0], [100, 90, 90, 90], rtol=1e-15)
    np.testing.assert_allclose(book.weights(3), [[0.0, 0.0]])


def test_a_share_delisted_at_the_base_is_left_out() -> None:
    book = path(TWO, [[0.5, 0.5]], delisted=np.array([[False, True]] * 4))
    np.testing.assert_allclose(book.levels[:, 0], [100, 110, 120, 150], rtol=1e-15)
    np.testing.assert_array_equal(book.targets, [[1.0, 0.0]])


@pytest.mark.parametrize("late_listing", ["exclude", "join"])
def test_a_basket_none_of_whose_shares_has_a_price_has_no_level(late_listing: LateListing) -> None:
    prices = [[10.0, NAN], [11.0, 5.0], [12.0, 6.0]]
    book = path(prices, [[0.0, 1.0], [1.0, 0.0]], late_listing=late_listing)
    assert np.isnan(book.levels[:, 0]).all()
    np.testing.assert_allclose(book.levels[:, 1], [100, 110, 120])


def test_when_a_price_ends_the_baskets_that_hold_it_end_and_no_other() -> None:
    prices = [[10.0, 10.0], [11.0, 10.0], [12.0, NAN], [15.0, NAN]]
    book = path(prices, [[0.5, 0.5], [1.0, 0.0]], Rebalance("daily"))
    assert np.isnan(book.levels[:, 0]).tolist() == [False, False, True, True]
    np.testing.assert_allclose(book.levels[:, 1], [100, 110, 120, 150])
    np.testing.assert_allclose(book.contributions(3)[1], [0.5, 0.0])


def test_prices_that_stand_still_leave_the_level_exactly_at_one_hundred() -> None:
    book = path([[7.3, 0.9, 21.07]] * 5, [[0.1, 0.2, 0.7]], Rebalance("daily"))
    assert book.levels[:, 0].tolist() == [100.0] * 5


def test_the_base_alone() -> None:
    book = path(TWO[:1], [[0.5, 0.5]])
    assert book.levels.tolist() == [[100.0]]
    assert book.weights(0).tolist() == [[0.5, 0.5]]
    assert book.contributions(0).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("row", [-1, 4])
def test_rows_outside_the_path_are_refused(row: int) -> None:
    book = path(TWO, [[0.5, 0.5]])
    with pytest.raises(IndexError, match="4 rows"):
        book.contributions(row)
    with pytest.raises(IndexError, match="4 rows"):
        book.weights(row)


@pytest.mark.parametrize(
    ("prices", "weights", "message"),
    [
        (TWO, [[0.5, 0.4]], "sum to 1"),
        (TWO, [[1.5, -0.5]], ">= 0"),
        (TWO, [[1.0]], "do not fit"),
        ([[10.0, 0.0]], [[0.5, 0.5]], "positive"),
        ([[10.0, np.inf]], [[0.5, 0.5]], "positive"),
    ],
)
def test_arrays_that_cannot_be_a_book_are_refused(
    prices: list[list[float]], weights: list[list[float]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        path(prices, weights)
