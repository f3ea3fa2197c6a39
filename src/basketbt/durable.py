"""Files that are there whole or not at all, and archives of the same bytes on every machine."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from basketbt.errors import OutputError, of_system
from basketbt.notes import message

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_LONGEST = 200  # letters of a name aside, which a file system bounds
#: Why a file stays as it is.
NOT_OURS = message("why-not-ours")


def sha256(content: bytes | str) -> str:
    """The SHA-256 of some bytes (or of a text as UTF-8), in hexadecimal digits."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, content: bytes, *, ours: Callable[[Path], bool] | None = None) -> None:
    """Write aside, flush to disk and rename: the file is its old self or the new one.

    A link, a folder, a pipe or a device is never written to or replaced, and where ``ours`` is
    given no file that it does not know for one of the program's. Raises ``OutputError``; nothing
    is left aside then.
    """
    aside = path.with_name(f".{path.name[:_LONGEST]}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        demand_writable(path, ours)
        write_flushed(aside, content)
        aside.replace(path)
    except (OSError, ValueError) as error:
        raise OutputError(path=path, why=of_system(error)) from error
    finally:
        with contextlib.suppress(OSError, ValueError):
            aside.unlink()


def demand_no_link(root: Path, name: str) -> None:
    """Raise ``OutputError`` where a part of ``name`` below ``root`` is a link to elsewhere."""
    path = root
    for part in Path(name).parts:
        path = path / part
        if _is_link(path):
            raise OutputError(path=path, why=message("why-it-is-a-link-nothing"))


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except (OSError, ValueError) as error:  # a name too long; a zero byte in it
        raise OutputError(path=path, why=getattr(error, "strerror", None) or str(error)) from error


def demand_writable(path: Path, ours: Callable[[Path], bool] | None = None) -> None:
    """Raise ``OutputError`` where :func:`write_whole` would not write."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise OutputError(path=path, why=getattr(error, "strerror", None) or str(error)) from error
    if stat.S_ISLNK(mode):
        raise OutputError(path=path, why=message("why-it-is-a-link-nothing"))
    if not stat.S_ISREG(mode):
        raise OutputError(path=path, why=message("why-it-is-not-a-plain"))
    if ours is not None and not ours(path):
        raise OutputError(path=path, why=NOT_OURS)


def write_flushed(path: Path, content: bytes) -> None:
    """Write a file and flush it to disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files, in their order, without compression, clock or machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # the same bytes on Windows
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


@contextlib.contextmanager
def held(path: Path, why: str) -> Iterator[None]:
    """Hold a file for this process; another one that asks meanwhile is refused.

    The system lets go of it when the process ends, however it ends. Raises ``OutputError``, with
    ``why`` where it is held already.
    """
    handle = _holding(path, why)
    try:
        yield
    finally:
        os.close(handle)


def _holding(path: Path, why: str) -> int:
    """The open handle of a file that this process alone has locked."""
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            demand_writable(path)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise OutputError.of(error, path) from error
        try:
            _lock(handle)
            # Who held it before may have deleted the file that was opened here.
            if _same(handle, path):
                return handle
        except OSError as error:
            os.close(handle)
            raise OutputError(path=path.parent, why=why) from error
        os.close(handle)


def _same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _lock(handle: int) -> None:
    """Raise ``OSError`` where another process has the file."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
