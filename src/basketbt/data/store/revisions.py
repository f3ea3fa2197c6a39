"""Revisions: rows that a vendor rewrote after they were stored.

Closed sessions are append-only: a new row is added where nothing was covered before; a row that
differs, appears or is gone where the vendor had answered already is a revision. The old row stays
in force until somebody accepts the new one.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from basketbt.bounded import read_json
from basketbt.data.store.digests import demand_unchanged
from basketbt.data.store.rows import TABLES, Row, Rows, Span, StoreTable, delete_row, insert_rows
from basketbt.errors import unknown

RELATIVE = 1e-6


@dataclass(frozen=True)
class Change:
    """A row that a vendor rewrote; None where there is no row."""

    date: str
    old: Row | None
    new: Row | None


def merge(
    old: Rows, new: Rows, covered: Span | None, asked: Span, tolerances: Sequence[float]
) -> tuple[dict[str, Row], list[Change]]:
    """What to add to ``old``, and where ``new`` contradicts it.

    ``covered`` is where ``old`` is complete (None: nowhere yet), ``asked`` where ``new`` is.
    Column by column, numbers are equal within 1e-6 of their size or the column's tolerance.
    """
    added: dict[str, Row] = {}
    changed: list[Change] = []
    for date, row in new.items():
        known = old.get(date)
        if known is not None:
            if not all(map(_equal, known, row, tolerances)):
                changed.append(Change(date, known, row))
        elif covered is not None and covered.holds(date):
            changed.append(Change(date, None, row))
        else:
            added[date] = row
    for date, row in old.items():
        if date not in new and asked.holds(date):
            changed.append(Change(date, row, None))
    return added, sorted(changed, key=lambda change: change.date)


def _equal(x: float | None, y: float | None, tolerance: float) -> bool:
    if x is None or y is None:
        return x is y
    return math.isclose(x, y, rel_tol=RELATIVE, abs_tol=tolerance)


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A vendor's rewriting of its own past. A row that is None is not there.

    ``kind`` is the table: bar, step (of the total-return factor), action, share_count or fx.
    """

    id: int
    vendor: str
    symbol: str
    kind: str
    date: str
    old: Row | None
    new: Row | None
    noticed_at: str
    accepted_at: str | None


_COLUMNS = tuple(field.name for field in fields(Revision))


def listed(db: sqlite3.Connection, *, accepted: bool = False) -> list[Revision]:
    """Pending revisions, or the accepted ones, oldest first."""
    state = "NOT NULL" if accepted else "NULL"
    found = db.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM revision WHERE accepted_at IS {state} ORDER BY id"
    )
    told = (dict(zip(_COLUMNS, row, strict=True)) for row in found.fetchall())
    return [Revision(**one | {"old": _row(one["old"]), "new": _row(one["new"])}) for one in told]


def note(
    db: sqlite3.Connection, table: StoreTable, vendor: str, symbol: str, changes: Sequence[Change]
) -> int:
    """Record the changes that are not on record yet. Gives how many were new."""
    if not changes:
        return 0
    known = {
        (revision.kind, revision.date, revision.old, revision.new)
        for revision in listed(db)
        if (revision.vendor, revision.symbol) == (vendor, symbol)
    }
    fresh = [c for c in changes if (table.name, c.date, c.old, c.new) not in known]
    db.executemany(
        "INSERT INTO revision (vendor, symbol, kind, date, old, new, noticed_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(vendor, symbol, table.name, c.date, _json(c.old), _json(c.new), now()) for c in fresh],
    )
    return len(fresh)


def accept(db: sqlite3.Connection, ids: Sequence[int], path: object) -> set[tuple[str, str]]:
    """Take pending revisions over into the history, in the order they were noticed.

    Gives the histories that changed, by vendor and symbol; their digests are to be made anew.
    Raises ``UnknownName`` when an id is not a pending revision and ``ChangedHistory`` where a
    history is not what was stored; nothing is changed then.
    """
    pending = {revision.id: revision for revision in listed(db)}
    if strange := [str(i) for i in ids if i not in pending]:
        raise unknown("revision", ", ".join(strange), map(str, pending))
    histories = {(pending[i].vendor, pending[i].symbol) for i in ids}
    for vendor, symbol in histories:
        demand_unchanged(db, path, vendor, symbol)
    for i in sorted(ids):
        revision = pending[i]
        table = TABLES[revision.kind]
        delete_row(db, table, revision.vendor, revision.symbol, revision.date)
        if revision.new is not None:
            rows = {revision.date: revision.new}
            insert_rows(db, table, revision.vendor, revision.symbol, rows)
        db.execute("UPDATE revision SET accepted_at = ? WHERE id = ?", (now(), i))
    return histories


def _json(row: Row | None) -> str | None:
    return None if row is None else json.dumps(row)


def _row(text: str | None) -> Row | None:
    if text is None:
        return None
    try:
        found = read_json(text.encode())
        return tuple(None if cell is None else float(cell) for cell in found)
    except (ValueError, TypeError, AttributeError) as error:
        raise sqlite3.DatabaseError(f"malformed revision ({error})") from None


def now() -> str:
    """The time of writing, UTC, in whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
