"""The arithmetic of the index book: one matrix product for all holding periods that share weights.

Between two resets of the weights a basket is a fixed set of holdings, so its growth is linear in
the prices: 1 + w·(P_t/P_s - 1). A study of a few lists and a grid of millions of baskets both go
through the functions here. *When* weights change is decided in ``holding_periods``.

Shapes: N names, B baskets, L rows of prices that follow the first close at which the weights were
set. Weights are long-only; what they leave of 1 is cash without interest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from basketbt.data.bars import Floats

Positions = NDArray[np.int32]
Scalar = TypeVar("Scalar", bound=np.generic)

# Up to so many periods are divided one by one, which spares a copy of the prices at their starts.
_FEW = 100


class Retargets(Protocol):
    """Targets of B baskets that move with the market, as those made of market values do."""

    def at(self, row: int) -> Floats:
        """(B, N) the weights to set at the close of ``row``, of the names held at row 0."""
        ...

    def rows(self, part: slice) -> Retargets | None:
        """Those of some of the baskets; None where their targets stand still."""
        ...


@dataclass(frozen=True, eq=False)
class Holdings:
    """Weights of B baskets.

    ``values`` is (B, N) over all names, or (B, k) for baskets of k names each; then ``names``
    (B, k) says which, no name twice in a row. ``later``: what a reset sets instead of ``values``,
    for baskets over all names.
    """

    values: Floats
    names: Positions | None = None
    later: Retargets | None = None

    def __len__(self) -> int:
        return len(self.values)

    def beside(self, by_name: NDArray[Scalar]) -> NDArray[Scalar]:
        """What a (N,) vector says of each value: the vector itself, or (B, k)."""
        return by_name if self.names is None else by_name[self.names]

    def rows(self, part: slice) -> Holdings:
        """Some of the baskets."""
        names = None if self.names is None else self.names[part]
        return Holdings(self.values[part], names, self.later and self.later.rows(part))

    def held(self) -> NDArray[np.intp]:
        """The names that any of the baskets holds."""
        if self.names is None:
            return np.flatnonzero(self.values.any(axis=0))
        return np.unique(self.names[self.values > 0]).astype(np.intp)


@dataclass(frozen=True, eq=False)
class Gains:
    """Gains of N names over L rows, each row since the close at which its weights were set.

    ``table`` (L, N) is P_t/P_s - 1, 0 where unknown; ``unknown`` (L, N) is 1 there, None when
    nothing is.
    """

    table: Floats
    unknown: Floats | None

    @cached_property
    def by_name(self) -> Floats:
        """(N, L) the table with each name's gains side by side, as a sparse product reads them."""
        return np.ascontiguousarray(self.table.T)

    @cached_property
    def partly(self) -> NDArray[np.bool_]:
        """(N,) the names with an unknown gain on some row."""
        if self.unknown is None:
            return np.zeros(self.table.shape[1], dtype=np.bool_)
        return np.asarray(self.unknown.any(axis=0))


def gains(prices: Floats, first: int, since: NDArray[np.intp], *, by_name: bool = False) -> Gains:
    """Gains on the rows first+1 … first+L of (R, N) ``prices``, since the rows ``since`` (L,).

    ``by_name`` lays the table out as a sparse product reads it, which spares a copy later.
    """
    after = prices[first + 1 : first + 1 + len(since)]
    order: Literal["C", "F"] = "F" if by_name else "C"
    table: Floats = np.empty(after.shape, order=order)
    edges = [0, *(np.flatnonzero(np.diff(since)) + 1).tolist(), len(since)]
    if len(edges) <= _FEW:
        for begin, end in pairwise(edges):
            np.divide(after[begin:end], prices[since[begin]], out=table[begin:end])
    elif len(edges) > len(since):  # a period a row: each starts where the one before ends
        np.divide(after, prices[first : first + len(since)], out=table)
    else:
        np.divide(after, prices[since], out=table)
    table -= 1.0
    if np.isfinite(table.sum()):  # a NaN anywhere makes one of the sum
        return Gains(table, None)
    lost = np.isnan(table)
    table[lost] = 0.0
    return Gains(table, lost.astype(np.float64))


