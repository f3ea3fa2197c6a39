"""The index book: what a list did, in fractions of shares and without costs.

A path is a chain of segments. At the first row of a segment the weights are set; to its last row
they drift with the prices. Segments end where the rebalancing rule resets the weights and where a
late listing joins, and are chained by level, as an index provider rescales its divisor (S&P Dow
Jones Indices, "Index Mathematics Methodology").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.kernel import drifted, first_breach, hold_levels, relatives
from basketbt.backtest.rebalance import Rebalance
from basketbt.prices.data import Dates, Floats

Bools = NDArray[np.bool_]
LateListing = Literal["exclude", "join"]

BASE_LEVEL = 100.0


@dataclass(frozen=True, eq=False)
class Segment:
    """Rows ``start`` (weights are set at its close) to ``stop`` of the baskets in ``baskets``."""

    start: int
    stop: int
    baskets: slice
    weights: Floats  # (b, N)


@dataclass(frozen=True, kw_only=True, eq=False)
class IndexPath:
    """B baskets over R sessions, bought at the close of row 0.

    ``levels`` (R, B) start at 100; NaN throughout for a basket none of whose names has a price at
    row 0, and from the row on where a held name has none any more.
    ``targets`` (B, N) are the weights asked for, renormalised without the ``excluded`` (B, N)
    names: those the policy for late listings leaves out, or that never have a price here.
    ``entry_row`` (N,) is the row of a name's first price, -1 for none.
    """

    levels: Floats
    targets: Floats
    excluded: Bools
    entry_row: NDArray[np.intp]
    prices: Floats
    segments: tuple[Segment, ...]

    def weights(self, row: int) -> Floats:
        """(B, N) weights at the close of ``row``, drifted, before a reset on that row.

        At row 0 the weights bought. What a row leaves of 1 is cash. Raises IndexError outside
        the path.
        """
        self._check(row)
        result = np.zeros_like(self.targets)
        for part in self.segments:
            if part.start < row <= part.stop:
                relative = relatives(self.prices, part.start, row)[-1]
                result[part.baskets] = drifted(relative, part.weights)
            elif row == part.start == 0:
                result[part.baskets] = part.weights
        return result

    def contributions(self, row: int, since: int = 0) -> Floats:
        """(B, N) what each name added to the basket's return from row ``since`` to ``row``.

        Linked by level: Σ over segments of V_s/V_since · w_i · (P_it/P_is - 1). A row sums to
        levels[row] / levels[since] - 1. Raises IndexError outside the path.
        """
        self._check(row)
        self._check(since)
        gained = self._gains(row) - self._gains(since) if since else self._gains(row)
        shares: Floats = gained / self.levels[since][:, np.newaxis]
        return shares

    def _gains(self, row: int) -> Floats:
        """(B, N) points of level that each name added from the base to ``row``."""
        result = np.zeros_like(self.targets)
        for part in self.segments:
            if part.start >= row:
                continue
            relative = relatives(self.prices, part.start, min(row, part.stop))[-1]
            gained = np.where(part.weights > 0, part.weights * (relative - 1.0), 0.0)
            result[part.baskets] += self.levels[part.start, part.baskets, np.newaxis] * gained
        return result

    def _check(self, row: int) -> None:
        if not 0 <= row < len(self.levels):
            raise IndexError(f"row {row} is not on a path of {len(self.levels)} rows")


def index_path(
    prices: Floats,
    weights: Floats,
    rebalance: Rebalance,
    *,
    sessions: Dates,
    late_listing: LateListing = "exclude",
    delisted: Bools | None = None,
) -> IndexPath:
    """Levels of B baskets on one table of prices.

    ``prices`` (R, N): row 0 is the base, carried over sessions without a bar, NaN before a name's
    first price. ``weights`` (B, N): targets, each row summing to 1. ``sessions`` (R,).
    ``late_listing``: a name without a price at the base is left out for good (``exclude``), or
    enters at its first close with its target weight while the others shrink in proportion
    (``join``). ``delisted`` (R, N): True once a name can no longer be held: its value is cash (the
    carried price) until the next reset spreads it over the rest. A name delisted at the base is
    left out.

    Raises ValueError for arrays that do not fit or prices that are not positive.
    """
    if delisted is None:
        delisted = np.zeros(prices.shape, dtype=np.bool_)
    _check_arrays(prices, weights, sessions, delisted)
    known = np.isfinite(prices)
    entry_row = np.where(known.any(axis=0), known.argmax(axis=0), -1)
    takes_part = (entry_row == 0) if late_listing == "exclude" else (entry_row >= 0)
    takes_part &= ~delisted[0]
    market = _Market(
        prices=prices,
        held_off=delisted | ~known,
        resets=rebalance.rebalance_rows(sessions),
        entry_row=entry_row,
        band=rebalance.width,
    )
    targets = _renormalised(weights * takes_part)
    # Baskets share the rows of a calendar rule; a band is breached by each on its own day.
    size = len(weights) if rebalance.width is None else 1
    groups = [slice(first, first + size) for first in range(0, len(weights), size)]
    segments = tuple(part for group in groups for part in _segments(market, targets, group))
    return IndexPath(
        levels=_chained(prices, segments, len(weights)),
        targets=targets,
        excluded=(weights > 0) & ~takes_part,
        entry_row=entry_row,
        prices=prices,
        segments=segments,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Market:
    """What decides where segments end: R rows, N names."""

    prices: Floats  # (R, N)
    held_off: Bools  # (R, N) names that cannot be bought at the close of the row
    resets: Bools  # (R,) rows at which the rule resets weights
    entry_row: NDArray[np.intp]  # (N,) row of the first price
    band: float | None


def _segments(market: _Market, targets: Floats, baskets: slice) -> Iterator[Segment]:
    """The segments of a group of baskets, in order, covering all rows without a gap."""
    last = len(market.prices) - 1
    wanted = targets[baskets]
    entries = market.entry_row[wanted.any(axis=0)]
    changes = market.resets | np.isin(np.arange(last + 1), entries)
    weights = _bought(market, wanted, 0)
    start = 0
    while True:
        stop, reset = _next_change(market, changes, wanted, weights, start)
        yield Segment(start, stop, baskets, weights)
        if stop >= last:
            return
        if reset:
            weights = _bought(market, wanted, stop)
        else:
            weights = _joined(market, wanted, weights, start, stop)
        start = stop


def _next_change(
    market: _Market, changes: Bools, wanted: Floats, weights: Floats, start: int
) -> tuple[int, bool]:
    """The row at which the weights set at ``start`` end, and whether they are reset there.

    ``changes`` (R,) are the rows known in advance: resets by date, and first prices.
    """
    last = len(changes) - 1
    ahead = np.flatnonzero(changes[start + 1 : last])
    stop = start + 1 + int(ahead[0]) if ahead.size else last
    reset = bool(market.resets[stop])
    if market.band is None:
        return stop, reset
    # The band compares with what could be bought, or an unlisted name would breach it every day.
    aim = _bought(market, wanted, start)[0]
    breach = first_breach(relatives(market.prices, start, stop), weights[0], aim, market.band)
    return (stop, reset) if breach is None else (start + 1 + breach, True)


def _bought(market: _Market, wanted: Floats, row: int) -> Floats:
    """(b, N) target weights at the close of ``row``, renormalised over what can be bought.

    All 0, hence cash, for a basket of which nothing can.
    """
    held_off = market.held_off[row]
    return _renormalised(wanted * ~held_off) if held_off.any() else wanted


def _joined(market: _Market, wanted: Floats, weights: Floats, start: int, stop: int) -> Floats:
    """(b, N) the weights drifted from ``start`` to ``stop``, with room made for new listings."""
    carried = drifted(relatives(market.prices, start, stop)[-1], weights)
    entering = wanted * (market.entry_row == stop)
    joined: Floats = carried * (1.0 - entering.sum(axis=1, keepdims=True)) + entering
    return joined


def _renormalised(weights: Floats) -> Floats:
    """Rows scaled to sum to 1; a row without weight stays 0. Rows already at 1 are unchanged."""
    total = weights.sum(axis=1, keepdims=True)
    short = (total > 0) & (np.abs(total - 1.0) > 1e-12)
    scaled: Floats = weights / np.where(short, total, 1.0)
    return scaled


def _chained(prices: Floats, segments: tuple[Segment, ...], baskets: int) -> Floats:
    """(R, B) levels: every segment's growth times the level at its start."""
    levels = np.full((len(prices), baskets), BASE_LEVEL)
    for part in segments:
        if part.start == 0:
            levels[0, part.baskets][~part.weights.any(axis=1)] = np.nan
        growth = hold_levels(relatives(prices, part.start, part.stop), part.weights)
        levels[part.start + 1 : part.stop + 1, part.baskets] = (
            levels[part.start, part.baskets] * growth
        )
    return levels


def _check_arrays(prices: Floats, weights: Floats, sessions: Dates, delisted: Bools) -> None:
    rows, names = prices.shape
    if rows == 0 or sessions.shape != (rows,) or delisted.shape != prices.shape:
        raise ValueError(f"prices {prices.shape}, sessions {sessions.shape}: rows must agree")
    if weights.ndim != 2 or weights.shape[1] != names or not len(weights):
        raise ValueError(f"weights {weights.shape} do not fit {names} names, a row a basket")
    if not (weights >= 0).all() or not np.allclose(weights.sum(axis=1), 1.0, rtol=0, atol=1e-9):
        raise ValueError("weights must be >= 0 and sum to 1 in every row")
    if not (np.isnan(prices) | ((prices > 0) & (prices < np.inf))).all():
        raise ValueError("prices must be positive, or NaN where there is none")
