"""What others wrote, read within bounds: plain files only, so large and JSON so deep at most.

A pipe or a device in place of a file would be read for ever; a file of a stranger may be larger
than memory. Every reader of the program opens its files through here.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from basketbt.errors import RefusedPath, of_system
from basketbt.notes import Note, message

#: Levels of JSON; the program's own files have six.
MAX_DEPTH = 40


def demand_plain(path: Path, most: int | None = None) -> None:
    """Raise ``RefusedPath`` unless a reader that opens the file by its name may: a regular file,
    readable, of at most ``most`` bytes."""
    with _opened(path, most):
        pass


def read_plain(path: Path, most: int) -> bytes:
    """The content of a regular file of at most ``most`` bytes. Raises ``RefusedPath``."""
    with _opened(path, most) as handle:
        content = handle.read(most + 1)
    if len(content) > most:  # it grew meanwhile
        raise RefusedPath(path=path, why=_too_large(most))
    return content


def read_head(path: Path, count: int) -> bytes:
    """The first bytes of a regular file, by which its form is known. Raises ``RefusedPath``."""
    with _opened(path, None) as handle:
        return handle.read(count)


@contextmanager
def _opened(path: Path, most: int | None) -> Iterator[BinaryIO]:
    """A file open for reading; a pipe that nobody writes to does not make it wait."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        number = os.open(path, flags)
        try:
            _check(path, os.fstat(number), most)
            handle = os.fdopen(number, "rb")
        except BaseException:
            os.close(number)
            raise
        with handle:
            yield handle
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise RefusedPath(path=path, why=of_system(error)) from None


def _check(path: Path, status: os.stat_result, most: int | None) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise RefusedPath(path=path, why=message("why-is-not-a-plain-file"))
    if most is not None and status.st_size > most:
        raise RefusedPath(path=path, why=_too_large(most))


def _too_large(most: int) -> Note:
    return message("why-is-larger-than-mb", max_bytes=most / 1e6)


def read_json(content: bytes) -> Any:
    """JSON in UTF-8 of at most ``MAX_DEPTH`` levels, without NaN and infinity.

    Raises ``ValueError`` for anything else.
    """
    try:
        found = json.loads(content.decode(), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    level: list[Any] = [found]
    depth = 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError("it is nested too deep")
        level = [b for one in level for b in (one.values() if isinstance(one, dict) else one)]
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
