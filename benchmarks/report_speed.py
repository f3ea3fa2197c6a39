"""How long the forms of a run take, warm: medians of several renderings of one stored run.

    python benchmarks/report_speed.py results/deepseek-r1/latest

Promised for the R1 study: the page 1.0 s, pictures 2.5 s, the workbook 0.7 s.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from basketbt.report.files import read_run
from basketbt.report.render import Format, rendered

FORMS: tuple[tuple[Format, float], ...] = (("page", 1.0), ("figures", 2.5), ("xlsx", 0.7))


def main() -> None:
    """Time each form and print it beside its promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    data = read_run(arguments.run).data
    rows = {name: len(table) for name, table in data.tables.items()}
    print(f"{arguments.run}: {rows}")
    for name, promised in FORMS:
        rendered(data, (name,))
        took = []
        for _ in range(arguments.rounds):
            start = time.perf_counter()
            rendered(data, (name,))
            took.append(time.perf_counter() - start)
        print(f"{name:<9} {statistics.median(took):.2f} s (promised {promised} s)")


if __name__ == "__main__":
    main()
