"""The store of prices: writing and reading, a run from it against own tables, and a fetch.

    python benchmarks/price_store.py [--runs 9]

1. 300 symbols x 2,800 sessions are written to a fresh store, read back and compared.
2. The invented market of the tests is put into a store and into Parquet tables, and the R1 study is
   run from both by whole commands that take turns; the levels are compared first.
3. Twelve shares are fetched through the replay of the vendors that the tests use, without pacing:
   what a fetch costs beside the waiting. The replay's own work is in it.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from basketbt.config.study import load_study
from basketbt.data.bars import COLUMNS, PRICES, Bars, MarketData, PriceRequest
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.routes import ORDER, group_of
from basketbt.data.sources.vendor import FactorSteps, History
from basketbt.data.store import Store
from basketbt.market.calendars import calendar
from basketbt.market.symbols import parse_symbol
from basketbt.plan.study import make_plan
from basketbt.shipped import find_study

SYMBOLS, SESSIONS = 300, 2800
STUDY = "deepseek-r1"
ROOT = Path(__file__).resolve().parents[1]


def history(number: int) -> History:
    """A made-up history: a random walk in fen."""
    days = calendar("XSHG").sessions
    days = days[days <= np.datetime64("2025-06-30")][-SESSIONS:]
    rng = np.random.default_rng(number)
    close = np.round(20 * np.exp(np.cumsum(rng.normal(0, 0.02, SESSIONS))) + 1, 2)
    symbol = f"6{number:05d}.SH"
    columns = dict.fromkeys(PRICES, close)
    columns["volume"] = np.round(rng.uniform(1e5, 1e7, SESSIONS))
    columns["amount"] = np.round(close * 1e6)
    bars = Bars.single(symbol, days, columns, table="sina")
    steps = FactorSteps(dates=days[250::250], ratios=np.full(len(days[250::250]), 1.01))
    return History(
        vendor="sina",
        symbol=symbol,
        first=days[0],
        last=days[-1],
        bars=bars,
        steps=steps,
        steps_from="sina",
    )


def write_and_read() -> None:
    made = [history(number) for number in range(SYMBOLS)]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.sqlite") as store:
        begin = time.perf_counter()
        for one in made:
            store.save(one)
        written = time.perf_counter()
        for one in made:
            coverage = store.coverages(one.symbol)["sina"]
            store.read(coverage, coverage.first, coverage.last)
        read = time.perf_counter()
        for one in made:
            store.save(one)
        compared = time.perf_counter()
        size = store.path.stat().st_size / 2**20
    rows = SYMBOLS * SESSIONS
    print(f"{SYMBOLS} symbols x {SESSIONS} sessions = {rows:,} rows, {size:.0f} MB")
    print(f"write   {written - begin:6.2f} s  {(written - begin) / SYMBOLS * 1e3:6.1f} ms a symbol")
    print(f"read    {read - written:6.2f} s  {(read - written) / SYMBOLS * 1e3:6.1f} ms a symbol")
    print(f"update  {compared - read:6.2f} s  {(compared - read) / SYMBOLS * 1e3:6.1f} ms a symbol")


# --- a run from the store and from Parquet ---------------------------------------------------


def invented(request: PriceRequest) -> MarketData:
    """All sessions of the tests' invented market, not only those that the study needs."""
    whole = PriceRequest(
        symbols=request.symbols,
        indexes=request.indexes,
        start=np.datetime64("2023-01-03"),
        end=np.datetime64("2025-12-31"),
        fx=request.fx,
    )
    return FilesSource(ROOT / "tests/invented/market").load(whole)


def fill_store(path: Path, data: MarketData) -> None:
    first, last = np.datetime64("2023-01-03"), np.datetime64("2025-12-31")
    with Store(path) as store:
        for symbol in data.bars.symbols:
            bars = data.bars.of(symbol)
            vendor = ORDER[group_of(parse_symbol(symbol))][0]
            steps = None
            if bars.has_factor.all():
                changes = np.flatnonzero(np.diff(bars.factor)) + 1
                ratios = bars.factor[changes] / bars.factor[changes - 1]
                steps = FactorSteps(dates=bars.dates[changes], ratios=ratios)
            store.save(
                History(
                    vendor=vendor,
                    symbol=symbol,
                    first=first,
                    last=last,
                    bars=bars,
                    steps=steps,
                    steps_from=vendor if steps is not None else "",
                    actions=data.actions.get(symbol, ()),
                    actions_from="eastmoney",
                    shares=data.shares.get(symbol),
                    shares_from="eastmoney" if symbol in data.shares else "",
                )
            )
        for pair, series in data.fx.items():
            rate = Bars.single(pair, series.dates, {"close": series.rate})
            store.save(History(vendor="eastmoney", symbol=pair, first=first, last=last, bars=rate))


