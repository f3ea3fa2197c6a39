"""The page and the styles of a Word file: A4, one Latin and one Chinese family, no type below 9 pt.

Lines have an exact height: a page then holds as many of them whatever fonts a machine has.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from basketbt.report.views.blocks import Document
from basketbt.text import shortened, visible

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import Section
    from docx.styles.style import ParagraphStyle
    from docx.table import Table

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PROPERTY = 255  # letters that a property of a Word file may have
_THUMBNAIL = "docProps/thumbnail.jpeg"

_WIDTH_CM, _HEIGHT_CM, _MARGIN_CM, _FOOT_CM = 21.0, 29.7, 1.5, 1.6
TEXT_CM = _WIDTH_CM - 2 * _MARGIN_CM
TEXT_HEIGHT_CM = _HEIGHT_CM - _MARGIN_CM - _FOOT_CM - 0.2
_TURNED_CM = _HEIGHT_CM - 2 * _MARGIN_CM

# Families that Word has everywhere; LibreOffice has a twin of the first, as wide letter by letter.
_LATIN, _CHINESE = "Arial", "Microsoft YaHei"
_INK, _ACCENT = "1F2937", "1F4E79"


@dataclass(frozen=True)
class Style:
    """A paragraph style: letters, height of a line (0: what it holds) and room below, in points."""

    name: str
    size: float
    line: float
    after: float
    base: str = "Normal"
    bold: bool | None = None
    next_with: bool = False


LEAD = Style("Lead", 10, 13, 4)
SMALL = Style("Small text", 9, 11.5, 2)
TILE = Style("Tile number", 15, 18, 0, bold=True)
CAPTION = Style("Caption", 9, 11.5, 2, bold=True, next_with=True)
BODY = {
    style.name: style
    for style in (
        Style("Normal", 10, 13, 5),
        Style("Title", 16, 20, 3, bold=True),
        Style("Heading 1", 14, 18, 4, bold=True, next_with=True),
        Style("Heading 2", 12, 16, 3, bold=True, next_with=True),
        Style("List Bullet", 9.5, 12.5, 3),
        Style("Quote", 9.5, 12.5, 4),
        Style("Table text", 9, 11.5, 0),
        Style("After table", 6, 6, 0),
        Style("Figure", 10, 0, 3),
        CAPTION,
        LEAD,
        SMALL,
        TILE,
    )
}


def new(document: Document) -> WordDocument:
    """An empty file with styles, page, footer and properties; no clock in it."""
    import docx

    made: WordDocument = docx.Document()
    _styles(made)
    _page(made.sections[0], wide=False)
    _footer(made.sections[0], document.line)
    about = made.core_properties
    about.title = shortened(visible(document.title), _PROPERTY)
    about.author, about.comments = "basketbt", ""
    about.created = about.modified = _CREATED
    about.language = _LANGUAGES[document.language]
    return made


def turned(made: WordDocument, *, wide: bool) -> float:
    """Begin a page that lies or stands; returns how wide its text is in centimetres."""
    from docx.enum.section import WD_SECTION

    _page(made.add_section(WD_SECTION.NEW_PAGE), wide=wide)
    return _TURNED_CM if wide else TEXT_CM


_LANGUAGES = {"en": "en-US", "zh": "zh-CN"}


def _styles(made: WordDocument) -> None:
    """Chinese is marked as of the mainland: else commas stand in the middle of their squares."""
    from docx.oxml.ns import qn

    for style in BODY.values():
        _set(made, style)
    for own in made.styles.element.iter(qn("w:lang")):
        own.set(qn("w:eastAsia"), "zh-CN")


def _set(made: WordDocument, style: Style) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_LINE_SPACING
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    names = {one.name for one in made.styles}
    if style.name in names:
        own: ParagraphStyle = made.styles[style.name]
    else:
        own = made.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
        own.base_style = made.styles[style.base]
    fonts = own.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), _LATIN)
    fonts.set(qn("w:eastAsia"), _CHINESE)
    own.font.size = Pt(style.size)
    own.font.bold = style.bold
    heading = style.name.startswith(("Heading", "Title"))
    own.font.color.rgb = RGBColor.from_string(_ACCENT if heading else _INK)
    layout = own.paragraph_format
    layout.space_before = Pt(8 if style.name.startswith("Heading") else 0)
    layout.space_after = Pt(style.after)
    layout.keep_with_next = style.next_with or None
    if style.line:
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(style.line)
    else:
        layout.line_spacing_rule = WD_LINE_SPACING.SINGLE


def _page(section: Section, *, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    size = (_HEIGHT_CM, _WIDTH_CM) if wide else (_WIDTH_CM, _HEIGHT_CM)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = map(Cm, size)
    section.left_margin = section.right_margin = section.top_margin = Cm(_MARGIN_CM)
    section.bottom_margin, section.footer_distance = Cm(_FOOT_CM), Cm(0.8)


def _footer(section: Section, line: str) -> None:
    """The run, the page and how many there are, which whoever opens the file fills in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = section.footer.paragraphs[0]
    paragraph.style = "Small text"
    paragraph.add_run(visible(f"{line} · "))
    for place, instruction in enumerate(("PAGE", "NUMPAGES")):
        if place:
            paragraph.add_run(" / ")
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), instruction)
        paragraph._p.append(field)


def rule(table: Table) -> None:
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


def saved(made: WordDocument) -> bytes:
    """The file, with one fixed time on every member: python-docx stamps the present.

    Its template's picture of an empty page stays behind.
    """
    written, buffer = io.BytesIO(), io.BytesIO()
    made.save(written)
    with (
        zipfile.ZipFile(written) as archive,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as still,
    ):
        for member in archive.infolist():
            if member.filename == _THUMBNAIL:
                continue
            info = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            content = archive.read(member)
            if member.filename == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            still.writestr(info, content)
    return buffer.getvalue()
