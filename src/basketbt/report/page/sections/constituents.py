"""List by list: three sentences, and what each share weighed, did and added."""

from __future__ import annotations

from dataclasses import dataclass, field

from basketbt.report.facts import Member, WindowFacts
from basketbt.report.page.blocks import (
    Block,
    Cell,
    Fold,
    Grid,
    Head,
    Prose,
    change,
    number,
    share,
    text,
)
from basketbt.report.page.scene import Scene, Section
from basketbt.report.phrases import Phrase
from basketbt.report.record import Row

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


def _build(scene: Scene) -> list[Block]:
    windows = {window.label for window in _windows(scene)}
    found: dict[str, dict[str, dict[str, Row]]] = {}
    for row in scene.index_rows("constituents"):
        window = str(row["window"])
        if window in windows:
            shares = found.setdefault(str(row["basket"]), {})
            shares.setdefault(str(row["symbol"]), {})[window] = row
    traded = _traded(scene)
    return [
        _fold(scene, member, found.get(member.basket, {}), traded, first=place == 0)
        for place, member in enumerate(scene.event.members)
    ]


def _windows(scene: Scene) -> list[WindowFacts]:
    """The first headline window and the halves around publication; more would not fit a screen."""
    halves = [window for window in scene.quoted if window.kind != "fixed"]
    headline = [window for window in scene.quoted if window.kind == "fixed"]
    return [*(headline[:1] if halves else headline), *halves]


def _entry(scene: Scene) -> object:
    """The account that is shown: the one a reader could have kept, if the study has it."""
    return scene.account_rows[0]["entry"] if scene.account_rows else None


@dataclass
class _Traded:
    """What became of one share's orders in the shown account of its list."""

    orders: int = 0
    short: int = 0
    limit_days: set[str] = field(default_factory=set)


def _traded(scene: Scene) -> dict[tuple[str, str], _Traded]:
    """(basket, symbol) → its orders in the memo's book and the account that is shown."""
    rows = scene.rows(
        "orders",
        book="account",
        weighting=scene.event.weighting,
        rebalance=scene.event.rebalance,
    )
    found: dict[tuple[str, str], _Traded] = {}
    for row in rows:
        if row["entry"] != _entry(scene):
            continue
        own = found.setdefault((str(row["basket"]), str(row["symbol"])), _Traded())
        own.orders += 1
        own.short += row["reason"] not in (None, "", "lot")  # whole lots stand in no one's way
        if str(row["reason"]).startswith("limit"):
            own.limit_days.add(str(row["date"]))
    return found


def _fold(
    scene: Scene,
    member: Member,
    shares: dict[str, dict[str, Row]],
    traded: dict[tuple[str, str], _Traded],
    *,
    first: bool,
) -> Fold:
    own = scene.record.lists[member.basket]
    source = _PUBLISHED.say(
        scene.language, published=own.published, publisher=own.publisher, article=own.article
    )
    return Fold(
        title=member.basket,
        aside=f"{own.broker} · {own.theme}",
        open=first,
        blocks=(
            Prose(text=member.text),
            _grid(scene, member.basket, shares, traded),
            Prose(text=source, kind="fine"),
        ),
    )


def _grid(
    scene: Scene,
    basket: str,
    shares: dict[str, dict[str, Row]],
    traded: dict[tuple[str, str], _Traded],
) -> Grid:
    windows = [window for window in _windows(scene) if _has(shares, window.label)]
    rows = []
    for symbol, own in shares.items():
        cells = _cells(scene, symbol, own, windows)
        if traded:
            orders = traded.get((basket, symbol))
            counts = (orders.orders, orders.short, len(orders.limit_days)) if orders else [None] * 3
            cells += [number(count) for count in counts]
        rows.append(tuple(cells))
    return Grid(
        caption=_CAPTION.say(scene.language, basket=basket),
        heads=tuple(_heads(scene, basket, windows, with_orders=bool(traded))),
        rows=tuple(rows),
    )


def _heads(
    scene: Scene, basket: str, windows: list[WindowFacts], *, with_orders: bool
) -> list[Head]:
    language = scene.language
    heads = [
        Head(_SHARE.say(language), number=False),
        Head(_CODE.say(language), number=False),
        Head(_STANCE.say(language), number=False),
        Head(_ORIGIN.say(language), _ORIGIN_NOTE.say(language), number=False),
    ]
    for place, window in enumerate(windows):
        label = scene.label(window, basket)
        if place == 0:
            note = _WEIGHT_NOTE.say(language, window=label)
            heads.append(Head(_WEIGHT.say(language), note))
        heads += [
            Head(_RETURN.say(language, window=label)),
            Head(_PART.say(language, window=label), _PART_NOTE.say(language)),
        ]
    if windows:
        label = scene.label(windows[-1], basket)
        heads.append(Head(_SUSPENDED.say(language, window=label), _SUSPENDED_NOTE.say(language)))
    if with_orders:
        group = _ACCOUNT.say(language, entry=scene.entry_words(_entry(scene)))
        heads += [
            Head(word.say(language), note.say(language), group=group)
            for word, note in (
                (_ORDERS, _ORDERS_NOTE),
                (_SHORT, _ORDERS_NOTE),
                (_LIMIT, _LIMIT_NOTE),
            )
        ]
    return heads


def _cells(
    scene: Scene, symbol: str, own: dict[str, Row], windows: list[WindowFacts]
) -> list[Cell]:
    """One share: who it is, its weight, what it did in each window, how long it was suspended."""
    described = next(iter(own.values()))
    cells = [
        text(described["name"]),
        text(symbol),
        _word(scene, described["stance"]),
        _word(scene, described["origin"]),
    ]
    for place, window in enumerate(windows):
        row = own.get(window.label, {})
        if place == 0:
            cells.append(share(row.get("weight")))
        cells += [change(row.get("return")), change(row.get("contribution"))]
    if windows:
        cells.append(number(own.get(windows[-1].label, {}).get("suspended")))
    return cells


def _has(shares: dict[str, dict[str, Row]], window: str) -> bool:
    return any(window in own for own in shares.values())


def _word(scene: Scene, value: object) -> Cell:
    phrase = _WORDS.get(str(value))
    return text(phrase.say(scene.language) if phrase else str(value or ""))


SECTION = Section(id="lists", title=_TITLE, needs=("constituents",), build=_build)
