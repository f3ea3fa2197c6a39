"""Every list in every window at a glance, and whether another weighting says something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from basketbt.report.choices import choice_words
from basketbt.report.layout import Cell as Value
from basketbt.report.page.blocks import Block, Cell, Grid, Head, change, shade
from basketbt.report.page.scene import Scene, Section
from basketbt.report.phrases import Phrase

_TITLE = Phrase("Every window", "全部窗口")
_CAPTION = Phrase(
    "Total return of each list in each window around {name}; the deeper the colour, the further "
    "from zero",
    "{name}前后各名单在各窗口的全收益；颜色越深，离零越远",
)
_BOOKS = Phrase("Does the weighting or rebalance matter?", "加权与再平衡的影响")
_BOOKS_CAPTION = Phrase(
    "Total return over {window} under each weighting and rebalance of the study",
    "{window}的全收益（按加权与再平衡）",
)
_BASKET = Phrase("Basket", "组合")


def _build(scene: Scene) -> list[Block]:
    windows = scene.windows
    values = [
        [scene.summary.get((basket, window.label), {}).get("total_return") for window in windows]
        for basket in scene.event.baskets
    ]
    asides = [
        [scene.own_days(basket, window) for window in windows] for basket in scene.event.baskets
    ]
    return [
        heat_grid(
            caption=_CAPTION.say(scene.language, name=scene.event.name),
            corner=_BASKET.say(scene.language),
            heads=[scene.label(window) for window in windows],
            names=[scene.head(basket) for basket in scene.event.baskets],
            values=values,
            asides=asides,
        )
    ]


def heat_grid(
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
) -> Grid:
    """A table whose grounds follow the values, on one scale for all of it."""
    numbers = [v for line in values for v in line if isinstance(v, float)]
    scale = max((abs(v) for v in numbers), default=0.0)
    rows = []
    for line, (name, own) in enumerate(zip(names, values, strict=True)):
        cells = [name]
        for column, value in enumerate(own):
            shown = show(value)
            ground = shade(value, scale) if isinstance(value, float) else None
            note = titles[line][column] if titles else ""
            aside = asides[line][column] if asides else ""
            cells.append(Cell(shown.text, shown.sort, "", ground, note, aside))
        rows.append(tuple(cells))
    columns = (Head(corner, number=False), *(Head(head) for head in heads))
    return Grid(caption=caption, heads=columns, rows=tuple(rows), kind=kind)


def _books(scene: Scene) -> list[Block]:
    """The last headline window of every list in every index book."""
    window = next((w.label for w in reversed(scene.event.windows) if w.headline), None)
    rows = scene.rows("summary", book="index", window=window) if window else []
    books = list(dict.fromkeys((str(r["weighting"]), str(r["rebalance"])) for r in rows))
    if len(books) < 2:
        return []
    found = {(r["basket"], r["weighting"], r["rebalance"]): r["total_return"] for r in rows}
    values = [[found.get((basket, *book)) for book in books] for basket in scene.event.baskets]
    return [
        heat_grid(
            caption=_BOOKS_CAPTION.say(scene.language, window=window),
            corner=_BASKET.say(scene.language),
            heads=[
                ", ".join(choice_words(word, scene.language) for word in book) for book in books
            ],
            names=[scene.head(basket) for basket in scene.event.baskets],
            values=values,
        )
    ]


SECTION = Section(id="windows", title=_TITLE, needs=("summary",), build=_build)
BOOKS = Section(id="books", title=_BOOKS, needs=("summary",), build=_books)
