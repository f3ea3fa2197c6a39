"""Prices from the store, fetched first where they are missing and fetching is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from basketbt.data.bars import Bars, FxSeries, Instrument, MarketData, PriceRequest
from basketbt.data.sources.auto import Fetcher, Outcome, SessionRange, best, window_and_vendors
from basketbt.data.sources.nobody import nobody_left
from basketbt.data.sources.routes import Route
from basketbt.data.sources.vendor import History
from basketbt.data.sources.watch import Watch, unwatched
from basketbt.data.store import Coverage, Store
from basketbt.data.successors import names_today
from basketbt.errors import DataError
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind, listing

NOT_FETCHED = NoteKind("not-fetched", severity="warning")
STORE_ENDS = NoteKind("store-ends", severity="warning")
REVISED = NoteKind("vendor-revised", severity="warning")
UNCONFIRMED = NoteKind("gap-unconfirmed", severity="warning")


class NotStored(DataError):
    """Fields: count, first, last."""


class StoreSource:
    """The store as a price source. Online it fetches what is missing; offline it never does.

    ``watch`` is opened around fetching. ``now`` decides which sessions are closed.
    ``prefer`` is a vendor whose histories are used where they are stored, before the route's own
    order: for comparing vendors.
    """

    def __init__(
        self,
        path: Path,
        route: Route = "auto",
        *,
        offline: bool = False,
        watch: Watch = unwatched,
        now: datetime | None = None,
        prefer: str | None = None,
    ) -> None:
        self._path = path
        self._route: Route = route
        self._offline = offline
        self._watch = watch
        self._now = now or datetime.now(UTC)
        self._prefer = prefer

    @property
    def name(self) -> str:
        return self._route

    def load(self, request: PriceRequest) -> MarketData:
        """The request from the store. A symbol that cannot be had is not in ``bars``.

        Raises ``NobodyLeft`` when vendors refuse or cannot be reached; when there is nothing at
        all ``NotStored`` (offline) or the ``NoVendorLeft`` of the first symbol; ``DamagedStore``,
        ``EmptyStore`` or ``OutputError`` for the file.
        """
        with Store(self._path, read_only=self._offline) as store:
            failed: dict[str, Outcome] = {}
            if not self._offline:
                fetcher = Fetcher(store, self._route, now=self._now)
                with self._watch(len(names_today(request))) as report:
                    outcomes = fetcher.fetch(request, report=report)
                if error := nobody_left(outcomes):
                    raise error
                failed = {one.symbol: one for one in outcomes if one.state == "failed"}
            histories, notes = self._read(store, request)
        notes += [
            NOT_FETCHED(symbol=name, why=listing((f.note for f in outcome.failures), "semicolon"))
            for name, outcome in failed.items()
        ]
        if not set(histories) - set(request.fx):
            if failed:
                raise next(iter(failed.values())).error
            count = len(set(names_today(request)) - set(request.fx))
            raise NotStored(count=count, first=request.start, last=request.end)
        return _market_data(self.name, request, histories, tuple(notes))

    def _read(self, store: Store, request: PriceRequest) -> tuple[dict[str, History], list[Note]]:
        histories: dict[str, History] = {}
        notes: list[Note] = []
        asked = names_today(request)
        for name in dict.fromkeys((*request.shares, *asked)):
            window, vendors = window_and_vendors(name, request, self._route, self._now)
            if self._prefer is not None and name not in request.fx:
                vendors = (self._prefer, *vendors)
            coverage = best(store, name, vendors, window)
            if coverage is None:
                continue
            histories[name] = store.read(coverage, window.first, window.last)
            if name in asked:
                notes += _notes(store, coverage, window)
        return histories, notes


def _notes(store: Store, coverage: Coverage, window: SessionRange) -> list[Note]:
    notes = []
    if not coverage.reaches(window.first, window.last):
        notes.append(STORE_ENDS(symbol=coverage.symbol, first=coverage.first, last=coverage.last))
    of = (coverage.vendor, coverage.symbol)
    pending = sum((one.vendor, one.symbol) == of for one in store.revisions())
    for kind, count in ((REVISED, pending), (UNCONFIRMED, coverage.unconfirmed)):
        if count:
            notes.append(kind(symbol=coverage.symbol, vendor=coverage.vendor, count=count))
    return notes


def _market_data(
    source: str, request: PriceRequest, histories: dict[str, History], notes: tuple[Note, ...]
) -> MarketData:
    securities = {n: h for n, h in histories.items() if n not in request.fx}
    shares = [name for name in securities if name not in request.indexes]
    shares_of = [securities[name] for name in shares]
    return MarketData(
        source=source,
        bars=Bars.joined(h.with_factor for h in securities.values() if len(h.bars)),
        actions={n: h.actions for n, h in securities.items() if h.actions},
        shares={n: h.shares for n, h in securities.items() if h.shares is not None},
        fx={
            pair: FxSeries.of(pair, histories[pair].bars.dates, histories[pair].bars.close)
            for pair in request.fx
            if pair in histories
        },
        instruments={
            name: Instrument(symbol=name, delisted=history.delisted)
            for name, history in securities.items()
            if history.delisted is not None
        },
        has_actions=bool(shares_of) and all(h.actions is not None for h in shares_of),
        notes=notes,
        ends=_ends(securities.values()),
    )


def _ends(histories: Iterable[History]) -> dict[tuple[str, str], np.datetime64]:
    """How far each vendor was asked and has answered, by vendor and calendar.

    A share that is suspended then has no bar there, and another vendor had none either.
    """
    ends: dict[tuple[str, str], np.datetime64] = {}
    for one in histories:
        symbol = parse_symbol(one.symbol)
        if symbol.kind != "index":
            for table in one.bars.tables:
                key = table, symbol.calendar
                ends[key] = max(ends.get(key, one.last), one.last)
    return ends
