"""Between Arrow and NumPy without pandas.

``pyarrow.array``, ``pyarrow.scalar`` and ``to_numpy`` import pandas whenever it is installed,
which takes longer than reading the tables. Buffers and DLPack do the same work without it.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats

Number = TypeVar("Number", np.float64, np.float32, np.int64)

# Prices have no more decimals than these, and below this whole singles stand for themselves.
_DIGITS, _EXACT = 5, 2.0**24
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


def _filled(column: pa.ChunkedArray, null: NDArray[Number]) -> NDArray[Number]:
    if column.null_count:
        column = pc.fill_null(column, _array(null, column.type)[0])
    chunks = [np.from_dlpack(chunk) for chunk in column.chunks if len(chunk)]
    return np.concatenate(chunks) if chunks else np.empty(0, dtype=null.dtype)


def _array(values: NDArray[Any], kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
