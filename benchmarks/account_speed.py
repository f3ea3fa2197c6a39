"""How long the account stage takes: 20 baskets, two entries, 120 sessions, and how it grows.

    python benchmarks/account_speed.py

Everything is counted but importing vectorbt: planning, vectorbt's books and the five runs that
split the shortfall, on the sample of record. The bar is one second, warm.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from basketbt.data.bars import PriceRequest
from basketbt.data.panel import PricePanel, build_panel
from basketbt.data.sources.sample import SampleSource
from basketbt.engine.account.book import account_book
from basketbt.engine.account.schedule import Moment
from basketbt.engine.account.settings import AccountSettings
from basketbt.engine.index import IndexPath, index_path
from basketbt.engine.rebalance import Rebalance
from basketbt.lists.library import find_library
from basketbt.market.calendars import calendar

BASKETS, SESSIONS, NAMES_EACH, ENTRIES = 20, 120, 15, 2
BAR_SECONDS = 1.0
REPEATS = 5
CODES = sorted(
    {
        symbol
        for basket in find_library().select(["*"])
        for symbol in basket.symbols
        if not symbol.endswith(".HK")
    }
)


def market(sessions: int) -> PricePanel:
    """The lists' A shares from 2024 on, one row before the base."""
    home = calendar("XSHG")
    start = np.datetime64("2024-01-02")
    days = home.between(start, home.offset(home.on_or_after(start), sessions))
    request = PriceRequest(symbols=tuple(CODES), indexes=(), start=days[0], end=days[-1])
    return build_panel(SampleSource().load(request), CODES, calendar="XSHG", sessions=days)


def path(panel: PricePanel, baskets: int, rule: Rebalance) -> IndexPath:
    """Baskets of 15 shares drawn from those that are listed at the base."""
    draw = np.random.default_rng(20250120)
    listed = np.flatnonzero(np.isfinite(panel.total[1]))
    weights = np.zeros((baskets, len(panel.symbols)))
    for row in weights:
        row[draw.choice(listed, NAMES_EACH, replace=False)] = 1 / NAMES_EACH
    return index_path(panel.total[1:], weights, rule, sessions=panel.sessions[1:])


def seconds(baskets: int, sessions: int, rule: Rebalance, engine: str = "auto") -> float:
    """Median time of both entries' accounts."""
    panel = market(sessions)
    held = path(panel, baskets, rule)
    nobody = np.zeros(len(panel.symbols), dtype=bool)
    times = []
    for _ in range(REPEATS + 1):
        begun = time.perf_counter()
        for entry in range(1, ENTRIES + 1):
            account_book(
                panel,
                held,
                base=1,
                entry=np.full(baskets, entry * 4),
                moments=np.full(baskets, Moment.OPEN, dtype=np.int8),
                settings=AccountSettings(slippage_bps=5.0),
                refused=nobody,
                risk_warning=nobody,
                lots=[None] * len(panel.symbols),
                engine=engine,  # type: ignore[arg-type]
            )
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:])  # the first run is cold


def main() -> None:
    import vectorbt

    hold, monthly = Rebalance(), Rebalance("monthly")
    bar = seconds(BASKETS, SESSIONS, hold)
    print(
        f"{BASKETS} baskets x {ENTRIES} entries x {SESSIONS} sessions, hold: {bar:.3f} s "
        f"(bar {BAR_SECONDS:g} s), vectorbt {vectorbt.__version__}"
    )
    print(f"the same, monthly rebalances: {seconds(BASKETS, SESSIONS, monthly):.3f} s")
    print(f"the same, Numba engine: {seconds(BASKETS, SESSIONS, hold, 'numba'):.3f} s\n")
    print("baskets  sessions  seconds  ms per basket x 100 sessions")
    for baskets, sessions in (
        (5, 120),
        (10, 120),
        (20, 120),
        (40, 120),
        (80, 120),
        (20, 60),
        (20, 240),
        (20, 300),
    ):
        took = seconds(baskets, sessions, monthly)
        print(f"{baskets:7d} {sessions:9d} {took:8.3f} {took / baskets / sessions * 1e5:9.2f}")
    assert bar <= BAR_SECONDS, "the account stage is slower than its bar"


if __name__ == "__main__":
    main()
