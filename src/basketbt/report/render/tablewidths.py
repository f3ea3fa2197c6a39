"""How the columns of a table share the width of a page: no word broken, no head clipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from basketbt.report.views.blocks import TableBlock
from basketbt.text import visible

#: Letters of a table in points.
LETTERS = 9.0
_CM_PER_POINT = 2.54 / 72
_CELL_MARGIN = 0.25
_BOLD = 1.08  # how much wider a letter of a head is

# Widths of signs as parts of the letter size, of Arial and its twins; others as a digit.
_NARROW, _WIDE = frozenset(" \u00a0.,:;'!|ijlftI()[]/-·"), frozenset("%mwMW@—…→")
_SIGN_EM = {
    "narrow": 0.3,
    "lower": 0.52,
    "other": 0.56,
    "capital": 0.69,
    "wide": 0.89,
    "chinese": 1.02,
}
_APART = 0.25

_WORD = re.compile(r"(?<=[/-])(?=[a-z])|[ \t\n]")
_SIGNS = re.compile(r"(?<=[\u2e80-\uffef])(?=[\u2e80-\uffef])")  # between Chinese characters


@dataclass(frozen=True)
class Fitted:
    """A table, or some of its columns, with the width of each in centimetres."""

    block: TableBlock
    widths: tuple[float, ...]

    @property
    def lines(self) -> int:
        """How many lines of text the rows take, the heads among them; a little too many."""
        heads = [head.text for head in self.block.heads]
        rows = [heads, *([cell.text for cell in row] for row in self.block.rows)]
        return sum(
            max(
                lines_of(text, width - _CELL_MARGIN, LETTERS)
                for text, width in zip(row, self.widths, strict=True)
            )
            for row in rows
        )


def ems(text: str) -> float:
    """How wide a text is, in letter sizes; Chinese stands a little apart from letters beside it."""
    kinds = [_kind(sign) for sign in text]
    apart = sum(
        (one == "chinese") != (other == "chinese") and "narrow" not in (one, other)
        for one, other in pairwise(kinds)
    )
    return sum(_SIGN_EM[one] for one in kinds) + _APART * apart


def _kind(sign: str) -> str:
    if sign > "\u2e7f":
        return "chinese"
    if sign in _NARROW:
        return "narrow"
    if sign in _WIDE:
        return "wide"
    return "capital" if sign.isupper() else "lower" if sign.islower() else "other"


def lines_of(text: str, width: float, points: float) -> int:
    """How many lines a text takes in a width in centimetres; a little too many."""
    room = max(1.0, 1.001 * width / (_CM_PER_POINT * points))
    lines, used = 1, 0.0
    for word in re.split(r"(?<=[ \t\n])|(?<=[\u2e80-\uffef])", text):
        length = ems(word)
        if used and used + ems(word.rstrip()) > room:
            lines, used = lines + 1, 0.0
        used += length
        if used > room:
            more = int(used // room)
            lines, used = lines + more, used - more * room
    return lines


def fits(block: TableBlock, width: float) -> bool:
    """Whether a table is no wider than ``width`` centimetres with no word broken."""
    return sum(_least(column) for column in _texts(block)) <= width


def parts(block: TableBlock, width: float) -> Iterator[Fitted]:
    """The table, or its columns by as many as one page is wide; each part begins with the first."""
    first, *others = range(len(block.heads))
    taken: list[int] = []
    for place in others:
        wider = _columns(block, [first, *taken, place])
        if taken and block.kind not in ("front", "tiles") and not fits(wider, width):
            yield _fitted(_columns(block, [first, *taken]), width)
            taken = []
        taken.append(place)
    yield _fitted(_columns(block, [first, *taken]), width)


def _columns(block: TableBlock, places: list[int]) -> TableBlock:
    rows = tuple(tuple(row[place] for place in places) for row in block.rows)
    return replace(block, heads=tuple(block.heads[place] for place in places), rows=rows)


def _texts(block: TableBlock) -> list[tuple[str, ...]]:
    heads = tuple(head.text for head in block.heads)
    rows = [heads, *(tuple(visible(cell.whole) for cell in row) for row in block.rows)]
    return list(zip(*rows, strict=True))


def _fitted(block: TableBlock, width: float) -> Fitted:
    """Each column as wide as its longest word; the rest to longer texts, then to heads.

    Of a table that is as narrow as its texts the rest of the page stays empty.
    """
    if block.kind == "tiles":
        return Fitted(block, (width / len(block.heads),) * len(block.heads))
    texts = _texts(block)
    least = [_least(column) for column in texts]
    left = width - sum(least)
    if left < 0:
        return Fitted(block, tuple(width * one / sum(least) for one in least))
    widths = least
    for wanted in ([_length(column[1:]) for column in texts], [_whole(column) for column in texts]):
        widths = _shared(widths, wanted, width)
    return Fitted(block, tuple(widths))


def _least(column: Sequence[str]) -> float:
    """The width of the longest word of a column; lines may end between Chinese signs."""
    head, *texts = column
    longest = [_longest_word(head) * _BOLD, *map(_longest_word, texts), 1.0]
    return max(longest) * LETTERS * _CM_PER_POINT + _CELL_MARGIN


def _length(texts: Sequence[str]) -> float:
    """The width of the longest text on one line."""
    return max(map(ems, texts), default=0.0) * LETTERS * _CM_PER_POINT + _CELL_MARGIN


def _whole(column: Sequence[str]) -> float:
    """The same of a column, whose head may take three."""
    head, *texts = column
    return max(_length(texts), ems(head) * _BOLD / 3 * LETTERS * _CM_PER_POINT + _CELL_MARGIN)


def _shared(widths: Sequence[float], wanted: Sequence[float], width: float) -> list[float]:
    """Widths, with what is left of the whole in equal shares to those that want more."""
    found, left = list(widths), width - sum(widths)
    wishes = [max(0.0, wish - one) for wish, one in zip(wanted, widths, strict=True)]
    for count, place in enumerate(sorted(range(len(wishes)), key=wishes.__getitem__)):
        given = min(wishes[place], left / (len(wishes) - count))
        found[place] += given
        left -= given
    return found


def _longest_word(text: str) -> float:
    return max(ems(word) for part in _WORD.split(text) for word in _SIGNS.split(part))
