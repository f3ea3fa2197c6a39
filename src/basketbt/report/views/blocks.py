"""What a report is made of, whatever it becomes: documents, sections, blocks, cells.

Text here is plain; each renderer escapes it. What is marked ``screen`` stands on the page only: a
memo on paper has no room for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

from basketbt.locale import Language
from basketbt.report.data import Colours
from basketbt.report.model import Value
from basketbt.report.views.numbers import NONE, money, percent, points, probability_text, unsigned
from basketbt.results import SIGNIFICANT

Tone = Literal["", "up", "down"]

#: Steps of a heat map on each side of zero; the style sheet has a shade for each.
SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its text, what it sorts by, its colour.

    ``sort`` None puts the cell last. ``shade`` is -5 (most negative) to 5, None without a ground.
    ``aside`` stands smaller beside the text; a ``strong`` cell stands out.
    """

    text: str
    sort: float | str | None = None
    tone: Tone = ""
    shade: int | None = None
    title: str = ""
    aside: str = ""
    strong: bool = False

    @property
    def whole(self) -> str:
        """The text and what stands beside it."""
        return f"{self.text} {self.aside}" if self.aside else self.text


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its heading, an explanation on hover, and whether it holds numbers.

    Neighbours of one ``group`` stand under a heading of that name. A phone has no room for a
    ``minor`` one.
    """

    text: str
    title: str = ""
    number: bool = True
    group: str = ""
    screen: bool = False
    minor: bool = False


@dataclass(frozen=True, kw_only=True)
class TableBlock:
    """A table. The first cell of each row heads the row.

    ``picture`` names the file of a heat map's picture, empty for none; ``note`` stands below it.
    The ``front`` table is that of the first page; ``tiles`` are one row of numbers to remember.
    """

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: Literal["plain", "heat", "matrix", "front", "tiles"] = "plain"
    picture: str = ""
    note: str = ""
    screen: bool = False
    block: str = "table"

    @property
    def groups(self) -> list[tuple[str, int]]:
        """(name, how many columns) from left to right; empty if no column has a group."""
        if not any(head.group for head in self.heads):
            return []
        runs = groupby(self.heads, key=lambda head: head.group)
        return [(name, len(list(heads))) for name, heads in runs]

    @property
    def on_paper(self) -> TableBlock:
        """The table without the columns that are for the screen; rows are headed by a name."""
        places = [place for place, head in enumerate(self.heads) if not head.screen]
        named = self.rows
        if self.kind not in ("front", "tiles"):
            heads = (row[0].aside or row[0].text for row in self.rows)
            named = tuple(
                (replace(row[0], text=head, aside=""), *row[1:])
                for head, row in zip(heads, self.rows, strict=True)
            )
        rows = tuple(tuple(row[place] for place in places) for row in named)
        return replace(self, heads=tuple(self.heads[place] for place in places), rows=rows)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart: ``data`` is what render/charts draws, on the page and as a picture.

    ``alt`` is what one sees in it, a sentence that stands below it and for it; ``how`` says how to
    read it, ``note`` what its figures hold. ``picture`` names its file; a ``flat`` one is small: it
    stands on the first page.
    """

    id: str
    caption: str
    alt: str
    data: dict[str, Any]
    how: str = ""
    note: str = ""
    flat: bool = False
    picture: str = ""
    block: str = "chart"


@dataclass(frozen=True, kw_only=True)
class Prose:
    """A paragraph; ``kind`` warning stands out, lead is read first, a hint is for the screen."""

    text: str
    kind: Literal["text", "warning", "lead", "fine", "hint"] = "text"
    block: str = "prose"


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A list of sentences, each under a name or none; ``whole`` where they are cut on paper."""

    items: tuple[tuple[str, str], ...]
    whole: tuple[tuple[str, str], ...] = ()
    block: str = "bullets"


@dataclass(frozen=True, kw_only=True)
class Code:
    """Text to copy, as it stands."""

    text: str
    label: str
    block: str = "code"


@dataclass(frozen=True, kw_only=True)
class Fold:
    """Blocks behind a line that opens them; on paper its prose under its title, or nothing."""

    title: str
    blocks: tuple[Block, ...]
    aside: str = ""
    open: bool = False
    screen: bool = False
    block: str = field(default="fold")


Block = TableBlock | Chart | Prose | Bullets | Code | Fold


@dataclass(frozen=True)
class Section:
    """Blocks under a title; ``anchor`` is unique in its document."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    screen: bool = False


