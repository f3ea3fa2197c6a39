"""What every statistic here agrees on: columns, residue, and how "undefined" is written.

A statistic reduces the rows of a (rows, B) array to (B,) float64. A one-dimensional series is one
column. What does not exist is NaN, never 0, inf or an exception.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Returns that differ by less than this are equal. Dividing two levels leaves a residue of about
#: 1e-16, so the standard deviation of constant returns is 1e-17 rather than 0 and a careless
#: Sharpe ratio 2e16. No price is quoted finely enough for 1e-12 to mean anything.
RESIDUE = 1e-12

#: Fewest returns from which a 5 % quantile is taken: one in twenty is the least that it can hold.
MIN_SESSIONS = 20

#: Fewest returns from which a mean return is annualised: half a year. A gain of 10 % in 20 sessions
#: says nothing of a year, and raised to the power of twelve it is one of 218 %.
MIN_ANNUALISED = 121


def as_columns(series: Floats) -> Floats:
    """The series as (rows, B) float64; one dimension becomes one column."""
    array = np.asarray(series, dtype=np.float64)
    return array[:, np.newaxis] if array.ndim == 1 else array


def undefined(series: Floats) -> Floats:
    """(B,) of NaN, for the columns of (rows, B) ``series``."""
    return np.full(series.shape[1], np.nan)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Elementwise quotient, NaN where the denominator is 0."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    empty = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=empty, where=denominator != 0)
    return empty


def deviation(series: Floats) -> Floats:
    """Sample standard deviation (ddof 1) of each column, (B,); residue is 0; NaN below two rows."""
    columns = as_columns(series)
    if len(columns) < 2:
        return undefined(columns)
    spread: Floats = columns.std(axis=0, ddof=1)
    return np.where(spread <= RESIDUE, 0.0, spread)
