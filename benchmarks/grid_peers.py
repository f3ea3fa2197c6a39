"""100 baskets through basketbt, vectorbt (both engines) and bt, each in its own way."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from basketbt.engine.holding_periods import aims, holding_periods_of, levels_of, make_market
from basketbt.engine.rebalance import Rebalance
from grid_inputs import basketbt_run, equal_baskets, in_turn, named, prices, sessions

RULES = ("hold", "monthly", "daily")
#: Baskets that bt runs; its time is scaled to 100.
BT_BASKETS = {"hold": 100, "monthly": 100, "daily": 10}


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


def against_peers(rounds: int, bt_baskets: dict[str, int]) -> list[dict[str, object]]:
    """100 baskets of 30 of 300 shares, 750 sessions, under three rules."""
    table, weights = prices(751, 300), equal_baskets(100, 30, 300)
    lines = []
    for rule in RULES:
        market = make_market(table, Rebalance(rule), sessions=sessions(751))
        targets = aims(market, named(weights, 30))
        ours = levels_of(market, holding_periods_of(market, targets), len(targets)).T
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
                "over_vectorbt_first": best / found["basketbt first"],
                "over_bt": bt_seconds / found["basketbt"],
            }
        )
    return lines
