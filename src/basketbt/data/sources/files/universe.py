"""The whole market from one adjusted table: a matrix of closes, and one of volumes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Dates, Floats, PriceRequest, UniverseCloses
from basketbt.data.sources.files.arrow import coded, taken, to_days, to_numbers
from basketbt.data.sources.files.codes import bare, canonical, one_meaning, read_from
from basketbt.data.sources.files.formats import TableFile, read_in_parts
from basketbt.data.sources.files.headers import find_columns
from basketbt.data.sources.files.spec import TableSpec
from basketbt.data.sources.files.wide import Cells, read_cells
from basketbt.market.indexes import EQUAL_MARKET
from basketbt.market.symbols import parse_symbol

#: Fewer shares than this are a selection, whose mean is not the market's.
FEWEST_OF_A_MARKET = 1000


def read_universe(
    table: TableFile, spec: TableSpec, request: PriceRequest
) -> UniverseCloses | None:
    """Closes and volumes of all mainland shares of a tidy table within the range; None without any.

    A close that is not above zero counts as missing; of two rows for one share and day the later
    one counts. Raises ``InvalidFile``.
    """
    columns = find_columns(table.headers, spec.kind, spec.columns, spec.path)
    day, code, close = (columns[field].header for field in ("date", "symbol", "close"))
    fields = [close, *(columns[field].header for field in ("volume",) if field in columns)]
    symbols: dict[str, int] = {}
    parts: list[list[Cells]] = []
    line = table.first_line
    for part in read_in_parts(table, [day, code, *fields], text=[day, code]):
        lines = np.arange(part.num_rows) + line
        line += part.num_rows
        days = to_days(part[day], day, spec.path, lines)
        position = _positions(part[code], symbols, spec.path)
        kept = np.flatnonzero((position >= 0) & (days >= request.start) & (days <= request.end))
        cells = []
        for field in fields:
            column = taken(part.select([field]), kept).column(0)
            numbers = to_numbers(column, field, spec.path, lines[kept])
            cells.append((position[kept], days[kept], numbers))
        parts.append(cells)
    return _market(symbols, list(zip(*parts, strict=True)), spec.path)


def read_wide_universe(
    table: TableFile, path: str, volumes: TableFile | None = None, beside: str = ""
) -> UniverseCloses:
    """The market of a wide table whose headers are canonical symbols, without industries.

    ``volumes`` is a table of the same form at the path ``beside``. Raises ``ValueError`` for a
    table without a close, ``InvalidFile`` for one that is none.
    """
    symbols = {symbol: number for number, symbol in enumerate(table.headers[1:])}
    fields = [[read_cells(table, path, symbols)]]
    if volumes is not None:
        fields.append([read_cells(volumes, beside, symbols)])
    found = _market(symbols, fields, path)
    if found is None:
        raise ValueError(f"{path} has no close")
    return found


def equal_market(universe: UniverseCloses) -> Bars | None:
    """The equal-weighted market as an index: the mean one-session return, chained from 1000.

    A share counts on a day if it has a close there and on the day before; a day without any such
    share ends the levels. None for fewer than ``FEWEST_OF_A_MARKET`` shares.
    """
    if len(universe.symbols) < FEWEST_OF_A_MARKET:
        return None
    moved = universe.close[1:] / universe.close[:-1]
    counted = np.isfinite(moved)
    number = counted.sum(axis=1)
    mean = np.where(counted, moved, 0.0).sum(axis=1) / np.where(number > 0, number, np.nan)
    level = 1000.0 * np.cumprod(np.append(1.0, mean))
    known = np.isfinite(level)
    return Bars.single(
        EQUAL_MARKET, universe.dates[known], {"close": level[known]}, table=universe.table
    )


def _positions(column: pa.ChunkedArray, found: dict[str, int], path: str) -> NDArray[np.intp]:
    """Where each row's code stands among the mainland shares ``found`` so far; -1: nowhere."""
    texts, numbers = coded(column)
    whose = np.full(len(texts) + 1, -1, dtype=np.intp)  # the last for an empty cell, number -1
    for number, text in enumerate(texts):
        word = bare(text)
        if word.isdigit():
            with read_from(path):
                known = one_meaning(word)
        else:
            symbol = canonical(word)
            known = parse_symbol(symbol) if symbol else None
        if known and known.kind == "share" and known.board != "hk":
            whose[number] = found.setdefault(known.canonical, len(found))
    return whose[numbers]


def _market(
    symbols: dict[str, int], fields: Sequence[Sequence[Cells]], table: str
) -> UniverseCloses | None:
    """Closes, and volumes where they are the second of the ``fields``; None without rows."""
    if not fields or not sum(days.size for _, days, _ in fields[0]):
        return None
    days = np.concatenate([days for _, days, _ in fields[0]])
    first = days.min()
    present = np.bincount((days - first).astype(np.int64)) > 0  # dense: count, do not sort
    dates = first + np.flatnonzero(present)
    close, *others = (_matrix(len(symbols), parts, dates) for parts in fields)
    return UniverseCloses(
        symbols=tuple(symbols),
        dates=dates,
        close=close,
        industry=(None,) * len(symbols),
        table=table,
        volume=others[0] if others else None,
    )


def _matrix(count: int, parts: Sequence[Cells], dates: Dates) -> Floats:
    """Rows of one field as a matrix over the dates. Of two rows for one share and day the later
    one counts; what is not above zero is missing."""
    position, days, values = map(np.concatenate, zip(*parts, strict=True))
    # days are dense: look them up instead of sorting
    row = np.zeros(int((dates[-1] - dates[0]).astype(np.int64)) + 1, dtype=np.int64)
    row[(dates - dates[0]).astype(np.int64)] = np.arange(len(dates))
    offset = (days - dates[0]).astype(np.int64)
    found = np.full((len(dates), count), np.nan)
    found[row[offset], position] = np.where(values > 0, values, np.nan)
    return found
