"""Several questions at a time, in threads of which none outlives the work."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from basketbt.data.sources.rate_limiter import RateLimiter, Stopped

J = TypeVar("J")
R = TypeVar("R")

THREADS = 12  # more than there are hosts, so that each of them always has somebody waiting
_LOOK = 0.2  # seconds between two looks for Ctrl-C


def in_parallel(work: Callable[[J], R], jobs: Sequence[J], hosts: RateLimiter) -> Iterator[R]:
    """``work`` of every job, in the order in which they are done.

    What it raises is raised here. However this ends, nobody asks anything any more: who waits for
    a turn is woken, and the threads are daemons, so that an answer which never comes keeps no
    process alive.
    """
    if len(jobs) < 2:
        yield from map(work, jobs)
        return
    crew = _Crew(work, jobs)
    try:
        for _ in jobs:
            yield crew.next()
    finally:
        if crew.call_off():
            hosts.stop()
            crew.join()
            hosts.go_on()


class _Crew(Generic[J, R]):
    """Threads that take up jobs until there is none left, or they are called off."""

    def __init__(self, work: Callable[[J], R], jobs: Sequence[J]) -> None:
        self._work = work
        self._waiting: queue.SimpleQueue[J] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[R | None, Exception | None]] = queue.SimpleQueue()
        self._called_off = threading.Event()
        for job in jobs:
            self._waiting.put(job)
        self._threads = [
            threading.Thread(target=self._run, daemon=True, name=f"fetch-{number}")
            for number in range(min(THREADS, len(jobs)))
        ]
        for thread in self._threads:
            thread.start()

    def next(self) -> R:
        """The next one that is done. Waits in short steps: a wait without end would not hear
        Ctrl-C everywhere."""
        while True:
            try:
                found, error = self._done.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if error is not None:
                raise error
            return found  # type: ignore[return-value]

    def call_off(self) -> bool:
        """Take up no further job. True while some thread still works on one."""
        self._called_off.set()
        return any(thread.is_alive() for thread in self._threads)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(0.1)

    def _run(self) -> None:
        while not self._called_off.is_set():
            try:
                self._done.put((self._work(self._waiting.get_nowait()), None))
            except (queue.Empty, Stopped):
                return
            except Exception as error:  # noqa: BLE001  raised again in the caller's thread
                self._done.put((None, error))
