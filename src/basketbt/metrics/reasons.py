"""Why a statistic is empty.

A reason is a condition on a series and a code. The functions return NaN by their own
arithmetic; the reasons are asked afterwards, so a test can hold one against the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basketbt.metrics.arrays import MIN_ANNUALISED, MIN_SESSIONS, RESIDUE, Bools, deviation
from basketbt.metrics.drawdowns import max_drawdown
from basketbt.metrics.relative import MIN_REGRESSION
from basketbt.metrics.returns import per_session_rate
from basketbt.metrics.risk import downside_deviation, tail_quantiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from basketbt.metrics.series import LevelSeries


@dataclass(frozen=True)
class EmptyReason:
    """A stable code, by which the catalogues word it, and ``holds(series)`` -> (B,) or one bool."""

    code: str
    holds: Callable[[LevelSeries], Bools | bool]


def _fewer_than(sessions: int) -> EmptyReason:
    plural = "" if sessions == 1 else "s"
    return EmptyReason(f"fewer_than_{sessions}_session{plural}", lambda s: s.sessions < sessions)


def _any(holds: Bools) -> Bools:
    """(B,) whether it holds in any row."""
    return np.asarray(holds.any(axis=0))


def _no_downside(series: LevelSeries) -> Bools:
    rate = per_session_rate(series.rf_annual, series.annualisation)
    return np.equal(downside_deviation(series.returns, rate), 0.0)


INCOMPLETE_LEVELS = EmptyReason("incomplete_levels", lambda s: ~s.complete)
NO_BENCHMARK = EmptyReason("no_benchmark", lambda s: not s.has_benchmark)
INCOMPLETE_BENCHMARK = EmptyReason("incomplete_benchmark", lambda s: _any(np.isnan(s.benchmark)))
FEWER_THAN_1 = _fewer_than(1)
FEWER_THAN_2 = _fewer_than(2)
FEWER_THAN_3 = _fewer_than(MIN_REGRESSION)
FEWER_THAN_4 = _fewer_than(4)
FEWER_THAN_20 = _fewer_than(MIN_SESSIONS)
FEWER_THAN_121 = _fewer_than(MIN_ANNUALISED)
ZERO_VOLATILITY = EmptyReason("zero_volatility", lambda s: deviation(s.returns) == 0.0)
NO_DOWNSIDE = EmptyReason("no_downside", _no_downside)
NO_DRAWDOWN = EmptyReason("no_drawdown", lambda s: max_drawdown(s.levels) == 0.0)
NO_LOWER_TAIL = EmptyReason("no_lower_tail", lambda s: tail_quantiles(s.returns)[0] == 0.0)
CONSTANT_BENCHMARK = EmptyReason(
    "constant_benchmark", lambda s: deviation(s.benchmark_returns) == 0.0
)
CONSTANT_ACTIVE_RETURN = EmptyReason(
    "constant_active_return",
    lambda s: deviation(s.returns - s.benchmark_returns) == 0.0,
)
NO_UP_SESSION = EmptyReason("no_up_session", lambda s: ~_any(s.benchmark_returns > RESIDUE))
NO_DOWN_SESSION = EmptyReason("no_down_session", lambda s: ~_any(s.benchmark_returns < -RESIDUE))
