"""The rows of the READMEs' speed tables that the grid benchmarks measure, written by them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grid_page import ms

ROOT = Path(__file__).resolve().parents[1]
#: File, heading of the section, and the words by which each row is known, in order.
TABLES = {
    "README.md": ("## Speed", ("hold", "monthly", "daily", "10,000", "100,000", "the R1 study")),
    "README.zh-CN.md": (
        "## 速度",
        ("买入持有", "每月", "每日", "10,000", "100,000", "R1研究"),
    ),
}
PEERS, PRODUCT, RANDOM, STUDY = slice(0, 3), 3, 4, 5


def write_speed(found: dict[str, Any]) -> None:
    """The rows of grid_speed.py."""
    for name, (_, words) in TABLES.items():
        rows = {
            word: f"{ms(line['basketbt'])}, {line['over_vectorbt']:,.0f} ×"
            for word, line in zip(words[PEERS], found["peers"], strict=True)
        }
        rows[words[PRODUCT]] = f"{found['product']['ratio']:.2f} ×"
        if found["random"]:
            peak = found["random_peak"]
            rows[words[RANDOM]] = f"{found['random']['seconds']:.1f} s, {peak:.0f} MB"
        _rewrite(name, {word: _last_cell(text) for word, text in rows.items()})


def write_study(seconds: dict[str, float]) -> None:
    """The row of grid_study.py: wall seconds of basketbt, vectorbt and bt."""
    ours, *peers = seconds.values()

    def change(row: str) -> str:
        said = iter(peers)
        told = re.sub(r"(?<=[::])( ?)[\d.]+", lambda m: f"{m[1]}{next(said):.1f}", row, count=2)
        return _last_cell(f"{ours:.2f} s")(told)

    for name, (_, words) in TABLES.items():
        _rewrite(name, {words[STUDY]: change})


def _last_cell(text: str) -> Callable[[str], str]:
    return lambda row: re.sub(r"\| [^|]* \|$", f"| {text} |", row)


def _rewrite(name: str, changes: dict[str, Callable[[str], str]]) -> None:
    """Change the one row of the table that holds each word. Raises SystemExit without it."""
    path = ROOT / name
    before, heading, rest = path.read_text(encoding="utf-8").partition(TABLES[name][0])
    section, mark, after = rest.partition("\n## ")
    lines = section.split("\n")
    for word, change in changes.items():
        places = [i for i, line in enumerate(lines) if line.startswith("| ") and word in line]
        places = [i for i in places if lines[i].rstrip().endswith("|")]
        if len(places) != 1:
            raise SystemExit(f"{name}: {len(places)} rows of the speed table hold {word!r}")
        lines[places[0]] = change(lines[places[0]])
    path.write_text(before + heading + "\n".join(lines) + mark + after, encoding="utf-8")
