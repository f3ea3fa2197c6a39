"""A study of two lists on a made market of six shares and a universe of forty."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from basketbt.config.study import StudyFile, load_study
from basketbt.data.bars import MarketData, PriceRequest, UniverseCloses
from basketbt.sweep.planner import GridPlan, plan_grid
from basketbt.sweep.run import GridOptions, run_grid
from support.made import Made, session
from support.written import share, write_list, write_study

SYMBOLS = ("600001.SH", "600002.SH", "600003.SH", "000001.SZ", "000002.SZ", "300001.SZ")
DAYS = range(-12, 40)


def closes(seed: int, days: range = DAYS) -> dict[int, float]:
    steps = np.random.default_rng(seed).normal(0.002, 0.03, len(days))
    return dict(zip(days, (20 * np.exp(np.cumsum(steps))).tolist(), strict=True))


@dataclass
class MadeWithUniverse(Made):
    """The made market, and forty shares more to draw from."""

    def load(self, request: PriceRequest) -> MarketData:
        data = super().load(request)
        if not request.universe:
            return data
        close = np.column_stack([list(closes(100 + i).values()) for i in range(40)])
        close[:9, 39] = np.nan
        return replace(
            data,
            universe=UniverseCloses(
                symbols=tuple(f"60{1000 + i}.SH" for i in range(40)),
                dates=np.array([session(day) for day in DAYS]),
                close=close,
                industry=(None,) * 40,
                table="made",
            ),
        )


def market() -> MadeWithUniverse:
    """Six shares, one suspended for three days, one listed on day 2; an index."""
    prices = {symbol: closes(i) for i, symbol in enumerate(SYMBOLS)}
    for day in (3, 4, 5):
        del prices[SYMBOLS[2]][day]
    for day in range(-12, 2):
        del prices[SYMBOLS[5]][day]
    return MadeWithUniverse(closes={**prices, "000300.SH": closes(77)})


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., StudyFile]:
    """A study file over the two lists; keyword arguments are its lines."""

    def write(**keys: object) -> StudyFile:
        for name, symbols in {"one": SYMBOLS[:4], "two": SYMBOLS[2:]}.items():
            stances = itertools.cycle(("watch", "recommend"))
            rows = (share(symbol, stance=next(stances)) for symbol in symbols)
            write_list(tmp_path, f"mine/{name}", *rows)
        made: dict[str, object] = {
            "study": "made",
            "baskets": "[mine/one, mine/two]",
            "windows": "[[0,5],[0,25]]",
            "split_at_publication": "false",
        }
        return load_study(write_study(tmp_path, **{**made, **keys}))

    return write


FULL = (
    "{weighting: [equal, stance], cap: [null, 0.3], rebalance: [hold, weekly, daily], "
    "windows: [[0,5],[0,25]], entry_delay: [0, 2], cost: [0.0, 0.002], "
    "late_listing: [exclude, join], leave_one_out: true, random: {sizes: [3, 5], draws: 300}}"
)


@pytest.fixture
def planned(study: Callable[..., StudyFile]) -> Callable[..., GridPlan]:
    """A planned grid; the argument is the section ``grid:``."""

    def plan(grid: str = FULL, **lines: object) -> GridPlan:
        return plan_grid(study(grid=grid, **lines), market())

    return plan


@pytest.fixture
def ran(planned: Callable[..., GridPlan], tmp_path: Path) -> Callable[..., Path]:
    """The folder of a finished grid; the arguments are those of ``planned``."""
    return lambda *grid, **lines: run_grid(planned(*grid, **lines), tmp_path, GridOptions())


@pytest.fixture
def made_market() -> MadeWithUniverse:
    return market()
