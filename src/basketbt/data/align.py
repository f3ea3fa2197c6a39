"""From the long table of bars to one grid of sessions x securities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Dates, Floats


@dataclass(frozen=True)
class Alignment:
    """Where R rows belong on T sessions: on the day itself, or at the next session (as of)."""

    row: NDArray[np.intp]  # (R,) first session on or after the row's date; T when beyond the last
    exact: NDArray[np.bool_]  # (R,) the row's date is that session
    column: NDArray[np.intp]  # (R,) whose row it is
    shape: tuple[int, int]

    def on_the_day(self, values: Floats) -> Floats:
        """(T, N) the values of bars dated on the session, NaN elsewhere."""
        grid = np.full(self.shape, np.nan)
        grid[self.row[self.exact], self.column[self.exact]] = values[self.exact]
        return grid

    def traded(self) -> NDArray[np.bool_]:
        """(T, N) whether there is a bar of that very session."""
        grid = np.zeros(self.shape, dtype=np.bool_)
        grid[self.row[self.exact], self.column[self.exact]] = True
        return grid

    def as_of(self, values: Floats) -> Floats:
        """(T, N) the value of the last bar on or before the session, NaN before the first bar.

        A NaN among the values is a value: it is carried too.
        """
        sources = self._last_row()
        grid = np.full(self.shape, np.nan)
        known = sources >= 0
        grid[known] = values[sources[known]]
        return grid

    def _last_row(self) -> NDArray[np.intp]:
        """(T, N) number of the last long row on or before the session, -1 when there is none."""
        sources = np.full(self.shape, -1)
        within = self.row < self.shape[0]
        # Rows ascend within a security, so of several days that fall on one session (those while
        # the home exchange was shut) the latest has the largest number.
        np.maximum.at(sources, (self.row[within], self.column[within]), np.flatnonzero(within))
        return np.maximum.accumulate(sources, axis=0)


def align(bars: Bars, sessions: Dates) -> Alignment:
    """Place rows, in date order, on the sessions; those before the first count as known at it."""
    row = np.searchsorted(sessions, bars.dates)
    inside = row < len(sessions)
    exact = np.zeros(len(row), dtype=np.bool_)
    exact[inside] = sessions[row[inside]] == bars.dates[inside]
    return Alignment(row, exact, bars.code, (len(sessions), len(bars.symbols)))


def last_known(dates: Dates, values: Floats, days: Dates) -> Floats:
    """The value of the last date on or before each day, NaN before the first date."""
    position = np.searchsorted(dates, days, side="right") - 1
    known: Floats = np.where(position >= 0, values[np.maximum(position, 0)], np.nan)
    return known
