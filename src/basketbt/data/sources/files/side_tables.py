"""The tables beside the prices: rates, share counts, corporate actions, instruments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import (
    RATIOS,
    CorporateAction,
    Dates,
    Floats,
    FxSeries,
    Instrument,
    MarketValues,
    PriceRequest,
    ShareCounts,
)
from basketbt.data.sources.files.codes import CodeIndex
from basketbt.data.sources.files.formats import TableFile
from basketbt.data.sources.files.headers import is_date_header
from basketbt.data.sources.files.spec import Kind, TableSpec
from basketbt.data.sources.files.tidy import Fields, read_fields
from basketbt.data.sources.files.wide import read_cells
from basketbt.errors import InvalidFile, Problem
from basketbt.notes import message

_LARGEST_LOT = 1_000_000  # shares; the largest in Hong Kong are some 100,000


class PairIndex(CodeIndex):
    """Currency pairs asked for (``HKDCNY``), found as HKD/CNY, hkdcny or HKDCNY=X too."""

    def position(
        self, text: str, kind: Kind = "fx", exchange: str | None = None, padded: bool = False
    ) -> int:
        """Position of the pair in ``symbols``, or -1."""
        name = "".join(letter for letter in text.upper().partition("=")[0] if letter.isalpha())
        return self.symbols.index(name[:6]) if name[:6] in self.symbols else -1


def read_fx(table: TableFile, spec: TableSpec, request: PriceRequest) -> dict[str, FxSeries]:
    """Rates by pair, up to the last day asked for; in date order. Tidy or wide."""
    pairs = PairIndex(request.fx)
    if is_date_header(table.headers[0]) and spec.layout != "tidy":
        wanted = {name: pairs.position(name) for name in table.headers[1:]}
        wanted = {name: number for name, number in wanted.items() if number >= 0}
        if wanted or spec.layout == "wide":
            return _series(pairs, request, *read_cells(table, spec.path, wanted))
    fields = read_fields(table, spec, pairs)
    rates = fields.numbers("rate")
    days = fields.dated("date", rates, "rate")
    return _series(pairs, request, fields.position, days, rates)


def _series(
    pairs: PairIndex, request: PriceRequest, position: NDArray[np.intp], days: Dates, rates: Floats
) -> dict[str, FxSeries]:
    position = np.where((days <= request.end) & np.isfinite(rates), position, -1)
    return {
        pair: FxSeries.of(pair, days[mine], rates[mine])
        for pair, mine in _each(pairs, position, days)
    }


def _each(
    codes: CodeIndex, position: NDArray[np.intp], days: Dates
) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """The rows of each security that has one with a day, in date order."""
    for number, symbol in enumerate(codes.symbols):
        mine = np.flatnonzero((position == number) & ~np.isnat(days))
        if mine.size:
            yield symbol, mine[np.argsort(days[mine], kind="stable")]


def read_shares(table: TableFile, spec: TableSpec, codes: CodeIndex) -> dict[str, ShareCounts]:
    """Shares in force by effective date, of the securities asked for; not checked."""
    fields = read_fields(table, spec, codes)
    total, tradable = fields.numbers("total"), fields.numbers("tradable")
    days = fields.dated("date", total, "share count")
    return {
        symbol: ShareCounts(
            symbol=symbol, dates=days[mine], total=total[mine], tradable=tradable[mine]
        )
        for symbol, mine in _each(codes, fields.position, days)
    }


def read_market_values(
    table: TableFile, spec: TableSpec, codes: CodeIndex
) -> dict[str, MarketValues]:
    """Market values beside the share counts, of the securities asked for."""
    fields = read_fields(table, spec, codes)
    if "market_value" not in fields.columns:
        return {}
    days, values = fields.days("date"), fields.numbers("market_value")
    return {
        symbol: MarketValues(dates=days[mine], value=values[mine])
        for symbol, mine in _each(codes, fields.position, days)
    }


def read_actions(
    table: TableFile, spec: TableSpec, codes: CodeIndex
) -> dict[str, tuple[CorporateAction, ...]]:
    """Corporate actions by security, in order of their ex-dates; ratios per share held.

    An empty cell is 0. Nothing is checked.
    """
    fields = read_fields(table, spec, codes)
    days = fields.days("date")
    given = {name: fields.numbers(name) for name in RATIOS}
    values = {name: np.where(np.isnan(one), 0.0, one).tolist() for name, one in given.items()}
    return {
        symbol: tuple(
            CorporateAction(
                symbol=symbol, ex_date=days[row], **{name: values[name][row] for name in RATIOS}
            )
            for row in mine
        )
        for symbol, mine in _each(codes, fields.position, days)
    }


def read_instruments(table: TableFile, spec: TableSpec, codes: CodeIndex) -> dict[str, Instrument]:
    """Names, listing dates, lots and industries of the securities asked for.

    Raises ``InvalidFile`` for a lot that is no whole number of shares.
    """
    fields = read_fields(table, spec, codes)
    columns = (
        fields.texts("name"),
        fields.days("listed"),
        fields.days("delisted"),
        _lots(fields),
        fields.texts("industry"),
    )
    found = {}
    rows = zip(fields.position, *columns, strict=True)
    for number, name, listed, delisted, lot, industry in rows:
        symbol = codes.symbols[number]
        found[symbol] = Instrument(
            symbol=symbol,
            name=name,
            listed=None if np.isnat(listed) else listed,
            delisted=None if np.isnat(delisted) else delisted,
            lot=None if np.isnan(lot) else int(lot),
            industry=industry,
        )
    return found


def _lots(fields: Fields) -> Floats:
    lots = fields.numbers("lot")
    possible = (lots >= 1) & (lots <= _LARGEST_LOT) & (lots == np.floor(lots))
    wrong = np.flatnonzero(~(possible | np.isnan(lots)))
    if wrong.size:
        fix = message("do-write-a-whole-number-of")
        raise InvalidFile(
            [
                Problem(
                    fields.path,
                    int(fields.lines[row]),
                    message("why-a-lot-of-shares", lots=lots[row]),
                    fix,
                )
                for row in wrong.tolist()
            ]
        )
    return lots
