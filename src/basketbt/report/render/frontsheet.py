"""The sheets of a workbook that answer: the front page, and what each event begins with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from basketbt.locale import Language, say
from basketbt.report.model import Kind
from basketbt.report.views.blocks import Cell, Document, Prose, TableBlock
from basketbt.report.views.numbers import points
from basketbt.text import visible

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.worksheet import Worksheet

_A4 = 9  # the number of that paper in the file format
_CHART_LINES = 21  # rows that the chart covers
LINE = 15  # points that a line of text is high
_ASKED = "asked-"  # the section of questions that a boss has
_ANSWER = 30  # characters of a column where tables of several shapes share it
_WIDEST = 48  # characters of a column
_PIXELS = 7  # of a column's width, a character each
_LATIN = 0x2E7F  # above it characters are as wide as two


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


class Formats:
    """The cell formats of a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.head: CellFormat = book.add_format(
            {"bold": True, "bg_color": "#e8ebef", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.bold: CellFormat = book.add_format({"bold": True})
        self.title: CellFormat = book.add_format({"bold": True, "font_size": 14})
        self.heading: CellFormat = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top"}
        )
        self.wrapped: CellFormat = book.add_format({"text_wrap": True, "valign": "top"})
        self.beside: CellFormat = book.add_format(
            {"align": "left", "indent": 1, "text_wrap": True, "valign": "top"}
        )
        self.points: CellFormat = book.add_format({"num_format": "+0.0;-0.0;0.0", "valign": "top"})
        self.change: CellFormat = book.add_format(
            {"num_format": "+0.0%;-0.0%;0.0%", "valign": "top"}
        )
        self.part: CellFormat = book.add_format({"num_format": "0.0%", "valign": "top"})
        self.kinds: dict[Kind, CellFormat] = {
            kind: book.add_format({"num_format": number}) for kind, number in _NUMBERS.items()
        }


def front_sheet(book: Workbook, formats: Formats, document: Document) -> None:
    """The first sheet: the sentences and table of the front page, with a chart of the table.

    One page in landscape; sentences are folded to the width of the table.
    """
    sheet: Worksheet = book.add_worksheet(say("workbook.front", document.language))
    on_a4(sheet)
    tables = [one for one in document.front if isinstance(one, TableBlock) and one.kind == "front"]
    widths = [width for one in tables for width in _block_widths(one)]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, visible(document.title), formats.title)
    line = _folded(sheet, formats, document.prices, 1, widths)
    for block in document.front:
        if isinstance(block, Prose):
            line = _folded(sheet, formats, block.text, line, widths)
        elif block in tables and isinstance(block, TableBlock):
            line = _folded(sheet, formats, block.caption, line + 1, widths, bold=True)
            top = line + 1  # the line of the heads
            line = _block(sheet, formats, block, line, widths, document.language)
            if block.note:
                line = _folded(sheet, formats, block.note, line, widths)
            _chart(book, sheet, block, top, line + 1, sum(widths))
            line += 2 + _CHART_LINES
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, max(line - 1, 0), max(len(widths) - 1, 0))


def on_a4(sheet: Worksheet, *, wide: int = 1) -> None:
    """Landscape, so many pages wide; 0 for as many as it takes."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.fit_to_pages(wide, 0)


def _block_widths(block: TableBlock) -> list[int]:
    """The widths of a table's columns in the sheet, with those for what stands beside cells."""
    widths = []
    for place in range(len(block.heads)):
        longest = max((width_of(row[place].text) for row in block.rows), default=0)
        beside = max((width_of(row[place].aside) for row in block.rows), default=0)
        widths.append(max(10, min(longest + 2, _WIDEST), 0 if place else 26))
        if beside:
            widths.append(max(10, min(beside + 3, _WIDEST)))
    return widths


def width_of(text: str) -> int:
    """Columns that a text fills: a Chinese character fills two."""
    return sum(2 if ord(one) > _LATIN else 1 for one in text)


