"""positions.csv: the shares of every account at each close."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.backtest.account.sizing import PRICE_UNIT
from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.tables.accounts import DATE, SYMBOL, WHERE, Owner, owners
from basketbt.results import StudyResult

LAYOUT = Layout(
    "positions",
    "one account × session × share held at its close",
    "每个账户 × 交易日 × 收盘持股一行",
    (
        *WHERE,
        DATE,
        SYMBOL,
        Column("shares", "股数", "integer", "shares held", "持股数"),
        Column(
            "price",
            "价格",
            "money",
            "close in yuan, the last one while the share does not trade",
            "收盘价（元），停牌时为最近收盘价",
        ),
        Column("value", "市值", "money", "shares × price, yuan", "市值，元"),
        Column("weight", "权重", "decimal", "value / value of the account", "市值 / 账户总值"),
    ),
)


def positions_table(result: StudyResult) -> Table:
    """The rows of positions.csv."""
    return Table.of(LAYOUT, (row for owner in owners(result) for row in _rows(owner)))


def _rows(owner: Owner) -> Iterator[dict[str, Cell]]:
    book, symbols, cells = owner.book, owner.case.panel.symbols, owner.cells()
    shares = book.books.shares[:, owner.member]
    total = book.books.value[:, owner.member]
    dates = owner.sessions.astype(str)
    for row, column in np.argwhere(shares):
        value = int(book.books.worth[row, owner.member, column])
        yield {
            **cells,
            "date": str(dates[row]),
            "symbol": symbols[column],
            "shares": int(shares[row, column]),
            "price": int(book.mark[row, column]) / PRICE_UNIT,
            "value": value / 100,
            "weight": value / int(total[row]),
        }
