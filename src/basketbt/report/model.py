"""Tables and the columns they are made of: the one dictionary behind CSV headers and the docs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from basketbt.locale import Language, catalogue
from basketbt.notes import Listing, Note

#: What a table holds at one place; ``Note`` s only under a column of the kind ``notes``.
Value = str | int | float | bool | tuple[Note, ...] | None
Kind = Literal["text", "date", "integer", "decimal", "ratio", "money", "level", "flag", "notes"]

_NUMBERS = ("decimal", "ratio", "money", "level")


@dataclass(frozen=True)
class Column:
    """One column: its key in English tables and frames, and what it holds.

    ``kind``: ``decimal`` 0.0123 is 1.23 %; ``ratio`` a pure number; ``money`` yuan; ``level`` 100
    at the base; ``notes`` notes that become words when they are written. What it means and when a
    cell is empty is said in the catalogues, see :meth:`Layout.words`.
    """

    key: str
    kind: Kind


@dataclass(frozen=True)
class Layout:
    """A table's name and its columns.

    A ``bulk`` table is written as ``<name>.parquet``, as CSV only on request; any other as
    ``<name>.csv``. A ``detail`` is CSV too, but the workbook that is handed on leaves it out.
    """

    name: str
    columns: tuple[Column, ...]
    bulk: bool = False
    detail: bool = False

    def row(self, language: Language) -> str:
        """What one row is."""
        return catalogue(language)[f"table.{self.name}"]

    def header(self, column: Column, language: Language) -> str:
        """The heading of a column: its key in English, what the catalogue says in Chinese."""
        return column.key if language == "en" else self.words(column, language) or column.key

    def words(
        self, column: Column, language: Language, what: Literal["", ".about", ".empty"] = ""
    ) -> str:
        """What the catalogue says of a column, in this table or in any; empty for nothing.

        Of its name, ``.about`` what it holds, ``.empty`` when a cell has no value.
        """
        words = catalogue(language)
        own = f"column.{self.name}.{column.key}"
        key = own if own in words else f"column.{column.key}"
        return words.get(f"{key}{what}", "")

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
Block = Mapping[str, Value | list[Value]]


@dataclass(frozen=True)
class Table:
    """Cells under a layout, one list a column, all of one length.

    A value that does not exist is None, never NaN or 0.
    """

    layout: Layout
    columns: tuple[list[Value], ...]

    @classmethod
    def of(cls, layout: Layout, blocks: Iterable[Block]) -> Table:
        """A table from blocks in their order; a block without a list is one row.

        Raises ``ValueError`` for a block whose keys are not the layout's, or with lists of
        different lengths.
        """
        columns: dict[str, list[Value]] = {key: [] for key in layout.keys}
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
        return cls(layout, tuple(map(_plain, layout.columns, columns.values())))

    @classmethod
    def of_rows(cls, layout: Layout, rows: Iterable[Sequence[Value]]) -> Table:
        """A table from rows whose cells are in the order of the layout's columns."""
        columns = list(map(list, zip(*rows, strict=True)))
        return cls(layout, tuple(columns or [[] for _ in layout.columns]))

    def plus(self, column: Column, cell: Value) -> Table:
        """The table with one more column at its end, the same cell in every row."""
        return Table(self.layout.plus(column), (*self.columns, [cell] * len(self)))

    def with_notes(self, notes: list[tuple[Note, ...]]) -> Table:
        """The table with these notes under its column of notes, where it has one.

        Raises ``ValueError`` when they are not as many as the rows.
        """
        kinds = [column.kind for column in self.layout.columns]
        if "notes" not in kinds:
            return self
        if len(notes) != len(self):
            raise ValueError("its notes are of another version")
        filled = [*notes]
        pairs = zip(kinds, self.columns, strict=True)
        return Table(self.layout, tuple(filled if k == "notes" else own for k, own in pairs))  # type: ignore[misc]

    def worded(self, language: Language) -> Table:
        """The table with its notes as texts, one a cell, None for none."""
        columns = zip(self.layout.columns, self.columns, strict=True)
        return Table(
            self.layout,
            tuple(_said(own, language) if one.kind == "notes" else own for one, own in columns),
        )

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.columns[0])

    def select(self, **equal: Value) -> list[dict[str, Value]]:
        """The rows whose cells equal the given ones, as mappings.

        Raises ``KeyError`` for a column that the layout lacks.
        """
        found: Sequence[int] = range(len(self))
        for key, value in equal.items():
            cells = self.column(key)
            found = [place for place in found if cells[place] == value]
        columns = ([cells[place] for place in found] for cells in self.columns)
        return [dict(zip(self.layout.keys, row, strict=True)) for row in zip(*columns, strict=True)]

    def column(self, key: str) -> list[Value]:
        """The cells under a key. Raises ``KeyError`` for one that the layout lacks."""
        if key not in self.layout.keys:
            raise KeyError(key)
        return self.columns[self.layout.keys.index(key)]

    @cached_property
    def rows(self) -> tuple[tuple[Value, ...], ...]:
        return tuple(zip(*self.columns, strict=True))


def _rows(block: Block) -> int:
    return next((len(cells) for cells in block.values() if isinstance(cells, list)), 1)


def _plain(column: Column, cells: list[Value]) -> list[Value]:
    """Cells as a file gives them back: no NaN, no empty text, no whole number for a decimal one."""
    if column.kind in _NUMBERS:
        return [None if cell is None or cell != cell else float(cell) for cell in cells]  # type: ignore[arg-type]
    if column.kind in ("text", "date"):
        return [cell or None for cell in cells]
    return cells


def _said(cells: list[Value], language: Language) -> list[Value]:
    known: dict[Value, Value] = {}
    for cell in cells:
        if cell not in known:
            notes = cell if isinstance(cell, tuple) else ()
            known[cell] = Listing(notes, "semicolon").text(language) if notes else None
    return [known[cell] for cell in cells]
