"""memo.docx and appendix.docx: what stands on paper, with its pictures, as Word files.

The memo is one page: its figure takes the room that text and table leave.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from basketbt.locale import say
from basketbt.report.render import paper
from basketbt.report.render.docxpage import (
    CAPTION,
    LEAD,
    SMALL,
    TEXT_CM,
    TILE,
    new,
    rule,
    saved,
    turned,
)
from basketbt.report.render.onepage import one_page
from basketbt.report.render.tablewidths import Fitted, fits, parts
from basketbt.report.views.blocks import (
    Bullets,
    Cell,
    Chart,
    Code,
    Document,
    TableBlock,
)
from basketbt.text import visible

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_PICTURE_CM = 16.0  # its width in the appendix
_MINUS, _DASH = re.compile(r"(?<![A-Za-z0-9])-(?=\d)"), re.compile(r"-(?=\d)")
_STYLES = {"warning": "Quote", "fine": SMALL.name, "lead": LEAD.name}


def memo(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """The front page, of a document without one the whole of it.

    ``pictures``: ``<name>.png`` → content.
    """
    writer = _Writer(document, pictures)
    writer.paragraph(document.title, style="Title")
    if document.front:
        page = one_page(document, writer.stems)
        writer.picture_cm = (TEXT_CM, page.picture_cm)
        for block in page.blocks:
            writer.block(block)
    else:
        writer.chapters()
    return saved(writer.made)


def appendix(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """All else, a heading for each section; pages are turned where a table is too wide."""
    writer = _Writer(document, pictures)
    title = say("memo.appendix_to", document.language, title=document.title)
    writer.paragraph(title, style="Title")
    writer.chapters()
    return saved(writer.made)


class _Writer:
    """Writes the blocks of a document one after another."""

    def __init__(self, document: Document, pictures: Mapping[str, bytes]) -> None:
        self.document = document
        self.made = new(document)
        self.pictures = pictures
        self.stems = frozenset(name.removesuffix(".png") for name in pictures)
        self.colon = say("joint.colon", document.language)
        self.width = TEXT_CM
        self.picture_cm: tuple[float, float | None] = (_PICTURE_CM, None)

    def chapters(self) -> None:
        """Every chapter with its sections, below where the prices are from."""
        self.paragraph(self.document.prices, style=SMALL.name)
        for chapter in paper.appendix(self.document, self.stems):
            self.paragraph(chapter.title, style="Heading 1")
            for title, blocks in chapter.sections:
                self._turn(blocks)
                self.paragraph(title, style="Heading 2")
                for block in blocks:
                    self.block(block)

    def _turn(self, blocks: list[paper.Printed]) -> None:
        """Turn the page for a section with a table that is too wide, and back after it."""
        tables = [one for one in blocks if isinstance(one, TableBlock)]
        wide = not all(fits(one, TEXT_CM) for one in tables)
        if wide != (self.width > TEXT_CM):
            self.width = turned(self.made, wide=wide)

    def block(self, block: paper.Printed) -> None:
        if isinstance(block, TableBlock):
            self._tables(block)
        elif isinstance(block, Chart):
            self._picture(block)
        elif isinstance(block, Bullets):
            for name, said in block.items:
                self.paragraph(said, style="List Bullet", name=name)
        elif isinstance(block, Code):
            self.paragraph(block.text, name=block.label)
        else:
            self.paragraph(block.text, style=_STYLES.get(block.kind, "Normal"))

    def paragraph(self, text: str, *, style: str = "Normal", name: str = "") -> None:
        made = self.made.add_paragraph(style=style)
        if name:
            made.add_run(_joined(visible(f"{name}{self.colon}"))).bold = True
        made.add_run(_joined(visible(text)))

    def _picture(self, chart: Chart) -> None:
        from docx.shared import Cm, Emu

        content = self.pictures.get(f"{chart.picture}.png")
        if content is None:
            return
        self.paragraph(chart.caption, style=CAPTION.name)
        run = self.made.add_paragraph(style="Figure").add_run()
        shape = run.add_picture(io.BytesIO(content))
        width, height = self.picture_cm
        scale = min(
            Cm(one) / has for one, has in ((width, shape.width), (height, shape.height)) if one
        )
        shape.width, shape.height = (Emu(int(one * scale)) for one in (shape.width, shape.height))
        shape._inline.docPr.set("descr", visible(chart.alt))

    def _tables(self, block: TableBlock) -> None:
        """A table; of one too wide for a turned page its columns in several."""
        if block.caption:
            self.paragraph(block.caption, style=CAPTION.name)
        for part in parts(block, self.width):
            self._table(part)
        if block.kind == "front" and block.note:
            self.paragraph(block.note, style=SMALL.name)

    def _table(self, fitted: Fitted) -> None:
        """A table with grey heads, its numbers to the right; the numbers of tiles are large."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Cm

        block, tiles = fitted.block, fitted.block.kind == "tiles"
        heads = tuple(Cell(head.text, strong=True) for head in block.heads)
        rows = [heads, *block.rows]
        table: Table = self.made.add_table(rows=len(rows), cols=len(heads))
        table.autofit = False
        rule(table)
        for column, width in zip(table.columns, fitted.widths, strict=True):
            column.width = Cm(width)
        # A row's ``cells`` are sought anew at each call, which makes long tables slow.
        cells = iter(table._cells)
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                made = next(cells)
                made.width = Cm(fitted.widths[place])
                paragraph: Paragraph = made.paragraphs[0]
                paragraph.style = self.made.styles[TILE.name if tiles and line else "Table text"]
                paragraph.add_run(visible(cell.text if tiles else cell.whole)).bold = (
                    cell.strong or None
                )
                if tiles and cell.aside:
                    made.add_paragraph(visible(cell.aside), style="Table text")
                if block.heads[place].number and not tiles:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self.made.add_paragraph(style="After table")


def _joined(text: str) -> str:
    """Text in which no line ends between a minus and its number, nor inside a date.

    A word joiner alone holds in LibreOffice and the minus sign in Word, which breaks after hyphens;
    the hyphen that does not break of Word lets LibreOffice break elsewhere in a number.
    """
    return _DASH.sub("-\u2060", _MINUS.sub("\u2212\u2060", text))
