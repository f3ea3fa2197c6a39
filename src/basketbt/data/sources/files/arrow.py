"""Between Arrow and NumPy without pandas; a cell that is no day or number is refused by its line.

``pyarrow.array``, ``pyarrow.scalar`` and ``to_numpy`` import pandas whenever it is installed,
which takes longer than reading the tables. Buffers and DLPack do the same work without it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.data.suspension import HALTED, STATUS
from basketbt.errors import InvalidFile, Problem

Number = TypeVar("Number", np.float64, np.float32, np.int64)

# Prices have no more decimals than these, and below this whole singles stand for themselves.
_DIGITS, _EXACT = 5, 2.0**24
Lines = NDArray[np.intp]  # (R,) the line of each row, for messages

_SERIAL = re.compile(r"[2-6]\d{4}")  # 1954 to 2091
_EXCEL_ZERO = np.datetime64("1899-12-30", "D")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?")
_NO_DAY = np.iinfo(np.int64).min  # what NumPy stores for NaT


def doubles(column: pa.ChunkedArray) -> Floats:
    """Numbers as (R,) doubles, NaN where null.

    Single precision is read as the shortest decimal it stands for: 10.12, not 10.119999885559082,
    whose error would show in every return.
    """
    if pa.types.is_float32(column.type):
        return shortest(_filled(column, np.array([np.nan], np.float32)))
    return _filled(column.cast(pa.float64(), safe=False), np.array([np.nan]))


def shortest(single: NDArray[np.float32]) -> Floats:
    """The double of the shortest decimal that each single stands for, (R,)."""
    found = single.astype(np.float64)
    left = np.flatnonzero(np.isfinite(single))
    for digits in range(_DIGITS):
        scale = 10.0**digits
        rounded = np.rint(found[left] * scale) / scale
        right = (rounded.astype(np.float32) == single[left]) & (np.abs(rounded) < _EXACT)
        found[left[right]] = rounded[right]
        left = left[~right]
    found[left] = [float(str(one)) for one in single[left]]
    return found


def integers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Whole numbers (or flags) as (R,) integers, -1 where null."""
    return _filled(column.cast(pa.int64()), np.array([-1]))


def days(column: pa.ChunkedArray) -> Dates:
    """Arrow dates or timestamps as (R,) days, NaT where null. The time of day is cut off."""
    seconds = column.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    found: Dates = _filled(seconds, np.array([_NO_DAY])).view("M8[s]").astype("M8[D]")
    return found


def release() -> None:
    """Give memory that Arrow no longer uses back to the system: it would keep it otherwise."""
    pa.default_memory_pool().release_unused()


def taken(table: pa.Table, rows: NDArray[np.intp]) -> pa.Table:
    """The rows of a table by their numbers."""
    return table.take(_array(rows.astype(np.int64), pa.int64()))


def coded(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct texts of a column, and the number of each row's text, (R,), -1 where null."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if column.num_chunks == 0:
        return [], np.empty(0, dtype=np.int64)
    chunks = column.unify_dictionaries().chunks
    texts: list[str] = chunks[0].dictionary.cast(pa.string()).to_pylist()
    return texts, integers(pa.chunked_array([chunk.indices for chunk in chunks]))


def to_days(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> Dates:
    """A column as ``datetime64[D]``: dates, timestamps, 2025-01-21, 2025/1/21 or 20250121.

    An empty cell is NaT, a timestamp counts as its date. ``InvalidFile`` for a cell that is none.
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
    """A column as doubles, (R,); an empty cell is NaN, and 停牌. Thousands separators are read.

    Raises ``InvalidFile`` for a cell that is no number.
    """
    if _is_text(column):
        column = _from_text(column, header, path, lines)
    return doubles(column)


def _from_text(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> pa.ChunkedArray:
    bare = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", "")
    try:
        return bare.cast(pa.float64())
    except pa.ArrowInvalid:
        pass
    try:  # a null imports pandas, so none is made before one is needed
        bare = pc.if_else(_is_halted(bare), pa.nulls(1, bare.type)[0], bare)
        return bare.cast(pa.float64())
    except pa.ArrowInvalid:
        row, text = _first_wrong(bare)
    what = f"{header} holds {text!r}, which is no number"
    raise InvalidFile([Problem(path, int(lines[row]), what, "leave the cell empty if unknown")])


def says_halted(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """(R,) cells that hold 停牌 in place of a number."""
    if not _is_text(column):
        return np.zeros(len(column), dtype=np.bool_)
    halted: NDArray[np.bool_] = integers(_is_halted(pc.utf8_trim_whitespace(column))) == 1
    return halted


def _is_halted(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.match_substring_regex(texts, f"^{HALTED}$")


def to_statuses(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> NDArray[np.bool_]:
    """(R,) whether a column of trading statuses says that nothing was traded.

    Raises ``InvalidFile`` for a text that is no status.
    """
    texts, numbers = coded(column)
    known = [STATUS.get(text.strip().lower()) for text in texts]
    if None in known:
        text = texts[known.index(None)]
        row = int(np.flatnonzero(numbers == texts.index(text))[0])
        what = f"{header} holds {text!r}, which is no trading status"
        fix = f"write 1 or 交易, 0 or {HALTED}; leave the cell empty if unknown"
        raise InvalidFile([Problem(path, int(lines[row]), what, fix)])
    return np.array([*known, False], dtype=np.bool_)[numbers]


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


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


def _filled(column: pa.ChunkedArray, null: NDArray[Number]) -> NDArray[Number]:
    if column.null_count:
        column = pc.fill_null(column, _array(null, column.type)[0])
    chunks = [np.from_dlpack(chunk) for chunk in column.chunks if len(chunk)]
    return np.concatenate(chunks) if chunks else np.empty(0, dtype=null.dtype)


def _array(values: NDArray[Any], kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
