"""Why a statistic is empty.

A reason is a condition on a series and a code. The functions return NaN by their own
arithmetic; the reasons are asked afterwards, so a test can hold one against the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basketbt.metrics.arrays import MIN_SESSIONS, RESIDUE, Bools, deviation
from basketbt.metrics.drawdowns import max_drawdown
from basketbt.metrics.relative import MIN_REGRESSION
from basketbt.metrics.returns import per_session_rate
from basketbt.metrics.risk import downside_deviation, tail_quantiles
from basketbt.notes import Listing, Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from basketbt.metrics.series import LevelSeries


EMPTY = NoteKind("statistic_empty")


@dataclass(frozen=True)
class Reason:
    """A stable code, by which the catalogues word it, and ``holds(series)`` -> (B,) or one bool."""

    code: str
    holds: Callable[[LevelSeries], Bools | bool]

    def note(self, columns: Listing) -> Note:
        """What a reader is told of the statistics that it empties."""
        return EMPTY(columns=columns, why=NoteKind(self.code)())


def _fewer_than(sessions: int) -> Reason:
    plural = "" if sessions == 1 else "s"
    return Reason(
        f"fewer_than_{sessions}_session{plural}",
        lambda series: series.sessions < sessions,
    )


def _no_downside(series: LevelSeries) -> Bools:
    rate = per_session_rate(series.rf_annual, series.annualisation)
    return np.equal(downside_deviation(series.returns, rate), 0.0)


INCOMPLETE_LEVELS = Reason(
    "incomplete_levels",
    lambda series: ~series.complete,
)
NO_BENCHMARK = Reason(
    "no_benchmark",
    lambda series: series.benchmark_levels is None,
)
INCOMPLETE_BENCHMARK = Reason(
    "incomplete_benchmark",
    lambda series: bool(np.isnan(series.benchmark).any()),
)
FEWER_THAN_1 = _fewer_than(1)
FEWER_THAN_2 = _fewer_than(2)
FEWER_THAN_3 = _fewer_than(MIN_REGRESSION)
FEWER_THAN_4 = _fewer_than(4)
FEWER_THAN_20 = _fewer_than(MIN_SESSIONS)
ZERO_VOLATILITY = Reason(
    "zero_volatility",
    lambda series: deviation(series.returns) == 0.0,
)
NO_DOWNSIDE = Reason(
    "no_downside",
    _no_downside,
)
NO_DRAWDOWN = Reason(
    "no_drawdown",
    lambda series: max_drawdown(series.levels) == 0.0,
)
NO_LOWER_TAIL = Reason(
    "no_lower_tail",
    lambda series: tail_quantiles(series.returns)[0] == 0.0,
)
CONSTANT_BENCHMARK = Reason(
    "constant_benchmark",
    lambda series: bool(deviation(series.benchmark_returns)[0] == 0.0),
)
CONSTANT_ACTIVE_RETURN = Reason(
    "constant_active_return",
    lambda series: deviation(series.returns - series.benchmark_returns[:, np.newaxis]) == 0.0,
)
NO_UP_SESSION = Reason(
    "no_up_session",
    lambda series: not (series.benchmark_returns > RESIDUE).any(),
)
NO_DOWN_SESSION = Reason(
    "no_down_session",
    lambda series: not (series.benchmark_returns < -RESIDUE).any(),
)

#: Every reason there is, in the order in which they are asked.
REASONS: tuple[Reason, ...] = (
    INCOMPLETE_LEVELS,
    NO_BENCHMARK,
    INCOMPLETE_BENCHMARK,
    FEWER_THAN_1,
    FEWER_THAN_2,
    FEWER_THAN_3,
    FEWER_THAN_4,
    FEWER_THAN_20,
    CONSTANT_BENCHMARK,
    ZERO_VOLATILITY,
    NO_DOWNSIDE,
    NO_DRAWDOWN,
    NO_LOWER_TAIL,
    CONSTANT_ACTIVE_RETURN,
    NO_UP_SESSION,
    NO_DOWN_SESSION,
)
