"""Amount, volume and price of a row hold together: their units, and the mean price of the day.

Amount / volume is what a share cost on average. It lies between the low and the high of its day,
so a unit that changes, in one row or from some day on, and prices that were adjusted while the
money was not, show themselves without a second source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Flags
from basketbt.data.validation.findings import Finding, finding_of, of_kind

_UNIT_LOW, _UNIT_HIGH = 0.7, 1.4  # of a share's median row: the day's mean price varies so much
_ROW_LOW, _ROW_HIGH = 0.4, 2.5  # of a single row, a first session of a listing included
_MEAN_SLACK, _LOT = 0.005, 100.0  # of the mean price: rounded amounts, and volumes in whole lots
_STRETCH = 5  # rows in a row whose mean price is outside the day's: adjusted, not a slip
# Of mean price / typical price over last factor / factor, in logs: 0 where prices are raw, 1 where
# they are adjusted; so many standard errors from 0, of so many rows, decide.
_HALFWAY, _SURE, _ROWS = 0.5, 6.0, 20

# amount / (volume x price) when a unit is not the declared one.
UNIT_MISTAKES: Mapping[float, str] = {
    100.0: "volume looks like lots (手), not shares",
    0.01: "volume looks like shares, not lots; or it is in lots and amount in 10k yuan (万元)",
    1e-4: "amount looks like 10k yuan (万元), not yuan",
    1e4: "amount looks like yuan, not 10k yuan (万元)",
    1e-3: "amount looks like thousands of yuan (千元), not yuan",
    0.1: "volume looks like lots (手) and amount like thousands of yuan (千元)",
}


def units(bars: Bars) -> list[Finding]:
    """Shares whose amount / (volume x mean price) is not about 1: in the median, or in some rows.

    One finding a share whose median is off; else one for each stretch of rows that are.
    """
    raw = of_kind(bars, "share") & ~bars.per_row(bars.adjusted)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = bars.amount / (bars.volume * (bars.high + bars.low + bars.close) / 3.0)
    known = raw & np.isfinite(ratio) & (ratio > 0)
    found = []
    rows = np.flatnonzero(known)
    for part in np.split(rows, np.flatnonzero(np.diff(bars.code[rows])) + 1):
        median = float(np.median(ratio[part])) if part.size else 1.0
        if not _UNIT_LOW < median < _UNIT_HIGH:
            what = f"{_unit_mistake(median)}; ratio"
            found.append(finding_of(bars, "units", part[0], median, what))
            known[part] = False
    off = known & ~((ratio > _ROW_LOW) & (ratio < _ROW_HIGH))
    for part in _stretches(bars, off, known):
        median = float(np.median(ratio[part]))
        what = f"{_unit_mistake(median)} on {len(part)} row(s) from here, not on the others; ratio"
        found.append(finding_of(bars, "units", part[0], median, what))
    return found


def mean_prices(bars: Bars) -> list[Finding]:
    """What amount / volume says of raw prices: adjusted already, or no price of their day."""
    adjusted = _adjusted_beside_money(bars)
    named = {one.symbol for one in adjusted}
    return [*adjusted, *(one for one in _mean_price(bars) if one.symbol not in named)]


def _mean_price(bars: Bars) -> list[Finding]:
    """Rows of raw mainland shares whose amount / volume is no price of the day.

    Several in a row mean prices that were adjusted beside money that was not; one is a slip.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = bars.amount / bars.volume
        slack = _MEAN_SLACK + _LOT / bars.volume
        ratio = mean / np.clip(mean, bars.low, bars.high)
    raw = of_kind(bars, "share") & ~bars.per_row(bars.adjusted)
    raw &= bars.per_row([symbol.calendar == "XSHG" for symbol in bars.parsed])
    known = raw & np.isfinite(ratio) & (ratio > _ROW_LOW) & (ratio < _ROW_HIGH)
    off = known & (np.abs(np.log(np.where(known, ratio, 1.0))) > slack)
    stretches = list(_stretches(bars, off, known))
    adjusted = {bars.code[part[0]] for part in stretches if len(part) >= _STRETCH}
    found = []
    for part in stretches:
        code = bars.code[part[0]]
        rows = np.flatnonzero(off & (bars.code == code)) if code in adjusted else part
        if rows[0] != part[0]:
            continue  # of an adjusted share one finding stands for all
        what = f"amount / volume is outside [low, high] on {len(rows)} row(s)"
        if code in adjusted:
            what += ": prices that are adjusted already beside money that is not"
        what += "; mean price / nearest price of the day"
        rule = "adjusted" if code in adjusted else "mean_price"
        found.append(finding_of(bars, rule, rows[0], float(ratio[rows[0]]), what))
    return found


def _adjusted_beside_money(bars: Bars) -> list[Finding]:
    """Shares whose closes, beside a factor, fall short of what was paid by just that factor.

    Below what a single row shows: a dividend of half a percent moves the mean price of a year.
    """
    typical = (bars.high + bars.low + bars.close) / 3.0
    with np.errstate(divide="ignore", invalid="ignore"):
        paid = np.log(bars.amount / bars.volume / typical)
    found = []
    for number in np.flatnonzero(bars.has_factor & ~bars.adjusted).tolist():
        own = bars.own(number)
        factor = bars.factor[own]
        step, off = np.log(factor[-1] / factor), paid[own]
        known = np.isfinite(off) & (np.abs(off) < -np.log(_ROW_LOW)) & (step != 0.0)
        if known.sum() < _ROWS:
            continue
        step, off = step[known], off[known]
        size = float(step @ step)
        slope = float(step @ off) / size
        error = float(np.std(off - slope * step)) / np.sqrt(size)
        if slope > max(_HALFWAY, _SURE * error):
            what = "closes fall short of amount / volume as the factor says: adjusted; by, of it,"
            row = own.start + int(np.flatnonzero(known)[0])
            found.append(finding_of(bars, "adjusted", row, slope, what))
    return found


def _stretches(bars: Bars, off: Flags, known: Flags) -> Iterator[NDArray[np.intp]]:
    """Runs of rows that are ``off``, one security after another, over what is not ``known``."""
    rows = np.flatnonzero(known)
    wrong = np.flatnonzero(off[rows])
    apart = (np.diff(wrong) > 1) | (np.diff(bars.code[rows[wrong]]) != 0)
    yield from (rows[part] for part in np.split(wrong, np.flatnonzero(apart) + 1) if part.size)


def _unit_mistake(ratio: float) -> str:
    for known, what in UNIT_MISTAKES.items():
        if _UNIT_LOW < ratio / known < _UNIT_HIGH:
            return what
    return "amount / (volume x price) is not about 1, and no common unit explains it"
