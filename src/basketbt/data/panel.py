"""The one aligned in-memory table that everything downstream reads.

A panel stands on the sessions of one home calendar. Securities of another exchange are aligned by
date: on a home session they show the last price known at that date, so what happened while the
home exchange was shut arrives on its next session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from basketbt.data.adjust import Adjusted, adjust
from basketbt.data.bars import (
    COLUMNS,
    Bars,
    CorporateAction,
    Dates,
    Flags,
    Floats,
    Instrument,
    MarketData,
    ShareCounts,
    Succession,
)
from basketbt.data.ends import index_ends, known_ends
from basketbt.data.fx import FxPolicy, find_rates
from basketbt.errors import BadPrices
from basketbt.market.calendars import calendar as calendar_named
from basketbt.notes import Note, NoteKind, listing, message

# The same prices read from another folder, or from a lock, are the same data; what a share was
# merged into is in its prices.
_NOT_CONTENT = ("tables", "source", "notes", "digest", "successions")

NO_FACTOR = NoteKind("no_factor", severity="warning")
DELISTED_AS_CASH = NoteKind("delisted_as_cash", severity="warning")
OWN_TABLES = NoteKind("prices_of_own_tables")
VENDORS = NoteKind("prices_of_vendors")


class Status(IntEnum):
    """Why a cell of the panel has a bar or has none."""

    TRADED = 0
    SUSPENDED = 1  # its exchange was open, it has no bar: level carried, no one-session return
    CLOSED = 2  # its own exchange had no session that day (Hong Kong on a mainland session)
    UNLISTED = 3  # before its first bar
    DELISTED = 4  # after its delisting date: carried at the last price
    ENDED = 5  # after the last day its table covers: nothing is known, no price


@dataclass(frozen=True, kw_only=True)
class PricePanel:
    """T sessions x N symbols. Rows follow ``sessions``, columns follow ``symbols``.

    Raw columns (``open`` … ``amount``) are NaN where there is no bar that session, and everywhere
    for symbols with adjusted prices only; they stay in the currency of the listing. ``reference``
    is the previous close restated for an ex-date (the base of price limits and of the session's
    return), NaN before the second bar and where there is no bar.

    ``total`` and ``price`` are the prices returns are made of: carried over sessions without a
    bar, NaN before the first and after the last day that the table covers. ``total`` reinvests
    cash; ``price`` adjusts share changes only, and is NaN where only adjusted prices exist and for
    shares with neither factor nor actions. Both are the raw close at the last bar, in the home
    currency where a rate was applied, and NaN where one was needed and is not known. ``breaks``
    counts the steps of the factor so far that no corporate action explains: a price return is
    known between sessions of equal count.
    """

    calendar: str
    sessions: Dates  # (T,)
    symbols: tuple[str, ...]  # N
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    amount: Floats
    reference: Floats
    total: Floats
    price: Floats
    breaks: Floats
    status: NDArray[np.int8]
    rate: Floats  # (T, N) home currency for one unit of the listing's, NaN without a fresh one
    currencies: tuple[str, ...]  # N, of the listing
    in_home_currency: NDArray[np.bool_]  # (N,) False: local returns are compounded (fx: local)
    adjusted_only: NDArray[np.bool_]  # (N,)
    tables: tuple[str, ...]  # N, where each symbol's rows came from
    instruments: tuple[Instrument, ...]  # N
    actions: tuple[CorporateAction, ...]  # of these symbols, within the sessions
    shares: tuple[ShareCounts | None, ...]  # N
    missing: tuple[str, ...]  # requested, but the source has no row for them
    source: str
    notes: tuple[Note, ...]
    digest: str  # sha256 over the content above: the "data" part of a run's id
    successions: tuple[Succession, ...] = ()  # of these symbols

    @property
    def units(self) -> Floats:
        """(T, N) how many shares of its successor one share stands for; 1 before and without one.

        Prices divided by it are those that were quoted.
        """
        units = np.ones(self.status.shape)
        for one in self.successions:
            units[self.sessions >= one.since, self.column(one.symbol)] = one.ratio
        return units

    def price_unknown(self, rows: slice) -> NDArray[np.bool_]:
        """(R, N) sessions of ``rows`` that a total return reaches and a price return does not.

        Returns are measured from the first session of ``rows``, or a share's first price in them.
        """
        priced = np.isfinite(self.total[rows])
        breaks = self.breaks[rows]
        at_base = np.take_along_axis(breaks, priced.argmax(axis=0)[np.newaxis], axis=0)
        unknown: NDArray[np.bool_] = priced & (breaks != at_base)
        return unknown

    def column(self, symbol: str) -> int:
        """Position of a symbol; KeyError when it has no prices here."""
        try:
            return self.symbols.index(symbol)
        except ValueError:
            raise KeyError(symbol) from None


def build_panel(
    data: MarketData,
    symbols: Sequence[str],
    *,
    calendar: str,
    sessions: Dates,
    fx: FxPolicy = "require",
    home_currency: str = "CNY",
    rates_from: np.datetime64 | None = None,
) -> PricePanel:
    """Align what a source gave on the sessions of one home calendar.

    Args:
        data: checked prices: dates strictly increasing within a symbol.
        symbols: the columns wanted; those without a row at or before the last session are missing.
        sessions: (T,) of the calendar, ascending, at least one. Rows before the first one serve
            to know the price at it.
        fx: what to do without a rate for a currency other than ``home_currency``.
        rates_from: the first day whose price matters; the first session when None. Before it a
            foreign security without a rate has no price, from it on ``fx`` decides.

    Raises:
        NoFx: ``require`` and a foreign security has a price but no rate of the ten days before.
        BadPrices: rows that are not in order (data that were not checked).
    """
    wanted = tuple(dict.fromkeys(symbols))
    begun = data.bars.rows(data.bars.dates <= sessions[-1]).only(wanted).symbols
    bars = data.bars.only(begun)
    _refuse_disorder(bars)
    where = _aligned(bars, sessions)
    status = _status(data, bars, where, sessions)
    start = sessions[0] if rates_from is None else rates_from
    priced = (status != Status.UNLISTED) & (status != Status.ENDED)
    rates = find_rates(data.fx, bars, sessions, priced, start, fx, home_currency)
    untold = _untold(data, bars)
    actions = (one for name in bars.symbols for one in data.actions.get(name, ()))
    scale = np.where(rates.local, 1.0, rates.grid)
    scale = np.where(status == Status.ENDED, np.nan, scale)
    panel = PricePanel(
        calendar=calendar,
        sessions=sessions,
        symbols=bars.symbols,
        **_grids(bars, where, _adjusted(data, bars, untold), scale),
        status=status,
        rate=rates.grid,
        currencies=bars.currencies,
        in_home_currency=~rates.local,
        adjusted_only=bars.adjusted,
        tables=bars.tables,
        instruments=tuple(_instrument(data, name) for name in bars.symbols),
        actions=tuple(one for one in actions if sessions[0] <= one.ex_date <= sessions[-1]),
        shares=tuple(data.shares.get(name) for name in bars.symbols),
        missing=tuple(symbol for symbol in wanted if symbol not in begun),
        source=data.source,
        notes=(
            *data.notes,
            *_factor_notes(bars, untold),
            *_delisted_notes(bars.symbols, status),
            *rates.notes,
        ),
        digest="",
        successions=tuple(one for one in data.successions if one.symbol in bars.symbols),
    )
    content = {name: value for name, value in vars(panel).items() if name not in _NOT_CONTENT}
    return replace(panel, digest=content_digest(content))


@dataclass(frozen=True)
class Alignment:
    """Where R rows belong on T sessions: on the day itself, or at the next session (as of)."""

    row: NDArray[np.intp]  # (R,) first session on or after the row's date; T when beyond the last
    exact: NDArray[np.bool_]  # (R,) the row's date is that session
    column: NDArray[np.intp]  # (R,) whose row it is
    shape: tuple[int, int]

    def on_the_day(self, values: Floats) -> Floats:
        """(T, N) the values of bars dated on the session, NaN elsewhere."""
        grid = np.full(self.shape, np.nan)
        grid[self.row[self.exact], self.column[self.exact]] = values[self.exact]
        return grid

    def traded(self) -> NDArray[np.bool_]:
        """(T, N) whether there is a bar of that very session."""
        grid = np.zeros(self.shape, dtype=np.bool_)
        grid[self.row[self.exact], self.column[self.exact]] = True
        return grid

    def as_of(self, values: Floats) -> Floats:
        """(T, N) the value of the last bar on or before the session, NaN before the first bar.

        A NaN among the values is a value: it is carried too.
        """
        sources = self._last_row()
        grid = np.full(self.shape, np.nan)
        known = sources >= 0
        grid[known] = values[sources[known]]
        return grid

    def _last_row(self) -> NDArray[np.intp]:
        """(T, N) number of the last long row on or before the session, -1 when there is none."""
        sources = np.full(self.shape, -1)
        within = self.row < self.shape[0]
        # Rows ascend within a security, so of several days that fall on one session (those while
        # the home exchange was shut) the latest has the largest number.
        np.maximum.at(sources, (self.row[within], self.column[within]), np.flatnonzero(within))
        return np.maximum.accumulate(sources, axis=0)


def _aligned(bars: Bars, sessions: Dates) -> Alignment:
    """Place rows, in date order, on the sessions; those before the first count as known at it."""
    row = np.searchsorted(sessions, bars.dates)
    inside = row < len(sessions)
    exact = np.zeros(len(row), dtype=np.bool_)
    exact[inside] = sessions[row[inside]] == bars.dates[inside]
    return Alignment(row, exact, bars.code, (len(sessions), len(bars.symbols)))


def content_digest(content: Mapping[str, object]) -> str:
    """sha256 over named arrays and plain values, in the order of their names.

    Arrays count by kind, shape and little-endian values; every NaN is the same NaN and -0.0 is
    0.0. Other values (texts, flags, tuples of dataclasses) count by what they contain.
    """
    digest = hashlib.sha256()
    for name in sorted(content):
        digest.update(f"{name}\n".encode())
        _feed(digest, content[name])
    return digest.hexdigest()


def _feed(digest: hashlib._Hash, value: object) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.kind}{value.shape}\n".encode())
        digest.update(np.ascontiguousarray(_canonical(value)).data)
    elif isinstance(value, tuple):
        digest.update(f"({len(value)}\n".encode())
        for part in value:
            _feed(digest, part)
    elif hasattr(value, "__dataclass_fields__"):
        for field in value.__dataclass_fields__:
            digest.update(f"{field}\n".encode())
            _feed(digest, getattr(value, field))
    else:
        digest.update(f"{value!s}\n".encode())


def _canonical(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind == "M":
        return array.astype("datetime64[D]").astype("<i8")
    if array.dtype.kind == "f":
        return np.where(np.isnan(array), np.nan, array + 0.0).astype("<f8")
    return array.astype(array.dtype.newbyteorder("<"))


def origin_of(data: MarketData, panels: Iterable[PricePanel]) -> Note:
    """The source, its tables or vendors, and the days of ``panels`` up to the last with a bar.

    A source that knows better (the sample of record) says so itself.
    """
    if data.origin is not None:
        return data.origin
    used = list(panels)
    kind = VENDORS if data.source in ("auto", "akshare", "yfinance") else OWN_TABLES
    return kind(
        tables=listing(sorted({table for panel in used for table in panel.tables}) or ["–"]),
        first=str(min(panel.sessions[0] for panel in used)),
        last=str(max(map(_last_bar, used))),
    )


def _last_bar(panel: PricePanel) -> np.datetime64:
    rows = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    last: np.datetime64 = panel.sessions[rows[-1] if rows.size else -1]
    return last


def _grids(bars: Bars, where: Alignment, adjusted: Adjusted, scale: Floats) -> dict[str, Floats]:
    """(T, N) prices by their names in a panel; ``scale`` (T, N) turns them into home currency."""
    hidden = bars.per_row(bars.adjusted)
    raw = {name: np.where(hidden, np.nan, getattr(bars, name)) for name in COLUMNS[:-1]}
    return {
        **{name: where.on_the_day(column) for name, column in raw.items()},
        "reference": where.on_the_day(adjusted.reference),
        "total": where.as_of(adjusted.total) * scale,
        "price": where.as_of(adjusted.price) * scale,
        "breaks": where.as_of(adjusted.breaks),
    }


def _refuse_disorder(bars: Bars) -> None:
    later = np.append(True, bars.dates[1:] > bars.dates[:-1])[: len(bars)]
    wrong = np.flatnonzero(~(later | bars.first))
    if wrong.size:
        told = listing(
            message("row-not-after", symbol=bars.symbols[bars.code[at]], date=bars.dates[at])
            for at in wrong[:20]
        )
        raise BadPrices(count=wrong.size, listing=told)


def _adjusted(data: MarketData, bars: Bars, untold: Flags) -> Adjusted:
    """Every security adjusted on its own rows, (R,) each."""
    found = Adjusted(*(np.full(len(bars), np.nan) for _ in fields(Adjusted)))
    for number, symbol in enumerate(bars.parsed):
        own = bars.own(number)
        close = bars.close[own]
        if bars.adjusted[number]:
            found.total[own] = close
            continue
        one = adjust(
            bars.dates[own],
            close,
            bars.factor[own] if bars.has_factor[number] else None,
            data.actions.get(symbol.canonical, ()),
            fen=symbol.calendar == "XSHG",
        )
        found.total[own], found.reference[own] = one.total, one.reference
        if not untold[number]:
            found.price[own], found.breaks[own] = one.price, one.breaks
    for succession in data.successions:
        # Its first session has no previous close of its own.
        if succession.symbol in bars.symbols:
            number = bars.symbols.index(succession.symbol)
            first = bars.per_row(np.arange(len(bars.symbols)) == number)
            found.reference[first & (bars.dates == succession.since)] = np.nan
    return found


def _untold(data: MarketData, bars: Bars) -> Flags:
    """(N,) whether nothing tells of a share's dividends and share changes: no factor, no actions.

    The closes may or may not hold them already, so what its price return would be is unknown.
    """
    told = [
        data.has_actions or symbol.kind == "index" or bool(data.actions.get(symbol.canonical))
        for symbol in bars.parsed
    ]
    untold: Flags = ~(bars.has_factor | bars.adjusted | np.array(told, dtype=np.bool_))
    return untold


def _status(data: MarketData, bars: Bars, where: Alignment, sessions: Dates) -> NDArray[np.int8]:
    """(T, N) :class:`Status` of every cell."""
    traded = where.traded()
    status = np.full(traded.shape, Status.SUSPENDED, dtype=np.int8)
    ends, of_indexes = known_ends(data), index_ends(data.bars)
    shut = {name: ~calendar_named(name).are_sessions(sessions) for name in ("XSHG", "XHKG")}
    firsts, lasts = bars.dates[bars.edges[:-1]], bars.dates[bars.edges[1:] - 1]
    for column, symbol in enumerate(bars.parsed):
        status[shut[symbol.calendar], column] = Status.CLOSED
        own = of_indexes if symbol.kind == "index" else ends
        end = own[bars.tables[column], symbol.calendar]
        delisted = _instrument(data, symbol.canonical).delisted
        status[sessions > max(end, delisted or end), column] = Status.ENDED
        if delisted is not None:
            status[sessions > max(delisted, lasts[column]), column] = Status.DELISTED
        status[sessions < firsts[column], column] = Status.UNLISTED
    status[traded] = Status.TRADED
    return status


def _factor_notes(bars: Bars, untold: Flags) -> list[Note]:
    names = [symbol for symbol, alone in zip(bars.symbols, untold, strict=True) if alone]
    return [NO_FACTOR(symbols=listing(names))] if names else []


def _delisted_notes(symbols: Sequence[str], status: NDArray[np.int8]) -> list[Note]:
    """Shares that were delisted by the last session: cash, though a holder may have got shares."""
    gone = np.flatnonzero((status == Status.DELISTED).any(axis=0))
    names = listing(symbols[column] for column in gone.tolist())
    return [DELISTED_AS_CASH(symbols=names)] if gone.size else []


def _instrument(data: MarketData, symbol: str) -> Instrument:
    return data.instruments.get(symbol, Instrument(symbol=symbol))
