"""The account equals an independent slow ledger: every order, and cash and value to the fen."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basketbt.engine.account.book import AccountBook
from basketbt.engine.account.schedule import Moment
from basketbt.engine.account.settings import AccountSettings
from basketbt.engine.rebalance import Rebalance
from basketbt.market.fees import Broker
from support.account_market import SYMBOLS, MadeMarket, made_market
from support.accounts import MOMENTS, accounts, path_of, random_weights, trades_of
from support.slow_ledger import Aim, SlowLedger, rules_of

SETTINGS = st.builds(
    AccountSettings,
    cash=st.sampled_from([3_000.0, 60_000.55, 1_000_000.0, 10_000_000.0]),
    participation=st.sampled_from([0.003, 0.1, 1.0]),
    slippage_bps=st.sampled_from([0.0, 7.5, 150.0]),
    patience=st.integers(0, 4),
    dividends=st.sampled_from(["cash", "taxed"]),
    broker=st.builds(Broker, includes_exchange_fees=st.booleans()),
)


def by_hand(
    market: MadeMarket,
    weights: list[list[Decimal]],
    entries: list[tuple[int, Moment]],
    reset: int | None,
    own: AccountSettings,
) -> list[SlowLedger]:
    """The same accounts, kept by the slow ledger one by one."""
    last = len(market.sessions) - 1
    ledgers = []
    for basket, (row, moment) in zip(weights, entries, strict=True):
        aims = [Aim(row, MOMENTS[moment], basket)]
        if reset is not None and (row, moment) < (reset, Moment.CLOSE) and reset < last:
            aims.append(Aim(reset, "close", basket))
        aims.append(Aim(last, "close", [Decimal(0)] * len(basket)))
        ledgers.append(SlowLedger(market.shares, market.days, rules_of(own)).run(aims))
    return ledgers


def assert_equal(book: AccountBook, ledgers: list[SlowLedger]) -> None:
    for basket, ledger in enumerate(ledgers):
        assert trades_of(book, basket) == ledger.trades
        assert book.books.shares[:, basket].tolist() == ledger.held
        assert book.books.cash[:, basket].tolist() == ledger.cash
        assert book.books.value[:, basket].tolist() == ledger.value


@pytest.mark.slow
@settings(max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(2, 16),
    names=st.integers(1, len(SYMBOLS)),
    wild=st.sampled_from([0.0, 0.3, 1.0]),
    own=SETTINGS,
    resets=st.booleans(),
)
def test_random_markets(
    seed: int, rows: int, names: int, wild: float, own: AccountSettings, resets: bool
) -> None:
    draw = np.random.default_rng(seed)
    symbols = tuple(draw.permutation(SYMBOLS)[:names].tolist())
    market = made_market(seed, rows, symbols, wild=wild)
    entries = [(int(draw.integers(0, rows - 1)), Moment(int(draw.integers(2)))) for _ in range(2)]
    weights = [random_weights(seed + basket, names) for basket in range(2)]
    reset = int(draw.integers(1, rows - 1)) if resets and rows > 2 else None
    rule = Rebalance() if reset is None else Rebalance("dates", dates=(market.sessions[reset],))
    book = accounts(market, path_of(market, weights, rule), entries, own)
    assert_equal(book, by_hand(market, weights, entries, reset, own))
