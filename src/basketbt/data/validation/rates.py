"""Exchange rates: one a day, for one unit the right way round, near those of the days beside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from basketbt.data.bars import Flags, Floats, FxSeries
from basketbt.data.validation.findings import Finding

# What a rate was since 2008, with a tenth to spare: the inverse of none of them lies inside.
_RATES: Mapping[str, tuple[float, float]] = {"HKDCNY": (0.7, 1.0), "USDCNY": (5.5, 8.0)}
# The most in a day: 1.9 % on 2015-08-11. Other pairs float: 8 % (sterling, 2016-06-24).
_JUMP: Mapping[str, float] = {"HKDCNY": 0.03, "USDCNY": 0.03}
_JUMP_ELSEWHERE = 0.1


def wrong_rates(series: FxSeries) -> list[Finding]:
    """What cannot be among the rates of a pair, whose dates ascend; a row is named once."""
    pair = f"{series.base}{series.quote}"
    low, high = _RATES.get(pair, (0.0, np.inf))
    rate = series.rate
    possible = (rate > low) & (rate <= high) & np.isfinite(rate)
    second = np.append(False, series.dates[1:] == series.dates[:-1])[: len(rate)]
    tests: tuple[tuple[str, Flags, Floats, str], ...] = (
        ("fx", ~possible, rate, f"{series.quote} for one {series.base} cannot be"),
        ("duplicates", second & possible, rate, "a second rate of the day,"),
        ("fx", jumps(rate, pair) & possible & ~second, rate, "jumps from the day before, to"),
    )
    return [
        Finding(rule, pair, series.dates[row], float(values[row]), what, "fx")
        for rule, flags, values, what in tests
        for row in np.flatnonzero(flags).tolist()
    ]


def jumps(rate: Floats, pair: str) -> Flags:
    """(R,) rates further from the one before than the pair moves in a day."""
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.abs(np.diff(np.log(rate), prepend=np.log(rate[:1])))
    far: Flags = moved > _JUMP.get(pair, _JUMP_ELSEWHERE)
    return far
