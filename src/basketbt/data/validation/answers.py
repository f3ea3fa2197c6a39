"""What a vendor's answer must pass before anything of it is stored, and again in the store.

The rules of rows are those of every source (:mod:`.rows`), and none may be broken; beside them
stands what only an answer can have wrong: a unit that changed, a factor without its step.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from basketbt.data.bars import Bars, Dates, FxSeries, is_pair
from basketbt.data.sources.vendor import FactorSteps, History
from basketbt.data.validation.moves import factor_growth, moves
from basketbt.data.validation.rates import wrong_rates
from basketbt.data.validation.rows import judged, missing_before
from basketbt.market.calendars import as_day, calendar
from basketbt.market.symbols import Symbol, parse_symbol
from basketbt.notes import message

SETTLE = timedelta(minutes=30)  # after the close, until the vendors' last bar is final
# Not as a study judges them: of gaps a second vendor is asked, the unit is settled here.
_NOT_HELD = ("gap", "hole", "units")
LATE = 5  # sessions by which the file of an index may end before the others
_LIMIT_SLACK = 0.012  # the factor's reference is not rounded to the fen; penny shares
_FREE_AT_FIRST = 5  # sessions of a new listing that are not held against the limit


class Rejected(Exception):
    """An answer failed a check; ``str`` says which. Its vendor is to be passed over."""


def last_closed_session(symbol: Symbol | None, now: datetime) -> np.datetime64:
    """The last session whose bar is final: it closed at least 30 minutes before ``now``.

    ``now`` must know its zone. A currency pair (None) follows the mainland's sessions.
    """
    exchange = calendar("XSHG" if symbol is None else symbol.calendar)
    day = as_day(now.astimezone(exchange.zone).date())
    if day > exchange.last and day > exchange.known_until:
        # Nobody knows yet which later days are sessions.
        return exchange.known_until
    today = exchange.on_or_before(day)
    if exchange.close_of(today) + SETTLE <= now:
        return today
    return exchange.last_before(today)


def checked(history: History) -> History:
    """The history with volume in shares, or ``Rejected`` with the first check it fails."""
    if is_pair(history.symbol):
        _refuse_rates(history)
        return history
    _refuse_rows(history.bars)
    bars = history.bars
    if parse_symbol(history.symbol).kind != "index":  # points times volume are no money
        bars = _in_shares(bars)
    if parse_symbol(history.symbol).kind == "index":
        # An index has a level for every session from its first one on; a late file is no fault.
        missing = missing_sessions(history)
        missing = missing[missing > history.bars.dates[0]]
        if len(missing) and (missing[0] < history.bars.dates[-1] or len(missing) > LATE):
            raise Rejected(
                message("why-session-s-are-missing-the", count=len(missing), missing=missing[0])
            )
    if history.steps is not None:
        _refuse_steps(history.steps)
        _refuse_leaps(history.with_factor, history.first)
    return replace(history, bars=bars)


def _refuse_rates(history: History) -> None:
    """Possible rates on increasing dates."""
    bars = history.bars
    days = np.diff(bars.dates).astype(np.int64)
    if not len(bars) or (days <= 0).any():
        raise Rejected(message("why-no-rates-or-their-dates"))
    for one in wrong_rates(FxSeries.of(history.symbol, bars.dates, bars.close)):
        raise Rejected(message("why-the-rate-on", what=one.what, value=one.value, date=one.date))


def missing_sessions(history: History) -> Dates:
    """Sessions of its exchange from ``first`` to ``last`` on which the security has no bar."""
    exchange = calendar(parse_symbol(history.symbol).calendar)
    sessions = exchange.between(history.first, history.last)
    missing: Dates = np.setdiff1d(sessions, history.bars.dates)
    return missing


def _refuse_rows(bars: Bars) -> None:
    """No rule of rows is broken; a column may be empty throughout or nowhere."""
    if not len(bars):
        raise Rejected(message("why-no-bars-in-this-window"))
    for one in judged(bars)[1]:
        if one.rule not in _NOT_HELD:
            raise Rejected(
                message("why-on", what=one.what, value=one.value, date=one.date, rule=one.rule)
            )
    for name in ("open", "high", "low", "volume", "amount"):
        empty = np.isnan(getattr(bars, name))
        if empty.any() and not empty.all():
            raise Rejected(message("why-is-empty-on", name=name, dates=bars.dates[empty][0]))


def _refuse_steps(steps: FactorSteps) -> None:
    if not (np.isfinite(steps.ratios) & (steps.ratios > 0)).all():
        raise Rejected(message("why-the-factor-is-zero-negative"))
    if (np.diff(steps.dates).astype(np.int64) <= 0).any():
        raise Rejected(message("why-the-factors-dates-are-not"))


def _refuse_leaps(bars: Bars, first: np.datetime64) -> None:
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
        raise Rejected(message("why-on-is-beyond-the-boards", change=found.change[at], day=day))


def _in_shares(bars: Bars) -> Bars:
    """Volume in shares. ``Rejected`` unless amount / (volume x price) is 1, or 100, throughout.

    100 means lots (手): vendors and clients have changed that unit without notice.
    Without amounts nothing can be said and the volume stays as it is.
    """
    price = (bars.high + bars.low + bars.open + bars.close) / 4
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = bars.amount / (bars.volume * price)
    known = np.isfinite(ratio) & (ratio > 0)
    single, lots = ((ratio > unit / 2) & (ratio < unit * 2) for unit in (1.0, 100.0))
    if single[known].all():
        return bars
    if lots[known].all():
        return replace(bars, volume=bars.volume * 100)
    strange = known & ~(single | lots)
    day = bars.dates[strange if strange.any() else known & lots][0]
    raise Rejected(message("why-amount-volume-x-price-is", day=day))
