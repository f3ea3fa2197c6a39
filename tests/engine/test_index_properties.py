"""What must hold for any market, and an independent ledger of share counts as the oracle."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from basketbt.engine.holding_periods import LateListing
from basketbt.engine.rebalance import Rebalance
from basketbt.metrics.drawdowns import max_drawdown
from support.markets import Market, markets

NEVER = 10**9


class Ledger:
    """One basket kept by counting shares, one session at a time, in plain Python."""

    def __init__(self, market: Market, basket: int, late_listing: LateListing) -> None:
        self.prices, self.gone = market.prices.tolist(), market.delisted.tolist()
        self.names = range(len(self.prices[0]))
        self.first = [
            next((r for r, row in enumerate(self.prices) if not math.isnan(row[i])), NEVER)
            for i in self.names
        ]
        allowed = [0] if late_listing == "exclude" else range(len(self.prices))
        wish = {
            i: market.weights[basket, i]
            for i in self.names
            if self.first[i] in allowed and not self.gone[0][i]
        }
        self.wish = {i: weight / sum(wish.values()) for i, weight in wish.items() if weight}
        self.shares: dict[int, float] = {}
        self.cash: dict[int, float] = {}
        self.buy(0, 100.0)
        self.levels = [100.0]

    def aims(self, row: int) -> dict[int, float]:
        there = {
            i: weight
            for i, weight in self.wish.items()
            if self.first[i] <= row and not self.gone[row][i]
        }
        return {i: weight / sum(there.values()) for i, weight in there.items()}

    def buy(self, row: int, money: float) -> None:
        self.aim = self.aims(row)
        self.shares = {i: money * aim / self.prices[row][i] for i, aim in self.aim.items()}
        self.cash = {}

    def close(self, row: int) -> dict[int, float]:
        """What each name is worth at the close; shares delisted by now are sold."""
        for i in [i for i in self.shares if self.gone[row][i]]:
            self.cash[i] = self.shares.pop(i) * self.prices[row][i]
        return {i: n * self.prices[row][i] for i, n in self.shares.items()} | self.cash

    def run(self, rule: Rebalance, sessions: np.ndarray) -> list[float]:
        scheduled = rule.rebalance_rows(sessions)
        for row in range(1, len(self.prices)):
            value = self.close(row)
            level = sum(value.values())
            self.levels.append(level)
            strayed = rule.width is not None and any(
                abs(value.get(i, 0) / level - self.aim.get(i, 0)) > rule.width
                for i in value.keys() | self.aim.keys()
            )
            if scheduled[row] or strayed:
                self.buy(row, level)
            else:
                self.welcome(row, level)
        return self.levels

    def welcome(self, row: int, level: float) -> None:
        """Names with their first price enter at their target weight; the others make room."""
        entering = [i for i in self.wish if self.first[i] == row]
        if not entering:
            return
        room = 1 - sum(self.wish[i] for i in entering)
        self.shares = {i: count * room for i, count in self.shares.items()}
        self.cash = {i: money * room for i, money in self.cash.items()}
        self.shares |= {i: level * self.wish[i] / self.prices[row][i] for i in entering}
        self.aim = self.aims(row)


@given(market=markets(), late_listing=st.sampled_from(["exclude", "join"]))
def test_levels_equal_a_ledger_of_share_counts(market: Market, late_listing: LateListing) -> None:
    book = market.book(late_listing)
    for basket in range(len(market.weights)):
        expected = Ledger(market, basket, late_listing).run(market.rule, market.sessions)
        np.testing.assert_allclose(book.levels[:, basket], expected, rtol=1e-12)


@given(market=markets(), late_listing=st.sampled_from(["exclude", "join"]))
def test_contributions_add_up_to_the_return_on_every_row(
    market: Market, late_listing: LateListing
) -> None:
    book = market.book(late_listing)
    for row in range(len(market.prices)):
        total = book.contributions(row).sum(axis=1)
        np.testing.assert_allclose(total, book.levels[row] / 100 - 1, rtol=0, atol=1e-12)
        since = book.contributions(row, since=row // 2).sum(axis=1)
        earned = book.levels[row] / book.levels[row // 2] - 1
        np.testing.assert_allclose(since, earned, rtol=0, atol=1e-12)


@given(market=markets(), late_listing=st.sampled_from(["exclude", "join"]))
def test_weights_are_a_partition_of_the_book_on_every_row(
    market: Market, late_listing: LateListing
) -> None:
    book = market.book(late_listing)
    for row in range(len(market.prices)):
        weights = book.weights(row)
        assert (weights >= 0).all()
        np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=0, atol=1e-12)
        assert not weights[np.isnan(market.prices[row]) & (weights > 0)].size


@given(market=markets(), scale=st.integers(0, 2**32 - 1))
def test_the_unit_of_a_price_does_not_matter(market: Market, scale: int) -> None:
    units = np.random.default_rng(scale).uniform(0.01, 100, market.prices.shape[1])
    book, scaled = market.book("join"), market.book("join", prices=market.prices * units)
    np.testing.assert_allclose(scaled.levels, book.levels, rtol=1e-12)


@given(market=markets(), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_constituents_does_not_matter(market: Market, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(market.prices.shape[1])
    book = market.book("join")
    shuffled = market.book(
        "join",
        prices=market.prices[:, order],
        weights=market.weights[:, order],
        delisted=market.delisted[:, order],
    )
    last = len(market.prices) - 1
    np.testing.assert_allclose(shuffled.levels, book.levels, rtol=1e-12)
    np.testing.assert_allclose(
        shuffled.contributions(last), book.contributions(last)[:, order], atol=1e-12
    )


@given(market=markets())
def test_a_basket_does_not_know_its_neighbours(market: Market) -> None:
    together = market.book("join").levels
    for basket in range(len(market.weights)):
        alone = market.book("join", weights=market.weights[[basket]]).levels[:, 0]
        np.testing.assert_allclose(alone, together[:, basket], rtol=1e-12)


@given(market=markets(late=False))
def test_joining_equals_excluding_when_nobody_is_late(market: Market) -> None:
    np.testing.assert_array_equal(market.book("join").levels, market.book("exclude").levels)


@given(market=markets())
def test_rebalancing_equals_holding_when_there_is_one_segment(market: Market) -> None:
    never = Market(market.prices, market.weights, market.delisted, Rebalance())
    ends = (market.sessions[0], market.sessions[-1])
    once = Market(market.prices, market.weights, market.delisted, Rebalance("dates", dates=ends))
    wide = Market(market.prices, market.weights, market.delisted, Rebalance("band", width=0.999))
    np.testing.assert_array_equal(once.book().levels, never.book().levels)
    np.testing.assert_allclose(wide.book().levels, never.book().levels, rtol=1e-12)


@given(market=markets(delisting=False))
def test_the_book_stays_within_its_best_and_worst_share(market: Market) -> None:
    levels = market.book().levels
    there = ~np.isnan(market.prices[0])
    steps = market.prices[1:, there] / market.prices[:-1, there]
    for before, after, step in zip(levels[:-1], levels[1:], steps, strict=True):
        assert (after / before <= step.max() * (1 + 1e-12)).all()
        assert (after / before >= step.min() * (1 - 1e-12)).all()
    depth = max_drawdown(levels)
    assert ((depth <= 0) & (depth > -1)).all()