def write_parquet(folder: Path, data: MarketData) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def table(bars: Bars) -> pa.Table:
        whose = np.array(bars.symbols)[bars.code]
        columns = {name: getattr(bars, name) for name in COLUMNS}
        return pa.table({"date": bars.dates, "symbol": whose, **columns})

    folder.mkdir()
    shares = data.bars.per_row(data.bars.has_factor)
    pq.write_table(table(data.bars.rows(shares)), folder / "bars.parquet")
    pq.write_table(table(data.bars.rows(~shares)), folder / "indexes.parquet")
    actions = [one for several in data.actions.values() for one in several]
    fields = ("symbol", "ex_date", "cash", "bonus", "rights", "rights_price")
    rows = {name: [getattr(one, name) for one in actions] for name in fields}
    rows["ex_date"] = np.array(rows["ex_date"], dtype="datetime64[D]")
    pq.write_table(pa.table(rows), folder / "actions.parquet")
    if data.fx:
        ((pair, series),) = data.fx.items()
        rates = {"date": series.dates, "pair": [pair] * len(series.dates), "rate": series.rate}
        pq.write_table(pa.table(rates), folder / "fx.parquet")


def levels(folder: Path) -> list[float]:
    (path,) = folder.glob("*/latest/levels.csv")
    with path.open(encoding="utf-8-sig") as file:
        return [float(row["level"]) for row in csv.DictReader(file)]


def timed(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def run_from_both(runs: int) -> None:
    request = make_plan(load_study(find_study(Path(STUDY)))).request
    data = invented(request)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill_store(folder / "store.sqlite", data)
        write_parquet(folder / "tables", data)
        run = [sys.executable, "-m", "basketbt", "run", STUDY, "--lang", "en", "--quiet", "--out"]
        store = ["--source", "auto", "--offline", "--store", str(folder / "store.sqlite")]
        sources = {"store": store, "files": ["--source", f"files:{folder / 'tables'}"]}
        commands = {kind: [*run, str(folder / kind), *own] for kind, own in sources.items()}
        for command in commands.values():
            timed(command)
        found = [np.array(levels(folder / kind)) for kind in commands]
        worst = float(np.abs(found[0] / found[1] - 1).max())
        walls: dict[str, list[float]] = {kind: [] for kind in commands}
        for _ in range(runs):
            for kind, command in commands.items():
                walls[kind].append(timed(command))
    pairs = zip(walls["store"], walls["files"], strict=True)
    ratio = statistics.median(store / files for store, files in pairs)
    middle = {kind: statistics.median(values) for kind, values in walls.items()}
    print(f"run {STUDY}, {len(request.symbols)} shares, levels equal within {worst:.0e}:")
    print(f"store   {middle['store']:6.2f} s  files (Parquet) {middle['files']:.2f} s")
    print(f"ratio   {ratio:6.2f}    median of {runs} pairs; the bar is 1.3")


# --- a fetch without its waiting -------------------------------------------------------------


def fetch_through_the_replay() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from basketbt.data.sources.auto import Fetcher
    from basketbt.data.sources.rate_limiter import RateLimiter
    from replay.answers import Vendors
    from replay.invented import Market, Security
    from replay.server import running

    names = [f"6000{number:02d}.SH" for number in range(12)]
    vendors = Vendors(Market([Security(name) for name in names]))
    request = PriceRequest(
        symbols=tuple(names),
        indexes=(),
        start=np.datetime64("2024-01-02"),
        end=np.datetime64("2025-06-30"),
    )
    with running(vendors) as (_, environment), tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment)
        with Store(Path(folder) / "store.sqlite") as store:
            moment = datetime(2025, 7, 1, 9, tzinfo=UTC)
            fetcher = Fetcher(store, now=moment, hosts=RateLimiter(pace=0.0))
            begin = time.perf_counter()
            ends: list[float] = []
            fetcher.fetch(request, report=lambda _: ends.append(time.perf_counter()))
    steps = np.diff([begin, *ends])[1:]  # the first one imports akshare and fetches the lists
    each = statistics.median(steps.tolist())
    requests = len(vendors.log) / len(names)
    print(f"fetch   {each * 1e3:6.0f} ms a share, {requests:.1f} requests each, pacing left out")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    chosen = parser.parse_args()
    write_and_read()
    run_from_both(chosen.runs)
    with contextlib.suppress(ImportError):  # trustme is a tool of the tests
        fetch_through_the_replay()


if __name__ == "__main__":
    main()
