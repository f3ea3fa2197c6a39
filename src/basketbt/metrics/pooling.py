"""The mean over lists of different days, with an interval that allows for the dates they share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.metrics.arrays import Floats

#: The part of cases in which an interval should hold the mean.
COVERAGE = 0.95
#: Windows that share no session, below which there is no interval.
FEWEST_SEPARATE = 4


@dataclass(frozen=True, kw_only=True)
class PooledMean:
    """A mean over ``count`` lists of ``dates`` days p, and its 95 % interval.

    ``separate`` of these days have windows that share no session. ``low`` and ``high`` are NaN
    where there are fewer than four of them: so few say next to nothing of how another time would
    have gone, and t of one or two degrees of freedom gives intervals that no return can reach.
    """

    mean: float
    low: float
    high: float
    count: int
    dates: int
    separate: int


def pooled_mean(values: Floats, days: NDArray[np.intp], length: int) -> PooledMean:
    """The mean of (L,) ``values`` over windows of ``length`` sessions that begin at ``days``.

    ``days`` (L,) are positions of the days p on a calendar; lists without a value are left out.
    With e the deviations from the mean and S_t their sum over the lists of day t,

        Var(mean) = 1/L² · G/(G-1) · Σ_t Σ_u max(0, 1 - |t-u|/length) · S_t S_u

    : lists of one day are one cluster, and two days are taken to be related by the part of their
    windows that is common (Driscoll and Kraay 1998, with Bartlett's weights over ``length``
    sessions). G is the most days whose windows do not overlap, and the interval is of t(G-1): many
    days in one month are few independent months. Assumed is that windows without a common session
    are unrelated.
    """
    known = np.isfinite(values)
    own, when = values[known], days[known]
    found, place = np.unique(when, return_inverse=True)
    separate = _separate(found, length)
    if not own.size:
        return PooledMean(mean=math.nan, low=math.nan, high=math.nan, count=0, dates=0, separate=0)
    mean, half = float(own.mean()), math.nan
    if separate >= FEWEST_SEPARATE:
        from scipy.special import stdtrit  # most runs do without

        sums = np.bincount(place, weights=own - mean)
        shared = np.maximum(0.0, 1.0 - np.abs(found[:, None] - found[None, :]) / length)
        variance = float(sums @ shared @ sums) / own.size**2 * separate / (separate - 1)
        half = float(stdtrit(separate - 1, (1 + COVERAGE) / 2)) * math.sqrt(max(variance, 0.0))
    return PooledMean(
        mean=mean,
        low=mean - half,
        high=mean + half,
        count=int(own.size),
        dates=len(found),
        separate=separate,
    )


def _separate(days: NDArray[np.intp], length: int) -> int:
    """The most of the ascending ``days`` that lie at least ``length`` apart."""
    count, free = 0, -math.inf
    for day in days.tolist():
        if day >= free:
            count, free = count + 1, day + length
    return count
