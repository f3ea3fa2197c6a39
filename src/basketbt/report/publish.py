"""Putting a run's files where they belong, all of them or none.

A new run is written aside, flushed to disk and renamed into place. A run that is there already has
the same id and so the same content: what it lacks, or what was changed since, is put in file by
file, and nothing is taken away. A full disk or a kill in the middle leaves older results as they
were and no half of a new one in sight.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from basketbt.bounded import read_plain
from basketbt.durable import demand_no_link, write_flushed, write_whole
from basketbt.errors import OutputError, RefusedPath

LATEST = "latest"
MANIFEST = "manifest.json"
_STALE_SECONDS = 24 * 3600  # an aside folder this old belongs to a process that was killed


def publish(
    files: Mapping[str, bytes], study_folder: Path, run_id: str, *, latest: bool = True
) -> Path:
    """Write ``files`` (relative name → content) to ``study_folder/run_id``; returns that folder.

    ``latest`` then points to it, unless told not to: a relative symbolic link, or a text file where
    the system has none.

    Raises ``OutputError``; what was there before is intact.
    """
    target = study_folder / run_id
    try:
        study_folder.mkdir(parents=True, exist_ok=True)
        demand_no_link(study_folder, run_id)
        _sweep(study_folder)
        if target.is_dir():
            _renew(files, target)
        else:
            _create(files, study_folder, target)
    except OSError as error:
        raise OutputError.of(error, target) from error
    if latest:
        point_latest(target)
    return target


def republish(files: Mapping[str, bytes], folder: Path) -> Path:
    """Put ``files`` into an existing run's folder; ``latest`` stays where it points.

    Raises ``OutputError``; a file is either its old self or its new one.
    """
    try:
        _renew(files, folder)
    except OSError as error:
        raise OutputError.of(error, folder) from error
    return folder


def _create(files: Mapping[str, bytes], study_folder: Path, target: Path) -> None:
    aside = study_folder / f".{target.name}-{secrets.token_hex(6)}"
    aside.mkdir()  # with the rights that the user's umask leaves
    try:
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_flushed(path, content)
        _flush_folder(aside)
        try:
            aside.rename(target)
        except OSError:
            if not target.is_dir():
                raise
            _renew(files, target)  # another process was faster with the same run
        _flush_folder(study_folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _renew(files: Mapping[str, bytes], folder: Path) -> None:
    """Put in what is missing or different, each file in one step, the manifest last."""
    for name in sorted(files, key=lambda name: (name == MANIFEST, name)):
        path, content = folder / name, files[name]
        demand_no_link(folder, name)
        if _is_same(path, content):
            continue
        write_whole(path, content)
    _flush_folder(folder)


def _is_same(path: Path, content: bytes) -> bool:
    try:
        return read_plain(path, len(content)) == content
    except RefusedPath:
        return False


def _sweep(study_folder: Path) -> None:
    """Remove what killed runs left aside long ago."""
    for path in study_folder.glob(".*-*"):
        with contextlib.suppress(OSError):
            if path.is_dir() and time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path)


def point_latest(target: Path) -> None:
    """Let ``latest`` beside a finished folder name it. Raises ``OutputError``."""
    link = target.with_name(LATEST)
    fresh = target.with_name(f".{LATEST}-{os.getpid()}")
    try:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        try:
            fresh.symlink_to(target.name, target_is_directory=True)
        except (OSError, NotImplementedError):
            fresh.write_text(target.name + "\n", encoding="utf-8")
        if link.is_dir() and not link.is_symlink():
            fresh.unlink()
            raise OutputError(
                path=link, why="is a folder; it should be the pointer to the last run"
            )
        fresh.replace(link)
    except OSError as error:
        raise OutputError.of(error, link) from error


def _flush_folder(folder: Path) -> None:
    """Make the folder's entries durable, where the system lets folders be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
