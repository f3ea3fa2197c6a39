"""The account equals an independent slow ledger: every order, and cash and value to the fen."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basketbt.backtest.account.book import AccountBook, account_book
from basketbt.backtest.account.entries import Moment
from basketbt.backtest.account.settings import AccountSettings, Reason
from basketbt.backtest.index import index_path
from basketbt.backtest.rebalance import Rebalance
from basketbt.market.fees import Broker
from support.account_market import SYMBOLS, MadeMarket, made_market
from support.slow_ledger import Aim, Rules, SlowLedger, Trade

MOMENTS = {Moment.OPEN: "open", Moment.CLOSE: "close"}


def random_weights(seed: int, names: int) -> list[Decimal]:
    """Weights in millionths that sum to 1; some may be 0."""
    draw = np.random.default_rng(seed)
    parts = np.floor(draw.dirichlet(np.ones(names)) * 1e6).astype(int)
    parts[draw.integers(names)] += 1_000_000 - parts.sum()
    return [Decimal(int(part)) / 1_000_000 for part in parts]


def both(
    market: MadeMarket,
    weights: list[list[Decimal]],
    entries: list[tuple[int, Moment]],
    reset: int | None,
    own: AccountSettings,
) -> tuple[AccountBook, list[SlowLedger]]:
    """The accounts of the program and of the oracle, a basket each."""
    panel = market.panel()
    rule = Rebalance() if reset is None else Rebalance("dates", dates=(market.sessions[reset],))
    path = index_path(
        panel.total[1:], np.array(weights, dtype=float), rule, sessions=market.sessions
    )
    nobody = np.zeros(len(market.symbols), dtype=bool)
    book = account_book(
        panel,
        path,
        base=1,
        entry=np.array([row for row, _ in entries]),
        moments=np.array([moment for _, moment in entries], dtype=np.int8),
        settings=own,
        refused=nobody,
        risk_warning=nobody,
        lots=market.lots,
    )
    rules = Rules(
        cash=round(own.cash * 100),
        participation=Decimal(str(own.participation)),
        slippage_bps=Decimal(str(own.slippage_bps)),
        patience=own.patience,
        taxed=own.dividends == "taxed",
        rate=Decimal(str(own.broker.rate)),
        minimum=Decimal(str(own.broker.minimum)),
        inside=own.broker.includes_exchange_fees,
    )
    slow = []
    for basket, (row, moment) in zip(weights, entries, strict=True):
        aims = [Aim(row, MOMENTS[moment], basket)]
        if reset is not None and own.follow and row < reset < len(market.sessions) - 1:
            aims.append(Aim(reset, "close", basket))
        aims.append(Aim(len(market.sessions) - 1, "close", [Decimal(0)] * len(basket)))
        slow.append(SlowLedger(market.shares, market.days, rules).run(aims))
    return book, slow


def trades_of(book: AccountBook, basket: int) -> list[Trade]:
    orders = book.plan.orders
    return [
        Trade(
            row=int(orders.row[k]),
            moment=MOMENTS[Moment(orders.moment[k])],
            share=int(orders.column[k]),
            side="sell" if orders.sell[k] else "buy",
            wanted=int(orders.wanted[k]),
            filled=int(orders.filled[k]),
            price=Decimal(int(orders.price[k])) / 10_000,
            cost=int(orders.cost[k]),
            reason=Reason(orders.reason[k]).word,
        )
        for k in np.flatnonzero(orders.basket == basket)
    ]


def assert_equal(book: AccountBook, slow: list[SlowLedger]) -> None:
    for basket, ledger in enumerate(slow):
        assert trades_of(book, basket) == ledger.trades
        assert book.books.shares[:, basket].tolist() == ledger.held
        assert book.books.cash[:, basket].tolist() == ledger.cash
        assert book.books.value[:, basket].tolist() == ledger.value


@pytest.mark.slow
@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(2, 16),
    names=st.integers(1, len(SYMBOLS)),
    wild=st.sampled_from([0.0, 0.3, 1.0]),
    cash=st.sampled_from([3_000.0, 60_000.55, 1_000_000.0, 10_000_000.0]),
    participation=st.sampled_from([0.003, 0.1, 1.0]),
    slippage=st.sampled_from([0.0, 7.5, 150.0]),
    patience=st.integers(0, 4),
    dividends=st.sampled_from(["cash", "taxed"]),
    inside=st.booleans(),
    reset=st.booleans(),
)
def test_random_markets(
    seed: int,
    rows: int,
    names: int,
    wild: float,
    cash: float,
    participation: float,
    slippage: float,
    patience: int,
    dividends: str,
    inside: bool,
    reset: bool,
) -> None:
    draw = np.random.default_rng(seed)
    symbols = tuple(draw.permutation(SYMBOLS)[:names].tolist())
    market = made_market(seed, rows, symbols, wild=wild)
    own = AccountSettings(
        cash=cash,
        participation=participation,
        slippage_bps=slippage,
        patience=patience,
        dividends=dividends,  # type: ignore[arg-type]
        broker=Broker(includes_exchange_fees=inside),
    )
    entries = [(int(draw.integers(0, rows - 1)), Moment(int(draw.integers(2)))) for _ in range(2)]
    at = int(draw.integers(1, rows - 1)) if reset and rows > 2 else None
    weights = [random_weights(seed + basket, names) for basket in range(2)]
    assert_equal(*both(market, weights, entries, at, own))
