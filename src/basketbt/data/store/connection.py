"""Opening the store, and turning SQLite's complaints into errors a user can act on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from basketbt.bounded import read_head
from basketbt.data.store.schema import APPLICATION_ID, MIGRATIONS, OURS, migrate, version
from basketbt.errors import DataError, InputError, OutputError, RefusedPath, of_system
from basketbt.notes import Note, message

BUSY_SECONDS = 60.0
_DAMAGE = (
    *("malformed", "not a database", "file is encrypted", "unsupported file format"),
    *("Could not decode", "datatype mismatch"),
)

#: What makes numbers up while it is read, or changes others while one is written.
_COMPUTED = """SELECT name FROM sqlite_master WHERE type IN ('view', 'trigger')
    OR sql LIKE 'CREATE VIRTUAL%' OR sql LIKE '%GENERATED ALWAYS%'"""


class DamagedStore(DataError):
    """The file is no longer a sound SQLite file. It is kept, under another name."""


class DamagedStoreLeft(DamagedStore):
    """A damaged store that was only to be looked at: it stays where it is."""


class NotAStore(InputError):
    """A file of somebody else. It is neither read nor written nor renamed."""


class EmptyStore(DataError):
    """Field: path."""


class OlderStore(DataError):
    """Fields: path, found, known."""


@contextlib.contextmanager
def guarded(path: Path, *, looking: bool = False) -> Iterator[None]:
    """Turn SQLite's errors into ``DamagedStore`` or ``OutputError``.

    ``looking``: nothing was to be written, so a damaged file stays where it is.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        why = str(error)
        if any(sign in why for sign in _DAMAGE):
            if looking:
                raise DamagedStoreLeft(path=path, why=why) from error
            raise DamagedStore(path=path, why=why, aside=set_aside(path)) from error
        raise OutputError(path=path, why=_explained(why)) from error


def demand_ours(path: Path) -> None:
    """Raise ``NotAStore`` unless the file is a store (sound or not), empty, or not there.

    A store carries basketbt's number in its header; those of the first format are known by
    their tables.
    """
    if path.is_dir():
        raise NotAStore(path=path, why=message("why-it-is-a-folder"))
    if not path.exists() or _says_ours(path):
        return
    try:
        head = read_head(path, 100)
    except RefusedPath as error:
        raise NotAStore(path=path, why=message("why-it", why=error.fields["why"])) from error
    if not head:
        return
    if not head.startswith(b"SQLite format 3\0"):
        raise NotAStore(path=path, why=message("why-it-is-no-sqlite-file"))
    number = int.from_bytes(head[68:72], "big")
    if number == APPLICATION_ID:
        return
    if number or not _tables(path) <= OURS:
        raise NotAStore(path=path, why=message("why-it-is-a-database-of"))


def _says_ours(path: Path) -> bool:
    """Whether SQLite finds basketbt's number in a file; it alone opens a sound store.

    Whoever opens the file beside SQLite and closes it takes back every lock that this process has
    on it: another process then ends the journal under its connections ("disk I/O error").
    """
    try:
        if not path.is_file():
            return False
        with contextlib.closing(_read_only(path)) as connection:
            found = connection.execute("PRAGMA application_id").fetchone()
            if found != (APPLICATION_ID,):
                return False
            computed = connection.execute(_COMPUTED).fetchone()
    except (sqlite3.DatabaseError, OSError):
        return False
    if computed is not None:
        raise NotAStore(path=path, why=message("why-it-holds-what-computes"))
    return True


def _tables(path: Path) -> set[str]:
    """The names of all tables; a damaged database has the table ``?``.

    Whatever else is in the way (a lock, a read-only folder) is for the real opening to tell.
    """
    try:
        with contextlib.closing(_read_only(path)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {str(row[0]) for row in found}
    except sqlite3.DatabaseError as error:
        return {"?"} if any(sign in str(error) for sign in _DAMAGE) else set()


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The store at ``path``, made if need be. A file that is damaged is set aside first.

    Raises ``NotAStore``, ``DamagedStore``, ``NewerStore`` or ``OutputError`` (read-only or full
    disk).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(path=path.parent, why=of_system(error)) from error
    demand_ours(path)
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(path=path, why=message("why-it-is-read-only-offline"))
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

    Raises ``EmptyStore``, ``NotAStore``, ``DamagedStoreLeft``, ``OlderStore`` or ``NewerStore``.
    """
    if not path.exists():
        raise EmptyStore(path=path)
    demand_ours(path)
    with guarded(path, looking=True):
        connection = _read_only(path)
        try:
            if not 0 <= (found := version(connection)) < len(MIGRATIONS):
                migrate(connection, path)  # refuses a newer one
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
    # One of an earlier format is brought up to date first, where it can be written.
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise OlderStore(path=path, found=found, known=len(MIGRATIONS))
    open_for_writing(path).close()
    return open_for_reading(path)


def _read_only(path: Path) -> sqlite3.Connection:
    # WAL needs to write beside the file even to read it; where it cannot, read it as it lies.
    journal = path.with_name(path.name + "-wal")
    as_it_lies = not os.access(path.parent, os.W_OK) and not journal.exists()
    address = f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if as_it_lies else ''}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


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


def _explained(why: str) -> str | Note:
    if "full" in why:
        return message("why-what-was-stored-before-is", why=why)
    if "readonly" in why or "unable to open" in why:
        return message("why-choose-another-file-with-store", why=why)
    if "locked" in why:
        return message("why-another-process-has-held-it", why=why, busy_seconds=BUSY_SECONDS)
    return why


@contextlib.contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Several reads of one moment, though another process may write in between."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")
