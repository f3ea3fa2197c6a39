"""How fast grids are: against vectorbt and bt, against the bare matrix product, as they grow.

    python benchmarks/grid_speed.py [--write] [--quick]

Sides that are compared take turns in one process, so that a busy minute hits both; figures are
medians. ``--write`` rewrites the table and the plot in docs/. Every side's levels are held equal
before anything is timed. Memory is measured in processes of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import grid_page
import numpy as np

from basketbt.backtest.grid.draws import draw_names
from basketbt.backtest.grid.engine import Yardstick, grid_levels, grid_statistics
from basketbt.backtest.kernel import Holdings
from basketbt.backtest.rebalance import Rebalance
from basketbt.backtest.segments import make_market
from basketbt.market.calendars import calendar

ROOT = Path(__file__).resolve().parents[1]
UNIVERSE = ROOT / "../shared/market/universe_adjusted.parquet"
RULES = ("hold", "monthly", "daily")
HOME = calendar("XSHG")
#: Baskets that bt runs; its time is scaled to 100.
BT_BASKETS = {"hold": 100, "monthly": 100, "daily": 10}
#: Sessions of the benchmarks without real prices, the base included.
SESSIONS = HOME.between(np.datetime64("2021-01-04"), np.datetime64("2026-12-31"))
YARDSTICK = Yardstick(annualisation=243)
SEED = 20250120


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


def basketbt_run(table: np.ndarray, baskets: Holdings, rule: str) -> Callable[[], object]:
    def run() -> object:
        market = make_market(table, Rebalance(rule), sessions=sessions(len(table)))
        return grid_statistics(market, baskets, YARDSTICK, cvar=False)

    return run


def vectorbt_run(
    table: np.ndarray, weights: np.ndarray, rule: str, engine: str
) -> Callable[[], np.ndarray]:
    """A column a basket and share held, grouped by basket, cash shared: the peer's own way."""
    import pandas as pd
    import vectorbt as vbt

    days = pd.DatetimeIndex(sessions(len(table)))
    resets = Rebalance(rule).rebalance_rows(sessions(len(table)))
    resets[0] = True

    def run() -> np.ndarray:
        baskets, names = np.nonzero(weights)
        frame = pd.DataFrame(table[:, names], days)
        size = np.where(resets[:, None], weights[baskets, names], np.nan)
        book = vbt.Portfolio.from_orders(
            frame,
            size,
            size_type="targetpercent",
            group_by=baskets,
            cash_sharing=True,
            call_seq="auto",
            init_cash=100.0,
            freq="1D",
            engine=engine,
        )
        value = book.value()
        returns = book.returns()
        returns.std(), returns.mean(), book.max_drawdown(), book.total_return()
        return value.to_numpy()

    return run


