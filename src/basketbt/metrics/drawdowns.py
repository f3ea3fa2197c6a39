"""Falls from a high: how deep, how long, how painful.

Everything starts from levels that include the base row, so a loss on the first session counts.
(vectorbt's returns accessor starts one row late and turns a fall of 10 % into one of 2 %;
quantstats 0.0.86 lists no drawdown at all when the only one starts there.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basketbt.metrics.arrays import RESIDUE, Floats, as_columns, ratio
from basketbt.metrics.returns import annual_return

if TYPE_CHECKING:
    from numpy.typing import NDArray


def drawdown_path(levels: Floats) -> Floats:
    """V_t / max_{s<=t} V_s - 1, (T+1, B), never positive; falls below the residue are 0.

    ``levels`` are (T+1, B) or (T+1,), positive; from a NaN on, the path is NaN.
    """
    columns = as_columns(levels)
    path = columns / np.maximum.accumulate(columns, axis=0) - 1.0
    return np.where(path > -RESIDUE, 0.0, path)


def max_drawdown(levels: Floats) -> Floats:
    """The deepest point of the drawdown path, (B,), as a decimal <= 0; 0 if it never fell."""
    return np.asarray(drawdown_path(levels).min(axis=0))


def calmar(levels: Floats, annualisation: float) -> Floats:
    """annual_return / |max_drawdown|, (B,); NaN if T < 121 or it never fell."""
    return ratio(annual_return(levels, annualisation), np.abs(max_drawdown(levels)))


def ulcer_index(levels: Floats) -> Floats:
    """sqrt(mean(drawdown^2)) over all T+1 rows, (B,), a decimal.

    Martin (1987). ffn gives it in percent; quantstats divides by T and vectorbt skips the base.
    """
    return np.asarray(np.sqrt(np.mean(drawdown_path(levels) ** 2, axis=0)))


@dataclass(frozen=True, kw_only=True)
class Episode:
    """One fall: rows of the level series (0 is the base), depth as a decimal < 0.

    ``peak`` is the last row at the high, ``trough`` the first row at the deepest level,
    ``recovery`` the first row back at the high, None when the series ends below it.
    """

    peak: int
    trough: int
    recovery: int | None
    depth: float


@dataclass(frozen=True, kw_only=True)
class Fall:
    """An episode with the dates of its rows, and how long its legs took in sessions and calendar
    days: to the trough, from there back, and both.

    What concerns the recovery is None while there is none.
    """

    depth: float
    peak: np.datetime64
    trough: np.datetime64
    recovery: np.datetime64 | None
    sessions_to_trough: int
    sessions_to_recovery: int | None
    sessions_total: int | None
    days_to_trough: int
    days_to_recovery: int | None
    days_total: int | None


def falls(levels: Floats, sessions: NDArray[np.datetime64]) -> tuple[Fall, ...]:
    """Every drawdown of one level series (T+1,) on its sessions (T+1,), the deepest first."""
    found = sorted(episodes(levels), key=lambda episode: episode.depth)
    return tuple(_fall(one, sessions) for one in found)


def _fall(episode: Episode, sessions: NDArray[np.datetime64]) -> Fall:
    def days(start: int, end: int) -> int:
        return int((sessions[end] - sessions[start]) / np.timedelta64(1, "D"))

    peak, trough, recovery = episode.peak, episode.trough, episode.recovery
    return Fall(
        depth=episode.depth,
        peak=sessions[peak],
        trough=sessions[trough],
        recovery=None if recovery is None else sessions[recovery],
        sessions_to_trough=trough - peak,
        sessions_to_recovery=None if recovery is None else recovery - trough,
        sessions_total=None if recovery is None else recovery - peak,
        days_to_trough=days(peak, trough),
        days_to_recovery=None if recovery is None else days(trough, recovery),
        days_total=None if recovery is None else days(peak, recovery),
    )


def episodes(levels: Floats) -> tuple[Episode, ...]:
    """Every drawdown of one level series (T+1,), in the order they began.

    A series with a NaN is undefined and has none. Raises ValueError for more than one column.
    """
    columns = as_columns(levels)
    if columns.shape[1] != 1:
        raise ValueError(f"episodes() takes one level series, got {columns.shape[1]} columns")
    path = drawdown_path(columns)[:, 0]
    if np.isnan(path).any():
        return ()
    under = np.concatenate([[False], path < 0.0, [False]])
    edges = np.flatnonzero(np.diff(under.astype(np.int8)))
    return tuple(_episode(path, first, after) for first, after in edges.reshape(-1, 2).tolist())


def _episode(path: Floats, first: int, after: int) -> Episode:
    """The episode whose rows below the high are first..after-1. Row 0 is never below."""
    trough = first + int(np.argmin(path[first:after]))
    return Episode(
        peak=first - 1,
        trough=trough,
        recovery=after if after < len(path) else None,
        depth=float(path[trough]),
    )
