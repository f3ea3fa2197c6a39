"""What an account fell short of its list: what had moved before, and what each rule then cost.

The implementation shortfall of Perold ("The Implementation Shortfall: Paper versus Reality",
Journal of Portfolio Management, 1988) is split by switching the rules on one after another, each
run planned afresh: what a step takes away is that rule's part, so the parts add up.

==========  ==================================================================================
paper       the index book from the close of day -1: fractions, no rule at all
moved       the same, bought at the price of the account's entry
unfilled    and price limits, suspensions, T+1, participation, refused shares
lots_cash   and whole lots, money to the fen, dividends kept in cash
fees        and duties, exchange fees, commission
residual    and slippage and dividend tax: the account itself
==========  ==================================================================================

``moved`` is nobody's friction: that price is the first at which the entry allows to buy. The others
are the account's own friction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel
from basketbt.engine.account.dividends import Payments, TaxedLots, payments
from basketbt.engine.account.planner import Plan, TradingTerms, plan_orders
from basketbt.engine.account.quotes import (
    check_quotes,
    price_limits,
    raw_quotes,
    total_return_quotes,
)
from basketbt.engine.account.schedule import Moment, Schedule, make_schedule
from basketbt.engine.account.settings import AccountSettings
from basketbt.engine.account.sizing import Fractions, WholeShares
from basketbt.engine.index import IndexPath
from basketbt.market.limits import PriceLimits
from basketbt.market.lots import Lots, lots_of
from basketbt.market.symbols import Board, parse_symbol

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rulebook:
    """What holds for every account over the R sessions ``rows`` of a panel of N shares.

    ``refused`` (N,) shares that no account can hold. Lots are those of the first session.
    """

    panel: PricePanel
    rows: slice
    refused: Bools
    limits: PriceLimits
    payments: Payments
    lots: Lots
    boards: tuple[Board, ...]

    @property
    def same_day(self) -> Bools:
        """(N,) shares that may be sold on the day they were bought."""
        return np.asarray(self.lots.settlement == 0)


def rulebook(
    panel: PricePanel,
    rows: slice,
    *,
    held: Bools,
    refused: Bools,
    risk_warning: Bools,
    lots: Sequence[int | None],
) -> Rulebook:
    """The rules for the ``held`` (N,) shares; of the others nothing is asked.

    ``risk_warning`` (N,) shares trade within the limits of ST shares; ``lots`` are the board lots
    given for shares whose exchange leaves them to the issuer.

    Raises ``MissingQuote``, ``NoLot``, ``NoRule``, ``Consolidated`` for a held share that cannot be
    traded by rule, ``DataError`` for one that is not a share.
    """
    check_quotes(panel, rows, held)
    symbols = [parse_symbol(symbol) for symbol in panel.symbols]
    traded = np.flatnonzero(held).tolist()
    known = lots_of(
        [symbols[column] for column in traded],
        panel.sessions[rows][0],
        [lots[column] for column in traded],
    )
    sizes = np.ones((4, len(symbols)), dtype=np.int64)
    sizes[:, traded] = [known.minimum, known.step, known.order_maximum, known.settlement]
    return Rulebook(
        panel=panel,
        rows=rows,
        refused=refused,
        limits=price_limits(panel, rows, risk_warning),
        payments=payments(panel, rows, held),
        lots=Lots(*sizes),
        boards=tuple(symbol.board or "main" for symbol in symbols),
    )


def run_account(
    rules: Rulebook, schedule: Schedule, settings: AccountSettings, *, charged: bool = True
) -> Plan:
    """Accounts of whole shares at raw prices; without fees unless ``charged``."""
    panel, rows = rules.panel, rules.rows
    sessions = panel.sessions[rows]
    sizing = WholeShares(
        lots=rules.lots,
        boards=rules.boards,
        sessions=sessions,
        rates=panel.rate[rows],
        broker=settings.broker,
        charged=charged,
    )
    terms = TradingTerms(
        quotes=raw_quotes(panel, rows, settings, rules.limits, rules.refused),
        same_day=rules.same_day,
        payments=rules.payments,
    )
    taxed = TaxedLots(rules.boards, sessions) if settings.dividends == "taxed" else None
    return plan_orders(terms, schedule, sizing, settings, taxed)


def run_fractions(
    rules: Rulebook, schedule: Schedule, settings: AccountSettings, *, ruled: bool
) -> Plan:
    """Accounts of fractions at total-return prices, without lots and fees.

    ``ruled``: price limits, suspensions, participation, T+1 and refusals hold; otherwise everything
    trades at its last known price.
    """
    limits = (rules.limits, rules.refused) if ruled else None
    terms = TradingTerms(
        quotes=total_return_quotes(rules.panel, rules.rows, settings.participation, limits),
        same_day=rules.same_day if ruled else np.ones_like(rules.same_day),
        payments=None,
    )
    return plan_orders(terms, schedule, Fractions(), settings)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shortfall:
    """Returns and their differences, (B,) each, decimals; NaN for a basket without an account.

    ``paper - achieved`` is ``moved`` and ``friction``. ``since_entry`` is paper too, bought at the
    close before the session of the first order; ``gap`` is what it lost from that close to the
    entry's price (overnight, for an entry at an open), and is a part of ``moved``.
    """

    paper: Floats
    since_entry: Floats
    achieved: Floats
    moved: Floats
    gap: Floats
    unfilled: Floats
    lots_cash: Floats
    fees: Floats
    residual: Floats

    @property
    def friction(self) -> Floats:
        """What the account lost from its entry's price on: the sum of the four last parts."""
        return self.unfilled + self.lots_cash + self.fees + self.residual

    @property
    def total(self) -> Floats:
        """What the account fell short of paper."""
        return self.paper - self.achieved


def shortfall(
    rules: Rulebook,
    schedule: Schedule,
    settings: AccountSettings,
    path: IndexPath,
    account: Plan,
) -> Shortfall:
    """Split what ``account``, run with ``settings``, fell short of ``path``."""
    opened = np.where(schedule.entry >= 0, 1.0, np.nan)
    plain = replace(settings, slippage_bps=0.0, dividends="cash")
    paper = (path.levels[-1] / path.levels[0] - 1.0) * opened
    eve = np.where(schedule.entry > 0, schedule.entry - 1, schedule.entry)
    closes = np.full(len(eve), Moment.CLOSE, dtype=np.int8)
    before = make_schedule(path, entry=eve, moments=closes, follow=True)
    since_entry = run_fractions(rules, before, settings, ruled=False).total_return
    entered = run_fractions(rules, schedule, settings, ruled=False).total_return
    filled = run_fractions(rules, schedule, settings, ruled=True).total_return
    lots = run_account(rules, schedule, plain, charged=False).total_return
    achieved = account.total_return
    fees = achieved if plain == settings else run_account(rules, schedule, plain).total_return
    return Shortfall(
        paper=paper,
        since_entry=since_entry * opened,
        achieved=achieved * opened,
        moved=paper - entered,
        gap=(since_entry - entered) * opened,
        unfilled=(entered - filled) * opened,
        lots_cash=(filled - lots) * opened,
        fees=(lots - fees) * opened,
        residual=(fees - achieved) * opened,
    )
