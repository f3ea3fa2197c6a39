"""CSV as analysts open it: UTF-8 with a byte-order mark, so that Excel reads Chinese right."""

from __future__ import annotations

import csv
import io

from basketbt.notes import Language
from basketbt.report.layout import Cell, Table
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
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return buffer.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        line = visible(" ".join(cell.splitlines()))
        return f"'{line}" if line.startswith(_FORMULA) else line
    return repr(cell)
