"""What a price source hands over, before anything is aligned or checked.

A source (``prices/sources/``) answers one :class:`PriceRequest` with one :class:`MarketData`.
Everything in it is as the vendor or file gave it, in declared units: prices in the currency of
the listing, volume in shares, amount in currency units (not 10k), dates as exchange sessions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from basketbt.notes import Note

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]

_NAMED = 12  # codes that a message names before "and n more"


@dataclass(frozen=True, kw_only=True)
class SymbolBars:
    """The daily history of one security, one row a session on which it traded.

    Arrays share one length; ``open``, ``high``, ``low``, ``volume`` and ``amount`` may hold NaN
    where the source has none (index tables often carry closes only).

    ``factor`` is the multiplicative total-return factor in force on the session (close x factor
    is a total-return price, up to a constant), or None when the source gives none.
    ``adjusted`` marks a table whose prices are adjusted already and cannot be turned back into
    raw ones; then ``factor`` is None.
    ``table`` names where the rows came from (``bars.parquet``, ``sina``), for notes and manifest.
    """

    symbol: str
    dates: Dates
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    amount: Floats
    factor: Floats | None = None
    adjusted: bool = False
    currency: str = "CNY"
    table: str = ""

    def rows(self, kept: slice | NDArray[np.bool_]) -> SymbolBars:
        """Some of the rows, in their order."""
        return replace(
            self,
            dates=self.dates[kept],
            open=self.open[kept],
            high=self.high[kept],
            low=self.low[kept],
            close=self.close[kept],
            volume=self.volume[kept],
            amount=self.amount[kept],
            factor=None if self.factor is None else self.factor[kept],
        )

    def between(self, first: np.datetime64, last: np.datetime64) -> SymbolBars:
        """The rows of an inclusive range of days, in whatever order they are."""
        return self.rows((self.dates >= first) & (self.dates <= last))


@dataclass(frozen=True, kw_only=True)
class CorporateAction:
    """One ex-date of one share. Ratios are per share held (10送3 is bonus=0.3)."""

    symbol: str
    ex_date: np.datetime64
    cash: float = 0.0
    bonus: float = 0.0
    rights: float = 0.0
    rights_price: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ShareCounts:
    """Shares in force from each effective date on (``dates`` strictly increasing)."""

    symbol: str
    dates: Dates
    total: Floats
    tradable: Floats


@dataclass(frozen=True, kw_only=True)
class FxSeries:
    """Price of one unit of ``base`` in ``quote`` (HKDCNY: CNY for one HKD), by date."""

    base: str
    quote: str
    dates: Dates
    rate: Floats


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
class UniverseCloses:
    """Closes of a whole market, to draw random baskets from: D days x M shares.

    ``close`` is adjusted (a ratio of two of them is a total return) and NaN where a share has no
    bar that day; ``industry`` (M,) is None where unknown.
    """

    symbols: tuple[str, ...]
    dates: Dates
    close: Floats
    industry: tuple[str | None, ...]
    table: str

    def between(self, start: np.datetime64, end: np.datetime64) -> UniverseCloses:
        """The days of an inclusive range."""
        keep = (self.dates >= start) & (self.dates <= end)
        return replace(self, dates=self.dates[keep], close=self.close[keep])


@dataclass(frozen=True, kw_only=True)
class PriceRequest:
    """What a study needs: shares, benchmark indexes, currencies, and an inclusive date range.

    ``universe`` asks also for the closes of every share that the source can give as one table; a
    source that has none leaves ``MarketData.universe`` None.
    """

    symbols: tuple[str, ...]
    indexes: tuple[str, ...]
    start: np.datetime64
    end: np.datetime64
    fx: tuple[str, ...] = ()  # "HKDCNY"
    universe: bool = False

    def lacks(self, wanted: PriceRequest) -> tuple[str, ...]:
        """What ``wanted`` asks for beyond this request, in words; empty when nothing is."""
        held = {*self.symbols, *self.indexes, *self.fx}
        names = dict.fromkeys((*wanted.symbols, *wanted.indexes, *wanted.fx))
        unknown = [name for name in names if name not in held]
        day = np.timedelta64(1, "D")
        found = []
        if unknown:
            more = [f"and {len(unknown) - _NAMED} more"] if len(unknown) > _NAMED else []
            found.append(", ".join([*unknown[:_NAMED], *more]))
        if wanted.start < self.start:
            found.append(f"the days from {wanted.start} to {self.start - day}")
        if wanted.end > self.end:
            found.append(f"the days from {self.end + day} to {wanted.end}")
        if wanted.universe and not self.universe:
            found.append("the market to draw random baskets from")
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class MarketData:
    """Everything a source knew of a request. A symbol it lacks is simply not in ``bars``."""

    source: str
    bars: Mapping[str, SymbolBars]
    actions: Mapping[str, tuple[CorporateAction, ...]] = field(default_factory=dict)
    shares: Mapping[str, ShareCounts] = field(default_factory=dict)
    fx: Mapping[str, FxSeries] = field(default_factory=dict)  # keyed "HKDCNY"
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    has_actions: bool = False  # an actions table was given, so "no row" means "no action"
    origin: Note | None = None  # where the prices are from, where more than the source's name says
    notes: tuple[Note, ...] = ()
    universe: UniverseCloses | None = None


class PriceSource(Protocol):
    """One place prices come from. It raises a ``DataError`` or ``InputError``, never others."""

    @property
    def name(self) -> str: ...

    def load(self, request: PriceRequest) -> MarketData: ...
