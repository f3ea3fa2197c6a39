"""One list's account, as its tables print it: orders, positions, cash, and what it is beside."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.engine.account.book import AccountBook
from basketbt.engine.account.schedule import Moment
from basketbt.engine.account.settings import Reason
from basketbt.engine.account.sizing import FEE_KINDS, PRICE_UNIT
from basketbt.engine.shocks import ShockedWindow
from basketbt.lists.model import Basket
from basketbt.metrics.drawdowns import Fall, falls
from basketbt.notes import Note, unique
from basketbt.plan.model import Window, span
from basketbt.results import AccountKept, CaseResult

_FEN = 100  # in a yuan


@dataclass(frozen=True)
class ListAccount:
    """The account of basket ``member`` of a case, or why it has none."""

    case: CaseResult
    kept: AccountKept
    member: int

    @property
    def basket(self) -> Basket:
        return self.case.case.baskets[self.member]

    @property
    def book(self) -> AccountBook:
        return self.kept.book

    @cached_property
    def sessions(self) -> Dates:
        """(R,) the sessions of the account book's rows."""
        base = self.book.base
        return self.case.panel.sessions[base : base + self.book.schedule.rows]

    @property
    def entry_row(self) -> int:
        """Row of the first orders; -1 without an account."""
        return int(self.book.schedule.entry[self.member])

    @property
    def opened(self) -> bool:
        return self.entry_row >= 0

    @property
    def entered(self) -> np.datetime64:
        """The session of the first orders, as the entry says."""
        return self.kept.points[self.member].session

    @property
    def hindsight(self) -> bool:
        """Whether the first orders came before a reader of the list could have sent them."""
        known = self.case.case.publications[self.member]
        at_open = self.kept.points[self.member].moment == Moment.OPEN
        return bool(self.entered < (known.entry if at_open else known.session))

    @property
    def first_day(self) -> int:
        """Offset of the session of the first orders from day 0."""
        case = self.case.case
        return case.calendar.distance(case.day_zero.session, self.entered)

    @property
    def last_day(self) -> int:
        """Offset of the exit from day 0."""
        return self.book.base + self.book.schedule.rows - 1 - self.case.zero

    @property
    def window(self) -> Window:
        return Window(kind="fixed", first=self.first_day, last=self.last_day)

    @property
    def paper_window(self) -> str:
        """The sessions of paper: from day 0 to the exit."""
        return span(0, self.last_day)

    @property
    def covered(self) -> float:
        """The weight of the list that has prices to the exit; exactly 1 for all of it."""
        return self.covered_to(self.last_day)

    @property
    def names_priced(self) -> int:
        """Shares of the list that have prices to the exit."""
        return self.priced_to(self.last_day)

    def covered_to(self, last: int) -> float:
        """The weight of the list that has prices to offset ``last`` from day 0."""
        return float(self.kept.index.paths[0].covered(self._row(last))[self.member])

    def priced_to(self, last: int) -> int:
        """Shares of the list that have prices to offset ``last`` from day 0."""
        return int(self.kept.index.paths[0].held(self._row(last))[self.member].sum())

    def made_to(self, last: int) -> tuple[float, float]:
        """Return and excess over the first benchmark at the close of offset ``last`` from day 0.

        Of the account's value, both from the close before its first orders, where it is cash; the
        offset is one from its entry to its exit.
        """
        rows = [max(self.entry_row - 1, 0), self._row(last)]
        levels = self.book.levels[rows, self.member]
        benchmark = self.case.yardsticks.levels[np.add(rows, self.book.base), 0]
        made = float(levels[1] / levels[0] - 1.0)
        return made, made - float(benchmark[1] / benchmark[0] - 1.0)

    def _row(self, offset: int) -> int:
        """The account book's row of an offset from day 0."""
        return offset + self.case.zero - self.book.base

    @property
    def holdable(self) -> float:
        """The weight of the list that the account can hold; exactly 1 for all of it."""
        return float(self.kept.holdable[self.member])

    @property
    def list_return(self) -> float:
        """What the whole list made on paper, from the close of day -1 to the exit."""
        levels = self.kept.index.paths[0].total.levels[:, self.member]
        return float(levels[-1] / levels[0] - 1.0)

    @property
    def names_held(self) -> int:
        """Shares that the account held at some close."""
        return int(np.count_nonzero(self.book.books.shares[:, self.member].any(axis=0)))

    @property
    def deepest(self) -> Fall | None:
        """The deepest fall of the account from the session before its entry on."""
        if not self.opened:
            return None
        first = max(self.entry_row - 1, 0)
        found = falls(self.book.levels[first:, self.member], self.sessions[first:])
        return next(iter(found), None)

    def measure(self, key: str) -> float:
        """A statistic of the account from the session before its entry on; NaN without one."""
        found = self.kept.statistics[self.member]
        return math.nan if found is None else float(found.values[key][0])

    @property
    def shocked(self) -> ShockedWindow | None:
        """The account before the market's first shock in it; None without one of either."""
        return self.kept.shocked[self.member]

    @property
    def notes(self) -> tuple[Note, ...]:
        found, shocked = self.kept.statistics[self.member], self.shocked
        return unique(
            [
                *(shocked.notes if shocked else ()),
                *self.kept.notes[self.member],
                *(found.notes(0) if found else ()),
            ]
        )

    @property
    def figures(self) -> dict[str, float]:
        """Paper, its parts and the account's ratios, by column of summary.csv; empty without one.

        Returns and ratios are decimals.
        """
        if not self.opened:
            return {}
        book, parts = self.book, self.book.shortfall
        arrays = {
            "paper_return": parts.paper,
            "paper_since_entry": parts.since_entry,
            "shortfall": parts.total,
            "moved_before_entry": parts.moved,
            "entry_gap": parts.gap,
            "friction": parts.friction,
            "shortfall_unfilled": parts.unfilled,
            "shortfall_fees": parts.fees,
            "shortfall_lots_cash": parts.lots_cash,
            "shortfall_residual": parts.residual,
            "costs": book.costs,
            "turnover": book.turnover,
            "fill_ratio": book.fill_ratio,
            "sold_ratio": book.sold_ratio,
            "unsold": book.unsold,
            "cash_drag": book.cash_drag,
            "locked_at_open": book.first.locked_weight,
            "capacity": book.first.capacity,
            "capacity_90": book.first.capacity_90,
        }
        return {key: float(values[self.member]) for key, values in arrays.items()}

    @property
    def tightest(self) -> str | None:
        """The share that limits ``capacity``; None where nothing could be bought."""
        column = int(self.book.first.tightest[self.member])
        return self.case.panel.symbols[column] if column >= 0 else None

    @property
    def days(self) -> Days:
        """Cash and value at each close, from the one before the first orders on."""
        rows = slice(max(self.entry_row - 1, 0), self.book.schedule.rows)
        books = self.book.books
        cash, value = books.cash[rows, self.member], books.value[rows, self.member]
        return Days(
            date=self.sessions[rows],
            day=np.arange(rows.start, rows.stop) + self.book.base - self.case.zero,
            cash=cash / _FEN,
            value=value / _FEN,
            exposure=1 - cash / value,
            dividends=self.book.plan.dividends[rows, self.member] / _FEN,
        )

    @property
    def orders(self) -> AccountOrders:
        """Every order in the sequence in which they were sent; money in yuan."""
        orders, panel = self.book.plan.orders, self.case.panel
        own = np.flatnonzero(orders.basket == self.member)
        rows, shares, price = orders.row[own], orders.column[own], orders.price[own]
        return AccountOrders(
            date=self.sessions[rows],
            moment=[Moment(moment).name.lower() for moment in orders.moment[own]],
            symbol=[panel.symbols[share] for share in shares.tolist()],
            side=np.where(orders.sell[own], "sell", "buy").tolist(),
            wanted=orders.wanted[own],
            filled=orders.filled[own],
            price=np.where(price, price / PRICE_UNIT, np.nan),
            currency=[panel.currencies[share] for share in shares.tolist()],
            rate=panel.rate[self.book.base + rows, shares],
            amount=orders.amount[own] / _FEN,
            fees=dict(zip(FEE_KINDS, (orders.fees[own] / _FEN).T, strict=True)),
            tax=orders.tax[own] / _FEN,
            reason=[Reason(reason).word for reason in orders.reason[own]],
        )

    @property
    def positions(self) -> Positions:
        """The shares held at each close; money in yuan."""
        book, symbols = self.book, self.case.panel.symbols
        shares = book.books.shares[:, self.member]
        rows, columns = np.nonzero(shares)
        worth = book.books.worth[rows, self.member, columns]
        return Positions(
            date=self.sessions[rows],
            symbol=[symbols[column] for column in columns.tolist()],
            shares=shares[rows, columns],
            price=book.mark[rows, columns] / PRICE_UNIT,
            value=worth / _FEN,
            weight=worth / book.books.value[rows, self.member],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Days:
    """D sessions of an account; arrays (D,), money in yuan."""

    date: Dates
    day: NDArray[np.int64]
    cash: Floats
    value: Floats
    exposure: Floats
    dividends: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class AccountOrders:
    """K orders of an account; arrays and lists of K, money in yuan, ``fees`` by kind."""

    date: Dates
    moment: list[str]
    symbol: list[str]
    side: list[str]
    wanted: NDArray[np.int64]
    filled: NDArray[np.int64]
    price: Floats
    currency: list[str]
    rate: Floats
    amount: Floats
    fees: dict[str, Floats]
    tax: Floats
    reason: list[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Positions:
    """K holdings of an account at closes; arrays and lists of K, money in yuan."""

    date: Dates
    symbol: list[str]
    shares: NDArray[np.int64]
    price: Floats
    value: Floats
    weight: Floats


def accounts_of(case: CaseResult, *, opened: bool = True) -> Iterator[ListAccount]:
    """The accounts of a case, entry by entry; with ``opened=False`` also lists without one."""
    for kept in case.accounts:
        for member in range(len(case.case.baskets)):
            one = ListAccount(case, kept, member)
            if one.opened or not opened:
                yield one
