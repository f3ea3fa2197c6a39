"""A basket as one return series, what its buyer earned, and how much of it closed at a limit.

A close at the price limit is not where the market wanted to be.
"""

from __future__ import annotations

import numpy as np

from basketbt.data.bars import Floats
from basketbt.eventstudy.models import Mask

# definitions: a basket's session counts only if names with this share of the weight have a return
SMALLEST_WEIGHT = 0.8
_ROUNDING = 1e-12


def basket_returns(returns: Floats, weights: Floats) -> tuple[Floats, Mask]:
    """Constant-weight returns of B baskets: (T, B) returns, NaN where not valid, and validity.

    ``returns`` (T, N) simple one-session returns, NaN where a name has none (suspended, not yet
    listed, first session after a suspension). ``weights`` (B, N) non-negative. A name without a
    return is left out and the others renormalised; a session is valid when they carry at least
    80 % of the basket's weight.
    """
    present = np.isfinite(returns)
    carried = present.astype(float) @ weights.T
    whole = weights.sum(axis=1)
    valid = (carried >= (SMALLEST_WEIGHT - _ROUNDING) * whole) & (carried > 0)
    total = np.where(present, returns, 0.0) @ weights.T
    return np.where(valid, total / np.where(valid, carried, 1.0), np.nan), valid


def with_resumptions(returns: Floats, resumptions: Floats | None) -> Floats:
    """Returns as the event window counts them: a resumption's return in full on its day.

    ``resumptions`` (T, N) holds the return over the whole suspension on the first session after
    it, NaN elsewhere.
    """
    if resumptions is None:
        return returns
    return np.where(np.isfinite(returns), returns, resumptions)


def without_each_name(weights: Floats) -> Floats:
    """(names, N): one basket (N,) with each of its names left out in turn; weights not rescaled."""
    held = np.flatnonzero(weights)
    rows = np.tile(weights, (held.shape[0], 1))
    rows[np.arange(held.shape[0]), held] = 0.0
    return rows


def buy_and_hold(returns: Floats, weights: Floats, benchmark: Floats) -> Floats:
    """(B,) BHAR = sum w_i prod(1 + R_i) - prod(1 + R_m): what an investor earned, never tested.

    ``returns`` (n, N) of the window's sessions with resumptions in full, ``weights`` (B, N) at
    its start, ``benchmark`` (n,). A name without a return on a session keeps its price; one
    without any return in the window is left out and the others renormalised. NaN where the
    benchmark lacks a session or no name has a return.
    """
    present = np.isfinite(returns)
    held = weights * present.any(axis=0)
    whole = held.sum(axis=1)
    growth = np.prod(1.0 + np.where(present, returns, 0.0), axis=0)
    earned = held @ growth / np.where(whole > 0, whole, np.nan)
    return np.asarray(earned - np.prod(1.0 + benchmark))


def weight_at_limit(at_limit: Mask, weights: Floats) -> Floats:
    """(T, B) share of each basket's weight that closed at its price limit.

    ``at_limit`` (T, N), ``weights`` (B, N).
    """
    return np.asarray(at_limit.astype(float) @ weights.T / weights.sum(axis=1))


def first_unlimited(share: Floats, first: int, last: int) -> int | None:
    """The first of the rows ``first`` to ``last``, counted from it, without weight at a limit.

    ``share`` (T,) of one basket, from ``weight_at_limit``. None: every one of them has some.
    """
    free = np.flatnonzero(share[first : last + 1] <= 0.0)
    return int(free[0]) if free.size else None
