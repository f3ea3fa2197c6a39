"""Which shares a random basket holds.

The draws come in series of fixed length, each seeded by what is drawn and the series' number, so a
basket does not depend on how many are drawn, in which blocks, in which order or by which process.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]

SERIES = 1_000


def draw_names(
    pool: int, size: int, draws: int, seed: int, stratum: int = 0, *, first: int = 0
) -> Rows:
    """(draws - first, size) positions in a pool: the baskets number ``first`` to ``draws`` - 1.

    Without repeats in a row, every ordered choice as likely. Floyd's sampling (Bentley & Floyd
    1987, CACM 30:754), vectorised over the rows, then shuffled so that position says nothing.
    ``size`` <= ``pool``.
    """
    begin = first // SERIES
    series = [
        _draw_series(pool, size, np.random.default_rng([seed, stratum, pool, size, number]))
        for number in range(begin, -(-draws // SERIES))
    ]
    start = begin * SERIES
    return np.concatenate(series)[first - start : draws - start]


def _draw_series(pool: int, size: int, random: np.random.Generator) -> Rows:
    chosen = np.empty((SERIES, size), dtype=np.int64)
    for i, top in enumerate(range(pool - size, pool)):
        candidate = random.integers(0, top + 1, SERIES)
        taken = (chosen[:, :i] == candidate[:, None]).any(axis=1)
        chosen[:, i] = np.where(taken, top, candidate)
    return random.permuted(chosen, axis=1)