def bt_run(table: np.ndarray, weights: np.ndarray, rule: str) -> Callable[[], np.ndarray]:
    import bt
    import pandas as pd

    names = [f"s{i}" for i in range(table.shape[1])]
    frame = pd.DataFrame(table, pd.DatetimeIndex(sessions(len(table))), names)
    resets = Rebalance(rule).rebalance_rows(sessions(len(table)))
    resets[0] = True

    def run() -> np.ndarray:
        levels = []
        for basket, row in enumerate(weights):
            held = {names[i]: row[i] for i in np.flatnonzero(row)}
            strategy = bt.Strategy(
                str(basket),
                [
                    bt.algos.RunOnDate(*frame.index[resets]),
                    bt.algos.SelectThese(list(held)),
                    bt.algos.WeighSpecified(**held),
                    bt.algos.Rebalance(),
                ],
            )
            test = bt.Backtest(
                strategy, frame[list(held)], integer_positions=False, progress_bar=False
            )
            found = bt.run(test, progress_bar=False).prices.iloc[1:, 0]
            found.pct_change().std(), found.pct_change().mean()
            (found / found.cummax() - 1).min(), found.iloc[-1] / found.iloc[0] - 1
            levels.append(found.to_numpy())
        return np.column_stack(levels)

    return run


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def in_turn(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each side, the sides taking turns; one round before is not counted."""
    for run in sides.values():
        run()
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            taken[name].append(seconds(run))
    return {name: median(own) for name, own in taken.items()}


def against_peers(rounds: int, bt_baskets: dict[str, int]) -> list[dict[str, object]]:
    """100 baskets of 30 of 300 shares, 750 sessions, under three rules."""
    table, weights = prices(751, 300), equal_baskets(100, 30, 300)
    lines = []
    for rule in RULES:
        market = make_market(table, Rebalance(rule), sessions=sessions(751))
        ours = grid_levels(market, named(weights, 30)).T
        sides: dict[str, Callable[[], object]] = {
            "basketbt": basketbt_run(table, named(weights, 30), rule)
        }
        for engine in ("numba", "rust"):
            run = vectorbt_run(table, weights, rule, engine)
            np.testing.assert_allclose(run(), ours, rtol=1e-9)
            sides[f"vectorbt {engine}"] = run
        some = bt_baskets[rule]
        peer = bt_run(table, weights[:some], rule)
        start = time.perf_counter()
        np.testing.assert_allclose(peer(), ours[:, :some], rtol=1e-9)
        bt_seconds = (time.perf_counter() - start) * 100 / some
        found = in_turn(sides, rounds)
        best = min(found["vectorbt numba"], found["vectorbt rust"])
        lines.append(
            {
                "rule": rule,
                **found,
                "bt": bt_seconds,
                "bt_baskets": some,
                "over_vectorbt": best / found["basketbt"],
                "over_bt": bt_seconds / found["basketbt"],
            }
        )
    return lines


def against_the_product(rounds: int) -> dict[str, float]:
    """10,000 x 300 dense, 750 sessions: everything against the bare product of that shape."""
    table, weights = prices(751, 300), np.random.default_rng(SEED).dirichlet(np.ones(300), 10_000)
    gains = table[1:] / table[0] - 1
    market = make_market(table, Rebalance("hold"), sessions=sessions(751))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2

    def grid(cvar: bool) -> object:
        return grid_statistics(market, Holdings(weights), YARDSTICK, cvar=cvar, threads=cores)

    found = in_turn(
        {
            "product": lambda: weights @ gains.T,
            "four": lambda: grid(False),
            "all": lambda: grid(True),
        },
        rounds,
    )
    return {**found, "ratio": found["four"] / found["product"]}


def random_from_the_market(draws: int = 100_000) -> dict[str, float] | None:
    """Random baskets of 30 from the real market, drawn and measured; None without its prices."""
    if not UNIVERSE.exists():
        return None
    table, days = whole_market()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    pool = np.flatnonzero(np.isfinite(table[0])).astype(np.int32)

    def run() -> None:
        market = make_market(table, Rebalance("hold"), sessions=days)
        for first in range(0, draws, 25_600):
            stop = min(first + 25_600, draws)
            names = pool[draw_names(len(pool), 30, stop, SEED, first=first)]
            held = Holdings(np.full(names.shape, 1 / 30), names)
            grid_statistics(market, held, YARDSTICK, threads=cores)

    run()
    return {
        "seconds": median(seconds(run) for _ in range(3)),
        "shares": table.shape[1],
        "pool": len(pool),
        "sessions": len(days),
        "draws": draws,
    }


def whole_market() -> tuple[np.ndarray, np.ndarray]:
    """Closes of the real market, carried over days without a bar, and its sessions."""
    import pyarrow.parquet as pq

    read = pq.read_table(UNIVERSE, columns=["date", "symbol", "close"])
    days, row = np.unique(read["date"].to_numpy().astype("datetime64[D]"), return_inverse=True)
    codes = read["symbol"].combine_chunks().dictionary_encode()
    closes = np.full((len(days), len(codes.dictionary)), np.nan)
    closes[row, codes.indices.to_numpy()] = read["close"].to_numpy()
    last = np.maximum.accumulate(
        np.where(np.isfinite(closes), np.arange(len(days))[:, None], 0), axis=0
    )
    return np.take_along_axis(closes, last, axis=0), days


def growth(rounds: int) -> dict[str, list[tuple[int, float]]]:
    """Seconds of the whole work as one of baskets, shares and sessions grows a hundredfold."""

    def cost(baskets: int, names: int, rows: int) -> float:
        run = basketbt_run(
            prices(rows + 1, names), Holdings(equal_baskets(baskets, 10, names)), "hold"
        )
        run()
        return median(seconds(run) for _ in range(rounds))

    return {
        "baskets": [(b, cost(b, 100, 250)) for b in (1_024, 3_072, 10_240, 30_720, 102_400)],
        "shares": [(n, cost(1_024, n, 250)) for n in (50, 150, 500, 1_500, 5_000)],
        "sessions": [(t, cost(1_024, 100, t)) for t in (75, 225, 750, 2_250, 7_500)],
    }


def far(baskets: int = 5_120) -> dict[str, float]:
    """Random baskets of 30 from 5,000 shares over 20 years of sessions, on one thread."""
    rows, names = 4_861, 5_000
    table = prices(rows, names)
    market = make_market(table, Rebalance("hold"), sessions=sessions(rows))

    def run(first: int, stop: int) -> None:
        chosen = draw_names(names, 30, stop, SEED, first=first).astype(np.int32)
        held = Holdings(np.full(chosen.shape, 1 / 30), chosen)
        grid_statistics(market, held, YARDSTICK)

    run(0, 128)
    taken = seconds(lambda: run(0, baskets))
    return {
        "baskets": baskets,
        "shares": names,
        "sessions": rows - 1,
        "seconds": taken,
        "peak": _peak(),
    }


def two_processes(rounds: int = 5) -> dict[str, float]:
    """The same blocks through one worker process and through two; starting them is not counted.

    The best of the rounds, not the median: while something else has the second core, two
    processes share one, and what is measured is the other work.
    """
    from distributed import Client, LocalCluster

    with ExitStack() as open_clusters:
        clients = {}
        for workers in (1, 2):
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                memory_limit=0,
            )
            clients[workers] = open_clusters.enter_context(
                Client(open_clusters.enter_context(cluster))
            )

        def work(workers: int) -> None:
            client = clients[workers]
            client.gather(client.map(_piece, range(16), pure=False))

        for workers in clients:
            work(workers)
        taken: dict[int, list[float]] = {workers: [] for workers in clients}
        for _ in range(rounds):
            for workers, own in taken.items():
                own.append(seconds(lambda workers=workers: work(workers)))
    one, two = (min(own) for own in taken.values())
    return {"1": one, "2": two, "ratio": one / two}


def _piece(number: int) -> float:
    """2,560 dense baskets of 300 shares over 750 sessions."""
    table = prices(751, 300)
    weights = np.random.default_rng(number).dirichlet(np.ones(300), 2_560)
    market = make_market(table, Rebalance("hold"), sessions=sessions(751))
    found = grid_statistics(market, Holdings(weights), YARDSTICK)
    return float(found.figures["sharpe"].mean())


def alone(part: str) -> dict[str, float]:
    """What one part measures in a fresh process that does nothing else, and its ``peak`` MB."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", part], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _say_peak(part: str) -> None:
    parts = {"dense": lambda: against_the_product(1), "random": random_from_the_market, "far": far}
    found = parts[part]()
    print(json.dumps({**(found or {}), "peak": _peak()}))


def _peak() -> float:
    """Peak MB of this process alone; what getrusage says includes the parent it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="rewrite docs/grid-benchmarks.*")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", choices=("dense", "random", "far"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        _say_peak(options.only)
        return
    rounds = 3 if options.quick else 7
    # bt needs minutes for 100 baskets that are rebalanced daily
    some = {"hold": 10, "monthly": 10, "daily": 3} if options.quick else BT_BASKETS
    found = {
        "peers": against_peers(rounds, some),
        "product": against_the_product(rounds * 3),
        "dense_peak": alone("dense")["peak"],
        "random": random_from_the_market(),
        "random_peak": alone("random")["peak"] if UNIVERSE.exists() else None,
        "far": alone("far"),
        "growth": growth(rounds),
        "processes": two_processes(),
    }
    text = grid_page.page(found)
    print(text)
    if options.write:
        (ROOT / "docs" / "grid-benchmarks.md").write_text(text, encoding="utf-8")
        grid_page.plot(found, ROOT / "docs" / "grid-benchmarks.svg")


if __name__ == "__main__":
    main()
