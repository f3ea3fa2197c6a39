"""How a command ends that could not finish: one line, an exit code, and never a traceback.

What nobody foresaw is told in one line too; its traceback is kept in a file of the user's.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from basketbt.cli.console import Stopped, warn
from basketbt.cli.language import screen_language
from basketbt.errors import BasketbtError, OutputError, RefusedPath, of_system
from basketbt.locale import say
from basketbt.notes import message

_LOOP = "Symlink loop from "  # of pathlib before Python 3.13, where it is an OSError
STATE_VARIABLE = "BASKETBT_STATE"
_STOPPING = ("SIGTERM", "SIGHUP")  # SIGINT is Python's KeyboardInterrupt


class Unforeseen(BasketbtError):
    """Fields: why, kept (where the report is)."""


class NotEnoughMemory(BasketbtError):
    """It has no fields."""


def make_ready() -> None:
    """Streams that a closed terminal or an old code page cannot break; signals that end in words.

    A signal that whoever started the command ignores (``nohup``) stays ignored.
    """
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for name in _STOPPING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def end(error: BaseException) -> NoReturn:
    """Say why a command ends and leave with the exit code of that."""
    if isinstance(error, BrokenPipeError):
        to_nowhere(sys.stdout)
        sys.exit(0)
    told = _told(error)
    with contextlib.suppress(OSError):  # nobody may hear it
        language = screen_language()
        warn(say("cli.error", language, what=told.text(language)))
        if advice := told.advice(language):
            warn(f"  → {advice}")
    sys.exit(told.exit_code)


def _told(error: BaseException) -> BasketbtError:
    if isinstance(error, BasketbtError):
        return error
    if isinstance(error, OSError) and error.filename is not None:
        return RefusedPath(path=error.filename, why=of_system(error))
    if isinstance(error, FileNotFoundError):  # what has no name is the folder one stands in
        return RefusedPath(path=os.curdir, why=of_system(error))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF):
        to_nowhere(sys.stdout)  # what has no name is the standard output
        return OutputError.of(error, message("standard-output"))
    if isinstance(error, RuntimeError) and str(error).startswith(_LOOP):
        return RefusedPath(path=str(error).removeprefix(_LOOP), why=message("why-link-to-itself"))
    if isinstance(error, MemoryError):
        return NotEnoughMemory()
    why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    report = _report(error)
    return Unforeseen(why=why, kept=message("report-kept", path=report) if report else "")


def _report(error: BaseException) -> Path | None:
    """The traceback in a file that only its owner reads; None where it cannot be written."""
    import platform
    import tempfile
    import traceback

    from basketbt import __version__

    lines = [f"basketbt {__version__}, Python {platform.python_version()}, {sys.platform}\n"]
    text = "".join([*lines, f"{sys.argv}\n", *traceback.format_exception(error, limit=-50)])
    try:
        folder = _reports_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="report-", suffix=".txt", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return Path(name)


def _reports_folder() -> Path:
    """``BASKETBT_STATE``, else the user's folder of states, and in it ``reports``."""
    chosen = os.environ.get(STATE_VARIABLE)
    if chosen:
        return Path(chosen) / "reports"
    import platformdirs

    return Path(platformdirs.user_state_dir("basketbt", appauthor=False)) / "reports"


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def _open_streams() -> None:
    """Give what was started with closed streams some that lead nowhere.

    A file that is opened later would otherwise get the number of the standard output.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            setattr(sys, name, os.fdopen(opened, "w" if number else "r", encoding="utf-8"))


def to_nowhere(stream: object) -> None:
    """Keep Python from trying once more, as it ends, to write what it could not."""
    if isinstance(stream, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
