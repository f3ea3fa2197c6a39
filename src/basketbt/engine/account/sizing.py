"""The arithmetic of money and shares, once frictionless and once exact.

:class:`WholeShares` is an account: fen, whole shares, lots and fees, in 64-bit integers, so that
nothing is lost or found. :class:`Fractions` is the same account without lots, fees and rounding,
in floating point; the shortfall is measured against it.

Units: money in fen; prices in 1e-4 yuan (whole shares) or yuan x 1e4 (fractions); shapes (B, N)
baskets x shares unless said otherwise, prices (N,).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.market.fees import Broker, fees
from basketbt.market.limits import half_up_fen
from basketbt.market.lots import Lots, round_buy, round_sell
from basketbt.market.symbols import Board

Numbers = NDArray[Any]  # int64 in an account of whole shares, float64 in one of fractions

#: Columns of a fee array.
FEE_KINDS = ("commission", "stamp_duty", "transfer", "handling", "levy")
MILLION = 1_000_000
PRICE_UNIT = 10_000  # prices are counted in 1e-4 yuan
_PER_FEN = PRICE_UNIT // 100


class Fractions:
    """How an account turns money into shares and back: any fraction of a share, no fees."""

    def zeros(self, shape: tuple[int, ...]) -> Numbers:
        """Nothing, of money or of shares."""
        return np.zeros(shape)

    def part(self, weights: Floats, value: Numbers) -> Numbers:
        """``weights`` of ``value`` (B,), in fen."""
        return weights * value[:, None]

    def shares(self, money: Numbers, price: Numbers) -> Numbers:
        """The shares that ``money`` pays, fees apart; 0 where there is no price."""
        return np.where(price > 0, money * _PER_FEN / np.where(price > 0, price, 1.0), 0.0)

    def worth(self, shares: Numbers, price: Numbers) -> Numbers:
        """``shares`` at ``price``, in fen."""
        return shares * price / _PER_FEN

    def buyable(self, wanted: Numbers) -> Numbers:
        """What of ``wanted`` an order to buy may have."""
        return wanted

    def sellable(self, wanted: Numbers, held: Numbers) -> Numbers:
        """What of ``wanted`` an order to sell may have, out of ``held``."""
        return np.minimum(wanted, held)

    def fees(self, shares: Numbers, price: Numbers, row: int, *, sell: bool) -> Numbers:
        """(K, B, N) fees of trades by kind, in fen."""
        return self.zeros((len(FEE_KINDS), *shares.shape))

    def affordable(self, wanted: Numbers, price: Numbers, row: int, cash: Numbers) -> Numbers:
        """``wanted`` buys cut, where they and their fees cost more than ``cash`` (B,)."""
        cost = self.worth(wanted, price).sum(axis=1)
        part = np.minimum(1.0, cash / np.where(cost > 0, cost, 1.0))
        return wanted * part[:, None]


@dataclass(frozen=True)
class WholeShares(Fractions):
    """Whole shares in lots, money in fen.

    ``rates`` (R, N): yuan for one unit of the listing's currency, 1 at home. ``charged``: fees are
    taken. Weights count in millionths.
    """

    lots: Lots
    boards: Sequence[Board]  # N
    sessions: NDArray[np.datetime64]  # (R,)
    rates: Floats
    broker: Broker
    charged: bool = True

    def zeros(self, shape: tuple[int, ...]) -> Numbers:
        return np.zeros(shape, dtype=np.int64)

    def part(self, weights: Floats, value: Numbers) -> Numbers:
        return np.rint(weights * MILLION).astype(np.int64) * value[:, None] // MILLION

    def shares(self, money: Numbers, price: Numbers) -> Numbers:
        return np.where(price > 0, money * _PER_FEN // np.maximum(price, 1), 0)

    def worth(self, shares: Numbers, price: Numbers) -> Numbers:
        return (shares * price + _PER_FEN // 2) // _PER_FEN

    def buyable(self, wanted: Numbers) -> Numbers:
        return round_buy(wanted, self.lots)

    def sellable(self, wanted: Numbers, held: Numbers) -> Numbers:
        return round_sell(wanted, held, self.lots)

    def fees(self, shares: Numbers, price: Numbers, row: int, *, sell: bool) -> Numbers:
        charged = super().fees(shares, price, row, sell=sell)
        if not self.charged or not shares.any():
            return charged
        amount = self.worth(shares, price) / 100
        boards = np.array(self.boards)
        for board in dict.fromkeys(self.boards):
            columns = np.flatnonzero((boards == board) & shares.any(axis=0))
            if not columns.size:
                continue
            # Fees are set in the currency of the listing, cent by cent, and paid in yuan.
            rate = self.rates[row, columns]
            kinds = fees(
                amount[:, columns] / rate,
                np.array(sell),
                board=board,
                day=self.sessions[row],
                broker=self.broker,
            )
            for number, kind in enumerate(FEE_KINDS):
                home = half_up_fen(getattr(kinds, kind) * rate)
                charged[number][:, columns] = np.rint(home * 100).astype(np.int64)
        return charged

    def affordable(self, wanted: Numbers, price: Numbers, row: int, cash: Numbers) -> Numbers:
        """Every buy is cut in the same proportion, in millionths, and to its lot.

        Minimum commissions do not shrink with an order, so the cut orders may still cost too
        much; then the dearest gives up the steps that the missing money pays, until they fit.
        """
        order = self.buyable(wanted)
        cost = self._cost(order, price, row)
        total = cost.sum(axis=1)
        short = total > cash
        if not short.any():
            return order
        part = np.where(short, cash * MILLION // np.maximum(total, 1), MILLION)
        order = self.buyable(wanted * part[:, None] // MILLION)
        while True:
            cost = self._cost(order, price, row)
            missing = cost.sum(axis=1) - cash
            if not (missing > 0).any():
                return order
            for basket in np.flatnonzero(missing > 0):
                column = cost[basket].argmax()
                step = self.lots.step[column]
                steps = -(-missing[basket] * _PER_FEN // (price[column] * step))
                left = order[basket, column] - steps * step
                order[basket, column] = left if left >= self.lots.minimum[column] else 0

    def _cost(self, order: Numbers, price: Numbers, row: int) -> Numbers:
        charged: Numbers = self.fees(order, price, row, sell=False).sum(axis=0)
        return self.worth(order, price) + charged
