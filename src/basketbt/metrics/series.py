"""The series that the measures look at: levels, benchmark and conventions in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from basketbt.metrics.arrays import Bools, Floats, as_columns
from basketbt.metrics.returns import simple_returns


@dataclass(frozen=True, kw_only=True, eq=False)
class LevelSeries:
    """B level series over T sessions plus their base row, and optionally a benchmark.

    ``levels`` (T+1, B), NaN throughout for a column that is not complete; ``benchmark`` (T+1, 1)
    levels, or (T+1, B) one for each column, NaN throughout without one or where one is missing;
    ``annualisation`` sessions a year; ``rf_annual`` effective annual rate. Build it with
    :meth:`of`, which enforces this.
    """

    levels: Floats
    annualisation: float
    rf_annual: float
    benchmark: Floats
    has_benchmark: bool

    @classmethod
    def of(
        cls,
        levels: Floats,
        *,
        annualisation: float,
        rf_annual: float = 0.0,
        benchmark_levels: Floats | None = None,
    ) -> LevelSeries:
        """A series from (T+1, B) or (T+1,) levels on any scale, and a benchmark for all columns,
        (T+1,), or for each, (T+1, B).

        A column with a NaN, infinite or non-positive level is undefined as a whole: half a window
        must not be reported as the window. Raises ValueError if there is no base row, if the
        benchmark has other rows, or if ``annualisation`` is not positive.
        """
        columns = as_columns(levels)
        if len(columns) == 0:
            raise ValueError("levels need at least their base row")
        if not annualisation > 0:
            raise ValueError(f"annualisation must be positive, not {annualisation}")
        sound = (np.isfinite(columns) & (columns > 0)).all(axis=0)
        unknown = np.full(len(columns), np.nan)
        benchmark = as_columns(unknown if benchmark_levels is None else benchmark_levels)
        if benchmark.shape not in ((len(columns), 1), columns.shape):
            raise ValueError(
                f"the benchmark has shape {benchmark.shape}, the levels {len(columns)} rows"
            )
        sound_benchmark = (np.isfinite(benchmark) & (benchmark > 0)).all(axis=0)
        return cls(
            levels=np.where(sound, columns, np.nan),
            annualisation=annualisation,
            rf_annual=rf_annual,
            benchmark=np.where(sound_benchmark, benchmark, np.nan),
            has_benchmark=benchmark_levels is not None,
        )

    @property
    def sessions(self) -> int:
        """T, the number of returns."""
        return len(self.levels) - 1

    @property
    def complete(self) -> Bools:
        """(B,) whether the column has a level in every row."""
        return np.asarray(np.isfinite(self.levels[0]))

    @cached_property
    def returns(self) -> Floats:
        """(T, B) simple returns."""
        return simple_returns(self.levels)

    @cached_property
    def benchmark_returns(self) -> Floats:
        """(T, 1) or (T, B) simple returns of the benchmark; NaN without one."""
        return simple_returns(self.benchmark)
