"""Comparing what a vendor says now with what it said before. Pure: rows in, decisions out.

Closed sessions are append-only: a new row is added where nothing was covered before; a row that
differs, appears or is gone where the vendor had answered already is a revision.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RELATIVE = 1e-6

Row = tuple[float | None, ...]
Rows = Mapping[str, Row]  # by ISO date


@dataclass(frozen=True)
class Change:
    """A row that a vendor rewrote; None where there is no row."""

    date: str
    old: Row | None
    new: Row | None


@dataclass(frozen=True)
class Merged:
    added: dict[str, Row]
    changed: tuple[Change, ...]


@dataclass(frozen=True)
class Span:
    """An inclusive range of ISO dates that was asked for and answered."""

    first: str
    last: str

    def holds(self, date: str) -> bool:
        return self.first <= date <= self.last


def merge(
    old: Rows,
    new: Rows,
    covered: Span | None,
    asked: Span,
    tolerances: Sequence[float],
) -> Merged:
    """What to add to ``old``, and where ``new`` contradicts it.

    ``covered`` is where ``old`` is complete (None: nowhere yet), ``asked`` where ``new`` is.
    Column by column, numbers are equal within 1e-6 of their size or the column's tolerance.
    """
    added: dict[str, Row] = {}
    changed: list[Change] = []
    for date, row in new.items():
        known = old.get(date)
        if known is not None:
            if not _same(known, row, tolerances):
                changed.append(Change(date, known, row))
        elif covered is not None and covered.holds(date):
            changed.append(Change(date, None, row))
        else:
            added[date] = row
    for date, row in old.items():
        if date not in new and asked.holds(date):
            changed.append(Change(date, row, None))
    return Merged(added, tuple(sorted(changed, key=lambda change: change.date)))


def _same(a: Row, b: Row, tolerances: Sequence[float]) -> bool:
    return all(_equal(x, y, t) for x, y, t in zip(a, b, tolerances, strict=True))


def _equal(x: float | None, y: float | None, tolerance: float) -> bool:
    if x is None or y is None:
        return x is y
    return math.isclose(x, y, rel_tol=RELATIVE, abs_tol=tolerance)
