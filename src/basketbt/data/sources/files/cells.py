"""Cells as days and numbers, refusing what is neither with its line."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.data.sources.files.arrow import coded, days, doubles
from basketbt.errors import InvalidFile, Problem

Lines = NDArray[np.intp]  # (R,) the line of each row, for messages

_SERIAL = re.compile(r"[2-6]\d{4}")  # 1954 to 2091
_EXCEL_ZERO = np.datetime64("1899-12-30", "D")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?")


def to_days(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> Dates:
    """A column as ``datetime64[D]``: dates, timestamps, 2025-01-21, 2025/1/21 or 20250121.

    An empty cell is NaT. A timestamp counts as its date.

    Raises:
        InvalidFile: a cell that is no date.
    """
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return days(column)
    texts, numbers = coded(column)
    known = np.array([*(_day(text) for text in texts), "NaT"], "datetime64[D]")
    found: Dates = known[numbers]
    wrong = np.flatnonzero(np.isnat(found) & (numbers >= 0))
    if wrong.size:
        row = int(wrong[0])
        what = f"{header} holds {texts[numbers[row]]!r}, which is no date"
        raise InvalidFile([Problem(path, int(lines[row]), what, _date_fix(texts[numbers[row]]))])
    return found


def _date_fix(text: str) -> str:
    """What to do about a cell that is no date. Excel counts days: 45418 is 2024-05-06."""
    bare = text.strip().removesuffix(".0")
    if not _SERIAL.fullmatch(bare):
        return "write it as 2025-01-21"
    day = _EXCEL_ZERO + int(bare)
    return f"that is how Excel counts days ({day}): format the column as a date and save it again"


def _day(text: str) -> np.datetime64:
    parts = _DAY.fullmatch(text.strip().removesuffix(".0"))
    try:
        found = date(*map(int, parts.groups())) if parts else None
    except ValueError:
        found = None
    return np.datetime64("NaT", "D") if found is None else np.datetime64(found, "D")


def to_numbers(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> Floats:
    """A column as doubles, (R,); an empty cell is NaN. Thousands separators are read.

    Raises:
        InvalidFile: a cell that is no number.
    """
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _from_text(column, header, path, lines)
    return doubles(column)


def _from_text(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> pa.ChunkedArray:
    bare = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", "")
    try:
        return bare.cast(pa.float64())
    except pa.ArrowInvalid:
        row, text = _first_wrong(bare)
    what = f"{header} holds {text!r}, which is no number"
    raise InvalidFile([Problem(path, int(lines[row]), what, "leave the cell empty if unknown")])


def _first_wrong(column: pa.ChunkedArray) -> tuple[int, str]:
    """The first cell that Arrow cannot read, found by halving: Python reads 1_000, Arrow not."""
    low, high = 0, len(column)  # all before `low` can be read; one before `high` cannot
    while high - low > 1:
        middle = (low + high) // 2
        try:
            column.slice(low, middle - low).cast(pa.float64())
            low = middle
        except pa.ArrowInvalid:
            high = middle
    return low, str(column[low])
