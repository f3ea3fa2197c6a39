"""Closes that walk at random, and what lists made of them by plain loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from basketbt.api import Run

INDEX, SECTOR = "000300.SH", "930713.CSI"
SHARES = ("688111.SH", "300378.SZ", "002230.SZ", "600588.SH", "603019.SH", "000034.SZ")
Closes = Mapping[str, Mapping[int, float]]


def walks(first: int = -10, last: int = 40, seed: int = 7) -> dict[str, dict[int, float]]:
    """A close a session of every share and index."""
    draws = np.random.default_rng(seed)
    names = sorted({*SHARES, INDEX, SECTOR})
    found = {}
    for name in names:
        steps = draws.normal(0.0, 0.03, last - first + 1)
        path = 20.0 * np.exp(np.cumsum(steps))
        found[name] = dict(zip(range(first, last + 1), path.tolist(), strict=True))
    return found


def table(run: Run, name: str, **equal: str) -> list[dict[str, Any]]:
    """The rows of a table."""
    return [dict(row) for row in run.data.rows(name, **equal)]


def by_hand_from(closes: Closes, symbols: tuple[str, ...], day: int, length: int) -> float:
    """The mean of single shares' returns over ``length`` sessions from ``day`` on."""
    total = 0.0
    for one in symbols:
        total += closes[one][day + length - 1] / closes[one][day - 1] - 1.0
    return total / len(symbols)
