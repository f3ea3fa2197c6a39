"""account.csv: cash and value of every account at each close."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.tables.accounts import DATE, WHERE, Owner, owners, yuan
from basketbt.results import StudyResult

LAYOUT = Layout(
    "account",
    "one account × session, from the close before its first order",
    "每个账户 × 交易日一行，自首笔委托前一收盘起",
    (
        *WHERE,
        DATE,
        Column("day", "偏移", "integer", "session offset from day 0", "相对第0日的偏移"),
        Column("cash", "现金", "money", "yuan in cash", "现金，元"),
        Column("value", "总值", "money", "cash and shares, yuan", "账户总值，元"),
        Column("exposure", "仓位", "decimal", "1 - cash / value", "1 - 现金 / 总值"),
        Column("dividends", "红利", "money", "dividends received, yuan", "当日收到红利，元"),
    ),
)


def account_table(result: StudyResult) -> Table:
    """The rows of account.csv."""
    return Table.of(LAYOUT, (row for owner in owners(result) for row in _rows(owner)))


def _rows(owner: Owner) -> Iterator[dict[str, Cell]]:
    book, member, cells = owner.book, owner.member, owner.cells()
    dates = owner.sessions.astype(str)
    for row in range(max(owner.entry_row - 1, 0), book.schedule.rows):
        cash, value = book.books.cash[row, member], book.books.value[row, member]
        yield {
            **cells,
            "date": str(dates[row]),
            "day": book.base + row - owner.case.zero,
            "cash": yuan(cash),
            "value": yuan(value),
            "exposure": 1 - int(cash) / int(value),
            "dividends": yuan(book.plan.dividends[row, member]),
        }
