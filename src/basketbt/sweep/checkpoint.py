"""Blocks of a grid: how large they are, which are finished, and the finished ones on disk.

Each block is stored whole or not at all, found again after a kill, and put together once. Its name
ends in a digest of the job, the block and its bytes: a block that was edited, cut, or put in the
place of another is no block of the job, and is computed again.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from basketbt.durable import held
from basketbt.engine.batch.engine import TILE
from basketbt.errors import InputError, OutputError
from basketbt.report.publish import republish
from basketbt.sweep.sheets import Block, Drawn, GridJob, Sheet

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of results that a block has at most.
ROWS = 50_000
# Bytes of one row of results while its block is computed and written: figures, dates, columns.
_ROW = 600
# Arrays as large as a tile's levels that are alive at once: products, levels, costs, windows.
_TILE_ARRAYS = 8
# Arrays as large as a sheet's prices: relatives, gains by row and by name, masks.
_SHEET_ARRAYS = 5

_NAME = re.compile(r"sheet-(\d{5})-(\d{10})-(\d{10})-([0-9a-f]{64})\.parquet")
_LOCK = "lock"


class MemoryTooSmall(InputError):
    """Fields: least, allowed."""


class BlocksChanged(OutputError):
    """Fields: path, why."""


class Checkpoint:
    """The folder of the finished blocks of one job, which ``job`` names."""

    def __init__(self, folder: Path, job: str) -> None:
        self._folder, self._job = folder, job

    def held(self) -> AbstractContextManager[None]:
        """While it is open no other process computes the job. Raises ``OutputError``."""
        return held(self._folder / _LOCK, "another process computes this grid now: wait for it")

    def finished(self) -> list[Block]:
        """The blocks that are there as they were written, in order; others are deleted."""
        found: dict[Block, str] = {}
        for path in sorted(self._folder.glob("*.parquet")):
            block = self._block(path)
            if block is None or block in found:
                path.unlink(missing_ok=True)
            else:
                found[block] = path.name
        self._names = found
        return sorted(found, key=astuple)

    def store(self, block: Block, table: pa.Table) -> None:
        """Write one block; a kill or a full disk leaves no half of it.

        Raises ``OutputError``; blocks that were stored before stay.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer)
        content = buffer.getvalue().to_pybytes()
        republish({f"{stem(block)}-{self._digest(block, content)}.parquet": content}, self._folder)

    def tables(self) -> Iterator[pa.Table]:
        """Every finished block's rows, in order. Raises ``BlocksChanged``."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        for block in self.finished():
            name = self._names[block]
            content = (self._folder / name).read_bytes()
            if not name.endswith(f"-{self._digest(block, content)}.parquet"):
                raise BlocksChanged(path=self._folder, why=name)
            yield pq.read_table(pa.BufferReader(content))

    def remove(self) -> None:
        """Delete the folder, once its rows stand elsewhere."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _block(self, path: Path) -> Block | None:
        """The block that a file holds; None where its bytes are not those of its name."""
        match = _NAME.fullmatch(path.name)
        if match is None or not path.is_file() or path.is_symlink():
            return None
        block = Block(int(match[1]), int(match[2]), int(match[3]))
        return block if self._digest(block, path.read_bytes()) == match[4] else None

    def _digest(self, block: Block, content: bytes) -> str:
        named = f"{self._job} {stem(block)}\n".encode()
        return hashlib.sha256(named + content).hexdigest()


def stem(block: Block) -> str:
    """What the name of a block's file begins with."""
    return f"sheet-{block.sheet:05d}-{block.first:010d}-{block.stop:010d}"


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


def block_sizes(job: GridJob, memory: int, held: int, workers: int) -> list[int]:
    """Baskets of a block of each sheet, so that ``workers`` of them fit into ``memory`` bytes.

    ``held`` bytes are in use already. Multiples of the tile. Raises ``MemoryTooSmall``.
    """
    sizes = []
    for sheet in job.sheets:
        fixed, each = _needs(job, sheet, workers)
        room = (memory - held - fixed) // (each * workers)
        if room < TILE:
            least = held + fixed + each * workers * TILE
            raise MemoryTooSmall(least=f"{least / 1e6:.0f} MB", allowed=f"{memory / 1e6:.0f} MB")
        baskets = min(room, max(ROWS // sheet.variants_each, TILE))
        sizes.append(baskets // TILE * TILE)
    return sizes


def _needs(job: GridJob, sheet: Sheet, workers: int) -> tuple[int, int]:
    """Bytes that a sheet needs whatever the block, and for each basket of a block."""
    cells = sheet.sessions * job.tables[sheet.table].prices.shape[1]
    tile = TILE * sheet.sessions
    fixed = 8 * (cells * _SHEET_ARRAYS + tile * _TILE_ARRAYS * workers)
    weights = sheet.baskets.size * 20 if isinstance(sheet.baskets, Drawn) else 0
    return fixed, sheet.variants_each * _ROW + weights
