"""Eight processes on one store, and two hundred kills: what is lost, and what is half-written.

    python benchmarks/load.py [--seconds 60] [--processes 8] [--kills 200]

The vendors are invented ones behind a proxy on this machine, asked by the real clients; the store,
the runs, the grids and the locks are real. Every line that is printed is a count; the last says
what was lost, wrong or half-written, and the exit code is 1 if anything was.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from basketbt.data.lock import LockSource  # noqa: E402
from basketbt.data.sources.auto import Fetcher  # noqa: E402
from basketbt.data.sources.rate_limiter import PACE_VARIABLE  # noqa: E402
from basketbt.data.sources.yfinance import CACHE_VARIABLE  # noqa: E402
from basketbt.data.store import Store  # noqa: E402
from basketbt.data.store.upkeep import problems  # noqa: E402
from basketbt.report.files import read_run  # noqa: E402
from faults import world  # noqa: E402
from replay.answers import Vendors  # noqa: E402
from replay.invented import small_market  # noqa: E402
from replay.server import running  # noqa: E402
from replay.setting import NOW, request_for, wrong_rows  # noqa: E402

SYMBOLS = ("688111.SH", "000034.SZ", "300624.SZ", "301269.SZ", "000300.SH", "510300.SH")
_RUN = re.compile(r"(grid-)?[0-9a-f]{12}")  # a folder that has a result, whole or not at all


def main() -> None:
    """Both parts, with their counts."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--processes", type=int, default=8)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name, running(Vendors(small_market())) as (_, proxy):
        here = Path(name)
        os.environ.update(proxy | {PACE_VARIABLE: "0", CACHE_VARIABLE: str(here / "cache")})
        wrong = together(here / "store.sqlite", chosen.processes, chosen.seconds)
        wrong += killed(here, chosen.kills, random.Random(chosen.seed))
    print(f"lost, wrong or half-written: {len(wrong)}")
    for line in wrong[:20]:
        print(f"  {line}")
    sys.exit(1 if wrong else 0)


# --- eight processes ---------------------------------------------------------------------------


def together(path: Path, processes: int, seconds: float) -> list[str]:
    """Reads and fetches at once; gives what went wrong in a process or in the store."""
    spawn = multiprocessing.get_context("spawn")
    told: Any = spawn.Queue()
    workers = [
        spawn.Process(target=_work, args=(path, number, seconds, told))
        for number in range(processes)
    ]
    begun = time.monotonic()
    for one in workers:
        one.start()
    done: Counter[str] = Counter()
    wrong: list[str] = []
    for _ in workers:
        counts, errors = told.get(timeout=seconds + 300)
        done.update(counts)
        wrong += errors
    for one in workers:
        one.join()
    elapsed = time.monotonic() - begun
    with Store(path, read_only=True) as store:
        wrong += problems(store) + wrong_rows(store, small_market())
        rows = len(store.all_coverages())
    print(
        f"{processes} processes, {seconds:.0f} s each ({elapsed:.0f} s with their start): "
        f"{done['read']} histories read, {done['fetch']} fetched, {done['failed']} fetches that no "
        f"vendor served; {rows} histories in the store"
    )
    return wrong


def _work(path: Path, number: int, seconds: float, told: Any) -> None:
    warnings.simplefilter("ignore")  # the clients' own
    draw = random.Random(number)
    done: Counter[str] = Counter()
    wrong: list[str] = []
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            symbol = draw.choice(SYMBOLS)
            with Store(path) as store:
                if draw.random() < 0.5:
                    again = draw.random() < 0.5
                    outcomes = Fetcher(store, "akshare", now=NOW).fetch(
                        request_for(symbol), again=again
                    )
                    done["failed" if outcomes[0].state == "failed" else "fetch"] += 1
                for coverage in store.all_coverages():
                    store.read(coverage, coverage.first, coverage.last)
                    done["read"] += 1
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        wrong.append(f"process {number}: {traceback.format_exc().splitlines()[-1]}")
    told.put((done, wrong))


