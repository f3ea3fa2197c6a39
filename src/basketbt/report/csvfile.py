"""CSV as analysts open it: UTF-8 with a byte-order mark, so that Excel reads Chinese right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from basketbt.notes import Language
from basketbt.report.layout import Cell, Column, Table
from basketbt.text import visible

# A spreadsheet takes a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")


def csv_bytes(table: Table, language: Language) -> bytes:
    """A table as CSV: full double precision (shortest round trip), empty where undefined.

    Texts that a spreadsheet would run as a formula get a leading apostrophe, and are one line
    each: some readers break a row at a quoted line end. Lines end in LF.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.header(language) for column in table.layout.columns])
    written = map(_written, table.layout.columns, table.columns)
    writer.writerows(zip(*written, strict=True))
    return buffer.getvalue().encode("utf-8-sig")


def _written(column: Column, cells: list[Cell]) -> Iterable[Cell]:
    """A column's cells as they stand in the file; texts, which repeat, are each made once."""
    if column.kind not in ("text", "date", "flag"):
        return cells  # csv writes a float in full and nothing for None
    known = {cell: _text(cell) for cell in set(cells)}
    return map(known.__getitem__, cells)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    line = visible(" ".join(str(cell).splitlines()))
    return f"'{line}" if line.startswith(_FORMULA) else line
