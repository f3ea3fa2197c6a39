"""From one vendor's bars to a history that returns can be made of.

Bars alone are not enough: a mainland share needs the steps of its total-return factor, and is
better off with its corporate actions and share counts. Where the vendor of the bars has none,
they come from another one of the same route. A session without a bar is a suspension only if a
second vendor has none either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

import numpy as np

from basketbt.prices.checks.answers import Rejected, checked_history, checked_rate, missing_sessions
from basketbt.prices.data import Dates
from basketbt.prices.sources import yfinance
from basketbt.prices.sources.akshare import eastmoney, sina
from basketbt.prices.sources.akshare.delisted import delisting
from basketbt.prices.sources.akshare.rights import rights_issues
from basketbt.prices.sources.rate_limiter import RateLimiter
from basketbt.prices.sources.routes import FAMILIES, VENDORS, Route, group_of
from basketbt.prices.sources.vendor import Changed, History, Query, Vendor, VendorFailure

T = TypeVar("T")


@dataclass(frozen=True)
class Completed:
    """A history fit to store, what could not be had, and gaps nobody else was there to confirm."""

    history: History
    lacking: tuple[VendorFailure, ...]
    unconfirmed: int


def complete(vendor: Vendor, others: tuple[Vendor, ...], query: Query, route: Route) -> Completed:
    """One vendor's history, completed and checked.

    Raises the :class:`VendorFailure` that makes it useless: of the vendor itself, of whoever was
    asked for its factor, or ``Changed`` when it fails a check.
    """
    history = vendor.history(query)
    lacking: list[VendorFailure] = []
    if group_of(query.symbol) == "mainland share" and "akshare" in FAMILIES[route]:
        history = _with_actions(history, query, lacking)
        history = _with_steps(history, query)
        history = _with_shares(history, query, lacking)
        history = _with_delisting(history, query, lacking)
    elif group_of(query.symbol) == "hong kong share" and "yfinance" in FAMILIES[route]:
        history = _with_yahoo_factor(history, query, lacking)
    history = accepted(history, lambda h: checked_history(h, query.symbol))
    unconfirmed = _confirm_gaps(history, others, query)
    return Completed(history, tuple(lacking), unconfirmed)


def complete_rate(
    vendor: str, pair: str, first: np.datetime64, last: np.datetime64, hosts: RateLimiter
) -> Completed:
    """An exchange rate from one vendor, checked; see :func:`complete`."""
    ask = eastmoney.exchange_rate if vendor == eastmoney.NAME else yfinance.exchange_rate
    return Completed(accepted(ask(pair, first, last, hosts), checked_rate), (), 0)


def accepted(history: History, check: Callable[[History], History]) -> History:
    """The history as ``check`` returns it; its ``Rejected`` becomes the vendor's ``Changed``."""
    try:
        return check(history)
    except Rejected as problem:
        raise _changed(history, str(problem)) from problem


def _with_actions(history: History, query: Query, lacking: list[VendorFailure]) -> History:
    if history.actions is not None:
        return _without_hidden_rights(history, query, lacking)
    found = _try(lambda: eastmoney.corporate_actions(query.symbol, query.hosts), lacking)
    if found is None:
        return history
    within = (a for a in found.actions if query.first <= a.ex_date <= query.last)
    return replace(
        history,
        actions=tuple(within),
        actions_from=eastmoney.NAME,
        exchanges=history.exchanges + found.exchanges,
    )


def _without_hidden_rights(history: History, query: Query, lacking: list[VendorFailure]) -> History:
    """Yahoo tells no rights issues, so its factor misses their step: raise where there was one."""
    found = _try(lambda: rights_issues(query.symbol, query.hosts), lacking)
    days = [action.ex_date for action in found[0]] if found else []
    hidden = [day for day in days if query.first < day <= query.last]
    if hidden:
        raise _changed(history, f"its factor leaves out the rights issue of {hidden[0]}")
    return history


def _with_steps(history: History, query: Query) -> History:
    """Sina's list first; else the steps follow from the corporate actions."""
    if history.steps is not None:
        return history
    try:
        steps, origin = sina.factor_steps(query.symbol, query.hosts), sina.NAME
    except VendorFailure:
        if history.actions is None:
            raise
        steps, origin = eastmoney.steps_of(history.actions, history.bars), history.actions_from
    return replace(history, steps=steps.within(query.first, query.last), steps_from=origin)


def _with_shares(history: History, query: Query, lacking: list[VendorFailure]) -> History:
    found = _try(lambda: eastmoney.share_counts(query.symbol, query.hosts), lacking)
    if found is None:
        return history
    return replace(
        history,
        shares=found.shares,
        shares_from=eastmoney.NAME,
        exchanges=history.exchanges + found.exchanges,
    )


def _with_delisting(history: History, query: Query, lacking: list[VendorFailure]) -> History:
    """The day of delisting, asked for where bars end before the window does."""
    missing = missing_sessions(history, query.symbol)
    bars = history.bars.dates
    if not len(bars) or not len(missing) or missing[-1] < bars[-1]:
        return history
    found = _try(lambda: delisting(query.symbol, query.hosts), lacking)
    if found is None or found[0] is None or not bars[-1] < found[0] <= query.last:
        return history
    return replace(history, delisted=found[0], exchanges=history.exchanges + found[1])


def _with_yahoo_factor(history: History, query: Query, lacking: list[VendorFailure]) -> History:
    """Only Yahoo has a multiplicative factor for Hong Kong; without it cash is not reinvested."""
    if history.steps is not None:
        return history
    yahoo = _try(lambda: VENDORS["yahoo"].history(query), lacking)
    if yahoo is None:
        return history
    return replace(
        history,
        steps=yahoo.steps,
        steps_from=yahoo.vendor,
        actions=yahoo.actions,
        actions_from=yahoo.vendor,
        exchanges=history.exchanges + yahoo.exchanges,
    )


def _try(ask: Callable[[], T], lacking: list[VendorFailure]) -> T | None:
    """An answer that is welcome but not needed; its failure is noted."""
    try:
        return ask()
    except VendorFailure as failure:
        lacking.append(failure)
        return None


# --- sessions without a bar ----------------------------------------------------------------


def _confirm_gaps(history: History, others: tuple[Vendor, ...], query: Query) -> int:
    """Ask a second vendor about sessions without a bar. Gives how many nobody could confirm.

    Raises ``Changed`` when the other one has bars there.
    """
    missing = missing_sessions(history, query.symbol)
    if history.delisted is not None:
        missing = missing[missing < history.delisted]
    if not len(missing) or query.symbol.kind == "index":
        return 0
    for other in others:
        known = _sessions_at(other, query, missing)
        if known is None:
            continue
        lost = np.intersect1d(missing, known)
        if len(lost):
            raise _changed(
                history,
                f"{len(lost)} session(s) that {other.name} has are missing, the first is {lost[0]}",
            )
        return 0
    return len(missing)


def _sessions_at(vendor: Vendor, query: Query, missing: Dates) -> Dates | None:
    """Sessions with trading at a vendor around ``missing``; None when it cannot be asked."""
    try:
        found = vendor.history(query)
        accepted(found, lambda h: checked_history(h, query.symbol))
    except VendorFailure:
        return None
    bars = found.bars.between(missing[0], missing[-1])
    traded: Dates = bars.dates[~(bars.volume == 0)]
    return traded


def _changed(history: History, why: str) -> Changed:
    url = history.exchanges[0].url if history.exchanges else ""
    return Changed(
        vendor=history.vendor,
        host=urlsplit(url).hostname or "no request was sent",
        symbol=history.symbol,
        why=why,
    )
