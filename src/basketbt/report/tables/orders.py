"""orders.parquet: every order of every account, what it got and cost, and why not more."""

from __future__ import annotations

import numpy as np

from basketbt.backtest.account.schedule import Moment
from basketbt.backtest.account.settings import Reason
from basketbt.backtest.account.sizing import FEE_KINDS, PRICE_UNIT
from basketbt.report.layout import Block, Column, Layout, Table
from basketbt.report.tables.accounts import DATE, SYMBOL, WHERE, Owner, owners
from basketbt.results import StudyResult

_FEES = (
    Column("commission", "佣金", "money", "broker's commission, yuan", "券商佣金，元"),
    Column("stamp_duty", "印花税", "money", "stamp duty, yuan", "印花税，元"),
    Column(
        "transfer", "过户费", "money", "fee of the clearing house, yuan", "登记结算机构费用，元"
    ),
    Column(
        "handling",
        "经手费",
        "money",
        "fee of the exchange, yuan; 0 when inside the commission",
        "交易所费用，元；含于佣金时为0",
    ),
    Column(
        "levy",
        "监管费",
        "money",
        "levies of the regulators, yuan; 0 when inside the commission",
        "监管机构费用，元；含于佣金时为0",
    ),
)

LAYOUT = Layout(
    "orders",
    "one order of one account",
    "每个账户的每笔委托一行",
    (
        *WHERE,
        DATE,
        Column("moment", "时点", "text", "open or close of the session", "当日开盘或收盘"),
        SYMBOL,
        Column("side", "方向", "text", "buy or sell", "买入或卖出"),
        Column(
            "wanted",
            "委托股数",
            "integer",
            "shares wanted; 0 when the order was worth less than one share",
            "委托股数；不足一股为0",
        ),
        Column("filled", "成交股数", "integer", "shares traded", "成交股数"),
        Column(
            "price",
            "价格",
            "money",
            "yuan a share, slippage included; the last known price where nothing traded",
            "每股价格（元，含滑点）；无成交时为最近已知价格",
            "the share had no price yet",
            "该股尚无价格",
        ),
        Column("currency", "币种", "text", "of the listing", "上市地币种"),
        Column(
            "rate",
            "汇率",
            "ratio",
            "yuan for one unit of the currency that day; price / rate is the price on its exchange",
            "当日每单位该币种折合人民币；价格 / 汇率即其交易所价格",
            "no rate is known",
            "无汇率",
        ),
        Column("amount", "金额", "money", "price × shares traded, yuan", "成交金额，元"),
        *_FEES,
        Column("tax", "红利税", "money", "dividend tax settled by the sale, yuan", "红利税，元"),
        Column(
            "reason",
            "原因",
            "text",
            "why fewer shares traded than wanted: limit-up, limit-down, suspended, closed, "
            "not traded, refused, participation, T+1, cash, lot",
            "未足额成交的原因：涨停、跌停、停牌、休市、未上市、拒绝、成交量上限、T+1、现金、整手",
            "all was traded",
            "已全部成交",
        ),
    ),
    bulk=True,
)


def orders_table(result: StudyResult) -> Table:
    """The rows of orders.parquet."""
    return Table.of(LAYOUT, map(_block, owners(result)))


def _block(owner: Owner) -> Block:
    orders, panel = owner.book.plan.orders, owner.case.panel
    own = np.flatnonzero(orders.basket == owner.member)
    rows, columns, price = orders.row[own], orders.column[own], orders.price[own]
    shares = columns.tolist()
    return {
        **owner.cells(),
        "date": owner.sessions.astype(str)[rows].tolist(),
        "moment": [Moment(moment).name.lower() for moment in orders.moment[own]],
        "symbol": [panel.symbols[share] for share in shares],
        "side": np.where(orders.sell[own], "sell", "buy").tolist(),
        "wanted": orders.wanted[own].tolist(),
        "filled": orders.filled[own].tolist(),
        "price": np.where(price, price / PRICE_UNIT, np.nan).tolist(),
        "currency": [panel.currencies[share] for share in shares],
        "rate": panel.rate[owner.book.base + rows, columns].tolist(),
        "amount": (orders.amount[own] / 100).tolist(),
        **dict(zip(FEE_KINDS, (orders.fees[own] / 100).T.tolist(), strict=True)),
        "tax": (orders.tax[own] / 100).tolist(),
        "reason": [Reason(reason).word for reason in orders.reason[own]],
    }
