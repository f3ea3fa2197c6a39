"""Price limits: a close at the limit is not where the market wanted to be."""

from __future__ import annotations

import numpy as np

from basketbt.events.models import Mask
from basketbt.prices.data import Floats


def weight_at_limit(at_limit: Mask, weights: Floats) -> Floats:
    """(T, B) share of each basket's weight that closed at its price limit.

    ``at_limit`` (T, N), ``weights`` (B, N).
    """
    share: Floats = at_limit.astype(float) @ weights.T / weights.sum(axis=1)
    return share


def first_unlimited(share: Floats, day0: int, last: int) -> list[int | None]:
    """For each of B baskets the first day offset >= 0 without any weight at a limit.

    ``share`` (T, B) from ``weight_at_limit``; rows up to ``last`` are looked at. None: every one
    of them has some.
    """
    free = share[day0 : last + 1] <= 0.0
    return [int(np.argmax(column)) if column.any() else None for column in free.T]
