"""summary.xlsx: the front page, the headline tables, a sheet that explains, and one sheet a table.

Bulk tables have a sheet only on request. The cells hold the very numbers of the CSV files; only
their display is rounded.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from basketbt.locale import Language, say
from basketbt.report.data import ReportData
from basketbt.report.model import Column, Kind, Table
from basketbt.report.views.blocks import Document, Prose, TableBlock
from basketbt.text import visible

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.worksheet import Worksheet

# A file's date is part of its bytes; this one means nothing.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

_A4 = 9  # the number of that paper in the file format
_CHART_LINES = 24  # rows that the chart covers

# Excel holds a million rows, but a longer table than this takes it long to open: it stays CSV.
_LONG = 200_000

#: Characters that Excel holds in one cell, in UTF-16 units.
MOST_TEXT = 32_767

_NUMBERS: dict[Kind, str] = {
    "text": "@",
    "date": "yyyy-mm-dd",
    "integer": "#,##0",
    "decimal": "0.00%",
    "ratio": "0.000",
    "money": "#,##0.00",
    "level": "0.00",
    "flag": "General",
    "notes": "@",
}
_WIDTHS: dict[Kind, int] = {
    "text": 14,
    "date": 11,
    "integer": 9,
    "decimal": 11,
    "ratio": 10,
    "money": 15,
}


def workbook(data: ReportData, document: Document, *, full: bool = False) -> bytes:
    """The workbook's bytes: the same for the same run. ``full`` adds the bulk tables."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties(
        {"created": _CREATED, "author": "basketbt", "title": visible(document.title)}
    )
    formats = _Formats(book)
    tables = data.tables.values()
    shown = [one for one in tables if len(one) <= _LONG and (full or not one.layout.bulk)]
    left_out = [one for one in tables if one not in shown]
    if document.front:
        _front(book, formats, document)
    _headline(book, formats, document)
    _explain(book, formats, document, shown, left_out)
    for table in shown:
        _sheet(book, formats, table.worded(document.language), document.language)
    book.close()
    return buffer.getvalue()


