"""Bulk tables as Parquet: columns under their English keys in every language, typed.

Notes are written as words and not read back: report.json holds them as values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basketbt.locale import Language
from basketbt.report.model import Column, Layout, Table, Value

if TYPE_CHECKING:
    import pyarrow as pa


def parquet_bytes(table: Table, language: Language) -> bytes:
    """A table as Parquet; the same cells give the same bytes.

    Dates are days, texts strings, counts 64-bit integers, flags booleans, other numbers doubles; a
    value that does not exist is null.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = list(map(_array, table.layout.columns, table.worded(language).columns))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=list(table.layout.keys)), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    del arrays, sink
    pa.default_memory_pool().release_unused()  # Arrow would keep it, and pictures come after
    return content


def table_from_parquet(layout: Layout, content: bytes) -> Table:
    """A table as it was before it became Parquet.

    Raises ``ValueError`` for bytes that are no Parquet file, and for other columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise ValueError("it cannot be read as Parquet") from error
    wanted = [(column.key, _type(column)) for column in layout.columns]
    if [(field.name, field.type) for field in found.schema] != wanted:
        raise ValueError("its columns are of another version")
    pairs = zip(layout.columns, found.columns, strict=True)
    return Table(
        layout,
        tuple([()] * len(own) if one.kind == "notes" else _cells(own) for one, own in pairs),
    )


def _type(column: Column) -> pa.DataType:
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "notes": pa.string(),
        "date": pa.date32(),
        "integer": pa.int64(),
        "flag": pa.bool_(),
    }
    return types.get(column.kind, pa.float64())


def _array(column: Column, cells: list[Value]) -> pa.Array:
    import pyarrow as pa

    if column.kind == "date":
        return pa.array(cells, pa.string()).cast(pa.date32())
    return pa.array(cells, _type(column))


def _cells(column: pa.ChunkedArray) -> list[Value]:
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_date(column.type)):
        numbers: list[Value] = column.to_pylist()
        return numbers
    # Each text is made once: most are the same in thousands of rows.
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    words = [*coded.dictionary.to_pylist(), None]
    return [words[place] for place in coded.indices.fill_null(-1).to_pylist()]
