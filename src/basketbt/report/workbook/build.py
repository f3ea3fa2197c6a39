"""summary.xlsx: the headline table, a sheet that explains, and one sheet a table.

Bulk tables have a sheet only on request. The cells hold the very numbers of the CSV files; only
their display is rounded.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from basketbt.notes import Language
from basketbt.report.layout import Column, Kind, Table
from basketbt.report.phrases import PRICES, Phrase
from basketbt.report.record import Record
from basketbt.report.workbook.headline import headline_sheet
from basketbt.report.workbook.rows import with_rows

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.worksheet import Worksheet

# A file's date is part of its bytes; this one means nothing.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

# Excel holds a million rows, but a longer table than this takes it long to open: it stays CSV.
_LONG = 200_000

_NUMBERS: dict[Kind, str] = {
    "text": "@",
    "date": "yyyy-mm-dd",
    "integer": "#,##0",
    "decimal": "0.00%",
    "ratio": "0.000",
    "money": "#,##0.00",
    "level": "0.00",
    "flag": "General",
}
_WIDTHS: dict[Kind, int] = {
    "text": 14,
    "date": 11,
    "integer": 9,
    "decimal": 11,
    "ratio": 10,
    "money": 15,
}

_ABOUT = Phrase("About", "说明")
_ABOUT_HEADS = Phrase("sheet|column|kind|meaning|empty when", "工作表|列|类型|含义|何时为空")
_RUN = Phrase(
    "{title} · run {run}. The same numbers as the CSV files; only their display is rounded.",
    "{title} · 运行编号{run}。与CSV文件数字相同，仅显示时取整。",
)
_LEFT_OUT = Phrase("{name}: {rows:,} rows, only in {file}", "{name}：{rows:,}行，仅见{file}")
_FULL = Phrase("; --full adds its sheet", "；--full另加其工作表")


def workbook(record: Record, *, full: bool = False) -> bytes:
    """The workbook's bytes: the same for the same run. ``full`` adds the bulk tables."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": _CREATED, "author": "basketbt", "title": record.facts.title})
    formats = _Formats(book)
    tables = record.tables.values()
    shown = [one for one in tables if len(one) <= _LONG and (full or not one.layout.bulk)]
    left_out = [one for one in tables if one not in shown]
    quotes = "summary" in record.tables
    if quotes:
        headline_sheet(book, record, formats.head, formats.bold, formats.kinds["decimal"])
    _explain(book, formats, record, shown, left_out)
    for table in shown:
        _sheet(book, formats, table, record.facts.language)
    book.close()
    places = enumerate(shown, start=2 + quotes)
    return with_rows(
        buffer.getvalue(), {f"xl/worksheets/sheet{place}.xml": table for place, table in places}
    )


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


def _sheet(book: Workbook, formats: _Formats, table: Table, language: Language) -> None:
    sheet: Worksheet = book.add_worksheet(table.layout.name)
    columns = table.layout.columns
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.header(language), formats.head)
        sheet.set_column(place, place, _width(column), formats.kinds[column.kind])
    sheet.freeze_panes(1, _key_columns(columns))
    sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)


def _left_out(table: Table, language: Language) -> str:
    """Where a table is that has no sheet, and whether it can have one."""
    rows, layout = len(table), table.layout
    where = _LEFT_OUT.say(language, name=layout.name, rows=rows, file=layout.file)
    return where + _FULL.say(language) if layout.bulk and rows <= _LONG else where


def _width(column: Column) -> int:
    if column.key == "basket":
        return 26
    return 60 if column.key == "notes" else _WIDTHS.get(column.kind, 10)


def _key_columns(columns: tuple[Column, ...]) -> int:
    """Columns that stay in sight when scrolling: up to the basket."""
    keys = [column.key for column in columns]
    return keys.index("basket") + 1 if "basket" in keys else 0


def _explain(
    book: Workbook, formats: _Formats, record: Record, shown: list[Table], left_out: list[Table]
) -> None:
    """A sheet on what this is, and what every column means."""
    facts, language = record.facts, record.facts.language
    sheet: Worksheet = book.add_worksheet(_ABOUT.say(language))
    lines = [(_RUN.say(language, title=facts.title, run=facts.run), formats.bold)]
    lines.append((PRICES.say(language, said=facts.prices[language]), formats.bold))
    lines += [(_left_out(table, language), formats.bold) for table in left_out]
    for line, (text, look) in enumerate(lines):
        sheet.write_string(line, 0, text, look)
    top = len(lines) + 1
    for place, head in enumerate(_ABOUT_HEADS.say(language).split("|")):
        sheet.write_string(top, place, head, formats.head)
    line = top
    for table in shown:
        for column in table.layout.columns:
            line += 1
            meaning = column.description_en if language == "en" else column.description_zh
            empty = column.empty_en if language == "en" else column.empty_zh
            cells = (table.layout.name, column.header(language), column.kind, meaning, empty)
            for place, text in enumerate(cells):
                sheet.write_string(line, place, text, formats.wrapped)
    for place, width in enumerate((14, 24, 10, 80, 50)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, line, 4)
