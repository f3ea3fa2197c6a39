"""A grid says what a loop of single studies says, however it is cut up."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.engine import compiled, kernel
from basketbt.engine.batch.engine import (
    FIGURES,
    TILE,
    GridStatistics,
    Yardstick,
    grid_statistics,
)
from basketbt.engine.holding_periods import IndexMarket as Prepared
from basketbt.engine.holding_periods import LateListing, make_market
from basketbt.engine.kernel import Holdings
from basketbt.engine.rebalance import Kind, Rebalance
from basketbt.metrics.drawdowns import episodes
from basketbt.metrics.evaluation import evaluate
from support.markets import DAYS, Market, grid_levels, markets

LATE = st.sampled_from(["exclude", "join"])


def prepared(market: Market, late_listing: LateListing = "exclude") -> Prepared:
    return make_market(
        market.prices,
        market.rule,
        sessions=market.sessions,
        late_listing=late_listing,
        delisted=market.delisted,
    )


def named(weights: np.ndarray) -> Holdings:
    """The same baskets, each with the names it holds (and idle ones to fill the row)."""
    width = max(int((weights > 0).sum(axis=1).max()), 1)
    order = np.argsort(weights <= 0, axis=1, kind="stable")[:, :width]
    return Holdings(np.take_along_axis(weights, order, axis=1), order.astype(np.int32))


def assert_same(ours: GridStatistics, expected: np.ndarray, benchmark: np.ndarray) -> None:
    """Every figure of the one window equals the registry's measure of the same levels."""
    theirs = evaluate(expected, annualisation=243, rf_annual=0.02, benchmark_levels=benchmark)
    for key in FIGURES:
        # A ratio next to 0, or to a tiny deviation, has no relative precision of its own.
        scale = max(1.0, np.nanmax(np.abs(theirs.values[key]), initial=0.0))
        np.testing.assert_allclose(
            ours.figures[key][:, 0, 0], theirs.values[key], rtol=1e-12, atol=1e-12 * scale
        )


@given(market=markets(), late_listing=LATE, sparse=st.booleans())
def test_levels_and_statistics_equal_a_loop_of_single_studies(
    market: Market, late_listing: LateListing, sparse: bool
) -> None:
    baskets = named(market.weights) if sparse else Holdings(market.weights)
    benchmark = np.linspace(100, 90, len(market.prices))
    single = np.column_stack(
        [
            market.book(late_listing, weights=market.weights[[basket]]).levels[:, 0]
            for basket in range(len(market.weights))
        ]
    )
    ready = prepared(market, late_listing)
    np.testing.assert_allclose(grid_levels(ready, baskets), single.T, rtol=1e-12)
    yardstick = Yardstick(annualisation=243, rf_annual=0.02, benchmark=benchmark)
    assert_same(grid_statistics(ready, baskets, yardstick), single, benchmark)


@given(market=markets(), late_listing=LATE, end=st.integers(0, 29))
def test_a_window_is_the_beginning_of_a_path(
    market: Market, late_listing: LateListing, end: int
) -> None:
    end = min(end, len(market.prices) - 1)
    benchmark = np.full(len(market.prices), 100.0)
    yardstick = Yardstick(annualisation=243, rf_annual=0.02, benchmark=benchmark)
    found = grid_statistics(
        prepared(market, late_listing), Holdings(market.weights), yardstick, ends=[end]
    )
    levels = market.book(late_listing).levels[: end + 1]
    assert_same(found, levels, benchmark[: end + 1])


@pytest.mark.parametrize("end", [119, 120, 121, 243])
def test_half_a_year_is_annualised_like_a_single_study(end: int) -> None:
    market, weights, yardstick = big_market(9, rows=260)
    found = grid_statistics(
        market, Holdings(weights), replace(yardstick, rf_annual=0.02), ends=[end]
    )
    levels = grid_levels(market, Holdings(weights))[:, : end + 1].T
    assert yardstick.benchmark is not None
    assert_same(found, levels, yardstick.benchmark[: end + 1])
    assert np.isfinite(found.figures["sharpe"]).all() == (end >= 121)
    assert np.isfinite(found.figures["annual_volatility"]).all()


@given(market=markets())
def test_the_rows_of_the_deepest_fall(market: Market) -> None:
    ready = prepared(market)
    found = grid_statistics(ready, Holdings(market.weights), Yardstick(annualisation=243))
    levels = grid_levels(ready, Holdings(market.weights))
    for basket, rows in enumerate(found.falls[:, 0, 0]):
        falls = episodes(levels[basket])
        if not falls:
            assert rows.tolist() == [-1, -1, -1]
            continue
        deepest = min(falls, key=lambda fall: fall.depth)
        recovery = -1 if deepest.recovery is None else deepest.recovery
        assert rows.tolist() == [deepest.peak, deepest.trough, recovery]


def big_market(
    baskets: int, names: int = 40, rows: int = 60, rule: Rebalance | None = None
) -> tuple[Prepared, np.ndarray, Yardstick]:
    random = np.random.default_rng(20250120)
    prices = np.exp(np.cumsum(random.normal(0, 0.03, (rows, names)), axis=0))
    weights = random.dirichlet(np.ones(names), baskets)
    days = np.arange("2024-01-01", "2026-01-01", dtype="datetime64[D]")
    sessions = days[np.is_busday(days)][:rows]
    market = make_market(prices, rule or Rebalance("monthly"), sessions=sessions)
    return market, weights, Yardstick(annualisation=243, benchmark=prices[:, 0])


