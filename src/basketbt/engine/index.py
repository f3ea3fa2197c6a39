"""The index book: what a list did, in fractions of shares and without costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.engine.holding_periods import (
    Bools,
    HoldingPeriod,
    LateListing,
    aims,
    holding_periods_of,
    levels_of,
    make_market,
    relative_prices,
)
from basketbt.engine.kernel import Holdings, Retargets, drifted
from basketbt.engine.rebalance import Rebalance


@dataclass(frozen=True, kw_only=True, eq=False)
class IndexPath:
    """B baskets over R sessions, bought at the close of row 0.

    ``levels`` (R, B) start at 100; NaN throughout for a basket none of whose names has a price at
    row 0, and from the row on where a held name has none any more.
    ``targets`` (B, N) are the weights asked for, renormalised without the names that the policy for
    late listings leaves out, or that never have a price here.
    ``entry_row`` (N,) is the row of a name's first price, -1 for none.
    """

    levels: Floats
    targets: Floats
    entry_row: NDArray[np.intp]
    prices: Floats
    periods: tuple[HoldingPeriod, ...]

    def weights(self, row: int) -> Floats:
        """(B, N) weights at the close of ``row``, drifted, before a reset on that row.

        At row 0 the weights bought. What a row leaves of 1 is cash. Raises IndexError outside
        the path.
        """
        self._check(row)
        result = np.zeros_like(self.targets)
        for part in self.periods:
            if part.start < row <= part.stop:
                relative = relative_prices(self.prices, part.start, row)
                result[part.baskets] = drifted(relative, part.holdings)
            elif row == part.start == 0:
                result[part.baskets] = part.weights
        return result

    def contributions(self, row: int, since: int = 0) -> Floats:
        """(B, N) what each name added to the basket's return from row ``since`` to ``row``.

        Linked by level: Σ over periods of V_s/V_since · w_i · (P_it/P_is - 1). A row sums to
        levels[row] / levels[since] - 1. Raises IndexError outside the path.
        """
        self._check(row)
        self._check(since)
        gained = self._gains(row) - self._gains(since) if since else self._gains(row)
        return np.asarray(gained / self.levels[since][:, np.newaxis])

    def _gains(self, row: int) -> Floats:
        """(B, N) points of level that each name added from the base to ``row``."""
        result = np.zeros_like(self.targets)
        for part in self.periods:
            if part.start >= row:
                continue
            relative = relative_prices(self.prices, part.start, min(row, part.stop))
            gained = np.where(part.weights > 0, part.weights * (relative - 1.0), 0.0)
            result[part.baskets] += self.levels[part.start, part.baskets, np.newaxis] * gained
        return result

    def _check(self, row: int) -> None:
        if not 0 <= row < len(self.levels):
            raise IndexError(f"row {row} is not on a path of {len(self.levels)} rows")


def index_path(
    prices: Floats,
    weights: Floats,
    rebalance: Rebalance,
    *,
    sessions: Dates,
    late_listing: LateListing = "exclude",
    delisted: Bools | None = None,
    later: Retargets | None = None,
) -> IndexPath:
    """Levels of B baskets on one table of prices.

    ``prices`` (R, N): row 0 is the base, carried over sessions without a bar, NaN before a name's
    first price. ``weights`` (B, N): targets, each row summing to 1; ``later`` those that a reset
    sets in their place, where they move with the market. ``sessions`` (R,).
    ``late_listing``: a name without a price at the base is left out for good (``exclude``), or
    enters at its first close with its target weight while the others shrink in proportion
    (``join``). ``delisted`` (R, N): True once a name can no longer be held: its value is cash (the
    carried price) until the next reset spreads it over the rest. A name delisted at the base is
    left out.

    Raises ValueError for arrays that do not fit or prices that are not positive.
    """
    _check_weights(weights, prices.shape[1])
    market = make_market(
        prices, rebalance, sessions=sessions, late_listing=late_listing, delisted=delisted
    )
    targets = aims(market, Holdings(weights, later=later))
    periods = holding_periods_of(market, targets)
    return IndexPath(
        levels=levels_of(market, periods, len(weights)).T,
        targets=targets.values,
        entry_row=market.entry_row,
        prices=prices,
        periods=periods,
    )


def _check_weights(weights: Floats, names: int) -> None:
    if weights.ndim != 2 or weights.shape[1] != names or not len(weights):
        raise ValueError(f"weights {weights.shape} do not fit {names} names, a row a basket")
    if not (weights >= 0).all() or not np.allclose(weights.sum(axis=1), 1.0, rtol=0, atol=1e-9):
        raise ValueError("weights must be >= 0 and sum to 1 in every row")
