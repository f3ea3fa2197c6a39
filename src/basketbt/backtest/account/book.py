"""The account book: one account a basket under the rules of the market, beside its index path.

Row 0 is the close of day -1, where the index book buys; the last row is the exit. An account is
cash until its entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.account.ledger import Books, Engine, keep_books
from basketbt.backtest.account.planner import Plan
from basketbt.backtest.account.runs import opening_balance, rulebook, run_account
from basketbt.backtest.account.schedule import Schedule, make_schedule
from basketbt.backtest.account.settings import AccountSettings
from basketbt.backtest.account.shortfall import Shortfall, shortfall
from basketbt.backtest.index import IndexPath
from basketbt.notes import Note
from basketbt.prices.data import Floats
from basketbt.prices.panel import PricePanel

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class AccountBook:
    """B accounts over R rows, which are the panel's rows from ``base`` on, beside the index
    ``path`` that they follow.

    ``books`` are vectorbt's: cash, value and shares at each close; ``plan`` has the orders;
    ``mark`` (R, N) the closes that value the shares, in 1e-4 yuan. The figures (B,) are fractions
    of the starting cash, NaN for a basket without an account: ``turnover`` what was bought and
    sold, ``costs`` fees and dividend tax. ``fill_ratio`` is bought / set out to buy, ``sold_ratio``
    the same of sales, each share at the close that valued it when its sale was set out, ``unsold``
    what is left after the last close / value then; ``cash_drag`` what the idle cash after entry
    would have made in the index book. ``payments`` are notes on corporate actions, as (column,
    note).
    """

    settings: AccountSettings
    base: int
    path: IndexPath
    schedule: Schedule
    plan: Plan
    books: Books
    mark: NDArray[np.int64]
    shortfall: Shortfall
    turnover: Floats
    costs: Floats
    fill_ratio: Floats
    sold_ratio: Floats
    unsold: Floats
    cash_drag: Floats
    payments: tuple[tuple[int, Note], ...]

    @property
    def levels(self) -> Floats:
        """(R, B) value at each close, 100 at the start."""
        return self.books.value / opening_balance(self.settings) * 100.0

    @property
    def opened(self) -> Bools:
        """(B,) baskets that have an account."""
        return np.asarray(self.schedule.entry >= 0)


def account_book(
    panel: PricePanel,
    path: IndexPath,
    *,
    base: int,
    entry: NDArray[np.intp],
    moments: NDArray[np.int8],
    settings: AccountSettings,
    refused: Bools,
    risk_warning: Bools,
    lots: Sequence[int | None],
    engine: Engine = "auto",
) -> AccountBook:
    """Run the accounts of B baskets beside their index path. Imports vectorbt.

    Args:
        panel: prices of the path's N symbols; the path begins at its row ``base``.
        path: what the accounts follow, and what they are measured against.
        entry, moments: (B,) row of the path (-1: no account) and ``Moment`` of the first orders.
        refused: (N,) shares the account cannot hold; their weight stays in cash.
        risk_warning: (N,) shares under the limits of ST shares.
        lots: (N,) board lots given for shares whose exchange leaves them to the issuer.

    Raises what ``runs.rulebook`` raises.
    """
    schedule = make_schedule(path, entry=entry, moments=moments, follow=settings.follow)
    held = np.asarray(path.targets[entry >= 0].any(axis=0)) & ~refused
    rules = rulebook(
        panel,
        slice(base, base + len(path.levels)),
        held=held,
        refused=refused,
        risk_warning=risk_warning,
        lots=lots,
    )
    run = run_account(rules, schedule, settings)
    made, market, _ = run
    mark = np.asarray(market.quotes.mark)
    cash = opening_balance(settings)
    books = keep_books(made, mark, cash=cash, engine=engine)
    opened = np.where(entry >= 0, 1.0, np.nan)
    orders = made.orders
    bought = _per_basket(np.where(orders.sell, 0, orders.amount), orders.basket, len(entry))
    with np.errstate(invalid="ignore"):  # nothing to buy or sell: no ratio
        fill_ratio, sold_ratio = bought / made.to_buy, made.sold / made.to_sell
    return AccountBook(
        settings=settings,
        base=base,
        path=path,
        schedule=schedule,
        plan=made,
        books=books,
        mark=mark,
        shortfall=shortfall(rules, schedule, settings, path, run),
        turnover=_per_basket(orders.amount, orders.basket, len(entry)) / cash * opened,
        costs=_per_basket(orders.cost, orders.basket, len(entry)) / cash * opened,
        fill_ratio=fill_ratio * opened,
        sold_ratio=sold_ratio * opened,
        unsold=books.worth[-1].sum(axis=1) / books.value[-1] * opened,
        cash_drag=_cash_drag(path, entry, books) * opened,
        payments=rules.payments.notes,
    )


def _per_basket(amounts: NDArray[np.int64], basket: NDArray[np.intp], baskets: int) -> Floats:
    """(B,) the sum of the amounts of each basket."""
    total: Floats = np.bincount(basket, amounts, baskets).astype(np.float64)
    return total


def _cash_drag(path: IndexPath, entry: NDArray[np.intp], books: Books) -> Floats:
    """(B,) sum over the sessions after entry of cash / value at the close before x index return."""
    idle = books.cash[:-1] / books.value[:-1]
    moves = path.levels[1:] / path.levels[:-1] - 1.0
    after = np.arange(len(moves))[:, None] >= np.maximum(entry, 0)
    drag: Floats = np.where(after, idle * moves, 0.0).sum(axis=0)
    return drag
