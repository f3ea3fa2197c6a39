"""A security beside the others: an index that moves alone, a share whose rows are days late.

What moves a market moves most of it. A level ten times too high, a share shifted by a session or
an export whose columns were exchanged break with everything beside them, and no second vendor is
needed to see it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Flags, Floats
from basketbt.data.validation.findings import Finding, finding_of, findings_of
from basketbt.market.indexes import EQUAL_MARKET

_FEW = 5  # shares whose quantiles stand for a market
_ENOUGH = 2  # other indexes beside which one is judged closely
# Moves beyond the nearest of the others, logarithmic: there and back, and in one session. On nine
# real indexes of 2021-2026 the most are 0.9 % and 3.1 %; beside shares alone, which follow an index
# less closely, more is let pass.
_BACK, _ONCE = (0.02, 0.04), (0.035, 0.12)
_SHIFT_ROWS, _SHIFT, _SHIFT_LEAST = 100, 0.15, 0.2  # returns; correlations
_SWAP_ROWS, _SWAP = 40, 1.2


@dataclass(frozen=True)
class Returns:
    """Logarithmic returns between rows of neighbouring days, (T, N), and where each row is.

    NaN where a security has no row on the day or on the one before.
    """

    grid: Floats
    day: NDArray[np.intp]  # (R,)
    row: NDArray[np.intp]  # (T, N) a row's number; -1 for none


def returns_of(bars: Bars) -> Returns:
    """Total returns of rows in date order; days are those of any mainland row."""
    mainland = bars.per_row([symbol.calendar == "XSHG" for symbol in bars.parsed])
    days = np.unique(bars.dates[mainland])
    day = np.searchsorted(days, bars.dates)
    rows = np.full((len(days), len(bars.symbols)), -1, dtype=np.intp)
    rows[day[mainland], bars.code[mainland]] = np.flatnonzero(mainland)
    factor = np.where(bars.per_row(bars.has_factor), bars.factor, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(np.append(bars.close * factor, np.nan))[rows]
    return Returns(np.diff(level, axis=0, prepend=np.nan), day, rows)


def lone_moves(bars: Bars, returns: Returns) -> list[Finding]:
    """Levels of indexes that move and come back, or move far, where nothing beside them does."""
    kinds = [symbol.kind for symbol in bars.parsed]
    shares = returns.grid[:, [kind == "share" for kind in kinds]]
    crowd = quantiles(shares, 0.5)
    members = [
        number
        for number, (kind, name) in enumerate(zip(kinds, bars.symbols, strict=True))
        if kind == "index" and name != EQUAL_MARKET
    ]
    wrong = np.zeros(len(bars), dtype=np.bool_)
    moved = np.zeros(len(bars))
    for number in members:
        others = returns.grid[:, [other for other in members if other != number]]
        close = others.shape[1] >= _ENOUGH
        own = returns.grid[:, number]
        alone = _beyond_nearest(own, np.hstack([others, crowd]))
        if not close:  # the few shares may be the ones that moved
            alone = np.where(alone * own > 0, np.sign(own), 0.0) * np.fmin(abs(alone), abs(own))
            alone = np.nan_to_num(alone)
        back, once = (pair[0 if close else 1] for pair in (_BACK, _ONCE))
        at = np.flatnonzero(_there_and_back(alone, back) | (np.abs(alone) > once))
        rows = returns.row[at, number]
        wrong[rows], moved[rows] = True, np.expm1(alone[at])
    what = "moves where no other index nor the shares do, by"
    return findings_of(bars, "index", wrong, moved, what)


def quantiles(grid: Floats, *shares: float) -> Floats:
    """(T, Q) quantiles of each day's (T, N) values; NaN on days of few. Nearest ranks: quick."""
    ordered = np.sort(grid, axis=1)  # NaN last
    count = np.isfinite(ordered).sum(axis=1)
    found = np.full((len(grid), len(shares)), np.nan)
    days = np.flatnonzero(count >= _FEW)
    for column, share in enumerate(shares):
        rank = np.rint(share * (count[days] - 1)).astype(np.intp)
        found[days, column] = ordered[days, rank]
    return found


