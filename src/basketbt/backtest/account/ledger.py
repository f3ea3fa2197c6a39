"""The books themselves, kept by vectorbt: orders in, cash and shares out.

``Portfolio.from_orders`` gets signed share amounts, prices and fees of all baskets in one call, a
cash pool a basket, and sells before it buys. vectorbt knows no money that arrives from outside, so
dividends and the price of bonus shares lie in the opening balance from the start and are not
counted as cash before their day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.account.orders import Orders
from basketbt.backtest.account.planner import Plan
from basketbt.backtest.account.sizing import PRICE_UNIT
from basketbt.errors import BasketbtError
from basketbt.prices.data import Floats

if TYPE_CHECKING:
    import pandas as pd

Engine = Literal["auto", "numba", "rust"]

_FEN_PER_PRICE = PRICE_UNIT // 100
_ROWS = 3  # a session: before the open, at the open, at the close


class BooksDisagree(BasketbtError):
    """The plan and vectorbt's books differ: a mistake of this program. Fields: what, basket."""

    template = "the books of basket {basket} disagree about {what}: please report this"


@dataclass(frozen=True, kw_only=True, eq=False)
class Books:
    """At each close: cash (R, B) in fen, shares (R, B, N) and what they are worth, in fen."""

    cash: NDArray[np.int64]
    shares: NDArray[np.int64]
    worth: NDArray[np.int64]

    @property
    def value(self) -> NDArray[np.int64]:
        """(R, B) cash and shares, in fen."""
        total: NDArray[np.int64] = self.cash + self.worth.sum(axis=2)
        return total


def keep_books(made: Plan, mark: NDArray[np.int64], *, cash: int, engine: Engine = "auto") -> Books:
    """Cash, shares and value of B accounts from their orders.

    ``mark`` (R, N) are the closes in 1e-4 yuan, ``cash`` the fen at the start. Imports vectorbt,
    which takes seconds; ``auto`` is the Rust engine where it is installed.

    Raises ``BooksDisagree`` if the result is not the plan to the fen.
    """
    filled = made.orders.filled > 0
    touched = np.zeros(made.shares.shape[1:], dtype=np.bool_)
    touched[made.orders.basket[filled], made.orders.column[filled]] = True
    basket, column = np.nonzero(touched)
    kept = np.zeros_like(made.shares)
    balance = np.full(made.cash.shape, cash, dtype=np.int64)
    if basket.size:
        traded = _Rows(made, basket, column, mark)
        portfolio = _portfolio(traded, cash, engine)
        kept[:, basket, column] = np.rint(_closes(portfolio.assets()))
        in_hand = np.rint(_closes(portfolio.cash()) * 100).astype(np.int64)
        with_orders = np.unique(basket)
        balance[:, with_orders] = in_hand - traded.outstanding[:, with_orders]
    worth = (kept * mark[:, None, :] + _FEN_PER_PRICE // 2) // _FEN_PER_PRICE
    _agree("shares", kept, made.shares)
    _agree("cash", balance, made.cash)
    return Books(cash=balance, shares=kept, worth=worth)


class _Rows:
    """A plan as vectorbt takes it: three rows a session, a column for each basket and share.

    The first row of a session books bonus shares at that day's mark, the others the trades at the
    open and at the close.
    """

    def __init__(
        self,
        made: Plan,
        basket: NDArray[np.intp],
        column: NDArray[np.intp],
        mark: NDArray[np.int64],
    ) -> None:
        shape = (_ROWS * len(mark), len(basket))
        self.basket = basket
        self.close = np.repeat(mark[:, column] / PRICE_UNIT, _ROWS, axis=0)
        self.size = np.zeros(shape)
        self.price = np.where(self.close > 0, self.close, 1.0)  # no order, but a price is wanted
        self.fees = np.zeros(shape)
        self.size[::_ROWS] = made.bonus[:, basket, column]
        self._trades(made.orders, basket, column)
        worth = (made.bonus * mark[:, None, :] / _FEN_PER_PRICE).sum(axis=2)
        received = made.dividends + np.rint(worth).astype(np.int64)
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
