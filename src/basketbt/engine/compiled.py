"""The loops that NumPy cannot make fast: a sparse product and the statistics of levels.

Compiled by Numba on first use and cached on disk. Importing this module imports Numba (a second),
so nothing on the way of a single study may do it, and it imports nothing of the rooms around it. No
fast-math: sums run in one order, so results do not depend on the machine's vector width, and NaN
stays NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from basketbt.metrics.arrays import RESIDUE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from basketbt.data.bars import Floats

#: Columns of what :func:`summarise` fills: decimals of one session, not annualised.
MEAN, DEVIATION, DRAWDOWN, SHORTFALL, TOTAL = range(5)
FIGURES = 5
#: Rows of the deepest fall: the high before it, its lowest point, the first row back at the high.
PEAK, TROUGH, RECOVERY = range(3)

_TAIL = 0.05
# Left ends of the tail searched for the 5 % quantile, in standard deviations under the mean.
_GUESSES = (1.3, 0.7)


def gather(names: NDArray[np.int32], values: Floats, table: Floats, out: Floats) -> None:
    """``kernel.gathered`` into ``out`` (B, L), to the last bit, without a copy of the rows."""
    _gather(names, values, table, out)


def summarise(levels: Floats, cvar: bool = True) -> tuple[Floats, NDArray[np.int32]]:
    """Figures (B, 5) and rows of the deepest fall (B, 3) of (B, R) levels, base row first.

    As ``metrics``: mean and sample deviation of the returns (0 below the residue), maximum
    drawdown with the base row, mean of the returns at or below their 5 % quantile (only with
    ``cvar``), total return. NaN and -1 for a basket with a level that is not a positive number;
    DEVIATION needs two returns, the others one.
    """
    figures = np.full((len(levels), FIGURES), np.nan)
    rows = np.full((len(levels), 3), -1, dtype=np.int32)
    # Both bounds are NaN, and no comparison true, where a level is.
    sound = (levels.min(axis=1) > 0) & (levels.max(axis=1) < np.inf)
    _summarise(np.ascontiguousarray(levels), sound, cvar, figures, rows)
    return figures, rows


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(names, values, table, out):  # type: ignore[no-untyped-def]
    length = table.shape[1]
    count = names.shape[1]
    fours = count // 4 * 4
    own = np.empty(length)
    for basket in range(names.shape[0]):
        own[:] = 0.0
        for place in range(0, fours, 4):  # four rows for one load and store, the order kept
            w0, w1 = values[basket, place], values[basket, place + 1]
            w2, w3 = values[basket, place + 2], values[basket, place + 3]
            row0, row1 = table[names[basket, place]], table[names[basket, place + 1]]
            row2, row3 = table[names[basket, place + 2]], table[names[basket, place + 3]]
            for t in range(length):
                own[t] = own[t] + w0 * row0[t] + w1 * row1[t] + w2 * row2[t] + w3 * row3[t]
        for place in range(fours, count):
            weight = values[basket, place]
            row = table[names[basket, place]]
            for t in range(length):
                own[t] += weight * row[t]
        out[basket] = own


@njit(cache=True, nogil=True, error_model="numpy")
def _summarise(levels, sound, cvar, figures, rows):  # type: ignore[no-untyped-def]
    length = levels.shape[1]
    returns = np.empty(length - 1)
    scratch = np.empty(length)
    for basket in range(levels.shape[0]):
        if not sound[basket]:
            continue
        own = levels[basket]
        figures[basket, TOTAL] = own[length - 1] / own[0] - 1.0
        figures[basket, DRAWDOWN] = _deepest(own, scratch, rows[basket])
        if length < 2:
            continue
        for t in range(length - 1):
            returns[t] = own[t + 1] / own[t] - 1.0
        mean, deviation = _moments(returns)
        figures[basket, MEAN] = mean
        figures[basket, DEVIATION] = deviation
        if cvar:
            figures[basket, SHORTFALL] = _shortfall(returns, mean, deviation, scratch)


@njit(cache=True, nogil=True, error_model="numpy")
def _moments(returns):  # type: ignore[no-untyped-def]
    """Mean and sample deviation, summed from the first return so that equal ones leave no residue.

    Chan, Golub & LeVeque (1983), "Algorithms for computing the sample variance".
    """
    count = len(returns)
    first = returns[0]
    total = 0.0
    squares = 0.0
    for value in returns:
        shifted = value - first
        total += shifted
        squares += shifted * shifted
    mean = first + total / count
    if count < 2:
        return mean, np.nan
    variance = max(0.0, (squares - total * total / count) / (count - 1))
    deviation = np.sqrt(variance)
    return mean, deviation if deviation > RESIDUE else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _deepest(levels, falls, rows):  # type: ignore[no-untyped-def]
    """The maximum drawdown; ``falls`` (R,) is scratch, ``rows`` (3,) its peak, trough, recovery."""
    high = levels[0]
    for t in range(len(levels)):
        high = max(high, levels[t])
        falls[t] = high
    for t in range(len(levels)):
        falls[t] = levels[t] / falls[t] - 1.0
    worst = -RESIDUE
    trough = -1
    for t in range(len(levels)):
        if falls[t] < worst:
            worst = falls[t]
            trough = t
    if trough < 0:
        return 0.0
    peak = trough
    while falls[peak] <= -RESIDUE:
        peak -= 1
    recovery = trough
    while recovery < len(levels) and falls[recovery] <= -RESIDUE:
        recovery += 1
    rows[PEAK] = peak
    rows[TROUGH] = trough
    rows[RECOVERY] = recovery if recovery < len(levels) else -1
    return worst


@njit(cache=True, nogil=True)
def _shortfall(returns, mean, deviation, scratch):  # type: ignore[no-untyped-def]
    """Mean of the returns at or below their 5 % quantile (linear interpolation)."""
    place = _TAIL * (len(returns) - 1)
    below = int(np.floor(place))
    above = min(below + 1, len(returns) - 1)
    count = _lowest(returns, mean, deviation, above + 1, scratch)
    ordered = np.partition(scratch[:count], above)
    high = ordered[above]
    low = ordered[:above].max() if above > below else high
    limit = low + (high - low) * (place - below) + RESIDUE
    total = 0.0
    found = 0
    for value in returns:
        if value <= limit:
            total += value
            found += 1
    return total / found


@njit(cache=True, nogil=True)
def _lowest(returns, mean, deviation, wanted, scratch):  # type: ignore[no-untyped-def]
    """Copy a lower tail of at least ``wanted`` returns into ``scratch``; how many it holds."""
    for guess in _GUESSES:
        bound = mean - guess * deviation
        count = 0
        for value in returns:
            scratch[count] = value
            count += value <= bound
        if count >= wanted:
            return count
    scratch[: len(returns)] = returns
    return len(returns)
