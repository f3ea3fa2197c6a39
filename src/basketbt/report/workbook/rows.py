"""The rows of a sheet as SpreadsheetML, put into a workbook that has only headers so far.

XlsxWriter takes five microseconds a cell, most of it in deciding what the cell is; a table knows
that a column at a time. So XlsxWriter makes everything but the rows, and they go into the finished
archive where its own would stand (ECMA-376 part 1, 18.3.1.4 ``c``, 18.3.1.53 ``is``).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date

from basketbt.report.layout import Cell, Kind, Table

#: Characters that Excel holds in one cell, in UTF-16 units.
MOST_TEXT = 32_767
_DAY_ZERO = date(1899, 12, 30)
# What XML cannot hold is written _xHHHH_, and a text that looks like that has its sign escaped.
_UNWRITABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)"
)
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
# The archive's own times mean nothing and would differ from run to run.
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)


def with_rows(empty: bytes, tables: Mapping[str, Table]) -> bytes:
    """The workbook ``empty`` with the rows of each table below the header of its sheet.

    ``tables`` maps a sheet's file inside the archive (``xl/worksheets/sheet2.xml``) to its table.
    A column's style is the one that its sheet gives to the column.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(empty)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as target,
    ):
        for member in source.infolist():
            content = source.read(member)
            if member.filename in tables:
                content = _filled(content.decode(), tables[member.filename]).encode()
            entry = zipfile.ZipInfo(member.filename, _NO_CLOCK)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = member.external_attr
            target.writestr(entry, content, compresslevel=4)
    return buffer.getvalue()


def _filled(sheet: str, table: Table) -> str:
    if not len(table):
        return sheet
    head, tail = sheet.split("</sheetData>")
    width = len(table.layout.columns)
    used = f'<dimension ref="A1:{column_name(width - 1)}{len(table) + 1}"/>'
    head = re.sub(r"<dimension [^>]*/>", used, head, count=1)
    return "".join([head, *_rows(table, _styles(head, width)), "</sheetData>", tail])


def _styles(sheet: str, width: int) -> list[str]:
    """The style of each column, from the ``<col min max style>`` elements of the sheet."""
    styles = [""] * width
    for element in re.findall(r"<col [^>]*/>", sheet):
        found = dict(re.findall(r'(\w+)="([^"]*)"', element))
        for place in range(int(found["min"]) - 1, min(int(found["max"]), width)):
            styles[place] = f' s="{found["style"]}"' if "style" in found else ""
    return styles


def _rows(table: Table, styles: list[str]) -> list[str]:
    """One ``<row>`` a row; cells that do not exist are not written."""
    columns = [
        (f'<c r="{column_name(place)}', style, _writer(column.kind))
        for place, (column, style) in enumerate(zip(table.layout.columns, styles, strict=True))
    ]
    lines = []
    for number, row in enumerate(table.rows, start=2):
        cells = [
            f'{begin}{number}"{style}{write(cell)}</c>'
            for cell, (begin, style, write) in zip(row, columns, strict=True)
            if cell is not None and cell != ""
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return lines


def _writer(kind: Kind) -> Callable[[Cell], str]:
    """What follows a cell's style, for one column; texts and dates that repeat are kept."""
    known: dict[str, str] = {}

    def write(cell: Cell) -> str:
        if isinstance(cell, str):
            found = known.get(cell)
            if found is None:
                found = known[cell] = _day(cell) if kind == "date" else _text(cell)
            return found
        if isinstance(cell, bool):
            return f' t="b"><v>{cell:d}</v>'
        return f"><v>{cell!r}</v>"

    return write


def _day(day: str) -> str:
    return f"><v>{(date.fromisoformat(day) - _DAY_ZERO).days}</v>"


def _text(text: str) -> str:
    """An inline string. It is a text whatever it looks like, so nothing can be run as a formula."""
    text = _UNWRITABLE.sub(lambda sign: f"_x{ord(sign[0]):04X}_", shortened(text))
    return f' t="inlineStr"><is><t xml:space="preserve">{text.translate(_MARKUP)}</t></is>'


def shortened(text: str) -> str:
    """As much of a text as one cell holds."""
    if len(text) * 2 <= MOST_TEXT:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * MOST_TEXT].decode("utf-16-le", "ignore")


def column_name(place: int) -> str:
    """A column's letters: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
