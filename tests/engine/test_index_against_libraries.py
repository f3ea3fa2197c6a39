"""The levels of two backtesting libraries, which buy and sell where we multiply."""

from __future__ import annotations

import numpy as np
import pytest

from basketbt.engine.holding_periods import make_market
from basketbt.engine.index import index_path
from basketbt.engine.kernel import Holdings
from basketbt.engine.rebalance import Rebalance
from basketbt.market.calendars import calendar
from support.markets import grid_levels

pytestmark = pytest.mark.slow

SESSIONS = calendar("XSHG").between(np.datetime64("2024-09-02"), np.datetime64("2025-05-30"))
NAMES = list("abcdefgh")


def market() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(20250120)
    steps = random.normal(0.0005, 0.03, (len(SESSIONS), len(NAMES)))
    prices = random.uniform(5, 150, len(NAMES)) * np.exp(np.cumsum(steps, axis=0))
    weights = random.dirichlet(np.ones(len(NAMES)), 2)
    return prices, weights


RULES = [Rebalance(), Rebalance("daily"), Rebalance("monthly")]
by_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.label)


def levels(prices: np.ndarray, weights: np.ndarray, rule: Rebalance) -> np.ndarray:
    """Levels by the single study, which the grid must repeat."""
    single = index_path(prices, weights, rule, sessions=SESSIONS).levels
    grid = grid_levels(make_market(prices, rule, sessions=SESSIONS), Holdings(weights))
    np.testing.assert_allclose(grid.T, single, rtol=1e-12)
    return single


@by_rule
def test_levels_equal_vectorbt_and_bt(rule: Rebalance) -> None:
    import bt
    import pandas as pd
    import vectorbt as vbt

    prices, weights = market()
    ours = levels(prices, weights, rule)
    rows = rule.rebalance_rows(SESSIONS)
    rows[0] = True
    frame = pd.DataFrame(prices, pd.DatetimeIndex(SESSIONS), NAMES)
    for basket, target in enumerate(weights):
        size = np.where(rows[:, None], target, np.nan)
        book = vbt.Portfolio.from_orders(
            frame,
            pd.DataFrame(size, frame.index, NAMES),
            size_type="targetpercent",
            group_by=True,
            cash_sharing=True,
            call_seq="auto",
            init_cash=100.0,
        )
        np.testing.assert_allclose(ours[:, basket], book.value().to_numpy(), rtol=1e-12)
        strategy = bt.Strategy(
            str(basket),
            [
                bt.algos.RunOnDate(*frame.index[rows]),
                bt.algos.SelectAll(),
                bt.algos.WeighSpecified(**dict(zip(NAMES, target, strict=True))),
                bt.algos.Rebalance(),
            ],
        )
        run = bt.Backtest(strategy, frame, integer_positions=False, progress_bar=False)
        theirs = bt.run(run, progress_bar=False).prices.iloc[:, 0].to_numpy()
        # bt puts a row before the first date.
        np.testing.assert_allclose(ours[:, basket], theirs[1:], rtol=1e-12)