@dataclass(frozen=True)
class Chapter:
    """An event with its sections, or the sections that concern the whole of a study."""

    anchor: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report in one language. ``line`` says what it is of, ``prices`` where they are from,
    ``source`` the same as a line below a figure.

    ``front`` is its first page, empty for none; then the chapters are its appendix.
    """

    title: str
    line: str
    prices: str
    language: Language
    colours: Colours
    chapters: tuple[Chapter, ...]
    front: tuple[Block, ...] = ()
    source: str = ""

    @property
    def blocks(self) -> list[Block]:
        """Every block in its order, those of folds too."""
        sections = (section for chapter in self.chapters for section in chapter.sections)
        return flat([*self.front, *(block for one in sections for block in one.blocks)])


def flat(blocks: Iterable[Block]) -> list[Block]:
    """Blocks with those inside folds, in their order."""
    found: list[Block] = []
    for block in blocks:
        found += [block, *(flat(block.blocks) if isinstance(block, Fold) else ())]
    return found


def bullets(sentences: Iterable[str]) -> Bullets:
    """Sentences without names."""
    return Bullets(items=tuple(("", said) for said in sentences))


def text(value: Value, *, title: str = "", aside: str = "") -> Cell:
    """A cell of words; empty cells sort last."""
    words = " ".join(str(value).splitlines()) if value is not None else ""
    return Cell(words, words or None, title=title, aside=aside)


def number(value: Value, digits: int = 0, *, title: str = "") -> Cell:
    """A plain number; a dash where it does not exist."""
    if not isinstance(value, int | float):
        return Cell(NONE, None, title=title)
    return Cell(f"{value:,.{digits}f}", float(value), title=title)


def change(value: Value, *, title: str = "") -> Cell:
    """A signed percentage that is coloured by its sign."""
    if not isinstance(value, int | float):
        return Cell(NONE, None, title=title)
    shown = percent(float(value))
    return Cell(shown, float(value), tone(shown), title=title)


def gained(value: Value) -> Cell:
    """A signed difference of percentages in points, coloured by its sign."""
    if not isinstance(value, int | float):
        return Cell(NONE, None)
    shown = points(float(value), signed=True)
    return Cell(shown, float(value), tone(shown))


def share(value: Value, *, title: str = "") -> Cell:
    """A percentage that has no sign to speak of: a weight, an overlap."""
    if not isinstance(value, int | float):
        return Cell(NONE, None, title=title)
    return Cell(unsigned(value), float(value), title=title)


def amount(value: Value, language: Language, *, title: str = "") -> Cell:
    """Yuan in a unit that fits, sorted and copied to the yuan; a dash where there are none."""
    if not isinstance(value, int | float):
        return Cell(NONE, None, title=title)
    return Cell(money(float(value), language), float(round(value)), title=title)


def probability(value: Value) -> Cell:
    """A p-value to three places; one below 5 % stands out."""
    if not isinstance(value, int | float):
        return Cell(NONE, None)
    return Cell(probability_text(value), float(value), strong=value < SIGNIFICANT)


def tone(shown: str) -> Tone:
    """The colour of a number as printed: a rounded zero has none."""
    if shown.startswith("+"):
        return "up"
    return "down" if shown.startswith("-") else ""


def shade(value: float, scale: float) -> int:
    """The step of a heat map, rounded towards the stronger one; 0 only for 0."""
    if not scale:
        return 0
    step = max(-1.0, min(1.0, value / scale)) * SHADES
    return int(step + 0.999999) if step > 0 else -int(-step + 0.999999)
