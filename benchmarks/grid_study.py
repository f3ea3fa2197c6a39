"""The R1 study as a user waits for it: basketbt against the same figures in vectorbt and in bt.

    python benchmarks/grid_study.py [--write] [--runs 5]

Each side is a fresh process: read the real prices (../shared/market), sixteen lists, ten windows,
total return, volatility, maximum drawdown and excess over the CSI 300 total return index. Their
figures must agree to 1e-6: the file's factors are single precision, which basketbt reads as the
decimals they stand for. basketbt writes all its other tables and the memo besides. The sides take
turns; ``--write`` puts the table under the last heading of docs/grid-benchmarks.md and the row of
the READMEs.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from grid_page import STUDY_MARK
from grid_readme import write_study

ROOT = Path(__file__).resolve().parents[1]
MARKET = (ROOT / "../shared/market").resolve()
PAGE = ROOT / "docs" / "grid-benchmarks.md"
STUDY = """\
study: r1
events: deepseek-r1
baskets: ["guojin/*", "csc/*", "tfzq/*", "citics/*", "htsc/*", "galaxy/*", "zheshang/*"]
benchmarks: H00300.CSI
fx: local
"""
FIGURES = ("total_return", "annual_volatility", "max_drawdown", "excess_return")
Rows = dict[tuple[str, str], list[float | None]]


def measured(command: list[str], folder: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak MB of a command in a fresh process."""
    start = time.perf_counter()
    child = os.posix_spawn(
        command[0],
        command,
        os.environ | {"PYTHONWARNINGS": "ignore"},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(command)} failed in {folder}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def commands(folder: Path) -> dict[str, tuple[list[str], int]]:
    """Command and lines a user writes, by side."""
    study = folder / "r1.yaml"
    study.write_text(STUDY, encoding="utf-8")
    run = [sys.executable, "-m", "basketbt", "run", str(study), f"--source=files:{MARKET}"]
    sides = {"basketbt run": ([*run, "--no-report", "--out", str(folder)], len(STUDY.splitlines()))}
    for peer in ("vectorbt", "bt"):
        script = ROOT / "benchmarks" / "peers" / f"r1_{peer}.py"
        words = [str(MARKET), str(ROOT / "baskets"), str(folder / f"{peer}.csv")]
        written = [line for line in script.read_text(encoding="utf-8").splitlines() if line.strip()]
        sides[f"{peer} script"] = ([sys.executable, str(script), *words], len(written))
    return sides


def figures(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig") as handle:
        return {
            (row["basket"], row["window"].replace("+", "")): [
                float(row[key]) if row[key] else None for key in FIGURES
            ]
            for row in csv.DictReader(handle)
        }


def check_equal(folder: Path) -> int:
    """Compare every figure; how many list-windows were compared."""
    ours = figures(folder / "r1" / "latest" / "summary.csv")
    for peer in ("vectorbt", "bt"):
        theirs = figures(folder / f"{peer}.csv")
        for key, values in theirs.items():
            for name, mine, other in zip(FIGURES, ours[key], values, strict=True):
                if mine is not None and other is not None and abs(mine - other) > 1e-6:
                    raise SystemExit(f"{peer} {key} {name}: {other}, basketbt {mine}")
    return len(theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sides = commands(folder)
        for command, _ in sides.values():
            measured(command, folder)
        compared = check_equal(folder)
        taken: dict[str, list[tuple[float, float, float]]] = {side: [] for side in sides}
        for _ in range(options.runs):
            for side, (command, _) in sides.items():
                taken[side].append(measured(command, folder))
    lines = [
        STUDY_MARK,
        "",
        (
            f"R1, {compared} list-windows, real prices, fresh processes, medians of "
            f"{options.runs}; figures equal to 1e-6. Lines are those that a user writes."
        ),
        "",
        "| way | wall s | processor s | peak MB | lines |",
        "|:---|---:|---:|---:|---:|",
    ]
    for side, own in taken.items():
        wall, work, peak = (median(column) for column in zip(*own, strict=True))
        lines.append(f"| {side} | {wall:.2f} | {work:.2f} | {peak:.0f} | {sides[side][1]} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        write_study({side: median(wall for wall, _, _ in own) for side, own in taken.items()})
        page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        before = page.partition(STUDY_MARK)[0].rstrip()
        PAGE.write_text(f"{before}\n\n{text}".lstrip(), encoding="utf-8")


if __name__ == "__main__":
    main()
