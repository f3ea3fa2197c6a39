"""When the weights of the index book are set, and the levels that follow.

A path is a chain of holding periods. At the first row of a period the weights are set; to its last
row they drift with the prices. Periods end where the rebalancing rule resets the weights and where
a late listing joins, and are chained by level, as an index provider rescales its divisor (S&P Dow
Jones Indices, "Index Mathematics Methodology").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.engine.kernel import (
    Gains,
    Holdings,
    chain,
    drifted,
    first_breach,
    gains,
    growth,
)
from basketbt.engine.rebalance import Rebalance

Bools = NDArray[np.bool_]
LateListing = Literal["exclude", "join"]

BASE_LEVEL = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class IndexMarket:
    """R rows of prices of N names, and what decides where periods end.

    ``takes_part`` (N,) are the names that the policy for late listings lets in; ``entry_row`` (N,)
    is the row of a name's first price, -1 for none; ``held_off`` (R, N) marks names that cannot be
    bought at the close of a row, ``obstructed`` (R,) rows on which that concerns a name that takes
    part; ``resets`` (R,) are the rows on which the rule resets weights.
    """

    prices: Floats
    entry_row: NDArray[np.intp]
    takes_part: Bools
    held_off: Bools
    obstructed: Bools
    resets: Bools
    band: float | None
    # Baskets that share the rows of a calendar rule share these; threads may fill an entry twice.
    known_gains: dict[tuple[int, ...], Gains] = field(default_factory=dict, repr=False)

    @property
    def last(self) -> int:
        """The last row."""
        return len(self.prices) - 1


@dataclass(frozen=True, eq=False)
class HoldingPeriod:
    """Rows ``start`` (weights are set at its close) to ``stop`` of the baskets in ``baskets``."""

    start: int
    stop: int
    baskets: slice
    holdings: Holdings

    @property
    def weights(self) -> Floats:
        """(b, N) weights at the start; (b, k) where the holdings name their shares."""
        return self.holdings.values


def make_market(
    prices: Floats,
    rebalance: Rebalance,
    *,
    sessions: Dates,
    late_listing: LateListing = "exclude",
    delisted: Bools | None = None,
) -> IndexMarket:
    """The rows at which weights change on one table of prices; see :func:`index.index_path`.

    Raises ValueError for arrays that do not fit or prices that are not positive.
    """
    unhindered = delisted is None
    if delisted is None:
        delisted = np.broadcast_to(np.False_, prices.shape)
    if len(prices) == 0 or sessions.shape != prices.shape[:1] or delisted.shape != prices.shape:
        raise ValueError(f"prices {prices.shape}, sessions {sessions.shape}: rows must agree")
    entry_row, held_off = np.zeros(prices.shape[1], dtype=np.intp), delisted
    if not (prices.min(initial=np.inf) > 0 and prices.max(initial=0.0) < np.inf):
        entry_row, held_off = _gaps(prices, delisted)
        unhindered = False
    takes_part = (entry_row == 0) if late_listing == "exclude" else (entry_row >= 0)
    takes_part &= ~delisted[0]
    obstructed = np.zeros(len(prices), dtype=np.bool_)
    if not unhindered:
        obstructed |= (held_off & takes_part).any(axis=1)
    return IndexMarket(
        prices=prices,
        entry_row=entry_row,
        takes_part=takes_part,
        held_off=held_off,
        obstructed=obstructed,
        resets=rebalance.rebalance_rows(sessions),
        band=rebalance.width,
    )


def _gaps(prices: Floats, delisted: Bools) -> tuple[NDArray[np.intp], Bools]:
    """Row of each name's first price, -1 for none, and where a name cannot be bought."""
    known = np.isfinite(prices)
    # A NaN compares false, an infinite price is not known.
    if not (known | np.isnan(prices)).all() or (prices <= 0).any():
        raise ValueError("prices must be positive, or NaN where there is none")
    return np.where(known.any(axis=0), known.argmax(axis=0), -1), delisted | ~known


def aims(market: IndexMarket, asked: Holdings) -> Holdings:
    """The weights asked for, renormalised without the names that do not take part."""
    taking = asked.values * asked.beside(market.takes_part)
    return _renormalised(Holdings(taking, asked.names, asked.later))


def holding_periods_of(market: IndexMarket, targets: Holdings) -> tuple[HoldingPeriod, ...]:
    """The periods of every basket, in order within a basket, covering all rows without a gap.

    Baskets share the rows of a calendar rule; a band is breached by each on its own day.
    """
    if market.band is None:
        return tuple(_by_calendar(market, targets))
    return tuple(
        part
        for basket in range(len(targets))
        for part in _by_band(market, targets, slice(basket, basket + 1))
    )


def levels_of(
    market: IndexMarket, periods: tuple[HoldingPeriod, ...], baskets: int, out: Floats | None = None
) -> Floats:
    """(B, R) levels: every period's growth times the level at its start, 100 on row 0.

    NaN throughout for a basket that holds nothing at row 0, and from the row on where a held name
    has no price any more. ``out`` (B, R) takes them, if given.
    """
    levels = np.empty((baskets, len(market.prices))) if out is None else out
    levels[:, 0] = BASE_LEVEL
    for run in _runs(periods):
        first, last = run[0], run[-1]
        own = levels[first.baskets]
        if first.start == 0:
            own[~first.weights.any(axis=1), 0] = np.nan
        if last.stop == first.start:
            continue
        path = own[:, first.start : last.stop + 1]
        growth(_gains(market, run), first.holdings, out=path[:, 1:])
        chain(path, np.array([part.stop - first.start - 1 for part in run]))
    return levels


