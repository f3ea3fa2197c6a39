"""The store: what was fetched, vendor by vendor, and how it changed since."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from basketbt.prices.sources.rate_limiter import RateLimiter
from basketbt.prices.sources.vendor import History
from basketbt.prices.store import revisions, sql
from basketbt.prices.store import rows as tables
from basketbt.prices.store.connection import guarded, open_for_reading, open_for_writing
from basketbt.prices.store.merge import Span, merge
from basketbt.prices.store.revisions import Revision

PATH_VARIABLE = "BASKETBT_STORE"
EVER = Span("", "9999")
NEVER = Span("9999", "")


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What the store has of one vendor's history of one symbol."""

    vendor: str
    symbol: str
    first: np.datetime64
    last: np.datetime64
    currency: str
    steps_from: str | None
    actions_from: str | None
    shares_from: str | None
    unconfirmed: int
    updated_at: str
    delisted: np.datetime64 | None = None

    def reaches(self, first: np.datetime64, last: np.datetime64) -> bool:
        """Whether every session from ``first`` to ``last`` was asked for and answered."""
        return bool(self.first <= first and last <= self.last)


@dataclass(frozen=True)
class Saved:
    """What saving a history did: rows added, and rows that contradict what was stored."""

    added: int
    revised: int


def store_path(chosen: Path | None = None) -> Path:
    """The store's file: ``--store``, else ``BASKETBT_STORE``, else the user's data folder."""
    if chosen is not None:
        return chosen
    if configured := os.environ.get(PATH_VARIABLE):
        return Path(configured).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("basketbt", appauthor=False)) / "store.sqlite"


