"""Fetching: what a study needs and the store lacks, vendor after vendor, one symbol at a time.

Each symbol is one transaction, so whatever ends a run keeps all that was done before, and the
next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Literal

import numpy as np

from basketbt.data.bars import PriceRequest, is_pair
from basketbt.data.sources.complete import Completed, complete, complete_rate
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import VENDORS, Route, group_of, rate_vendors, vendors_for
from basketbt.data.sources.vendor import NoVendorLeft, Query, VendorFailure
from basketbt.data.store import Coverage, Store
from basketbt.data.store.connection import guarded
from basketbt.data.validation.answers import last_closed_session
from basketbt.market.symbols import parse_symbol

State = Literal["stored", "fetched", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one symbol: it was in the store, is now, or no vendor delivered it.

    ``failures`` are the vendors that were passed over; ``lacking`` what is missing beside the
    prices (share counts, actions, a Hong Kong factor).
    """

    symbol: str
    state: State
    vendor: str = ""
    added: int = 0
    revised: int = 0
    failures: tuple[VendorFailure, ...] = ()
    lacking: tuple[VendorFailure, ...] = ()

    @property
    def error(self) -> NoVendorLeft:
        return NoVendorLeft(self.symbol, self.failures)


@dataclass(frozen=True)
class SessionRange:
    """The sessions a request needs of one symbol, as far as they are closed."""

    first: np.datetime64
    last: np.datetime64

    @property
    def is_empty(self) -> bool:
        return bool(self.last < self.first)


class Fetcher:
    """Fills a store along a route. ``now`` decides which sessions are closed."""

    def __init__(
        self,
        store: Store,
        route: Route = "auto",
        *,
        now: datetime | None = None,
        hosts: RateLimiter | None = None,
    ) -> None:
        self._store = store
        self._route: Route = route
        self._now = now or datetime.now(UTC)
        self._hosts = hosts or store.hosts()

    def fetch(
        self,
        request: PriceRequest,
        *,
        thorough: bool = False,
        again: bool = False,
        report: Callable[[Outcome], None] = lambda outcome: None,
    ) -> tuple[Outcome, ...]:
        """Fetch what is missing; ``report`` hears of every symbol as soon as it is done.

        ``thorough`` also asks again for histories that lack their corporate actions, ``again``
        for all of the request, to see what vendors rewrote.
        Raises only for the store (full or read-only disk); a symbol that no vendor delivered is
        an outcome.
        """
        done = []
        with guarded(self._store.path):
            for name in request.names:
                window, vendors = window_and_vendors(name, request, self._route, self._now)
                if window.is_empty:
                    continue
                stored = None if again else self._stored(name, window, vendors, thorough)
                done.append(stored or self._first_that_delivers(name, window, vendors))
                report(done[-1])
        return tuple(done)

    def from_vendor(self, name: str, vendor: str, request: PriceRequest) -> Outcome:
        """One symbol from one vendor, whatever others have: for comparing vendors."""
        window, _ = window_and_vendors(name, request, self._route, self._now)
        with guarded(self._store.path):
            stored = self._stored(name, window, (vendor,), thorough=False)
            return stored or self._first_that_delivers(name, window, (vendor,))

    def _stored(
        self, name: str, window: SessionRange, vendors: tuple[str, ...], thorough: bool
    ) -> Outcome | None:
        found = best(self._store, name, vendors, window)
        if found is None or not found.reaches(window.first, window.last):
            return None
        lacks_actions = thorough and not is_pair(name) and found.actions_from is None
        if lacks_actions and group_of(parse_symbol(name)) == "mainland share":
            return None
        return Outcome(name, "stored", found.vendor)

    def _first_that_delivers(
        self, name: str, window: SessionRange, vendors: tuple[str, ...]
    ) -> Outcome:
        failures: list[VendorFailure] = []
        for vendor in vendors:
            try:
                done = self._ask(vendor, name, self._widened(name, vendor, window))
            except VendorFailure as failure:
                failures.append(failure)
                continue
            saved = self._store.save(
                done.history,
                unconfirmed=done.unconfirmed,
                versions=_versions(VENDORS[vendor].client),
            )
            passed = tuple(failures)
            return Outcome(
                name, "fetched", vendor, saved.added, saved.revised, passed, done.lacking
            )
        return Outcome(name, "failed", failures=tuple(failures))

    def _ask(self, vendor: str, name: str, window: SessionRange) -> Completed:
        if is_pair(name):
            return complete_rate(vendor, name, window.first, window.last, self._hosts)
        symbol = parse_symbol(name)
        others = tuple(one for one in vendors_for(symbol, self._route) if one.name != vendor)
        query = Query(symbol, window.first, window.last, self._hosts)
        return complete(VENDORS[vendor], others, query, self._route)

    def _widened(self, name: str, vendor: str, window: SessionRange) -> SessionRange:
        """The window with what is stored around it: an update sees the whole past again."""
        before = self._store.coverages(name).get(vendor)
        if before is None:
            return window
        return SessionRange(min(window.first, before.first), max(window.last, before.last))


def window_and_vendors(
    name: str, request: PriceRequest, route: Route, now: datetime
) -> tuple[SessionRange, tuple[str, ...]]:
    """What a request needs of a security or pair (no session that is still open), and who along
    the route may have it, in order."""
    symbol = None if is_pair(name) else parse_symbol(name)
    window = SessionRange(request.start, min(request.end, last_closed_session(symbol, now)))
    if symbol is None:
        return window, rate_vendors(route)
    return window, tuple(vendor.name for vendor in vendors_for(symbol, route))


def best(
    store: Store, name: str, vendors: tuple[str, ...], window: SessionRange
) -> Coverage | None:
    """The stored history to use: the first vendor that covers the window, else the one that
    covers most of it; None when nothing of it is stored."""
    stored = store.coverages(name)
    known = [stored[vendor] for vendor in vendors if vendor in stored]
    for coverage in known:
        if coverage.reaches(window.first, window.last):
            return coverage
    overlapping = [c for c in known if c.first <= window.last and window.first <= c.last]
    if not overlapping:
        return None
    return max(overlapping, key=lambda c: min(c.last, window.last) - max(c.first, window.first))


@cache
def _versions(client: str) -> str:
    """``akshare 1.19.5``: which client read the answer."""
    from importlib.metadata import version

    return f"{client} {version(client)}"
