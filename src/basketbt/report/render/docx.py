"""memo.docx: what stands on paper, with its pictures, as a Word file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from basketbt.locale import say
from basketbt.report.views.blocks import (
    Block,
    Bullets,
    Cell,
    Chart,
    Code,
    Document,
    Fold,
    Prose,
    TableBlock,
)
from basketbt.text import visible

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table
    from docx.text.paragraph import Paragraph

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
_LATIN, _CHINESE = "Calibri", "Microsoft YaHei"


def word(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """The document as .docx; ``pictures``: ``<name>.png`` → content."""
    import docx

    made = docx.Document()
    _style(made)
    made.core_properties.title = visible(document.title)
    made.core_properties.author = "basketbt"
    made.core_properties.created = _CREATED
    made.core_properties.modified = _CREATED
    made.core_properties.comments = ""
    _Writer(made, pictures, say("joint.colon", document.language)).write(document)
    buffer = io.BytesIO()
    made.save(buffer)
    return _without_clock(buffer.getvalue())


class _Writer:
    """Writes the blocks of a document one after another."""

    def __init__(self, made: WordDocument, pictures: Mapping[str, bytes], colon: str) -> None:
        self.made = made
        self.pictures = pictures
        self.colon = colon

    def write(self, document: Document) -> None:
        self._paragraph(document.title, style="Title")
        self._paragraph(document.prices)
        for chapter in document.chapters:
            self._paragraph(chapter.title, style="Heading 1")
            for section in chapter.sections:
                blocks = [b for b in section.blocks if self._shown(b, screen=section.screen)]
                if blocks:
                    self._paragraph(section.title, style="Heading 2")
                for block in blocks:
                    self._block(block, picture_only=section.screen)

    def _shown(self, block: Block, *, screen: bool) -> bool:
        """Whether a block leaves something on paper; of the screen's sections only pictures."""
        if isinstance(block, Chart) or (screen and isinstance(block, TableBlock)):
            return f"{block.picture}.png" in self.pictures
        if isinstance(block, Fold):
            return not screen and any(isinstance(one, Prose) for one in block.blocks)
        return not screen and not (isinstance(block, Prose) and block.kind == "hint")

    def _block(self, block: Block, *, picture_only: bool) -> None:
        if isinstance(block, TableBlock):
            if not picture_only:
                self._table(block.on_paper)
            self._picture(block.picture, block.caption)
        elif isinstance(block, Chart):
            self._picture(block.picture, block.caption)
        elif isinstance(block, Prose):
            self._paragraph(block.text, style="Quote" if block.kind == "warning" else "Normal")
        elif isinstance(block, Bullets):
            for name, said in block.items:
                self._paragraph(said, style="List Bullet", name=name)
        elif isinstance(block, Fold):
            said = " ".join(
                one.text for one in block.blocks if isinstance(one, Prose) and one.kind != "hint"
            )
            self._paragraph(said, name=f"{block.title} · {block.aside}")
        elif isinstance(block, Code):
            self._paragraph(block.text, name=block.label)

    def _paragraph(self, text: str, *, style: str = "Normal", name: str = "") -> None:
        paragraph = self.made.add_paragraph(style=style)
        if name:
            paragraph.add_run(_joined(visible(f"{name}{self.colon}"))).bold = True
        paragraph.add_run(_joined(visible(text)))

    def _picture(self, stem: str, caption: str) -> None:
        from docx.shared import Cm

        content = self.pictures.get(f"{stem}.png")
        if content is not None:
            run = self.made.add_paragraph().add_run()
            shape = run.add_picture(io.BytesIO(content), width=Cm(_PICTURE_CM))
            shape._inline.docPr.set("descr", caption)
            self.made.add_paragraph(style="Caption").add_run(_joined(visible(caption)))

    def _table(self, block: TableBlock) -> None:
        """A table of the width of the text, its heads grey, its numbers to the right."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Cm, Pt

        self._paragraph(block.caption, style="Caption")
        heads = tuple(Cell(head.text, strong=True) for head in block.heads)
        rows = [heads, *block.rows]
        table = self.made.add_table(rows=len(rows), cols=len(heads))
        table.autofit = False
        _rule(table)
        texts = [[visible(cell.whole) for cell in row] for row in rows]
        widths, size = _widths(texts)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        # A row's ``cells`` are sought anew at each call, which makes long tables slow.
        cells = iter(table._cells)
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                made = next(cells)
                made.width = Cm(widths[place])
                paragraph: Paragraph = made.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                run = paragraph.add_run(texts[line][place])
                run.font.size = Pt(size)
                run.bold = cell.strong or None
                if block.heads[place].number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self.made.add_paragraph().paragraph_format.space_after = Pt(0)


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
    wishes = [max(0, min(text - word, 24)) + 0.5 for text, word in zip(texts, words, strict=True)]
    return [w + left * wish / sum(wishes) for w, wish in zip(least, wishes, strict=True)], size


def _longest_word(text: str) -> int:
    return max(map(_length, _WORD.split(text)))


def _length(text: str) -> int:
    """Letters of a text; a Chinese character takes the room of two."""
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


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


def _style(document: WordDocument) -> None:
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
