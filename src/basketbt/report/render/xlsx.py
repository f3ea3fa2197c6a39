"""summary.xlsx: the front page, the tables that answer, a sheet that explains, short tables.

It is to be handed on: what has many rows has a sheet in tables.xlsx only, which is made on request.
The cells hold the very numbers of the CSV files; only their display is rounded.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from basketbt.locale import Language, say
from basketbt.report.data import ReportData
from basketbt.report.model import Column, Kind, Layout, Table
from basketbt.report.render.frontsheet import (
    LINE,
    Formats,
    answers_sheet,
    front_sheet,
    on_a4,
    width_of,
)
from basketbt.report.views.blocks import Document
from basketbt.report.views.context import contexts
from basketbt.report.views.named import named
from basketbt.text import visible

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# A file's date is part of its bytes; this one means nothing.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

_ABOUT = (20, 40, 26, 60, 40)  # the columns of the sheet that explains
_ONE_PAGE = 20  # columns that can still be read where they share a page

# Excel holds a million rows, but a longer table than this takes it long to open: it stays CSV.
_LONG = 200_000

#: Characters that Excel holds in one cell, in UTF-16 units.
MOST_TEXT = 32_767

_WIDTHS: dict[Kind, int] = {
    "text": 14,
    "date": 11,
    "integer": 9,
    "decimal": 11,
    "ratio": 10,
    "money": 15,
}


def workbook(data: ReportData, document: Document, *, full: bool = False) -> bytes:
    """The workbook's bytes: the same for the same run.

    Its codes are words. ``full``: every table has a sheet, with the codes of the files.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties(
        {"created": _CREATED, "author": "basketbt", "title": visible(document.title)}
    )
    formats = Formats(book)
    language = document.language
    context = contexts(data, language)[0]
    shown = [
        one.worded(language) if full else named(context, one)
        for one in data.tables.values()
        if len(one) <= _LONG and (full or not _on_request(one.layout))
    ]
    if document.front:
        front_sheet(book, formats, document)
    answers_sheet(book, formats, document)
    _explain(book, formats, document, data, shown)
    for table in shown:
        _sheet(book, formats, table, language)
    book.close()
    return buffer.getvalue()


def _on_request(layout: Layout) -> bool:
    """Whether a table has so many rows that it has a sheet only where every table has."""
    return layout.bulk or layout.detail


def _sheet(book: Workbook, formats: Formats, table: Table, language: Language) -> None:
    sheet: Worksheet = book.add_worksheet(table.layout.name)
    columns = table.layout.columns
    on_a4(sheet, wide=1 if len(columns) <= _ONE_PAGE else 0)
    sheet.repeat_rows(0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column), formats.kinds[column.kind])
        sheet.write_string(0, place, table.layout.header(column, language), formats.head)
    sheet.freeze_panes(1, _key_columns(columns))
    sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)
    writers = [_writer(sheet, column.kind) for column in columns]
    for line, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            if cell is not None:
                writers[place](line, place, cell)


def _writer(sheet: Worksheet, kind: Kind) -> Callable[[int, int, Any], object]:
    """What writes the cells of a column; a text is a text, whatever it looks like."""
    if kind in ("text", "notes"):
        return lambda line, place, cell: sheet.write_string(line, place, shortened(visible(cell)))
    if kind == "date":
        return lambda line, place, cell: sheet.write_datetime(line, place, date.fromisoformat(cell))
    write: Callable[[int, int, Any], object] = sheet.write_number
    if kind == "flag":
        write = sheet.write_boolean
    return write


def shortened(text: str) -> str:
    """As much of a text as one cell holds."""
    if len(text) * 2 <= MOST_TEXT:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * MOST_TEXT].decode("utf-16-le", "ignore")


def _width(column: Column) -> int:
    if column.key in ("basket", "list_name"):
        return 26
    return 60 if column.key == "notes" else _WIDTHS.get(column.kind, 10)


def _key_columns(columns: tuple[Column, ...]) -> int:
    """Columns that stay in sight when scrolling: up to the list's name."""
    keys = [column.key for column in columns]
    return keys.index("list_name") + 1 if "list_name" in keys else 0


def _explain(
    book: Workbook, formats: Formats, document: Document, data: ReportData, shown: list[Table]
) -> None:
    """A sheet on what this is, where every table is, and what every column means."""
    language = document.language
    sheet: Worksheet = book.add_worksheet(say("workbook.about", language))
    on_a4(sheet)
    for place, width in enumerate(_ABOUT):
        sheet.set_column(place, place, width)
    lines = [
        document.title,
        say("workbook.run", language, line=document.line),
        document.prices,
        say("workbook.contents", language),
    ]
    for line, text in enumerate(lines):
        sheet.write_string(line, 0, visible(text), formats.bold)
    here = {one.layout.name for one in shown}
    contents = [
        (
            one.layout.name,
            one.layout.row(language),
            f"{len(one):,}",
            one.layout.file,
            say("workbook.here" if one.layout.name in here else "workbook.not_here", language),
        )
        for one in data.tables.values()
    ]
    line = _lines(sheet, formats, "workbook.contents_heads", contents, len(lines) + 1, language)
    meanings = [
        (
            one.layout.name,
            one.layout.header(column, language),
            say(f"kind.{column.kind}", language),
            one.layout.words(column, language, ".about"),
            one.layout.words(column, language, ".empty"),
        )
        for one in shown
        for column in one.layout.columns
    ]
    last = _lines(sheet, formats, "workbook.about_heads", meanings, line + 1, language)
    sheet.autofilter(line + 1, 0, last - 1, 4)


def _lines(
    sheet: Worksheet,
    formats: Formats,
    heads: str,
    rows: Sequence[tuple[str, ...]],
    line: int,
    language: Language,
) -> int:
    """Write rows of texts under ``heads`` from ``line`` on; returns the line after them."""
    for place, head in enumerate(say(heads, language).split("|")):
        sheet.write_string(line, place, head, formats.head)
    for row in rows:
        line += 1
        lines = (-(-width_of(text) // width) for text, width in zip(row, _ABOUT, strict=True))
        sheet.set_row(line, LINE * max(1, *lines))
        for place, text in enumerate(row):
            sheet.write_string(line, place, text, formats.wrapped)
    return line + 1
