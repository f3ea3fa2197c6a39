"""A lock: the prices a study used, frozen in one file that gives the same run anywhere.

A zip of CSV tables and ``manifest.json``. Numbers are written with the fewest digits that give
the same double back, rows and files in a fixed order, without compression, clock or machine: the
same prices make the same bytes on every platform, and a changed byte is found by its SHA-256.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from basketbt.errors import DataError, InputError, OutputError
from basketbt.prices.data import MarketData, PriceRequest
from basketbt.prices.locktables import tables_from, tables_of

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST = 2**30  # bytes of content; a lock of a whole market has a tenth
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


class BadLock(InputError):
    template = "{path} is not a lock that can be used: {why}"
    fix = "Make it again with `basketbt lock STUDY -o FILE`, or fetch a fresh copy of the file."


class LockTooSmall(DataError):
    template = "the lock {path} holds less than is needed here: it lacks {what}"
    fix = (
        "Lock this study: `basketbt lock STUDY -o FILE`. A lock holds what a run of it needs; a "
        "grid that starts earlier or draws random baskets takes its prices from the source itself."
    )


def write_lock(path: Path, data: MarketData, request: PriceRequest) -> str:
    """Freeze what a source gave for a request. Gives the SHA-256 of the content.

    The file appears whole or not at all; one that was there before is replaced only then.
    Raises ``OutputError``.
    """
    files, manifest = tables_of(data, request)
    digests = {name: _sha256(text) for name, text in files.items()}
    content = _content(digests)
    manifest = {"format": FORMAT, "content": content, "files": digests, **manifest}
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    _write_whole(path, _zipped([(MANIFEST, text), *files.items()]))
    return content


class LockSource:
    """A lock as a price source. Its name and notes are those of the source it was made from."""

    def __init__(self, path: Path) -> None:
        """Read and verify the file. Raises ``BadLock``."""
        self._path = path
        self._manifest, self._files = _read(path)
        try:
            self._data, self._request = tables_from(self._manifest, self._files)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise BadLock(path=path, why=f"its tables cannot be read ({error})") from error

    @property
    def name(self) -> str:
        return self._data.source

    @property
    def content(self) -> str:
        """SHA-256 of the content."""
        return str(self._manifest["content"])

    def load(self, request: PriceRequest) -> MarketData:
        """What was frozen. Raises ``LockTooSmall`` when the request goes beyond what was locked:
        what nobody asked for then may exist, so it must not pass for missing now."""
        lacking = self._request.lacks(request)
        if lacking:
            raise LockTooSmall(path=self._path, what="; ".join(lacking))
        wanted = {*request.symbols, *request.indexes}
        bars = {
            name: bars.between(request.start, request.end)
            for name, bars in self._data.bars.items()
            if name in wanted
        }
        universe = self._data.universe if request.universe else None
        return replace(
            self._data,
            bars={n: b for n, b in bars.items() if len(b.dates)},
            universe=universe and universe.between(request.start, request.end),
        )


def _zipped(files: Iterable[tuple[str, str]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # the same bytes on Windows
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def _write_whole(path: Path, content: bytes) -> None:
    """Write to a temporary name beside the target, then rename: whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise OutputError(path=path, why=error.strerror or str(error)) from error


def _read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The manifest and the tables it names, each held against its SHA-256."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if any(entry.file_size != entry.compress_size for entry in entries):
                raise BadLock(path=path, why="it is compressed, which no lock is")
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise BadLock(path=path, why="it is larger than any study's prices")
            manifest = json.loads(archive.read(MANIFEST))
            _demand_format(path, manifest)
            files = {name: archive.read(name).decode() for name in manifest["files"]}
    except FileNotFoundError:
        raise BadLock(path=path, why="there is no such file") from None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise BadLock(path=path, why=f"it is damaged or no lock ({error})") from error
    changed = [name for name, text in files.items() if _sha256(text) != manifest["files"][name]]
    if changed:
        raise BadLock(path=path, why=f"changed since it was made: {', '.join(changed)}")
    if _content(manifest["files"]) != manifest.get("content"):
        raise BadLock(path=path, why="its manifest was changed since it was made")
    return manifest, files


def _content(digests: Mapping[str, str]) -> str:
    """One SHA-256 for all tables: over a line ``digest  name`` for each, sorted by name."""
    return _sha256("".join(f"{digests[name]}  {name}\n" for name in sorted(digests)))


def _demand_format(path: Path, manifest: Any) -> None:
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found != FORMAT:
        raise BadLock(path=path, why=f"its format is {found!r}, this basketbt knows {FORMAT}")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
