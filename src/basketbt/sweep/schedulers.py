"""Where blocks are computed: here, in processes of this machine, or on a cluster.

All three give the same bytes. A cluster goes through Dask, an optional extra. The job with its
prices is sent once, blocks are handed out a few at a time, results come back as they are ready, and
a block whose worker died is given to another.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import platform
import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from basketbt.engine.batch.engine import GridStatistics
from basketbt.errors import BasketbtError, InputError
from basketbt.notes import message
from basketbt.pipeline.run import versions
from basketbt.sweep.sheets import Block, GridJob, compute

if TYPE_CHECKING:
    from distributed import Client

Finished = tuple[Block, GridStatistics]

_ADDRESS = re.compile(r"(tcp|tls|ucx|wss?)://\S+:\d+")
_CONNECT_SECONDS = 10
_WORKERS_SECONDS = 60
# Blocks waiting at each worker, so that none is idle and few results are held at once.
_AHEAD = 2
# How often the job is sent again after the workers that held it died.
_REVIVALS = 3


class NoDask(InputError):
    """Field: scheduler."""


class UnknownScheduler(InputError):
    """Field: text."""


class SchedulerLost(BasketbtError):
    """Fields: address, why."""


class NoWorkers(BasketbtError):
    """Fields: address, seconds."""


class WorkersDiffer(BasketbtError):
    """Field: listing."""


class WorkersDie(BasketbtError):
    """Field: why."""


def check_scheduler(scheduler: str) -> None:
    """Raise ``UnknownScheduler`` or ``NoDask`` before any work is done."""
    if scheduler in ("local", "processes"):
        return
    if not _ADDRESS.fullmatch(scheduler):
        raise UnknownScheduler(text=scheduler)
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise NoDask(scheduler=scheduler) from None


def computed(job: GridJob, blocks: list[Block], scheduler: str, workers: int) -> Iterator[Finished]:
    """Every block with its statistics, in the order in which they are ready.

    ``workers``: threads for ``local``, processes for ``processes``, ignored for a cluster.

    Raises ``SchedulerLost``, ``NoWorkers``, ``WorkersDiffer`` or ``WorkersDie``.
    """
    if scheduler == "local":
        for block in blocks:
            yield block, compute(job, block, threads=workers)
        return
    if scheduler == "processes":
        yield from _in_processes(job, blocks, workers)
        return
    with _client(scheduler) as client:
        _compare(_theirs(client), facts())
        yield from through(client, job, blocks, scheduler)


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    from distributed import Client

    with ExitStack() as opened:
        opened.enter_context(_silent())
        try:
            client = Client(scheduler, timeout=_CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise SchedulerLost(
                address=scheduler, why=str(error) or message("why-no-answer")
            ) from error
        yield opened.enter_context(client)


def _in_processes(job: GridJob, blocks: list[Block], workers: int) -> Iterator[Finished]:
    """Blocks in processes of this machine, which talk through pipes: no port is opened."""
    waiting = list(blocks)
    for _ in range(_REVIVALS + 1):
        try:
            for done in _pooled(job, list(waiting), workers):
                waiting.remove(done[0])
                yield done
        except BrokenExecutor as error:
            lost = error
        else:
            return
    raise WorkersDie(why=str(lost)) from lost


def _pooled(job: GridJob, blocks: list[Block], workers: int) -> Iterator[Finished]:
    """Send the job once to each process, keep a few blocks under way, yield what is finished."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(job,)
    )
    rest = iter(blocks)
    under_way: set[Future[Finished]] = set()
    try:
        while True:
            with _without_interrupts():
                room = islice(rest, _AHEAD * workers - len(under_way))
                under_way |= {pool.submit(_own_block, block) for block in room}
            if not under_way:
                return
            ready, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
    finally:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        pool.shutdown(cancel_futures=True)


_job: GridJob | None = None  # of a process of the pool


def _begin(job: GridJob) -> None:
    """What a process of the pool does first. It ends with the one that started it."""
    global _job
    _job = job
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _own_block(block: Block) -> Finished:
    assert _job is not None
    return block, compute(_job, block)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes started meanwhile ignore SIGINT; only a main thread can bring that about."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _silent() -> Iterator[None]:
    """What Dask logs with tracebacks, a lost connection say, becomes an error of ours anyway."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@cache
def facts() -> dict[str, str]:
    """What must be equal on every machine for equal bytes."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": platform.machine(),
        "numba": version("numba"),
        **dict(versions()),
    }


def _compare(theirs: dict[str, dict[str, str]], mine: dict[str, str]) -> None:
    """Raise ``WorkersDiffer`` for the workers whose facts are not those of this machine."""
    lines = [
        f"  {worker}: {name} {own.get(name)} (here {value})"
        for worker, own in theirs.items()
        for name, value in mine.items()
        if own.get(name) != value
    ]
    if lines:
        raise WorkersDiffer(listing="\n".join(lines))


def _theirs(client: Client) -> dict[str, dict[str, str]]:
    """The facts of every worker by its address."""
    try:
        found: dict[str, dict[str, str]] = client.run(facts)
    except Exception as error:
        raise WorkersDiffer(listing=f"  a worker cannot run basketbt: {error}") from error
    return found


def through(client: Client, job: GridJob, blocks: list[Block], address: str) -> Iterator[Finished]:
    """Blocks through a cluster; what was lost with a worker is computed again."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    waiting = list(blocks)
    for _ in range(_REVIVALS + 1):
        try:
            _await_workers(client, address)
            for done in _round(client, job, list(waiting)):
                waiting.remove(done[0])
                yield done
        except (CancelledError, FutureCancelledError, KilledWorker, OSError) as error:
            lost: Exception = error
            if client.status != "running":
                raise SchedulerLost(
                    address=address, why=message("why-the-connection-was-lost")
                ) from error
        else:
            return
    raise WorkersDie(why=str(lost)) from lost


def _await_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
    except TimeoutError:
        raise NoWorkers(address=address, seconds=_WORKERS_SECONDS) from None


def _round(client: Client, job: GridJob, blocks: list[Block]) -> Iterator[Finished]:
    """Send the job once, keep a few blocks a worker under way, yield what is finished."""
    from distributed import as_completed

    sent = client.scatter(job, broadcast=True, hash=False)
    rest, mine = iter(blocks), facts()
    under_way = as_completed()

    def submit() -> None:
        # Asked anew each time: a cluster may grow while it works.
        room = _AHEAD * max(1, sum(client.nthreads().values())) - under_way.count()
        for block in islice(rest, max(room, 0)):
            task = client.submit(_with_block, sent, block, mine, pure=False, retries=_REVIVALS)
            under_way.add(task)

    submit()
    for future in under_way:
        result: Finished = future.result()
        future.release()
        submit()
        yield result


def _with_block(job: GridJob, block: Block, expected: dict[str, str]) -> Finished:
    from distributed import get_worker

    _compare({get_worker().address: facts()}, expected)  # it may have joined later than others
    return block, compute(job, block)
