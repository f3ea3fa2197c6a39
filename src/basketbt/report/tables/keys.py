"""Columns that several tables share, so that rows of different tables can be joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basketbt.plan.model import Window
from basketbt.report.model import Column, Value
from basketbt.results import BookResult, CaseResult, StudyResult

if TYPE_CHECKING:
    from basketbt.backtest.windows import WindowStatistics

EVENT = Column("event", "事件", "text", "event id", "事件编号")
DAY_ZERO = Column(
    "day0",
    "第0日",
    "date",
    "session whose close is the first after the event became public, on the basket's exchange",
    "事件公开后首个收盘的交易日（按组合所在交易所）",
)
BASKET = Column("basket", "组合", "text", "basket id: broker/list", "组合编号：券商/名单")
BOOK = Column(
    "book",
    "账簿",
    "text",
    "index: what the list did, fractional and frictionless; account: what the market would have "
    "let an account do",
    "index：指数口径，可分割、无摩擦；account：账户口径，按市场规则可实现",
)
WEIGHTING = Column("weighting", "加权方式", "text", "how shares are weighted", "成分加权方式")
REBALANCE = Column(
    "rebalance", "再平衡", "text", "when weights are reset to target", "权重何时恢复目标值"
)
WINDOW = Column(
    "window",
    "窗口",
    "text",
    "session offsets from day 0, both inclusive; hindsight and available are the halves before "
    "and after the list was published",
    "相对第0日的交易日区间（含两端）；hindsight与available为名单发布前、后两段",
)
FIRST = Column(
    "first_day", "首日偏移", "integer", "offset of the first session", "首个交易日的偏移"
)
LAST = Column("last_day", "末日偏移", "integer", "offset of the last session", "最后交易日的偏移")
BASE_DATE = Column(
    "base_date",
    "基准日",
    "date",
    "session at whose close the basket is bought (level 100)",
    "以其收盘价买入组合的交易日（点位100）",
)
PRICES = Column(
    "prices",
    "行情来源",
    "text",
    "where the prices are from, and the days: what the sample holds, else what was read",
    "行情来源及起止日：样本行情为其所含日期，其余为实际读取的日期",
)
NOTES = Column(
    "notes",
    "备注",
    "notes",
    "what must be known beside the numbers, and why a cell is empty",
    "与数字同读的说明，以及空缺的原因",
)


@dataclass(frozen=True)
class Where:
    """One basket in one book of one case."""

    case: CaseResult
    book: BookResult
    member: int

    def cells(self) -> dict[str, Value]:
        """The cells under EVENT … REBALANCE."""
        return {
            "event": self.case.case.event.id,
            "day0": str(self.case.case.day_zero.session),
            "basket": self.case.case.baskets[self.member].id,
            "book": "index",
            "weighting": self.book.book.weighting.label,
            "rebalance": self.book.book.rebalance.label,
        }


def prices_cell(result: StudyResult) -> str:
    """The cell under PRICES, in no language: ``sample 2023-03-01..2025-06-30``."""
    values = dict(result.prices.values)
    return f"{result.cases[0].panel.source} {values['first']}..{values['last']}"


WHERE = (EVENT, DAY_ZERO, BASKET, BOOK, WEIGHTING, REBALANCE)


def everywhere(result: StudyResult) -> Iterator[Where]:
    """Every basket in every book, in the order of the study."""
    for case in result.cases:
        for book in case.books:
            for member in range(len(case.case.baskets)):
                yield Where(case, book, member)


@dataclass(frozen=True)
class Quoted:
    """One window of one basket in one book; ``line`` is its place in ``statistics``."""

    where: Where
    window: Window
    statistics: WindowStatistics
    line: int

    def cells(self) -> dict[str, Value]:
        """The cells under EVENT … REBALANCE, WINDOW … LAST and BASE_DATE."""
        case, window = self.where.case.case, self.window
        return {
            **self.where.cells(),
            "window": window.label,
            "first_day": window.first,
            "last_day": window.last,
            "base_date": str(case.session(window.first - 1)),
        }


def every_window(result: StudyResult) -> Iterator[Quoted]:
    """Every window of every basket in every book, in the order of the study."""
    for where in everywhere(result):
        for window, statistics in where.book.windows:
            if where.member in statistics.members:
                yield Quoted(where, window, statistics, statistics.members.index(where.member))
