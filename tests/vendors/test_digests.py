"""A stored history that is no longer what was stored is used by nothing, and can be had again."""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from basketbt.data.sources.auto import Fetcher
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.stored import StoreSource
from basketbt.data.store import Store, upkeep
from basketbt.data.store.digests import ChangedHistory
from basketbt.data.store.schema import MIGRATIONS, version
from replay.server import Replay
from replay.setting import NOW, request_for, wrong_rows

NAMES = ("688111.SH", "000034.SZ")
WHERE = "WHERE symbol = '688111.SH'"


@pytest.fixture
def path(replay: Replay, tmp_path: Path) -> Path:
    found = tmp_path / "store.sqlite"
    assert fetch(found) == ["fetched"] * len(NAMES)
    return found


def fetch(path: Path) -> list[str]:
    with Store(path) as store:
        fetcher = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
        return [outcome.state for outcome in fetcher.fetch(request_for(*NAMES))]


def sql(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        assert db.execute(statement).rowcount != 0
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def flip_bytes(path: Path) -> None:
    """Four bytes of a close on the disk, in a page that SQLite finds nothing wrong with."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (close,) = db.execute(f"SELECT close FROM bar {WHERE} AND date > '2025-01-15'").fetchone()
    content = path.read_bytes()
    stored = struct.pack(">d", close)
    assert stored in content
    path.write_bytes(content.replace(stored, struct.pack(">d", close * 1.07)[:6] + stored[6:], 1))


def changed_by(statement: str) -> Callable[[Path], None]:
    return lambda path: sql(path, statement)


CHANGES = {
    "a close is 3 % higher": changed_by(
        f"UPDATE bar SET close = round(close * 1.03, 2) {WHERE} AND date = '2025-01-21'"
    ),
    "four bytes of a page": flip_bytes,
    "three weeks are gone": changed_by(
        f"DELETE FROM bar {WHERE} AND date BETWEEN '2025-01-06' AND '2025-01-27'"
    ),
    "a row was added": changed_by(
        "INSERT INTO step VALUES ('sina', '688111.SH', '2025-01-21', 1.05)"
    ),
    "it covers more days": changed_by(f"UPDATE coverage SET first = '2019-01-02' {WHERE}"),
    "its actions are another's": changed_by(f"UPDATE coverage SET actions_from = 'sina' {WHERE}"),
    "a text stands for a number": changed_by(
        f"UPDATE bar SET volume = 'many' {WHERE} AND date = '2025-01-21'"
    ),
    "its digest is gone": changed_by(f"DELETE FROM digest {WHERE}"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_changed_history_is_refused_named_and_fetched_anew(
    replay: Replay, path: Path, change: Callable[[Path], None]
) -> None:
    change(path)
    for offline in (True, False):
        with pytest.raises(ChangedHistory) as caught:
            StoreSource(path, offline=offline, now=NOW).load(request_for(*NAMES))
        assert caught.value.exit_code == 3
        assert "688111.SH (sina)" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "store prune 688111.SH --vendor sina" in caught.value.hint
    with Store(path, read_only=True) as store:
        (problem,) = upkeep.problems(store)
        assert "688111.SH" in problem
    with Store(path) as store:
        store.forget(upkeep.chosen(store, symbols=("688111.SH",), vendor="sina"))
    assert fetch(path) == ["fetched", "stored"]
    with Store(path, read_only=True) as store:
        assert upkeep.problems(store) == []
        assert wrong_rows(store, replay.vendors.market) == []


def test_nothing_is_added_to_a_changed_history(path: Path) -> None:
    with Store(path) as store:
        coverage = store.coverages("688111.SH")["sina"]
        history = store.read(coverage, coverage.first, coverage.last)
    CHANGES["three weeks are gone"](path)
    with Store(path) as store, pytest.raises(ChangedHistory):
        store.save(history)


def test_a_changed_history_is_not_imported(path: Path, tmp_path: Path) -> None:
    CHANGES["a close is 3 % higher"](path)
    with Store(tmp_path / "other.sqlite") as other:
        done = upkeep.import_from(other, path)
        assert done.histories == 1
        assert "688111.SH" in done.skipped[0]


def test_a_store_without_digests_gets_them_once(path: Path) -> None:
    sql(path, "DROP TABLE digest")
    sql(path, "PRAGMA user_version = 4")
    StoreSource(path, offline=True, now=NOW).load(request_for(*NAMES))
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert version(db) == len(MIGRATIONS)
    CHANGES["a close is 3 % higher"](path)
    with pytest.raises(ChangedHistory):
        StoreSource(path, offline=True, now=NOW).load(request_for(*NAMES))


def test_two_vendors_of_a_share_are_held_together(path: Path) -> None:
    with Store(path) as store:
        fetcher = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
        asked = request_for("688111.SH")
        assert fetcher.from_vendor("688111.SH", "tencent", asked).state != "failed"
        assert upkeep.disagreements(store) == []
        coverage = store.coverages("688111.SH")["tencent"]
        history = store.read(coverage, coverage.first, coverage.last)
        store.forget([coverage])
        history.bars.close[5] *= 1.002
        store.save(history)
        (said,) = upkeep.disagreements(store)
    assert "688111.SH: sina and tencent differ" in said or "tencent and sina differ" in said
    assert str(np.datetime64(history.bars.dates[5])) in said
