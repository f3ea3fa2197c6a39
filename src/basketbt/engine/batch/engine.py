"""Levels and statistics of B baskets x N names x R sessions, without keeping the levels.

Baskets are done in tiles small enough for their levels to stay in the processor's cache: one
matrix product for all periods that share weights, one compiled pass for the statistics. The tile
is a constant: as long as blocks of baskets are multiples of it, every basket meets the same
neighbours in a product of the same shape, and no result depends on the blocks or the threads.

A cost is a fraction of the value of every trade: of the whole basket when it is bought at the base
and when it is sold at the window's end, and of the weight that changes hands at every reset. The
cost of a trade at a close shows in the next session's level, that of the sale in the last one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import local
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.engine.holding_periods import (
    HoldingPeriod,
    IndexMarket,
    aims,
    holding_periods_of,
    levels_of,
    relative_prices,
)
from basketbt.engine.kernel import Holdings, drifted
from basketbt.metrics.arrays import MIN_ANNUALISED, MIN_SESSIONS, ratio
from basketbt.metrics.returns import per_session_rate

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

TILE = 128

#: The statistics of a grid, as in ``metrics.measures``, in the order of their columns.
FIGURES = (
    "total_return",
    "annual_return",
    "annual_volatility",
    "sharpe",
    "max_drawdown",
    "calmar",
    "cvar_95",
    "benchmark_return",
    "excess_return",
)
#: Rows of the deepest fall, counted from the base; -1 for none.
FALL_ROWS = ("peak", "trough", "recovery")


class Baskets(Protocol):
    """Weights of many baskets, made when they are needed."""

    def __len__(self) -> int: ...

    def rows(self, part: slice) -> Holdings: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Yardstick:
    """What levels are measured with: sessions a year, an effective annual rate, a benchmark.

    ``benchmark`` (R,) are its levels on the market's rows; None: its statistics are NaN.
    """

    annualisation: float
    rf_annual: float = 0.0
    benchmark: Floats | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class GridStatistics:
    """Statistics of B baskets over E windows at C costs.

    ``figures[key]`` (B, E, C) for the keys of ``FIGURES``, NaN where undefined; ``falls`` (B, E,
    C, 3) int32 the rows of ``FALL_ROWS``. Window e holds the rows 0 … ``ends[e]``; cost c is a
    fraction of every trade's value.
    """

    ends: tuple[int, ...]
    costs: tuple[float, ...]
    figures: dict[str, Floats]
    falls: NDArray[np.int32]


def grid_statistics(
    market: IndexMarket,
    baskets: Baskets,
    yardstick: Yardstick,
    *,
    ends: Sequence[int] = (),
    costs: Sequence[float] = (0.0,),
    cvar: bool = True,
    threads: int = 1,
) -> GridStatistics:
    """Statistics of every basket over the rows 0 … e for each of ``ends`` (default: the last row).

    Equal to ``evaluate(index_path(...).levels)`` to 1e-12. ``cvar`` False leaves ``cvar_95`` NaN,
    which saves a third of the pass. ``threads`` share the tiles; the result is the same.

    Raises ValueError for an end outside the market's rows.
    """
    ends, costs = tuple(ends) or (market.last,), tuple(costs)
    if not all(0 <= end <= market.last for end in ends):
        raise ValueError(f"ends {ends} are not rows of 0 … {market.last}")
    from basketbt.engine.compiled import FIGURES as COLUMNS
    from basketbt.engine.compiled import summarise

    shape = (len(baskets), len(ends), len(costs))
    raw = np.empty((*shape, COLUMNS))
    falls = np.empty((*shape, 3), dtype=np.int32)
    scratch = _Scratch(min(TILE, shape[0]), len(market.prices))

    def work(part: slice) -> None:
        own = scratch.levels[: part.stop - part.start]
        for c, levels in enumerate(_tile(market, baskets, part, costs, own)):
            for e, end in enumerate(ends):
                window = _sold(levels[:, : end + 1], costs[c])
                raw[part, e, c], falls[part, e, c] = summarise(window, cvar)

    _each_tile(work, shape[0], threads)
    figures = {key: np.empty(shape) for key in FIGURES}
    for e, end in enumerate(ends):
        for key, values in _figures(raw[:, e], end, yardstick):
            figures[key][:, e] = values
    return GridStatistics(ends=ends, costs=costs, figures=figures, falls=falls)


class _Scratch(local):
    """The levels of one tile, kept for the next: memory that is given back must be cleared again
    before it is got, which costs more than the product where threads trim (Dask's workers do)."""

    def __init__(self, baskets: int, rows: int) -> None:
        self.levels = np.empty((baskets, rows))


def _tile(
    market: IndexMarket, baskets: Baskets, part: slice, costs: tuple[float, ...], out: Floats
) -> Iterator[Floats]:
    """(b, R) levels of some baskets, at most a tile of them, once for each cost.

    Those before costs stand in ``out`` (b, R).
    """
    targets = aims(market, baskets.rows(part))
    periods = holding_periods_of(market, targets)
    levels = levels_of(market, periods, len(targets), out)
    traded = turnover(market, periods, len(targets)) if any(costs) else None
    for cost in costs:
        # What :func:`turnover` says was traded pays the cost at each close.
        yield levels if traded is None or not cost else levels * np.cumprod(1 - cost * traded, 1)


def turnover(market: IndexMarket, periods: tuple[HoldingPeriod, ...], baskets: int) -> Floats:
    """(B, R) value traded at the close before each row, as a fraction of the basket's value.

    A buy of everything counts 1, a sale of a tenth to buy another share 0.2.
    """
    traded = np.zeros((baskets, len(market.prices)))
    before: HoldingPeriod | None = None
    for part in periods:
        if part.start == 0:
            before = None
        weights = part.weights
        if before is None:
            changed = weights
        else:
            relative = relative_prices(market.prices, before.start, part.start)
            changed = np.abs(weights - drifted(relative, before.holdings))
        if part.stop > part.start:
            traded[part.baskets, part.start + 1] = changed.sum(axis=1)
        before = part
    return traded


def _sold(levels: Floats, cost: float) -> Floats:
    """The levels with the sale on the last row paid for; a base row alone is no trade."""
    if not cost or levels.shape[1] == 1:
        return levels
    sold = levels.copy()
    sold[:, -1] *= 1.0 - cost
    return sold


def _each_tile(work: Callable[[slice], None], count: int, threads: int) -> None:
    """Call ``work`` with every tile; each thread multiplies by itself, without BLAS threads."""
    parts = [slice(first, min(first + TILE, count)) for first in range(0, count, TILE)]
    # BLAS splits a product among its threads where it likes, and with it the order of the sums.
    with _blas().limit(limits=1, user_api="blas"):
        if threads == 1 or len(parts) < 2:
            for part in parts:
                work(part)
            return
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, parts):
                pass


