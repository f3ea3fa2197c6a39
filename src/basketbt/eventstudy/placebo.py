"""Rolling placebo dates: the same test on sessions on which nothing happened.

Randomisation in time (Gelbach, Helland & Klick 2013 ALER 15:495): the model is estimated anew at
every pseudo day 0, so the placebo statistics carry the same estimation error as the event's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.eventstudy.models import Design, Mask, cumulate, estimate
from basketbt.eventstudy.significance import portfolio_t
from basketbt.eventstudy.windows import Offsets, length, sessions_of

FEWEST_DATES = 100


@dataclass(frozen=True)
class Placebo:
    """Pseudo events of B baskets for one window: rows of the pseudo day 0s and their t."""

    window: Offsets
    rows: NDArray[np.int64]  # (H,)
    car: Floats  # (H, B)
    t: Floats  # (H, B) NaN where a basket lacks returns for that date
    df: Floats  # (H, B) of t

    @property
    def dates(self) -> NDArray[np.int64]:
        """(B,) usable pseudo dates of each basket: the H of its p-value."""
        return np.asarray(np.isfinite(self.t).sum(axis=0))

    def p(self, t: Floats) -> Floats:
        """(B,) p = (1 + #{|t_h| >= |t|}) / (H + 1); NaN below ``FEWEST_DATES`` or without t."""
        usable = self.dates
        with np.errstate(invalid="ignore"):
            reached = (np.abs(self.t) >= np.abs(t)).sum(axis=0)
        enough = (usable >= FEWEST_DATES) & np.isfinite(t)
        return np.where(enough, (1.0 + reached) / (usable + 1.0), np.nan)


def placebo_dates(
    design: Design,
    returns: Floats,
    event_returns: Floats,
    day0: int,
    *,
    estimation: Offsets,
    windows: tuple[Offsets, ...],
    usable: Mask,
    minimum: int,
    wanted: int,
) -> tuple[Placebo, ...]:
    """One ``Placebo`` a window: the last ``wanted`` pseudo day 0s that keep clear of the event.

    ``returns`` (T, B) for the estimation windows, ``event_returns`` (T, B) for the pseudo event
    windows. A pseudo window ends no later than the real estimation window does (21 sessions before
    day 0 by default), and its own estimation window lies inside the data. A date counts for a
    basket when every session of its pseudo window does. ``usable`` (T,) masks sessions out.
    """
    if not windows:
        return ()
    total = returns.shape[0]
    last_of = [day0 + estimation[1] - window[1] for window in windows]
    first = max(-estimation[0], min(last_of) - wanted + 1)
    rows = np.arange(first, max(last_of) + 1)
    fits = estimate(design, returns, sessions_of(estimation, rows, total) & usable, minimum=minimum)
    found = []
    for window, last in zip(windows, last_of, strict=True):
        # rows[keep]: the last `wanted` of this window's own candidates
        keep = slice(max(0, last - wanted + 1 - first), max(0, last + 1 - first))
        dates = rows[keep]
        fitted = fits.select(keep)
        sums = cumulate(design, fitted, event_returns, sessions_of(window, dates, total) & usable)
        whole = sums.count == length(window)
        found.append(
            Placebo(
                window=window,
                rows=dates,
                car=np.where(whole, sums.car, np.nan),
                t=np.where(whole, portfolio_t(sums, fitted.s), np.nan),
                df=fitted.df,
            )
        )
    return tuple(found)
