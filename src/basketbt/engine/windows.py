"""The statistics of an index book over the windows of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel, Status
from basketbt.engine.book import BookPath
from basketbt.engine.shocks import MetShock, ShockedWindow, shocked_window
from basketbt.metrics.drawdowns import Fall, falls
from basketbt.metrics.evaluation import Evaluation, evaluate
from basketbt.metrics.measures import MEASURES
from basketbt.notes import COUNTED, Note, NoteKind, listing

RELATIVE = tuple(measure for measure in MEASURES if measure.needs_benchmark)

PRICE_RETURN_UNKNOWN = NoteKind("price_return_unknown")
SUSPENDED = NoteKind("suspended")
DELISTED = NoteKind("delisted", severity="warning")
RESET_SUSPENDED = NoteKind("reset_suspended", severity="warning")
PRICES_END = NoteKind("prices_end", severity="warning")
_MOVED = 1e-9  # a change of weight below this is rounding
_NAMED = 6  # shares that a note names one by one


@dataclass(frozen=True, kw_only=True)
class Yardsticks:
    """What the books are measured with: N sessions a year, the annual rate, the benchmarks.

    ``levels`` (T, K) are the benchmarks' levels on the panel's sessions, NaN before their first.
    """

    annualisation: int
    rf_annual: float
    levels: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class ShareFigures:
    """What each of N shares did in a window, and in each of C baskets; 0 where it is not held.

    ``held`` (C, N) by the window's end; ``bought`` and ``left`` (C, N) weights at the base and
    after the last session; ``contributions`` (C, N) add up to each basket's return;
    ``suspended`` (C, N) sessions without a bar. ``returns`` (N,) from the base, or from the first
    close of a share that came later.
    """

    held: NDArray[np.bool_]
    bought: Floats
    left: Floats
    contributions: Floats
    suspended: Floats
    returns: Floats


@dataclass(frozen=True, kw_only=True)
class WindowStatistics:
    """One window of one book; every array and tuple has an entry for each of C baskets.

    ``members`` are the baskets' positions in the case. ``beside[k]`` holds the relative measures
    against benchmark k; ``own`` all measures, the relative ones against benchmark 0. ``deepest`` is
    the deepest fall inside the window, None where there was none; ``shocked`` what came before a
    shock of the market in it, None without one. ``covered`` (C,) is the weight of the whole list
    that the figures are of.
    """

    first: int
    last: int
    members: tuple[int, ...]
    path: BookPath
    own: Evaluation
    beside: tuple[Evaluation, ...]
    price_return: Floats
    deepest: tuple[Fall | None, ...]
    shocked: ShockedWindow | None
    shares: ShareFigures
    covered: Floats
    notes: tuple[tuple[Note, ...], ...]


def window_statistics(
    panel: PricePanel,
    path: BookPath,
    *,
    last: int,
    members: Sequence[int],
    yardsticks: Yardsticks,
    shocks: Sequence[MetShock] = (),
) -> WindowStatistics:
    """Statistics of the baskets ``members`` of a path from its first offset to ``last``.

    ``shocks`` are those on the panel's sessions. An undefined figure is NaN; the notes give the
    reason.
    """
    if last > path.last:
        raise ValueError(f"{last} lies beyond a path that ends at {path.last}")
    chosen = list(members)
    rows = path.rows(last)
    levels = path.total.levels[rows][:, chosen]
    benchmarks = yardsticks.levels[path.base : path.base + rows.stop]
    against = [
        evaluate(
            levels,
            annualisation=yardsticks.annualisation,
            rf_annual=yardsticks.rf_annual,
            benchmark_levels=benchmarks[:, number],
            measures=MEASURES if number == 0 else RELATIVE,
        )
        for number in range(benchmarks.shape[1])
    ]
    price_levels = path.price_levels[rows][:, chosen]
    idle = _idle_sessions(panel, path, rows, Status.SUSPENDED)[chosen]
    gone = _idle_sessions(panel, path, rows, Status.DELISTED)[chosen]
    sessions = panel.sessions[path.base : path.base + rows.stop]
    price_return = price_levels[-1] / price_levels[0] - 1
    shocked = shocked_window(
        levels, benchmarks[:, 0], sessions=panel.sessions, base=path.base, met=shocks
    )
    resets = unfilled_resets(panel, path, rows)
    notes = tuple(
        (
            *(shocked.notes if shocked else ()),
            *path.notes[member],
            *_end_note(panel, path, rows, member),
            *_idle_notes(panel, idle[number], gone[number]),
            *_reset_notes(panel, resets[0][member], resets[1][member]),
            *_price_note(panel, path, rows, member, price_return[number]),
            *against[0].notes(number),
        )
        for number, member in enumerate(chosen)
    )
    return WindowStatistics(
        first=path.first,
        last=last,
        members=tuple(chosen),
        path=path,
        own=against[0],
        beside=tuple(against),
        price_return=price_return,
        deepest=tuple(next(iter(falls(own, sessions)), None) for own in levels.T),
        shocked=shocked,
        shares=_share_figures(panel, path, rows, chosen, idle),
        covered=path.covered(rows.stop - 1)[chosen],
        notes=notes,
    )


def _share_figures(
    panel: PricePanel, path: BookPath, rows: slice, chosen: list[int], idle: Floats
) -> ShareFigures:
    end = rows.stop - 1
    held = path.held(end)[chosen]
    prices = panel.total[path.base : path.base + rows.stop]
    first = np.isfinite(prices).argmax(axis=0)
    return ShareFigures(
        held=held,
        bought=np.where(held, path.total.weights(0)[chosen], 0.0),
        left=np.where(held, path.total.weights(end)[chosen], 0.0),
        contributions=np.where(held, path.total.contributions(end)[chosen], 0.0),
        suspended=np.where(held, idle, 0.0),
        returns=prices[-1] / prices[first, np.arange(prices.shape[1])] - 1,
    )


def _idle_sessions(panel: PricePanel, path: BookPath, rows: slice, status: Status) -> Floats:
    """(B, N) how many of the window's sessions a held name spent in ``status``."""
    within = panel.status[path.base + 1 : path.base + rows.stop] == status
    return np.where(path.weights > 0, within.sum(axis=0), 0).astype(np.float64)


