"""Between Arrow and NumPy without pandas; a cell that is no day or number is refused by its line.

``pyarrow.array``, ``pyarrow.scalar`` and ``to_numpy`` import pandas whenever it is installed,
which takes longer than reading the tables. Buffers and DLPack do the same work without it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.data.suspension import HALTED, STATUS
from basketbt.errors import InvalidFile, Problem
from basketbt.notes import message

# Kinds of values that a table may hold.
_TEXTS = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary),
)
_PLAIN = (
    *(pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal),
    *(pa.types.is_date, pa.types.is_timestamp, pa.types.is_null, *_TEXTS),
)
_MOST = 1e15  # of anything that a table of prices tells; the market's amount of a year is 3e14

Number = TypeVar("Number", np.float64, np.float32, np.int64)

# Prices have no more decimals than these, and below this whole singles stand for themselves.
_DIGITS, _EXACT = 5, 2.0**24
Lines = NDArray[np.intp]  # (R,) the line of each row, for messages

_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")  # how Excel counts days, 1954 to 2091
_EXCEL_ZERO = np.datetime64("1899-12-30", "D")
# Without marks between them, year, month and day have all their digits: 250123 is no year 2501.
_DAY = re.compile(
    r"(?:(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d))(?:[ T,，](.*))?"
)
_FIRST_YEAR, _LAST_YEAR = 1980, 2100  # no exchange here is older; a later year is a slip of the pen
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")
_EPOCH = re.compile(r"\d{10}|\d{13}|\d{16}|\d{19}")  # seconds to nanoseconds since 1970
_ZONE = timedelta(hours=8)  # of Shanghai and Hong Kong, whose days a table's rows are
_NO_THOUSANDS = r",(\d{0,2}([^\d]|$)|\d{4})"  # a comma that does not part thousands
_COMMA = re.compile(_NO_THOUSANDS)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?")
_MULTIPLES = {"万": 1e4, "亿": 1e8}
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
    """Arrow dates or timestamps as (R,) days, NaT where null. The time of day is cut off.

    What has a zone is a moment: its day is that of Shanghai and Hong Kong, eight hours ahead.
    """
    ahead = getattr(column.type, "tz", None) is not None
    seconds = column.cast(pa.timestamp("s", column.type.tz if ahead else None), safe=False)
    found = _filled(seconds.cast(pa.int64()), np.array([_NO_DAY])).view("M8[s]")
    if ahead:
        found = found + np.timedelta64(_ZONE)
    whole: Dates = found.astype("M8[D]")
    return whole


def release() -> None:
    """Give memory that Arrow no longer uses back to the system: it would keep it otherwise."""
    pa.default_memory_pool().release_unused()


def taken(table: pa.Table, rows: NDArray[np.intp]) -> pa.Table:
    """The rows of a table by their numbers."""
    return table.take(_array(rows.astype(np.int64), pa.int64()))


def is_plain(kind: pa.DataType) -> bool:
    """Whether a column holds numbers, texts, days or flags, and no structures or lists."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(known(value) for known in _PLAIN)


def holds_text(kind: pa.DataType) -> bool:
    """Whether a column's values are texts or bytes."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(known(value) for known in _TEXTS)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts or bytes as texts that surely are UTF-8.

    Raises ``pa.ArrowException`` for bytes that are none.
    """
    kind = column.type
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_binary(value) or pa.types.is_large_binary(value):
        return column.cast(value).cast(pa.string())
    column.validate(full=True)
    return column


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
    """A column as ``datetime64[D]``: dates, timestamps, 2025-01-21, 2025/1/21, 20250121,
    21/01/2025 where the column tells day from month, Excel's count of days, seconds since 1970.

    An empty cell is NaT, a timestamp counts as its date; one with a zone as the date it is then in
    Shanghai. ``InvalidFile`` for a cell that is none.
    """
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return days(column)
    texts, numbers = coded(column)
    slashed = _order(texts)
    known = np.array([*(_day(text, slashed) for text in texts), "NaT"], "datetime64[D]")
    found: Dates = known[numbers]
    wrong = np.flatnonzero(np.isnat(found) & (numbers >= 0))
    if wrong.size:
        row = int(wrong[0])
        what = message("why-holds-which-is-no-date", header=header, texts=texts[numbers[row]])
        raise InvalidFile([Problem(path, int(lines[row]), what, message("do-write-it-as-2025-01"))])
    return found


def _order(texts: list[str]) -> tuple[int, int] | None:
    """Where day and month stand in a column of 21/01/2025, (2, 1), or 01/21/2025, (1, 2) in the
    groups of ``_SLASHED``; None where it does not say, since no part is above 12."""
    parts = [found for found in (_SLASHED.fullmatch(text.strip()) for text in texts) if found]
    if any(int(found[1]) > 12 for found in parts):
        return (2, 1)
    return (1, 2) if any(int(found[2]) > 12 for found in parts) else None