def relative_prices(prices: Floats, start: int, row: int) -> Floats:
    """(N,) prices of ``row`` over those of ``start``; NaN where either is unknown."""
    return np.asarray(prices[row] / prices[start])


def _runs(periods: tuple[HoldingPeriod, ...]) -> Iterator[list[HoldingPeriod]]:
    """Consecutive periods of the same baskets that set the very same weights."""
    run: list[HoldingPeriod] = []
    for part in periods:
        if run and (part.holdings is not run[0].holdings or part.start != run[-1].stop):
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def _gains(market: IndexMarket, run: list[HoldingPeriod]) -> Gains:
    """The gains that a run multiplies with; remembered where other baskets will ask again."""
    key = (run[0].start, *(part.stop for part in run))
    if key in market.known_gains:
        return market.known_gains[key]
    since = np.repeat(key[:-1], np.diff(key))
    named = run[0].holdings.names is not None
    made = gains(market.prices, key[0], since, by_name=named)
    # Late listings give groups of baskets periods of their own: what is kept must stay bounded.
    kept = sum(len(one.table) for one in list(market.known_gains.values()))
    if market.band is None and kept < 2 * len(market.prices):
        market.known_gains[key] = made
    return made


def _by_calendar(market: IndexMarket, targets: Holdings) -> Iterator[HoldingPeriod]:
    """Segments of all baskets together."""
    changes = market.resets.copy()
    if market.entry_row.any():
        entries = market.entry_row[targets.held()]
        changes[entries[entries > 0]] = True
    everyone = slice(0, len(targets))
    holdings, start = _bought(market, targets, 0), 0
    for stop in np.flatnonzero(changes[: market.last]).tolist():
        yield HoldingPeriod(start, stop, everyone, holdings)
        if market.resets[stop]:
            holdings = _bought(market, targets, stop)
        else:
            holdings = _joined(market, targets, holdings, start, stop)
        start = stop
    yield HoldingPeriod(start, market.last, everyone, holdings)


def _by_band(market: IndexMarket, targets: Holdings, basket: slice) -> Iterator[HoldingPeriod]:
    """Segments of one basket, which ends one as soon as a weight strays too far."""
    wanted = targets.rows(basket)
    names = np.arange(market.prices.shape[1]) if wanted.names is None else wanted.names[0]
    entries = set(market.entry_row[wanted.held()].tolist())
    holdings, start = _bought(market, wanted, 0), 0
    while True:
        ahead = [row for row in entries if start < row < market.last]
        stop = min(ahead, default=market.last)
        relative = market.prices[start + 1 : stop + 1, names] / market.prices[start, names]
        # The band compares with what could be bought, or an unlisted name would breach it daily.
        rows = range(start + 1, stop + 1) if wanted.later is not None else [start]
        aim = np.concatenate([_free(market, _asked(wanted, at), start).values for at in rows])
        breach = first_breach(relative, holdings.values[0], aim, market.band or 0.0)
        stop = stop if breach is None else start + 1 + breach
        yield HoldingPeriod(start, stop, basket, holdings)
        if stop >= market.last:
            return
        if breach is None:
            holdings = _joined(market, wanted, holdings, start, stop)
        else:
            holdings = _bought(market, wanted, stop)
        start = stop


def _bought(market: IndexMarket, wanted: Holdings, row: int) -> Holdings:
    """Target weights at the close of ``row``, renormalised over what can be bought.

    The very same object where nothing stands in the way and targets stand still. All 0, hence cash,
    for a basket of which nothing can be bought.
    """
    return _free(market, _asked(wanted, row), row)


def _asked(wanted: Holdings, row: int) -> Holdings:
    """The target weights at the close of ``row``: of those who take part, as made that day."""
    if wanted.later is None or row == 0:
        return wanted
    return _renormalised(Holdings(np.where(wanted.values > 0, wanted.later.at(row), 0.0)))


def _free(market: IndexMarket, wanted: Holdings, row: int) -> Holdings:
    """Weights without what is held off at the close of ``row``."""
    if not market.obstructed[row]:
        return wanted
    free = wanted.values * ~wanted.beside(market.held_off[row])
    return _renormalised(Holdings(free, wanted.names))


def _joined(
    market: IndexMarket, wanted: Holdings, held: Holdings, start: int, stop: int
) -> Holdings:
    """Weights drifted from ``start`` to ``stop``, with room made for new listings."""
    carried = drifted(relative_prices(market.prices, start, stop), held)
    entering = wanted.values * wanted.beside(market.entry_row == stop)
    room = 1.0 - entering.sum(axis=1, keepdims=True)
    return Holdings(carried * room + entering, wanted.names)


def _renormalised(holdings: Holdings) -> Holdings:
    """Rows scaled to sum to 1; a row without weight stays 0. Rows already at 1 are unchanged."""
    total = holdings.values.sum(axis=1, keepdims=True)
    short = (total > 0) & (np.abs(total - 1.0) > 1e-12)
    if not short.any():
        return holdings
    whole = holdings.values / np.where(short, total, 1.0)
    return Holdings(whole, holdings.names, holdings.later)
