"""From one vendor's bars to a history that returns can be made of.

Bars alone are not enough: a mainland share needs the steps of its total-return factor, and is
better off with its corporate actions and share counts. Where the vendor of the bars has none,
they come from another one of the same route. A session without a bar is a suspension only if a
second vendor has none either; at the end of a history, where files are late, only if that vendor
had a day to write it. What is neither is not covered: the next fetch asks again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np

from basketbt.data.bars import Dates
from basketbt.data.sources import baostock, safe, yfinance
from basketbt.data.sources.akshare import eastmoney, sina
from basketbt.data.sources.akshare.lists import delisting
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import FAMILIES, VENDORS, Route, group_of
from basketbt.data.sources.vendor import (
    Changed,
    FactorSteps,
    History,
    HttpRecord,
    Query,
    Vendor,
    VendorFailure,
)
from basketbt.data.suspension import suspended
from basketbt.data.validation.answers import Rejected, checked, missing_sessions
from basketbt.market.calendars import calendar
from basketbt.market.symbols import Symbol
from basketbt.notes import Note, message

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
    part = _Completion(vendor.history(query), query)
    if group_of(query.symbol) == "mainland share" and "akshare" in FAMILIES[route]:
        part.add_actions()
        part.add_steps()
        part.add_shares()
        part.add_delisting()
    elif group_of(query.symbol) == "hong kong share" and "yfinance" in FAMILIES[route]:
        part.add_factor_of_yahoo()
    history = _accepted(part.history)
    history, unconfirmed = _confirm_gaps(history, others, query)
    return Completed(history, tuple(part.lacking), unconfirmed)


def complete_rate(
    vendor: str, pair: str, first: np.datetime64, last: np.datetime64, hosts: RateLimiter
) -> Completed:
    """An exchange rate from one vendor, checked; see :func:`complete`."""
    return Completed(_accepted(_RATES[vendor](pair, first, last, hosts)), (), 0)


_RATES = {one.NAME: one.exchange_rate for one in (eastmoney, safe, yfinance)}


def _accepted(history: History) -> History:
    """The history checked; ``Rejected`` becomes the vendor's ``Changed``."""
    try:
        return checked(history)
    except Rejected as problem:
        raise _changed(history, str(problem)) from problem


class _Completion:
    """A history while it is completed; ``lacking`` is what was welcome and could not be had."""

    def __init__(self, history: History, query: Query) -> None:
        self.history, self._query = history, query
        self.lacking: list[VendorFailure] = []

    def add_actions(self) -> None:
        """Eastmoney's, also beside a vendor that has its own: the second opinion of its factor.

        Yahoo tells no rights issues, so its factor misses their step.
        """
        first, last = self._query.first, self._query.last
        found = self._try(eastmoney.corporate_actions)
        if found is None:
            return
        within = tuple(action for action in found[0] if first <= action.ex_date <= last)
        hidden = [one.ex_date for one in within if one.rights > 0 and one.ex_date > first]
        if hidden and self.history.actions is not None:
            raise _changed(self.history, message("why-its-factor-leaves-out-the", hidden=hidden[0]))
        self._add(found[1], actions=within, actions_from=eastmoney.NAME)

    def add_steps(self) -> None:
        """Sina's list first, then baostock's previous closes where it is installed; else the steps
        follow from the corporate actions."""
        history, query = self.history, self._query
        if history.steps is not None:
            return
        try:
            steps, origin = self._steps_told()
        except VendorFailure as failure:
            if history.actions is None:
                raise
            self.lacking.append(failure)
            steps, origin = eastmoney.steps_of(history.actions, history.bars), history.actions_from
        self._add((), steps=steps.within(query.first, query.last), steps_from=origin)

    def _steps_told(self) -> tuple[FactorSteps, str]:
        try:
            return sina.factor_steps(self._query.symbol, self._query.hosts), sina.NAME
        except VendorFailure:
            if baostock.serves(self._query.symbol):
                with contextlib.suppress(VendorFailure):
                    return baostock.factor_steps(self._query), baostock.NAME
            raise

    def add_shares(self) -> None:
        if found := self._try(eastmoney.share_counts):
            self._add(found[1], shares=found[0], shares_from=eastmoney.counted_by(found[1]))

    def add_delisting(self) -> None:
        """The day of delisting, asked for where bars end before the window does."""
        missing = missing_sessions(self.history)
        bars = self.history.bars.dates
        if not len(bars) or not len(missing) or missing[-1] < bars[-1]:
            return
        found = self._try(delisting)
        if found and found[0] is not None and bars[-1] < found[0] <= self._query.last:
            self._add(found[1], delisted=found[0])

    def add_factor_of_yahoo(self) -> None:
        """Only Yahoo has one for Hong Kong shares; without it cash is not reinvested."""
        if self.history.steps is not None:
            return
        if yahoo := self._try(lambda symbol, hosts: VENDORS["yahoo"].history(self._query)):
            known = {"steps": yahoo.steps, "actions": yahoo.actions}
            self._add(yahoo.exchanges, steps_from=yahoo.vendor, actions_from=yahoo.vendor, **known)

    def _try(self, ask: Callable[[Symbol, RateLimiter], T]) -> T | None:
        try:
            return ask(self._query.symbol, self._query.hosts)
        except VendorFailure as failure:
            self.lacking.append(failure)
            return None

    def _add(self, evidence: tuple[HttpRecord, ...], **found: Any) -> None:
        exchanges = self.history.exchanges + evidence
        self.history = replace(self.history, exchanges=exchanges, **found)


