"""How fast grids are: against vectorbt and bt, against the bare matrix product, as they grow.

    python benchmarks/grid_speed.py [--write] [--quick]

Sides that are compared take turns in one process, so that a busy minute hits both; figures are
medians. In its turn a quick side runs again and again for 50 ms: its first run, after another side
has filled the caches, is reported beside the median of the others. ``--write`` rewrites the table
and the plot in docs/ and the rows of the READMEs (ten minutes). Every side's levels are held equal
before anything is timed. Memory is measured in processes of its own. Needs vectorbt-rust for that
engine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import numpy as np

import grid_page
import grid_readme
from basketbt.engine.batch.draws import draw_names
from basketbt.engine.batch.engine import grid_statistics
from basketbt.engine.holding_periods import make_market
from basketbt.engine.kernel import Holdings
from basketbt.engine.rebalance import Rebalance
from basketbt.sweep.checkpoint import cut
from basketbt.sweep.schedulers import through
from grid_inputs import (
    SEED,
    YARDSTICK,
    basketbt_run,
    equal_baskets,
    in_turn,
    market_job,
    prices,
    seconds,
    sessions,
)
from grid_peers import BT_BASKETS, against_peers

ROOT = Path(__file__).resolve().parents[1]
UNIVERSE = ROOT / "../shared/market/universe_adjusted.parquet"


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
    """A job of random baskets through one worker process and through two, as `grid` sends it.

    Starting the workers is not counted, sending the prices and getting the results is. Beside it
    the bare product, so many times in one process and half as often in each of two: what this
    machine gives at most at this hour. The best of the rounds, not the median: while something
    else has the second core, two processes share one, and what is measured is the other work.
    """
    from distributed import Client, LocalCluster

    job = market_job(draws=409_600, names=300, rows=751)
    blocks = cut(job, [25_600], [])
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

        def grid(client: Client) -> None:
            assert len(list(through(client, job, blocks, "here"))) == len(blocks)

        def bare(client: Client) -> None:
            client.gather(client.map(_products, range(len(blocks)), pure=False))

        taken: dict[tuple[str, int], float] = {}
        for _ in range(rounds + 1):
            for name, work in {"grid": grid, "bare": bare}.items():
                for workers, client in clients.items():
                    own = seconds(lambda work=work, client=client: work(client))
                    taken[name, workers] = min(own, taken.get((name, workers), own))
    return {name: taken[name, 1] / taken[name, 2] for name in ("grid", "bare")}


def _products(number: int) -> float:
    """A quarter of a second of products that fit into the caches."""
    one = np.random.default_rng(number).random((256, 256))
    return float(sum((one @ one).sum() for _ in range(250)))


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
        grid_readme.write_speed(found)


if __name__ == "__main__":
    main()
