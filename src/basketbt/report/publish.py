"""Putting a run's files where they belong, all of them or none.

Files are written aside and flushed to disk, then the folder is renamed into place: a full disk or
a kill in the middle leaves older results as they were and no half of a new one in sight.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from basketbt.errors import OutputError

LATEST = "latest"


def publish(files: Mapping[str, bytes], study_folder: Path, run_id: str) -> Path:
    """Write ``files`` (relative name → content) to ``study_folder/run_id``; returns that folder.

    A run that is there already with the same bytes is left alone. ``latest`` then points to it: a
    relative symbolic link, or a text file where the system has none.

    Raises ``OutputError``; what was there before is intact.
    """
    target = study_folder / run_id
    try:
        study_folder.mkdir(parents=True, exist_ok=True)
        if not _holds(target, files):
            _write(files, study_folder, target)
        _point_latest(study_folder, run_id)
    except OSError as error:
        where = error.filename or target
        raise OutputError(path=where, why=error.strerror or str(error)) from error
    return target


def republish(files: Mapping[str, bytes], folder: Path) -> Path:
    """Put ``files`` in the place of an existing run's folder; ``latest`` stays where it points.

    Raises ``OutputError``; what was there before is intact.
    """
    try:
        if not _holds(folder, files):
            _write(files, folder.parent, folder)
    except OSError as error:
        where = error.filename or folder
        raise OutputError(path=where, why=error.strerror or str(error)) from error
    return folder


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether the folder has exactly these files."""
    if not folder.is_dir():
        return False
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return present == set(files) and all(
        (folder / name).read_bytes() == content for name, content in files.items()
    )


def _write(files: Mapping[str, bytes], study_folder: Path, target: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=study_folder))
    try:
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        aside.chmod(0o755)
        _flush_folder(aside)
        _swap(aside, target)
        _flush_folder(study_folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _swap(new: Path, target: Path) -> None:
    """Rename ``new`` to ``target``; an older ``target`` is moved aside first and then removed."""
    if not target.exists():
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / target.name)
    try:
        new.rename(target)
    except OSError:
        (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _point_latest(study_folder: Path, run_id: str) -> None:
    link = study_folder / LATEST
    fresh = study_folder / f".{LATEST}-{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    try:
        fresh.symlink_to(run_id, target_is_directory=True)
    except (OSError, NotImplementedError):
        fresh.write_text(run_id + "\n", encoding="utf-8")
    if link.is_dir() and not link.is_symlink():
        fresh.unlink()
        raise OutputError(path=link, why="is a folder; it should be the pointer to the last run")
    fresh.replace(link)


def _flush_folder(folder: Path) -> None:
    """Make the folder's entries durable, where the system lets folders be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
