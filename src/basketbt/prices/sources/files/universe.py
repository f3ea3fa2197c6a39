"""The whole market from one adjusted table: a matrix of closes and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from basketbt.errors import BadSymbol, InvalidFile, Problem
from basketbt.market.symbols import parse_symbol
from basketbt.prices.data import Dates, Floats, Instrument, PriceRequest, UniverseCloses
from basketbt.prices.sources.files.arrow import coded
from basketbt.prices.sources.files.cells import to_days, to_numbers
from basketbt.prices.sources.files.codes import canonical
from basketbt.prices.sources.files.formats import Table
from basketbt.prices.sources.files.headers import find_columns
from basketbt.prices.sources.files.spec import TableSpec


def read_universe(table: Table, spec: TableSpec, request: PriceRequest) -> UniverseCloses | None:
    """Closes of all mainland shares of a tidy table within the range; None when it has none.

    A close that is not above zero counts as missing; of two rows for one share and day the later
    one counts.

    Raises:
        InvalidFile: columns that cannot be told, a cell that is no date or number, or a code
            without its exchange.
    """
    columns = find_columns(table.headers, spec.kind, spec.columns, spec.path)
    headers = {field: columns[field].header for field in ("date", "symbol", "close")}
    rows = table.read(list(headers.values()), text=[headers["date"], headers["symbol"]])
    lines = np.arange(rows.num_rows) + table.first_line
    texts, numbers = coded(rows[headers["symbol"]])
    symbols, whose = _shares(texts, spec.path)
    position = np.append(whose, -1)[numbers]  # the last one for an empty cell, whose number is -1
    days = to_days(rows[headers["date"]], headers["date"], spec.path, lines)
    keep = (position >= 0) & (days >= request.start) & (days <= request.end)
    if not keep.any():
        return None
    values = to_numbers(rows[headers["close"]], headers["close"], spec.path, lines)
    dates, close = _matrix(days[keep], position[keep], values[keep], len(symbols))
    return UniverseCloses(
        symbols=symbols,
        dates=dates,
        close=close,
        industry=(None,) * len(symbols),
        table=spec.path,
    )


def industries(
    symbols: Sequence[str], instruments: dict[str, Instrument]
) -> tuple[str | None, ...]:
    """(M,) industry of each share, None where no table says it."""
    unknown = Instrument(symbol="")
    return tuple(instruments.get(symbol, unknown).industry for symbol in symbols)


def _shares(texts: Sequence[str], path: str) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The mainland shares among some codes, and where each code stands among them, -1: nowhere."""
    found: dict[str, int] = {}
    whose = np.full(len(texts), -1, dtype=np.intp)
    for number, text in enumerate(texts):
        try:
            symbol = canonical(text)
        except BadSymbol as error:
            raise InvalidFile([Problem(Path(path).name, 1, str(error), error.hint)]) from None
        if symbol is not None and _is_mainland_share(symbol):
            whose[number] = found.setdefault(symbol, len(found))
    return tuple(found), whose


def _is_mainland_share(symbol: str) -> bool:
    known = parse_symbol(symbol)
    return known.kind == "share" and known.board != "hk"


def _matrix(
    days: Dates, position: NDArray[np.intp], values: Floats, shares: int
) -> tuple[Dates, Floats]:
    """The distinct days (D,) in order and the values as (D, M). Days are dense: count, not sort."""
    first = days.min()
    offset = (days - first).astype(np.int64)
    present = np.bincount(offset) > 0
    close = np.full((int(present.sum()), shares), np.nan)
    row = np.cumsum(present) - 1
    close[row[offset], position] = np.where(values > 0, values, np.nan)
    return first + np.flatnonzero(present), close
