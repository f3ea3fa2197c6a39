"""Tidy tables: a row a security and day (or a row a security), fields in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from basketbt.data.bars import COLUMNS, Bars, Dates, Floats, PriceRequest
from basketbt.data.sources.files.arrow import coded, taken
from basketbt.data.sources.files.cells import to_days, to_numbers, to_texts
from basketbt.data.sources.files.codes import CodeIndex
from basketbt.data.sources.files.formats import ParquetTable, TableFile
from basketbt.data.sources.files.headers import Column, find_columns
from basketbt.data.sources.files.spec import SHARES_PER, YUAN_PER, TableSpec
from basketbt.errors import BadSymbol, InvalidFile, Problem
from basketbt.market.symbols import parse_symbol

_TEXTS = ("symbol", "date", "listed", "delisted", "name", "industry", "quality")


@dataclass(frozen=True)
class Fields:
    """The rows of the securities asked for. Arrow columns by field; ``position`` (R,) says whose.

    ``columns`` tells where each field stood, for its scale and for messages.
    """

    rows: pa.Table
    columns: dict[str, Column]
    position: NDArray[np.intp]
    lines: NDArray[np.intp]  # (R,) line of each row in the file; all 1 for Parquet
    path: str

    def __contains__(self, field: str) -> bool:
        return field in self.columns

    def days(self, field: str) -> Dates:
        """(R,) days; NaT where empty or where the table lacks the field."""
        if field not in self:
            return np.full(len(self.position), np.datetime64("NaT", "D"))
        return to_days(self.rows[field], self.columns[field].header, self.path, self.lines)

    def numbers(self, field: str, scale: float = 1.0) -> Floats:
        """(R,) numbers in our units; ``scale`` counts where the header names no unit."""
        if field not in self:
            return np.full(len(self.position), np.nan)
        column = self.columns[field]
        values = to_numbers(self.rows[field], column.header, self.path, self.lines)
        named = scale if column.scale is None else column.scale
        return values if named == 1.0 else values * named

    def texts(self, field: str) -> list[str | None]:
        """(R,) texts; None where empty or where the table lacks the field."""
        return to_texts(self.rows[field]) if field in self else [None] * len(self.position)


def read_fields(table: TableFile, spec: TableSpec, codes: CodeIndex) -> Fields:
    """The fields of a tidy table, for the securities in ``codes`` only.

    Raises:
        InvalidFile: columns that cannot be told, or a code asked for without its exchange.
    """
    columns = find_columns(table.headers, spec.kind, spec.columns, spec.path)
    headers = [column.header for column in columns.values()]
    key = columns["symbol"].header
    if isinstance(table, ParquetTable):
        rows = table.read_matching(
            headers, key, lambda texts: _positions(texts, codes, spec.path) >= 0
        )
        lines = np.ones(rows.num_rows, dtype=np.intp)
        position = _row_positions(rows[key], codes, spec.path)
    else:
        text = [column.header for field, column in columns.items() if field in _TEXTS]
        rows = table.read(headers, text)
        position = _row_positions(rows[key], codes, spec.path)
        lines = np.flatnonzero(position >= 0)
        rows, position = taken(rows, lines), position[lines]
        lines = lines + table.first_line
    rows = rows.select(headers).rename_columns(list(columns))
    return Fields(rows, columns, position, lines, spec.path)


def _row_positions(column: pa.ChunkedArray, codes: CodeIndex, path: str) -> NDArray[np.intp]:
    """(R,) the position of each row's security, -1 where it was not asked for."""
    texts, numbers = coded(column)
    known = np.append(_positions(texts, codes, path), -1)
    position: NDArray[np.intp] = known[numbers]
    return position


def _positions(texts: Sequence[str], codes: CodeIndex, path: str) -> NDArray[np.intp]:
    try:
        return np.array([codes.position(text) for text in texts], dtype=np.intp)
    except BadSymbol as error:
        raise InvalidFile([Problem(Path(path).name, 1, str(error), error.hint)]) from None


def read_bars(
    table: TableFile, spec: TableSpec, codes: CodeIndex, request: PriceRequest
) -> tuple[Bars, Bars]:
    """The bars of a tidy table within the range, in shares and currency units.

    And those of them that the table itself marks as suspect.
    """
    fields = read_fields(table, spec, codes)
    scales = {
        "volume": SHARES_PER[spec.volume_unit],
        "amount": YUAN_PER[spec.amount_unit],
    }
    days = fields.days("date")
    rows = rows_within(fields.position, days, request)
    columns = {name: fields.numbers(name, scales.get(name, 1.0))[rows] for name in COLUMNS}
    marks = np.array([(text or "").startswith("suspect") for text in fields.texts("quality")])
    bars = bars_of_table(spec, spec.path, codes, fields.position[rows], days[rows], columns)
    return bars, bars.rows(np.flatnonzero(marks[rows]))


def rows_within(code: NDArray[np.intp], days: Dates, request: PriceRequest) -> NDArray[np.intp]:
    """The rows of the range asked for, security after security, each as the table has them.

    Rows without a date are left out.
    """
    inside = np.flatnonzero((days >= request.start) & (days <= request.end))
    return inside[np.argsort(code[inside], kind="stable")]


def bars_of_table(
    spec: TableSpec,
    name: str,
    codes: CodeIndex,
    code: NDArray[np.intp],
    dates: Dates,
    columns: Mapping[str, Floats],
) -> Bars:
    """Rows of one table, security after security; ``name`` is what notes call the table."""
    held, code = np.unique(code, return_inverse=True)
    symbols = tuple(codes.symbols[number] for number in held)
    if spec.adjusted:  # a factor beside adjusted prices would adjust them twice
        columns = {**columns, "factor": np.full(len(dates), np.nan)}
    return Bars(
        symbols=symbols,
        code=code,
        dates=dates,
        **columns,
        adjusted=np.full(len(symbols), spec.adjusted),
        currencies=tuple(spec.currency or parse_symbol(one).currency for one in symbols),
        tables=(name,) * len(symbols),
    )
