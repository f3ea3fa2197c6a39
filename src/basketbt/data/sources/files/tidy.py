"""Tidy tables: a row a security and day (or a row a security), fields in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from basketbt.data.bars import COLUMNS, Bars, Dates, Floats, PriceRequest
from basketbt.data.sources.files.arrow import (
    coded,
    says_halted,
    taken,
    to_days,
    to_numbers,
    to_statuses,
)
from basketbt.data.sources.files.codes import CodeIndex, read_from
from basketbt.data.sources.files.formats import ParquetTable, TableFile
from basketbt.data.sources.files.headers import Column, find_columns
from basketbt.data.sources.files.spec import TableSpec
from basketbt.market.symbols import parse_symbol

_TEXTS = ("symbol", "date", "listed", "delisted", "name", "industry", "quality", "status")


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

    def days(self, field: str) -> Dates:
        """(R,) days; NaT where empty or where the table lacks the field."""
        if field not in self.columns:
            return np.full(len(self.position), np.datetime64("NaT", "D"))
        return to_days(self.rows[field], self.columns[field].header, self.path, self.lines)

    def numbers(self, field: str, scale: float = 1.0) -> Floats:
        """(R,) numbers in our units; ``scale`` counts where the header names no unit."""
        if field not in self.columns:
            return np.full(len(self.position), np.nan)
        column = self.columns[field]
        values = to_numbers(self.rows[field], column.header, self.path, self.lines)
        named = scale if column.scale is None else column.scale
        return values if named == 1.0 else values * named

    def halted(self) -> NDArray[np.bool_]:
        """(R,) rows that say themselves that nothing was traded: by a status, or by 停牌 in place
        of a number.

        Raises ``InvalidFile`` for a status that is none.
        """
        found = np.zeros(len(self.position), dtype=np.bool_)
        for field in self.columns:
            if field == "status":
                found |= to_statuses(
                    self.rows[field], self.columns[field].header, self.path, self.lines
                )
            elif field in COLUMNS:
                found |= says_halted(self.rows[field])
        return found

    def texts(self, field: str) -> list[str | None]:
        """(R,) texts; None where empty or where the table lacks the field."""
        if field not in self.columns:
            return [None] * len(self.position)
        texts: list[str | None] = self.rows[field].cast(pa.string()).to_pylist()
        return texts


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
    else:
        text = [column.header for field, column in columns.items() if field in _TEXTS]
        rows = table.read(headers, text)
    texts, numbers = coded(rows[key])
    position = np.append(_positions(texts, codes, spec.path), -1)[numbers]
    lines = np.ones(rows.num_rows, dtype=np.intp)
    if not isinstance(table, ParquetTable):
        lines = np.flatnonzero(position >= 0)
        rows, position = taken(rows, lines), position[lines]
        lines = lines + table.first_line
    rows = rows.select(headers).rename_columns(list(columns))
    return Fields(rows, columns, position, lines, spec.path)


def _positions(texts: Sequence[str], codes: CodeIndex, path: str) -> NDArray[np.intp]:
    with read_from(path):
        return np.array([codes.position(text) for text in texts], dtype=np.intp)


def read_bars(
    table: TableFile, spec: TableSpec, codes: CodeIndex, request: PriceRequest
) -> tuple[Bars, Bars]:
    """The bars of a tidy table within the range, in shares and currency units.

    And those of them that the table itself marks as suspect.
    """
    fields = read_fields(table, spec, codes)
    days = fields.days("date")
    rows = rows_within(fields.position, days, request)
    columns = {name: fields.numbers(name, spec.scale(name))[rows] for name in COLUMNS}
    halted = fields.halted()[rows]
    for name in ("open", "high", "low"):  # nothing was traded, so there is none
        columns[name] = np.where(halted, np.nan, columns[name])
    columns["volume"] = np.where(halted, 0.0, columns["volume"])
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
