"""The tables of a lock: market data as CSV texts and a manifest, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from basketbt.notes import as_data, note_from
from basketbt.prices.data import (
    CorporateAction,
    Dates,
    Floats,
    FxSeries,
    Instrument,
    MarketData,
    PriceRequest,
    ShareCounts,
    SymbolBars,
)
from basketbt.prices.lockuniverse import FILE as UNIVERSE
from basketbt.prices.lockuniverse import universe_from, universe_text

_FIELDS = ("open", "high", "low", "close", "volume", "amount")
_ACTION = ("cash", "bonus", "rights", "rights_price")
T = TypeVar("T")
Rows = list[list[str]]


def tables_of(data: MarketData, request: PriceRequest) -> tuple[dict[str, str], dict[str, Any]]:
    """CSV texts by file name, in order, and the manifest's own part.

    Only what the request names is kept, however much more the source held.
    """
    names = [n for n in dict.fromkeys((*request.symbols, *request.indexes)) if n in data.bars]
    files = {f"bars/{name}.csv": _bars_text(data.bars[name]) for name in names}
    files["actions.csv"] = _text(
        ("symbol", "ex_date", *_ACTION),
        (
            (name, str(action.ex_date), *(_cell(getattr(action, field)) for field in _ACTION))
            for name in names
            for action in data.actions.get(name, ())
        ),
    )
    files["shares.csv"] = _text(
        ("symbol", "date", "total", "tradable"),
        (
            (name, *row)
            for name in names
            if name in data.shares
            for row in _columns(
                data.shares[name].dates, data.shares[name].total, data.shares[name].tradable
            )
        ),
    )
    files["fx.csv"] = _text(
        ("pair", "date", "rate"),
        (
            (pair, *row)
            for pair in request.fx
            if pair in data.fx
            for row in _columns(data.fx[pair].dates, data.fx[pair].rate)
        ),
    )
    files["instruments.csv"] = _text(
        ("symbol", "name", "listed", "delisted", "lot", "industry"),
        (_instrument_row(data.instruments[n]) for n in names if n in data.instruments),
    )
    if request.universe and data.universe is not None:
        files[UNIVERSE] = universe_text(data.universe)
    return dict(sorted(files.items())), _manifest(data, request, names)


def tables_from(
    manifest: Mapping[str, Any], files: Mapping[str, str]
) -> tuple[MarketData, PriceRequest]:
    """The market data and the request that a lock was made from.

    Raises ``KeyError``, ``ValueError``, ``TypeError`` or ``IndexError`` on anything unexpected.
    """
    symbols = manifest["symbols"]
    data = MarketData(
        source=manifest["source"],
        bars={name: _bars(name, symbols[name], files[f"bars/{name}.csv"]) for name in symbols},
        actions=_grouped(files["actions.csv"], _actions),
        shares=_grouped(files["shares.csv"], _shares),
        fx=_grouped(files["fx.csv"], _fx),
        instruments={row[0]: _instrument(row) for row in _rows(files["instruments.csv"])},
        has_actions=manifest["has_actions"],
        origin=note_from(manifest["origin"]) if manifest.get("origin") else None,
        notes=tuple(note_from(entry) for entry in manifest["notes"]),
        universe=(
            universe_from(files[UNIVERSE], manifest["universe"]) if UNIVERSE in files else None
        ),
    )
    wanted = manifest["request"]
    request = PriceRequest(
        symbols=tuple(wanted["symbols"]),
        indexes=tuple(wanted["indexes"]),
        start=np.datetime64(wanted["start"], "D"),
        end=np.datetime64(wanted["end"], "D"),
        fx=tuple(wanted["fx"]),
        universe=wanted["universe"],
    )
    return data, request


def _manifest(data: MarketData, request: PriceRequest, names: Sequence[str]) -> dict[str, Any]:
    return {
        "source": data.source,
        "origin": as_data(data.origin) if data.origin else None,
        "has_actions": data.has_actions,
        "request": {
            "symbols": list(request.symbols),
            "indexes": list(request.indexes),
            "start": str(request.start),
            "end": str(request.end),
            "fx": list(request.fx),
            "universe": request.universe,
        },
        "universe": data.universe.table if data.universe is not None else "",
        "symbols": {
            name: {
                "currency": data.bars[name].currency,
                "adjusted": data.bars[name].adjusted,
                "table": data.bars[name].table,
            }
            for name in names
        },
        "notes": [as_data(note) for note in data.notes],
    }


# --- writing ---------------------------------------------------------------------------------


def _bars_text(bars: SymbolBars) -> str:
    columns = [getattr(bars, name) for name in _FIELDS]
    header = ["date", *_FIELDS]
    if bars.factor is not None:
        columns.append(bars.factor)
        header.append("factor")
    return _text(header, _columns(bars.dates, *columns))


def _columns(dates: Dates, *columns: Floats) -> Iterable[tuple[str, ...]]:
    days = np.datetime_as_string(dates, unit="D").tolist()
    cells = ([_cell(value) for value in column.tolist()] for column in columns)
    return zip(days, *cells, strict=True)


def _cell(value: float) -> str:
    """The fewest digits that give the same double back; empty for NaN."""
    return "" if value != value else repr(float(value))


def _instrument_row(row: Instrument) -> tuple[str, ...]:
    values = (row.symbol, row.name, row.listed, row.delisted, row.lot, row.industry)
    return tuple("" if value is None else str(value) for value in values)


def _text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


# --- reading ---------------------------------------------------------------------------------


def _rows(text: str) -> Rows:
    return list(csv.reader(io.StringIO(text)))[1:]


def _grouped(text: str, build: Callable[[str, Rows], T]) -> dict[str, T]:
    groups: dict[str, Rows] = {}
    for row in _rows(text):
        groups.setdefault(row[0], []).append(row[1:])
    return {name: build(name, rows) for name, rows in groups.items()}


def _bars(name: str, entry: Mapping[str, Any], text: str) -> SymbolBars:
    header = text.partition("\n")[0].split(",")
    rows = _rows(text)
    columns = {field: _floats(rows, at) for at, field in enumerate(header) if at}
    return SymbolBars(
        symbol=name,
        dates=_dates(rows),
        open=columns["open"],
        high=columns["high"],
        low=columns["low"],
        close=columns["close"],
        volume=columns["volume"],
        amount=columns["amount"],
        factor=columns.get("factor"),
        adjusted=entry["adjusted"],
        currency=entry["currency"],
        table=entry["table"],
    )


def _actions(symbol: str, rows: Rows) -> tuple[CorporateAction, ...]:
    return tuple(
        CorporateAction(
            symbol=symbol,
            ex_date=np.datetime64(row[0], "D"),
            cash=float(row[1]),
            bonus=float(row[2]),
            rights=float(row[3]),
            rights_price=float(row[4]),
        )
        for row in rows
    )


def _shares(symbol: str, rows: Rows) -> ShareCounts:
    return ShareCounts(
        symbol=symbol, dates=_dates(rows), total=_floats(rows, 1), tradable=_floats(rows, 2)
    )


def _fx(pair: str, rows: Rows) -> FxSeries:
    return FxSeries(base=pair[:3], quote=pair[3:], dates=_dates(rows), rate=_floats(rows, 1))


def _instrument(row: Sequence[str]) -> Instrument:
    def day(text: str) -> np.datetime64 | None:
        return np.datetime64(text, "D") if text else None

    return Instrument(
        symbol=row[0],
        name=row[1] or None,
        listed=day(row[2]),
        delisted=day(row[3]),
        lot=int(row[4]) if row[4] else None,
        industry=row[5] or None,
    )


def _dates(rows: Rows) -> Dates:
    return np.array([row[0] for row in rows], dtype="datetime64[D]")


def _floats(rows: Rows, at: int) -> Floats:
    return np.array([float(row[at]) if row[at] else np.nan for row in rows], dtype=np.float64)
