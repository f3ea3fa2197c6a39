"""Resampling residual *dates*: what baskets share on a day stays together.

Hein & Westfall (2004) JFEc 2:451. Drawing or signing names one by one would treat them as
independent, which they are not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.eventstudy.windows import Offsets


def draw_dates(count: int, length: int, draws: int, seed: int) -> NDArray[np.int64]:
    """(draws, length) positions among ``count`` residual dates, iid with replacement."""
    return np.random.default_rng([seed, length, count]).integers(0, count, (draws, length))


def null_statistics(
    residuals: Floats, windows: tuple[Offsets, ...], draws: int, seed: int
) -> Floats:
    """(draws, B, W) statistics of B series over W windows on resampled paths.

    ``residuals`` (L, B) without NaN, on dates all series share. A path covers the days from the
    first to the last of all windows, so that nested windows stay dependent; each sum is divided
    by its null standard deviation sqrt(n mean(u^2)).
    """
    start = min(first for first, _ in windows)
    end = max(last for _, last in windows)
    dates = draw_dates(residuals.shape[0], end - start + 1, draws, seed)
    unit = residuals / np.sqrt(np.mean(residuals**2, axis=0))
    statistics = np.empty((draws, residuals.shape[1], len(windows)))
    for i, (first, last) in enumerate(windows):
        days = dates[:, first - start : last - start + 1]
        statistics[:, :, i] = unit[days].sum(axis=1) / np.sqrt(days.shape[1])
    return statistics


def path_band(
    residuals: Floats, s: float, g: Floats, dates: NDArray[np.int64], level: float = 0.95
) -> tuple[Floats, Floats]:
    """Lower and upper (n,) bound of a CAR path under no event, from resampled residuals.

    ``residuals`` (L,) of one series without NaN, ``g`` (n,) forecast factors of the path cumulated
    to each day, ``dates`` (draws, n) from ``draw_dates``. The resampled sums are rescaled to the
    forecast variance s^2 g, so estimation error is in the band and its shape is the residuals'.
    """
    unit = residuals / np.sqrt(np.mean(residuals**2))
    paths = np.cumsum(unit[dates.T], axis=0)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(paths, [tail, 1.0 - tail], axis=1)
    scale = s * np.sqrt(g / np.arange(1, g.shape[0] + 1))
    return low * scale, high * scale
