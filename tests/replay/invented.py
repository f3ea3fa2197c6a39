"""A small invented market, the same on every run. No price in it is real."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from itertools import pairwise

from basketbt.market.calendars import calendar
from basketbt.market.symbols import Symbol, parse_symbol

FIRST = date(2024, 1, 2)
LAST = date(2025, 6, 30)


@dataclass(frozen=True)
class Event:
    """Takes effect on the morning of ``day``: cash and new shares per old share; ``rights`` are
    new shares that holders pay ``rights_price`` for."""

    day: date
    cash: float = 0.0
    bonus: float = 0.0
    rights: float = 0.0
    rights_price: float = 0.0

    def reference(self, before: float) -> float:
        """The price after the event that is worth ``before`` the price before it."""
        paid = self.rights * self.rights_price
        return (before - self.cash + paid) / (1 + self.bonus + self.rights)


@dataclass(frozen=True)
class Bar:
    day: date
    open: float
    high: float
    low: float
    close: float
    volume: int  # shares
    amount: int  # currency units
    reference: float


@dataclass(frozen=True)
class Security:
    """One security; its bars follow from its code alone."""

    text: str
    start: float = 50.0
    shares: int = 460_000_000
    events: tuple[Event, ...] = ()
    suspended: tuple[date, date] | None = None
    listed: date = FIRST
    last: date = LAST
    delisted: date | None = None

    @cached_property
    def symbol(self) -> Symbol:
        return parse_symbol(self.text)

    @property
    def code(self) -> str:
        return self.symbol.code

    @property
    def is_hong_kong(self) -> bool:
        return self.symbol.exchange == "HK"

    @property
    def is_index(self) -> bool:
        return self.symbol.kind == "index"

    @property
    def digits(self) -> int:
        return 3 if self.is_hong_kong else 2

    @cached_property
    def sessions(self) -> tuple[date, ...]:
        days = calendar(self.symbol.calendar).between(self.listed, self.last)
        return tuple(days.tolist())

    @cached_property
    def bars(self) -> tuple[Bar, ...]:
        rnd = random.Random(self.text)
        by_day = {event.day: event for event in self.events}
        out: list[Bar] = []
        before = self.start
        for day in self.sessions:
            event = by_day.get(day)
            reference = before
            if event is not None:
                reference = round(event.reference(before), self.digits)
            if self.suspended and self.suspended[0] <= day <= self.suspended[1]:
                before = reference
                continue
            out.append(self._bar(rnd, day, reference))
            before = out[-1].close
        return tuple(out)

    def _bar(self, rnd: random.Random, day: date, reference: float) -> Bar:
        def near(price: float, width: float) -> float:
            return round(price * math.exp(rnd.uniform(-width, width)), self.digits)

        opened = near(reference, 0.01)
        closed = near(opened, 0.03)
        high = max(opened, closed, near(max(opened, closed), 0.004))
        low = min(opened, closed, near(min(opened, closed), 0.004))
        volume = int(math.exp(rnd.gauss(15, 0.4))) // 100 * 100
        amount = int(volume * (opened + high + low + closed) / 4)
        return Bar(day, opened, high, low, closed, volume, amount, reference)

    @cached_property
    def closes(self) -> dict[date, float]:
        return {bar.day: bar.close for bar in self.bars}

    def factor(self) -> list[tuple[date, float]]:
        """(ex-date, cumulative total-return factor), oldest first."""
        cumulative, out = 1.0, []
        for event in self.events:
            before = [bar.close for bar in self.bars if bar.day < event.day]
            if before:
                cumulative *= before[-1] / event.reference(before[-1])
                out.append((event.day, cumulative))
        return out

    def total_return(self, first: date, last: date) -> float:
        """What a holder earned between two closes, cash reinvested: the independent oracle."""
        closes = [bar for bar in self.bars if first <= bar.day <= last]
        events = {event.day: event for event in self.events}
        wealth = 1.0
        for before, bar in pairwise(closes):
            passed = [e for day, e in events.items() if before.day < day <= bar.day]
            price = before.close
            for event in passed:
                price = event.reference(price)
            wealth *= bar.close / price
        return wealth - 1


@dataclass
class Market:
    """Securities by the codes of this project."""

    securities: list[Security] = field(default_factory=list)

    def find(self, text: str) -> Security | None:
        return next((s for s in self.securities if s.text == text), None)

    def __getitem__(self, text: str) -> Security:
        found = self.find(text)
        assert found is not None, text
        return found


def small_market() -> Market:
    """Shares of each board with events and a suspension, two indexes, two Hong Kong shares."""
    return Market(list(_securities()))


@cache
def _securities() -> tuple[Security, ...]:
    """Securities never change, so their bars are made once; a market's list of them may."""
    return (
        Security("688111.SH", 126.0, events=(Event(date(2024, 6, 7), 0.73),)),
        Security(
            "000034.SZ",
            17.0,
            shares=669_000_000,
            events=(Event(date(2024, 6, 12), 0.526, 0.4), Event(date(2025, 6, 11), 0.3)),
            suspended=(date(2024, 8, 1), date(2024, 8, 14)),
        ),
        Security("300624.SZ", 88.0),
        Security("301269.SZ", 95.0, listed=date(2024, 11, 4)),
        Security("000300.SH", 3900.0),
        Security("H00300.CSI", 5200.0),
        Security("6682.HK", 60.0),
        Security("0700.HK", 330.0, events=(Event(date(2024, 5, 17), 3.4),)),
        Security("510300.SH", 3.5),
    )


def rates() -> list[tuple[date, float]]:
    """CNY for one HKD on every mainland session: a slow wave around 0.93."""
    days = Security("000300.SH").sessions
    return [(day, round(0.93 + 0.0001 * (i % 40), 4)) for i, day in enumerate(days)]
