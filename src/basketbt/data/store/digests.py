"""A digest of every stored history, made when it is written and checked whenever it is read.

SQLite notices a damaged page only where the damage breaks its own structure. A close that was
edited, bytes that flipped inside a number, or weeks of rows that were deleted leave a sound file
with other prices in it; their digest tells.
"""

from __future__ import annotations

import hashlib
import sqlite3

import numpy as np

from basketbt.data.store import rows as tables
from basketbt.errors import DataError
from basketbt.notes import message

_COVERED = ("first", "last", "currency", "steps_from", "actions_from", "shares_from", "delisted")


class ChangedHistory(DataError):
    """Fields: path, symbol, vendor, why."""


def seal(db: sqlite3.Connection, vendor: str, symbol: str) -> None:
    """Write the digest of a history as it is now, in the transaction that wrote the history."""
    db.execute(
        "INSERT OR REPLACE INTO digest (vendor, symbol, digest) VALUES (?, ?, ?)",
        (vendor, symbol, digest_of(db, vendor, symbol)),
    )


def seal_all(db: sqlite3.Connection) -> None:
    """Of a store from before there were digests: what is there counts as what was stored."""
    db.execute("DELETE FROM digest")
    for vendor, symbol in db.execute("SELECT vendor, symbol FROM coverage").fetchall():
        seal(db, vendor, symbol)


def demand_unchanged(db: sqlite3.Connection, path: object, vendor: str, symbol: str) -> None:
    """Raise ``ChangedHistory`` unless a history is what was stored."""
    kept = db.execute(
        "SELECT digest FROM digest WHERE vendor = ? AND symbol = ?", (vendor, symbol)
    ).fetchone()
    try:
        same = kept is not None and kept[0] == digest_of(db, vendor, symbol)
    except (TypeError, ValueError):  # a text in the place of a number
        same = False
    if not same:
        why = (
            message("why-are-not-what-was-stored")
            if kept
            else message("why-have-lost-their-digest")
        )
        raise ChangedHistory(path=path, symbol=symbol, vendor=vendor, why=why)


def digest_of(db: sqlite3.Connection, vendor: str, symbol: str) -> str:
    """SHA-256 of all rows of a history and of what its coverage says of them."""
    found = hashlib.sha256()
    covered = db.execute(
        f"SELECT {', '.join(_COVERED)} FROM coverage WHERE vendor = ? AND symbol = ?",
        (vendor, symbol),
    ).fetchone()
    found.update(repr((vendor, symbol, covered)).encode())
    for table in tables.TABLES.values():
        rows = db.execute(
            f"SELECT date, {', '.join(table.columns)} FROM {table.name} "
            "WHERE vendor = ? AND symbol = ? ORDER BY date",
            (vendor, symbol),
        ).fetchall()
        dates = ",".join(row[0] for row in rows)
        cells = np.array([row[1:] for row in rows], dtype="<f8")
        found.update(f"{table.name} {len(rows)} {dates}\n".encode())
        found.update(np.where(np.isnan(cells), np.nan, cells).tobytes())
    return found.hexdigest()
