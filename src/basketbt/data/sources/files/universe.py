"""The whole market from one adjusted table: a matrix of closes and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats, Instrument, PriceRequest, UniverseCloses
from basketbt.data.sources.files.arrow import coded, taken
from basketbt.data.sources.files.cells import to_days, to_numbers
from basketbt.data.sources.files.codes import canonical
from basketbt.data.sources.files.formats import TableFile, read_in_parts
from basketbt.data.sources.files.headers import find_columns
from basketbt.data.sources.files.spec import TableSpec
from basketbt.data.sources.files.wide import read_cells
from basketbt.errors import BadSymbol, InvalidFile, Problem
from basketbt.market.symbols import parse_symbol


def read_universe(
    table: TableFile, spec: TableSpec, request: PriceRequest
) -> UniverseCloses | None:
    """Closes of all mainland shares of a tidy table within the range; None when it has none.

    A close that is not above zero counts as missing; of two rows for one share and day the later
    one counts.

    Raises:
        InvalidFile: columns that cannot be told, a cell that is no date or number, or a code
            without its exchange.
    """
    columns = find_columns(table.headers, spec.kind, spec.columns, spec.path)
    day, code, close = (columns[field].header for field in ("date", "symbol", "close"))
    market = _Market({}, [], [], [])
    line = table.first_line
    for part in read_in_parts(table, [day, code, close], text=[day, code]):
        lines = np.arange(part.num_rows) + line
        line += part.num_rows
        days = to_days(part[day], day, spec.path, lines)
        position = _positions(part[code], market.symbols, spec.path)
        kept = np.flatnonzero((position >= 0) & (days >= request.start) & (days <= request.end))
        prices = taken(part.select([close]), kept).column(0)
        market.days.append(days[kept])
        market.position.append(position[kept])
        market.closes.append(to_numbers(prices, close, spec.path, lines[kept]))
    return _matrix(market, spec.path)


def read_wide_universe(table: TableFile, path: str) -> UniverseCloses:
    """The market of a wide table whose headers are canonical symbols, without industries.

    Raises ``ValueError`` for a table without a close, ``InvalidFile`` for one that is none.
    """
    symbols = {symbol: number for number, symbol in enumerate(table.headers[1:])}
    position, days, closes = read_cells(table, path, symbols)
    found = _matrix(_Market(symbols, [days], [position], [closes]), path)
    if found is None:
        raise ValueError(f"{path} has no close")
    return found


class _Market(NamedTuple):
    """The rows within the range, a part of the table each; ``symbols`` by first appearance."""

    symbols: dict[str, int]
    days: list[Dates]
    position: list[NDArray[np.intp]]
    closes: list[Floats]


def industries(
    symbols: Sequence[str], instruments: dict[str, Instrument]
) -> tuple[str | None, ...]:
    """(M,) industry of each share, None where no table says it."""
    unknown = Instrument(symbol="")
    return tuple(instruments.get(symbol, unknown).industry for symbol in symbols)


def _positions(column: pa.ChunkedArray, found: dict[str, int], path: str) -> NDArray[np.intp]:
    """Where each row's code stands among the mainland shares ``found`` so far; -1: nowhere."""
    texts, numbers = coded(column)
    whose = np.full(len(texts) + 1, -1, dtype=np.intp)  # the last for an empty cell, number -1
    for number, text in enumerate(texts):
        try:
            symbol = canonical(text)
        except BadSymbol as error:
            raise InvalidFile([Problem(Path(path).name, 1, str(error), error.hint)]) from None
        if symbol is not None and _is_mainland_share(symbol):
            whose[number] = found.setdefault(symbol, len(found))
    return whose[numbers]


def _is_mainland_share(symbol: str) -> bool:
    known = parse_symbol(symbol)
    return known.kind == "share" and known.board != "hk"


def _matrix(market: _Market, table: str) -> UniverseCloses | None:
    """Rows as a matrix over the distinct days; None without rows. Days are dense: count, not sort.

    Of two rows for one share and day the later one counts.
    """
    days, position = np.concatenate(market.days), np.concatenate(market.position)
    if not days.size:
        return None
    values = np.concatenate(market.closes)
    first = days.min()
    offset = (days - first).astype(np.int64)
    present = np.bincount(offset) > 0
    close = np.full((int(present.sum()), len(market.symbols)), np.nan)
    row = np.cumsum(present) - 1
    close[row[offset], position] = np.where(values > 0, values, np.nan)
    return UniverseCloses(
        symbols=tuple(market.symbols),
        dates=first + np.flatnonzero(present),
        close=close,
        industry=(None,) * len(market.symbols),
        table=table,
    )
