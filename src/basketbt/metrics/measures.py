"""The registry: every statistic the program prints, once, in the order of the columns.

The CSV header, the column dictionary of the documentation and the words of the memo are all made
from :data:`MEASURES`; :func:`basketbt.metrics.evaluation.evaluate` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from basketbt.metrics import drawdowns, relative, returns, risk
from basketbt.metrics import reasons as why

if TYPE_CHECKING:
    from collections.abc import Callable

    from basketbt.metrics.arrays import Floats
    from basketbt.metrics.reasons import EmptyReason
    from basketbt.metrics.series import LevelSeries

    Function = Callable[[LevelSeries], Floats]

#: ``decimal``: 0.0123 is 1.23 %. ``ratio``: a pure number.
Unit = Literal["decimal", "ratio"]


@dataclass(frozen=True)
class Measure:
    """One statistic: its key and unit, ``function(series)`` -> (B,), when it is empty.

    ``empty_when`` lists the reasons that make it NaN, in the order in which they are given.
    """

    key: str
    unit: Unit
    function: Function
    empty_when: tuple[EmptyReason, ...]

    @property
    def needs_benchmark(self) -> bool:
        return why.NO_BENCHMARK in self.empty_when


def _measure(key: str, unit: Unit, function: Function, *reasons: EmptyReason) -> Measure:
    """A measure of the levels alone."""
    return Measure(key, unit, function, (why.INCOMPLETE_LEVELS, *reasons))


def _relative(key: str, unit: Unit, function: Function, *reasons: EmptyReason) -> Measure:
    """A measure beside the benchmark."""
    return _measure(key, unit, function, why.NO_BENCHMARK, why.INCOMPLETE_BENCHMARK, *reasons)


_PERFORMANCE = (
    _measure("total_return", "decimal", lambda s: returns.total_return(s.levels)),
    _measure(
        "annual_return",
        "decimal",
        lambda s: returns.annual_return(s.levels, s.annualisation),
        why.FEWER_THAN_121,
    ),
    _measure(
        "annual_volatility",
        "decimal",
        lambda s: risk.volatility(s.returns, s.annualisation),
        why.FEWER_THAN_2,
    ),
    _measure(
        "sharpe",
        "ratio",
        lambda s: risk.sharpe(s.returns, s.annualisation, s.rf_annual),
        why.FEWER_THAN_121,
        why.ZERO_VOLATILITY,
    ),
    _measure(
        "sortino",
        "ratio",
        lambda s: risk.sortino(s.returns, s.annualisation, s.rf_annual),
        why.FEWER_THAN_121,
        why.NO_DOWNSIDE,
    ),
    _measure("max_drawdown", "decimal", lambda s: drawdowns.max_drawdown(s.levels)),
    _measure(
        "calmar",
        "ratio",
        lambda s: drawdowns.calmar(s.levels, s.annualisation),
        why.FEWER_THAN_121,
        why.NO_DRAWDOWN,
    ),
    _measure("ulcer_index", "decimal", lambda s: drawdowns.ulcer_index(s.levels)),
    _measure("var_95", "decimal", lambda s: risk.value_at_risk(s.returns), why.FEWER_THAN_20),
    _measure("cvar_95", "decimal", lambda s: risk.expected_shortfall(s.returns), why.FEWER_THAN_20),
    _measure("hit_ratio", "decimal", lambda s: returns.hit_ratio(s.returns), why.FEWER_THAN_1),
    _measure("best_day", "decimal", lambda s: returns.best_day(s.returns), why.FEWER_THAN_1),
    _measure("worst_day", "decimal", lambda s: returns.worst_day(s.returns), why.FEWER_THAN_1),
    _measure(
        "skew", "ratio", lambda s: risk.skew(s.returns), why.FEWER_THAN_3, why.ZERO_VOLATILITY
    ),
    _measure(
        "kurtosis",
        "ratio",
        lambda s: risk.kurtosis(s.returns),
        why.FEWER_THAN_4,
        why.ZERO_VOLATILITY,
    ),
    _measure(
        "tail_ratio",
        "ratio",
        lambda s: risk.tail_ratio(s.returns),
        why.FEWER_THAN_20,
        why.NO_LOWER_TAIL,
    ),
)

_BESIDE_BENCHMARK = (
    _relative(
        "benchmark_return", "decimal", lambda s: relative.benchmark_return(s.levels, s.benchmark)
    ),
    _relative("excess_return", "decimal", lambda s: relative.excess_return(s.levels, s.benchmark)),
    _relative(
        "excess_return_geometric",
        "decimal",
        lambda s: relative.geometric_excess_return(s.levels, s.benchmark),
    ),
    _relative(
        "beta",
        "ratio",
        lambda s: relative.beta(s.returns, s.benchmark_returns),
        why.FEWER_THAN_3,
        why.CONSTANT_BENCHMARK,
    ),
    _relative(
        "alpha",
        "decimal",
        lambda s: relative.alpha(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_121,
        why.CONSTANT_BENCHMARK,
    ),
    _relative(
        "correlation",
        "ratio",
        lambda s: relative.correlation(s.returns, s.benchmark_returns),
        why.FEWER_THAN_3,
        why.CONSTANT_BENCHMARK,
        why.ZERO_VOLATILITY,
    ),
    _relative(
        "r_squared",
        "ratio",
        lambda s: relative.r_squared(s.returns, s.benchmark_returns),
        why.FEWER_THAN_3,
        why.CONSTANT_BENCHMARK,
        why.ZERO_VOLATILITY,
    ),
    _relative(
        "tracking_error",
        "decimal",
        lambda s: relative.tracking_error(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_2,
    ),
    _relative(
        "information_ratio",
        "ratio",
        lambda s: relative.information_ratio(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_121,
        why.CONSTANT_ACTIVE_RETURN,
    ),
    _relative(
        "up_capture",
        "ratio",
        lambda s: relative.up_capture(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_121,
        why.NO_UP_SESSION,
    ),
    _relative(
        "down_capture",
        "ratio",
        lambda s: relative.down_capture(s.returns, s.benchmark_returns, s.annualisation),
        why.FEWER_THAN_121,
        why.NO_DOWN_SESSION,
    ),
)

#: Every measure, in the order of the columns of summary.csv.
MEASURES: tuple[Measure, ...] = (*_PERFORMANCE, *_BESIDE_BENCHMARK)
