"""Fetching: what a study needs and the store lacks, several symbols at a time.

Hosts are asked in parallel, each at its own pace: symbols are taken up by a few threads, and the
rate limiter lets one thread at a time speak to a host. Only the caller's thread writes to the
store. Each symbol is one transaction, so whatever ends a run keeps all that was done before, and
the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

import numpy as np

from basketbt.data.bars import PriceRequest, is_pair
from basketbt.data.sources import beyond
from basketbt.data.sources.answers import Answers, keeping
from basketbt.data.sources.complete import Completed, complete, complete_rate
from basketbt.data.sources.parallel import in_parallel
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import (
    VENDORS,
    Route,
    group_of,
    is_outside_china,
    rate_vendors,
    vendors_for,
)
from basketbt.data.sources.vendor import (
    NoVendorLeft,
    Query,
    Refused,
    Unreachable,
    VendorFailure,
)
from basketbt.data.store import Coverage, Store
from basketbt.data.store.connection import guarded
from basketbt.data.successors import names_today
from basketbt.data.validation.answers import last_closed_session
from basketbt.market.symbols import parse_symbol

State = Literal["stored", "fetched", "failed"]
# A file is written within a day of the close; until then a missing last bar says nothing.
SETTLED = timedelta(hours=20)
# From so many mainland shares on, two vendors share the work: one of them alone would take minutes.
SHARED_FROM = 20
_MAINLAND = ("sina", "eastmoney")  # before which Yahoo goes abroad, for mainland shares


@dataclass(frozen=True)
class Outcome:
    """What became of one symbol: it was in the store, is now, or no vendor delivered it.

    ``failures`` are the vendors that were passed over; ``lacking`` what is missing beside the
    prices (share counts, actions, a Hong Kong factor). ``until`` is the last day that is covered
    where that is less than what was asked for, because nobody confirmed the rest.
    """

    symbol: str
    state: State
    vendor: str = ""
    added: int = 0
    revised: int = 0
    failures: tuple[VendorFailure, ...] = ()
    lacking: tuple[VendorFailure, ...] = ()
    until: str = ""

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


@dataclass(frozen=True)
class _Job:
    """A symbol to be fetched: the window, and by vendor the window with what is stored around."""

    name: str
    window: SessionRange
    windows: dict[str, SessionRange]  # in the order in which vendors are asked
    answers: Answers  # what an earlier fetch was answered before it failed; filled further


@dataclass(frozen=True)
class _Delivered:
    job: _Job
    vendor: str = ""
    done: Completed | None = None
    failures: tuple[VendorFailure, ...] = ()


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

    @property
    def hosts(self) -> RateLimiter:
        """The hosts that were asked, with those that are left alone."""
        return self._hosts

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
        for all of the request, to see what vendors rewrote. Outcomes are in the request's order.
        Raises only for the store (full or read-only disk); a symbol that no vendor delivered is
        an outcome. A share is asked for under its newest code.
        """
        done: dict[str, Outcome] = {}
        with guarded(self._store.path):
            beyond.learn_sessions(self._store, self._hosts, request.end, self._now)
            jobs: list[_Job] = []
            for name in names_today(request):
                window, vendors = window_and_vendors(name, request, self._route, self._now)
                if window.is_empty:
                    continue
                stored = None if again else self._stored(name, window, vendors, thorough)
                if stored is None:
                    jobs.append(self._job(name, window, vendors, again=again))
                else:
                    done[name] = stored
                    report(stored)
            for delivered in in_parallel(self._delivered, _shared_out(jobs), self._hosts):
                outcome = self._saved(delivered)
                done[outcome.symbol] = outcome
                report(outcome)
        return tuple(done[name] for name in names_today(request) if name in done)

    def from_vendor(self, name: str, vendor: str, request: PriceRequest) -> Outcome:
        """One symbol from one vendor, whatever others have: for comparing vendors."""
        window, _ = window_and_vendors(name, request, self._route, self._now)
        with guarded(self._store.path):
            stored = self._stored(name, window, (vendor,), thorough=False)
            return stored or self._saved(self._delivered(self._job(name, window, (vendor,))))

    def _stored(
        self, name: str, window: SessionRange, vendors: tuple[str, ...], thorough: bool
    ) -> Outcome | None:
        found = best(self._store, name, vendors, window)
        if found is None or not found.reaches(window.first, window.last):
            return None
        if thorough and found.actions_from is None and _is_mainland_share(name):
            return None
        return Outcome(name, "stored", found.vendor)

    def _job(
        self, name: str, window: SessionRange, vendors: Sequence[str], *, again: bool = False
    ) -> _Job:
        """An update sees the whole past of a vendor again, so that rewriting is noticed."""
        stored = self._store.coverages(name)
        return _Job(
            name,
            window,
            answers={} if again else self._store.answers_of(name, window.last),
            windows={
                vendor: SessionRange(
                    min(window.first, stored[vendor].first), max(window.last, stored[vendor].last)
                )
                if vendor in stored
                else window
                for vendor in vendors
            },
        )

    def _delivered(self, job: _Job) -> _Delivered:
        """What the first vendor gives that gives the whole window, or else most of it."""
        with keeping(job.answers):
            return self._delivered_by_somebody(job)

    def _delivered_by_somebody(self, job: _Job) -> _Delivered:
        failures: list[VendorFailure] = []
        best_so_far = _Delivered(job)
        for vendor in self._in_turn(job):
            try:
                done = self._ask(vendor, job.name, job.windows[vendor])
            except VendorFailure as failure:
                failures.append(failure)
                continue
            found = _Delivered(job, vendor, done)
            if best_so_far.done is None or done.history.last > best_so_far.done.history.last:
                best_so_far = found
            # A late file: of an index somebody else may have the rest; of a share they were asked.
            if done.history.last >= job.window.last or not _is_index(job.name):
                break
        return replace(best_so_far, failures=tuple(failures))

    def _in_turn(self, job: _Job) -> Iterator[str]:
        """The job's vendors in order; Yahoo before others once Sina has shown that it does not
        serve this address."""
        left = list(job.windows)
        while left:
            at = 0
            if {"tencent", "yahoo"} <= set(job.windows) and left[0] in _MAINLAND:
                at = left.index("yahoo") if self._yahoo_goes_first(left) else 0
            yield left.pop(at)

    def _yahoo_goes_first(self, left: Sequence[str]) -> bool:
        return "yahoo" in left and is_outside_china(self._hosts)

    def _saved(self, found: _Delivered) -> Outcome:
        name = found.job.name
        if found.done is None:
            if any(map(_is_passing, found.failures)):
                self._store.keep_answers(name, found.job.window.last, found.job.answers)
            return Outcome(name, "failed", failures=found.failures)
        history = found.done.history
        saved = self._store.save(
            history,
            unconfirmed=found.done.unconfirmed,
            versions=_versions(VENDORS[found.vendor].client),
        )
        if history.actions is None and any(map(_is_passing, found.done.lacking)):
            # The next fetch goes on from here: it asks for what is lacking only.
            self._store.keep_answers(name, found.job.window.last, found.job.answers)
        until = str(history.last) if history.last < found.job.window.last else ""
        return Outcome(
            name,
            "fetched",
            found.vendor,
            saved.added,
            saved.revised,
            found.failures,
            found.done.lacking,
            until,
        )

    def _ask(self, vendor: str, name: str, window: SessionRange) -> Completed:
        if is_pair(name):
            return complete_rate(vendor, name, window.first, window.last, self._hosts)
        symbol = parse_symbol(name)
        others = tuple(one for one in vendors_for(symbol, self._route) if one.name != vendor)
        settled = last_closed_session(symbol, self._now - SETTLED)
        query = Query(symbol, window.first, window.last, self._hosts, settled)
        return complete(VENDORS[vendor], others, query, self._route)


def _is_passing(failure: VendorFailure) -> bool:
    """Whether it says nothing about the symbol: another day somebody answers."""
    return isinstance(failure, Refused | Unreachable)


def _is_index(name: str) -> bool:
    return not is_pair(name) and parse_symbol(name).kind == "index"


def _shared_out(jobs: list[_Job]) -> list[_Job]:
    """All hosts have something to do from the start: mainland shares come last, and of many every
    second one asks the second vendor first, for both have the same closes."""
    shares = [job for job in jobs if _is_mainland_share(job.name)]
    others = [job for job in jobs if not _is_mainland_share(job.name)]
    if len(shares) >= SHARED_FROM:
        shares[1::2] = [_second_first(job) if len(job.windows) > 1 else job for job in shares[1::2]]
    return [*others, *shares]


def _is_mainland_share(name: str) -> bool:
    return not is_pair(name) and group_of(parse_symbol(name)) == "mainland share"


def _second_first(job: _Job) -> _Job:
    first, second, *rest = job.windows
    order = (second, first, *rest)
    return replace(job, windows={vendor: job.windows[vendor] for vendor in order})


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
