"""Rate limits towards the vendors' hosts, shared by all processes of one user.

Free vendors ban addresses that ask too fast, so requests to one host keep a distance, and a host
that refused (or could not be reached twice, or once before it ever answered) is left alone for
half an hour. They are a table of the store, so two fetching processes keep the distance together.
"""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAUSE_AFTER_REFUSAL = 1800.0  # seconds
UNREACHABLE_BEFORE_PAUSE = 2
PACE_VARIABLE = "BASKETBT_PACE"
# Names of one and the same service: they ban together, and so they keep one distance.
SERVICES = ("finance.yahoo.com", "push2his.eastmoney.com", "push2.eastmoney.com")

SCHEMA = """
CREATE TABLE IF NOT EXISTS host (
    host TEXT PRIMARY KEY,
    next_at REAL NOT NULL DEFAULT 0,        -- seconds since 1970: no request before
    unreachable INTEGER NOT NULL DEFAULT 0, -- failures in a row
    closed_at REAL NOT NULL DEFAULT 0,
    closed_until REAL NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""


class Stopped(BaseException):
    """The work was called off while this thread waited for its turn."""


def service_of(host: str) -> str:
    """The service that a host belongs to: what keeps one distance and is left alone as one."""
    for service in SERVICES:
        if host == service or host.endswith("." + service):
            return service
    return host


@dataclass(frozen=True)
class Closed:
    """A host that is left alone: for how many more seconds, and why.

    ``refused``: it said no; otherwise nobody answered.
    """

    seconds: float
    why: str
    refused: bool


class RateLimiter:
    """Pacing and circuit breaker per host, in a SQLite file (``None``: in memory only).

    ``pace`` is the least distance of two requests to one host in seconds, to which up to as much
    again is added at random; by default one second, or the environment's ``BASKETBT_PACE``.
    ``tries`` is how often a request is sent while nobody answers.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        pace: float | None = None,
        tries: int = 3,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=30,
            isolation_level=None,
            check_same_thread=False,
        )
        weakref.finalize(self, self._connection.close)  # with the last one that holds it
        self.tries = tries
        self.answering: set[str] = set()  # hosts that gave data while this book was open
        self._lock = threading.RLock()
        self._alone: dict[str, threading.RLock] = {}
        self._doubts: dict[str, int] = {}
        self._first_at: float | None = None  # when the first request was sent
        self._stopped = threading.Event()
        self.pace = pace_of_environment() if pace is None else pace
        self._clock = clock
        self._plain_sleep = sleep
        with self._lock:
            self._connection.execute(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def stop(self) -> None:
        """Wake whoever waits for a turn, with ``Stopped``; nothing is sent any more."""
        self._stopped.set()

    def go_on(self) -> None:
        """After :meth:`stop`: requests may be sent again."""
        self._stopped.clear()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises ``Stopped``."""
        if self._plain_sleep is time.sleep:
            self._stopped.wait(seconds)
        else:
            self._plain_sleep(seconds)
        if self._stopped.is_set():
            raise Stopped

    def alone(self, host: str) -> contextlib.AbstractContextManager[Any]:
        """While held, no other thread asks this host."""
        with self._lock:
            return self._alone.setdefault(service_of(host), threading.RLock())

    def tries_at(self, host: str) -> int:
        """How often a request is sent while nobody answers: before anybody at all has answered it
        is most likely the network, of which a second try is enough to know."""
        return self.tries if self.answering else min(self.tries, 2)

    @property
    def silent_for(self) -> float:
        """Seconds since the first request, while nobody at all has answered; else 0."""
        if self.answering or self._first_at is None:
            return 0.0
        return max(0.0, self._clock() - self._first_at)

    def closed(self, host: str) -> Closed | None:
        """Why ``host`` is left alone at the moment; None when it may be asked."""
        with self._lock:
            row = self._known(host, "closed_at, closed_until, why, unreachable")
        if row is None:
            return None
        closed_at, until, why, unreachable = row
        now = self._clock()
        # A clock that was set back must not close a host for longer than was meant.
        if now >= until or now < closed_at:
            return None
        return Closed(until - now, why, refused=not unreachable)

    def wait_for_turn(self, host: str) -> None:
        """Sleep until this host's next turn and take it."""
        gap = self.pace * (1.0 + random.random())
        with self._lock, transaction(self._connection):
            now = self._clock()
            row = self._known(host, "next_at")
            booked = row[0] if row else 0.0
            if booked > now + 60.0:  # the clock was set back
                booked = now
            turn = max(now, booked)
            self._put(host, next_at=turn + gap)
        if self._stopped.is_set():
            raise Stopped
        if turn > now:
            self.sleep(turn - now)
        if self._first_at is None:
            self._first_at = self._clock()

    def answered(self, host: str) -> None:
        """The host answered with data: forget earlier failures."""
        self.answering.add(host)
        self._doubts.pop(host, None)
        with self._lock, transaction(self._connection):
            self._connection.execute(
                "UPDATE host SET unreachable = 0, closed_until = 0, why = '' "
                "WHERE host = ? AND (unreachable > 0 OR closed_until > 0)",
                (service_of(host),),
            )

    def refused(self, host: str, why: str, seconds: float = 0.0) -> None:
        """Leave the host alone for half an hour, or ``seconds`` if the host asked for more."""
        with self._lock, transaction(self._connection):
            self._close(host, why, max(PAUSE_AFTER_REFUSAL, seconds), unreachable=0)

    def doubted(self, host: str, why: str) -> None:
        """An error in the vendor's own form; the second in a row counts as a refusal."""
        self._doubts[host] = self._doubts.get(host, 0) + 1
        if self._doubts[host] >= UNREACHABLE_BEFORE_PAUSE:
            self.refused(host, why)

    def unreachable(self, host: str, why: str) -> None:
        """Count a failed connection; the second in a row closes the host, and the first one does
        if it has not answered before."""
        with self._lock, transaction(self._connection):
            known = self._known(host, "unreachable")
            count = 1 + (known[0] if known else 0)
            self._put(host, unreachable=count, why=why)
            if count >= UNREACHABLE_BEFORE_PAUSE or host not in self.answering:
                self._close(host, why, PAUSE_AFTER_REFUSAL, unreachable=count)

    def _close(self, host: str, why: str, seconds: float, unreachable: int) -> None:
        now = self._clock()
        until = now + seconds
        self._put(host, closed_at=now, closed_until=until, why=why, unreachable=unreachable)

    def _known(self, host: str, columns: str) -> tuple[Any, ...] | None:
        query = f"SELECT {columns} FROM host WHERE host = ?"
        found: tuple[Any, ...] | None = self._connection.execute(
            query, (service_of(host),)
        ).fetchone()
        return found

    def _put(self, host: str, **values: float | str) -> None:
        """Write some columns of a host, in the transaction that is open."""
        self._connection.execute(
            f"INSERT INTO host (host, {', '.join(values)}) "
            f"VALUES (?{', ?' * len(values)}) ON CONFLICT (host) DO UPDATE SET "
            + ", ".join(f"{name} = excluded.{name}" for name in values),
            (service_of(host), *values.values()),
        )


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of the block's writes or none, alone among the writers from its first line on."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def pace_of_environment() -> float:
    """Seconds between two requests to one host: 1, or ``BASKETBT_PACE``."""
    try:
        return max(0.0, float(os.environ.get(PACE_VARIABLE, "1")))
    except ValueError:
        return 1.0