@lru_cache(maxsize=1 << 16)  # the files of a folder have the same days
def _day(text: str, slashed: tuple[int, int] | None = None) -> np.datetime64:
    word = normalize("NFKC", text).strip().strip("'").removesuffix(".0")
    try:
        found = _moment(word, slashed)
    except (ValueError, OverflowError):
        found = None
    return np.datetime64("NaT", "D") if found is None else np.datetime64(found, "D")


def _moment(word: str, slashed: tuple[int, int] | None) -> date | None:
    if _SERIAL.fullmatch(word):
        return (_EXCEL_ZERO + int(float(word))).astype(date)  # type: ignore[no-any-return]
    if _EPOCH.fullmatch(word):
        seconds = int(word) // 10 ** (len(word) - 10)
        return (datetime(1970, 1, 1) + timedelta(seconds=seconds) + _ZONE).date()  # noqa: DTZ001
    if (parts := _SLASHED.fullmatch(word)) and slashed:
        return date(int(parts[3]), int(parts[slashed[0]]), int(parts[slashed[1]]))
    if not (parts := _DAY.fullmatch(word)):
        return None
    day = date(*(int(parts[at] or parts[at + 3]) for at in (1, 2, 3)))
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return None
    clock = _CLOCK.fullmatch(parts[7].strip()) if parts[7] else None
    if clock is None or clock[3] is None:
        return day
    zone = clock[3].replace("Z", "+0000").replace(":", "")
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) * (-1 if zone[0] == "-" else 1)
    at = datetime.combine(day, time(int(clock[1]), int(clock[2])))
    return (at - ahead + _ZONE).date()


def to_numbers(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> Floats:
    """A column as doubles, (R,); an empty cell is NaN, and 停牌. Thousands separators, full-width
    digits, an apostrophe before a number, a percent sign, 万 and 亿 are read.

    Raises ``InvalidFile`` for a cell that is no number, or none that prices are told in.
    """
    found = _numbers_of(column, header, path, lines)
    beyond = np.flatnonzero(np.abs(found) > _MOST)
    if beyond.size:
        row = int(beyond[0])
        what = message("why-beyond-any-number", header=header, value=float(found[row]))
        raise InvalidFile([Problem(path, int(lines[row]), what)])
    return found


def _numbers_of(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> Floats:
    if not _is_text(column):
        return doubles(column)
    bare = pc.utf8_trim_whitespace(column)
    if integers(pc.match_substring_regex(bare, _NO_THOUSANDS)).max(initial=0) == 1:
        return _from_text(bare, header, path, lines)
    bare = pc.replace_substring(bare, ",", "")
    try:
        return doubles(bare.cast(pa.float64()))
    except pa.ArrowInvalid:
        return _from_text(bare, header, path, lines)


def _from_text(column: pa.ChunkedArray, header: str, path: str, lines: Lines) -> Floats:
    texts, numbers = coded(column)
    known = np.array([*(_number(text) for text in texts), np.nan])
    wrong = [n for n, text in enumerate(texts) if np.isnan(known[n]) and not _is_unknown(text)]
    if wrong:
        row = int(np.flatnonzero(np.isin(numbers, wrong))[0])
        what = message("why-holds-which-is-no-number", header=header, texts=texts[numbers[row]])
        fix = message("do-leave-the-cell-empty-if")
        raise InvalidFile([Problem(path, int(lines[row]), what, fix)])
    found: Floats = known[numbers]
    return found


def _number(text: str) -> float:
    """The number that a text is in any of its spellings; NaN for none."""
    word = _plain(text).removesuffix("%").strip()
    if _COMMA.search(word):  # 12,34 is no number of thousands, and may be 12.34
        return np.nan
    word = word.replace(",", "")
    scale = _MULTIPLES.get(word[-1:], 1.0)
    word = word[:-1] if scale != 1.0 else word
    return float(word) * scale if _NUMBER.fullmatch(word) else np.nan


def _is_unknown(text: str) -> bool:
    """Whether a text stands for a number that is not known."""
    return _plain(text) in ("", HALTED, "-", "--", "---", "—", "——", "nan", "NaN")


def _plain(text: str) -> str:
    return normalize("NFKC", text).strip().strip("='\"\u2018\u2019").strip()


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
        what = message("why-holds-which-is-no-trading", header=header, text=text)
        fix = message("do-write-1-or-0-or", halted=HALTED)
        raise InvalidFile([Problem(path, int(lines[row]), what, fix)])
    return np.array([*known, False], dtype=np.bool_)[numbers]


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _filled(column: pa.ChunkedArray, null: NDArray[Number]) -> NDArray[Number]:
    if column.null_count:
        column = pc.fill_null(column, _array(null, column.type)[0])
    chunks = [np.from_dlpack(chunk) for chunk in column.chunks if len(chunk)]
    return np.concatenate(chunks) if chunks else np.empty(0, dtype=null.dtype)


def _array(values: NDArray[Any], kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
