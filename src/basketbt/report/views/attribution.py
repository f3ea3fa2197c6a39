"""What the excess of each list is made of: the market, its own industries, its own shares."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import ListInfo, Row, WindowInfo
from basketbt.report.views.blocks import (
    Block,
    Fold,
    Head,
    Prose,
    TableBlock,
    gained,
    number,
    share,
)
from basketbt.report.views.context import Context, View, real
from basketbt.report.views.numbers import joined

#: What the table shows of a row, each with its heading and what is said on hover.
_PARTS = {
    "excess": ("attribution.excess", "attribution.excess_note"),
    "excess_market": ("attribution.market", "attribution.market_note"),
    "excess_industries": ("attribution.industries", "attribution.industries_note"),
    "excess_selection": ("attribution.selection", "attribution.selection_note"),
}


def _build(context: Context) -> list[Block]:
    """The window that was left for a reader; the headline ones behind it."""
    rows: dict[str, list[Row]] = {}
    for row in sorted(context.book_rows("attribution"), key=lambda row: _rank(context, row)):
        rows.setdefault(str(row["window"]), []).append(row)
    windows = [one for one in context.quoted if one.kind != "hindsight" and one.label in rows]
    windows.sort(key=lambda one: one.kind != "available")
    if not windows:
        return []
    first, *others = windows
    if all(real(row["excess_industries"]) is None for row in rows[first.label]):
        return [Prose(text=text) for text in _reasons(context, rows[first.label])]
    return [
        Prose(text=joined(list(_said(context, first, rows[first.label])), context.language)),
        _table(context, first, rows[first.label]),
        Prose(text=context.say("attribution.how"), kind="fine"),
        *(
            Fold(title=context.label(one), blocks=(_table(context, one, rows[one.label]),))
            for one in others
        ),
    ]


def _rank(context: Context, row: Row) -> tuple[int, int]:
    """Lists whose source names every share first, composites last."""
    own = context.data.lists[str(row["basket"])]
    return _kind(own), context.event.baskets.index(own.id)


def _kind(own: ListInfo) -> int:
    return 2 if own.composite else int(own.named < own.names)


def _reasons(context: Context, rows: list[Row]) -> Iterator[str]:
    """Why no list has a yardstick, once."""
    yield from dict.fromkeys(context.notes(row["notes"]) for row in rows)


def _said(context: Context, window: WindowInfo, rows: list[Row]) -> Iterator[str]:
    """How many lists of each kind did better than market and industries explain."""
    values = [value for row in rows if (value := real(row["excess_selection"])) is not None]
    if len(rows) == len(values) == 1:
        key = "attribution.better_one" if values[0] > 0 else "attribution.worse_one"
        yield context.say(key, window=context.label(window))
        return
    counts = []
    for kind, who in enumerate(("attribution.named", "attribution.mapped")):
        own = [row for row in rows if _kind(context.data.lists[str(row["basket"])]) == kind]
        known = [value for row in own if (value := real(row["excess_selection"])) is not None]
        if known:
            above = sum(value > 0 for value in known)
            counts.append(context.say(who, above=above, count=len(known)))
    if counts:
        yield context.say(
            "attribution.said", window=context.label(window), counts=context.comma(counts)
        )


def _table(context: Context, window: WindowInfo, rows: list[Row]) -> TableBlock:
    """The parts, beside the compounded excess that the other sections speak of."""
    compounded = {
        basket: row["excess_return"]
        for (basket, label), row in context.summary.items()
        if label == window.label
    }
    return TableBlock(
        caption=context.say(
            "attribution.caption", window=context.label(window), benchmark=context.benchmark
        ),
        heads=(
            Head(context.say("attribution.basket"), number=False),
            Head(context.say("attribution.compounded"), context.say("attribution.compounded_note")),
            *(Head(context.say(name), context.say(note)) for name, note in _PARTS.values()),
            Head(context.say("attribution.covered"), context.say("attribution.covered_note")),
            Head(context.say("attribution.outside"), context.say("attribution.outside_note")),
        ),
        rows=tuple(
            (
                context.head(row["basket"], context.notes(row["notes"])),
                gained(compounded.get(str(row["basket"]))),
                *(gained(row[key]) for key in _PARTS),
                share(row["industries_covered"]),
                number(row["outside_shares"]),
            )
            for row in rows
        ),
    )


VIEW = View(
    id="attribution", title="attribution.title", needs=("summary", "attribution"), build=_build
)
