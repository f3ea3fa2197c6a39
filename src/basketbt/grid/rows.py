"""A block's statistics as the rows of grid.parquet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from basketbt.backtest.grid.engine import FALL_ROWS, FIGURES, GridStatistics
from basketbt.grid.sheets import Block, Drawn, GridJob, Sheet
from basketbt.plan.model import span

if TYPE_CHECKING:
    import pyarrow as pa

#: The columns that say which choices a row stands for.
CHOICES = (
    "event",
    "basket",
    "weighting",
    "cap",
    "rebalance",
    "late_listing",
    "left_out",
    "window",
    "entry_delay",
    "cost",
)


def schema() -> pa.Schema:
    """Names and types of grid.parquet. ``cap`` and ``left_out`` are empty for none."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            ("variant", pa.int64()),
            ("event", text),
            ("day0", text),
            ("basket", text),
            ("draw", pa.int64()),
            ("shares", pa.int64()),
            ("weighting", text),
            ("cap", pa.float64()),
            ("rebalance", text),
            ("late_listing", text),
            ("left_out", text),
            ("window", text),
            ("entry_delay", pa.int64()),
            ("cost", pa.float64()),
            ("base_date", text),
            ("end_date", text),
            ("published", pa.bool_()),
            *((key, pa.float64()) for key in FIGURES),
            *((f"drawdown_{name}", text) for name in FALL_ROWS),
        ]
    )


def table_of(job: GridJob, block: Block, found: GridStatistics) -> pa.Table:
    """One row for every basket, window and cost of a block, in that order."""
    import pyarrow as pa

    sheet = job.sheets[block.sheet]
    dates = job.tables[sheet.table].sessions[sheet.base : sheet.base + sheet.sessions]
    layout = _Layout(block, sheet)
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


class _Layout:
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


def _basket_columns(sheet: Sheet, layout: _Layout) -> dict[str, object]:
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
