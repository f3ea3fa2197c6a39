"""What the tables of the account book share: which account, and money as yuan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basketbt.market.dayzero import publication_day
from basketbt.plan.model import span
from basketbt.report.layout import Cell, Column
from basketbt.report.tables import keys
from basketbt.results import AccountKept, CaseResult, StudyResult

if TYPE_CHECKING:
    from basketbt.backtest.account.book import AccountBook
    from basketbt.baskets.model import Basket
    from basketbt.prices.data import Dates, Floats

ENTRY = Column(
    "entry",
    "入场",
    "text",
    "when the account first buys: next_open, day0_close or publication_open",
    "账户首次买入的时点：next_open、day0_close或publication_open",
    "an index book is bought at the close before its first session",
    "指数口径于首个交易日前一收盘买入",
)
DATE = Column("date", "日期", "date", "session", "交易日")
SYMBOL = Column("symbol", "代码", "text", "security code", "证券代码")

WHERE = (*keys.WHERE, ENTRY)


@dataclass(frozen=True)
class Owner:
    """One basket's account in one case."""

    case: CaseResult
    kept: AccountKept
    member: int

    @property
    def basket(self) -> Basket:
        return self.case.case.baskets[self.member]

    @property
    def book(self) -> AccountBook:
        return self.kept.book

    @property
    def sessions(self) -> Dates:
        """(R,) the sessions of the account book's rows."""
        base = self.book.base
        return self.case.panel.sessions[base : base + self.book.schedule.rows]

    @property
    def entry_row(self) -> int:
        """Row of the first orders; -1 without an account."""
        return int(self.book.schedule.entry[self.member])

    @property
    def hindsight(self) -> bool:
        """Whether the first orders came before a reader of the list could have sent them."""
        home, published = self.case.case.calendar, self.basket.source.published
        entered = self.kept.points[self.member].session
        return bool(entered < publication_day(published, home))

    @property
    def paper_window(self) -> str:
        """The sessions of paper: from day 0 to the exit."""
        return span(0, self.book.base + self.book.schedule.rows - 1 - self.case.zero)

    @property
    def covered(self) -> float:
        """The weight of the list that the account can hold; exactly 1 for all of it."""
        return float(self.kept.covered[self.member])

    @property
    def targets(self) -> Floats:
        """(N,) the weights of the whole list, over the panel's symbols."""
        weights: Floats = self.kept.index.paths[0].total.targets[self.member]
        return weights

    @property
    def list_return(self) -> float:
        """What the whole list made on paper, from the close of day -1 to the exit."""
        levels = self.kept.index.paths[0].total.levels[:, self.member]
        return float(levels[-1] / levels[0] - 1.0)

    def cells(self) -> dict[str, Cell]:
        """The cells under WHERE."""
        return {
            "event": self.case.case.event.id,
            "day0": str(self.case.case.day_zero.session),
            "basket": self.basket.id,
            "book": "account",
            "weighting": self.kept.index.weighting.label,
            "rebalance": self.kept.index.rebalance.label,
            "entry": self.kept.entry,
        }


def owners(result: StudyResult, *, opened: bool = True) -> Iterator[Owner]:
    """Every account in the order of the study; with ``opened=False`` also baskets without one."""
    for case in result.cases:
        for kept in case.accounts:
            for member in range(len(case.case.baskets)):
                owner = Owner(case, kept, member)
                if owner.entry_row >= 0 or not opened:
                    yield owner


def yuan(fen: int) -> float:
    """Money counted in fen, as yuan."""
    return int(fen) / 100
