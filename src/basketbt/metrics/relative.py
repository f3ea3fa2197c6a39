"""Beside a benchmark.

``returns`` are (T, B) (or (T,), one column), ``benchmark`` the (T,) returns of the benchmark over
the same sessions, or (T, B) of one for each column; results are (B,) float64. A NaN in a column, or
in its benchmark, makes the result NaN.
"""

from __future__ import annotations

import math

import numpy as np

from basketbt.metrics.arrays import (
    MIN_ANNUALISED,
    RESIDUE,
    Bools,
    Floats,
    as_columns,
    deviation,
    ratio,
    undefined,
)
from basketbt.metrics.returns import total_return

#: A line through two points fits them whatever they are.
MIN_REGRESSION = 3


def _covariance(returns: Floats, benchmark: Floats) -> Floats:
    """Sample covariance (ddof 1) of every column with the benchmark, (B,)."""
    against = as_columns(benchmark)
    centred = against - against.mean(axis=0)
    products = centred * (returns - returns.mean(axis=0))
    return np.asarray(products.sum(axis=0) / (len(against) - 1))


def beta(returns: Floats, benchmark: Floats) -> Floats:
    """Slope of the OLS of r on the benchmark's r; NaN if T < 3 or the benchmark is constant."""
    columns = as_columns(returns)
    if len(columns) < MIN_REGRESSION:
        return undefined(columns)
    return ratio(_covariance(columns, benchmark), deviation(benchmark) ** 2)


def alpha(returns: Floats, benchmark: Floats, annualisation: float) -> Floats:
    """Intercept a of that OLS, annualised (1 + a)^N - 1; NaN if T < 121 or benchmark constant.

    Compounded as in empyrical and vectorbt; quantstats multiplies by N.
    """
    columns = as_columns(returns)
    if len(columns) < MIN_ANNUALISED:
        return undefined(columns)
    intercept = columns.mean(axis=0) - beta(columns, benchmark) * as_columns(benchmark).mean(axis=0)
    return np.asarray((1.0 + intercept) ** annualisation - 1.0)


def correlation(returns: Floats, benchmark: Floats) -> Floats:
    """Pearson correlation; NaN if T < 3 or either side is constant."""
    columns = as_columns(returns)
    if len(columns) < MIN_REGRESSION:
        return undefined(columns)
    spread = deviation(columns) * deviation(benchmark)
    return np.clip(ratio(_covariance(columns, benchmark), spread), -1.0, 1.0)


def r_squared(returns: Floats, benchmark: Floats) -> Floats:
    """Share of the variance the benchmark explains: correlation squared."""
    return correlation(returns, benchmark) ** 2


def benchmark_return(levels: Floats, benchmark_levels: Floats) -> Floats:
    """Total return of the benchmark, once for each column of the levels."""
    columns = as_columns(levels)
    gaps = np.isnan(columns).any(axis=0)
    return np.where(gaps, np.nan, total_return(benchmark_levels))


def excess_return(levels: Floats, benchmark_levels: Floats) -> Floats:
    """Total return less the benchmark's, both from levels with the base row."""
    return total_return(levels) - total_return(benchmark_levels)


def geometric_excess_return(levels: Floats, benchmark_levels: Floats) -> Floats:
    """(1 + R) / (1 + B) - 1: how much richer than in the benchmark."""
    return (1.0 + total_return(levels)) / (1.0 + total_return(benchmark_levels)) - 1.0


def tracking_error(returns: Floats, benchmark: Floats, annualisation: float) -> Floats:
    """sd(r - b, ddof 1) * sqrt(N), annualised; NaN if T < 2."""
    active = as_columns(returns) - as_columns(benchmark)
    return deviation(active) * math.sqrt(annualisation)


def information_ratio(returns: Floats, benchmark: Floats, annualisation: float) -> Floats:
    """mean(r - b) / sd(r - b) * sqrt(N); NaN if T < 121 or r - b is constant.

    Annualised, like the tracking error; empyrical, ffn, quantstats and vectorbt leave it
    per session.
    """
    active = as_columns(returns) - as_columns(benchmark)
    if len(active) < MIN_ANNUALISED:
        return undefined(active)
    return ratio(active.mean(axis=0), deviation(active)) * math.sqrt(annualisation)


def _capture(returns: Floats, against: Floats, chosen: Bools, annualisation: float) -> Floats:
    """Annualised return over the chosen sessions, divided by the benchmark's."""
    columns = as_columns(returns)
    if len(columns) < MIN_ANNUALISED or not chosen.any():
        return undefined(columns)
    count = np.count_nonzero(chosen, axis=0)
    years = np.where(count > 0, count, np.nan) / annualisation
    earned = np.where(chosen, 1.0 + columns, 1.0).prod(axis=0) ** (1.0 / years) - 1.0
    offered = np.where(chosen, 1.0 + against, 1.0).prod(axis=0) ** (1.0 / years) - 1.0
    gaps = np.isnan(columns).any(axis=0) | np.isnan(against).any(axis=0)
    return np.where(gaps, np.nan, ratio(earned, offered))


def up_capture(returns: Floats, benchmark: Floats, annualisation: float) -> Floats:
    """Ratio of annualised returns over sessions with b > 0; NaN if T < 121 or there is none."""
    against = as_columns(benchmark)
    return _capture(returns, against, against > RESIDUE, annualisation)


def down_capture(returns: Floats, benchmark: Floats, annualisation: float) -> Floats:
    """Ratio of annualised returns over sessions with b < 0; NaN if T < 121 or there is none."""
    against = as_columns(benchmark)
    return _capture(returns, against, against < -RESIDUE, annualisation)


def correlation_matrix(returns: Floats) -> Floats:
    """(B, B) Pearson correlation of every pair of columns of (T, B); NaN as in `correlation`."""
    columns = as_columns(returns)
    return np.stack([correlation(columns, column) for column in columns.T])
