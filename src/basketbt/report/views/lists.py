"""List by list: three sentences, and what each share weighed, did and added."""

from __future__ import annotations

from dataclasses import dataclass, field

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
from basketbt.report.views.phrases import Phrase, joined
from basketbt.report.views.sentences import sentences

_TITLE = Phrase("List by list", "逐份名单")
_CAPTION = Phrase("Shares of {basket}", "{basket}成分")
_SHARE = Phrase("Share", "名称")
_CODE = Phrase("Code", "代码")
_STANCE = Phrase("Stance", "态度")
_ORIGIN = Phrase("Origin", "来源")
_ORIGIN_NOTE = Phrase(
    "named: the source names the share; mapped: chosen here for a theme the source names",
    "点名：来源点名；选取：由本项目按来源点名的主题选取",
)
_WEIGHT = Phrase("Weight", "权重")
_WEIGHT_NOTE = Phrase("at the base of {window}", "{window}基准日")
_RETURN = Phrase("Return {window}", "收益{window}")
_PART = Phrase("Adds {window}", "贡献{window}")
_PART_NOTE = Phrase(
    "contribution: the part of the basket's return; the parts add up", "对组合收益的贡献，各项相加"
)
_SUSPENDED = Phrase("Suspended {window}", "停牌{window}")
_SUSPENDED_NOTE = Phrase("sessions without a bar", "无成交的交易日数")
_ORDERS = Phrase("Orders", "委托")
_SHORT = Phrase("Cut short", "未足额")
_ORDERS_NOTE = Phrase(
    "orders of the account, and those that the market did not fill; rounding to whole lots is not "
    "counted",
    "账户的委托笔数，及其中市场未足额成交者；取整手不计",
)
_ACCOUNT = Phrase("Account: {entry}", "账户：{entry}")
_LIMIT = Phrase("Shut at limit", "涨跌停受阻")
_LIMIT_NOTE = Phrase(
    "sessions on which an order met a price limit and could not be filled",
    "委托因涨跌停未能成交的交易日数",
)
_PUBLISHED = Phrase(
    "Published {published}: {publisher}, {article}", "{published}发布：{publisher}，{article}"
)
_WORDS = {
    "recommend": Phrase("recommend", "看好"),
    "watch": Phrase("watch", "关注"),
    "named": Phrase("named", "点名"),
    "mapped": Phrase("mapped", "选取"),
}


def _build(context: Context) -> list[Block]:
    traded = _traded(context)
    return [
        _fold(context, basket, traded, first=place == 0)
        for place, basket in enumerate(context.event.baskets)
    ]


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
    for (basket, entry), orders in context.orders.items():
        for row in orders if entry == context.entries[0] else ():
            own = found.setdefault((basket, str(row["symbol"])), _Traded())
            own.orders += 1
            own.short += row["reason"] not in (None, "lot")  # whole lots stand in no one's way
            if str(row["reason"]).startswith("limit"):
                own.limit_days.add(str(row["date"]))
    return found
    for row in (
        row
        for (_, entry), rows in context.orders.items()
        if entry == context.entries[0]
        for row in rows
    ):
        own = found.setdefault((str(row["basket"]), str(row["symbol"])), _Traded())
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
        _PUBLISHED, published=own.published, publisher=own.publisher, article=own.article
    )
    return Fold(
        title=basket,
        aside=f"{own.broker.say(context.language)} · {own.theme.say(context.language)}",
        open=first,
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
        caption=context.say(_CAPTION, basket=basket),
        heads=tuple(_heads(context, basket, windows, with_orders=bool(traded))),
        rows=tuple(rows),
    )


def _heads(
    context: Context, basket: str, windows: list[WindowInfo], *, with_orders: bool
) -> list[Head]:
    heads = [
        Head(context.say(_SHARE), number=False),
        Head(context.say(_CODE), number=False),
        Head(context.say(_STANCE), number=False),
        Head(context.say(_ORIGIN), context.say(_ORIGIN_NOTE), number=False),
    ]
    for place, window in enumerate(windows):
        label = context.label(window, basket)
        if place == 0:
            note = context.say(_WEIGHT_NOTE, window=label)
            heads.append(Head(context.say(_WEIGHT), note))
        heads += [
            Head(context.say(_RETURN, window=label)),
            Head(context.say(_PART, window=label), context.say(_PART_NOTE)),
        ]
    if windows:
        label = context.label(windows[-1], basket)
        heads.append(Head(context.say(_SUSPENDED, window=label), context.say(_SUSPENDED_NOTE)))
    if with_orders:
        group = context.say(_ACCOUNT, entry=context.entry_name(context.entries[0]))
        heads += [
            Head(context.say(word), context.say(note), group=group)
            for word, note in (
                (_ORDERS, _ORDERS_NOTE),
                (_SHORT, _ORDERS_NOTE),
                (_LIMIT, _LIMIT_NOTE),
            )
        ]
    return heads


def _cells(
    context: Context, symbol: str, own: dict[str, Row], windows: list[WindowInfo]
) -> list[Cell]:
    """One share: who it is, its weight, what it did in each window, how long it was suspended."""
    described = next(iter(own.values()))
    cells = [
        text(described["name"]),
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


VIEW = View(id="lists", title=_TITLE, needs=("constituents",), build=_build)
