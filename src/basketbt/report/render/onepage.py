"""The memo on one page: rows that find no room are counted, the figure takes what is left.

By an estimate of lines that is a little too high, so that it holds whatever fonts a machine has.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from basketbt.locale import Language, count
from basketbt.report.render import paper
from basketbt.report.render.docxpage import (
    BODY,
    CAPTION,
    LEAD,
    SMALL,
    TEXT_CM,
    TEXT_HEIGHT_CM,
    TILE,
    Style,
)
from basketbt.report.render.tablewidths import LETTERS, lines_of, parts
from basketbt.report.views.blocks import Bullets, Chart, Code, Document, TableBlock
from basketbt.report.views.numbers import joined

_CM_PER_POINT = 2.54 / 72
_SMALLEST_CM, _LARGEST_CM = 3.8, 7.5  # heights of the figure
_FEWEST_ROWS = 4


@dataclass(frozen=True)
class OnePage:
    """The blocks of the memo and how high its figure may be."""

    blocks: list[paper.Printed]
    picture_cm: float


def one_page(document: Document, pictures: Collection[str]) -> OnePage:
    """The front page; of a table that is too long its last rows stand in the appendix only."""
    blocks = paper.front(document, pictures)
    least = _SMALLEST_CM if any(isinstance(one, Chart) for one in blocks) else 0.0
    place = next(
        (n for n, one in enumerate(blocks) if isinstance(one, TableBlock) and one.kind == "front"),
        None,
    )
    room = TEXT_HEIGHT_CM - _height(document.title, blocks)
    if place is not None and room < least:
        table = blocks[place]
        assert isinstance(table, TableBlock)
        left = len(table.rows)
        while room < least and left > _FEWEST_ROWS:
            left -= 1
            blocks[place] = _shorter(table, left, document.language)
            room = TEXT_HEIGHT_CM - _height(document.title, blocks)
    return OnePage(blocks, max(least, min(_LARGEST_CM, room)))


def _shorter(table: TableBlock, rows: int, language: Language) -> TableBlock:
    """The first rows of a table; the others are counted in its note."""
    more = count("count.more_rows", len(table.rows) - rows, language)
    return replace(table, rows=table.rows[:rows], note=joined([more, table.note], language))


def _height(title: str, blocks: list[paper.Printed]) -> float:
    """Centimetres that text and tables take, a little too many."""
    points = _lines(title, BODY["Title"])
    for block in blocks:
        if isinstance(block, TableBlock):
            points += _table(block)
        elif isinstance(block, Chart):
            points += _lines(block.caption, CAPTION) + 4
        elif not isinstance(block, Bullets | Code):
            points += _lines(block.text, LEAD if block.kind == "lead" else SMALL)
    return points * _CM_PER_POINT


def _lines(text: str, style: Style) -> float:
    return lines_of(text, TEXT_CM, style.size) * style.line + style.after


def _table(block: TableBlock) -> float:
    cell = BODY["Table text"]
    fitted = next(parts(block, TEXT_CM))
    height = fitted.lines * cell.line + 0.75 * (len(block.rows) + 1) + BODY["After table"].line
    if block.kind == "tiles":
        asides = (
            lines_of(one.aside, width, LETTERS)
            for one, width in zip(block.rows[0], fitted.widths, strict=True)
        )
        height += TILE.line + cell.line * (max(asides) - 1)
    if block.caption:
        height += _lines(block.caption, CAPTION)
    return height + (_lines(block.note, SMALL) if block.note else 0.0)