# --- sessions without a bar ----------------------------------------------------------------


def _confirm_gaps(
    history: History, others: tuple[Vendor, ...], query: Query
) -> tuple[History, int]:
    """Ask a second vendor about sessions without a bar.

    Gives how many of them nobody could confirm, and the history as far as no session is covered by
    silence: sessions at its end that are not confirmed, or may still be written, are left out.
    Raises ``Changed`` when the other one has bars there.
    """
    last_bar = history.bars.dates[-1]
    if query.symbol.kind == "index":  # complete up to its last level, or refused
        return history.until(last_bar), 0
    missing = missing_sessions(history)
    if history.delisted is not None:
        missing = missing[missing < history.delisted]
    if not len(missing):
        return history, 0
    confirmed = _is_confirmed(history, missing, others, query)
    at_the_end = missing[missing > last_bar]
    late = at_the_end if not confirmed else at_the_end[at_the_end > _settled(query)]
    if len(late):
        before = calendar(query.symbol.calendar).last_before(late[0])
        history = history.until(max(last_bar, before))
    return history, 0 if confirmed else len(missing) - len(at_the_end)


def _settled(query: Query) -> np.datetime64:
    return query.last if query.settled is None else query.settled


def _is_confirmed(
    history: History, missing: Dates, others: tuple[Vendor, ...], query: Query
) -> bool:
    for other in others:
        known = _sessions_at(other, query, missing)
        if known is None:
            continue
        lost = np.intersect1d(missing, known)
        if len(lost):
            raise _changed(
                history,
                message(
                    "why-session-s-that-has-are", count=len(lost), name=other.name, lost=lost[0]
                ),
            )
        return True
    return False


def _sessions_at(vendor: Vendor, query: Query, missing: Dates) -> Dates | None:
    """Sessions with trading at a vendor around ``missing``; None when it cannot be asked."""
    try:
        found = _accepted(vendor.history(query))
    except VendorFailure:
        return None
    bars = found.bars.between(missing[0], missing[-1])
    traded: Dates = bars.dates[~suspended(bars)]
    return traded


def _changed(history: History, why: str | Note) -> Changed:
    url = history.exchanges[0].url if history.exchanges else ""
    return Changed(
        vendor=history.vendor,
        host=urlsplit(url).hostname or message("no-request"),
        symbol=history.symbol,
        why=why,
    )
