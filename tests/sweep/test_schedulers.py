"""One process, two processes, a cluster over TCP, a worker that dies: the same bytes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from basketbt.sweep import checkpoint, schedulers
from basketbt.sweep.planner import GridPlan
from basketbt.sweep.run import GridOptions, run_grid
from basketbt.sweep.schedulers import (
    NoDask,
    NoWorkers,
    SchedulerLost,
    UnknownScheduler,
    WorkersDiffer,
    check_scheduler,
)
from support.written import content

Planned = Callable[..., GridPlan]
GRID = "{weighting: [equal, stance], entry_delay: [0, 2], random: {sizes: 3, draws: 900}}"


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "ROWS", 128)


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        protocol="tcp://",
        memory_limit=0,
    ) as running:
        yield running


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
def test_processes_give_the_bytes_of_one_and_listen_on_no_port(
    planned: Planned, tmp_path: Path
) -> None:
    plan = planned(GRID)
    here = content(run_grid(plan, tmp_path / "here", GridOptions()))
    open_before, opened = listening(), set()

    def look(done: int, total: int) -> None:
        opened.update(listening() - open_before)

    options = GridOptions(scheduler="processes", workers=2)
    assert content(run_grid(plan, tmp_path / "there", options, look)) == here
    assert opened == set()
    assert multiprocessing.active_children() == []


def listening() -> set[str]:
    """The sockets on which this process or one that it started waits for others."""
    tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6")]
    lines = [line.split() for one in tables if one.exists() for line in one.read_text().split("\n")]
    waiting = {f"socket:[{line[9]}]" for line in lines if line[3:4] == ["0A"]}
    ours = [os.getpid(), *(child.pid for child in multiprocessing.active_children())]
    handles = (one for number in ours for one in Path(f"/proc/{number}/fd").glob("*"))
    return waiting & {str(one.readlink()) for one in handles if one.is_symlink()}


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
def test_a_process_that_is_killed_loses_nothing(planned: Planned, tmp_path: Path) -> None:
    plan = planned(GRID)
    here = content(run_grid(plan, tmp_path / "here", GridOptions()))
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        if done > total / 4 and not killed:
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid or 0)
            victim.kill()

    options = GridOptions(scheduler="processes", workers=2)
    assert content(run_grid(plan, tmp_path / "there", options, kill)) == here
    assert killed


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("workers", [2, 1])
def test_a_cluster_gives_them_too_though_a_worker_is_killed(
    planned: Planned, tmp_path: Path, workers: int
) -> None:
    """The only worker held the only copy of the prices, which are then sent again."""
    plan = planned(GRID)
    here = content(run_grid(plan, tmp_path / "here", GridOptions()))
    killed: list[int] = []
    with cluster(workers) as running:

        def kill(done: int, total: int) -> None:
            if done > total / 4 and not killed:
                killed.append(running.workers[0].process.pid)
                os.kill(killed[0], signal.SIGKILL)

        assert running.scheduler_address.startswith("tcp://")
        options = GridOptions(scheduler=running.scheduler_address)
        there = run_grid(plan, tmp_path / "there", options, kill)
    assert killed
    assert content(there) == here


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "worker"),
    [({"tcp://far:1": schedulers.facts()}, "tcp://far:1"), ({}, r"tcp://\S+")],
    ids=["at once", "joining late"],
)
def test_workers_of_another_version_are_refused(
    planned: Planned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, dict[str, str]],
    worker: str,
) -> None:
    own = schedulers.facts()
    monkeypatch.setattr(schedulers, "facts", lambda: own | {"numpy": "1.0"})
    monkeypatch.setattr(schedulers, "_theirs", lambda client: asked)
    with cluster(1) as running:
        options = GridOptions(scheduler=running.scheduler_address)
        with pytest.raises(WorkersDiffer, match=rf"{worker}: numpy .* \(here 1\.0\)"):
            run_grid(planned(GRID), tmp_path, options)


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
def test_workers_that_join_late_get_blocks_too(planned: Planned, tmp_path: Path) -> None:
    grown: list[int] = []
    with cluster(1) as running:

        def grow(done: int, total: int) -> None:
            if done and not grown:
                running.scale(2)
                running.wait_for_workers(2)
                grown.append(done)

        options = GridOptions(scheduler=running.scheduler_address)
        run_grid(planned(GRID.replace("900", "9000")), tmp_path, options, grow)
        with running.get_client() as client:
            executed = client.run(lambda dask_worker: dask_worker.state.executed_count)
    assert len(executed) == 2
    assert min(executed.values()) > 0


@pytest.mark.slow
def test_a_dead_scheduler_is_said_and_nothing_lost(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(schedulers, "_CONNECT_SECONDS", 1)
    plan = planned(GRID)
    with pytest.raises(SchedulerLost, match=r"tcp://127\.0\.0\.1:9 does not answer"):
        run_grid(plan, tmp_path, GridOptions(scheduler="tcp://127.0.0.1:9"))
    assert run_grid(plan, tmp_path, GridOptions()).is_dir()


@pytest.mark.slow
def test_a_scheduler_without_workers_is_said(
    planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedulers, "_WORKERS_SECONDS", 1)
    with cluster(0) as running:
        options = GridOptions(scheduler=running.scheduler_address)
        with pytest.raises(NoWorkers, match="has no workers"):
            run_grid(planned(GRID), tmp_path, options)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and a worker in processes of their own: its address and the scheduler."""
    pytest.importorskip("distributed")
    told = tmp_path / "scheduler.json"
    words = [sys.executable, "-W", "ignore", "-m"]
    where = ["--scheduler-file", str(told), "--host", "127.0.0.1"]
    scheduler = [*words, "distributed.cli.dask_scheduler", *where, "--port", "0"]
    worker = [*words, "distributed.cli.dask_worker", *where, "--nthreads", "1", "--no-nanny"]
    with ExitStack() as started:
        running = [
            started.enter_context(
                subprocess.Popen(
                    [*command, "--no-dashboard"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            for command in (scheduler, worker)
        ]
        try:
            while not told.exists():
                time.sleep(0.05)
            yield json.loads(told.read_text())["address"], running[0]
        finally:
            for process in running:
                process.kill()


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
def test_a_scheduler_that_dies_in_the_middle_is_said_and_finished_blocks_are_kept(
    planned: Planned,
    tmp_path: Path,
    far: tuple[str, subprocess.Popen[bytes]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    address, scheduler = far
    plan = planned(GRID.replace("900", "9000"))
    here = content(run_grid(plan, tmp_path / "here", GridOptions()))

    def kill(done: int, total: int) -> None:
        if done > total / 4:
            scheduler.kill()

    with pytest.raises(SchedulerLost, match="the connection was lost"):
        run_grid(plan, tmp_path / "there", GridOptions(scheduler=address), kill)
    assert capfd.readouterr().err == ""  # no log of Dask's, no traceback
    seen: list[int] = []
    there = run_grid(plan, tmp_path / "there", GridOptions(), lambda done, _: seen.append(done))
    assert seen[0] > plan.job.variants / 4
    assert content(there) == here


def test_without_the_extra_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    check_scheduler("local")
    check_scheduler("processes")
    with pytest.raises(NoDask, match="not installed") as caught:
        check_scheduler("tcp://127.0.0.1:8786")
    assert "basketbt[dask]" in caught.value.hint


@pytest.mark.parametrize("text", ["clusterr", "http://host:8786", "tcp://", "tcp://host"])
def test_a_scheduler_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnknownScheduler, match=f"'{text}'"):
        check_scheduler(text)
