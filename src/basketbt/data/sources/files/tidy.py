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
from basketbt.data.sources.files.headers import Column, find_columns, plain
from basketbt.data.sources.files.layouts import Layout, layout_of
from basketbt.data.sources.files.spec import TableSpec
from basketbt.errors import InvalidFile, Problem
from basketbt.market.symbols import parse_symbol
from basketbt.notes import message

_MOST_MONEY = 5e10  # yuan that no share trades on its median day; the market has a trillion

#: Columns that say how the closes came about: the previous close, how far it was moved from, …
EVIDENCE = ("previous", "change", "change_pct", "adjusted_close", "adjustment")
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

    def dated(self, field: str, values: Floats, what: str) -> Dates:
        """(R,) days of a field in which every row with a value must have one.

        Raises ``InvalidFile`` with the first rows that have none: nobody knows what they belong to.
        """
        days = self.days(field)
        lost = np.flatnonzero(np.isnat(days) & np.isfinite(values))
        if lost.size:
            said = f"a row with a {what} ({{:.6g}}) and no date"
            fix = message("do-write-the-day-in-the")
            raise InvalidFile(
                [
                    Problem(self.path, int(self.lines[row]), said.format(values[row]), fix)
                    for row in lost.tolist()
                ]
            )
        return days

    def numbers(self, field: str, scale: float | None = None) -> Floats:
        """(R,) numbers in our units; ``scale`` counts where the header names no unit."""
        if field not in self.columns:
            return np.full(len(self.position), np.nan)
        column = self.columns[field]
        values = to_numbers(self.rows[field], column.header, self.path, self.lines)
        named = column.scale if column.scale is not None else 1.0 if scale is None else scale
        return values if named == 1.0 else values * named

    def halted(self) -> NDArray[np.bool_]:
        """(R,) rows that say themselves that nothing was traded: by a status, by 停牌 in place of a
        number, or by no price at all in a table that has more than closes.

        Raises ``InvalidFile`` for a status that is none.
        """
        found = np.zeros(len(self.position), dtype=np.bool_)
        for field in self.columns:
            if field == "status":
                found |= to_statuses(
                    self.rows[field], self.columns[field].header, self.path, self.lines
                )
            elif field == "paused":
                found |= self.numbers(field) == 1
            elif field in COLUMNS:
                found |= says_halted(self.rows[field])
        held = [field for field in ("close", "open", "high", "low") if field in self.columns]
        if len(held) > 1:
            empty = np.isnan([self.numbers(field) for field in held]).all(axis=0)
            found |= empty & ~(self.numbers("volume") > 0)
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
        rows = table.read_matching(headers, key, lambda texts: _positions(texts, codes, spec) >= 0)
    else:
        text = [column.header for field, column in columns.items() if field in _TEXTS]
        rows = table.read(headers, text)
    texts, numbers = coded(rows[key])
    position = np.append(_positions(texts, codes, spec), -1)[numbers]
    lines = np.ones(rows.num_rows, dtype=np.intp)
    if not isinstance(table, ParquetTable):
        lines = np.flatnonzero(position >= 0)
        rows, position = taken(rows, lines), position[lines]
        lines = lines + table.first_line
    rows = rows.select(headers).rename_columns(list(columns))
    return Fields(rows, columns, position, lines, spec.path)


def _positions(texts: Sequence[str], codes: CodeIndex, spec: TableSpec) -> NDArray[np.intp]:
    with read_from(spec.path):
        return np.array(codes.positions(texts, spec.kind, spec.exchange), dtype=np.intp)


@dataclass(frozen=True)
class BarRows:
    """Bars as a table has them, (R,) each; which are suspect by its own word; what it says beside
    them of how its closes came about, by ``EVIDENCE``, NaN where it says nothing."""

    bars: Bars
    suspect: NDArray[np.bool_]
    evidence: Mapping[str, Floats]
    layout: Layout | None = None
    titles: tuple[str, ...] = ()  # and the header of the closes: 收盘价 [复权方式] 前复权
    units: tuple[float, float] = (1.0, 1.0)  # shares and yuan in one of the table's


