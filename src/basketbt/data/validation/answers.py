"""What a vendor's answer must pass before anything of it is stored, and again in the store.

The rules of rows are those of every source (:mod:`.rows`), and none may be broken; beside them
stands what only an answer can have wrong: a unit that changed, a factor without its step.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Dates, Floats, FxSeries
from basketbt.data.sources.vendor import FactorSteps, History
from basketbt.data.validation.rows import factor_growth, judged, missing_before, moves, strange_rate
from basketbt.market.calendars import calendar
from basketbt.market.symbols import Symbol

SETTLE = timedelta(minutes=30)  # after the close, until the vendors' last bar is final
# Not as a study judges them: of gaps a second vendor is asked, the unit is settled here.
_NOT_HELD = ("gap", "hole", "units")
_LIMIT_SLACK = 0.012  # the factor's reference is not rounded to the fen; penny shares
_FREE_AT_FIRST = 5  # sessions of a new listing that are not held against the limit
_RATE_JUMP = 0.1  # of a currency in a day, logarithmic


class Rejected(Exception):
    """An answer failed a check; ``str`` says which. Its vendor is to be passed over."""


def last_closed_session(symbol: Symbol | None, now: datetime) -> np.datetime64:
    """The last session whose bar is final: it closed at least 30 minutes before ``now``.

    ``now`` must know its zone. A currency pair (None) follows the mainland's sessions.
    """
    exchange = calendar("XSHG" if symbol is None else symbol.calendar)
    today = exchange.on_or_before(now.astimezone(exchange.zone).date())
    if exchange.close_of(today) + SETTLE <= now:
        return today
    return exchange.last_before(today)


def checked_history(history: History, symbol: Symbol) -> History:
    """The history with volume in shares, or ``Rejected`` with the first check it fails."""
    _demand(_rows_of(history.bars))
    bars = in_shares(history.bars)
    if symbol.kind == "index":
        _demand(check_complete(history, symbol))
    if history.steps is not None:
        _demand(check_steps(history.steps))
        _demand(check_limits(history.with_factor, history.first))
    return replace(history, bars=bars)


def checked_rate(history: History) -> History:
    """The history of a currency pair, or ``Rejected``: possible rates on increasing dates."""
    bars = history.bars
    days = np.diff(bars.dates).astype(np.int64)
    if not len(bars) or (days <= 0).any():
        raise Rejected("no rates, or their dates are not in order")
    strange = strange_rate(FxSeries.of(history.symbol, bars.dates, bars.close))
    if strange is not None:
        raise Rejected("the rate of {} is {:g}".format(*strange))
    jump = np.abs(np.diff(np.log(bars.close))) > _RATE_JUMP
    if jump.any():
        raise Rejected(f"the rate jumps on {bars.dates[1:][jump][0]}")
    return history


def missing_sessions(history: History, symbol: Symbol) -> Dates:
    """Sessions of its exchange from ``first`` to ``last`` on which the security has no bar."""
    sessions = calendar(symbol.calendar).between(history.first, history.last)
    missing: Dates = np.setdiff1d(sessions, history.bars.dates)
    return missing


def _rows_of(bars: Bars) -> str | None:
    """The first rule of rows that is broken; a column may be empty throughout or nowhere."""
    if not len(bars):
        return "no bars in this window"
    for one in judged(bars)[1]:
        if one.rule not in _NOT_HELD:
            return f"{one.what} {one.value:.6g} on {one.date} ({one.rule})"
    for name in ("open", "high", "low", "volume", "amount"):
        empty = np.isnan(getattr(bars, name))
        if empty.any() and not empty.all():
            return f"{name} is empty on {bars.dates[empty][0]}"
    return None


def check_complete(history: History, symbol: Symbol) -> str | None:
    """An index has a level for every session from its first one on."""
    missing = missing_sessions(history, symbol)
    missing = missing[missing > history.bars.dates[0]]
    if len(missing):
        return f"{len(missing)} session(s) are missing, the first is {missing[0]}"
    return None


def check_steps(steps: FactorSteps) -> str | None:
    """Every step of the factor positive and finite, on increasing dates."""
    if not (np.isfinite(steps.ratios) & (steps.ratios > 0)).all():
        return "the factor is zero, negative or empty"
    if (np.diff(steps.dates).astype(np.int64) <= 0).any():
        return "the factor's dates are not in order"
    return None


def check_limits(bars: Bars, first: np.datetime64) -> str | None:
    """No return beyond the board's daily limit: a wrong price, or a step that is missing.

    Not held against it: the first sessions of a listing inside the window that begins on
    ``first``, and the first session after one without a bar.
    """
    found = moves(bars, factor_growth(bars), np.full(1, np.datetime64("NaT", "D")))
    beyond = found.beyond(1, _LIMIT_SLACK) & (missing_before(bars) == 0)
    if bars.dates[0] > first:
        beyond[: _FREE_AT_FIRST + 1] = False
    if beyond.any():
        at = int(np.flatnonzero(beyond)[0])
        day = bars.dates[at]
        return f"{found.change[at]:+.1%} on {day} is beyond the board's daily limit"
    return None


def in_shares(bars: Bars) -> Bars:
    """Volume in shares. ``Rejected`` unless amount / (volume x price) is 1, or 100, throughout.

    100 means lots (手): vendors and clients have changed that unit without notice.
    Without amounts nothing can be said and the volume stays as it is.
    """
    price = (bars.high + bars.low + bars.open + bars.close) / 4
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = bars.amount / (bars.volume * price)
    known = np.isfinite(ratio) & (ratio > 0)
    if not known.any():
        return bars
    if _all_near(ratio[known], 1.0):
        return bars
    if _all_near(ratio[known], 100.0):
        return replace(bars, volume=bars.volume * 100)
    strange = known & ~(_near(ratio, 1.0) | _near(ratio, 100.0))
    day = bars.dates[strange][0] if strange.any() else bars.dates[known & _near(ratio, 100.0)][0]
    raise Rejected(f"amount / (volume x price) is neither 1 nor 100 throughout, see {day}")


def _near(ratio: Floats, unit: float) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = (ratio > unit / 2) & (ratio < unit * 2)
    return near


def _all_near(ratio: Floats, unit: float) -> bool:
    return bool(_near(ratio, unit).all())


def _demand(problem: str | None) -> None:
    if problem is not None:
        raise Rejected(problem)
