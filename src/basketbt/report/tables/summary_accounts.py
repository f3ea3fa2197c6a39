"""The rows of summary.csv whose book is ``account``, and the columns that only they fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from basketbt.report.model import Column, Value
from basketbt.report.tables.accounts import ENTRY, account_cells, accounts
from basketbt.results import MEASURES, StudyResult

if TYPE_CHECKING:
    from basketbt.metrics.drawdowns import Fall

COLUMNS = (
    ENTRY,
    Column("covered", "decimal"),
    Column("list_return", "decimal"),
    Column("paper_return", "decimal"),
    Column("paper_window", "text"),
    Column("paper_since_entry", "decimal"),
    Column("shortfall", "decimal"),
    Column("shortfall_delay", "decimal"),
    Column("shortfall_unfilled", "decimal"),
    Column("shortfall_fees", "decimal"),
    Column("shortfall_lots_cash", "decimal"),
    Column("shortfall_residual", "decimal"),
    Column("costs", "decimal"),
    Column("turnover", "decimal"),
    Column("fill_ratio", "decimal"),
    Column("sold_ratio", "decimal"),
    Column("unsold", "decimal"),
    Column("cash_drag", "decimal"),
)

#: The cells under COLUMNS of an index row.
EMPTY: dict[str, Value] = {column.key: None for column in COLUMNS}


def fall_cells(fall: Fall | None) -> dict[str, Value]:
    """The cells under drawdown_peak, drawdown_trough and drawdown_recovery."""
    return {
        "drawdown_peak": None if fall is None else str(fall.peak),
        "drawdown_trough": None if fall is None else str(fall.trough),
        "drawdown_recovery": None if fall is None or fall.recovery is None else str(fall.recovery),
    }


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
            "names_priced": one.names_held,
            "benchmark": benchmark,
            "price_return": None,
            **{measure.key: one.measure(measure.key) for measure in MEASURES},
            **fall_cells(one.deepest),
            **EMPTY,
            **one.figures,
            "entry": one.kept.entry,
            "covered": one.covered,
            "list_return": one.list_return,
            "paper_window": one.paper_window if one.opened else None,
            "notes": one.notes,
        }
