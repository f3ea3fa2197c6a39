"""The arithmetic of the index book: one matrix product a segment.

Between two resets of the weights a basket is a fixed set of holdings, so its level is linear in
the prices. Whatever decides *when* weights change lives elsewhere; a faster grid may replace the
functions here and nothing else.

Shapes: L rows after the segment's start, N names, B baskets. Weights are long-only; what they
leave of 1 is cash without interest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from basketbt.prices.data import Floats


def relatives(prices: Floats, start: int, stop: int) -> Floats:
    """(stop - start, N) prices of rows start+1 .. stop over those of ``start``.

    NaN for a name without a price at ``start`` or later.
    """
    relative: Floats = prices[start + 1 : stop + 1] / prices[start]
    return relative


def hold_levels(relative: Floats, weights: Floats) -> Floats:
    """(L, B) growth of 1 unit held at (B, N) ``weights`` while prices move by (L, N) ``relative``.

    Written as 1 + w·(P_t/P_s - 1): the weights' own rounding then stays out of the level, and a
    basket whose prices stand still stands exactly still. A NaN relative reaches only the baskets
    that hold the name.
    """
    gains = relative - 1.0
    unknown = np.isnan(gains)
    if not unknown.any():
        return 1.0 + gains @ weights.T
    levels = 1.0 + np.where(unknown, 0.0, gains) @ weights.T
    touched = unknown.astype(np.float64) @ (weights > 0).T.astype(np.float64)
    return np.where(touched > 0, np.nan, levels)


def drifted(relative: Floats, weights: Floats) -> Floats:
    """(B, N) weights after one row of (N,) relatives: w·relative / growth of the basket."""
    grown = np.where(weights > 0, weights * relative, 0.0)
    growth = hold_levels(relative[np.newaxis], weights)[0]
    shares: Floats = grown / growth[:, np.newaxis]
    return shares


def first_breach(relative: Floats, weights: Floats, targets: Floats, width: float) -> int | None:
    """Row of ``relative`` (L, N) by which a weight of one basket strayed further than ``width``.

    ``weights`` and ``targets`` are (N,), no target without a weight. None when every row stays
    inside the band.
    """
    held = np.flatnonzero(weights > 0)
    grown = relative[:, held] * weights[held]
    growth = 1.0 + (grown - weights[held]).sum(axis=1, keepdims=True)
    strayed = (np.abs(grown / growth - targets[held]) > width).any(axis=1)
    return int(np.argmax(strayed)) if strayed.any() else None
