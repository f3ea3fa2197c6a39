"""The tax on cash dividends of mainland shares, by how long the shares were held.

The tax is settled when the shares are sold. Shares count as held from the day of purchase to the
day before the sale; what was bought first is sold first.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from basketbt.market.calendars import Day, as_date, as_day
from basketbt.market.dated import DatedRule, the_rule
from basketbt.market.symbols import Board


@dataclass(frozen=True, kw_only=True)
class DividendTaxRule(DatedRule):
    """Rates for shares held up to a month, up to a year, and longer."""

    month: float
    year: float
    longer: float

    @property
    def value(self) -> str:
        return (
            f"{self.month:.0%} when sold within a month, {self.year:.0%} within a year, "
            f"{self.longer:.0%} later"
        )


_MAINLAND: tuple[Board, ...] = ("main", "chinext", "star", "bse")

DIVIDEND_TAX: tuple[DividendTaxRule, ...] = (
    DividendTaxRule(
        boards=_MAINLAND,
        first=date(2013, 1, 1),
        last=date(2015, 9, 7),
        month=0.20,
        year=0.10,
        longer=0.05,
        source="Ministry of Finance, Cai Shui [2012] 85",
    ),
    DividendTaxRule(
        boards=_MAINLAND,
        first=date(2015, 9, 8),
        month=0.20,
        year=0.10,
        longer=0.0,
        source="Ministry of Finance, Cai Shui [2015] 101",
    ),
)


def dividend_tax_rate(board: Board, ex_date: Day, bought: Day, sold: Day) -> float:
    """The rate on a dividend that went ex on ``ex_date``; 0 for Hong Kong, which taxes none.

    Raises ``NoRule`` for an ex-date before the records begin.
    """
    if board == "hk":
        return 0.0
    rule = the_rule(DIVIDEND_TAX, board, as_date(as_day(ex_date)), "dividend tax")
    day = as_date(as_day(sold))
    start = as_date(as_day(bought))
    if day <= months_after(start, 1):
        return rule.month
    return rule.year if day <= months_after(start, 12) else rule.longer


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