def same_bytes(one: GridStatistics, other: GridStatistics, part: slice) -> None:
    for key in FIGURES:
        assert one.figures[key][part].tobytes() == other.figures[key].tobytes(), key
    assert one.falls[part].tobytes() == other.falls.tobytes()


@pytest.mark.parametrize("rule", ["hold", "monthly", "daily"])
@pytest.mark.parametrize("sparse", [False, True])
def test_blocks_and_threads_do_not_change_a_byte(rule: Kind, sparse: bool) -> None:
    count = 5 * TILE + 17
    market, weights, yardstick = big_market(count, rule=Rebalance(rule))
    baskets = named(weights) if sparse else Holdings(weights)
    costs = (0.0, 0.002)
    whole = grid_statistics(market, baskets, yardstick, costs=costs)
    same_bytes(
        whole, grid_statistics(market, baskets, yardstick, costs=costs, threads=2), slice(None)
    )
    for first, stop in ((0, TILE), (TILE, 3 * TILE), (3 * TILE, count)):
        part = slice(first, stop)
        own = grid_statistics(market, baskets.rows(part), yardstick, costs=costs)
        same_bytes(whole, own, part)


def test_a_basket_of_nothing_is_undefined_and_disturbs_nobody() -> None:
    market, weights, yardstick = big_market(4)
    alone = grid_statistics(market, Holdings(weights[1:]), yardstick)
    weights[0] = 0.0
    found = grid_statistics(market, Holdings(weights), yardstick)
    for key in FIGURES:
        assert np.isnan(found.figures[key][0]).all()
        np.testing.assert_allclose(found.figures[key][1:], alone.figures[key], rtol=1e-12)
    assert (found.falls[0] == -1).all()


@pytest.mark.parametrize("sparse", [False, True])
def test_a_table_without_prices_is_undefined(sparse: bool) -> None:
    weights = np.array([[0.5, 0.5], [1.0, 0.0]])
    prices = np.full((30, 2), np.nan)
    market = make_market(prices, Rebalance(), sessions=DAYS[:30])
    baskets = named(weights) if sparse else Holdings(weights)
    found = grid_statistics(market, baskets, Yardstick(annualisation=243))
    assert np.isnan(found.figures["total_return"]).all()


@pytest.mark.parametrize("sparse", [False, True])
def test_prices_that_end_undefine_only_the_baskets_that_hold_them(sparse: bool) -> None:
    prices = np.ones((30, 3))
    prices[20:, 2] = np.nan
    weights = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    market = make_market(prices, Rebalance(), sessions=DAYS[:30])
    baskets = named(weights) if sparse else Holdings(weights)
    levels = grid_levels(market, baskets)
    assert (levels[0] == 100).all()
    assert (levels[1, :20] == 100).all()
    assert np.isnan(levels[1, 20:]).all()


def test_costs_are_paid_on_what_is_traded() -> None:
    """One share doubles, the other stands: by hand, with a reset on row 1 and the sale on row 2."""
    prices = np.array([[1.0, 1.0], [2.0, 1.0], [2.0, 1.0]])
    sessions = np.array(["2025-01-02", "2025-01-03", "2025-01-06"], dtype="datetime64[D]")
    market = make_market(prices, Rebalance("daily"), sessions=sessions)
    found = grid_statistics(
        market,
        Holdings(np.array([[0.5, 0.5]])),
        Yardstick(annualisation=243),
        ends=(1, 2),
        costs=(0.0, 0.01),
    ).figures["total_return"][0]
    # bought 100 %, then 2/3 against 1/3 back to halves: a third of the value changes hands
    first = 0.99 * 1.5
    np.testing.assert_allclose(
        found, [[0.5, first * 0.99 - 1], [0.5, first * (1 - 0.01 / 3) * 0.99 - 1]], rtol=1e-12
    )


def test_memory_does_not_grow_with_the_number_of_baskets() -> None:
    """Levels of all baskets would be 40 MB; the tables of results are 1 MB."""

    class Drawn:
        def __len__(self) -> int:
            return 10_000

        def rows(self, part: slice) -> Holdings:
            random = np.random.default_rng(part.start)
            names = random.integers(0, 8, (part.stop - part.start, 5)) + np.arange(0, 40, 8)
            return Holdings(np.full(names.shape, 0.2), names.astype(np.int32))

    market, _, yardstick = big_market(1, rows=500)
    grid_statistics(market, Holdings(np.full((1, 40), 1 / 40)), yardstick)
    tracemalloc.start()
    found = grid_statistics(market, Drawn(), yardstick)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(found.figures["sharpe"]).all()
    assert peak < 8e6


def test_an_end_outside_the_prices_is_refused() -> None:
    market, weights, yardstick = big_market(1)
    with pytest.raises(ValueError, match="not rows"):
        grid_statistics(market, Holdings(weights), yardstick, ends=[60])


def test_the_compiled_sum_and_the_one_of_the_event_study_are_the_same_bits() -> None:
    random = np.random.default_rng(7)
    table = random.normal(size=(90, 40))
    names = np.stack([random.permutation(90)[:13] for _ in range(300)]).astype(np.int32)
    values = random.dirichlet(np.ones(13), size=300)
    found = np.empty((300, 40))
    compiled.gather(names, values, table, found)
    np.testing.assert_array_equal(found, kernel.gathered(names, values, table))
