"""Whole commands as a user waits for them: wall time and peak memory, medians over fresh processes.

    python benchmarks/whole_process.py [--prices ../shared/market] [--runs 9]

Every command runs once to warm the disk cache, then the commands take turns, so that a slow minute
of the machine hits all of them; the last column is the ratio to a bare Python in the same turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEMO = ["--set", "account={}", "--set", "event_study={}"]
PACKAGE = ["--format", "figures,xlsx,docx"]


def measure(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak MB of one command in a fresh process."""
    start = time.perf_counter()
    child = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return wall, usage.ru_maxrss / 1024


def commands(prices: Path, out: str) -> dict[str, list[str]]:
    basketbt = [sys.executable, "-m", "basketbt"]
    run = [*basketbt, "run"]
    chosen = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "basketbt --help": [*basketbt, "--help"],
        "basketbt list": [*basketbt, "list"],
        "run deepseek-r1": [*run, str(ROOT / "configs/deepseek-r1.yaml"), "--out", out],
        "make demo": [*run, str(ROOT / "configs/deepseek-r1.yaml"), *DEMO, "--out", out],
        "the whole package": [
            *run,
            str(ROOT / "configs/deepseek-r1.yaml"),
            *DEMO,
            *PACKAGE,
            "--out",
            out,
        ],
    }
    if prices.is_dir():
        own = [f"--source=files:{prices}", "--out", out]
        study = str(ROOT / "configs/deepseek-r1.yaml")
        chosen["run deepseek-r1, own tables"] = [*run, study, *own]
        chosen["the whole package, own tables"] = [*run, study, *DEMO, *PACKAGE, *own]
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", type=Path, default=ROOT / "../shared/market")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as out:
        todo = commands(options.prices, out)
        for command in todo.values():
            measure(command)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in todo}
        for _ in range(options.runs):
            for name, command in todo.items():
                taken[name].append(measure(command))
    bare = statistics.median(wall for wall, _ in taken["python -c pass"])
    print(f"| command | median s | min–max s | peak MB | × bare Python |\n|{':---|' + '---:|' * 4}")
    for name, figures in taken.items():
        walls = [wall for wall, _ in figures]
        middle, peak = statistics.median(walls), max(peak for _, peak in figures)
        print(
            f"| `{name}` | {middle:.2f} | {min(walls):.2f}–{max(walls):.2f} | {peak:.0f} "
            f"| {middle / bare:.0f} |"
        )


if __name__ == "__main__":
    main()
