"""What a grid found as tables: the rows of grid.parquet, and the small tables beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from basketbt.backtest.grid.engine import FALL_ROWS, FIGURES, GridStatistics
from basketbt.grid.curve import NOBODY, Results, Standing, VariedChoice, curve_order
from basketbt.grid.dictionary import CHOICE_VALUES, CHOICES, CURVE, QUANTILES, ROWS, STANDING
from basketbt.grid.sheets import Block, Drawn, GridJob, Sheet
from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.layout import Cell, Table
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

    sheet = job.sheets[block.sheet]
    dates = job.tables[sheet.table].sessions[sheet.base : sheet.base + sheet.sessions]
    layout = _Rows(block, sheet)
    numbers = np.arange(block.first * sheet.variants_each, block.stop * sheet.variants_each)
    columns: dict[str, object] = {
        "variant": sheet.first_variant + numbers,
        "event": layout.same(sheet.event),
        "day0": layout.same(sheet.day_zero),
        **_basket_columns(sheet, layout),
        "rebalance": layout.same(sheet.rebalance.label),
        "late_listing": layout.same(sheet.late_listing),
        "window": layout.by_span([span(*one.window) for one in sheet.spans]),
        "entry_delay": layout.by_span([one.delay for one in sheet.spans]),
        "cost": np.tile(sheet.costs, layout.baskets * layout.spans),
        "base_date": layout.same(str(dates[0])),
        "end_date": layout.by_span([str(dates[end]) for end in sheet.ends]),
    }
    columns |= {key: pa.array(found.figures[key].ravel(), from_pandas=True) for key in FIGURES}
    texts = pa.array([str(date) for date in dates])
    for number, name in enumerate(FALL_ROWS):
        rows = found.falls[..., number].ravel()
        columns[f"drawdown_{name}"] = pa.DictionaryArray.from_arrays(
            pa.array(rows, mask=rows < 0), texts
        )
    names = schema().names
    return pa.table([columns[name] for name in names], names=names)


class _Rows:
    """How a block's rows run: baskets, in each the spans, in each the costs."""

    def __init__(self, block: Block, sheet: Sheet) -> None:
        self.part = slice(block.first, block.stop)
        self.baskets = block.stop - block.first
        self.spans, self.costs = len(sheet.spans), len(sheet.costs)

    @property
    def rows(self) -> int:
        return self.baskets * self.spans * self.costs

    def same(self, value: str | None) -> pa.Array:
        return self._coded(np.zeros(self.rows, dtype=np.int32), [value])

    def by_span(self, values: Sequence[str] | Sequence[int]) -> pa.Array:
        places = np.tile(np.repeat(np.arange(self.spans), self.costs), self.baskets)
        return self._coded(places, values)

    def by_basket(self, values: Sequence[str | float | bool | None]) -> pa.Array:
        return self._coded(np.repeat(np.arange(self.baskets), self.spans * self.costs), values)

    @staticmethod
    def _coded(places: np.ndarray, values: Sequence[object]) -> pa.Array:
        """The values at the places; texts as a dictionary, which costs a number a row."""
        import pyarrow as pa

        made = pa.array(values)
        if not (pa.types.is_string(made.type) or pa.types.is_null(made.type)):
            return made.take(pa.array(places))
        # A missing text is a missing number: Parquet has no place for it in a dictionary.
        missing = np.array([value is None for value in values])[places]
        codes = pa.array(places.astype(np.int32), mask=missing)
        return pa.DictionaryArray.from_arrays(codes, made.cast(pa.string()).fill_null(""))


def _basket_columns(sheet: Sheet, layout: _Rows) -> dict[str, object]:
    """The columns that belong to a basket; ``published`` also looks at window and cost."""
    import pyarrow as pa

    if isinstance(sheet.baskets, Drawn):
        each = layout.spans * layout.costs
        return {
            "basket": layout.same(f"random {sheet.baskets.size}"),
            "draw": np.repeat(np.arange(layout.part.start, layout.part.stop), each),
            "shares": np.full(layout.rows, sheet.baskets.size),
            "weighting": layout.same("equal"),
            "cap": pa.nulls(layout.rows, pa.float64()),
            "left_out": layout.same(None),
            "published": np.zeros(layout.rows, dtype=np.bool_),
        }
    own = sheet.baskets.baskets[layout.part]
    caps = np.array([np.nan if one.cap is None else one.cap for one in own])
    plain = np.array([[s.delay == 0 and not cost for cost in sheet.costs] for s in sheet.spans])
    whole = np.array([one.published and sheet.published for one in own])
    return {
        "basket": layout.by_basket([one.basket for one in own]),
        "draw": pa.nulls(layout.rows, pa.int64()),
        "shares": np.repeat(
            (sheet.baskets.weights[layout.part] > 0).sum(axis=1), layout.spans * layout.costs
        ),
        "weighting": layout.by_basket([one.weighting for one in own]),
        "cap": pa.array(np.repeat(caps, layout.spans * layout.costs), from_pandas=True),
        "left_out": layout.by_basket([one.left_out for one in own]),
        "published": (whole[:, np.newaxis] & plain.ravel()).ravel(),
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
        {
            "choice": choice.choice,
            "label": one.label,
            "variants": one.count,
            **_quantile_cells("shift_", one.shifts),
            "positive": one.positive,
            "moved": choice.moved,
        }
        for choice in choices
        for one in choice.values
    )
    return Table.of(CHOICE_VALUES, rows).plus(PRICES, prices)


def standing_table(stands: tuple[Standing, ...], prices: str) -> Table:
    """standing.csv."""
    rows = (
        {
            "event": one.event,
            "basket": one.basket,
            "window": one.window,
            "value": one.value,
            "variants": one.count,
            **_quantile_cells("", one.quantiles),
            "below": one.below,
            "same_sign": one.same_sign,
            "shares": one.shares,
            "random_size": one.random_size,
            "below_random": one.below_random,
        }
        for one in stands
    )
    return Table.of(STANDING, rows).plus(PRICES, prices)


def _quantile_cells(prefix: str, values: tuple[float, ...]) -> dict[str, Cell]:
    return {f"{prefix}p{round(q * 100):02d}": v for q, v in zip(QUANTILES, values, strict=True)}
