"""When an account trades, and for what: entry, the index book's rebalances, exit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.engine.account import Entry
from basketbt.engine.holding_periods import HoldingPeriod
from basketbt.engine.index import IndexPath
from basketbt.market.calendars import Calendar
from basketbt.market.clock import Event
from basketbt.market.clock import Moment as Known
from basketbt.market.dayzero import day_zero, next_open, publication

Bools = NDArray[np.bool_]


class Moment(IntEnum):
    """The two prices of a session at which an account trades."""

    OPEN = 0
    CLOSE = 1


@dataclass(frozen=True)
class EntryPoint:
    """The session and the moment of the first orders."""

    session: np.datetime64
    moment: Moment


def entry_point(entry: Entry, event: Event, published: Known, calendar: Calendar) -> EntryPoint:
    """When an account with this rule first buys.

    ``publication_open``: the first opening auction that an order could reach after the list was
    published; ``next_open``: after the event became public. What is known by its date alone counts
    as after that day's close. ``day0_close``: the close of day 0.

    Raises ``OutsideCalendar`` when the calendar does not reach so far.
    """
    if entry == "day0_close":
        return EntryPoint(day_zero(event, calendar).session, Moment.CLOSE)
    if entry == "publication_open":
        return EntryPoint(publication(published, calendar).entry, Moment.OPEN)
    return EntryPoint(next_open(event.at, calendar), Moment.OPEN)


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
    """The aims of B accounts that hold what the index ``path`` holds, and sell on its last row.

    ``entry`` and ``moments`` (B,): see :class:`Schedule`. ``follow``: trade the resets of the path
    too, at the close of the same session.
    """
    rows = len(path.levels)
    aims = [
        Aim(
            row=row,
            moment=Moment(moment),
            baskets=(entry == row) & (moments == moment),
            weights=weights_at_entry(path, entry, moments),
        )
        for row, moment in sorted({(int(r), int(m)) for r, m in zip(entry, moments, strict=True)})
        if row >= 0
    ]
    if follow:
        aims += _resets(path, entry, moments)
    nothing = np.zeros_like(path.targets)
    aims.append(Aim(row=rows - 1, moment=Moment.CLOSE, baskets=entry >= 0, weights=nothing))
    return Schedule(
        rows=rows,
        entry=entry,
        moments=moments,
        aims=tuple(sorted(aims, key=lambda aim: (aim.row, aim.moment))),
    )


def weights_at_entry(path: IndexPath, rows: NDArray[np.intp], moments: NDArray[np.int8]) -> Floats:
    """(B, N) the weights last set at each basket's row and moment; the first ones at row 0.

    A reset is made at the close, so an account that begins at the same close takes it in.
    """
    weights = np.zeros_like(path.targets)
    for part in path.periods:
        own, reset = _reset(path, part)
        set_by_then = (rows > part.start) | ((rows == part.start) & (moments == Moment.CLOSE))
        chosen = reset & (set_by_then | (part.start == 0))
        weights[chosen] = own[chosen]
    return weights


def _resets(path: IndexPath, entry: NDArray[np.intp], moments: NDArray[np.int8]) -> list[Aim]:
    """The path's resets, of the accounts that have begun before that close."""
    aims = []
    for part in path.periods:
        if part.start == 0:
            continue
        weights, reset = _reset(path, part)
        begun = (entry < part.start) | ((entry == part.start) & (moments == Moment.OPEN))
        baskets = reset & (entry >= 0) & begun
        aims.append(Aim(row=part.start, moment=Moment.CLOSE, baskets=baskets, weights=weights))
    return aims


def _reset(path: IndexPath, part: HoldingPeriod) -> tuple[Floats, Bools]:
    """The weights (B, N) with which a holding period begins, and (B,) the baskets it is of."""
    weights, baskets = np.zeros_like(path.targets), np.zeros(len(path.targets), dtype=np.bool_)
    weights[part.baskets], baskets[part.baskets] = part.weights, True
    return weights, baskets
