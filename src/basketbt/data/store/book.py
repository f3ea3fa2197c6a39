"""The store: what was fetched, vendor by vendor, and how it changed since."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np

from basketbt.data.bars import Dates, is_pair
from basketbt.data.sources.rate_limiter import RateLimiter, transaction
from basketbt.data.sources.vendor import History, HttpRecord, VendorFailure
from basketbt.data.store import revisions
from basketbt.data.store import rows as tables
from basketbt.data.store.connection import guarded, open_for_reading, open_for_writing, snapshot
from basketbt.data.store.digests import demand_unchanged, seal
from basketbt.data.store.revisions import Revision, merge
from basketbt.data.store.rows import Span
from basketbt.market.symbols import parse_symbol

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


_COVERAGE = tuple(field.name for field in fields(Coverage))


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

    def __exit__(self, *_: object) -> None:
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
        """The stored history from ``first`` to ``last``. Share counts reach back before.

        Raises ``ChangedHistory`` where it is not what was stored.
        """
        vendor, symbol = coverage.vendor, coverage.symbol
        span = Span(str(first), str(last))
        main = tables.FX if is_pair(symbol) else tables.BAR
        reach_back = Span("", span.last)
        with self._guarded(), snapshot(self._db):
            demand_unchanged(self._db, self.path, vendor, symbol)
            bars = tables.read_rows(self._db, main, vendor, symbol, span)
            steps = tables.read_rows(self._db, tables.STEP, vendor, symbol, span)
            actions = tables.read_rows(self._db, tables.ACTION, vendor, symbol, span)
            shares = tables.read_rows(self._db, tables.SHARES, vendor, symbol, reach_back)
            has_shares = bool(coverage.shares_from and shares)
            return History(
                vendor=vendor,
                symbol=symbol,
                first=first,
                last=last,
                bars=tables.bars_of(symbol, vendor, coverage.currency, bars),
                steps=tables.steps_of(steps).within(first, last) if coverage.steps_from else None,
                steps_from=coverage.steps_from or "",
                actions=tables.actions_of(symbol, actions) if coverage.actions_from else None,
                actions_from=coverage.actions_from or "",
                shares=tables.shares_of(symbol, shares) if has_shares else None,
                shares_from=coverage.shares_from or "",
                delisted=coverage.delisted,
            )

    def sessions(self, name: str, after: np.datetime64) -> Dates:
        """Sessions of a calendar after a day: days on which a stored index has a level, and what
        :meth:`keep_sessions` kept."""
        indexes = {
            one.symbol
            for one in self.all_coverages()
            if not is_pair(one.symbol)
            and (symbol := parse_symbol(one.symbol)).kind == "index"
            and symbol.calendar == name
        }
        marks = ", ".join("?" * len(indexes))
        with self._guarded():
            found = self._db.execute(
                f"SELECT date FROM bar WHERE symbol IN ({marks}) AND date > ? "
                "UNION SELECT date FROM session WHERE calendar = ? AND date > ? ORDER BY date",
                (*sorted(indexes), str(after), name, str(after)),
            ).fetchall()
            return tables.stored_days([date for (date,) in found])

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
        with self._guarded(), transaction(self._db):
            before = next(self._coverages("WHERE vendor = ? AND symbol = ?", key), None)
            if before is not None:
                demand_unchanged(self._db, self.path, *key)
            added = revised = 0
            for table, new in tables.rows_of(history).items():
                covered, asked = _spans(table, history, before)
                if covered and before and _origin(table, before) != _origin(table, history):
                    # Another vendor's list rounds otherwise: it may add, not contradict.
                    new = {date: row for date, row in new.items() if not covered.holds(date)}
                    asked = NEVER
                old = tables.read_rows(self._db, table, *key, EVER)
                fresh, changed = merge(old, new, covered, asked, table.tolerances)
                tables.insert_rows(self._db, table, *key, fresh)
                revised += revisions.note(self._db, table, *key, changed)
                added += len(fresh)
            self._cover(history, before, unconfirmed)
            seal(self._db, *key)
            self._db.execute("DELETE FROM answer WHERE symbol = ?", (history.symbol,))
            self._log(history, versions)
        return Saved(added, revised)

    def keep_sessions(self, name: str, sessions: Dates, vendor: str) -> None:
        """Remember sessions of a calendar that a vendor told of."""
        with self._guarded(), transaction(self._db):
            self._db.executemany(
                "INSERT OR IGNORE INTO session (calendar, date, vendor) VALUES (?, ?, ?)",
                [(name, str(day), vendor) for day in sessions],
            )

    def keep_answers(
        self, symbol: str, last: np.datetime64, answers: Mapping[str, HttpRecord | Exception]
    ) -> None:
        """Keep what a symbol was answered that could not be completed, until it is."""
        rows = [
            (symbol, str(last), url, one.status, one.sha256, one.at, one.body)
            for url, one in answers.items()
            if isinstance(one, HttpRecord)
        ]
        with self._guarded(), transaction(self._db):
            self._db.execute("DELETE FROM answer WHERE symbol = ?", (symbol,))
            self._db.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def answers_of(self, symbol: str, last: np.datetime64) -> dict[str, HttpRecord | VendorFailure]:
        """What :meth:`keep_answers` kept, if the same last session was asked for then."""
        with self._guarded():
            found = self._db.execute(
                "SELECT url, status, sha256, at, body FROM answer WHERE symbol = ? AND last = ?",
                (symbol, str(last)),
            ).fetchall()
        return {row[0]: HttpRecord(*row) for row in found}

    def accept(self, ids: Sequence[int]) -> None:
        """Take pending revisions over into the history: all of ``ids`` or, if one is not a
        pending revision (``UnknownName``), none."""
        with self._guarded(), transaction(self._db):
            for vendor, symbol in revisions.accept(self._db, ids, self.path):
                seal(self._db, vendor, symbol)

    def forget(self, coverages: Sequence[Coverage]) -> None:
        """Delete whole histories, with their log and revisions, and shrink the file."""
        with self._guarded():
            with transaction(self._db):
                for coverage in coverages:
                    for name in (*tables.TABLES, "coverage", "digest", "fetch", "revision"):
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
        found = self._db.execute(f"SELECT {', '.join(_COVERAGE)} FROM coverage {clause}", values)
        for row in found.fetchall():
            told = dict(zip(_COVERAGE, row, strict=True))
            for name in ("first", "last", "delisted"):
                told[name] = told[name] and tables.stored_days([told[name]])[0]
            if any(not isinstance(told[name], str) for name in ("vendor", "symbol", "currency")):
                raise sqlite3.DatabaseError("malformed coverage")
            yield Coverage(**told)

    def _cover(self, history: History, before: Coverage | None, unconfirmed: int) -> None:
        """Note what is stored now: the new range together with the one before."""
        known: list[History | Coverage] = [history] if before is None else [history, before]
        origins: dict[str, str | None] = {}
        for part in (table.part for table in tables.TABLES.values() if table.part):
            told = [one for one in known if getattr(one, part, ()) is not None]
            vendors = filter(None, (getattr(one, f"{part}_from") for one in told))
            origins[f"{part}_from"] = next(vendors, None)
        coverage = Coverage(
            vendor=history.vendor,
            symbol=history.symbol,
            first=min(one.first for one in known),
            last=max(one.last for one in known),
            currency=history.bars.currencies[0],
            **origins,
            unconfirmed=unconfirmed,
            updated_at=revisions.now(),
            delisted=next((one.delisted for one in known if one.delisted is not None), None),
        )
        cells = (str(v) if isinstance(v, np.datetime64) else v for v in astuple(coverage))
        self._db.execute(
            f"INSERT OR REPLACE INTO coverage ({', '.join(_COVERAGE)}) "
            f"VALUES ({', '.join('?' * len(_COVERAGE))})",
            tuple(cells),
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


def _origin(table: tables.StoreTable, known: History | Coverage) -> str | None:
    """Which vendor the rows of a table come from; None: none yet."""
    origin: str | None = getattr(known, f"{table.part}_from") if table.part else known.vendor
    return origin


def _spans(
    table: tables.StoreTable, history: History, before: Coverage | None
) -> tuple[Span | None, Span]:
    """Where the stored rows of a table are complete (None: nowhere), and where the new ones."""
    reach_back = table is tables.SHARES  # counts are asked for from the listing on
    # A step on the first day belongs to the day before, which is outside.
    shift = np.timedelta64(1 if table is tables.STEP else 0, "D")

    def span(first: np.datetime64, last: np.datetime64) -> Span:
        return Span("" if reach_back else str(first + shift), str(last))

    asked = span(history.first, history.last)
    if before is None or _origin(table, before) is None:
        return None, asked
    month = np.timedelta64(31, "D")  # no market is shut for a month
    if history.first > before.last + month or history.last < before.first - month:
        raise ValueError(f"{history.symbol}: the new range leaves a hole beside the stored one")
    return span(before.first, before.last), asked
