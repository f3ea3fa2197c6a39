"""What the lists have in common: the same shares, the same movements."""

from __future__ import annotations

from basketbt.report.data import Row
from basketbt.report.model import Value
from basketbt.report.views.blocks import Block, Cell, number, share, text
from basketbt.report.views.context import Context, View
from basketbt.report.views.windows import heat_table


def _overlap(context: Context) -> list[Block]:
    rows = context.data.rows("overlap")
    names = list(context.data.lists)
    if len(names) < 2:
        return []
    return [
        heat_table(
            caption=context.say("matrices.overlap_caption"),
            corner=context.say("matrices.basket"),
            heads=names,
            names=[text(name) for name in names],
            values=_square(rows, names, "weight_overlap"),
            show=share,
            kind="matrix",
            titles=[
                ["" if v is None else context.say("matrices.common", common=v) for v in line]
                for line in _square(rows, names, "common")
            ],
        )
    ]


def _correlation(context: Context) -> list[Block]:
    rows = context.book_rows("correlation")
    names = list(context.event.baskets)
    if not rows:
        return []
    caption = context.say(
        "matrices.correlation_caption", first=rows[0]["base_date"], last=rows[0]["end_date"]
    )
    return [
        heat_table(
            caption=caption,
            corner=context.say("matrices.basket"),
            heads=names,
            names=[text(name) for name in names],
            values=_square(rows, names, "correlation"),
            show=_ratio,
            kind="matrix",
        )
    ]


def _ratio(value: Value) -> Cell:
    return number(value, 2)


def _square(rows: list[Row], names: list[str], key: str) -> list[list[Value]]:
    """A table of pairs as a square, empty on its diagonal."""
    found = {(row["basket"], row["other"]): row[key] for row in rows}
    return [[found.get((a, b), found.get((b, a))) for b in names] for a in names]


OVERLAP = View(
    id="overlap",
    title="matrices.overlap",
    needs=("overlap",),
    build=_overlap,
    scope="study",
    screen=True,
)
CORRELATION = View(
    id="correlation",
    title="matrices.correlation",
    needs=("correlation",),
    build=_correlation,
    screen=True,
)
