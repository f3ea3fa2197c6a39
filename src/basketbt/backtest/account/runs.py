"""One market, several accounts: with all the rules, and with some of them switched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.account.dividends import Payments, TaxedLots, payments
from basketbt.backtest.account.planner import Market, Plan, plan
from basketbt.backtest.account.quotes import (
    Limits,
    check_quotes,
    price_limits,
    raw_quotes,
    total_return_quotes,
)
from basketbt.backtest.account.schedule import Schedule
from basketbt.backtest.account.settings import AccountSettings
from basketbt.backtest.account.sizing import Fractions, Sizing, WholeShares
from basketbt.market.lots import Lots, lots_of
from basketbt.market.symbols import Board, parse_symbol
from basketbt.prices.data import Floats
from basketbt.prices.panel import PricePanel

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rulebook:
    """What holds for every account over the R sessions ``rows`` of a panel of N shares.

    ``refused`` (N,) shares that no account can hold. Lots are those of the first session.
    """

    panel: PricePanel
    rows: slice
    refused: Bools
    limits: Limits
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
    return Rulebook(
        panel=panel,
        rows=rows,
        refused=refused,
        limits=price_limits(panel, rows, risk_warning),
        payments=payments(panel, rows, held),
        lots=Lots(
            *(
                _spread(getattr(known, name), traded, len(symbols))
                for name in ("minimum", "step", "order_maximum", "settlement")
            )
        ),
        boards=tuple(symbol.board or "main" for symbol in symbols),
    )


def run_account(
    rules: Rulebook, schedule: Schedule, settings: AccountSettings, *, charged: bool = True
) -> tuple[Plan, Market, Sizing]:
    """Accounts of whole shares at raw prices; without fees unless ``charged``."""
    panel, rows = rules.panel, rules.rows
    sizing = WholeShares(
        lots=rules.lots,
        boards=rules.boards,
        sessions=panel.sessions[rows],
        rates=panel.rate[rows],
        broker=settings.broker,
        charged=charged,
    )
    market = Market(
        quotes=raw_quotes(panel, rows, settings, rules.limits, rules.refused),
        same_day=rules.same_day,
        payments=rules.payments,
    )
    taxed = settings.dividends == "taxed"
    made = plan(
        market,
        schedule,
        sizing,
        cash=opening_balance(settings),
        patience=settings.patience,
        taxed=TaxedLots(rules.boards, panel.sessions[rows]) if taxed else None,
    )
    return made, market, sizing


def run_fractions(
    rules: Rulebook, schedule: Schedule, settings: AccountSettings, *, ruled: bool
) -> tuple[Plan, Market, Sizing]:
    """Accounts of fractions at total-return prices, without lots and fees.

    ``ruled``: price limits, suspensions, participation, T+1 and refusals hold; otherwise everything
    trades at its last known price.
    """
    limits = (rules.limits, rules.refused) if ruled else None
    market = Market(
        quotes=total_return_quotes(rules.panel, rules.rows, settings.participation, limits),
        same_day=rules.same_day if ruled else np.ones_like(rules.same_day),
        payments=None,
    )
    sizing = Fractions()
    made = plan(
        market,
        schedule,
        sizing,
        cash=opening_balance(settings),
        patience=settings.patience,
    )
    return made, market, sizing


def final_return(run: tuple[Plan, Market, Sizing]) -> Floats:
    """(B,) return of every account over all rows."""
    made, market, sizing = run
    worth = sizing.worth(made.shares[-1], market.quotes.mark[-1]).sum(axis=1)
    value: Floats = np.asarray((made.cash[-1] + worth) / made.opening - 1.0, dtype=np.float64)
    return value


def opening_balance(settings: AccountSettings) -> int:
    """The cash at the start, in fen."""
    return round(settings.cash * 100)


def _spread(values: NDArray[np.int64], columns: list[int], size: int) -> NDArray[np.int64]:
    """(N,) the values at their columns, 1 elsewhere."""
    spread = np.ones(size, dtype=np.int64)
    spread[columns] = values
    return spread
