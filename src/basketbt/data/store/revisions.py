"""Revisions: rows that a vendor rewrote after they were stored.

The old row stays in force until somebody accepts the new one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from basketbt.data.store.merge import Change, Row
from basketbt.data.store.rows import TABLES, StoreTable, delete_row, insert_rows
from basketbt.errors import UnknownName


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


def accept(db: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Take pending revisions over into the history, in the order they were noticed.

    Raises ``UnknownName`` when an id is not a pending revision; nothing is changed then.
    """
    pending = {revision.id: revision for revision in listed(db)}
    if unknown := [str(i) for i in ids if i not in pending]:
        raise UnknownName(
            kind="pending revision",
            name=", ".join(unknown),
            nearest="",
            known=", ".join(map(str, pending)) or "none",
        )
    for i in sorted(ids):
        revision = pending[i]
        table = TABLES[revision.kind]
        delete_row(db, table, revision.vendor, revision.symbol, revision.date)
        if revision.new is not None:
            rows = {revision.date: revision.new}
            insert_rows(db, table, revision.vendor, revision.symbol, rows)
        db.execute("UPDATE revision SET accepted_at = ? WHERE id = ?", (now(), i))


def _json(row: Row | None) -> str | None:
    return None if row is None else json.dumps(row)


def _row(text: str | None) -> Row | None:
    return None if text is None else tuple(json.loads(text))


def now() -> str:
    """The time of writing, UTC, in whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
