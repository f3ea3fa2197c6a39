"""Every list in every window at a glance, and whether another weighting says something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from basketbt.report.model import Value
from basketbt.report.views.blocks import Block, Cell, Head, TableBlock, change, shade
from basketbt.report.views.context import Context, View


def _build(context: Context) -> list[Block]:
    windows = context.windows
    values = [
        [context.summary.get((basket, window.label), {}).get("total_return") for window in windows]
        for basket in context.event.baskets
    ]
    asides = [
        [context.own_days(basket, window) for window in windows] for basket in context.event.baskets
    ]
    return [
        heat_table(
            caption=context.say("windows.caption", name=context.event.name.say(context.language)),
            corner=context.say("windows.basket"),
            heads=[context.label(window) for window in windows],
            names=[context.head(basket) for basket in context.event.baskets],
            values=values,
            asides=asides,
            picture="" if context.event.tests else f"windows-{context.stem}",
            note=context.hindsight,
        )
    ]


def heat_table(
    *,
    caption: str,
    corner: str,
    heads: Sequence[str],
    names: Sequence[Cell],
    values: Sequence[Sequence[Value]],
    show: Callable[[Value], Cell] = change,
    titles: Sequence[Sequence[str]] | None = None,
    asides: Sequence[Sequence[str]] | None = None,
    kind: Literal["heat", "matrix"] = "heat",
    picture: str = "",
    note: str = "",
) -> TableBlock:
    """A table whose grounds follow the values, on one scale for all of it."""
    numbers = [v for line in values for v in line if isinstance(v, float)]
    scale = max((abs(v) for v in numbers), default=0.0)
    rows = []
    for line, (name, own) in enumerate(zip(names, values, strict=True)):
        cells = [name]
        for column, value in enumerate(own):
            shown = show(value)
            ground = shade(value, scale) if isinstance(value, float) else None
            hover = titles[line][column] if titles else ""
            aside = asides[line][column] if asides else ""
            cells.append(Cell(shown.text, shown.sort, "", ground, hover, aside))
        rows.append(tuple(cells))
    columns = (Head(corner, number=False), *(Head(head) for head in heads))
    return TableBlock(
        caption=caption, heads=columns, rows=tuple(rows), kind=kind, picture=picture, note=note
    )


def _books(context: Context) -> list[Block]:
    """The last headline window of every list in every index book."""
    window = next((w.label for w in reversed(context.event.windows) if w.quoted), None)
    rows = context.rows("summary", book="index", window=window) if window else []
    books = list(dict.fromkeys((str(r["weighting"]), str(r["rebalance"])) for r in rows))
    if len(books) < 2:
        return []
    found = {(r["basket"], r["weighting"], r["rebalance"]): r["total_return"] for r in rows}
    values = [[found.get((basket, *book)) for book in books] for basket in context.event.baskets]
    return [
        heat_table(
            caption=context.say("windows.books_caption", window=window),
            corner=context.say("windows.basket"),
            heads=[
                context.say("joint.comma").join(context.choice(word) for word in book)
                for book in books
            ],
            names=[context.head(basket) for basket in context.event.baskets],
            values=values,
        )
    ]


VIEW = View(id="windows", title="windows.title", needs=("summary",), build=_build, screen=True)
BOOKS = View(id="books", title="windows.books", needs=("summary",), build=_books)