def growth(gained: Gains, holdings: Holdings, out: Floats) -> None:
    """Write into ``out`` (B, L) the growth of 1 unit held at the given weights.

    Written as 1 + w·(P_t/P_s - 1): the weights' own rounding then stays out of the level, and a
    basket whose prices stand still stands exactly still. An unknown gain makes NaN of the baskets
    that hold the name, and of no other.
    """
    if holdings.names is None:
        np.matmul(holdings.values, gained.table.T, out=out)
    else:
        _gather(holdings.names, holdings.values, gained.by_name, out)
    out += 1.0
    if gained.unknown is not None:
        _forget(out, gained, gained.unknown, holdings)


def gathered(names: Positions | NDArray[np.int64], values: Floats, table: Floats) -> Floats:
    """(B, L) sums of k rows of a (N, L) table: Σ_j values[b, j] · table[names[b, j]].

    The terms are added in the order of the columns of ``names`` (B, k). The compiled twin in
    ``compiled`` gives the same bits; this one spares a caller with few columns Numba's import.
    """
    total = np.zeros((len(names), table.shape[1]))
    for column, weights in zip(names.T, values.T, strict=True):
        total += weights[:, None] * table[column]
    return total


def _forget(grown: Floats, gained: Gains, unknown: Floats, holdings: Holdings) -> None:
    """Write NaN where a basket holds a name whose gain is unknown."""
    owned = holdings.values > 0
    touched = np.flatnonzero((owned & holdings.beside(gained.partly)).any(axis=1))
    if not touched.size:
        return
    held = owned[touched].astype(np.float64)
    count: Floats = np.empty((len(touched), len(unknown)))
    if holdings.names is None:
        np.matmul(held, unknown.T, out=count)
    else:
        _gather(holdings.names[touched], held, np.ascontiguousarray(unknown.T), count)
    grown[touched] = np.where(count > 0, np.nan, grown[touched])


def _gather(names: Positions, values: Floats, by_name: Floats, out: Floats) -> None:
    from basketbt.engine import compiled

    compiled.gather(names, values, by_name, out)


def chain(levels: Floats, stops: NDArray[np.intp]) -> None:
    """Make levels of the growth in periods that follow each other.

    ``levels`` (B, 1 + L) holds the level at the first period's start, then the growth since each
    period's own start, and all levels afterwards. ``stops`` (S,) is the last row of growth of
    every period, ascending, the last one L - 1.
    """
    start, grown = levels[:, :1], levels[:, 1:]
    if len(stops) == 1:
        grown *= start
    elif len(stops) == grown.shape[1]:
        np.cumprod(levels, axis=1, out=levels)
    else:
        steps = np.concatenate([start, grown[:, stops[:-1]]], axis=1)
        grown *= np.repeat(np.cumprod(steps, axis=1), np.diff(stops, prepend=-1), axis=1)


def drifted(relative: Floats, holdings: Holdings) -> Floats:
    """Weights after a move of (N,) ``relative`` prices: w·relative / growth of the basket.

    Shaped as ``holdings.values``. NaN for a basket that holds a name with an unknown price.
    """
    values = holdings.values
    moves = holdings.beside(relative - 1.0)
    gained = np.where(values > 0, values * moves, 0.0)
    total = 1.0 + gained.sum(axis=1, keepdims=True)
    return np.asarray((values + gained) / total)


def first_breach(relative: Floats, weights: Floats, targets: Floats, width: float) -> int | None:
    """Row of ``relative`` (L, N) by which a weight of one basket strayed further than ``width``.

    ``weights`` are (N,), ``targets`` (N,) or, a row each, (L, N); no target without a weight. None
    when every row stays inside the band.
    """
    held = np.flatnonzero(weights > 0)
    grown = relative[:, held] * weights[held]
    total = 1.0 + (grown - weights[held]).sum(axis=1, keepdims=True)
    strayed = (np.abs(grown / total - targets[..., held]) > width).any(axis=1)
    return int(np.argmax(strayed)) if strayed.any() else None
