"""The store's tables of dated rows: what they hold, how they are read and written, and a history
as rows of them and back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import (
    RATIOS,
    Bars,
    CorporateAction,
    Dates,
    Floats,
    ShareCounts,
    is_pair,
    one_a_day,
)
from basketbt.data.sources.vendor import FactorSteps, History

_LENGTH = 10  # letters of an ISO date

Row = tuple[float | None, ...]
Rows = Mapping[str, Row]  # by ISO date


@dataclass(frozen=True)
class Span:
    """An inclusive range of ISO dates that was asked for and answered."""

    first: str
    last: str

    def holds(self, date: str) -> bool:
        return self.first <= date <= self.last


@dataclass(frozen=True)
class StoreTable:
    """One table of dated rows: its value columns and the absolute tolerance of each.

    ``part`` is the field of a :class:`History` that may come from another vendor than the bars.
    """

    name: str
    columns: tuple[str, ...]
    tolerances: tuple[float, ...]
    part: str = ""


BAR = StoreTable(
    "bar",
    ("open", "high", "low", "close", "volume", "amount"),
    (0.0, 0.0, 0.0, 0.0, 1.0, 1.0),  # volume restated for a split comes back within one share
)
STEP = StoreTable("step", ("ratio",), (1e-5,), "steps")
ACTION = StoreTable("action", RATIOS, (1e-6,) * 4, "actions")
SHARES = StoreTable("share_count", ("total", "tradable"), (1.0, 1.0), "shares")
FX = StoreTable("fx", ("rate",), (0.0,))
TABLES: Mapping[str, StoreTable] = {table.name: table for table in (BAR, STEP, ACTION, SHARES, FX)}


def rows_of(history: History) -> dict[StoreTable, dict[str, Row]]:
    """Every table the history has an answer for; a table that is absent was not answered."""
    bars = history.bars
    if is_pair(history.symbol):
        return {FX: _rows(bars.dates, [bars.close])}
    found = {BAR: _rows(bars.dates, [getattr(bars, name) for name in BAR.columns])}
    if history.steps is not None:
        found[STEP] = _rows(history.steps.dates, [history.steps.ratios])
    if history.actions is not None:
        found[ACTION] = {
            str(action.ex_date): tuple(getattr(action, name) for name in RATIOS)
            for action in one_a_day(history.actions)
            if history.first <= action.ex_date <= history.last
        }
    if history.shares is not None:
        shares = history.shares
        keep = shares.dates <= history.last
        found[SHARES] = _rows(shares.dates[keep], [shares.total[keep], shares.tradable[keep]])
    return found


def bars_of(symbol: str, vendor: str, currency: str, rows: Rows) -> Bars:
    """Bars from rows of ``bar`` (or of ``fx``, whose rate becomes the close)."""
    names = ("close",) if is_pair(symbol) else BAR.columns
    columns = dict(zip(names, _columns(rows, len(names)), strict=True))
    return Bars.single(symbol, _dates(rows), columns, currency=currency, table=vendor)


def steps_of(rows: Rows) -> FactorSteps:
    return FactorSteps(dates=_dates(rows), ratios=_columns(rows, 1)[0])


def actions_of(symbol: str, rows: Rows) -> tuple[CorporateAction, ...]:
    days = _dates(rows)
    ratios = np.nan_to_num(np.stack(_columns(rows, len(RATIOS)), axis=1)).tolist()
    return tuple(
        CorporateAction(symbol=symbol, ex_date=day, **dict(zip(RATIOS, row, strict=True)))
        for day, row in zip(days, ratios, strict=True)
    )


def shares_of(symbol: str, rows: Rows) -> ShareCounts:
    total, tradable = _columns(rows, 2)
    return ShareCounts(symbol=symbol, dates=_dates(rows), total=total, tradable=tradable)


def _rows(dates: Dates, columns: Iterable[Floats]) -> dict[str, Row]:
    texts = np.datetime_as_string(dates, unit="D").tolist()
    cells = (np.where(np.isnan(one), np.array(None), one).tolist() for one in columns)
    return dict(zip(texts, zip(*cells, strict=True), strict=True))


def _dates(rows: Rows) -> Dates:
    return stored_days(list(rows))


def stored_days(texts: Sequence[object]) -> Dates:
    """Dates as a store writes them, (R,).

    Raises ``sqlite3.DatabaseError``, as for any damage: SQLite keeps whatever it is given.
    """
    for text in texts:
        if not isinstance(text, str) or len(text) != _LENGTH:
            raise sqlite3.DatabaseError(f"malformed date {str(text)[:20]!r}")
    try:
        return np.array(texts, dtype="datetime64[D]")
    except ValueError as error:
        raise sqlite3.DatabaseError(f"malformed date ({error})") from None


def _columns(rows: Rows, count: int) -> list[Floats]:
    if not rows:
        return [np.empty(0) for _ in range(count)]
    try:
        found = np.array(list(rows.values()), dtype=np.float64).T
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError(f"malformed number ({error})") from None
    if np.isinf(found).any():
        raise sqlite3.DatabaseError("malformed number (infinite)")
    return list(found)


# --- on disk -----------------------------------------------------------------------------------


def read_rows(
    db: sqlite3.Connection, table: StoreTable, vendor: str, symbol: str, span: Span
) -> dict[str, Row]:
    """The rows of one vendor and symbol within a span, by date, in order."""
    found = db.execute(
        f"SELECT date, {', '.join(table.columns)} FROM {table.name} "
        "WHERE vendor = ? AND symbol = ? AND date BETWEEN ? AND ? ORDER BY date",
        (vendor, symbol, span.first, span.last),
    ).fetchall()
    return {row[0]: row[1:] for row in found}


def insert_rows(
    db: sqlite3.Connection, table: StoreTable, vendor: str, symbol: str, rows: Rows
) -> None:
    """Add rows whose dates are not there yet."""
    marks = ", ".join("?" * (3 + len(table.columns)))
    db.executemany(
        f"INSERT INTO {table.name} (vendor, symbol, date, {', '.join(table.columns)}) "
        f"VALUES ({marks})",
        [(vendor, symbol, date, *row) for date, row in rows.items()],
    )


def delete_row(
    db: sqlite3.Connection, table: StoreTable, vendor: str, symbol: str, date: str
) -> None:
    db.execute(
        f"DELETE FROM {table.name} WHERE vendor = ? AND symbol = ? AND date = ?",
        (vendor, symbol, date),
    )
