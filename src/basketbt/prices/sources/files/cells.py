"""Cells as days and numbers, refusing what is neither with its line."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from basketbt.errors import InvalidFile, Problem
from basketbt.prices.data import Dates, Floats
from basketbt.prices.sources.files.arrow import coded, days, doubles

Lines = NDArray[np.intp]  # (R,) the line of each row, for messages

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
        raise InvalidFile([Problem(path, int(lines[row]), what, "write it as 2025-01-21")])
    return found


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
    for row, text in enumerate(column.to_pylist()):
        try:
            float(text or 0)
        except ValueError:
            return row, text
    return 0, str(column[0])


def to_texts(column: pa.ChunkedArray) -> list[str | None]:
    """A column as texts, None where empty."""
    texts: list[str | None] = column.cast(pa.string()).to_pylist()
    return texts
