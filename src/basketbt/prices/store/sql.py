"""The few statements every table of dated rows needs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from basketbt.prices.store.merge import Row, Span
from basketbt.prices.store.rows import Table


def read_rows(
    db: sqlite3.Connection, table: Table, vendor: str, symbol: str, span: Span
) -> dict[str, Row]:
    """The rows of one vendor and symbol within a span, by date, in order."""
    found = db.execute(
        f"SELECT date, {', '.join(table.columns)} FROM {table.name} "
        "WHERE vendor = ? AND symbol = ? AND date BETWEEN ? AND ? ORDER BY date",
        (vendor, symbol, span.first, span.last),
    ).fetchall()
    return {row[0]: row[1:] for row in found}


def insert_rows(
    db: sqlite3.Connection, table: Table, vendor: str, symbol: str, rows: Mapping[str, Row]
) -> None:
    """Add rows whose dates are not there yet."""
    marks = ", ".join("?" * (3 + len(table.columns)))
    db.executemany(
        f"INSERT INTO {table.name} (vendor, symbol, date, {', '.join(table.columns)}) "
        f"VALUES ({marks})",
        [(vendor, symbol, date, *row) for date, row in rows.items()],
    )


def delete_row(db: sqlite3.Connection, table: Table, vendor: str, symbol: str, date: str) -> None:
    db.execute(
        f"DELETE FROM {table.name} WHERE vendor = ? AND symbol = ? AND date = ?",
        (vendor, symbol, date),
    )


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of the block's writes or none, alone among the writers from its first line on."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Several reads of one moment, though another process may write in between."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


def now() -> str:
    """The time of writing, UTC, in whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
