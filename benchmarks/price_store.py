"""The store of prices: writing, reading, and what fetching costs besides the waiting.

    python benchmarks/price_store.py

300 symbols x 2,800 sessions are written to a fresh store and read back, one transaction a symbol.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from basketbt.market.calendars import calendar
from basketbt.prices.data import SymbolBars
from basketbt.prices.sources.vendor import FactorSteps, History
from basketbt.prices.store import Store

SYMBOLS, SESSIONS = 300, 2800


def history(number: int) -> History:
    """A made-up history: a random walk in fen."""
    days = calendar("XSHG").sessions
    days = days[days <= np.datetime64("2025-06-30")][-SESSIONS:]
    rng = np.random.default_rng(number)
    close = np.round(20 * np.exp(np.cumsum(rng.normal(0, 0.02, SESSIONS))) + 1, 2)
    symbol = f"6{number:05d}.SH"
    bars = SymbolBars(
        symbol=symbol,
        dates=days,
        open=close,
        high=close,
        low=close,
        close=close,
        volume=np.round(rng.uniform(1e5, 1e7, SESSIONS)),
        amount=np.round(close * 1e6),
        table="sina",
    )
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


def main() -> None:
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


if __name__ == "__main__":
    main()
