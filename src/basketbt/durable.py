"""Files that are there whole or not at all, and archives of the same bytes on every machine."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from basketbt.errors import OutputError, of_system

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


def sha256(content: bytes | str) -> str:
    """The SHA-256 of some bytes (or of a text as UTF-8), in hexadecimal digits."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write aside, flush to disk and rename: the file is its old self or the new one.

    Raises ``OutputError``; nothing is left aside then.
    """
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_flushed(aside, content)
        aside.replace(path)
    except OSError as error:
        raise OutputError(path=path, why=of_system(error)) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


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
