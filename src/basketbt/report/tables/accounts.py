"""orders.parquet, positions.parquet, account.csv: what the accounts of a study did."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.model import Block, Column, Layout, Table, Value
from basketbt.report.tables import keys
from basketbt.results import StudyResult
from basketbt.results.accounts import ListAccount, accounts_of

ENTRY = Column("entry", "text")
_DATE = Column("date", "date")
_SYMBOL = Column("symbol", "text")
_WHERE = (*keys.WHERE, ENTRY)

_FEES = (
    Column("commission", "money"),
    Column("stamp_duty", "money"),
    Column("transfer", "money"),
    Column("handling", "money"),
    Column("levy", "money"),
)

ORDERS = Layout(
    "orders",
    (
        *_WHERE,
        _DATE,
        Column("moment", "text"),
        _SYMBOL,
        Column("side", "text"),
        Column("wanted", "integer"),
        Column("filled", "integer"),
        Column("price", "money"),
        Column("currency", "text"),
        Column("rate", "ratio"),
        Column("amount", "money"),
        *_FEES,
        Column("tax", "money"),
        Column("reason", "text"),
    ),
    bulk=True,
)

POSITIONS = Layout(
    "positions",
    (
        *_WHERE,
        _DATE,
        _SYMBOL,
        Column("shares", "integer"),
        Column("price", "money"),
        Column("value", "money"),
        Column("weight", "decimal"),
    ),
    bulk=True,
)

DAYS = Layout(
    "account",
    (
        *_WHERE,
        _DATE,
        Column("day", "integer"),
        Column("cash", "money"),
        Column("value", "money"),
        Column("exposure", "decimal"),
        Column("dividends", "money"),
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
