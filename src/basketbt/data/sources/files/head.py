"""Where a table's data begin and what stands above them, seen from its first rows.

Exports put titles above the headers, names and units below them, and in tables of several fields
and securities rows of codes, names and fields in any order. Pure functions on rows of cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from basketbt.data.sources.files.codes import is_code
from basketbt.data.sources.files.headers import KNOWN, is_date_header, plain

Row = Sequence[Any]

MOST = 12  # rows above the data
_CODES = 0.8  # of the cells beside the first are codes: the row is one of codes

_DAY = re.compile(
    r"(19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T,，].*)?"
    r"|(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\.0)?"
    r"|\d{1,2}/\d{1,2}/(19|20)\d\d"
)
_SERIAL = re.compile(r"[34]\d{4}(\.0)?")  # Excel's count of days, 1982 to 2036
_PRICE = re.compile(r"[+-]?\d+[.,]\d+")
_VALUES = {
    spelling: field
    for field, spellings in KNOWN["bars"].items()
    if field not in ("date", "symbol", "quality")
    for spelling in spellings
}
_WORDS = {word for fields in KNOWN.values() for words in fields.values() for word in words}


@dataclass(frozen=True)
class Head:
    """What stands above the data. ``body`` rows do.

    ``titles``: rows of one cell. ``fields``: of a table of several fields and securities the field
    of each column, whose ``headers`` are then codes; else empty. ``field``: what a wide table says
    that it holds. ``across``: days stand in the first row, and securities below each other.
    """

    headers: tuple[str, ...]
    body: int
    titles: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    field: str | None = None
    across: bool = False


def text_of(cell: Any) -> str:
    """A cell as text; whole numbers without a point, as codes and dates in workbooks are."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def is_day(cell: Any) -> bool:
    """Whether a cell of the first rows is a day."""
    return bool(_DAY.fullmatch(text_of(cell).strip().strip("'\"")))


def find_head(rows: Sequence[Row]) -> Head:
    """The head of a table, from its first rows. Empty rows count, and lead nowhere."""
    texts = [[text_of(cell).strip() for cell in row] for row in rows[: MOST + 1]]
    body = _body(texts)
    if body == 0 and texts and sum(map(is_day, texts[0])) > 1:
        return Head(tuple(texts[0]), 1, across=True)
    above = [row for row in texts[:body] if any(row)]
    titles = tuple(next(filter(None, row)) for row in above if sum(map(bool, row)) == 1)
    codes = _best(above, _code_share)
    fields = _best(above, _field_share)
    if codes is not None and fields is not None and fields is not codes:
        return _of_codes_and_fields(codes, fields, body, titles)
    if codes is not None:
        first = codes[0] if is_date_header(codes[0]) else ""
        said = [_VALUES[word] for word in (plain(one)[0] for one in titles) if word in _VALUES]
        return Head((first, *codes[1:]), body, titles, field=said[0] if said else None)
    if not above:
        return Head((), body)
    header = max(enumerate(above), key=lambda one: (_words(one[1]), _filled(one[1]), one[0]))[1]
    return Head(tuple(header), body, titles)


def _body(rows: Sequence[Row]) -> int:
    """The number of the first row of data: the first with a day, but for titles that have one."""
    for number, row in enumerate(rows):
        filled = sum(map(bool, row))
        serial = bool(row) and number > 0 and _SERIAL.fullmatch(row[0]) is not None
        if (serial or any(map(is_day, row))) and (filled > 1 or len(rows[0]) == 1):
            below = rows[number + 1 : number + 3]
            if number == 0 or not any(_words(one) > 1 for one in below):
                return _with_undated(rows, number)
    filled_rows = [number for number, row in enumerate(rows) if any(row)]
    return filled_rows[0] + 1 if filled_rows else 0


def _with_undated(rows: Sequence[Sequence[str]], number: int) -> int:
    """The first of the rows right above that hold prices, though no day that is one: names and
    units stand there too, and hold none. Their days are refused where they are read."""
    while number > 1 and any(map(_PRICE.fullmatch, rows[number - 1])):
        number -= 1
    return number


def _of_codes_and_fields(
    codes: list[str], fields: list[str], body: int, titles: tuple[str, ...]
) -> Head:
    """A column a code and field. A merged cell holds for the columns to its right."""
    width = max(len(codes), len(fields))
    spread = [_spread(row + [""] * (width - len(row))) for row in (codes, fields)]
    kinds = tuple(_VALUES.get(plain(word)[0], "") for word in spread[1])
    first = codes[0] if is_date_header(codes[0]) else ""
    headers = (first, *spread[0][1:])
    known = {kind for kind in kinds[1:] if kind}
    if len(known) == 1 and len(set(headers)) == len(headers):
        return Head(headers, body, (*titles, fields[1]), field=known.pop())
    return Head(headers, body, titles, fields=tuple(spread[1]))


def _spread(row: list[str]) -> list[str]:
    for place in range(2, len(row)):
        row[place] = row[place] or row[place - 1]
    return row


def _best(rows: Sequence[list[str]], share: Any) -> list[str] | None:
    """The row with the highest share, None for none above ``_CODES``."""
    best = max(rows, key=share, default=None)
    return best if best is not None and share(best) >= _CODES else None


def _code_share(row: Sequence[str]) -> float:
    cells = [cell for cell in row[1:] if cell]
    return sum(map(is_code, cells)) / len(cells) if cells else 0.0


def _field_share(row: Sequence[str]) -> float:
    """How much of a row beside its first cell is words for fields of prices."""
    cells = [plain(cell)[0] for cell in row[1:] if cell]
    return sum(cell in _VALUES for cell in cells) / len(cells) if cells else 0.0


def _words(row: Sequence[str]) -> int:
    return sum(plain(cell)[0] in _WORDS for cell in row if cell)


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))
