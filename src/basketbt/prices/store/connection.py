"""Opening the store, and turning SQLite's complaints into errors a user can act on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from basketbt.errors import DataError, OutputError
from basketbt.prices.store.schema import MIGRATIONS, migrate, version

BUSY_SECONDS = 60.0
_DAMAGE = ("malformed", "not a database", "file is encrypted", "unsupported file format")


class DamagedStore(DataError):
    """The file is no longer a sound SQLite file. It is kept, under another name."""

    template = "the store {path} is damaged ({why}); it was set aside as {aside}"
    fix = (
        "Run the same command again to fetch anew, or put back a copy made with `basketbt store "
        "export`. What is still readable in the old file may be saved with `sqlite3 {aside} "
        ".recover`."
    )


class EmptyStore(DataError):
    template = "there is no store at {path}"
    fix = "Fill one with `basketbt fetch STUDY`, or say where it is with --store."


class OlderStore(DataError):
    template = "the store {path} has format {found}, not {known}, and cannot be written to renew it"
    fix = "Copy it to a folder of your own and name the copy with --store."


@contextlib.contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ``DamagedStore`` or ``OutputError``."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        why = str(error)
        if any(sign in why for sign in _DAMAGE):
            raise DamagedStore(path=path, why=why, aside=set_aside(path)) from error
        raise OutputError(path=path, why=_explained(why)) from error


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The store at ``path``, made if need be. A file that is damaged is set aside first.

    Raises ``DamagedStore``, ``NewerStore`` or ``OutputError`` (read-only or full disk).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(path=path.parent, why=error.strerror or str(error)) from error
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(path=path, why="it is read-only; `--offline` reads it as it is")
    with guarded(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            _write_ahead(connection)
            # NORMAL keeps the file sound through a crash; only a power cut may undo the last
            # commits, and those can be fetched again.
            connection.execute("PRAGMA synchronous = NORMAL")
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging, waiting while another process makes the same new store.

    SQLite answers "locked" to this switch at once, whatever the connection's time-out.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

    patient = Retrying(
        retry=retry_if_exception(lambda error: "database is locked" in str(error)),
        wait=wait_random(0.01, 0.1),
        stop=stop_after_delay(BUSY_SECONDS),
        reraise=True,
    )
    patient(connection.execute, "PRAGMA journal_mode = WAL")


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The store at ``path``, which is not changed; works on a read-only disk.

    Raises ``EmptyStore``, ``DamagedStore`` or ``NewerStore``.
    """
    if not path.exists():
        raise EmptyStore(path=path)
    with guarded(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro{_immutable(path)}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
        )
        if version(connection) < len(MIGRATIONS):
            found = version(connection)
            connection.close()
            return _renewed_for_reading(path, found)
        try:
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _renewed_for_reading(path: Path, found: int) -> sqlite3.Connection:
    """A store of an earlier format: brought up to date first, where it can be written."""
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise OlderStore(path=path, found=found, known=len(MIGRATIONS))
    open_for_writing(path).close()
    return open_for_reading(path)


def set_aside(path: Path) -> Path:
    """Rename a damaged file, its journal with it, to the first free ``.damaged-N``."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    with contextlib.suppress(OSError):
        for tail in ("", "-wal", "-shm"):
            part = path.with_name(path.name + tail)
            if part.exists():
                part.rename(aside.with_name(aside.name + tail))
        return aside
    return path


def _immutable(path: Path) -> str:
    """WAL needs to write beside the file even to read it; where it cannot, read it as it lies."""
    folder_is_read_only = not os.access(path.parent, os.W_OK)
    journal = path.with_name(path.name + "-wal")
    if folder_is_read_only and not journal.exists():
        return "&immutable=1"
    return ""


def _explained(why: str) -> str:
    if "full" in why:
        return f"{why}; what was stored before is intact, free some space and run it again"
    if "readonly" in why or "unable to open" in why:
        return f"{why}; choose another file with --store or BASKETBT_STORE"
    if "locked" in why:
        return f"{why}; another process has held it for {BUSY_SECONDS:.0f} seconds"
    return why
