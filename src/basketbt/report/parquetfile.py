"""Bulk tables as Parquet: columns under their English keys in every language, typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basketbt.report.layout import Cell, Column, Layout, Table

if TYPE_CHECKING:
    import pyarrow as pa


def parquet_bytes(table: Table) -> bytes:
    """A table as Parquet; the same cells give the same bytes.

    Dates are days, texts strings, counts 64-bit integers, flags booleans, other numbers doubles; a
    value that does not exist is null, and so is an empty text, as CSV has it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = list(map(_array, table.layout.columns, table.columns))
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
    return Table(layout, tuple(map(_cells, found.columns)))


def _type(column: Column) -> pa.DataType:
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "date": pa.date32(),
        "integer": pa.int64(),
        "flag": pa.bool_(),
    }
    return types.get(column.kind, pa.float64())


def _array(column: Column, cells: list[Cell]) -> pa.Array:
    import pyarrow as pa

    if column.kind == "date":
        return pa.array(cells, pa.string()).cast(pa.date32())
    if column.kind == "text":
        return pa.array([cell or None for cell in cells], pa.string())
    return pa.array(cells, _type(column))


def _cells(column: pa.ChunkedArray) -> list[Cell]:
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_date(column.type)):
        numbers: list[Cell] = column.to_pylist()
        return numbers
    # Each text is made once: most are the same in thousands of rows.
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    words = [*coded.dictionary.to_pylist(), None]
    return [words[place] for place in coded.indices.fill_null(-1).to_pylist()]
