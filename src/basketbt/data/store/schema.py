"""The tables of the store, and how an older file becomes a newer one.

Every vendor's history of a security is kept by itself: rows of two vendors are never mixed, so a
difference inside one history is always that vendor's own rewriting. Dates are ISO texts, prices
as traded, volume in shares.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from basketbt.data.sources import rate_limiter
from basketbt.data.store.digests import seal_all
from basketbt.errors import DataError

_FIRST = """
CREATE TABLE coverage (
    vendor TEXT NOT NULL, symbol TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL,       -- asked for and answered, both included
    currency TEXT NOT NULL,
    steps_from TEXT, actions_from TEXT, shares_from TEXT, -- vendor; NULL: never answered
    unconfirmed INTEGER NOT NULL,                  -- sessions without a bar, no second opinion
    updated_at TEXT NOT NULL,
    PRIMARY KEY (vendor, symbol)
) WITHOUT ROWID;
CREATE TABLE bar (
    vendor TEXT NOT NULL, symbol TEXT NOT NULL, date TEXT NOT NULL,
    open REAL, high REAL, low REAL, close REAL NOT NULL, volume REAL, amount REAL,
    PRIMARY KEY (vendor, symbol, date)
) WITHOUT ROWID;
CREATE TABLE step (                                -- growth of the total-return factor on a date
    vendor TEXT NOT NULL, symbol TEXT NOT NULL, date TEXT NOT NULL, ratio REAL NOT NULL,
    PRIMARY KEY (vendor, symbol, date)
) WITHOUT ROWID;
CREATE TABLE action (                              -- per share held, by ex-date
    vendor TEXT NOT NULL, symbol TEXT NOT NULL, date TEXT NOT NULL,
    cash REAL NOT NULL, bonus REAL NOT NULL, rights REAL NOT NULL, rights_price REAL NOT NULL,
    PRIMARY KEY (vendor, symbol, date)
) WITHOUT ROWID;
CREATE TABLE share_count (                         -- in force from a date on
    vendor TEXT NOT NULL, symbol TEXT NOT NULL, date TEXT NOT NULL,
    total REAL NOT NULL, tradable REAL NOT NULL,
    PRIMARY KEY (vendor, symbol, date)
) WITHOUT ROWID;
CREATE TABLE fx (                                  -- symbol HKDCNY: CNY for one HKD
    vendor TEXT NOT NULL, symbol TEXT NOT NULL, date TEXT NOT NULL, rate REAL NOT NULL,
    PRIMARY KEY (vendor, symbol, date)
) WITHOUT ROWID;
CREATE TABLE fetch (
    id INTEGER PRIMARY KEY, vendor TEXT NOT NULL, symbol TEXT NOT NULL, at TEXT NOT NULL,
    url TEXT NOT NULL, status INTEGER NOT NULL, sha256 TEXT NOT NULL, versions TEXT NOT NULL
);
CREATE INDEX fetch_by_symbol ON fetch (vendor, symbol);
CREATE TABLE revision (                            -- a vendor changed what it had said before
    id INTEGER PRIMARY KEY, vendor TEXT NOT NULL, symbol TEXT NOT NULL,
    kind TEXT NOT NULL, date TEXT NOT NULL,
    old TEXT, new TEXT,                            -- JSON rows; NULL: no row
    noticed_at TEXT NOT NULL, accepted_at TEXT
);
CREATE INDEX revision_by_symbol ON revision (vendor, symbol);
"""

APPLICATION_ID = int.from_bytes(b"bbtb", "big")  # in the header of every store
OURS = frozenset(
    (
        *("coverage", "bar", "step", "action", "share_count", "fx", "fetch", "revision"),
        *("host", "session", "answer", "digest"),
    )
)

# Lists of actions stored before rights issues were in them do not count as complete any more:
# the next `fetch` asks again.
_SECOND = f"""
PRAGMA application_id = {APPLICATION_ID};
ALTER TABLE coverage ADD COLUMN delisted TEXT; -- from this day on not listed; NULL: listed
UPDATE coverage SET actions_from = NULL WHERE actions_from = 'eastmoney';
"""

_THIRD = """
CREATE TABLE IF NOT EXISTS session (               -- after the end of the program's calendars
    calendar TEXT NOT NULL, date TEXT NOT NULL, vendor TEXT NOT NULL,
    PRIMARY KEY (calendar, date)
) WITHOUT ROWID;
"""

_FOURTH = """
CREATE TABLE IF NOT EXISTS answer (                -- of symbols that could not be completed yet
    symbol TEXT NOT NULL, last TEXT NOT NULL,      -- the last session that was asked for
    url TEXT NOT NULL, status INTEGER NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (symbol, url)
) WITHOUT ROWID;
"""

_FIFTH = """
CREATE TABLE IF NOT EXISTS digest (                -- of a history: all its rows, and its coverage
    vendor TEXT NOT NULL, symbol TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (vendor, symbol)
) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (
    *(_FIRST + rate_limiter.SCHEMA + ";", _SECOND, _THIRD, _FOURTH),
    _FIFTH,
)
"""Script n takes a file from version n to n + 1. Never changed once released, only added to."""


class NewerStore(DataError):
    """Fields: path, found, known."""


def migrate(
    connection: sqlite3.Connection, path: object, scripts: Sequence[str] = MIGRATIONS
) -> None:
    """Bring the tables to the newest format, each step whole or not at all.

    Raises ``NewerStore`` when the file comes from a later basketbt, or from none.
    """
    while (found := version(connection)) != len(scripts):
        if not 0 <= found <= len(scripts):
            raise NewerStore(path=path, found=found, known=len(scripts))
        with rate_limiter.transaction(connection):
            # Another process may have done this step while this one waited for its turn.
            if version(connection) == found:
                for statement in _statements(scripts[found]):
                    connection.execute(statement)
                if scripts[found] is _FIFTH:
                    seal_all(connection)
                connection.execute(f"PRAGMA user_version = {found + 1}")


def version(connection: sqlite3.Connection) -> int:
    """The format of a file: 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> list[str]:
    """The statements of a script; ``executescript`` would commit the transaction around it."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
