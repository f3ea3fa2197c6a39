"""Share counts against what they must agree with: volume, market value, and their neighbours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Flags, Floats, MarketData, ShareCounts
from basketbt.data.validation.findings import Finding

_WORTH = 1e13  # yuan that no company of these exchanges was ever worth; the largest has 3e12
_VALUE = 0.02  # of a market value, which may be rounded to 100 million
_UNITS = 10.0 ** np.arange(-8, 9, 4)  # yuan or shares, 10k, 100 million, in either column
_SAME, _APART = 0.01, 0.02  # neighbours of a count; the count between them
_JUMP = 3.0  # from one count to the next: no placement is so large


def doubtful_counts(bars: Bars, data: MarketData) -> list[Finding]:
    """Counts of the securities with bars that cannot be (``shares``), or stand alone (``counts``).

    A share is traded once a day at most, so a count below a day's volume is in another unit, and
    so is one by which the company is worth more than any. Where a market value stands beside it,
    count times close must be that.
    """
    found: list[Finding] = []
    unit = _unit(bars, data)
    for number, symbol in enumerate(bars.symbols):
        counts = data.shares.get(symbol)
        if counts is None or bars.adjusted[number] or not len(counts.dates):
            continue
        own = bars.own(number)
        at = np.searchsorted(counts.dates, bars.dates[own], side="right") - 1
        below = np.zeros(len(counts.dates), dtype=np.bool_)
        worth = np.zeros(len(counts.dates))
        rows = np.flatnonzero(at >= 0)
        below[at[rows][bars.volume[own][rows] > counts.total[at[rows]]]] = True
        np.maximum.at(worth, at[rows], counts.total[at[rows]] * bars.close[own][rows])
        ratio = _against_value(bars, data, number) / unit
        off = np.isfinite(ratio) & (np.abs(ratio - 1.0) > _VALUE)
        total = counts.total
        found += [
            *_named(counts, "shares", below, total, "below the shares traded on a day, total"),
            *_named(counts, "shares", worth > _WORTH, worth, "the company would be worth"),
            *_named(counts, "shares", off, ratio, "total x close / market value is"),
            *_named(counts, "counts", _lone(counts, data), total, "unlike those beside it, total"),
        ]
    return found


def _named(
    counts: ShareCounts, rule: str, wrong: Flags, values: Floats, what: str
) -> Iterator[Finding]:
    for row in np.flatnonzero(wrong).tolist():
        day = counts.dates[row]
        yield Finding(rule, counts.symbol, day, float(values[row]), what, "shares")


def _lone(counts: ShareCounts, data: MarketData) -> Flags:
    """(C,) counts that the next one takes back, or far from the one before without an action."""
    total = counts.total
    wrong = np.zeros(len(total), dtype=np.bool_)
    if len(total) < 2:
        return wrong
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.log(total[1:] / total[:-1])
    back = np.abs(grown[1:] + grown[:-1]) < np.log1p(_SAME)
    wrong[1:-1] = back & (np.abs(grown[:-1]) > np.log1p(_APART))
    far = np.abs(grown) > np.log(_JUMP)
    for row in np.flatnonzero(far & ~wrong[1:] & ~wrong[:-1]).tolist():
        first, last = counts.dates[row], counts.dates[row + 1]
        known = data.actions.get(counts.symbol, ())
        wrong[row + 1] = not any(one.bonus > 0 and first < one.ex_date <= last for one in known)
    return wrong


def _unit(bars: Bars, data: MarketData) -> float:
    """Count times close over market value, as most rows of the table have it: a power of 10,000."""
    parts = [_against_value(bars, data, number) for number in range(len(bars.symbols))]
    ratio = np.concatenate([np.empty(0), *parts])
    ratio = ratio[np.isfinite(ratio) & (ratio > 0)]
    if not ratio.size:
        return 1.0
    return float(_UNITS[np.abs(np.log(_UNITS / np.median(ratio))).argmin()])


def _against_value(bars: Bars, data: MarketData, number: int) -> Floats:
    """(C,) count times the last close over the market value of its row; NaN where unknown."""
    symbol, own = bars.symbols[number], bars.own(number)
    counts, values = data.shares.get(symbol), data.market_values.get(symbol)
    if counts is None or values is None:
        return np.full(0 if counts is None else len(counts.dates), np.nan)
    at: NDArray[np.intp] = np.searchsorted(bars.dates[own], counts.dates, side="right") - 1
    close = np.where(at >= 0, bars.close[own][np.maximum(at, 0)], np.nan)
    day = np.searchsorted(values.dates, counts.dates)
    day = np.minimum(day, len(values.dates) - 1)
    value = np.where(values.dates[day] == counts.dates, values.value[day], np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = counts.total * close / value
    return found
