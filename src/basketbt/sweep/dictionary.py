"""The columns of a grid's tables, and the page that explains them.

``python -m basketbt.sweep.dictionary`` (``make docs``) rewrites docs/grid-columns.md; a test holds
it equal to the code.
"""

from __future__ import annotations

from pathlib import Path

from basketbt.engine.batch.engine import FIGURES
from basketbt.report.dictionary import section
from basketbt.report.layouts import PRICES, SUMMARY, column
from basketbt.report.model import Column, Layout

#: The quantiles that the tables of a grid give.
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_BASKET = Column("basket", "text")
_WINDOW = Column("window", "text")
_PUBLISHED = Column("published", "flag")
_VALUE = Column("value", "decimal")
_COUNT = Column("variants", "integer")

_CHOICES = (
    column("event"),
    _BASKET,
    column("weighting"),
    Column("cap", "decimal"),
    column("rebalance"),
    Column("late_listing", "text"),
    Column("left_out", "text"),
    _WINDOW,
    Column("entry_delay", "integer"),
    Column("cost", "decimal"),
)
#: The columns that say which choices a row stands for.
CHOICES = tuple(column.key for column in _CHOICES)
#: A question is a list and a window; the other choices are ways of answering it.
QUESTION = ("basket", "window")


def _quantiles(prefix: str = "") -> tuple[Column, ...]:
    """A column for each of the quantiles."""
    return tuple(Column(f"{prefix}p{round(q * 100):02d}", "decimal") for q in QUANTILES)


#: The rows of grid.parquet and grid.csv. The other tables are written with ``PRICES`` at the
#: end of each row.
ROWS = Layout(
    "grid",
    (
        Column("variant", "integer"),
        column("event"),
        column("day0"),
        Column("basket", "text"),
        Column("draw", "integer"),
        Column("shares", "integer"),
        *_CHOICES[2:],
        column("base_date"),
        Column("end_date", "date"),
        _PUBLISHED,
        *sorted(
            (c for c in SUMMARY.columns if c.key in FIGURES), key=lambda c: FIGURES.index(c.key)
        ),
        *(Column(f"drawdown_{name}", "date") for name in ("peak", "trough", "recovery")),
    ),
)
CHOICE_VALUES = Layout(
    "choices",
    (
        Column("choice", "text"),
        Column("label", "text"),
        _COUNT,
        *_quantiles("shift_"),
        Column("positive", "decimal"),
        Column("moved", "decimal"),
    ),
)
STANDING = Layout(
    "standing",
    (
        column("event"),
        _BASKET,
        _WINDOW,
        _VALUE,
        _COUNT,
        *_quantiles(),
        Column("below", "decimal"),
        Column("same_sign", "decimal"),
        Column("shares", "integer"),
        Column("random_size", "integer"),
        Column("below_random", "decimal"),
    ),
)

_HEAD = """# What the tables of a grid hold

<!-- Written by `make docs` from the code; do not edit by hand. -->

[grid.md](grid.md) says how they come about. `decimal`: 0.0123 is 1.23 %. A value that does not
exist is an empty cell. `grid.parquet` (and `grid.csv`, of `--full`) keeps the English headers in
both languages.
"""


def columns_page() -> str:
    """docs/grid-columns.md."""
    others = (layout.plus(PRICES) for layout in (STANDING, CHOICE_VALUES))
    return "\n".join([_HEAD, *map(section, (ROWS, *others))])


def main() -> None:
    """Rewrite the page in this checkout."""
    root = Path(__file__).resolve().parents[3]
    path = root / "docs" / "grid-columns.md"
    path.write_text(columns_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
