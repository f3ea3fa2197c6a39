"""Wide tables: days down, codes (or currency pairs) across, one field, as vendors export them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from basketbt.data.bars import COLUMNS, Dates, Floats, PriceRequest
from basketbt.data.sources.files.arrow import integers, to_days, to_numbers
from basketbt.data.sources.files.codes import CodeIndex, is_code, read_from
from basketbt.data.sources.files.formats import TableFile
from basketbt.data.sources.files.headers import is_date_header, plain
from basketbt.data.sources.files.spec import TableSpec
from basketbt.data.sources.files.tidy import BarRows, bars_of_table, rows_within
from basketbt.errors import InvalidFile, Problem
from basketbt.notes import message

Cells = tuple[NDArray[np.intp], Dates, Floats]  # of long rows: whose, day, value
_MOST = 0.8  # of the headers after the first are codes: the table is wide


def is_wide(table: TableFile) -> bool:
    """Whether the headers look like a wide export: a date, then codes."""
    if len(table.headers) < 2 or not is_date_header(table.headers[0]):
        return False
    return sum(map(is_code, table.headers[1:])) >= _MOST * (len(table.headers) - 1)


def read_cells(table: TableFile, path: str, wanted: dict[str, int]) -> Cells:
    """The filled cells of some columns as long rows: whose (a number), day, value.

    Args:
        wanted: header → number given to its rows.
    """
    first = table.headers[0]
    rows = table.read([first, *wanted], text=[first])
    body, skipped = _body(rows, first)
    lines = np.arange(body.num_rows) + table.first_line + skipped
    days = to_days(body[first], first or "the first column", path, lines)
    parts = [(np.empty(0, np.intp), np.empty(0, "M8[D]"), np.empty(0))]
    for header, number in wanted.items():
        cells = to_numbers(body[header], header, path, lines)
        filled = np.isfinite(cells)
        lost = np.flatnonzero(filled & np.isnat(days))
        if lost.size:
            what = message("why-has-a-number-in-a", header=header, cells=cells[lost[0]])
            fix = message("do-write-the-day-in-the-row")
            raise InvalidFile([Problem(path, int(lines[lost[0]]), what, fix)])
        parts.append((np.full(filled.sum(), number), days[filled], cells[filled]))
    whose, dates, values = map(np.concatenate, zip(*parts, strict=True))
    return whose, dates, values


def _body(rows: pa.Table, first: str) -> tuple[pa.Table, int]:
    """Without the rows of names and units that vendors put below the codes; how many those are."""
    column = rows[first]
    if not pa.types.is_string(column.type):
        return rows, 0
    dated = pc.match_substring_regex(pc.utf8_trim_whitespace(column), r"^\d{4}[-/.年]?\d{1,2}")
    found = np.flatnonzero(integers(dated) == 1)
    at = int(found[0]) if found.size else 0
    return rows.slice(at), at


def read_wide_bars(
    tables: Sequence[tuple[TableSpec, TableFile]], codes: CodeIndex, request: PriceRequest
) -> BarRows:
    """Bars of the range from wide tables of one field each; that of closes says which rows are.

    Raises:
        InvalidFile: no table of closes, two of one field, or a code without its exchange.
    """
    cells = {}
    scales = {}
    for spec, table in tables:
        field = spec.field or table.field or "close"
        if field not in COLUMNS or field in cells:
            what = message("why-field-is-unknown-or-another", field=field)
            raise InvalidFile(
                [Problem(spec.path, 1, what, message("do-fields", columns=", ".join(COLUMNS)))]
            )
        cells[field] = read_cells(table, spec.path, _columns(table, spec, codes))
        scales[field] = _scale(table, spec, field)
    if "close" not in cells:
        what = message("why-wide-tables-need-one-of")
        raise InvalidFile(
            [Problem(tables[0][0].path, 1, what, message("do-add-one-with-field-close"))]
        )
    position, dates, closes = cells.pop("close")
    rows = rows_within(position, dates, request)
    position, dates, closes = position[rows], dates[rows], closes[rows]
    values = {name: np.full(len(dates), np.nan) for name in COLUMNS} | {"close": closes}
    for field, found in cells.items():
        values[field] = _looked_up(position, dates, found) * scales[field]
    name = " + ".join(spec.path for spec, _ in tables)
    bars = bars_of_table(tables[0][0], name, codes, position, dates, values)
    titles = tuple(title for _, table in tables for title in table.titles)
    return BarRows(bars, np.zeros(len(bars), dtype=np.bool_), {}, None, titles)


def _scale(table: TableFile, spec: TableSpec, field: str) -> float:
    """Our units for one of the table's: by its title, 成交量(手), else by what the user says."""
    named = [plain(title)[1] for title in table.titles]
    return next((one for one in named if one is not None), spec.scale(field) or 1.0)


def _columns(table: TableFile, spec: TableSpec, codes: CodeIndex) -> dict[str, int]:
    found: dict[str, int] = {}
    names = [spec.columns.get(header, header).strip() for header in table.headers[1:]]
    with read_from(spec.path):
        numbers = codes.positions(names, spec.kind, spec.exchange)
    for header, number in zip(table.headers[1:], numbers, strict=True):
        if number >= 0 and number in found.values():
            raise InvalidFile(
                [
                    Problem(
                        spec.path, 1, message("why-two-columns-hold", symbols=codes.symbols[number])
                    )
                ]
            )
        if number >= 0:
            found[header] = number
    return found


def _looked_up(position: NDArray[np.intp], dates: Dates, cells: Cells) -> Floats:
    """(R,) another table's value for each security and day, NaN where it has none."""
    other, days, values = cells
    keys = other * 10**6 + days.astype(np.int64)
    order = np.argsort(keys, kind="stable")
    asked = position * 10**6 + dates.astype(np.int64)
    at = np.searchsorted(keys[order], asked)
    hit = at < len(keys)
    hit[hit] = keys[order][at[hit]] == asked[hit]
    found = np.full(len(asked), np.nan)
    found[hit] = values[order][at[hit]]
    return found
