"""What the accounts of a book set out to hold, and when: entry, the book's rebalances, exit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.account.entries import Moment
from basketbt.backtest.index import IndexPath
from basketbt.prices.data import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Aim:
    """At a row and moment, ``baskets`` (B,) set out for ``weights`` (B, N) of their value.

    Weights that leave something of 1 leave it in cash; all zero sells everything.
    """

    row: int
    moment: Moment
    baskets: Bools
    weights: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """The aims of B accounts over R sessions, in order of time.

    ``entry`` (B,) is the row of the first orders, -1 for a basket without an account; ``moments``
    (B,) theirs. Everything is sold at the close of the last row.
    """

    rows: int
    entry: NDArray[np.intp]
    moments: NDArray[np.int8]
    aims: tuple[Aim, ...]

    def at(self, row: int, moment: Moment) -> Iterator[Aim]:
        return (aim for aim in self.aims if aim.row == row and aim.moment == moment)


def make_schedule(
    path: IndexPath,
    *,
    entry: NDArray[np.intp],
    moments: NDArray[np.int8],
    follow: bool,
) -> Schedule:
    """The aims of the accounts beside an index path.

    Args:
        path: B baskets over the R rows; the account aims at what the index holds, and sells
            everything on the last row.
        entry, moments: (B,) see :class:`Schedule`.
        follow: trade the resets of the path too, at the close of the same session.
    """
    rows, baskets = path.levels.shape
    aims = [
        Aim(
            row=row,
            moment=Moment(moment),
            baskets=(entry == row) & (moments == moment),
            weights=_weights_then(path, entry, moments),
        )
        for row, moment in sorted({(int(r), int(m)) for r, m in zip(entry, moments, strict=True)})
        if row >= 0
    ]
    if follow:
        aims += _resets(path, entry, moments)
    last = np.asarray(entry >= 0)
    nothing = np.zeros((baskets, path.targets.shape[1]))
    aims.append(Aim(row=rows - 1, moment=Moment.CLOSE, baskets=last, weights=nothing))
    return Schedule(
        rows=rows,
        entry=entry,
        moments=moments,
        aims=tuple(sorted(aims, key=lambda aim: (aim.row, aim.moment))),
    )


def _weights_then(path: IndexPath, rows: NDArray[np.intp], moments: NDArray[np.int8]) -> Floats:
    """(B, N) the weights last set at each basket's row and moment; the first ones at row 0.

    A reset is made at the close, so an account that begins at the same close takes it in.
    """
    weights = np.zeros_like(path.targets)
    for part in path.periods:
        chosen = np.zeros(len(weights), dtype=np.bool_)
        set_by_then = (rows > part.start) | ((rows == part.start) & (moments == Moment.CLOSE))
        chosen[part.baskets] = set_by_then[part.baskets] | (part.start == 0)
        own = np.zeros_like(weights)
        own[part.baskets] = part.weights
        weights[chosen] = own[chosen]
    return weights


def _resets(path: IndexPath, entry: NDArray[np.intp], moments: NDArray[np.int8]) -> list[Aim]:
    """The path's resets, of the accounts that have begun before that close."""
    aims = []
    for part in path.periods:
        if part.start == 0:
            continue
        baskets = np.zeros(len(entry), dtype=np.bool_)
        baskets[part.baskets] = True
        weights = np.zeros_like(path.targets)
        weights[part.baskets] = part.weights
        begun = (entry < part.start) | ((entry == part.start) & (moments == Moment.OPEN))
        aims.append(
            Aim(
                row=part.start,
                moment=Moment.CLOSE,
                baskets=baskets & (entry >= 0) & begun,
                weights=weights,
            )
        )
    return aims
