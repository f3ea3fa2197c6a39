"""memo.docx: what stands on paper, with its pictures, as a Word file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
_MARGIN_CM = 1.5
_TEXT_CM = 18.0  # A4 less two margins
# Letters of a table in points, how small they may become, and how wide one is at most.
_LETTERS, _SMALLEST, _CM_PER_POINT, _CELL_MARGIN = 8.5, 8.0, 0.0235, 0.2
_FRONT, _TILE, _ASIDE = 9.0, 15.0, 7.0  # of the first page: its table, a tile, what stands beside
_BOLD = 1.25  # how much wider a letter of a head may be, where Word's own family is missing
_WORD = re.compile(r"(?<=[/-])(?=[a-z])|\s")
_MINUS, _DASH = re.compile(r"(?<![A-Za-z0-9])-(?=\d)"), re.compile(r"-(?=\d)")
_SIGNS = re.compile(r"(?<=[\u2e80-\uffef])(?=[\u2e80-\uffef])")  # between Chinese characters
_SMALL = "Small text"
_STYLES = {"warning": "Quote", "fine": _SMALL}
_LATIN, _CHINESE = "Calibri", "Microsoft YaHei"


def word(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """The document as .docx; ``pictures``: ``<name>.png`` → content."""
    import docx

    made = docx.Document()
    _style(made)
    made.core_properties.title = visible(document.title)[:255]  # what Word allows
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
        self._paragraph(document.prices, style=_SMALL)
        if document.front:
            for block in document.front:
                self._block(block, picture_only=False)
            title = say("memo.appendix", document.language)
            self._paragraph(title, style="Heading 1")
            self.made.paragraphs[-1].paragraph_format.page_break_before = True
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
                self._tables(block.on_paper)
            self._picture(block.picture, block.caption)
        elif isinstance(block, Chart):
            self._picture(block.picture, block.caption)
        elif isinstance(block, Prose):
            self._paragraph(block.text, style=_STYLES.get(block.kind, "Normal"))
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

    def _tables(self, block: TableBlock) -> None:
        """A table; of one too wide for letters that can be read its columns in several."""
        if block.caption:
            self._paragraph(block.caption, style="Caption")
        for part in _parts(block):
            self._table(part)
        if block.kind == "front" and block.note:
            self._paragraph(block.note, style=_SMALL)

    def _table(self, block: TableBlock) -> None:
        """A table of the width of the text, its heads grey, its numbers to the right.

        What stands beside a cell is smaller; the numbers of tiles are large.
        """
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Cm, Pt

        heads = tuple(Cell(head.text, strong=True) for head in block.heads)
        rows = [heads, *block.rows]
        table = self.made.add_table(rows=len(rows), cols=len(heads))
        table.autofit = False
        _rule(table)
        apart = _apart(block)
        texts = [[visible(cell.text if apart else cell.whole) for cell in row] for row in rows]
        whole = [[visible(cell.whole) for cell in row] for row in rows]
        widths, size = _widths(whole, _letters(block))
        if block.kind == "tiles":
            widths = [_TEXT_CM / len(heads)] * len(heads)
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
                run.font.size = Pt(_TILE if block.kind == "tiles" and line else size)
                run.bold = cell.strong or None
                if apart and cell.aside:
                    paragraph.add_run(visible(f" {cell.aside}")).font.size = Pt(_ASIDE)
                if block.heads[place].number and block.kind != "tiles":
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self.made.add_paragraph().paragraph_format.space_after = Pt(0)


def _joined(text: str) -> str:
    """Text in which no line ends between a minus and its number, nor inside a date.

    A word joiner alone holds in LibreOffice and the minus sign in Word, which breaks after hyphens;
    the hyphen that does not break of Word lets LibreOffice break elsewhere in a number.
    """
    return _DASH.sub("-\u2060", _MINUS.sub("\u2212\u2060", text))


def _apart(block: TableBlock) -> bool:
    """Whether what stands beside a cell is written smaller."""
    return block.kind in ("front", "tiles")


def _letters(block: TableBlock) -> tuple[float, float]:
    """The size of a table's letters in points, and how small they may become."""
    return (_FRONT, _FRONT) if _apart(block) else (_LETTERS, _SMALLEST)


def _parts(block: TableBlock) -> Iterator[TableBlock]:
    """The table, or its columns by as many as one page is wide; each part begins with the first."""
    first, *others = range(len(block.heads))
    taken: list[int] = []
    for place in others:
        if taken and not _fits(block, [first, *taken, place]):
            yield _columns(block, [first, *taken])
            taken = []
        taken.append(place)
    yield _columns(block, [first, *taken])


def _columns(block: TableBlock, places: list[int]) -> TableBlock:
    rows = tuple(tuple(row[place] for place in places) for row in block.rows)
    return replace(block, heads=tuple(block.heads[place] for place in places), rows=rows)


def _fits(block: TableBlock, places: list[int]) -> bool:
    """Whether no word of these columns is broken in the smallest letters of the table."""
    if _apart(block):
        return True
    heads = [head.text for head in block.heads]
    rows = [heads, *([cell.whole for cell in row] for row in block.rows)]
    letter = _SMALLEST * _CM_PER_POINT
    columns = ([visible(row[place]) for row in rows] for place in places)
    return sum(_least(column) * letter + _CELL_MARGIN for column in columns) <= _TEXT_CM


def _least(column: Sequence[str]) -> float:
    """Letters of the longest word of a column; its head is bold and may break between signs."""
    head, *texts = column
    longest = max(map(_longest_word, _SIGNS.split(head)))
    return max(longest * _BOLD, *map(_longest_word, texts), 1)


def _widths(rows: list[list[str]], letters: tuple[float, float]) -> tuple[list[float], float]:
    """Centimetres of each column, and the size of its letters in points.

    No word is broken: each column is as wide as its longest one, and what is left goes to the
    columns with long texts. Where that is more than the page, the letters become smaller.
    """
    columns = list(zip(*rows, strict=True))
    words = [_least(column) for column in columns]
    texts = [max(map(_length, column)) for column in columns]
    size, smallest = letters
    while True:
        letter = size * _CM_PER_POINT
        least = [word * letter + _CELL_MARGIN for word in words]
        left = _TEXT_CM - sum(least)
        if left >= 0 or size <= smallest:
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
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        style: Any = document.styles[name]
        style.font.name = _LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    document.styles["Title"].font.size = Pt(18)
    document.styles["Title"].paragraph_format.space_after = Pt(4)
    small = document.styles.add_style(_SMALL, WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = document.styles["Normal"]
    small.font.size = Pt(9)
    small.paragraph_format.space_after = Pt(2)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for section in document.sections:
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(_MARGIN_CM)
        section.top_margin = section.bottom_margin = Cm(_MARGIN_CM)
        section.footer_distance = Cm(0.7)
        _page_number(section.footer.paragraphs[0])


def _page_number(paragraph: Paragraph) -> None:
    """The number of the page, which whoever opens the file fills in."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


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
