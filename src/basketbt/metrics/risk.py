"""How uneven the way was: dispersion, tails, and return for risk.

``returns`` are (T, B) simple returns (or (T,), one column); results are (B,) float64. N is the
annualisation basis in sessions a year and is always given, never assumed. A NaN anywhere in a
column makes its result NaN.
"""

from __future__ import annotations

import math

import numpy as np

from basketbt.metrics.arrays import (
    MIN_ANNUALISED,
    MIN_SESSIONS,
    RESIDUE,
    Floats,
    as_columns,
    deviation,
    ratio,
    undefined,
)
from basketbt.metrics.returns import per_session_rate

TAIL = 0.05


def volatility(returns: Floats, annualisation: float) -> Floats:
    """sd(r, ddof 1) * sqrt(N); NaN if T < 2, and 0 for constant returns."""
    return deviation(returns) * math.sqrt(annualisation)


def sharpe(returns: Floats, annualisation: float, rf_annual: float = 0.0) -> Floats:
    """(mean(r) - r_f) / sd(r) * sqrt(N); NaN if T < 121 or the returns are constant.

    ``rf_annual`` is effective and de-annualised geometrically.
    """
    columns = as_columns(returns)
    if len(columns) < MIN_ANNUALISED:
        return undefined(columns)
    excess = columns.mean(axis=0) - per_session_rate(rf_annual, annualisation)
    return ratio(excess, deviation(columns)) * math.sqrt(annualisation)


def downside_deviation(returns: Floats, rate: float = 0.0) -> Floats:
    """sqrt(mean(min(r - rate, 0)^2)) over all T sessions, per session; NaN without a session.

    The mean runs over every session, not over the losing ones only (as in empyrical, ffn,
    quantstats and vectorbt).
    """
    columns = as_columns(returns)
    if len(columns) == 0:
        return undefined(columns)
    shortfall = np.minimum(columns - rate, 0.0)
    depth: Floats = np.sqrt(np.mean(shortfall**2, axis=0))
    return np.where(depth <= RESIDUE, 0.0, depth)


def sortino(returns: Floats, annualisation: float, rf_annual: float = 0.0) -> Floats:
    """(mean(r) - r_f) / downside deviation from r_f * sqrt(N).

    NaN if T < 121 or no session fell short of r_f (empyrical and vectorbt say inf there).
    """
    columns = as_columns(returns)
    if len(columns) < MIN_ANNUALISED:
        return undefined(columns)
    rate = per_session_rate(rf_annual, annualisation)
    excess = columns.mean(axis=0) - rate
    return ratio(excess, downside_deviation(columns, rate)) * math.sqrt(annualisation)


def value_at_risk(returns: Floats) -> Floats:
    """Historical 5 % quantile of the returns (linear interpolation), a loss is negative.

    NaN if T < 20. quantstats calls a Gaussian figure by the same name.
    """
    columns = as_columns(returns)
    if len(columns) < MIN_SESSIONS:
        return undefined(columns)
    return np.asarray(np.quantile(columns, TAIL, axis=0))


def expected_shortfall(returns: Floats) -> Floats:
    """CVaR: mean of the returns at or below the 5 % quantile; NaN if T < 20."""
    columns = as_columns(returns)
    # Interpolation may land a rounding error under the very observation it stands on.
    tail = columns <= value_at_risk(columns) + RESIDUE
    total = np.where(tail, columns, 0.0).sum(axis=0)
    return ratio(total, tail.sum(axis=0).astype(np.float64))


def tail_quantiles(returns: Floats) -> Floats:
    """Absolute 5 % and 95 % quantiles of the returns, (2, B); NaN if T < 20, residue is 0."""
    columns = as_columns(returns)
    if len(columns) < MIN_SESSIONS:
        return np.full((2, columns.shape[1]), np.nan)
    sizes = np.abs(np.quantile(columns, [TAIL, 1.0 - TAIL], axis=0))
    return np.where(sizes <= RESIDUE, 0.0, sizes)


def tail_ratio(returns: Floats) -> Floats:
    """|95 % quantile| / |5 % quantile|; NaN if T < 20 or the 5 % quantile is 0."""
    low, high = tail_quantiles(returns)
    return ratio(high, low)


def skew(returns: Floats) -> Floats:
    """Bias-corrected skewness G1 (as pandas, scipy bias=False); NaN if T < 3 or constant.

    Joanes and Gill (1998), "Comparing measures of sample skewness and kurtosis".
    """
    columns = as_columns(returns)
    n = len(columns)
    if n < 3:
        return undefined(columns)
    centred = columns - columns.mean(axis=0)
    variance = _population_variance(columns)
    biased = ratio(np.mean(centred * centred * centred, axis=0), variance * np.sqrt(variance))
    return biased * (math.sqrt(n * (n - 1.0)) / (n - 2.0))


def kurtosis(returns: Floats) -> Floats:
    """Bias-corrected excess kurtosis G2, 0 for a normal law; NaN if T < 4 or constant.

    Joanes and Gill (1998); equals pandas ``kurt`` and scipy ``kurtosis(bias=False)``.
    """
    columns = as_columns(returns)
    n = len(columns)
    if n < 4:
        return undefined(columns)
    squares = np.square(columns - columns.mean(axis=0))
    biased = ratio(np.mean(squares * squares, axis=0), _population_variance(columns) ** 2) - 3.0
    return (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * biased + 6.0)


def _population_variance(columns: Floats) -> Floats:
    """Variance with ddof 0, (B,); residue is 0."""
    n = len(columns)
    return deviation(columns) ** 2 * ((n - 1.0) / n)
