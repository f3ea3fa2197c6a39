"""Markets invented by Hypothesis: suspensions, late listings, delistings, every rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from basketbt.engine.holding_periods import (
    IndexMarket,
    LateListing,
    aims,
    holding_periods_of,
    levels_of,
)
from basketbt.engine.index import IndexPath, index_path
from basketbt.engine.kernel import Holdings
from basketbt.engine.rebalance import Rebalance

DAYS = np.arange("2024-12-16", "2025-03-01", dtype="datetime64[D]")
DAYS = DAYS[np.is_busday(DAYS)]


@dataclass(frozen=True)
class Market:
    prices: np.ndarray
    weights: np.ndarray
    delisted: np.ndarray
    rule: Rebalance

    @property
    def sessions(self) -> np.ndarray:
        return DAYS[: len(self.prices)]

    def book(self, late_listing: LateListing = "exclude", **changes: np.ndarray) -> IndexPath:
        given_ = {"prices": self.prices, "weights": self.weights, "delisted": self.delisted}
        use = given_ | changes
        return index_path(
            use["prices"],
            use["weights"],
            self.rule,
            sessions=self.sessions,
            late_listing=late_listing,
            delisted=use["delisted"],
        )


rules = st.one_of(
    st.builds(Rebalance, st.sampled_from(["hold", "daily", "weekly", "monthly", "quarterly"])),
    st.sampled_from([0.01, 0.05, 0.2]).map(lambda width: Rebalance("band", width=width)),
    st.sets(st.sampled_from(list(DAYS)), min_size=1, max_size=5).map(
        lambda dates: Rebalance("dates", dates=tuple(sorted(dates)))
    ),
)


@st.composite
def markets(draw: st.DrawFn, *, late: bool = True, delisting: bool = True) -> Market:
    rows = draw(st.integers(1, 30))
    names = draw(st.integers(1, 6))
    baskets = draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    start = random.uniform(1, 200, names)
    steps = random.normal(0, 0.06, (rows, names)) * (random.random((rows, names)) < 0.8)
    prices = start * np.exp(np.cumsum(steps, axis=0))
    weights = random.random((baskets, names)) * (random.random((baskets, names)) < 0.7)
    weights[:, 0] += 0.05
    weights /= weights.sum(axis=1, keepdims=True)
    delisted = np.zeros((rows, names), dtype=bool)
    for name in range(1, names):  # the first name is always there
        first = draw(st.integers(0, rows)) if late and draw(st.booleans()) else 0
        prices[:first, name] = np.nan
        if delisting and draw(st.integers(0, 3)) == 0:
            gone = draw(st.integers(min(first + 1, rows) if first else 0, rows))
            delisted[gone:, name] = True
            prices[gone:, name] = prices[min(gone, rows - 1), name]
    return Market(prices, weights, delisted, draw(rules))


def grid_levels(market: IndexMarket, baskets: Holdings) -> np.ndarray:
    """(B, R) levels as the sweep computes them, 100 on row 0."""
    targets = aims(market, baskets)
    return levels_of(market, holding_periods_of(market, targets), len(targets))
