"""The account book: one account a basket under the rules of the market, beside its index path.

Row 0 is the close of day -1, where the index book buys; the last row is the exit. An account is
cash until its entry.

The books themselves are kept by vectorbt: ``Portfolio.from_orders`` gets signed share amounts,
prices and fees of all baskets in one call, a cash pool a basket, and sells before it buys. vectorbt
knows no money that arrives from outside, so dividends and the price of bonus shares lie in the
opening balance from the start and are not counted as cash before their day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel
from basketbt.engine.account.capacity import FirstSession, first_session
from basketbt.engine.account.planner import Orders, Plan
from basketbt.engine.account.schedule import Schedule, make_schedule
from basketbt.engine.account.settings import AccountSettings
from basketbt.engine.account.shortfall import Shortfall, rulebook, run_account, shortfall
from basketbt.engine.account.sizing import PRICE_UNIT
from basketbt.engine.index import IndexPath
from basketbt.errors import BasketbtError
from basketbt.notes import Note

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]
Engine = Literal["auto", "numba", "rust"]

_FEN_PER_PRICE = PRICE_UNIT // 100
_ROWS = 3  # a session: before the open, at the open, at the close


class BooksDisagree(BasketbtError):
    """The plan and vectorbt's books differ: a mistake of this program. Fields: what, basket."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Books:
    """At each close: cash (R, B) in fen, shares (R, B, N) and what they are worth, in fen."""

    cash: NDArray[np.int64]
    shares: NDArray[np.int64]
    worth: NDArray[np.int64]

    @property
    def value(self) -> NDArray[np.int64]:
        """(R, B) cash and shares, in fen."""
        return np.asarray(self.cash + self.worth.sum(axis=2))


