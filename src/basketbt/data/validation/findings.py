"""What a check points at: one row of one security, what is wrong with it, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Bars, Flags, Floats
from basketbt.notes import Note, NoteKind

FOUND = NoteKind("found")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found. ``table`` names where the row came from.

    ``row`` is its number among the bars, -1 for what is no bar.
    """

    rule: str
    symbol: str
    date: np.datetime64
    value: float
    what: str
    table: str
    row: int = -1

    def __str__(self) -> str:
        value = "" if np.isnan(self.value) and self.rule == "unsorted" else f" {self.value:.6g}"
        return f"{self.symbol} {self.date}: {self.what}{value} [{self.rule}, {self.table}]"

    @property
    def note(self) -> Note:
        """The same as part of a note, whose rule says in each language what is wrong."""
        told = {name: value for name, value in vars(self).items() if name != "row"}
        return FOUND(said=str(self), **told)


def findings_of(bars: Bars, rule: str, wrong: Flags, values: Floats, what: str) -> list[Finding]:
    """A finding for each of the ``wrong`` (R,) rows, with its value."""
    return [
        finding_of(bars, rule, row, values[row], what) for row in np.flatnonzero(wrong).tolist()
    ]


def finding_of(
    bars: Bars, rule: str, row: int, value: float, what: str, day: np.datetime64 | None = None
) -> Finding:
    """What is wrong with a row; ``day`` where it is about another day than the row's own."""
    code = bars.code[row]
    date = bars.dates[row] if day is None else day
    return Finding(rule, bars.symbols[code], date, float(value), what, bars.tables[code], int(row))


def of_kind(bars: Bars, *kinds: str) -> Flags:
    """(R,) rows of securities of some kinds: share, b_share, index, fund."""
    return bars.per_row([symbol.kind in kinds for symbol in bars.parsed])
