"""List by list: three sentences, and what each share weighed, did and added."""

from __future__ import annotations

from dataclasses import dataclass, field

from basketbt.market.securities.latin import share_name
from basketbt.report.data import Row, WindowInfo
from basketbt.report.views.blocks import (
    Block,
    Cell,
    Fold,
    Head,
    Prose,
    TableBlock,
    change,
    number,
    share,
    text,
)
from basketbt.report.views.context import Context, View
from basketbt.report.views.numbers import joined
from basketbt.report.views.sentences import sentences

_WORDS = {
    "recommend": "lists.words.recommend",
    "watch": "lists.words.watch",
    "neutral": "lists.words.neutral",
    "avoid": "lists.words.avoid",
    "named": "lists.words.named",
    "mapped": "lists.words.mapped",
}


def _build(context: Context) -> list[Block]:
    traded = _traded(context)
    return [
        _sources(context),
        *(
            _fold(context, basket, traded, first=place == 0)
            for place, basket in enumerate(context.event.baskets)
        ),
    ]


def _sources(context: Context) -> TableBlock:
    """Which list is which: its name, its id, where and when it was published."""
    lists = [context.data.lists[basket] for basket in context.event.baskets]
    heads = ("list", "id", "day", "publisher", "article")
    return TableBlock(
        caption=context.say("lists.sources"),
        heads=tuple(Head(context.say(f"lists.source.{one}"), number=False) for one in heads),
        rows=tuple(
            tuple(map(text, (context.called(o.id), o.id, o.published, o.publisher, o.article)))
            for o in lists
        ),
    )


def _windows(context: Context) -> list[WindowInfo]:
    """The first headline window and the halves around publication; more would not fit a screen."""
    halves = [window for window in context.quoted if window.kind != "fixed"]
    headline = [window for window in context.quoted if window.kind == "fixed"]
    return [*(headline[:1] if halves else headline), *halves]


@dataclass
class _Traded:
    """What became of one share's orders in the shown account of its list."""

    orders: int = 0
    short: int = 0
    limit_days: set[str] = field(default_factory=set)


def _traded(context: Context) -> dict[tuple[str, str], _Traded]:
    """(basket, symbol) → its orders in the account that is shown: a reader's, if there is one."""
    found: dict[tuple[str, str], _Traded] = {}
    shown = next(iter(context.entries), None)
    for (basket, entry), orders in context.orders.items():
        for row in orders if entry == shown else ():
            own = found.setdefault((basket, str(row["symbol"])), _Traded())
            own.orders += 1
            own.short += row["reason"] not in (None, "lot")  # whole lots stand in no one's way
            if str(row["reason"]).startswith("limit"):
                own.limit_days.add(str(row["date"]))
    return found


def _fold(
    context: Context, basket: str, traded: dict[tuple[str, str], _Traded], *, first: bool
) -> Fold:
    own = context.data.lists[basket]
    source = context.say(
        "lists.published", published=own.published, publisher=own.publisher, article=own.article
    )
    return Fold(
        title=basket,
        aside=f"{own.broker.say(context.language)} · {own.theme.say(context.language)}",
        open=first,
        screen=True,
        blocks=(
            Prose(text=joined(sentences(context, basket), context.language)),
            _table(context, basket, traded),
            Prose(text=source, kind="hint"),
        ),
    )


def _table(context: Context, basket: str, traded: dict[tuple[str, str], _Traded]) -> TableBlock:
    windows = [w for w in _windows(context) if (basket, w.label) in context.share_rows]
    shares: dict[str, dict[str, Row]] = {}
    for window in windows:
        for row in context.share_rows[basket, window.label]:
            shares.setdefault(str(row["symbol"]), {})[window.label] = row
    rows = []
    for symbol, own in shares.items():
        cells = _cells(context, symbol, own, windows)
        if traded:
            orders = traded.get((basket, symbol))
            counts = (orders.orders, orders.short, len(orders.limit_days)) if orders else [None] * 3
            cells += [number(count) for count in counts]
        rows.append(tuple(cells))
    return TableBlock(
        caption=context.say("lists.caption", basket=basket),
        heads=tuple(_heads(context, basket, windows, with_orders=bool(traded))),
        rows=tuple(rows),
    )


def _heads(
    context: Context, basket: str, windows: list[WindowInfo], *, with_orders: bool
) -> list[Head]:
    heads = [
        Head(context.say("lists.share"), number=False),
        Head(context.say("lists.code"), number=False),
        Head(context.say("lists.stance"), number=False),
        Head(context.say("lists.origin"), context.say("lists.origin_note"), number=False),
    ]
    for place, window in enumerate(windows):
        label = context.label(window, basket)
        if place == 0:
            note = context.say("lists.weight_note", window=label)
            heads.append(Head(context.say("lists.weight"), note))
        heads += [
            Head(context.say("lists.return", window=label)),
            Head(context.say("lists.part", window=label), context.say("lists.part_note")),
        ]
    if windows:
        label = context.label(windows[-1], basket)
        heads.append(
            Head(context.say("lists.suspended", window=label), context.say("lists.suspended_note"))
        )
    if with_orders:
        group = context.say("lists.account", entry=context.entry_name(context.entries[0]))
        heads += [
            Head(context.say(word), context.say(note), group=group)
            for word, note in (
                ("lists.orders", "lists.orders_note"),
                ("lists.short", "lists.orders_note"),
                ("lists.limit", "lists.limit_note"),
            )
        ]
    return heads


def _cells(
    context: Context, symbol: str, own: dict[str, Row], windows: list[WindowInfo]
) -> list[Cell]:
    """One share: who it is, its weight, what it did in each window, how long it was suspended."""
    described = next(iter(own.values()))
    cells = [
        text(share_name(str(described["name"]), context.language)),
        text(symbol),
        _word(context, described["stance"]),
        _word(context, described["origin"]),
    ]
    for place, window in enumerate(windows):
        row = own.get(window.label, {})
        if place == 0:
            cells.append(share(row.get("weight")))
        cells += [change(row.get("return")), change(row.get("contribution"))]
    if windows:
        cells.append(number(own.get(windows[-1].label, {}).get("suspended")))
    return cells


def _word(context: Context, value: object) -> Cell:
    phrase = _WORDS.get(str(value))
    return text(context.say(phrase) if phrase else str(value or ""))


VIEW = View(id="lists", title="lists.title", needs=("constituents",), build=_build)
