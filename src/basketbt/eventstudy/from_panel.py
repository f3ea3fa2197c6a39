"""From aligned prices to the arrays of an event study. All arrays stand on the panel's sessions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats, UniverseCloses
from basketbt.data.panel import PricePanel, Status
from basketbt.engine.account.quotes import fractions_of, quoted_limits
from basketbt.eventstudy.inputs import Pool
from basketbt.eventstudy.models import Mask
from basketbt.eventstudy.portfolio import with_resumptions
from basketbt.notes import Note, NoteKind

LIMITS_FROM_ADJUSTED = NoteKind("limits-from-adjusted")

_HALF_FEN = 0.005


def one_session_returns(panel: PricePanel) -> tuple[Floats, Floats]:
    """(T, N) returns from one session to the next, and (T, N) returns over a whole gap.

    The first are NaN unless the share traded on both sessions. The second hold, on the first
    session traded after a suspension (or after days on which only its own exchange was shut), the
    return since the last close before it; NaN elsewhere.
    """
    traded = panel.status == Status.TRADED
    before = np.full_like(panel.total, np.nan)
    before[1:] = panel.total[:-1]
    with np.errstate(invalid="ignore"):
        moved = panel.total / before - 1.0
    followed = np.zeros_like(traded)
    followed[1:] = traded[:-1]
    return (
        np.where(traded & followed, moved, np.nan),
        np.where(traded & ~followed, moved, np.nan),
    )


def closes_at_limit(
    panel: PricePanel, risk_warning: NDArray[np.bool_]
) -> tuple[Mask, tuple[Note, ...]]:
    """(T, N) closes at the day's price limit, and a note on shares of adjusted prices only.

    Raw closes are held against the limit itself, in fen. A return made of adjusted prices is held
    against the board's fraction, with the rounding that both closes and the limit may carry. Hong
    Kong has no limits. ``risk_warning`` (N,): the lists name the share ST, as they did when they
    were published; tables of instruments have the names of the day they were made.
    """
    if panel.calendar == "XHKG":
        return np.zeros(panel.status.shape, dtype=np.bool_), ()
    fractions = fractions_of(panel, slice(None), risk_warning)
    limits = quoted_limits(panel, slice(None), fractions)
    hit = (panel.close > limits.up - _HALF_FEN) | (panel.close < limits.down + _HALF_FEN)
    returns, _ = one_session_returns(panel)
    before = panel.total / (1.0 + returns)
    guessed = (returns >= fractions.up - _rounding(before, fractions.up)) | (
        returns <= -fractions.down + _rounding(before, fractions.down)
    )
    found: Mask = np.where(panel.adjusted_only, guessed, hit)
    count = int(panel.adjusted_only.sum())
    return found, (LIMITS_FROM_ADJUSTED(count=count),) if count else ()


def _rounding(before: Floats, fraction: Floats) -> Floats:
    """How far rounding can move a return at the limit: of both closes, and of the limit price.

    A raw price is at least as high as its forward-adjusted one, so half a fen of the limit is no
    more than half a fen of ``before``.
    """
    return (3.0 + fraction) * _HALF_FEN / before


def pool_of(universe: UniverseCloses, panel: PricePanel) -> Pool:
    """The universe's shares that are not in the panel, then the panel's, on its sessions.

    The panel's shares have the panel's own prices, so that a list and the lists it is compared
    with hold the same series. An industry is the study's own word for a share, else the universe's.
    """
    own = set(panel.symbols)
    outside = [place for place, symbol in enumerate(universe.symbols) if symbol not in own]
    known = dict(zip(universe.symbols, universe.industry, strict=True))
    close = _on_sessions(universe.close[:, outside], universe.dates, panel.sessions)
    theirs, resumed = gap_returns(close)
    returns, resumptions = one_session_returns(panel)
    traded = None
    if universe.volume is not None:
        volume = _on_sessions(universe.volume[:, outside], universe.dates, panel.sessions)
        money = np.where(np.isfinite(panel.amount), panel.amount, panel.close * panel.volume)
        traded = np.concatenate([close * volume, money], axis=1)
    return Pool(
        returns=np.concatenate([theirs, returns], axis=1),
        event_returns=np.concatenate(
            [with_resumptions(theirs, resumed), with_resumptions(returns, resumptions)], axis=1
        ),
        industries=(
            *(universe.industry[place] for place in outside),
            *(one.industry or known.get(one.symbol) for one in panel.instruments),
        ),
        own=len(outside) + np.arange(len(panel.symbols)),
        traded=traded,
    )


def universe_returns(universe: UniverseCloses, sessions: Dates) -> Floats:
    """(T, M) one-session returns of the universe on a study's sessions, NaN where none."""
    return gap_returns(_on_sessions(universe.close, universe.dates, sessions))[0]


def _on_sessions(values: Floats, dates: Dates, sessions: Dates) -> Floats:
    """(T, M) rows of the sessions; NaN on one that the table does not know."""
    row = np.searchsorted(dates, sessions)
    inside = row < len(dates)
    inside[inside] = dates[row[inside]] == sessions[inside]
    found = np.full((len(sessions), values.shape[1]), np.nan)
    found[inside] = values[row[inside]]
    return found


def gap_returns(close: Floats) -> tuple[Floats, Floats]:
    """(T, M) one-session returns, and returns over a whole gap on the session after it."""
    there = np.isfinite(close)
    latest = np.maximum.accumulate(np.where(there, np.arange(len(close))[:, None], -1), axis=0)
    before = np.full_like(latest, -1)
    before[1:] = latest[:-1]
    last = np.take_along_axis(close, np.maximum(before, 0), axis=0)
    moved = np.where(there & (before >= 0), close / last - 1.0, np.nan)
    next_session = before == np.arange(len(close))[:, None] - 1
    return np.where(next_session, moved, np.nan), np.where(next_session, np.nan, moved)
