"""What a price source hands over, before anything is aligned or checked.

A source (``data/sources/``) answers one :class:`PriceRequest` with one :class:`MarketData`.
Everything in it is as the vendor or file gave it, in declared units: prices in the currency of
the listing, volume in shares, amount in currency units (not 10k), dates as exchange sessions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from basketbt.market.limits import ex_price
from basketbt.market.symbols import Symbol, parse_symbol
from basketbt.notes import Note, Worded, listing, message

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PRICES = ("open", "high", "low", "close")
COLUMNS = (*PRICES, "volume", "amount", "factor")
RATIOS = ("cash", "bonus", "rights", "rights_price")  # of a corporate action

_NAMED = 12  # codes that a message names before "and n more"


@dataclass(frozen=True, kw_only=True, eq=False)
class Bars:
    """The daily history of N securities as one long table of R rows: a security's rows stand
    together, in the order of ``symbols``.

    What a source gives is in whatever order its tables have within a security, and unchecked;
    ``validation.check`` puts it into date order. ``open``, ``high``, ``low``, ``volume`` and
    ``amount`` may hold NaN where the source has none (index tables often carry closes only).

    ``factor`` is the multiplicative total-return factor in force on the session (close x factor
    is a total-return price, up to a constant), NaN throughout for a security that has none.
    """

    symbols: tuple[str, ...]  # N, each with a row, but for one vendor's empty answer
    code: NDArray[np.intp]  # (R,) whose row it is: a position in ``symbols``
    dates: Dates  # (R,)
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    amount: Floats
    factor: Floats
    adjusted: Flags  # (N,) prices that are adjusted already and cannot be turned back; no factor
    currencies: tuple[str, ...]  # N, of the listing
    tables: tuple[str, ...]  # N, where the rows came from (bars.parquet, sina), for notes

    @classmethod
    def single(
        cls,
        symbol: str,
        dates: Dates,
        columns: Mapping[str, Floats],
        *,
        adjusted: bool = False,
        currency: str = "CNY",
        table: str = "",
    ) -> Bars:
        """The table of one security. A column that is not given is NaN throughout."""
        empty = np.full(len(dates), np.nan)
        return cls(
            symbols=(symbol,),
            code=np.zeros(len(dates), dtype=np.intp),
            dates=dates,
            **{name: columns.get(name, empty) for name in COLUMNS},
            adjusted=np.array([adjusted]),
            currencies=(currency,),
            tables=(table,),
        )

    @classmethod
    def joined(cls, parts: Iterable[Bars]) -> Bars:
        """Tables of different securities as one, those of the first part first."""
        parts = tuple(parts)
        if len(parts) == 1:
            return parts[0]
        starts = np.cumsum([0, *(len(part.symbols) for part in parts)])
        codes = [part.code + start for part, start in zip(parts, starts, strict=False)]

        def column(name: str, kind: str = "f8") -> NDArray[Any]:
            return np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in parts)])

        return cls(
            symbols=tuple(symbol for part in parts for symbol in part.symbols),
            code=np.concatenate([np.empty(0, np.intp), *codes]),
            dates=column("dates", "M8[D]"),
            **{name: column(name) for name in COLUMNS},
            adjusted=column("adjusted", "?"),
            currencies=tuple(currency for part in parts for currency in part.currencies),
            tables=tuple(table for part in parts for table in part.tables),
        )

    def __len__(self) -> int:
        return len(self.dates)

    @cached_property
    def edges(self) -> NDArray[np.intp]:
        """(N + 1,) where each security's rows begin; the last is R."""
        edges: NDArray[np.intp] = np.searchsorted(self.code, np.arange(len(self.symbols) + 1))
        return edges

    def own(self, number: int) -> slice:
        """The rows of one security, by its position."""
        return slice(self.edges[number], self.edges[number + 1])

    @cached_property
    def first(self) -> Flags:
        """(R,) the first row of each security."""
        return np.append(True, self.code[1:] != self.code[:-1])[: len(self)]

    @cached_property
    def has_factor(self) -> Flags:
        """(N,) securities with a factor on any row."""
        given = self.code[~np.isnan(self.factor)]
        has: Flags = np.bincount(given, minlength=len(self.symbols)) > 0
        return has

    @cached_property
    def parsed(self) -> tuple[Symbol, ...]:
        """N symbols, with exchange and kind."""
        return tuple(map(parse_symbol, self.symbols))

    def per_row(self, of_security: Sequence[bool] | Flags) -> Flags:
        """(R,) a flag of each security, on its rows."""
        flags: Flags = np.asarray(of_security, dtype=np.bool_)[self.code]
        return flags

    def rows(self, kept: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Bars:
        """Some of the rows, or all of them in another order; of the same securities."""
        names = ("code", "dates", *COLUMNS)
        return replace(self, **{name: getattr(self, name)[kept] for name in names})

    def between(self, first: np.datetime64, last: np.datetime64) -> Bars:
        """The rows of an inclusive range of days, in whatever order they are."""
        return self.rows((self.dates >= first) & (self.dates <= last))

    def only(self, symbols: Iterable[str]) -> Bars:
        """Those of these securities that have a row, in the order given."""
        counts = np.diff(self.edges)
        place = {s: n for n, s in enumerate(self.symbols) if counts[n]}
        kept = [place[symbol] for symbol in symbols if symbol in place]
        if kept == list(range(len(self.symbols))):
            return self
        starts = self.edges[kept]
        rows = [np.arange(a, a + counts[n]) for a, n in zip(starts, kept, strict=True)]
        part = self.rows(np.concatenate([np.empty(0, np.intp), *rows]))
        return replace(
            part,
            symbols=tuple(self.symbols[n] for n in kept),
            code=np.repeat(np.arange(len(kept)), counts[kept]),
            adjusted=self.adjusted[kept],
            currencies=tuple(self.currencies[n] for n in kept),
            tables=tuple(self.tables[n] for n in kept),
        )

    def of(self, symbol: str) -> Bars:
        """The rows of one security; KeyError when there are none."""
        found = self.only([symbol])
        if not found.symbols:
            raise KeyError(symbol)
        return found


@dataclass(frozen=True, kw_only=True)
class CorporateAction:
    """One ex-date of one share. Ratios are per share held (10送3 is bonus=0.3)."""

    symbol: str
    ex_date: np.datetime64
    cash: float = 0.0
    bonus: float = 0.0
    rights: float = 0.0
    rights_price: float = 0.0

    def restated(self, close: float) -> float:
        """What a close before it counts for on the ex-date, unrounded."""
        return ex_price(close, self.cash, self.bonus, self.rights, self.rights_price)


def one_a_day(actions: Iterable[CorporateAction]) -> tuple[CorporateAction, ...]:
    """A share's actions by ex-date; those of one day are one, as the exchange counts them."""
    merged: dict[np.datetime64, CorporateAction] = {}
    for action in sorted(actions, key=lambda action: action.ex_date):
        before = merged.get(action.ex_date)
        if before is not None:
            action = replace(
                action,
                cash=before.cash + action.cash,
                bonus=before.bonus + action.bonus,
                rights=before.rights + action.rights,
                rights_price=max(before.rights_price, action.rights_price),
            )
        merged[action.ex_date] = action
    return tuple(merged.values())


@dataclass(frozen=True, kw_only=True)
class ShareCounts:
    """Shares in force from each effective date on (``dates`` strictly increasing)."""

    symbol: str
    dates: Dates
    total: Floats
    tradable: Floats


@dataclass(frozen=True, kw_only=True)
class MarketValues:
    """What a company was worth on the days of its share counts, to hold these against.

    In whatever unit the table has; ``dates`` ascend.
    """

    dates: Dates
    value: Floats


def is_pair(name: str) -> bool:
    """Whether a name is a currency pair (HKDCNY) and not a security (6682.HK)."""
    return "." not in name


@dataclass(frozen=True, kw_only=True)
class FxSeries:
    """Price of one unit of ``base`` in ``quote`` (HKDCNY: CNY for one HKD), by date."""

    base: str
    quote: str
    dates: Dates
    rate: Floats

    @classmethod
    def of(cls, pair: str, dates: Dates, rate: Floats) -> FxSeries:
        """The series of a pair by its name, HKDCNY."""
        return cls(base=pair[:3], quote=pair[3:], dates=dates, rate=rate)


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """What is known of a security besides its prices; None where the source does not say."""

    symbol: str
    name: str | None = None
    listed: np.datetime64 | None = None
    delisted: np.datetime64 | None = None
    lot: int | None = None
    industry: str | None = None


@dataclass(frozen=True, kw_only=True)
class Succession:
    """From session ``since`` on one share of ``symbol`` stands for ``ratio`` of ``successor``: its
    bars are the successor's at that ratio, and no tick or price limit is of its own."""

    symbol: str
    successor: str
    since: np.datetime64
    ratio: float


@dataclass(frozen=True, kw_only=True)
class UniverseCloses:
    """Closes of a whole market, to set lists beside and to draw others from: D days x M shares.

    ``close`` is adjusted (a ratio of two of them is a total return) and NaN where a share has no
    bar that day; ``industry`` (M,) is None where unknown. ``volume`` (D, M) is adjusted as the
    closes are, so that their product is money; NaN where unknown, None without such a column.
    """

    symbols: tuple[str, ...]
    dates: Dates
    close: Floats
    industry: tuple[str | None, ...]
    table: str
    volume: Floats | None = None

    def between(self, start: np.datetime64, end: np.datetime64) -> UniverseCloses:
        """The days of an inclusive range."""
        keep = (self.dates >= start) & (self.dates <= end)
        volume = None if self.volume is None else self.volume[keep]
        return replace(self, dates=self.dates[keep], close=self.close[keep], volume=volume)


@dataclass(frozen=True, kw_only=True)
class PriceRequest:
    """What a study needs: shares, benchmark indexes, currencies, and an inclusive date range.

    A source that ends before ``end`` still serves, with what is left empty, if it reaches
    ``required``; None: ``end``.
    ``also`` are the shares' other codes and what they were merged into: welcome, not asked for.
    ``universe`` asks also for the closes of every share that the source can give as one table, and
    for the levels of ``EQUAL_MARKET``; a source that has none leaves ``MarketData.universe`` None.
    """

    symbols: tuple[str, ...]
    indexes: tuple[str, ...]
    start: np.datetime64
    end: np.datetime64
    fx: tuple[str, ...] = ()  # "HKDCNY"
    universe: bool = False
    required: np.datetime64 | None = None
    also: tuple[str, ...] = ()

    @classmethod
    def from_data(cls, told: Mapping[str, Any]) -> PriceRequest:
        """What ``as_data`` gave; ``KeyError``, ``ValueError`` or ``TypeError`` on another form."""
        symbols, indexes, fx = (tuple(told[name]) for name in ("symbols", "indexes", "fx"))
        start, end = (np.datetime64(told[name], "D") for name in ("start", "end"))
        return cls(
            symbols=symbols, indexes=indexes, start=start, end=end, fx=fx, universe=told["universe"]
        )

    def as_data(self) -> dict[str, Any]:
        """As JSON holds it: what was asked for, whether or not it had to be there."""
        told = {**vars(self), "start": str(self.start), "end": str(self.end)}
        told["symbols"] = self.shares
        del told["required"], told["also"]
        return told

    @property
    def shares(self) -> tuple[str, ...]:
        """The shares that are asked for, and those that are welcome."""
        return tuple(dict.fromkeys((*self.symbols, *self.also)))

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is asked for by name: securities, then currency pairs."""
        return tuple(dict.fromkeys((*self.symbols, *self.indexes, *self.fx)))

    def lacks(self, wanted: PriceRequest) -> tuple[Worded, ...]:
        """What ``wanted`` asks for beyond this request, in words; empty when nothing is."""
        held = set(self.names)
        unknown = [name for name in wanted.names if name not in held]
        day = np.timedelta64(1, "D")
        found: list[Worded] = []
        if unknown:
            found.append(listing(unknown, most=_NAMED))
        if wanted.start < self.start:
            found.append(
                message("why-the-days-from-to", start=wanted.start, start2=self.start - day)
            )
        last = wanted.end if wanted.required is None else wanted.required
        if last > self.end:
            found.append(message("why-the-days-from-to-2", end=self.end + day, last=last))
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class MarketData:
    """Everything a source knew of a request; a symbol it lacks is not in ``bars.symbols``.

    ``ends``: the last day of the request on which a table has a row of any share, by table and
    calendar, where that may be later than the rows in ``bars`` tell.
    """

    source: str
    bars: Bars
    actions: Mapping[str, tuple[CorporateAction, ...]] = field(default_factory=dict)
    shares: Mapping[str, ShareCounts] = field(default_factory=dict)
    market_values: Mapping[str, MarketValues] = field(default_factory=dict)
    fx: Mapping[str, FxSeries] = field(default_factory=dict)  # keyed "HKDCNY"
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    has_actions: bool = False  # an actions table was given, so "no row" means "no action"
    origin: Note | None = None  # where the prices are from, where more than the source's name says
    notes: tuple[Note, ...] = ()
    universe: UniverseCloses | None = None
    ends: Mapping[tuple[str, str], np.datetime64] = field(default_factory=dict)
    successions: tuple[Succession, ...] = ()


class PriceSource(Protocol):
    """One place prices come from. It raises a ``DataError`` or ``InputError``, never others."""

    @property
    def name(self) -> str: ...

    def load(self, request: PriceRequest) -> MarketData: ...
