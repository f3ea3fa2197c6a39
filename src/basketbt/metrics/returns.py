"""How much a level series earned.

``levels`` are (T+1, B) with the base row first (or (T+1,), one column), positive; ``returns`` are
(T, B) simple returns. Results are (B,) float64 in decimals (0.0123 is 1.23 %). A NaN anywhere in a
column makes its result NaN.
"""

from __future__ import annotations

import numpy as np

from basketbt.metrics.arrays import MIN_ANNUALISED, RESIDUE, Floats, as_columns, undefined


def simple_returns(levels: Floats) -> Floats:
    """r_t = V_t / V_{t-1} - 1, (T, B)."""
    columns = as_columns(levels)
    return columns[1:] / columns[:-1] - 1.0


def per_session_rate(annual_rate: float, annualisation: float) -> float:
    """An effective annual rate as the rate of one session: (1 + rate)^(1/N) - 1.

    empyrical and vectorbt expect this per-session figure as "risk_free"; quantstats and ffn expect
    the annual one. Everything here takes the annual rate and converts it with this function.
    """
    return float((1.0 + annual_rate) ** (1.0 / annualisation) - 1.0)


def total_return(levels: Floats) -> Floats:
    """V_end / V_base - 1."""
    columns = as_columns(levels)
    gaps = np.isnan(columns).any(axis=0)
    return np.where(gaps, np.nan, columns[-1] / columns[0] - 1.0)


def annual_return(levels: Floats, annualisation: float) -> Floats:
    """(V_end / V_base)^(N/T) - 1, T sessions counted, not calendar days; NaN if T < 121."""
    columns = as_columns(levels)
    sessions = len(columns) - 1
    if sessions < MIN_ANNUALISED:
        return undefined(columns)
    return (1.0 + total_return(columns)) ** (annualisation / sessions) - 1.0


def hit_ratio(returns: Floats) -> Floats:
    """Share of the sessions with a positive return; NaN without a session."""
    columns = as_columns(returns)
    if len(columns) == 0:
        return undefined(columns)
    gaps = np.isnan(columns).any(axis=0)
    return np.where(gaps, np.nan, (columns > RESIDUE).mean(axis=0))


def best_day(returns: Floats) -> Floats:
    """Largest return of one session; NaN without a session."""
    columns = as_columns(returns)
    return np.asarray(columns.max(axis=0)) if len(columns) else undefined(columns)


def worst_day(returns: Floats) -> Floats:
    """Smallest return of one session; NaN without a session."""
    columns = as_columns(returns)
    return np.asarray(columns.min(axis=0)) if len(columns) else undefined(columns)