class Store:
    """An open store. Every method is one transaction; several processes may use it at once.

    Raises ``DamagedStore``, ``EmptyStore``, ``NewerStore`` (exit 3) or ``OutputError`` (exit 4).
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._db = open_for_reading(path) if read_only else open_for_writing(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def hosts(self, *, pace: float | None = None) -> RateLimiter:
        """The rate limiter in this file; in memory only when the store cannot be written."""
        with self._guarded():
            return RateLimiter(None if self._read_only else self.path, pace=pace)

    # --- reading ---------------------------------------------------------------------------

    def coverages(self, symbol: str) -> dict[str, Coverage]:
        """What is stored of a symbol, by vendor."""
        with self._guarded():
            return {c.vendor: c for c in self._coverages("WHERE symbol = ?", (symbol,))}

    def all_coverages(self) -> list[Coverage]:
        """Everything that is stored, by vendor and symbol."""
        with self._guarded():
            return list(self._coverages("ORDER BY vendor, symbol", ()))

    def read(self, coverage: Coverage, first: np.datetime64, last: np.datetime64) -> History:
        """The stored history from ``first`` to ``last``. Share counts reach back before."""
        vendor, symbol = coverage.vendor, coverage.symbol
        span = Span(str(first), str(last))
        main = tables.FX if tables.is_pair(symbol) else tables.BAR
        with self._guarded(), sql.snapshot(self._db):
            bars = sql.read_rows(self._db, main, vendor, symbol, span)
            steps = sql.read_rows(self._db, tables.STEP, vendor, symbol, span)
            actions = sql.read_rows(self._db, tables.ACTION, vendor, symbol, span)
            shares = sql.read_rows(self._db, tables.SHARES, vendor, symbol, Span("", span.last))
        return History(
            vendor=vendor,
            symbol=symbol,
            first=first,
            last=last,
            bars=tables.bars_of(symbol, vendor, coverage.currency, bars),
            steps=None
            if coverage.steps_from is None
            else tables.steps_of(steps).within(first, last),
            steps_from=coverage.steps_from or "",
            actions=None if coverage.actions_from is None else tables.actions_of(symbol, actions),
            actions_from=coverage.actions_from or "",
            shares=None
            if coverage.shares_from is None or not shares
            else tables.shares_of(symbol, shares),
            shares_from=coverage.shares_from or "",
            delisted=coverage.delisted,
        )

    def revisions(self, *, accepted: bool = False) -> list[Revision]:
        """Pending revisions (or the accepted ones), oldest first."""
        with self._guarded():
            return revisions.listed(self._db, accepted=accepted)

    # --- writing ---------------------------------------------------------------------------

    def save(self, history: History, *, unconfirmed: int = 0, versions: str = "") -> Saved:
        """Add what is new and note what contradicts the past, all of it or nothing.

        The new range must touch what is stored of the same vendor and symbol, so that what is
        covered stays one range without a hole.
        """
        key = (history.vendor, history.symbol)
        with self._guarded(), sql.transaction(self._db):
            before = next(
                self._coverages("WHERE vendor = ? AND symbol = ?", key),
                None,
            )
            added = revised = 0
            for table, new in tables.rows_of(history).items():
                covered, asked = _spans(table, history, before)
                if covered is not None and _origin_changed(table, history, before):
                    # Another vendor's list rounds otherwise: it may add, not contradict.
                    new = {date: row for date, row in new.items() if not covered.holds(date)}
                    asked = NEVER
                old = sql.read_rows(self._db, table, *key, EVER)
                merged = merge(old, new, covered, asked, table.tolerances)
                sql.insert_rows(self._db, table, *key, merged.added)
                revised += revisions.note(self._db, table, *key, merged.changed)
                added += len(merged.added)
            self._cover(history, before, unconfirmed)
            self._log(history, versions)
        return Saved(added, revised)

    def accept(self, ids: Sequence[int]) -> None:
        """Take pending revisions over into the history: all of ``ids`` or, if one is not a
        pending revision (``UnknownName``), none."""
        with self._guarded(), sql.transaction(self._db):
            revisions.accept(self._db, ids)

    def forget(self, coverages: Sequence[Coverage]) -> None:
        """Delete whole histories, with their log and revisions, and shrink the file."""
        with self._guarded():
            with sql.transaction(self._db):
                for coverage in coverages:
                    for name in (*tables.TABLES, "coverage", "fetch", "revision"):
                        self._db.execute(
                            f"DELETE FROM {name} WHERE vendor = ? AND symbol = ?",
                            (coverage.vendor, coverage.symbol),
                        )
            self._db.execute("VACUUM")

    def copy_to(self, target: Path) -> None:
        """Write a compact copy to a new file, also while other processes write to this one."""
        with guarded(target):
            self._db.execute("VACUUM INTO ?", (str(target),))

    # --- inside ----------------------------------------------------------------------------

    def _guarded(self) -> contextlib.AbstractContextManager[None]:
        return guarded(self.path, looking=self._read_only)

    def _coverages(self, clause: str, values: tuple[str, ...]) -> Iterator[Coverage]:
        found = self._db.execute(
            "SELECT vendor, symbol, first, last, currency, steps_from, actions_from, "
            f"shares_from, unconfirmed, updated_at, delisted FROM coverage {clause}",
            values,
        ).fetchall()
        for row in found:
            yield Coverage(
                vendor=row[0],
                symbol=row[1],
                first=np.datetime64(row[2], "D"),
                last=np.datetime64(row[3], "D"),
                currency=row[4],
                steps_from=row[5],
                actions_from=row[6],
                shares_from=row[7],
                unconfirmed=row[8],
                updated_at=row[9],
                delisted=None if row[10] is None else np.datetime64(row[10], "D"),
            )

    def _cover(self, history: History, before: Coverage | None, unconfirmed: int) -> None:
        first, last = history.first, history.last
        steps = history.steps_from if history.steps is not None else None
        actions = history.actions_from if history.actions is not None else None
        shares = history.shares_from if history.shares is not None else None
        delisted = history.delisted
        if before is not None:
            delisted = delisted if delisted is not None else before.delisted
            first, last = min(first, before.first), max(last, before.last)
            steps = steps or before.steps_from
            actions = actions or before.actions_from
            shares = shares or before.shares_from
        self._db.execute(
            "INSERT OR REPLACE INTO coverage (vendor, symbol, first, last, currency, steps_from, "
            "actions_from, shares_from, unconfirmed, updated_at, delisted) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                history.vendor,
                history.symbol,
                str(first),
                str(last),
                history.bars.currencies[0],
                steps,
                actions,
                shares,
                unconfirmed,
                sql.now(),
                None if delisted is None else str(delisted),
            ),
        )

    def _log(self, history: History, versions: str) -> None:
        self._db.executemany(
            "INSERT INTO fetch (vendor, symbol, at, url, status, sha256, versions) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (history.vendor, history.symbol, e.at, e.url, e.status, e.sha256, versions)
                for e in history.exchanges
            ],
        )


def _origins(table: tables.Table, history: History, before: Coverage) -> tuple[str | None, str]:
    """Which vendor the rows of a table come from: the stored ones (None: none yet), the new."""
    return {
        tables.STEP.name: (before.steps_from, history.steps_from),
        tables.ACTION.name: (before.actions_from, history.actions_from),
        tables.SHARES.name: (before.shares_from, history.shares_from),
    }.get(table.name, (before.vendor, history.vendor))


def _origin_changed(table: tables.Table, history: History, before: Coverage | None) -> bool:
    if before is None:
        return False
    stored, new = _origins(table, history, before)
    return stored != new


def _spans(
    table: tables.Table, history: History, before: Coverage | None
) -> tuple[Span | None, Span]:
    """Where the stored rows of a table are complete (None: nowhere), and where the new ones."""
    reach_back = table is tables.SHARES  # counts are asked for from the listing on
    # A step on the first day belongs to the day before, which is outside.
    shift = np.timedelta64(1 if table is tables.STEP else 0, "D")

    def span(first: np.datetime64, last: np.datetime64) -> Span:
        return Span("" if reach_back else str(first + shift), str(last))

    asked = span(history.first, history.last)
    if before is None or _origins(table, history, before)[0] is None:
        return None, asked
    if not _touch(history, before):
        raise ValueError(f"{history.symbol}: the new range leaves a hole beside the stored one")
    return span(before.first, before.last), asked


def _touch(history: History, before: Coverage) -> bool:
    month = np.timedelta64(31, "D")  # no market is shut for a month
    return bool(history.first <= before.last + month and history.last >= before.first - month)
