"""The order planner: session by session, what the accounts want and what the market lets them do.

All baskets and shares at once. Each session has two moments, the open and the close; at each the
accounts first sell, then buy with the cash they have. An order that the market blocked, or took in
part, is tried again at the next opens while patience lasts; one cut to its lot is finished, and one
cut for cash unless sales wait whose money may pay it. Bonus shares and dividends arrive before the
open.

Sizes are decided on the price of the trade itself: the opening auction shows its price before it
is made, the closing auction nearly so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from basketbt.engine.account.dividends import (
    Payments,
    TaxedLots,
    cash_received,
    shares_received,
)
from basketbt.engine.account.quotes import Quotes
from basketbt.engine.account.schedule import Aim, Moment, Schedule
from basketbt.engine.account.settings import PASSING, AccountSettings, Reason
from basketbt.engine.account.sizing import FEE_KINDS, Fractions, Numbers

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]


@dataclass(frozen=True, kw_only=True, eq=False)
class TradingTerms:
    """Everything outside the accounts: R sessions, N shares.

    ``same_day`` (N,): what was bought may be sold the same session (T+0). ``payments`` None: the
    quotes are total-return prices, which hold the dividends already.
    """

    quotes: Quotes
    same_day: Bools
    payments: Payments | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Fills:
    """What B baskets x N shares wanted of one side at one moment, and what they got.

    Shares ``wanted`` and ``filled``, ``amount`` and ``tax`` (on dividends) in fen, (B, N);
    ``price`` (N,) in 1e-4 yuan; ``fees`` (K, B, N) by ``FEE_KINDS`` in fen; ``reason`` (B, N) a
    :class:`Reason`; ``sent`` (B, N) where there was an order at all.
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
        return np.asarray(self.fees.sum(axis=1) + self.tax)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What B accounts did over R sessions of a market whose closes are ``mark`` (R, N).

    ``opening`` is the cash of each at the start, in fen. ``cash`` and ``value`` (R, B) fen and
    ``shares`` (R, B, N) at each close; ``bonus`` (R, B, N) shares and ``dividends`` (R, B) fen
    received before the open. ``to_buy`` (B,) is the money that they set out to spend, in fen;
    ``to_sell`` and ``sold`` (B,) the shares that they set out to sell and those that they sold,
    both at the close that valued them when they set out, in one unit. An order set out again
    counts again.
    """

    opening: int
    mark: Numbers
    orders: Orders
    cash: Numbers
    value: Numbers
    shares: Numbers
    bonus: Numbers
    dividends: Numbers
    to_buy: Numbers
    to_sell: Numbers
    sold: Numbers

    @property
    def total_return(self) -> NDArray[np.float64]:
        """(B,) return of every account over all sessions."""
        return np.asarray(self.value[-1] / self.opening - 1.0, dtype=np.float64)


def plan_orders(
    terms: TradingTerms,
    schedule: Schedule,
    sizing: Fractions,
    settings: AccountSettings,
    taxed: TaxedLots | None = None,
) -> Plan:
    """Run the accounts of a schedule through a market.

    ``taxed`` keeps the purchases apart for the dividend tax; None: no tax.
    """
    accounts = _Accounts(terms, schedule, sizing, settings, taxed)
    for row in range(schedule.rows):
        accounts.begin(row)
        for moment in Moment:
            for aim in schedule.at(row, moment):
                accounts.set_out(row, aim)
            accounts.trade(row, moment)
        accounts.end(row)
    return accounts.result()


class _Accounts:
    """The state of the accounts between two moments; arrays (B, N) unless said otherwise."""

    def __init__(
        self,
        terms: TradingTerms,
        schedule: Schedule,
        sizing: Fractions,
        settings: AccountSettings,
        taxed: TaxedLots | None,
    ) -> None:
        rows, baskets = schedule.rows, len(schedule.entry)
        shape = (baskets, terms.quotes.mark.shape[1])
        self.terms, self.sizing, self.settings, self.taxed = terms, sizing, settings, taxed
        self.cash = sizing.zeros((baskets,)) + settings.opening
        self.held = sizing.zeros(shape)
        self.to_buy = sizing.zeros(shape)  # fen
        self.to_sell = sizing.zeros(shape)  # shares
        self.sell_mark = sizing.zeros(shape)  # the mark when the sale was set out
        self.too_small = np.zeros(shape, dtype=np.bool_)  # sales set out of less than a share
        self.bought = sizing.zeros(shape)  # this session, not to be sold under T+1
        self.traded = sizing.zeros(shape)  # this session, against the capacity
        self.until = np.full(baskets, -1)  # (B,) last row on which orders are tried again
        self.fresh = np.zeros(baskets, dtype=np.bool_)  # (B,) set out at this very moment
        self.done = Plan(
            opening=settings.opening,
            mark=terms.quotes.mark,
            orders=_joined(()),
            cash=sizing.zeros((rows, baskets)),
            value=sizing.zeros((rows, baskets)),
            shares=sizing.zeros((rows, *shape)),
            bonus=sizing.zeros((rows, *shape)),
            dividends=sizing.zeros((rows, baskets)),
            to_buy=sizing.zeros((baskets,)),
            to_sell=sizing.zeros((baskets,)),
            sold=sizing.zeros((baskets,)),
        )
        self.batches: list[Orders] = []

    def begin(self, row: int) -> None:
        """A new session: yesterday's purchases are free, dividends and bonus shares arrive."""
        self.bought[:] = 0
        self.traded[:] = 0
        payments = self.terms.payments
        if payments is None or not (payments.cash[row].any() or payments.bonus[row].any()):
            return
        received = cash_received(self.held, payments.cash[row]).sum(axis=1)
        new = shares_received(self.held, payments.bonus[row])
        if self.taxed is not None:
            self.taxed.pay(row, payments.taxable[row], payments.bonus[row])
        self.cash += received
        self.held += new
        self.done.dividends[row], self.done.bonus[row] = received, new

    def set_out(self, row: int, aim: Aim) -> None:
        """Replace the orders of some baskets by those that lead to new weights."""
        mark = self.terms.quotes.mark[row]
        worth = self.sizing.worth(self.held, mark)
        desired = self.sizing.part(aim.weights, self.cash + worth.sum(axis=1))
        to_buy = np.maximum(desired - worth, 0)
        surplus = self.sizing.shares(np.maximum(worth - desired, 0), mark)
        to_sell = np.where(aim.weights > 0, surplus, self.held)
        chosen = aim.baskets[:, None]
        self.to_buy = np.where(chosen, to_buy, self.to_buy)
        self.to_sell = np.where(chosen, to_sell, self.to_sell)
        self.sell_mark = np.where(chosen, mark, self.sell_mark)
        self.too_small = chosen & (worth > desired) & (to_sell == 0)
        self.done.to_buy[:] += np.where(chosen, to_buy, 0).sum(axis=1)
        self.done.to_sell[:] += np.where(chosen, to_sell * mark, 0).sum(axis=1)
        self.until[aim.baskets] = row + self.settings.patience
        self.fresh |= aim.baskets

    def trade(self, row: int, moment: Moment) -> None:
        """Send what is due at this moment: new aims, and at the open what is tried again."""
        due = self.fresh.copy()
        if moment == Moment.OPEN:
            due |= self.until >= row
        if due.any():
            self._sell(row, moment, due)
            self._buy(row, moment, due)
        self.fresh[:] = False

    def _sell(self, row: int, moment: Moment, due: Bools) -> None:
        wanted = np.where(due[:, None], self.to_sell, 0)
        sent = (wanted > 0) | (self.fresh[:, None] & self.too_small)
        if not sent.any():
            return
        quotes, sizing = self.terms.quotes, self.sizing
        price, blocked = quotes.sell[moment, row], quotes.no_sell[moment, row]
        settled = np.minimum(wanted, self.held - np.where(self.terms.same_day, 0, self.bought))
        taken = self._taken(row, settled, blocked)
        ordered = sizing.sellable(taken, self.held)
        # A sale that costs more than it brings is left alone: the cash might not suffice.
        fees = sizing.fees(ordered, price, row, sell=True)
        filled = np.where(sizing.worth(ordered, price) > fees.sum(axis=0), ordered, 0)
        fills = Fills(
            sell=True,
            sent=sent,
            wanted=wanted,
            filled=filled,
            price=price,
            amount=sizing.worth(filled, price),
            fees=np.where(filled > 0, fees, 0),
            tax=self._tax(row, filled),
            reason=_first(
                ((filled >= wanted) & (wanted > 0), Reason.FILLED),
                (blocked > 0, blocked),
                (settled < wanted, Reason.T_PLUS_1),
                (taken < settled, Reason.PARTICIPATION),
                (filled < ordered, Reason.CASH),
            ),
        )
        self.cash += (fills.amount - fills.tax - fills.fees.sum(axis=0)).sum(axis=1)
        self.held -= filled
        self.done.sold[:] += (filled * self.sell_mark).sum(axis=1)
        self.to_sell = self._left(due, fills, wanted - filled, self.to_sell)
        self._keep(fills, row, moment)

    def _buy(self, row: int, moment: Moment, due: Bools) -> None:
        budget = np.where(due[:, None], self.to_buy, 0)
        if not budget.any():
            return
        quotes, sizing = self.terms.quotes, self.sizing
        price, blocked = quotes.buy[moment, row], quotes.no_buy[moment, row]
        wanted = sizing.shares(budget, price)
        taken = self._taken(row, wanted, blocked)
        filled = sizing.affordable(taken, price, row, self.cash)
        fills = Fills(
            sell=False,
            sent=(budget > 0) & (self.fresh[:, None] | (wanted > 0) | (blocked > 0)),
            wanted=wanted,
            filled=filled,
            price=price,
            amount=sizing.worth(filled, price),
            fees=sizing.fees(filled, price, row, sell=False),
            tax=np.zeros_like(filled),
            reason=_first(
                (blocked > 0, blocked),
                ((filled >= wanted) & (wanted > 0), Reason.FILLED),
                (taken < wanted, Reason.PARTICIPATION),
                (filled < sizing.buyable(taken), Reason.CASH),
            ),
        )
        self.cash -= (fills.amount + fills.fees.sum(axis=0)).sum(axis=1)
        self.held += filled
        self.bought += filled
        if self.taxed is not None:
            self.taxed.buy(row, filled)
        rest = budget - fills.amount
        # What the cash did not pay waits for the money of sales that wait.
        sales_wait = np.asarray((self.to_sell > 0).any(axis=1))
        unpaid = (fills.reason == Reason.CASH) & sales_wait[:, None]
        self.to_buy = self._left(due, fills, rest, self.to_buy, unpaid)
        self._keep(fills, row, moment)

    def _taken(self, row: int, wanted: Numbers, blocked: Codes) -> Numbers:
        """What the market takes of ``wanted``: nothing if blocked, else the capacity's rest."""
        rest = np.maximum(self.terms.quotes.capacity[row] - self.traded, 0)
        return np.asarray(np.minimum(wanted, np.where(blocked > 0, 0, rest)))

    def _tax(self, row: int, sold: Numbers) -> Numbers:
        return np.zeros_like(sold) if self.taxed is None else self.taxed.sell(row, sold)

    def _left(
        self, due: Bools, fills: Fills, rest: Numbers, before: Numbers, also: Bools | bool = False
    ) -> Numbers:
        """What remains to be done: of the due orders only those that another session may mend."""
        waiting = np.where(np.isin(fills.reason, PASSING) | also, rest, 0)
        return np.asarray(np.where(due[:, None], waiting, before))

    def _keep(self, fills: Fills, row: int, moment: Moment) -> None:
        self.traded += fills.filled
        self.batches.append(_orders_of(fills, row, moment))

    def end(self, row: int) -> None:
        """Note the state at the close."""
        worth = self.sizing.worth(self.held, self.terms.quotes.mark[row])
        self.done.cash[row], self.done.shares[row] = self.cash, self.held
        self.done.value[row] = self.cash + worth.sum(axis=1)

    def result(self) -> Plan:
        return replace(self.done, orders=_joined(self.batches))


def _orders_of(fills: Fills, row: int, moment: Moment) -> Orders:
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


def _joined(batches: Sequence[Orders]) -> Orders:
    """Several tables as one, in their order; an empty table from none."""
    columns = (field.name for field in fields(Orders))
    if not batches:
        nothing: Any = np.zeros(0, dtype=np.int64)
        none = Orders(**dict.fromkeys(columns, nothing))
        return replace(none, sell=nothing > 0, fees=np.zeros((0, len(FEE_KINDS)), dtype=np.int64))
    return Orders(
        **{name: np.concatenate([getattr(batch, name) for batch in batches]) for name in columns}
    )


def _first(*cases: tuple[Bools, Reason | Codes]) -> Codes:
    """(B, N) the value of the first case that holds, element by element; else the lot."""
    tests = np.broadcast_arrays(*(test for test, _ in cases))
    values = np.broadcast_arrays(tests[0], *(np.asarray(value) for _, value in cases))[1:]
    reasons: Codes = np.select(tests, values, Reason.LOT).astype(np.int8)
    return reasons
