"""One run as a rendering sees it: its facts and its tables, live or read back from disk."""

from __future__ import annotations

from collections.abc import Mapping
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
        position = {key: place for place, key in enumerate(table.layout.keys)}
        wanted = [(position[key], value) for key, value in equal.items()]
        keys = table.layout.keys
        return [
            dict(zip(keys, row, strict=True))
            for row in table.rows
            if all(row[place] == value for place, value in wanted)
        ]

    @cached_property
    def lists(self) -> dict[str, ListFacts]:
        """The study's baskets by id, in its order."""
        return {one.id: one for one in self.facts.lists}


def plain(cell: Cell) -> str:
    """A text cell on one line; nothing for an empty one, as the CSV files have it."""
    return " ".join(cell.splitlines()) if isinstance(cell, str) else ""