def read_bars(
    table: TableFile, spec: TableSpec, codes: CodeIndex, request: PriceRequest
) -> BarRows:
    """The bars of a tidy table within the range, in shares and currency units."""
    fields = read_fields(table, spec, codes)
    columns_of = fields.columns
    layout = layout_of(plain(header)[0] for header in table.headers)
    days = fields.dated("date", fields.numbers("close"), "close")
    _refuse_strays(fields, days, request)
    rows = rows_within(fields.position, days, request)
    columns = {name: fields.numbers(name, spec.scale(name))[rows] for name in COLUMNS}
    units = {name: _scale(fields, name, spec) for name in ("volume", "amount")}
    if layout is not None:
        for name, unit in _vendors_units(columns, fields, spec, layout).items():
            columns[name], units[name] = columns[name] * unit, units[name] * unit
    halted = fields.halted()[rows]
    for name in ("open", "high", "low"):  # nothing was traded, so there is none
        columns[name] = np.where(halted, np.nan, columns[name])
    columns["volume"] = np.where(halted, 0.0, columns["volume"])
    said = [(text or "").startswith("suspect") for text in fields.texts("quality")]
    marks = np.array(said, dtype=np.bool_)
    bars = bars_of_table(spec, spec.table, codes, fields.position[rows], days[rows], columns)
    evidence = {name: fields.numbers(name)[rows] for name in EVIDENCE if name in fields.columns}
    titles = (*table.titles, columns_of["close"].header if "close" in columns_of else "")
    scales = units["volume"], units["amount"]
    return BarRows(bars, marks[rows], evidence, layout, titles, scales)


def _refuse_strays(fields: Fields, days: Dates, request: PriceRequest) -> None:
    """Raise ``InvalidFile`` for days far from those of the rows above and below them.

    Such a row would be left out as outside the range, and its session told as a suspension. Only
    tables in date order show it.
    """
    order = np.argsort(fields.position, kind="stable")
    whose, ordered = fields.position[order], days[order]
    outside = (ordered < request.start) | (ordered > request.end)
    stray = np.zeros(len(order), dtype=np.bool_)
    one_share = (whose[1:-1] == whose[:-2]) & (whose[1:-1] == whose[2:])
    stray[1:-1] = one_share & outside[1:-1] & ~outside[:-2] & ~outside[2:]
    if not stray.any():
        return
    later = np.diff(ordered[~stray]).astype(np.int64)[np.diff(whose[~stray]) == 0]
    if (later >= 0).all() or (later <= 0).all():
        fix = message("do-write-the-right-day-the")
        raise InvalidFile(
            [
                Problem(
                    fields.path,
                    int(fields.lines[row]),
                    message("why-stands-out-of-line", days=days[row]),
                    fix,
                )
                for row in order[stray].tolist()
            ]
        )


def _scale(fields: Fields, name: str, spec: TableSpec) -> float:
    """Our units for one of a column's, as its header or the user says."""
    column = fields.columns.get(name)
    named = None if column is None else column.scale
    return named if named is not None else spec.scale(name) or 1.0


def _vendors_units(
    columns: dict[str, Floats], fields: Fields, spec: TableSpec, layout: Layout
) -> dict[str, float]:
    """Shares and yuan in one of the vendor's units, where neither a header nor the user names one.

    Of units that the vendor is known to use, those for which amount / (volume x close) is about 1
    in the median; where none is, or nothing tells, the first.
    """

    def possible(field: str, units: tuple[float, ...]) -> tuple[float, ...]:
        column = fields.columns.get(field)
        named = column is None or column.scale is not None or spec.scale(field) is not None
        return (1.0,) if named else units

    choices = [
        (shares, yuan)
        for shares in possible("volume", layout.volume)
        for yuan in possible("amount", layout.amount)
    ]
    chosen = choices[0]
    if len(choices) > 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = columns["amount"] / (columns["volume"] * columns["close"])
        ratio = ratio[np.isfinite(ratio) & (ratio > 0)]
        middle = float(np.median(ratio)) if ratio.size else np.nan
        money = columns["amount"][columns["amount"] > 0]
        most = _MOST_MONEY / float(np.median(money)) if money.size else np.inf
        fitting = [one for one in choices if 0.5 < middle * one[1] / one[0] < 2.0 and one[1] < most]
        chosen = fitting[0] if fitting else chosen
    return {"volume": chosen[0], "amount": chosen[1]}


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
        adjusted=np.full(len(symbols), bool(spec.adjusted)),
        currencies=tuple(spec.currency or parse_symbol(one).currency for one in symbols),
        tables=(name,) * len(symbols),
    )
