"""The rows of accounts: what each came to, its orders, its positions, its cash day by day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from basketbt.report import layouts
from basketbt.report.model import Block, Table, Value
from basketbt.results import MEASURES, StudyResult
from basketbt.results.accounts import ListAccount, accounts_of

if TYPE_CHECKING:
    from basketbt.engine.shocks import ShockedWindow
    from basketbt.metrics.drawdowns import Fall

#: The cells of summary.csv that only accounts have, as an index book has them.
ACCOUNT_ONLY: dict[str, Value] = dict.fromkeys(
    layouts.SUMMARY.keys[layouts.SUMMARY.keys.index("entry") : -1]
)


def account_tables(result: StudyResult) -> tuple[Table, Table, Table]:
    """The three tables of a result's accounts."""
    everyone = list(accounts(result))
    return (
        Table.of(layouts.ORDERS, map(_orders, everyone)),
        Table.of(layouts.POSITIONS, map(_positions, everyone)),
        Table.of(layouts.ACCOUNT, map(_days, everyone)),
    )


def accounts(result: StudyResult, *, opened: bool = True) -> Iterator[ListAccount]:
    """Every account in the order of the study; with ``opened=False`` also lists without one."""
    for case in result.cases:
        yield from accounts_of(case, opened=opened)


def account_rows(result: StudyResult, benchmark: str) -> Iterator[dict[str, Value]]:
    """One row for each basket, entry and index book; without an account only its reason."""
    for one in accounts(result, opened=False):
        case, window = one.case.case, one.window
        yield {
            **account_cells(one),
            "window": window.label,
            "knowledge": "hindsight" if one.hindsight else "available",
            "first_day": window.first,
            "last_day": window.last,
            "base_date": str(case.calendar.offset(one.entered, -1)),
            "start_date": str(one.entered),
            "end_date": str(one.sessions[-1]),
            "sessions": max(window.last - window.first + 1, 0),
            "names": len(one.basket.constituents),
            "names_priced": one.names_priced,
            "covered": one.covered,
            "benchmark": benchmark,
            "price_return": None,
            **{measure.key: one.measure(measure.key) for measure in MEASURES},
            **fall_cells(one.deepest),
            **shock_cells(one.shocked, 0),
            **ACCOUNT_ONLY,
            **one.figures,
            "entry": one.kept.entry,
            "names_held": one.names_held,
            "holdable": one.holdable,
            "list_return": one.list_return,
            "paper_window": one.paper_window if one.opened else None,
            "tightest": one.tightest,
            "notes": one.notes,
        }


def fall_cells(fall: Fall | None) -> dict[str, Value]:
    """The cells under drawdown_peak, drawdown_trough and drawdown_recovery."""
    return {
        "drawdown_peak": None if fall is None else str(fall.peak),
        "drawdown_trough": None if fall is None else str(fall.trough),
        "drawdown_recovery": None if fall is None or fall.recovery is None else str(fall.recovery),
    }


def shock_cells(shocked: ShockedWindow | None, line: int) -> dict[str, Value]:
    """The cells of a window's shocks and of the days before the first; empty without one."""
    if shocked is None:
        return dict.fromkeys(
            ("shocks", "before_shock", "return_before_shock", "excess_before_shock")
        )
    return {
        "shocks": " ".join(str(one.session) for one in shocked.shocks),
        "before_shock": None if shocked.last is None else str(shocked.last),
        "return_before_shock": float(shocked.total_return[line]),
        "excess_before_shock": float(shocked.excess_return[line]),
    }


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
