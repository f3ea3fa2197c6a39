"""One run as a rendering sees it: its facts and its tables, live or read back from disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from basketbt.report.facts import Facts, ListFacts
from basketbt.report.layout import Cell, Table

Row = dict[str, Cell]


@dataclass(frozen=True)
class Record:
    """Facts and tables by name. Tables that a study did not make are absent."""

    facts: Facts
    tables: Mapping[str, Table]

    def rows(self, name: str, **equal: Cell) -> list[Row]:
        """The rows of a table whose cells equal the given ones, as mappings.

        An absent table has no rows. Raises ``KeyError`` for a column the table lacks.
        """
        table = self.tables.get(name)
        if table is None:
            return []
        found: Sequence[int] = range(len(table))
        for key, value in equal.items():
            cells = table.column(key)
            found = [place for place in found if cells[place] == value]
        columns = ([cells[place] for place in found] for cells in table.columns)
        keys = table.layout.keys
        return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]

    @cached_property
    def lists(self) -> dict[str, ListFacts]:
        """The study's baskets by id, in its order."""
        return {one.id: one for one in self.facts.lists}


def plain(cell: Cell) -> str:
    """A text cell on one line; nothing for an empty one, as the CSV files have it."""
    return " ".join(cell.splitlines()) if isinstance(cell, str) else ""
