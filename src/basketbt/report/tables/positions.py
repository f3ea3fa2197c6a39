"""positions.parquet: the shares of every account at each close."""

from __future__ import annotations

import numpy as np

from basketbt.backtest.account.sizing import PRICE_UNIT
from basketbt.report.layout import Block, Column, Layout, Table
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
    bulk=True,
)


def positions_table(result: StudyResult) -> Table:
    """The rows of positions.parquet."""
    return Table.of(LAYOUT, map(_block, owners(result)))


def _block(owner: Owner) -> Block:
    book, symbols = owner.book, owner.case.panel.symbols
    shares = book.books.shares[:, owner.member]
    rows, columns = np.nonzero(shares)
    worth = book.books.worth[rows, owner.member, columns]
    return {
        **owner.cells(),
        "date": owner.sessions.astype(str)[rows].tolist(),
        "symbol": [symbols[column] for column in columns.tolist()],
        "shares": shares[rows, columns].tolist(),
        "price": (book.mark[rows, columns] / PRICE_UNIT).tolist(),
        "value": (worth / 100).tolist(),
        "weight": (worth / book.books.value[rows, owner.member]).tolist(),
    }
