"""What holds for every account, whatever the market does."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basketbt.engine.account.planner import Plan
from basketbt.engine.account.schedule import Moment, make_schedule
from basketbt.engine.account.settings import AccountSettings, Reason
from basketbt.engine.account.shortfall import Rulebook, rulebook, run_fractions
from basketbt.engine.rebalance import Kind, Rebalance
from basketbt.market.fees import Broker
from support.account_market import SYMBOLS, MadeMarket, made_market
from support.accounts import accounts, path_of, random_weights
from support.slow_ledger import Share

BOTH = [(1, Moment.OPEN), (2, Moment.CLOSE)]
SEEDS = st.integers(0, 2**32 - 1)
RULES = ["hold", "daily", "weekly"]


def wild_market(seed: int, rows: int = 14) -> MadeMarket:
    return made_market(seed, rows, SYMBOLS, wild=0.6)


def two_baskets(seed: int) -> list[list[Decimal]]:
    return [random_weights(seed, len(SYMBOLS)), random_weights(seed + 1, len(SYMBOLS))]


def rules_for(market: MadeMarket) -> Rulebook:
    nobody = np.zeros(len(market.symbols), dtype=bool)
    return rulebook(
        market.panel(),
        slice(1, 1 + len(market.sessions)),
        held=~nobody,
        refused=nobody,
        risk_warning=nobody,
        lots=market.lots,
    )


@settings(max_examples=40)
@given(seed=SEEDS, rule=st.sampled_from(RULES))
def test_without_any_rule_the_account_is_the_index_book(seed: int, rule: Kind) -> None:
    # No costs, lots, limits or cap, bought at the close of day -1: the index book, session by
    # session, dividends, bonus issues and suspensions included.
    market = wild_market(seed)
    path = path_of(market, two_baskets(seed), Rebalance(rule))
    schedule = make_schedule(
        path,
        entry=np.array([0, 0]),
        moments=np.array([Moment.CLOSE] * 2, dtype=np.int8),
        follow=True,
    )
    own = AccountSettings()
    plan = run_fractions(rules_for(market), schedule, own, ruled=False)
    np.testing.assert_allclose(plan.value / plan.opening, path.levels / 100, rtol=1e-9)
    np.testing.assert_allclose(plan.total_return, path.levels[-1] / 100 - 1, atol=1e-9)


@pytest.mark.slow
@settings(max_examples=60)
@given(seed=SEEDS, rule=st.sampled_from(RULES), cash=st.sampled_from([20_000.0, 3_000_000.0]))
def test_no_order_breaks_a_rule(seed: int, rule: Kind, cash: float) -> None:
    market = wild_market(seed)
    own = AccountSettings(cash=cash, participation=0.02, slippage_bps=30.0)
    path = path_of(market, two_baskets(seed), Rebalance(rule))
    book = accounts(market, path, BOTH, own)
    limits = rules_for(market).limits
    orders = book.plan.orders
    assert (book.books.cash >= 0).all()
    assert (book.books.shares >= 0).all()
    filled = orders.filled > 0
    for k in np.flatnonzero(filled):
        row, column = orders.row[k], orders.column[k]
        bar = market.shares[column].bars[row]
        assert bar is not None, "a fill on a suspended day"
        assert limits.down[row, column] <= orders.price[k] <= limits.up[row, column]
    traded = np.zeros(book.plan.shares.shape)
    np.add.at(traded, (orders.row, orders.basket, orders.column), orders.filled)
    for column, share in enumerate(market.shares):
        for row, bar in enumerate(share.bars):
            assert (traded[row, :, column] <= 0.02 * (bar.volume if bar else 0)).all()
    for ratio in (book.fill_ratio, book.sold_ratio, book.unsold):
        assert ((ratio >= 0) & (ratio <= 1) | np.isnan(ratio)).all()
    np.testing.assert_array_equal(book.unsold > 0, book.books.shares[-1].any(axis=1))
    assert (orders.reason[orders.wanted == 0] != Reason.FILLED).all()
    wanted = orders.wanted > 0
    whole = orders.filled[wanted] == orders.wanted[wanted]
    np.testing.assert_array_equal(whole, orders.reason[wanted] == Reason.FILLED)


@pytest.mark.slow
@settings(max_examples=30)
@given(seed=SEEDS, rule=st.sampled_from(RULES))
def test_the_parts_of_the_shortfall_add_up(seed: int, rule: Kind) -> None:
    market = wild_market(seed)
    path = path_of(market, two_baskets(seed), Rebalance(rule))
    own = AccountSettings(cash=500_000.0, slippage_bps=20.0, dividends="taxed")
    parts = accounts(market, path, BOTH, own).shortfall
    friction = sum(getattr(parts, name) for name in ("unfilled", "lots_cash", "fees", "residual"))
    np.testing.assert_allclose(parts.friction, friction, atol=1e-12)
    np.testing.assert_allclose(parts.moved + friction, parts.paper - parts.achieved, atol=1e-12)
    np.testing.assert_allclose(parts.paper, path.levels[-1] / 100 - 1, atol=1e-12)


@settings(max_examples=20)
@given(seed=SEEDS, row=st.integers(1, 6))
def test_what_moved_before_the_entry_is_that_of_plain_loops(seed: int, row: int) -> None:
    market = made_market(seed, 12, SYMBOLS[:4], wild=0.7)
    weights = random_weights(seed, 4)
    path = path_of(market, [weights])
    parts = accounts(market, path, [(row, Moment.OPEN)]).shortfall
    pairs = list(zip(market.shares, weights, strict=True))
    paper = sum(float(weight) * _grown(share, 0, at_open=False) for share, weight in pairs) - 1
    then = sum(float(weight) * _grown(share, row, at_open=True) for share, weight in pairs) - 1
    eve = sum(float(weight) * _grown(share, row - 1, at_open=False) for share, weight in pairs) - 1
    np.testing.assert_allclose(parts.moved[0], paper - then, atol=1e-9)
    np.testing.assert_allclose(parts.gap[0], eve - then, atol=1e-9)
    np.testing.assert_allclose(parts.friction[0], then - parts.achieved[0], atol=1e-9)


def _grown(share: Share, bought: int, *, at_open: bool) -> float:
    """What a yuan in a share becomes by the end, dividends put into the share on their day."""
    assert share.before is not None
    last, shares = float(share.before), 0.0
    for row, today in enumerate(share.bars):
        if row in share.actions:
            own = share.actions[row]
            reference = (last - float(own.cash)) / (1 + float(own.bonus))
            shares *= last / reference
            last = reference
        if row == bought and at_open:
            shares = 1 / (float(today.open) if today is not None else last)
        last = float(today.close) if today is not None else last
        if row == bought and not at_open:
            shares = 1 / last
    return shares * last


@pytest.mark.slow
@settings(max_examples=30)
@given(seed=SEEDS)
def test_more_costs_never_give_more_money(seed: int) -> None:
    # A third of the money is refused and stays in cash, so that costs change no order.
    market = made_market(seed, 12, SYMBOLS[:4], wild=0.5)
    weights = [[Decimal("0.34"), Decimal("0.33"), Decimal("0.03"), Decimal("0.30")]]
    path = path_of(market, weights)
    refused = [True, False, False, False]
    cheap = AccountSettings(broker=Broker(rate=0.0, minimum=0.0))
    dear = replace(cheap, broker=Broker(rate=0.003, minimum=50.0, includes_exchange_fees=False))
    one = accounts(market, path, [(1, Moment.OPEN)], cheap, refused=refused)
    two = accounts(market, path, [(1, Moment.OPEN)], dear, refused=refused)
    np.testing.assert_array_equal(one.plan.orders.filled, two.plan.orders.filled)
    assert (one.books.value >= two.books.value).all()
    slipped = accounts(
        market, path, [(1, Moment.OPEN)], replace(dear, slippage_bps=50.0), refused=refused
    )
    assert slipped.books.value[-1, 0] <= two.books.value[-1, 0]


def test_both_engines_of_vectorbt_keep_the_same_books() -> None:
    if importlib.util.find_spec("vectorbt_rust") is None:
        pytest.skip("vectorbt-rust is not installed")
    for seed in range(12):
        market = wild_market(seed)
        path = path_of(market, two_baskets(seed), Rebalance("weekly"))
        numba = accounts(market, path, BOTH, engine="numba").books
        rust = accounts(market, path, BOTH, engine="rust").books
        np.testing.assert_array_equal(numba.cash, rust.cash)
        np.testing.assert_array_equal(numba.shares, rust.shares)
        np.testing.assert_array_equal(numba.value, rust.value)


def test_the_numba_engine_keeps_the_plan_to_the_fen() -> None:
    # keep_books refuses books that differ from the plan, which the slow ledger vouches for.
    market = wild_market(7)
    path = path_of(market, two_baskets(7), Rebalance("daily"))
    book = accounts(market, path, BOTH, engine="numba")
    assert isinstance(book.plan, Plan)
    np.testing.assert_array_equal(book.books.cash, book.plan.cash)
    assert len(book.plan.orders.row) > 20


def test_what_is_refused_stays_in_cash() -> None:
    market = made_market(3, 10, SYMBOLS[:2], wild=0.0)
    path = path_of(market, [[Decimal("0.4"), Decimal("0.6")]])
    book = accounts(market, path, [(1, Moment.OPEN)], refused=[True, False])
    assert not book.books.shares[:, 0, 0].any()
    assert book.books.shares[1, 0, 1] > 0
    assert 0.399 < book.books.cash[1, 0] / book.plan.opening < 0.41
    assert 0.55 < book.fill_ratio[0] < 0.61
    refused = book.plan.orders.reason == Reason.REFUSED
    assert refused.sum() == 1, "named once, not tried again"