@cache
def _blas() -> ThreadpoolController:
    """The libraries with threads of their own; finding them takes milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _figures(raw: Floats, end: int, yardstick: Yardstick) -> Iterator[tuple[str, Floats]]:
    """The statistics of one window from its compiled figures (B, C, 5), keyed as ``FIGURES``."""
    from basketbt.engine import compiled

    total, mean = raw[..., compiled.TOTAL], raw[..., compiled.MEAN]
    deviation, fall = raw[..., compiled.DEVIATION], raw[..., compiled.DRAWDOWN]
    basis = yardstick.annualisation
    enough, in_tail = end >= MIN_ANNUALISED, end >= MIN_SESSIONS
    undefined = np.full(total.shape, np.nan)
    yearly = (1.0 + total) ** (basis / end) - 1.0 if enough else undefined
    excess = mean - per_session_rate(yardstick.rf_annual, basis)
    benchmark = np.where(np.isnan(total), np.nan, _benchmark_return(yardstick, end))
    yield "total_return", total
    yield "annual_return", yearly
    yield "annual_volatility", deviation * math.sqrt(basis)
    yield "sharpe", ratio(excess, deviation) * math.sqrt(basis) if enough else undefined
    yield "max_drawdown", fall
    yield "calmar", ratio(yearly, np.abs(fall))
    yield "cvar_95", raw[..., compiled.SHORTFALL] if in_tail else undefined
    yield "benchmark_return", benchmark
    yield "excess_return", total - benchmark


def _benchmark_return(yardstick: Yardstick, end: int) -> float:
    """NaN when a level of the window is not a positive number."""
    if yardstick.benchmark is None:
        return math.nan
    own = yardstick.benchmark[: end + 1]
    sound = bool((np.isfinite(own) & (own > 0)).all())
    return float(own[-1] / own[0] - 1.0) if sound else math.nan
