"""What an account fell short of its list, and what each rule of the market cost.

The implementation shortfall of Perold ("The Implementation Shortfall: Paper versus Reality",
Journal of Portfolio Management, 1988) is split by switching the rules on one after another, each
run planned afresh: what a step takes away is that rule's part, so the parts add up.

==========  ==================================================================================
paper       the index book from the close of day -1: fractions, no rule at all
delay       the same, bought when the account buys
unfilled    and price limits, suspensions, T+1, participation, refused shares
lots_cash   and whole lots, money to the fen, dividends kept in cash
fees        and duties, exchange fees, commission
residual    and slippage and dividend tax: the account itself
==========  ==================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from basketbt.backtest.account.entries import Moment
from basketbt.backtest.account.planner import Market, Plan
from basketbt.backtest.account.runs import Rulebook, final_return, run_account, run_fractions
from basketbt.backtest.account.schedule import Schedule, make_schedule
from basketbt.backtest.account.settings import AccountSettings
from basketbt.backtest.account.sizing import Sizing
from basketbt.backtest.index import IndexPath
from basketbt.prices.data import Floats

PARTS = ("delay", "unfilled", "lots_cash", "fees", "residual")


@dataclass(frozen=True, kw_only=True, eq=False)
class Shortfall:
    """Returns and their differences, (B,) each, decimals; NaN for a basket without an account.

    ``paper - achieved`` is the sum of the five parts. ``since_entry`` is paper too, bought at the
    close before the session of the first order: ``paper - since_entry`` had moved before, and is a
    part of ``delay``.
    """

    paper: Floats
    since_entry: Floats
    achieved: Floats
    delay: Floats
    unfilled: Floats
    lots_cash: Floats
    fees: Floats
    residual: Floats

    @property
    def total(self) -> Floats:
        """What the account fell short of paper."""
        return self.paper - self.achieved


def shortfall(
    rules: Rulebook,
    schedule: Schedule,
    settings: AccountSettings,
    path: IndexPath,
    account: tuple[Plan, Market, Sizing],
) -> Shortfall:
    """Split what ``account``, run with ``settings``, fell short of ``path``."""
    opened = np.where(schedule.entry >= 0, 1.0, np.nan)
    plain = replace(settings, slippage_bps=0.0, dividends="cash")
    paper = (path.levels[-1] / path.levels[0] - 1.0) * opened
    eve = np.where(schedule.entry > 0, schedule.entry - 1, schedule.entry)
    closes = np.full(len(eve), Moment.CLOSE, dtype=np.int8)
    before = make_schedule(path, entry=eve, moments=closes, follow=True)
    since_entry = final_return(run_fractions(rules, before, settings, ruled=False))
    entered = final_return(run_fractions(rules, schedule, settings, ruled=False))
    filled = final_return(run_fractions(rules, schedule, settings, ruled=True))
    lots = final_return(run_account(rules, schedule, plain, charged=False))
    achieved = final_return(account)
    fees = achieved if plain == settings else final_return(run_account(rules, schedule, plain))
    return Shortfall(
        paper=paper,
        since_entry=since_entry * opened,
        achieved=achieved * opened,
        delay=paper - entered,
        unfilled=(entered - filled) * opened,
        lots_cash=(filled - lots) * opened,
        fees=(lots - fees) * opened,
        residual=(fees - achieved) * opened,
    )
