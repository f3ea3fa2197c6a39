"""What a grid found as tables: the rows of grid.parquet, and the small tables beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.grid.engine import FALL_ROWS, FIGURES, GridStatistics
from basketbt.grid.curve import NOBODY, Results, Standing, VariedChoice, curve_order
from basketbt.grid.dictionary import CHOICE_VALUES, CHOICES, CURVE, QUANTILES, ROWS, STANDING
from basketbt.grid.sheets import Block, Drawn, GridJob, Sheet
from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.layout import Cell, Layout, Table
from basketbt.report.tables.keys import PRICES

if TYPE_CHECKING:
    import pyarrow as pa


def schema() -> pa.Schema:
    """Names and types of grid.parquet; days are texts, as in its CSV."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "date": pa.string(),
        "integer": pa.int64(),
        "flag": pa.bool_(),
    }
    return pa.schema([(one.key, types.get(one.kind, pa.float64())) for one in ROWS.columns])


def rows_of(job: GridJob, block: Block, found: GridStatistics) -> pa.Table:
    """One row for every basket, window and cost of a block, in that order."""
    import pyarrow as pa

    types, sheet = schema(), job.sheets[block.sheet]
    dates = [str(day) for day in job.tables[sheet.table].sessions[sheet.base :][: sheet.sessions]]
    shape = (block.stop - block.first, len(sheet.spans), len(sheet.costs))
    basket, of_span, of_cost = np.indices(shape, dtype=np.int32).reshape(3, -1)
    same = np.zeros_like(basket)
    first = job.first_variant(block.sheet) + block.first * sheet.variants_each
    # Each key's values, and which of them every row has; -1 for none.
    coded: dict[str, tuple[Sequence[object], NDArray[np.int32]]] = {
        "event": ([sheet.event], same),
        "day0": ([sheet.day_zero], same),
        "rebalance": ([sheet.rebalance.label], same),
        "late_listing": ([sheet.late_listing], same),
        "window": ([span(*one.window) for one in sheet.spans], of_span),
        "entry_delay": ([one.delay for one in sheet.spans], of_span),
        "cost": (sheet.costs, of_cost),
        "base_date": (dates[:1], same),
        "end_date": ([dates[one.sessions] for one in sheet.spans], of_span),
        **{f"drawdown_{name}": (dates, fall) for name, fall in _falls(found)},
    }
    own = _basket_cells(sheet, slice(block.first, block.stop))
    coded |= {key: (values, basket) for key, values in own.items()}
    plain = [[not (one.delay or cost) for cost in sheet.costs] for one in sheet.spans]
    published = np.array(own["published"])[basket] & np.array(plain)[of_span, of_cost]
    columns = {
        key: pa.array(values, types.field(key).type).take(pa.array(places, mask=places < 0))
        for key, (values, places) in coded.items()
    }
    columns |= {key: pa.array(found.figures[key].ravel(), from_pandas=True) for key in FIGURES}
    columns |= {
        "variant": pa.array(first + np.arange(len(basket))),
        "published": pa.array(published),
    }
    return pa.table([columns[name] for name in types.names], schema=types)


def _falls(found: GridStatistics) -> Iterator[tuple[str, NDArray[np.int32]]]:
    """The rows of the deepest fall by name, one of each for every row of results."""
    yield from zip(FALL_ROWS, found.falls.reshape(-1, len(FALL_ROWS)).T, strict=True)


def _basket_cells(sheet: Sheet, part: slice) -> dict[str, list[object]]:
    """The cells that belong to a basket; ``published`` also looks at window and cost."""
    if isinstance(sheet.baskets, Drawn):
        count = part.stop - part.start
        cells = {"basket": f"random {sheet.baskets.size}", "shares": sheet.baskets.size}
        cells |= {"weighting": "equal", "cap": None, "left_out": None, "published": False}
        same = {key: [cell] * count for key, cell in cells.items()}
        return {**same, "draw": list(range(part.start, part.stop))}
    own = sheet.baskets.baskets[part]
    return {
        "basket": [one.basket for one in own],
        "draw": [None] * len(own),
        "shares": (sheet.baskets.weights[part] > 0).sum(axis=1).tolist(),
        "weighting": [one.weighting for one in own],
        "cap": [one.cap for one in own],
        "left_out": [one.left_out for one in own],
        "published": [one.published and sheet.published for one in own],
    }


def curve_rows(results: Results, prices: str, language: Language) -> pa.Table:
    """The rows of curve.csv under its headers, as columns: there may be millions."""
    import pyarrow as pa

    order = curve_order(results)
    columns = {
        "rank": pa.array(np.arange(1, len(order) + 1)),
        "variant": pa.array(results.variant[order]),
        "value": pa.array(results.value[order]),
        "published": pa.array(results.published[order]),
        PRICES.key: pa.repeat(prices, len(order)),
    }
    for choice in CHOICES:
        names = [None if label == NOBODY else label for label in results.labels[choice]]
        labels = pa.array(names, pa.string())
        columns[choice] = labels.take(pa.array(results.codes[choice][order]))
    written = CURVE.plus(PRICES).columns
    headers = [column.header(language) for column in written]
    return pa.table([columns[column.key] for column in written], names=headers)


def choices_table(choices: tuple[VariedChoice, ...], prices: str) -> Table:
    """choices.csv."""
    rows = (
        {**vars(choice), **vars(one), **_quantile_cells("shift_", one.shifts)}
        for choice in choices
        for one in choice.values
    )
    return _table(CHOICE_VALUES, rows, prices)


def standing_table(stands: tuple[Standing, ...], prices: str) -> Table:
    """standing.csv."""
    rows = ({**vars(one), **_quantile_cells("", one.quantiles)} for one in stands)
    return _table(STANDING, rows, prices)


def _table(layout: Layout, rows: Iterable[dict[str, Any]], prices: str) -> Table:
    """The cells that a layout has of values under its keys, and where the prices are from."""
    cells = ({key: row[key] for key in layout.keys} for row in rows)
    return Table.of(layout, cells).plus(PRICES, prices)


def _quantile_cells(prefix: str, values: tuple[float, ...]) -> dict[str, Cell]:
    return {f"{prefix}p{round(q * 100):02d}": v for q, v in zip(QUANTILES, values, strict=True)}
