"""Looking after the store: what is in it, whether it is sound, copies of it, taking things out."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from basketbt.data.store.book import Coverage, Store
from basketbt.data.store.connection import guarded
from basketbt.data.store.digests import ChangedHistory
from basketbt.data.validation.answers import Rejected, checked
from basketbt.errors import BasketbtError, RefusedPath
from basketbt.notes import message


@dataclass(frozen=True)
class Info:
    """The size of a store and what it holds."""

    path: Path
    bytes: int
    coverages: tuple[Coverage, ...]
    pending_revisions: int


def info(store: Store) -> Info:
    """What the store holds, for a table on the screen."""
    size = sum(
        part.stat().st_size
        for tail in ("", "-wal")
        if (part := store.path.with_name(store.path.name + tail)).exists()
    )
    return Info(store.path, size, tuple(store.all_coverages()), len(store.revisions()))


def problems(store: Store) -> list[str]:
    """Everything wrong with the file or its content; empty when it is sound.

    The file is read whole; then every history passes the checks of a fresh answer again.
    """
    with guarded(store.path, looking=True), contextlib.closing(sqlite3.connect(store.path)) as db:
        found = [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
    for coverage in store.all_coverages():
        try:
            checked(store.read(coverage, coverage.first, coverage.last))
        except (Rejected, BasketbtError) as problem:
            found.append(f"{coverage.vendor} {coverage.symbol}: {problem}")
    return found


def disagreements(store: Store) -> list[str]:
    """Where two vendors of one security tell different stories over the days that both have.

    Named are closes and total returns that differ by more than a thousandth, and sessions that
    only one of them has.
    """
    from basketbt.data.reconcile import AGREE, compare

    vendors: dict[str, list[Coverage]] = {}
    for coverage in store.all_coverages():
        vendors.setdefault(coverage.symbol, []).append(coverage)
    found = []
    for several in vendors.values():
        for one, other in combinations(several, 2):
            try:
                left, right = (store.read(c, c.first, c.last) for c in (one, other))
            except ChangedHistory:
                continue  # named by `problems`
            compared = compare(left, right)
            if compared.sessions and not compared.agrees(AGREE):
                found.append(compared.summary)
    return found


def export(store: Store, target: Path) -> None:
    """Write a compact copy of the store to a file that does not exist yet."""
    if target.exists() or target.is_symlink():
        raise RefusedPath(path=target, why=message("why-it-exists-already-name-a"))
    target.parent.mkdir(parents=True, exist_ok=True)
    store.copy_to(target)


@dataclass(frozen=True)
class Imported:
    histories: int
    added: int
    revised: int
    skipped: tuple[str, ...]


def import_from(store: Store, source: Path) -> Imported:
    """Merge another store's histories into this one, as if its vendors had answered again.

    What contradicts this store becomes a revision. A history that would leave a hole beside what
    is stored, or fails a check, is skipped and named.
    """
    added = revised = count = 0
    skipped: list[str] = []
    with Store(source, read_only=True) as other:
        for coverage in other.all_coverages():
            try:
                history = other.read(coverage, coverage.first, coverage.last)
                checked(history)
                saved = store.save(
                    history, unconfirmed=coverage.unconfirmed, versions=f"import {source.name}"
                )
            except (Rejected, ValueError, ChangedHistory) as problem:
                skipped.append(f"{coverage.vendor} {coverage.symbol}: {problem}")
                continue
            count, added, revised = count + 1, added + saved.added, revised + saved.revised
    return Imported(count, added, revised, tuple(skipped))


def chosen(
    store: Store,
    *,
    symbols: tuple[str, ...] = (),
    vendor: str | None = None,
    before: np.datetime64 | None = None,
) -> list[Coverage]:
    """The histories that all given criteria select: symbols, vendor, not updated since."""
    return [
        coverage
        for coverage in store.all_coverages()
        if (not symbols or coverage.symbol in symbols)
        and (vendor is None or coverage.vendor == vendor)
        and (before is None or np.datetime64(coverage.updated_at[:10]) < before)
    ]
