"""What an answer must pass before anything of it is stored.

Each check is a pure function that names what is wrong, or gives None. They look for answers that
succeed and are wrong: a unit that changed, a session that slipped, a factor without its step.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from basketbt.market.calendars import calendar
from basketbt.market.limits import limit_fractions
from basketbt.market.symbols import Symbol
from basketbt.prices.data import Dates, Floats, SymbolBars
from basketbt.prices.sources.vendor import FactorSteps, History

SETTLE = timedelta(minutes=30)  # after the close, until the vendors' last bar is final
_ROUNDING = 1e-6  # relative: what a decimal print may lose
_LIMIT_SLACK = 0.012  # the factor's reference is not rounded to the fen; penny shares
_FREE_AT_FIRST = 5  # sessions of a new listing that are not held against the limit


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
    bars = history.bars
    _demand(check_dates(bars.dates))
    _demand(check_prices(bars))
    _demand(check_sessions(bars.dates, symbol))
    bars = in_shares(bars)
    if symbol.kind == "index":
        _demand(check_complete(history, symbol))
    if history.steps is not None:
        _demand(check_steps(history.steps))
        _demand(check_limits(bars, history.steps, symbol, history.first))
    return replace(history, bars=bars)


def checked_rate(history: History) -> History:
    """The history of a currency pair, or ``Rejected``: positive rates on increasing dates."""
    bars = history.bars
    _demand(check_dates(bars.dates))
    if not (np.isfinite(bars.close) & (bars.close > 0)).all():
        raise Rejected("a rate is empty or not positive")
    jump = np.abs(np.diff(np.log(bars.close)))
    if (jump > 0.1).any():
        raise Rejected(f"the rate jumps on {bars.dates[1:][jump > 0.1][0]}")
    return history


def missing_sessions(history: History, symbol: Symbol) -> Dates:
    """Sessions of its exchange from ``first`` to ``last`` on which the security has no bar."""
    sessions = calendar(symbol.calendar).between(history.first, history.last)
    missing: Dates = np.setdiff1d(sessions, history.bars.dates)
    return missing


# --- the checks ------------------------------------------------------------------------------


def check_dates(dates: Dates) -> str | None:
    """At least one row; every date once and later than the one before."""
    if not len(dates):
        return "no bars in this window"
    step = np.diff(dates).astype(np.int64)
    if (step == 0).any():
        return f"{dates[1:][step == 0][0]} is there twice"
    if (step < 0).any():
        return f"{dates[1:][step < 0][0]} is out of order"
    return None


def check_prices(bars: SymbolBars) -> str | None:
    """Prices positive and finite, low <= open, close <= high; a column may be empty throughout."""
    for name in ("close", "open", "high", "low"):
        column = getattr(bars, name)
        if name != "close" and np.isnan(column).all():
            continue
        wrong = ~np.isfinite(column) | (column <= 0)
        if wrong.any():
            return f"{name} is empty or not positive on {bars.dates[wrong][0]}"
    for name in ("volume", "amount"):
        column = getattr(bars, name)
        wrong = ~(np.isfinite(column) & (column >= 0))
        if wrong.any() and not np.isnan(column).all():
            return f"{name} is empty or negative on {bars.dates[wrong][0]}"
    inner = np.fmax(bars.open, bars.close), np.fmin(bars.open, bars.close)
    wrong = (inner[0] > bars.high * (1 + _ROUNDING)) | (inner[1] < bars.low * (1 - _ROUNDING))
    if wrong.any():
        return f"open or close lies outside [low, high] on {bars.dates[wrong][0]}"
    return None


def check_sessions(dates: Dates, symbol: Symbol) -> str | None:
    """Every bar on a session of its exchange."""
    alien = ~np.isin(dates, calendar(symbol.calendar).between(dates[0], dates[-1]))
    if alien.any():
        return f"{dates[alien][0]} was no session of {symbol.calendar}"
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


def check_limits(
    bars: SymbolBars, steps: FactorSteps, symbol: Symbol, first: np.datetime64
) -> str | None:
    """No return beyond the board's daily limit: a wrong price, or a step that is missing.

    Not held against it: the first sessions of a listing inside the window, and the first session
    after one without a bar.
    """
    if symbol.board is None or symbol.exchange == "HK" or len(bars.dates) < 2:
        return None
    total = bars.close * steps.factor_on(bars.dates)
    change = total[1:] / total[:-1] - 1
    known = calendar(symbol.calendar)
    sessions = known.between(bars.dates[0], bars.dates[-1])
    place = np.searchsorted(sessions, bars.dates)
    judged = np.diff(place) == 1
    if bars.dates[0] > first:
        judged[:_FREE_AT_FIRST] = False
    limits = limit_fractions([symbol], bars.dates[1:])
    up, down = limits.up[:, 0] + _LIMIT_SLACK, limits.down[:, 0] + _LIMIT_SLACK
    with np.errstate(invalid="ignore"):
        beyond = judged & ((change > up) | (change < -down))
    if beyond.any():
        at = int(np.flatnonzero(beyond)[0])
        return f"{change[at]:+.1%} on {bars.dates[at + 1]} is beyond the board's daily limit"
    return None


def in_shares(bars: SymbolBars) -> SymbolBars:
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
