"""Finished blocks on disk: each whole or not there, found again after a kill, put together once."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.errors import OutputError
from basketbt.grid.sheets import Block, GridJob

if TYPE_CHECKING:
    import pyarrow as pa

_NAME = re.compile(r"sheet-(\d{5})-(\d{10})-(\d{10})\.parquet")
#: Rows of a group in grid.parquet, whatever the blocks were.
_GROUP = 65_536


class Parts:
    """The folder of a grid's finished blocks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _explained(folder):
            folder.mkdir(parents=True, exist_ok=True)

    def finished(self) -> list[Block]:
        """The blocks that are there, in order."""
        found = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted(Block(int(m[1]), int(m[2]), int(m[3])) for m in found if m)

    def store(self, block: Block, table: pa.Table) -> None:
        """Write one block; a kill or a full disk leaves no half of it.

        Raises ``OutputError``; blocks that were stored before stay.
        """
        import pyarrow.parquet as pq

        path = self._path(block)
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        with _explained(path):
            try:
                with aside.open("wb") as handle:
                    pq.write_table(table, handle)
                    handle.flush()
                    os.fsync(handle.fileno())
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)

    def tables(self) -> Iterator[pa.Table]:
        """Every finished block's rows, in order."""
        import pyarrow.parquet as pq

        for block in self.finished():
            yield pq.read_table(self._path(block))

    def remove(self) -> None:
        """Delete the folder, once its rows stand elsewhere."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, block: Block) -> Path:
        return self._folder / (
            f"sheet-{block.sheet:05d}-{block.first:010d}-{block.stop:010d}.parquet"
        )


def cut(job: GridJob, sizes: list[int], finished: list[Block]) -> list[Block]:
    """The blocks still to be computed: ``sizes[s]`` baskets each of sheet s, around the finished.

    Finished ones may have had other sizes. ``sizes`` are multiples of the engine's tile, so that
    no cut changes a result.
    """
    done: dict[int, dict[int, int]] = {}
    for block in finished:
        done.setdefault(block.sheet, {})[block.first] = block.stop
    blocks = []
    for number, sheet in enumerate(job.sheets):
        known = done.get(number, {})
        first = 0
        while first < len(sheet.baskets):
            if first in known:
                first = known[first]
                continue
            ahead = [start for start in known if start > first]
            stop = min([first + sizes[number], len(sheet.baskets), *ahead])
            blocks.append(Block(number, first, stop))
            first = stop
    return blocks


def write_parquet(tables: Iterator[pa.Table], schema: pa.Schema, path: Path) -> None:
    """All rows in one file; its bytes do not depend on how the tables were cut."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting: list[pa.Table] = []
    rows = 0
    with _explained(path), pq.ParquetWriter(path, schema) as writer:
        for table in tables:
            waiting.append(table)
            rows += table.num_rows
            while rows >= _GROUP:
                whole = pa.concat_tables(waiting)
                writer.write_table(_plain(whole.slice(0, _GROUP)), row_group_size=_GROUP)
                waiting = [whole.slice(_GROUP)]
                rows -= _GROUP
        if rows:
            writer.write_table(_plain(pa.concat_tables(waiting)), row_group_size=_GROUP)


def write_csv(tables: Iterator[pa.Table], path: Path) -> None:
    """The same as CSV: UTF-8 with a byte-order mark, full precision, empty where undefined.

    Quotes stand only where a comma needs them, as in all tables of the project; Arrow's own writer
    puts them around every text.
    """
    import pyarrow.compute as pc

    with _explained(path), path.open("w", encoding="utf-8-sig", newline="") as handle:
        for number, table in enumerate(tables):
            if number == 0:
                handle.write(",".join(table.column_names) + "\n")
            cells = [_cells(column) for column in _plain(table).columns]
            lines = pc.binary_join_element_wise(
                *cells, ",", null_handling="replace", null_replacement=""
            )
            handle.writelines(f"{line}\n" for line in lines.to_pylist())


def _cells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as the texts of its cells."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    quoted = pc.binary_join_element_wise('"', column, '"', "")
    return pc.if_else(pc.match_substring(column, ","), quoted, column)


def _plain(table: pa.Table) -> pa.Table:
    """Texts as texts: dictionaries would depend on the cuts. One chunk a column, for one layout."""
    import pyarrow as pa

    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names).combine_chunks()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into one clear error."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(path=error.filename or path, why=why) from error
