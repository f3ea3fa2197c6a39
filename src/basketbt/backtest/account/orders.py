"""The orders of many accounts, as a table of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.account.entries import Moment
from basketbt.backtest.account.sizing import FEE_KINDS, Numbers

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fills:
    """What B baskets x N shares wanted of one side at one moment, and what they got.

    Shares ``wanted`` and ``filled``, ``amount`` and ``tax`` (on dividends) in fen, (B, N);
    ``price`` (N,) in 1e-4 yuan; ``fees`` (K, B, N) by ``FEE_KINDS`` in fen; ``reason`` (B, N) a
    :class:`~.settings.Reason`; ``sent`` (B, N) where there was an order at all.
    """

    sell: bool
    sent: Bools
    wanted: Numbers
    filled: Numbers
    price: Numbers
    amount: Numbers
    fees: Numbers
    tax: Numbers
    reason: Codes


@dataclass(frozen=True, kw_only=True, eq=False)
class Orders:
    """K orders in the sequence they were sent; arrays (K,), ``fees`` (K, 5) by ``FEE_KINDS``.

    ``wanted`` and ``filled`` are shares, money is in fen, ``price`` in 1e-4 yuan; ``basket`` and
    ``column`` say whose order it was and in which share.
    """

    row: NDArray[np.intp]
    moment: Codes
    basket: NDArray[np.intp]
    column: NDArray[np.intp]
    sell: Bools
    wanted: Numbers
    filled: Numbers
    price: Numbers
    amount: Numbers
    fees: Numbers
    tax: Numbers
    reason: Codes

    @property
    def cost(self) -> Numbers:
        """(K,) fees and tax of each order, in fen."""
        total: Numbers = self.fees.sum(axis=1) + self.tax
        return total


def orders_of(fills: Fills, row: int, moment: Moment) -> Orders:
    """The orders that were sent at one moment, basket by basket."""
    basket, column = np.nonzero(fills.sent)
    count = len(basket)
    return Orders(
        row=np.full(count, row, dtype=np.intp),
        moment=np.full(count, moment, dtype=np.int8),
        basket=basket,
        column=column,
        sell=np.full(count, fills.sell),
        wanted=fills.wanted[fills.sent],
        filled=fills.filled[fills.sent],
        price=fills.price[column],
        amount=fills.amount[fills.sent],
        fees=fills.fees[:, basket, column].T,
        tax=fills.tax[fills.sent],
        reason=fills.reason[fills.sent],
    )


def joined(batches: Sequence[Orders]) -> Orders:
    """Several tables as one, in their order; an empty table from none."""
    if not batches:
        return _empty()
    return Orders(
        **{
            name: np.concatenate([getattr(batch, name) for batch in batches])
            for name in vars(batches[0])
        }
    )


def _empty() -> Orders:
    places, codes = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int8)
    amounts: Numbers = np.zeros(0, dtype=np.int64)
    return Orders(
        row=places,
        moment=codes,
        basket=places,
        column=places,
        sell=np.zeros(0, dtype=np.bool_),
        wanted=amounts,
        filled=amounts,
        price=amounts,
        amount=amounts,
        fees=np.zeros((0, len(FEE_KINDS)), dtype=np.int64),
        tax=amounts,
        reason=codes,
    )
