"""What the benchmarks of grids are made of: invented prices, baskets, jobs, and a stopwatch."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from basketbt.engine.batch.draws import draw_names
from basketbt.engine.batch.engine import Yardstick, grid_statistics
from basketbt.engine.holding_periods import make_market
from basketbt.engine.kernel import Holdings
from basketbt.engine.rebalance import Rebalance
from basketbt.market.calendars import calendar
from basketbt.sweep.sheets import Drawn, GridJob, PriceTable, Sheet, Span

HOME = calendar("XSHG")
#: Sessions of the benchmarks without real prices, the base included.
SESSIONS = HOME.between(np.datetime64("2021-01-04"), np.datetime64("2026-12-31"))
YARDSTICK = Yardstick(annualisation=243)
SEED = 20250120
#: Seconds that a side's turn lasts at least.
TURN = 0.05


def prices(rows: int, names: int) -> np.ndarray:
    """(rows, names) of random walks."""
    steps = np.random.default_rng(SEED).normal(0.0003, 0.02, (rows, names))
    return 20 * np.exp(np.cumsum(steps, axis=0))


def equal_baskets(count: int, size: int, names: int) -> np.ndarray:
    """(count, names) weights of equal random baskets."""
    weights = np.zeros((count, names))
    np.put_along_axis(weights, draw_names(names, size, count, SEED), 1.0 / size, axis=1)
    return weights


def sessions(rows: int) -> np.ndarray:
    """Any trading days: the rows' dates matter only to the rebalancing rules."""
    if rows <= len(SESSIONS):
        return SESSIONS[:rows]
    days = np.arange("1990-01-01", "2030-01-01", dtype="datetime64[D]")
    return days[np.is_busday(days)][:rows]


def named(weights: np.ndarray, size: int) -> Holdings:
    """The same baskets as ``size`` names and weights each, as lists are written."""
    names = np.argsort(weights == 0, axis=1, kind="stable")[:, :size]
    return Holdings(np.take_along_axis(weights, names, axis=1), names.astype(np.int32))


def market_job(draws: int, names: int, rows: int) -> GridJob:
    """A sheet of random baskets of 30, held, as a study's grid lays it out."""
    table = PriceTable(
        sessions=sessions(rows),
        prices=prices(rows, names),
        delisted=np.zeros((rows, names), dtype=np.bool_),
    )
    sheet = Sheet(
        event="made",
        day_zero=str(table.sessions[1]),
        table=0,
        base=0,
        rebalance=Rebalance("hold"),
        late_listing="exclude",
        spans=(Span(window=(0, rows - 2), delay=0),),
        costs=(0.0,),
        yardstick=YARDSTICK,
        baskets=Drawn(size=30, draws=draws, seed=SEED, pool=np.arange(names, dtype=np.int32)),
        published=False,
    )
    return GridJob(tables=(table,), sheets=(sheet,))


def basketbt_run(table: np.ndarray, baskets: Holdings, rule: str) -> Callable[[], object]:
    def run() -> object:
        market = make_market(table, Rebalance(rule), sessions=sessions(len(table)))
        return grid_statistics(market, baskets, YARDSTICK, cvar=False)

    return run


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def turn(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the first run of a turn, and of a run once it is warm."""
    first = seconds(run)
    again = int(TURN / first)
    return first, median(seconds(run) for _ in range(again)) if again else first


def in_turn(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each side, the sides taking turns; one round before is not counted.

    ``"<side> first"`` are those of the first runs of the turns.
    """
    for run in sides.values():
        run()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            taken[name].append(turn(run))
    found = {}
    for name, own in taken.items():
        found[f"{name} first"], found[name] = map(median, zip(*own, strict=True))
    return found