def _end_note(panel: PricePanel, path: BookPath, rows: slice, member: int) -> list[Note]:
    """The note on shares of a basket whose table ends inside the window: its levels end there."""
    stop = path.base + rows.stop
    held = np.flatnonzero(path.weights[member] > 0)
    ended = panel.status[:stop, held] == Status.ENDED
    if not ended.any():
        return []
    symbols = [panel.symbols[column] for column in held[ended.any(axis=0)]]
    last = int(ended.any(axis=1).argmax()) - 1
    days = {"last": str(panel.sessions[last]), "end": str(panel.sessions[stop - 1])}
    return [PRICES_END(symbols=listing(symbols, most=_NAMED), **days)]


def _idle_notes(panel: PricePanel, idle: Floats, gone: Floats) -> list[Note]:
    notes = []
    for kind, counts in ((SUSPENDED, idle), (DELISTED, gone)):
        held = np.flatnonzero(counts)
        if held.size:
            shares = (
                COUNTED(name=panel.symbols[column], count=int(counts[column])) for column in held
            )
            notes.append(kind(symbols=listing(shares)))
    return notes


def unfilled_resets(
    panel: PricePanel, path: BookPath, rows: slice
) -> tuple[NDArray[np.intp], Floats]:
    """How often weights were reset in a share on a session without trading in it, (B, N), and how
    much of the book was bought or sold by that, (B, N), in fractions of it.

    The index book does so at the carried price; nobody else could have. The purchase at the base
    does not count, nor does a reset at the window's last close, which moves nothing in it.
    """
    count = np.zeros(path.weights.shape, dtype=np.intp)
    moved = np.zeros(path.weights.shape)
    held = path.weights > 0
    for part in path.total.periods:
        if not 0 < part.start < rows.stop - 1:
            continue
        idle = held[part.baskets] & (panel.status[path.base + part.start] == Status.SUSPENDED)
        if not idle.any():
            continue
        before = path.total.weights(part.start)[part.baskets]
        change = np.where(idle, np.abs(part.weights - before), 0.0)
        count[part.baskets] += change > _MOVED
        moved[part.baskets] += change
    return count, moved


def _reset_notes(panel: PricePanel, count: NDArray[np.intp], moved: Floats) -> list[Note]:
    found = np.flatnonzero(count)
    if not found.size:
        return []
    shares = (COUNTED(name=panel.symbols[n], count=int(count[n])) for n in found)
    weight = float(moved[found].sum())
    return [RESET_SUSPENDED(symbols=listing(shares, most=_NAMED), weight=weight)]


def _price_note(
    panel: PricePanel, path: BookPath, rows: slice, member: int, value: float
) -> list[Note]:
    if np.isfinite(value):
        return []
    unknown = panel.price_unknown(slice(path.base, path.base + rows.stop)).any(axis=0)
    held = np.flatnonzero((path.weights[member] > 0) & unknown)
    return [PRICE_RETURN_UNKNOWN(symbols=listing(panel.symbols[column] for column in held))]
