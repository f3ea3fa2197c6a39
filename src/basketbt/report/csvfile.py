"""CSV as analysts open it: UTF-8 with a byte-order mark, so that Excel reads Chinese right.

Notes are written as words and not read back: report.json holds them as values.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from basketbt.locale import Language
from basketbt.report.model import Column, Layout, Table, Value
from basketbt.text import visible

# A spreadsheet takes a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")
_FLAGS = ("false", "true")
_LARGEST = 2.0**62  # of a number that a run may hold


def csv_bytes(table: Table, language: Language) -> bytes:
    """A table as CSV: full double precision (shortest round trip), empty where undefined.

    Texts that a spreadsheet would run as a formula get a leading apostrophe, and are one line
    each: some readers break a row at a quoted line end. Lines end in LF.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([table.layout.header(column, language) for column in table.layout.columns])
    written = map(_written, table.layout.columns, table.worded(language).columns)
    writer.writerows(zip(*written, strict=True))
    return buffer.getvalue().encode("utf-8-sig")


def _written(column: Column, cells: list[Value]) -> Iterable[Value]:
    """A column's cells as they stand in the file; texts, which repeat, are each made once."""
    if column.kind not in ("text", "date", "flag", "notes"):
        return cells  # csv writes a float in full and nothing for None
    known = {cell: _text(cell) for cell in set(cells)}
    return map(known.__getitem__, cells)


def _text(cell: Value) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    line = visible(" ".join(str(cell).splitlines()))
    return f"'{line}" if line.startswith(_FORMULA) else line


def table_from_csv(layout: Layout, content: bytes, language: Language) -> Table:
    """A table as it was before it became CSV, but for its notes, which are empty.

    Raises ``ValueError`` when the headers are not the layout's, or a cell is not of its kind.
    """
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    try:
        header = next(lines, [])
        if header != [layout.header(column, language) for column in layout.columns]:
            raise ValueError("its columns are of another version")
        rows = (
            [_value(text, column) for text, column in zip(line, layout.columns, strict=True)]
            for line in lines
        )
        return Table.of_rows(layout, rows)
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _value(text: str, column: Column) -> Value:
    if column.kind == "notes":
        return ()
    if text == "":
        return None
    if column.kind == "text":
        return text[1:] if text[0] == "'" and text[1:].startswith(_FORMULA) else text
    if column.kind == "date":
        return _day(text)
    if column.kind == "flag":
        return _FLAGS.index(text) == 1
    number = int(text) if column.kind == "integer" else float(text)
    if not abs(number) < _LARGEST:
        raise ValueError(f"{column.key} holds {text[:20]}, which is no number of a run")
    return number


@lru_cache(maxsize=1 << 16)  # the rows of a table have the same days
def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()
