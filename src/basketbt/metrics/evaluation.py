"""All measures of many level series at once, with a reason for every empty cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from basketbt.metrics.measures import MEASURES, Measure
from basketbt.metrics.series import LevelSeries
from basketbt.notes import NoteKind, listing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from basketbt.metrics.arrays import Bools, Floats
    from basketbt.metrics.reasons import EmptyReason
    from basketbt.notes import Note

EMPTY = NoteKind("statistic_empty")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Measures of B level series, keyed by measure in registry order.

    ``values[key]`` is (B,), NaN where undefined; ``reasons[key]`` has one entry a column: None
    beside a value, a reason code beside a NaN.
    """

    values: Mapping[str, Floats]
    reasons: Mapping[str, tuple[str | None, ...]]

    def notes(self, column: int) -> tuple[Note, ...]:
        """One note for each reason that empties cells of the column, naming the measures."""
        emptied: dict[str, list[str]] = {}
        for key, codes in self.reasons.items():
            code = codes[column]
            if code is not None:
                emptied.setdefault(code, []).append(key)
        return tuple(
            EMPTY(columns=listing(keys), why=NoteKind(code)()) for code, keys in emptied.items()
        )


def evaluate(
    levels: Floats,
    *,
    annualisation: float,
    rf_annual: float = 0.0,
    benchmark_levels: Floats | None = None,
    measures: tuple[Measure, ...] = MEASURES,
) -> Evaluation:
    """Every measure of (T+1, B) or (T+1,) levels, base row first, on any scale.

    ``annualisation`` is N, sessions a year; ``rf_annual`` an effective annual rate as a decimal;
    ``benchmark_levels`` (T+1,), or (T+1, B) one for each column.

    Raises ValueError as :meth:`LevelSeries.of` does.
    """
    series = LevelSeries.of(
        levels,
        annualisation=annualisation,
        rf_annual=rf_annual,
        benchmark_levels=benchmark_levels,
    )

    @cache
    def holds(reason: EmptyReason) -> Bools:
        return np.broadcast_to(reason.holds(series), (series.levels.shape[1],))

    values = {measure.key: measure.function(series) for measure in measures}
    reasons = {measure.key: _reasons(values[measure.key], measure, holds) for measure in measures}
    return Evaluation(values, reasons)


def _reasons(
    values: Floats, measure: Measure, holds: Callable[[EmptyReason], Bools]
) -> tuple[str | None, ...]:
    """For each column the first reason of the measure that holds where the value is NaN."""
    empty = np.isnan(values)
    codes: list[str | None] = [None] * len(values)
    for reason in measure.empty_when:
        if not empty.any():
            break
        found = empty & holds(reason)
        for column in np.flatnonzero(found).tolist():
            codes[column] = reason.code
        empty = empty & ~found
    return tuple(codes)