# --- kills -------------------------------------------------------------------------------------


def killed(here: Path, kills: int, draw: random.Random) -> list[str]:
    """Commands killed at random moments, what they left looked at after each; then each whole."""
    folder = world.make(here / "world")
    store = folder / "kept.sqlite"
    commands: Mapping[str, tuple[list[str], Callable[[], list[str]]]] = {
        "fetch": (["fetch", "mine.yaml", "--store", str(store), *_SPAN], lambda: _store(store)),
        "run": (["run", "s.yaml", "--out", "runs"], lambda: _runs(folder / "runs")),
        "grid": (["grid", "s.yaml", "--yes", "--out", "grids"], lambda: _runs(folder / "grids")),
        "lock": (["lock", "s.yaml", "-o", "new.lock"], lambda: _lock(folder / "new.lock")),
    }
    wrong: list[str] = []
    for name, (command, look) in commands.items():
        whole = _whole(folder, command)
        reached: Counter[str] = Counter()
        for number in range(kills // len(commands)):
            if number % 5 == 0:
                _forget(folder)
            reached[_killed_at(folder, command, draw.uniform(0.0, 1.05) * whole)] += 1
            wrong += [f"{name}, kill {number}: {line}" for line in look()]
        if _run(folder, command) not in (0, 3):
            wrong.append(f"{name}: the same command does not go on after the kills")
        wrong += [f"{name}, at the end: {line}" for line in look()]
        print(
            f"{name}: {reached['killed']} killed within {whole:.1f} s, {reached['ended']} had ended"
        )
    return wrong


_SPAN = ["--start", "2024-10-08", "--end", "2025-03-31"]


def _whole(folder: Path, command: list[str]) -> float:
    """Seconds of a command that nobody disturbs, the second time, with what is compiled there."""
    _run(folder, command)
    _forget(folder)
    begun = time.monotonic()
    _run(folder, command)
    return time.monotonic() - begun


def _run(folder: Path, command: list[str]) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "basketbt", *command], cwd=folder, capture_output=True, check=False
    )
    return done.returncode


def _killed_at(folder: Path, command: list[str], seconds: float) -> str:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [sys.executable, "-m", "basketbt", *command], cwd=folder, stdout=quiet, stderr=quiet
    ) as one:
        try:
            one.wait(seconds)
        except subprocess.TimeoutExpired:
            one.send_signal(signal.SIGKILL)
            return "killed"
    return "ended"


def _forget(folder: Path) -> None:
    for name in ("runs", "grids"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in (*folder.glob("kept.sqlite*"), folder / "new.lock"):
        path.unlink(missing_ok=True)


def _store(path: Path) -> list[str]:
    if not path.exists() or not path.stat().st_size:
        return []
    with Store(path, read_only=True) as store:
        wrong = wrong_rows(store, small_market())
        return problems(store) + [line for line in wrong if line != "HKDCNY is unknown"]


def _runs(folder: Path) -> list[str]:
    """What is wrong with the folders that a reader sees; a hidden one is nobody's result."""
    wrong = []
    for run in folder.rglob("*"):
        parts = run.relative_to(folder).parts
        if not _RUN.fullmatch(run.name) or any(part.startswith(".") for part in parts):
            continue
        try:
            _demand_whole(run)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            wrong.append(f"{run.name}: {error!r}")
    return wrong


def _demand_whole(run: Path) -> None:
    import hashlib
    import json

    told = json.loads((run / "manifest.json").read_bytes())
    for name, digest in told["outputs"].items():
        if hashlib.sha256((run / name).read_bytes()).hexdigest() != digest:
            raise ValueError(f"{name} is not what its manifest says")
    if "grid" not in told:
        read_run(run)


def _lock(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        LockSource(path)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return [repr(error)]
    return []


if __name__ == "__main__":
    main()
