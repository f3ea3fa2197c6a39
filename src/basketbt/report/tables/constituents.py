"""constituents.csv: what each share weighed, returned and contributed in each window."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.tables import keys
from basketbt.results import StudyResult

LAYOUT = Layout(
    "constituents",
    (
        *keys.WHERE,
        keys.WINDOW,
        keys.FIRST,
        keys.LAST,
        keys.BASE_DATE,
        Column("symbol", "text"),
        Column("name", "text"),
        Column("segment", "text"),
        Column("stance", "text"),
        Column("origin", "text"),
        Column("weight", "decimal"),
        Column("end_weight", "decimal"),
        Column("return", "decimal"),
        Column("contribution", "decimal"),
        Column("suspended", "integer"),
        Column("currency", "text"),
        Column("table", "text"),
    ),
)


def constituents_table(result: StudyResult) -> Table:
    """The rows of constituents.csv."""
    return Table.of(LAYOUT, (row for one in keys.every_window(result) for row in _rows(one)))


def _rows(quoted: keys.Quoted) -> Iterator[dict[str, Value]]:
    panel, basket = quoted.where.case.panel, quoted.where.case.case.baskets[quoted.where.member]
    figures, line, cells = quoted.statistics.shares, quoted.line, quoted.cells()
    position = {symbol: column for column, symbol in enumerate(panel.symbols)}
    for one in basket.constituents:
        column = position.get(one.symbol, -1)
        held = column >= 0 and bool(figures.held[line, column])
        yield {
            **cells,
            "symbol": one.symbol,
            "name": one.name_zh,
            "segment": one.segment_zh,
            "stance": one.stance,
            "origin": one.origin,
            "weight": float(figures.bought[line, column]) if held else 0.0,
            "end_weight": float(figures.left[line, column]) if held else 0.0,
            "return": float(figures.returns[column]) if held else None,
            "contribution": float(figures.contributions[line, column]) if held else 0.0,
            "suspended": int(figures.suspended[line, column]) if held else 0,
            "currency": panel.currencies[column] if held else None,
            "table": panel.tables[column] if held else None,
        }