def _beyond_nearest(own: Floats, beside: Floats) -> Floats:
    """(T,) a return less the nearest of those beside it; 0 where there is none, or between them.

    An index of a theme that moves more than a broad one and less than the shares is not alone.
    """
    apart = own[:, np.newaxis] - beside
    size = np.where(np.isfinite(apart), np.abs(apart), np.inf)
    if not size.shape[1]:
        return np.zeros(len(own))
    nearest = size.argmin(axis=1)[:, np.newaxis]
    found = np.take_along_axis(apart, nearest, axis=1)[:, 0]
    between = (apart > 0).any(axis=1) & (apart < 0).any(axis=1)
    alone: Floats = np.where(between, 0.0, np.nan_to_num(found))
    return alone


def _there_and_back(alone: Floats, least: float) -> Flags:
    """(T,) moves that the next session takes back."""
    after = np.append(alone[1:], 0.0)
    size = np.minimum(np.abs(alone), np.abs(after))
    turned: Flags = (alone * after < 0) & (size > least)
    return turned


def shifted(bars: Bars, returns: Returns) -> list[Finding]:
    """Securities that move with the market of the session beside theirs, not with their own."""
    grid = returns.grid
    known = np.isfinite(grid)
    total, count = np.where(known, grid, 0.0).sum(axis=1), known.sum(axis=1)
    found = []
    for number, symbol in enumerate(bars.parsed):
        own = known[:, number]
        if symbol.kind not in ("share", "index") or own.sum() < _SHIFT_ROWS:
            continue
        others = count - own
        with np.errstate(invalid="ignore", divide="ignore"):
            market = (total - np.where(own, grid[:, number], 0.0)) / others
        market[others < _ENOUGH] = np.nan
        same, *beside = (_correlation(grid[:, number], _moved(market, by)) for by in (0, 1, -1))
        if max(beside) > max(same + _SHIFT, _SHIFT_LEAST):
            row = int(bars.edges[number])
            what = "its rows follow the market of the session beside theirs; correlation"
            found.append(finding_of(bars, "shifted", row, max(beside), what))
    return found


def _moved(values: Floats, by: int) -> Floats:
    found = np.roll(values, by)
    if by:
        found[0 if by > 0 else -1] = np.nan
    return found


def _correlation(x: Floats, y: Floats) -> float:
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < _SHIFT_ROWS or not (x[both].std() > 0 and y[both].std() > 0):
        return 0.0
    return float(np.corrcoef(x[both], y[both])[0, 1])


def swapped(bars: Bars) -> list[Finding]:
    """Securities whose open and close stand in each other's column.

    A price moves less from a close to the next open than from an open to the next close, which
    are two sessions apart; where the columns are exchanged it is the other way round.
    """
    before = {name: np.append(np.nan, getattr(bars, name)[:-1])[: len(bars)] for name in _PAIR}
    with np.errstate(divide="ignore", invalid="ignore"):
        night = np.abs(np.log(bars.open / before["close"]))
        days = np.abs(np.log(bars.close / before["open"]))
    found = []
    for number in range(len(bars.symbols)):
        own = slice(bars.edges[number] + 1, bars.edges[number + 1])
        both = np.isfinite(night[own]) & np.isfinite(days[own])
        if both.sum() < _SWAP_ROWS:
            continue
        overnight, over_two = np.median(night[own][both]), np.median(days[own][both])
        if overnight > _SWAP * over_two > 0:
            what = "open and close look exchanged: opens are further from the close before, times"
            found.append(
                finding_of(bars, "swapped", int(bars.edges[number]), overnight / over_two, what)
            )
    return found


_PAIR = ("open", "close")
