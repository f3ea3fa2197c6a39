"""What is seen while prices are fetched: one line that counts, or a line every ten seconds."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import typer

from basketbt.cli.console import on_screen
from basketbt.notes import message

if TYPE_CHECKING:
    from basketbt.data.sources.auto import Outcome

EVERY = 10.0  # seconds between two lines where nothing can be drawn over
REDRAWN = 0.5
_AT_FIRST = 0.5  # seconds without a word: what is in the store needs less
_BAR = 12
_RATE_AFTER = 3  # symbols before a rate is told


@contextmanager
def progress(
    total: int, *, quiet: bool = False, status: Callable[[str], None] | None = None
) -> Iterator[Callable[[Outcome], None]]:
    """Tell how many of ``total`` symbols are done, at what rate, how long the rest takes and which
    was the last; on standard error, drawn over on a terminal, line by line elsewhere.

    ``status`` shows a text where a terminal has a line of its own already.
    """
    if quiet:
        yield lambda outcome: None
        return
    counter = Counter(total)
    over = threading.Event()
    tell = partial(_lines, counter, over)
    if sys.stderr.isatty():
        tell = partial(_status, counter, over, status) if status else partial(_drawn, counter, over)
    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield counter.add
    finally:
        over.set()
        teller.join()


class Counter:
    """What is done of ``total``; ``clock`` in seconds."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total, self._clock, self._start = total, clock, clock()
        self._counts = {"stored": 0, "fetched": 0, "failed": 0}
        self._last = ""

    def add(self, outcome: Outcome) -> None:
        self._counts[outcome.state] += 1
        self._last = outcome.symbol

    def bar(self) -> str:
        """``[####--------]``."""
        full = _BAR * sum(self._counts.values()) // max(self._total, 1)
        return f"[{'#' * full}{'-' * (_BAR - full)}]"

    def line(self) -> str:
        """``40/123  24 a minute, 3:20 left  20 stored, 20 fetched, 0 failed  688111.SH``."""
        done = sum(self._counts.values())
        parts = [f"{done}/{self._total}"]
        asked = done - self._counts["stored"]
        minutes = (self._clock() - self._start) / 60
        if asked >= _RATE_AFTER and minutes > 0:
            left = round((self._total - done) / (asked / minutes) * 60)
            rate = f"{asked / minutes:.0f}"
            parts.append(
                on_screen(message("rate", rate=rate, left=f"{left // 60}:{left % 60:02d}"))
            )
        parts.append(on_screen(message("states", **self._counts)))
        return "  ".join([*parts, self._last]).rstrip()


def _lines(counter: Counter, over: threading.Event) -> None:
    while not over.wait(EVERY):
        typer.echo(counter.line(), err=True)


def _status(counter: Counter, over: threading.Event, show: Callable[[str], None]) -> None:
    while not over.wait(REDRAWN):
        show(counter.line())


def _drawn(counter: Counter, over: threading.Event) -> None:
    if over.wait(_AT_FIRST):
        return
    while True:
        ended = over.is_set()
        width = shutil.get_terminal_size().columns - 1
        text = f"{counter.bar()} {counter.line()}"[:width]
        typer.echo(f"\r\x1b[K{text}", nl=ended, err=True)
        if ended:
            return
        over.wait(REDRAWN)
