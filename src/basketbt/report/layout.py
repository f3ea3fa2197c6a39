"""Tables and the columns they are made of: the one dictionary behind CSV headers and the docs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from basketbt.notes import Language

Cell = str | int | float | bool | None
Kind = Literal["text", "date", "integer", "decimal", "ratio", "money", "level", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its key in English tables and frames, its Chinese header, what it holds.

    ``kind``: ``decimal`` 0.0123 is 1.23 %; ``ratio`` a pure number; ``money`` yuan; ``level`` 100
    at the base. ``empty`` says when a cell has no value.
    """

    key: str
    zh: str
    kind: Kind
    description_en: str
    description_zh: str
    empty_en: str = ""
    empty_zh: str = ""

    def header(self, language: Language) -> str:
        return self.key if language == "en" else self.zh


@dataclass(frozen=True)
class Layout:
    """A table's name, what one row is, and its columns.

    A ``bulk`` table is written as ``<name>.parquet``, as CSV and as a sheet only on request; any
    other as ``<name>.csv``.
    """

    name: str
    row_en: str
    row_zh: str
    columns: tuple[Column, ...]
    bulk: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)

    def plus(self, column: Column) -> Layout:
        """The layout with one more column at its end."""
        return replace(self, columns=(*self.columns, column))

    @property
    def file(self) -> str:
        """The name of the file that every run with this table has."""
        return f"{self.name}.parquet" if self.bulk else self.csv

    @property
    def csv(self) -> str:
        return f"{self.name}.csv"


#: Some rows at once: each key's cells, or the one cell that all these rows share.
Block = Mapping[str, Cell | list[Cell]]


@dataclass(frozen=True)
class Table:
    """Cells under a layout, one list a column, all of one length.

    A value that does not exist is None, never NaN or 0.
    """

    layout: Layout
    columns: tuple[list[Cell], ...]

    @classmethod
    def of(cls, layout: Layout, blocks: Iterable[Block]) -> Table:
        """A table from blocks in their order; a block without a list is one row.

        Raises ``ValueError`` for a block whose keys are not the layout's, or with lists of
        different lengths.
        """
        columns: dict[str, list[Cell]] = {key: [] for key in layout.keys}
        for block in blocks:
            if block.keys() != columns.keys():
                wrong = sorted(block.keys() ^ columns.keys())
                raise ValueError(f"{layout.name}: row has {wrong} wrong")
            rows = _rows(block)
            for key, column in columns.items():
                cells = block[key]
                column.extend(cells if isinstance(cells, list) else [cells] * rows)
        if len({len(column) for column in columns.values()}) > 1:
            raise ValueError(f"{layout.name}: columns of different lengths")
        return cls(layout, tuple(map(_defined, columns.values())))

    @classmethod
    def of_rows(cls, layout: Layout, rows: Iterable[Sequence[Cell]]) -> Table:
        """A table from rows whose cells are in the order of the layout's columns."""
        columns = list(map(list, zip(*rows, strict=True)))
        return cls(layout, tuple(columns or [[] for _ in layout.columns]))

    def plus(self, column: Column, cell: Cell) -> Table:
        """The table with one more column at its end, the same cell in every row."""
        return Table(self.layout.plus(column), (*self.columns, [cell] * len(self)))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.columns[0])

    def column(self, key: str) -> list[Cell]:
        """The cells under a key. Raises ``KeyError`` for one that the layout lacks."""
        if key not in self.layout.keys:
            raise KeyError(key)
        return self.columns[self.layout.keys.index(key)]

    @cached_property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        return tuple(zip(*self.columns, strict=True))


def _rows(block: Block) -> int:
    return next((len(cells) for cells in block.values() if isinstance(cells, list)), 1)


def _defined(cells: list[Cell]) -> list[Cell]:
    return [None if isinstance(cell, float) and cell != cell else cell for cell in cells]
