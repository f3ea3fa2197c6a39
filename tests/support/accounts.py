"""Running the account book on a made market, with the settings a test cares about."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from basketbt.engine.account.book import AccountBook, Engine, account_book
from basketbt.engine.account.schedule import Moment
from basketbt.engine.account.settings import AccountSettings, Reason
from basketbt.engine.index import IndexPath, index_path
from basketbt.engine.rebalance import Rebalance
from support.account_market import MadeMarket
from support.slow_ledger import Trade

MOMENTS = {Moment.OPEN: "open", Moment.CLOSE: "close"}


def random_weights(seed: int, names: int) -> list[Decimal]:
    """Weights in millionths that sum to 1; some may be 0."""
    draw = np.random.default_rng(seed)
    parts = np.floor(draw.dirichlet(np.ones(names)) * 1e6).astype(int)
    parts[draw.integers(names)] += 1_000_000 - parts.sum()
    return [Decimal(int(part)) / 1_000_000 for part in parts]


def path_of(
    market: MadeMarket, weights: list[list[Decimal]], rebalance: Rebalance | None = None
) -> IndexPath:
    """The index path of some baskets, bought at the close of the market's first session."""
    return index_path(
        market.panel().total[1:],
        np.array(weights, dtype=float),
        rebalance or Rebalance(),
        sessions=market.sessions,
    )


def accounts(
    market: MadeMarket,
    path: IndexPath,
    entries: list[tuple[int, Moment]],
    settings: AccountSettings | None = None,
    *,
    refused: list[bool] | None = None,
    st: list[bool] | None = None,
    engine: Engine = "auto",
) -> AccountBook:
    """The accounts of the path's baskets, one entry each."""
    nobody = [False] * len(market.symbols)
    return account_book(
        market.panel(),
        path,
        base=1,
        entry=np.array([row for row, _ in entries]),
        moments=np.array([moment for _, moment in entries], dtype=np.int8),
        settings=settings or AccountSettings(),
        refused=np.array(refused or nobody),
        risk_warning=np.array(st or nobody),
        lots=market.lots,
        engine=engine,
    )


def trades_of(book: AccountBook, basket: int) -> list[Trade]:
    """The orders of one basket as the slow ledger writes them; refused shares left out."""
    orders = book.plan.orders
    mine = (orders.basket == basket) & (orders.reason != Reason.REFUSED)
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
        for k in np.flatnonzero(mine)
    ]