@dataclass(frozen=True, kw_only=True, eq=False)
class AccountBook:
    """B accounts over R rows, which are the panel's rows from ``base`` on, beside the index
    ``path`` that they follow.

    ``books`` are vectorbt's: cash, value and shares at each close; ``plan`` has the orders. The
    figures (B,) are fractions of the starting cash, NaN for a basket without an account:
    ``turnover`` what was bought and sold, ``costs`` fees and dividend tax. ``fill_ratio`` is bought
    / set out to buy, ``sold_ratio`` the same of sales, each share at the close that valued it when
    its sale was set out, ``unsold`` what is left after the last close / value then; ``cash_drag``
    what the idle cash after entry would have made in the index book. ``first`` is what the session
    of the first orders offered. ``payments`` are notes on corporate actions, as (column, note).
    """

    settings: AccountSettings
    base: int
    path: IndexPath
    schedule: Schedule
    plan: Plan
    books: Books
    shortfall: Shortfall
    first: FirstSession
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
        return self.books.value / self.settings.opening * 100.0

    @property
    def mark(self) -> NDArray[np.int64]:
        """(R, N) the closes that value the shares, in 1e-4 yuan."""
        return self.plan.mark

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
    """Run the accounts of B baskets beside their index ``path``. Imports vectorbt.

    ``panel`` has the path's N symbols; the path begins at its row ``base``. ``entry`` and
    ``moments`` (B,): row of the path (-1: no account) and ``Moment`` of the first orders. The
    weight of the ``refused`` (N,) shares stays in cash; for ``risk_warning`` and ``lots``, and for
    what is raised, see ``shortfall.rulebook``.
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
    plan = run_account(rules, schedule, settings)
    books = keep_books(plan, engine)
    cash, orders = plan.opening, plan.orders
    opened = np.where(entry >= 0, 1.0, np.nan)

    def per_basket(amounts: NDArray[np.int64]) -> Floats:
        return np.bincount(orders.basket, amounts, len(entry)).astype(np.float64)

    bought = per_basket(np.where(orders.sell, 0, orders.amount))
    with np.errstate(invalid="ignore"):  # nothing to buy or sell: no ratio
        fill_ratio, sold_ratio = bought / plan.to_buy, plan.sold / plan.to_sell
    return AccountBook(
        settings=settings,
        base=base,
        path=path,
        schedule=schedule,
        plan=plan,
        books=books,
        shortfall=shortfall(rules, schedule, settings, path, plan),
        first=first_session(
            panel,
            rules.rows,
            path,
            entry=entry,
            moments=moments,
            settings=settings,
            limits=rules.limits,
            refused=refused,
        ),
        turnover=per_basket(orders.amount) / cash * opened,
        costs=per_basket(orders.cost) / cash * opened,
        fill_ratio=fill_ratio * opened,
        sold_ratio=sold_ratio * opened,
        unsold=books.worth[-1].sum(axis=1) / books.value[-1] * opened,
        cash_drag=_cash_drag(path, entry, books) * opened,
        payments=rules.payments.notes,
    )


def _cash_drag(path: IndexPath, entry: NDArray[np.intp], books: Books) -> Floats:
    """(B,) sum over the sessions after entry of cash / value at the close before x index return."""
    idle = books.cash[:-1] / books.value[:-1]
    moves = path.levels[1:] / path.levels[:-1] - 1.0
    after = np.arange(len(moves))[:, None] >= np.maximum(entry, 0)
    return np.asarray(np.where(after, idle * moves, 0.0).sum(axis=0))


def keep_books(plan: Plan, engine: Engine = "auto") -> Books:
    """Cash, shares and value of B accounts from their orders.

    Imports vectorbt, which takes seconds; ``auto`` is the Rust engine where it is installed.

    Raises ``BooksDisagree`` if the result is not the plan to the fen.
    """
    filled = plan.orders.filled > 0
    touched = np.zeros(plan.shares.shape[1:], dtype=np.bool_)
    touched[plan.orders.basket[filled], plan.orders.column[filled]] = True
    basket, column = np.nonzero(touched)
    kept = np.zeros_like(plan.shares)
    balance = np.full(plan.cash.shape, plan.opening, dtype=np.int64)
    if basket.size:
        traded = _Rows(plan, basket, column)
        portfolio = _portfolio(traded, plan.opening, engine)
        kept[:, basket, column] = np.rint(_closes(portfolio.assets()))
        in_hand = np.rint(_closes(portfolio.cash()) * 100).astype(np.int64)
        with_orders = np.unique(basket)
        balance[:, with_orders] = in_hand - traded.outstanding[:, with_orders]
    worth = (kept * plan.mark[:, None, :] + _FEN_PER_PRICE // 2) // _FEN_PER_PRICE
    _agree("shares", kept, plan.shares)
    _agree("cash", balance, plan.cash)
    return Books(cash=balance, shares=kept, worth=worth)


class _Rows:
    """A plan as vectorbt takes it: three rows a session, a column for each basket and share.

    The first row of a session books bonus shares at that day's mark, the others the trades at the
    open and at the close.
    """

    def __init__(self, plan: Plan, basket: NDArray[np.intp], column: NDArray[np.intp]) -> None:
        mark = plan.mark
        shape = (_ROWS * len(mark), len(basket))
        self.basket = basket
        self.close = np.repeat(mark[:, column] / PRICE_UNIT, _ROWS, axis=0)
        self.size = np.zeros(shape)
        self.price = np.where(self.close > 0, self.close, 1.0)  # no order, but a price is wanted
        self.fees = np.zeros(shape)
        self.size[::_ROWS] = plan.bonus[:, basket, column]
        self._trades(plan.orders, basket, column)
        worth = (plan.bonus * mark[:, None, :] / _FEN_PER_PRICE).sum(axis=2)
        received = plan.dividends + np.rint(worth).astype(np.int64)
        self.receipts = received.sum(axis=0)  # (B,) fen over all rows
        self.outstanding = self.receipts - received.cumsum(axis=0)

    def _trades(self, orders: Orders, basket: NDArray[np.intp], column: NDArray[np.intp]) -> None:
        filled = np.flatnonzero(orders.filled)
        place = np.full((basket.max() + 1, column.max() + 1), -1)
        place[basket, column] = np.arange(len(basket))
        where = place[orders.basket[filled], orders.column[filled]]
        rows = _ROWS * orders.row[filled] + 1 + orders.moment[filled]
        shares = orders.filled[filled]
        self.size[rows, where] = np.where(orders.sell[filled], -shares, shares)
        # The price that gives the amount to the fen, also where it was rounded.
        self.price[rows, where] = orders.amount[filled] / 100 / shares
        self.fees[rows, where] = (orders.fees[filled].sum(axis=1) + orders.tax[filled]) / 100


def _portfolio(rows: _Rows, cash: int, engine: Engine) -> Any:
    import vectorbt

    return vectorbt.Portfolio.from_orders(
        close=rows.close,
        size=rows.size,
        size_type="amount",
        direction="longonly",
        price=rows.price,
        fixed_fees=rows.fees,
        init_cash=(cash + rows.receipts[np.unique(rows.basket)]) / 100,
        group_by=rows.basket,
        cash_sharing=True,
        call_seq="auto",
        freq="1D",
        engine=engine,
    )


def _closes(table: pd.DataFrame | pd.Series[float]) -> Floats:
    """The last row of each session, (R, columns); vectorbt gives a lone column as a series."""
    values = np.asarray(table, dtype=np.float64)
    return values.reshape(len(values), -1)[_ROWS - 1 :: _ROWS]


def _agree(what: str, kept: NDArray[np.int64], planned: NDArray[np.int64]) -> None:
    differs = kept != planned
    if differs.any():
        raise BooksDisagree(what=what, basket=int(np.argwhere(differs)[0][1]) + 1)