class _Formats:
    """The cell formats of a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.head: CellFormat = book.add_format(
            {"bold": True, "bg_color": "#e8ebef", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.bold: CellFormat = book.add_format({"bold": True})
        self.wrapped: CellFormat = book.add_format({"text_wrap": True, "valign": "top"})
        self.kinds: dict[Kind, CellFormat] = {
            kind: book.add_format({"num_format": number}) for kind, number in _NUMBERS.items()
        }


def _front(book: Workbook, formats: _Formats, document: Document) -> None:
    """The first sheet: the sentences, tiles and table of the front page, with a chart of the table.

    Landscape, one page wide.
    """
    sheet: Worksheet = book.add_worksheet(say("workbook.front", document.language))
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 30, 12)
    sheet.write_string(0, 0, visible(document.title), formats.bold)
    sheet.write_string(1, 0, visible(document.prices))
    line = 2
    for block in document.front:
        if isinstance(block, Prose):
            sheet.write_string(line, 0, visible(block.text))
            line += 1
        elif isinstance(block, TableBlock) and block.kind == "front":
            sheet.write_string(line, 0, visible(block.caption), formats.bold)
            top = line + 2  # the line of the heads
            line = _block(sheet, formats, block, line + 1, document.language)
            sheet.write_string(line, 0, visible(block.note))
            _chart(book, sheet, block, top, line + 2)
            line += 2 + _CHART_LINES


def _chart(book: Workbook, sheet: Worksheet, block: TableBlock, top: int, line: int) -> None:
    """Bars of the longest horizons that the table quotes, a list a group, below the table."""
    places, place = [], 0
    for number, head in enumerate(block.heads):
        if head.text.startswith("+") and " " not in head.text:
            places.append(place)
        place += 1 + any(row[number].aside for row in block.rows)
    if not places:
        return
    chart = book.add_chart({"type": "bar"})
    first, last = top + 1, top + len(block.rows)
    for column in places[-2:]:
        chart.add_series(
            {
                "name": [sheet.get_name(), top, column],
                "categories": [sheet.get_name(), first, 0, last, 0],
                "values": [sheet.get_name(), first, column, last, column],
            }
        )
    chart.set_title({"name": visible(block.caption), "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"num_format": "0%"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 960, "height": 20 * _CHART_LINES})
    sheet.insert_chart(line, 0, chart)


def _headline(book: Workbook, formats: _Formats, document: Document) -> None:
    """The tables that each event begins with, to be pasted into a note."""
    sheet: Worksheet = book.add_worksheet(say("workbook.headline", document.language))
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 30, 12)
    line = 0
    for chapter in document.chapters:
        blocks = chapter.sections[0].blocks if chapter.sections else ()
        tables = [b for b in blocks if isinstance(b, TableBlock) and b.kind == "plain"]
        for block in tables:
            sheet.write_string(line, 0, visible(block.caption), formats.bold)
            line = 2 + _block(sheet, formats, block, line + 1, document.language)
    sheet.write_string(line, 0, visible(document.prices))


def _block(
    sheet: Worksheet, formats: _Formats, block: TableBlock, line: int, language: Language
) -> int:
    """Write a table from ``line`` on; returns the line after it.

    What stands beside a cell has a column of its own, groups of columns a line above the heads.
    """
    beside = [any(row[n].aside for row in block.rows) for n in range(len(block.heads))]
    heads: list[tuple[str, str]] = []
    for place, head in enumerate(block.heads):
        aside = say("workbook.days" if place else "workbook.list", language)
        heads += [(head.group, name) for name in ([head.text, aside][: 1 + beside[place]])]
    for place, (group, name) in enumerate(heads):
        if group and group != heads[place - 1][0]:
            sheet.write_string(line, place, group, formats.bold)
        sheet.write_string(line + 1, place, name, formats.head)
    line += 1
    for row in block.rows:
        line, place = line + 1, 0
        for number, cell in enumerate(row):
            if isinstance(cell.sort, float):
                kind: Kind = "decimal" if "%" in cell.text else "ratio"
                kind = "integer" if cell.sort.is_integer() and kind == "ratio" else kind
                sheet.write_number(line, place, cell.sort, formats.kinds[kind])
            elif cell.sort is not None:
                sheet.write_string(line, place, visible(cell.text))
            if beside[number]:
                sheet.write_string(line, place + 1, visible(cell.aside))
            place += 1 + beside[number]
    return line + 1


def _sheet(book: Workbook, formats: _Formats, table: Table, language: Language) -> None:
    sheet: Worksheet = book.add_worksheet(table.layout.name)
    columns = table.layout.columns
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


def _left_out(table: Table, language: Language) -> str:
    """Where a table is that has no sheet, and whether it can have one."""
    rows, layout = len(table), table.layout
    where = say("workbook.left_out", language, name=layout.name, rows=rows, file=layout.file)
    return where + say("workbook.full", language) if layout.bulk and rows <= _LONG else where


def _width(column: Column) -> int:
    if column.key == "basket":
        return 26
    return 60 if column.key == "notes" else _WIDTHS.get(column.kind, 10)


def _key_columns(columns: tuple[Column, ...]) -> int:
    """Columns that stay in sight when scrolling: up to the basket."""
    keys = [column.key for column in columns]
    return keys.index("basket") + 1 if "basket" in keys else 0


def _explain(
    book: Workbook,
    formats: _Formats,
    document: Document,
    shown: list[Table],
    left_out: list[Table],
) -> None:
    """A sheet on what this is, and what every column means."""
    language = document.language
    sheet: Worksheet = book.add_worksheet(say("workbook.about", language))
    for place, width in enumerate((14, 24, 10, 80, 50)):
        sheet.set_column(place, place, width)
    lines = [
        document.title,
        say("workbook.run", language, line=document.line),
        document.prices,
    ]
    lines += [_left_out(table, language) for table in left_out]
    for line, text in enumerate(lines):
        sheet.write_string(line, 0, visible(text), formats.bold)
    top = len(lines) + 1
    for place, head in enumerate(say("workbook.about_heads", language).split("|")):
        sheet.write_string(top, place, head, formats.head)
    line = top
    for table in shown:
        for column in table.layout.columns:
            line += 1
            layout = table.layout
            name, kind = layout.header(column, language), column.kind
            meaning, empty = (layout.words(column, language, it) for it in (".about", ".empty"))
            cells = (layout.name, name, kind, meaning, empty)
            for place, text in enumerate(cells):
                sheet.write_string(line, place, text, formats.wrapped)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, line, 4)
