"""From aligned prices to the arrays of an event study. All arrays stand on the panel's sessions."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats, UniverseCloses
from basketbt.data.panel import PricePanel, Status
from basketbt.engine.account.quotes import fractions_of
from basketbt.eventstudy.models import Mask
from basketbt.market.limits import limit_prices
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind

Mix = Literal["none", "board", "industry"]

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
    limits = limit_prices(panel.reference, fractions)
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


def universe_returns(universe: UniverseCloses, sessions: Dates) -> Floats:
    """(T, M) one-session returns of the universe on a study's sessions.

    NaN where a share lacks the close of the session or of the one before, and on sessions that
    the table does not know.
    """
    row = np.searchsorted(universe.dates, sessions)
    inside = row < len(universe.dates)
    inside[inside] = universe.dates[row[inside]] == sessions[inside]
    close = np.full((len(sessions), universe.close.shape[1]), np.nan)
    close[inside] = universe.close[row[inside]]
    returns = np.full_like(close, np.nan)
    returns[1:] = close[1:] / close[:-1] - 1.0
    return returns


def strata(
    universe: UniverseCloses, panel: PricePanel, mix: Mix
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """(M,) and (N,) codes of the mix to keep; None for no mix.

    A share of unknown board or industry is of a stratum of its own, the same for all of them.
    """
    if mix == "none":
        return None
    if mix == "board":
        theirs = [str(parse_symbol(symbol).board) for symbol in universe.symbols]
        ours = [str(parse_symbol(symbol).board) for symbol in panel.symbols]
    else:
        known = dict(zip(universe.symbols, universe.industry, strict=True))
        theirs = [known[symbol] or "" for symbol in universe.symbols]
        ours = [one.industry or known.get(one.symbol) or "" for one in panel.instruments]
    codes = {name: number for number, name in enumerate(sorted({*theirs, *ours}))}
    return (
        np.array([codes[name] for name in theirs], dtype=np.int64),
        np.array([codes[name] for name in ours], dtype=np.int64),
    )
