"""orders.parquet, positions.parquet, account.csv: what the accounts of a study did."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.model import Block, Column, Layout, Table, Value
from basketbt.report.tables import keys
from basketbt.results import StudyResult
from basketbt.results.accounts import ListAccount, accounts_of

ENTRY = Column(
    "entry",
    "入场",
    "text",
    "when the account first buys: next_open, day0_close or publication_open",
    "账户首次买入的时点：next_open、day0_close或publication_open",
    "an index book is bought at the close before its first session",
    "指数口径于首个交易日前一收盘买入",
)
_DATE = Column("date", "日期", "date", "session", "交易日")
_SYMBOL = Column("symbol", "代码", "text", "security code", "证券代码")
_WHERE = (*keys.WHERE, ENTRY)

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

ORDERS = Layout(
    "orders",
    "one order of one account",
    "每个账户的每笔委托一行",
    (
        *_WHERE,
        _DATE,
        Column("moment", "时点", "text", "open or close of the session", "当日开盘或收盘"),
        _SYMBOL,
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

POSITIONS = Layout(
    "positions",
    "one account × session × share held at its close",
    "每个账户 × 交易日 × 收盘持股一行",
    (
        *_WHERE,
        _DATE,
        _SYMBOL,
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

DAYS = Layout(
    "account",
    "one account × session, from the close before its first order",
    "每个账户 × 交易日一行，自首笔委托前一收盘起",
    (
        *_WHERE,
        _DATE,
        Column("day", "偏移", "integer", "session offset from day 0", "相对第0日的偏移"),
        Column("cash", "现金", "money", "yuan in cash", "现金，元"),
        Column("value", "总值", "money", "cash and shares, yuan", "账户总值，元"),
        Column("exposure", "仓位", "decimal", "1 - cash / value", "1 - 现金 / 总值"),
        Column("dividends", "红利", "money", "dividends received, yuan", "当日收到红利，元"),
    ),
)


def account_tables(result: StudyResult) -> tuple[Table, Table, Table]:
    """The three tables of a result's accounts."""
    everyone = list(accounts(result))
    return (
        Table.of(ORDERS, map(_orders, everyone)),
        Table.of(POSITIONS, map(_positions, everyone)),
        Table.of(DAYS, map(_days, everyone)),
    )


def accounts(result: StudyResult, *, opened: bool = True) -> Iterator[ListAccount]:
    """Every account in the order of the study; with ``opened=False`` also lists without one."""
    for case in result.cases:
        yield from accounts_of(case, opened=opened)


def account_cells(one: ListAccount) -> dict[str, Value]:
    """The cells under EVENT … REBALANCE and ENTRY."""
    return {
        "event": one.case.case.event.id,
        "day0": str(one.case.case.day_zero.session),
        "basket": one.basket.id,
        "book": "account",
        "weighting": one.kept.index.weighting.label,
        "rebalance": one.kept.index.rebalance.label,
        "entry": one.kept.entry,
    }


def _orders(one: ListAccount) -> Block:
    orders = one.orders
    return {
        **account_cells(one),
        "date": orders.date.astype(str).tolist(),
        "moment": list(orders.moment),
        "symbol": list(orders.symbol),
        "side": list(orders.side),
        "wanted": orders.wanted.tolist(),
        "filled": orders.filled.tolist(),
        "price": orders.price.tolist(),
        "currency": list(orders.currency),
        "rate": orders.rate.tolist(),
        "amount": orders.amount.tolist(),
        **{kind: fees.tolist() for kind, fees in orders.fees.items()},
        "tax": orders.tax.tolist(),
        "reason": list(orders.reason),
    }


def _positions(one: ListAccount) -> Block:
    positions = one.positions
    return {
        **account_cells(one),
        "date": positions.date.astype(str).tolist(),
        "symbol": list(positions.symbol),
        "shares": positions.shares.tolist(),
        "price": positions.price.tolist(),
        "value": positions.value.tolist(),
        "weight": positions.weight.tolist(),
    }


def _days(one: ListAccount) -> Block:
    days = one.days
    return {
        **account_cells(one),
        "date": days.date.astype(str).tolist(),
        "day": days.day.tolist(),
        "cash": days.cash.tolist(),
        "value": days.value.tolist(),
        "exposure": days.exposure.tolist(),
        "dividends": days.dividends.tolist(),
    }
