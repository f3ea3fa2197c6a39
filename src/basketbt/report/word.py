"""memo.docx: the memo, word for word, as a Word file with its pictures."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from basketbt.report.record import Record

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph
    from markdown_it.token import Token

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_THUMBNAIL = "docProps/thumbnail.jpeg"
_PICTURE_CM = 16.0
_TEXT_CM = 17.0  # A4 less two margins of two
# Letters of a table in points, how small they may become, and how wide one is at most.
_LETTERS, _SMALLEST, _CM_PER_POINT, _CELL_MARGIN = 7.5, 5.5, 0.0235, 0.3
_BOLD = 1.25  # how much wider a letter of a head may be, where Word's own family is missing
_WORD = re.compile(r"(?<=[/-])(?=[a-z])|\s")
_MINUS, _DASH = re.compile(r"(?<![A-Za-z0-9])-(?=\d)"), re.compile(r"-(?=\d)")
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
    document.core_properties.comments = ""
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
        left: list[bool] = []
        heading = 0
        for token in tokens:
            self.style = _STYLES.get(token.type, self.style)
            if token.type == "heading_open":
                heading = int(token.tag[1])
            elif token.type == "heading_close":
                heading = 0
            elif token.type == "tr_open":
                table.append([])
            elif token.type == "th_open":
                left.append("right" not in str(token.attrs.get("style", "")))
            elif token.type == "table_close":
                self._table(table, left)
                table, left = [], []
            elif token.type == "inline" and table:
                table[-1].append(token)
            elif token.type == "inline":
                self._paragraph(token, heading)

    def _paragraph(self, token: Token, heading: int) -> None:
        if heading:
            paragraph = self.document.add_heading(level=min(heading - 1, 9))
        else:
            paragraph = self.document.add_paragraph(style=self.style)
        self._runs(paragraph, token, flowing=True)

    def _table(self, rows: list[list[Token]], left: list[bool]) -> None:
        """A table of the width of the text; ``left`` says which columns are words."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Cm, Pt

        table = self.document.add_table(rows=len(rows), cols=len(rows[0]))
        table.autofit = False
        _rule(table)
        widths, size = _widths([[_said(token) for token in row] for row in rows])
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        # A row's ``cells`` are sought anew at each call, which makes long tables slow.
        cells = iter(table._cells)
        for line, row in enumerate(rows):
            for place, token in enumerate(row):
                cell = next(cells)
                cell.width = Cm(widths[place])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                self._runs(paragraph, token, flowing=False)
                if not left[place]:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                for run in paragraph.runs:
                    run.font.size = Pt(size)
                    run.bold = run.bold or line == 0 or None
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _runs(self, paragraph: Paragraph, token: Token, *, flowing: bool) -> None:
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
                text = _visible(child.content)
                run = paragraph.add_run(_joined(text) if flowing else text)
                run.bold, run.italic = bold or None, italic or None

    def _picture(self, paragraph: Paragraph, token: Token) -> None:
        from docx.shared import Cm

        content = self.pictures.get(str(token.attrs.get("src", "")))
        if content is not None:
            shape = paragraph.add_run().add_picture(io.BytesIO(content), width=Cm(_PICTURE_CM))
            shape._inline.docPr.set("descr", token.content)


def _joined(text: str) -> str:
    """Text in which no line ends between a minus and its number, nor inside a date.

    A word joiner alone holds in LibreOffice and the minus sign in Word, which breaks after hyphens;
    the hyphen that does not break of Word lets LibreOffice break elsewhere in a number.
    """
    return _DASH.sub("-\u2060", _MINUS.sub("\u2212\u2060", text))


def _widths(rows: list[list[str]]) -> tuple[list[float], float]:
    """Centimetres of each column, and the size of its letters in points.

    No word is broken: each column is as wide as its longest one, and what is left goes to the
    columns with long texts. Where that is more than the page, the letters become smaller.
    """
    columns = list(zip(*rows, strict=True))
    words = [
        max(_longest_word(head) * _BOLD, *map(_longest_word, texts)) for head, *texts in columns
    ]
    texts = [max(map(_length, column)) for column in columns]
    size = _LETTERS
    while True:
        letter = size * _CM_PER_POINT
        least = [word * letter + _CELL_MARGIN for word in words]
        left = _TEXT_CM - sum(least)
        if left >= 0 or size <= _SMALLEST:
            break
        size -= 0.5
    if left < 0:
        return [_TEXT_CM * one / sum(least) for one in least], size
    wishes = [min(text - word, 24) + 0.5 for text, word in zip(texts, words, strict=True)]
    return [w + left * wish / sum(wishes) for w, wish in zip(least, wishes, strict=True)], size


def _longest_word(text: str) -> int:
    return max(map(_length, _WORD.split(text)))


def _length(text: str) -> int:
    """Letters of a text; a Chinese character takes the room of two."""
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


def _said(token: Token) -> str:
    """The text of a cell without its marks."""
    return "".join(child.content for child in token.children or [])


def _rule(table: Table) -> None:
    """Thin lines between the rows, a grey header that repeats on each page, rows kept whole."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    def element(name: str, **values: str) -> Any:
        made = OxmlElement(name)
        for key, value in values.items():
            made.set(qn(f"w:{key}"), value)
        return made

    borders = element("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(element(f"w:{side}", val="single", sz="4", space="0", color="C9CED6"))
    table._tbl.tblPr.append(borders)
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w="57", type="dxa"))
    table._tbl.tblPr.append(margins)
    for line, row in enumerate(table._tbl.tr_lst):
        row.get_or_add_trPr().append(element("w:cantSplit"))
        if line == 0:
            row.get_or_add_trPr().append(element("w:tblHeader"))
            for cell in row.tc_lst:
                shade = element("w:shd", val="clear", color="auto", fill="EEF1F4")
                cell.get_or_add_tcPr().append(shade)


def _visible(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign == "\t")


def _style(document: Document) -> None:
    """One Latin and one Chinese family, and a page with room for the headline table.

    Chinese is marked as of the mainland: otherwise its commas stand in the middle of their squares.
    """
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        style: Any = document.styles[name]
        style.font.name = _LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    document.styles["Normal"].font.size = Pt(10)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for section in document.sections:
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.0)
        section.top_margin = section.bottom_margin = Cm(2.0)


def _without_clock(content: bytes) -> bytes:
    """The same archive with one fixed time on every member: python-docx stamps the present.

    Its template's picture of an empty page stays behind.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as still,
    ):
        for member in made.infolist():
            if member.filename == _THUMBNAIL:
                continue
            info = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            content = made.read(member)
            if member.filename == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            still.writestr(info, content)
    return buffer.getvalue()