def _folded(
    sheet: Worksheet,
    formats: Formats,
    text: str,
    line: int,
    widths: Sequence[int],
    *,
    bold: bool = False,
) -> int:
    """Write a sentence over all columns, as high as it needs; returns the line after it."""
    cell = formats.heading if bold else formats.wrapped
    said = visible(text)
    if len(widths) < 2:
        sheet.write_string(line, 0, said, cell)
        return line + 1
    sheet.merge_range(line, 0, line, len(widths) - 1, "", cell)
    sheet.write_string(line, 0, said, cell)
    sheet.set_row(line, LINE * -(-width_of(said) * 11 // (10 * sum(widths))))
    return line + 1


def _chart(
    book: Workbook, sheet: Worksheet, block: TableBlock, top: int, line: int, width: int
) -> None:
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
                "gap": 60,
            }
        )
    chart.set_title({"name": visible(block.caption), "name_font": {"size": 11}})
    chart.set_y_axis(
        {
            "reverse": True,
            "label_position": "low",
            "interval_unit": 1,
            "num_font": {"size": 8},
        }
    )
    chart.set_x_axis({"num_format": "0%"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": min(width * _PIXELS, 1100), "height": 20 * _CHART_LINES})
    sheet.insert_chart(line, 0, chart)


def answers_sheet(book: Workbook, formats: Formats, document: Document) -> None:
    """The tables that each event begins with, and what a reader asks next, to be pasted."""
    sheet: Worksheet = book.add_worksheet(say("workbook.headline", document.language))
    on_a4(sheet)
    tables = [
        block
        for chapter in document.chapters
        for place, section in enumerate(chapter.sections)
        if place == 0 or section.anchor.startswith(_ASKED)
        for block in section.blocks
        if isinstance(block, TableBlock) and block.kind == "plain"
    ]
    own = [[min(width, _ANSWER) for width in _block_widths(one)] for one in tables]
    widths = [max(same) for same in zip_longest(*own, fillvalue=0)]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    line = 0
    for block in tables:
        sheet.write_string(line, 0, visible(block.caption), formats.bold)
        line = 2 + _block(sheet, formats, block, line + 1, widths, document.language)
    sheet.write_string(line, 0, visible(document.prices))


def _block(
    sheet: Worksheet,
    formats: Formats,
    block: TableBlock,
    line: int,
    widths: Sequence[int],
    language: Language,
) -> int:
    """Write a table from ``line`` on into columns of these widths; returns the line after it.

    What stands beside a cell has a column of its own, groups of columns a line above the heads.
    """
    beside = [any(row[n].aside for row in block.rows) for n in range(len(block.heads))]
    heads: list[tuple[str, str]] = []
    for place, head in enumerate(block.heads):
        aside = "" if place else say("workbook.list", language)
        heads += [(head.group, name) for name in ([head.text, aside][: 1 + beside[place]])]
    for place, (group, name) in enumerate(heads):
        if group and group != heads[place - 1][0]:
            sheet.write_string(line, place, group, formats.bold)
        sheet.write_string(line + 1, place, name, formats.head)
    line += 1
    _high(sheet, line, [name for _, name in heads], widths)
    for row in block.rows:
        line += 1
        texts: list[str] = []
        for number, cell in enumerate(row):
            texts.append(_write(sheet, formats, line, len(texts), cell))
            if beside[number]:
                said = visible(cell.aside)
                sheet.write_string(line, len(texts), said, formats.beside)
                texts.append(said)
        _high(sheet, line, texts, widths)
    return line + 1


def _write(sheet: Worksheet, formats: Formats, line: int, place: int, cell: Cell) -> str:
    """Write a cell: as a number what is one, as the memo shows it; returns it where it is text."""
    number = cell.sort
    if not isinstance(number, float) or "/" in cell.text:  # how many of how many
        said = visible(cell.text)
        sheet.write_string(line, place, said, formats.beside if place else formats.wrapped)
        return said
    if "%" in cell.text:
        shown = formats.change if cell.text[0] in "+-" else formats.part
    elif cell.text == points(number, signed=True):
        number, shown = number * 100, formats.points
    else:
        shown = formats.kinds["integer" if number.is_integer() else "ratio"]
    sheet.write_number(line, place, number, shown)
    return ""


def _high(sheet: Worksheet, line: int, texts: Sequence[str], widths: Sequence[int]) -> None:
    """Make a line as high as its texts need, folded to the widths of their columns."""
    lines = (-(-width_of(text) // max(width - 1, 1)) for text, width in zip(texts, widths))  # noqa: B905
    high = max(lines, default=1)
    if high > 1:
        sheet.set_row(line, LINE * high)
