"""Whatever happens to the process, the disk or the file: nothing lost, nothing wrong."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from basketbt.data.sources.auto import Fetcher
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.stored import StoreSource
from basketbt.data.store import Store, upkeep
from basketbt.data.store.connection import DamagedStore, DamagedStoreLeft, EmptyStore, NotAStore
from basketbt.data.store.schema import MIGRATIONS, NewerStore, migrate, version
from basketbt.errors import DataError, OutputError
from replay.server import Replay
from replay.setting import NOW, known, request_for, wrong_rows
from support.children import child_environment

NAMES = ("688111.SH", "000034.SZ", "300624.SZ", "301269.SZ")
FETCH = f"""
import sys
from pathlib import Path
from basketbt.data.sources.auto import Fetcher
from basketbt.data.store import Store, upkeep
from replay.setting import NOW, request_for
with Store(Path(sys.argv[1])) as store:
    outcomes = Fetcher(store, now=NOW).fetch(
        request_for(*{NAMES!r}), report=lambda o: print(o.symbol, o.state, flush=True)
    )
"""


def start_fetching(path: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FETCH, str(path)],
        env=child_environment(environment),
        stdout=subprocess.PIPE,
        text=True,
    )


def fetch_all(path: Path) -> list[str]:
    with Store(path) as store:
        fetcher = Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0))
        return [outcome.state for outcome in fetcher.fetch(request_for(*NAMES))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 2])
def test_a_killed_fetch_keeps_what_was_done_and_resumes(
    replay: Replay, path: Path, after: int
) -> None:
    process = start_fetching(path, replay.environment)
    told = known(process.stdout)
    first = {told.readline().split()[0] for _ in range(after)}
    process.send_signal(signal.SIGKILL)
    process.wait()
    told.close()
    with Store(path) as store:
        done = {coverage.symbol for coverage in store.all_coverages()}
        assert first <= done
        assert wrong_rows(store, replay.vendors.market) == []
    states = fetch_all(path)
    assert states.count("stored") >= after
    assert set(states) <= {"stored", "fetched"}


@pytest.mark.slow
def test_two_fetchers_on_one_store_do_the_work_once_and_agree(replay: Replay, path: Path) -> None:
    processes = [start_fetching(path, replay.environment) for _ in range(2)]
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert len(output.splitlines()) == len(NAMES)
    with Store(path) as store:
        assert {c.symbol for c in store.all_coverages()} == set(NAMES)
        assert wrong_rows(store, replay.vendors.market) == []
        assert store.revisions() == []


def test_a_reader_sees_whole_symbols_while_another_process_writes(
    replay: Replay, path: Path
) -> None:
    with Store(path) as writer, Store(path, read_only=True) as reader:
        fetcher = Fetcher(writer, now=NOW, hosts=RateLimiter(pace=0.0))
        seen: list[int] = []
        fetcher.fetch(
            request_for(*NAMES), report=lambda o: seen.append(len(reader.all_coverages()))
        )
    assert seen == [1, 2, 3, 4]


def test_a_transaction_that_breaks_leaves_nothing_half_written(
    replay: Replay, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(self: Store, *_: object) -> None:
        raise KeyboardInterrupt

    with Store(path) as store:
        monkeypatch.setattr(Store, "_log", break_off)
        with pytest.raises(KeyboardInterrupt):
            Fetcher(store, now=NOW, hosts=RateLimiter(pace=0.0)).fetch(request_for("688111.SH"))
    with sqlite3.connect(path) as db:
        counts = [db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("bar", "step")]
    db.close()
    assert counts == [0, 0]
    monkeypatch.undo()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 kB, where the tests may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_nothing_stored_before_is_lost(
    replay: Replay, tiny_disk: Path
) -> None:
    path = tiny_disk / "store.sqlite"
    with Store(path) as store:
        fetcher = Fetcher(store, now=NOW)
        fetcher.fetch(request_for("688111.SH"))
        (tiny_disk / "ballast").write_bytes(b"x" * (os.statvfs(tiny_disk).f_bavail * 4096 - 8192))
        with pytest.raises(OutputError, match="full") as caught:
            fetcher.fetch(request_for(*NAMES))
        assert "intact" in str(caught.value)
        assert caught.value.exit_code == 4
    (tiny_disk / "ballast").unlink()
    with Store(path) as store:
        assert {c.symbol for c in store.all_coverages()} == {"688111.SH"}
        assert wrong_rows(store, replay.vendors.market) == []


@pytest.fixture
def locked_disk(replay: Replay, tiny_disk: Path) -> Path:
    """A folder with a filled store, on a disk that can only be read."""
    subprocess.run(["mount", "-o", "remount,size=20m", str(tiny_disk)], check=True)
    fetch_all(tiny_disk / "store.sqlite")
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    return tiny_disk


def test_a_read_only_store_is_read_but_not_filled(locked_disk: Path) -> None:
    path = locked_disk / "store.sqlite"
    data = StoreSource(path, offline=True, now=NOW).load(request_for(*NAMES))
    assert set(data.bars.symbols) == set(NAMES)
    with pytest.raises(OutputError, match="read-only"):
        StoreSource(path, now=NOW).load(request_for("688111.SH"))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="file"):
        Store(tmp_path / "file" / "store.sqlite")


@pytest.mark.parametrize("offset", [100, 5000])
def test_a_damaged_store_is_set_aside_and_never_overwritten(
    replay: Replay, path: Path, offset: int
) -> None:
    fetch_all(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = bytearray(path.read_bytes())
    content[offset : offset + 20_000] = os.urandom(20_000)
    path.write_bytes(content)
    with pytest.raises(DamagedStore) as caught:
        fetch_all(path)
    aside = Path(str(caught.value.fields["aside"]))
    assert aside.read_bytes() == content
    assert not path.exists()
    assert str(aside) in str(caught.value)
    assert fetch_all(path) == ["fetched"] * 4
    assert aside.read_bytes() == content


def test_a_command_that_only_looks_leaves_a_damaged_store_alone(replay: Replay, path: Path) -> None:
    fetch_all(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = bytearray(path.read_bytes())
    content[5000:25_000] = os.urandom(20_000)
    path.write_bytes(content)
    with pytest.raises(DamagedStoreLeft, match="left where it is") as caught:
        StoreSource(path, offline=True, now=NOW).load(request_for(*NAMES))
    assert "sets it aside" in caught.value.hint
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir() if "damaged" in each.name] == []


def photo_album(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
    db.close()


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_text("my notes"), "no SQLite file"),
        (lambda path: path.write_bytes(b"PK\x03\x04 a lock"), "no SQLite file"),
        (photo_album, "another program"),
        (lambda path: path.mkdir(), "a folder"),
    ],
)
def test_a_file_of_somebody_else_is_neither_used_nor_renamed(
    path: Path, make: Callable[[Path], object], why: str, read_only: bool
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(NotAStore, match=why) as caught:
        Store(path, read_only=read_only)
    assert caught.value.exit_code == 2
    assert list(path.parent.iterdir()) == [path]
    assert before is None or path.read_bytes() == before


def test_importing_a_lock_leaves_it_where_it_is(path: Path, tmp_path: Path) -> None:
    (tmp_path / "r1.lock.zip").write_bytes(b"PK\x03\x04")
    with Store(path) as store, pytest.raises(NotAStore):
        upkeep.import_from(store, tmp_path / "r1.lock.zip")
    assert (tmp_path / "r1.lock.zip").exists()


def test_a_store_that_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(EmptyStore):
        Store(path, read_only=True)
    assert not path.exists()


def test_a_store_of_a_later_version_is_left_alone(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NewerStore, match="format") as caught:
        Store(path)
    assert "Upgrade basketbt" in caught.value.hint
    assert path.read_bytes() == before


def test_an_older_store_is_migrated_step_by_step_or_not_at_all(replay: Replay, path: Path) -> None:
    fetch_all(path)
    db = sqlite3.connect(path, isolation_level=None)
    good = "ALTER TABLE coverage ADD COLUMN remark TEXT;"
    broken = "CREATE TABLE one (a);\nCREATE TABLE one (a);\n"
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, path, (*MIGRATIONS, good, broken))
    assert version(db) == len(MIGRATIONS) + 1
    assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'one'").fetchone() == (0,)
    assert db.execute("SELECT count(remark), count(*) FROM coverage").fetchone() == (0, 4)
    db.close()


def test_a_store_held_by_nobody_opens_at_once(path: Path) -> None:
    begin = time.perf_counter()
    Store(path).close()
    assert time.perf_counter() - begin < 1.0
    assert issubclass(DamagedStore, DataError)


def test_reading_the_store_loads_no_client_and_no_pandas(replay: Replay, path: Path) -> None:
    fetch_all(path)
    code = f"""
import sys
from pathlib import Path
from basketbt.data.sources.stored import StoreSource
from replay.setting import NOW, request_for
StoreSource(Path({str(path)!r}), offline=True, now=NOW).load(request_for(*{NAMES!r}))
heavy = {{"akshare", "yfinance", "pandas", "requests", "curl_cffi", "exchange_calendars"}}
sys.exit(", ".join(sorted(heavy & set(sys.modules))) or None)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
