"""memo.docx: the memo, word for word, as a Word file with its pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from basketbt.report.record import Record

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from markdown_it.token import Token

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PICTURE_CM = 16.0
# What a kind of Markdown makes of the paragraphs after it.
_STYLES = {
    "blockquote_open": "Intense Quote",
    "bullet_list_open": "List Bullet",
    "blockquote_close": "Normal",
    "bullet_list_close": "Normal",
}
_LATIN, _CHINESE = "Calibri", "Microsoft YaHei"


def word(record: Record, memo: str, pictures: Mapping[str, bytes]) -> bytes:
    """The memo's Markdown as a .docx; pictures it names are looked up in ``pictures``."""
    import docx
    from markdown_it import MarkdownIt

    document = docx.Document()
    _style(document)
    document.core_properties.title = record.facts.title
    document.core_properties.author = "basketbt"
    document.core_properties.created = _CREATED
    document.core_properties.modified = _CREATED
    tokens = MarkdownIt("commonmark").enable("table").parse(memo)
    _Writer(document, pictures).write(tokens)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_clock(buffer.getvalue())


class _Writer:
    """Walks the tokens of a memo: headings, paragraphs, quotes, bullets, tables, pictures."""

    def __init__(self, document: Document, pictures: Mapping[str, bytes]) -> None:
        self.document = document
        self.pictures = pictures
        self.style = "Normal"

    def write(self, tokens: list[Token]) -> None:
        table: list[list[Token]] = []
        heading = 0
        for token in tokens:
            self.style = _STYLES.get(token.type, self.style)
            if token.type == "heading_open":
                heading = int(token.tag[1])
            elif token.type == "heading_close":
                heading = 0
            elif token.type == "tr_open":
                table.append([])
            elif token.type == "table_close":
                self._table(table)
                table = []
            elif token.type == "inline" and table:
                table[-1].append(token)
            elif token.type == "inline":
                self._paragraph(token, heading)

    def _paragraph(self, token: Token, heading: int) -> None:
        if heading:
            paragraph = self.document.add_heading(level=min(heading - 1, 9))
        else:
            paragraph = self.document.add_paragraph(style=self.style)
        self._runs(paragraph, token)

    def _table(self, rows: list[list[Token]]) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        table = self.document.add_table(rows=len(rows), cols=len(rows[0]), style="Light Grid")
        for line, cells in zip(table.rows, rows, strict=True):
            for place, (cell, token) in enumerate(zip(line.cells, cells, strict=True)):
                paragraph = cell.paragraphs[0]
                self._runs(paragraph, token)
                if place:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                for run in paragraph.runs:
                    run.font.size = Pt(7.5)

    def _runs(self, paragraph: Paragraph, token: Token) -> None:
        bold = italic = False
        for child in token.children or []:
            if child.type in ("strong_open", "strong_close"):
                bold = child.type == "strong_open"
            elif child.type in ("em_open", "em_close"):
                italic = child.type == "em_open"
            elif child.type == "image":
                self._picture(paragraph, child)
            elif child.type in ("softbreak", "hardbreak"):
                paragraph.add_run(" ")
            else:
                run = paragraph.add_run(_visible(child.content))
                run.bold, run.italic = bold or None, italic or None

    def _picture(self, paragraph: Paragraph, token: Token) -> None:
        from docx.shared import Cm

        content = self.pictures.get(str(token.attrs.get("src", "")))
        if content is not None:
            shape = paragraph.add_run().add_picture(io.BytesIO(content), width=Cm(_PICTURE_CM))
            shape._inline.docPr.set("descr", token.content)


def _visible(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign == "\t")


def _style(document: Document) -> None:
    """One Latin and one Chinese family, and a page with room for the headline table."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        style: Any = document.styles[name]
        style.font.name = _LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    document.styles["Normal"].font.size = Pt(10)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.0)
        section.top_margin = section.bottom_margin = Cm(2.0)


def _without_clock(content: bytes) -> bytes:
    """The same archive with one fixed time on every member: python-docx stamps the present."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as still,
    ):
        for member in made.infolist():
            info = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            still.writestr(info, made.read(member))
    return buffer.getvalue()
