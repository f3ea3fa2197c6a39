"""Tables and the columns they are made of: the one dictionary behind CSV headers and the docs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
    """A table's name (its file is ``<name>.csv``), what one row is, and its columns."""

    name: str
    row_en: str
    row_zh: str
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)


@dataclass(frozen=True)
class Table:
    """Rows under a layout. A value that does not exist is None, never NaN or 0."""

    layout: Layout
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, layout: Layout, rows: Iterable[dict[str, Cell]]) -> Table:
        """A table from mappings; every row must have exactly the layout's keys."""
        keys = layout.keys
        wanted = set(keys)
        made = []
        for row in rows:
            if row.keys() != wanted:
                raise ValueError(f"{layout.name}: row has {sorted(row.keys() ^ wanted)} wrong")
            made.append(tuple(_defined(row[key]) for key in keys))
        return cls(layout, tuple(made))


def _defined(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and cell != cell else cell
