"""What trading costs a basket whose levels are frictionless otherwise.

A cost is a fraction of the value of every trade: of the whole basket when it is bought at the base
and when it is sold at the window's end, and of the weight that changes hands at every reset. The
cost of a trade at a close shows in the next session's level, that of the sale in the last one.
"""

from __future__ import annotations

import numpy as np

from basketbt.data.bars import Floats
from basketbt.engine.holding_periods import HoldingPeriod, Market, relative_prices
from basketbt.engine.kernel import drifted


def turnover(market: Market, periods: tuple[HoldingPeriod, ...], baskets: int) -> Floats:
    """(B, R) value traded at the close before each row, as a fraction of the basket's value.

    A buy of everything counts 1, a sale of a tenth to buy another share 0.2.
    """
    traded = np.zeros((baskets, len(market.prices)))
    before: HoldingPeriod | None = None
    for part in periods:
        if part.start == 0:
            before = None
        weights = part.weights
        if before is None:
            changed = weights
        else:
            relative = relative_prices(market.prices, before.start, part.start)
            changed = np.abs(weights - drifted(relative, before.holdings))
        if part.stop > part.start:
            traded[part.baskets, part.start + 1] = changed.sum(axis=1)
        before = part
    return traded


def after_costs(levels: Floats, traded: Floats, cost: float) -> Floats:
    """(B, R) levels after paying ``cost`` on what :func:`turnover` says was traded."""
    paid: Floats = levels * np.cumprod(1.0 - cost * traded, axis=1)
    return paid
