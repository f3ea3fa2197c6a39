"""List by list: three sentences, and what each share weighed, did and added."""

from __future__ import annotations

from basketbt.report.facts import Member
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
    "点名:来源点名;选取:由本项目按来源点名的主题选取",
)
_WEIGHT = Phrase("Weight", "权重")
_WEIGHT_NOTE = Phrase("at the base of {window}", "{window}基准日")
_RETURN = Phrase("Return {window}", "收益{window}")
_PART = Phrase("Adds {window}", "贡献{window}")
_PART_NOTE = Phrase(
    "contribution: the part of the basket's return; the parts add up", "对组合收益的贡献,各项相加"
)
_SUSPENDED = Phrase("Suspended {window}", "停牌{window}")
_SUSPENDED_NOTE = Phrase("sessions without a bar", "无成交的交易日数")
_PUBLISHED = Phrase(
    "Published {published}: {publisher}, {article}", "{published}发布:{publisher},{article}"
)
_WORDS = {
    "recommend": Phrase("recommend", "看好"),
    "watch": Phrase("watch", "关注"),
    "named": Phrase("named", "点名"),
    "mapped": Phrase("mapped", "选取"),
}


def _build(scene: Scene) -> list[Block]:
    windows = [window.label for window in scene.quoted]
    found: dict[str, dict[str, dict[str, Row]]] = {}
    for row in scene.index_rows("constituents"):
        window = str(row["window"])
        if window in windows:
            shares = found.setdefault(str(row["basket"]), {})
            shares.setdefault(str(row["symbol"]), {})[window] = row
    return [
        _fold(scene, member, found.get(member.basket, {}), first=place == 0)
        for place, member in enumerate(scene.event.members)
    ]


def _fold(scene: Scene, member: Member, shares: dict[str, dict[str, Row]], *, first: bool) -> Fold:
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
            _grid(scene, member.basket, shares),
            Prose(text=source, kind="fine"),
        ),
    )


def _grid(scene: Scene, basket: str, shares: dict[str, dict[str, Row]]) -> Grid:
    language = scene.language
    windows = [window for window in scene.quoted if _has(shares, window.label)]
    heads = [
        Head(_SHARE.say(language), number=False),
        Head(_CODE.say(language), number=False),
        Head(_STANCE.say(language), number=False),
        Head(_ORIGIN.say(language), _ORIGIN_NOTE.say(language), number=False),
    ]
    if windows:
        note = _WEIGHT_NOTE.say(language, window=scene.label(windows[0]))
        heads.append(Head(_WEIGHT.say(language), note))
    for window in windows:
        label = scene.label(window)
        heads += [
            Head(_RETURN.say(language, window=label)),
            Head(_PART.say(language, window=label), _PART_NOTE.say(language)),
        ]
    if windows:
        label = scene.label(windows[-1])
        heads.append(Head(_SUSPENDED.say(language, window=label), _SUSPENDED_NOTE.say(language)))
    rows = []
    for symbol, own in shares.items():
        any_row = next(iter(own.values()))
        cells: list[Cell] = [
            text(any_row["name"]),
            text(symbol),
            _word(scene, any_row["stance"]),
            _word(scene, any_row["origin"]),
        ]
        if windows:
            cells.append(share(own.get(windows[0].label, {}).get("weight")))
        for window in windows:
            row = own.get(window.label, {})
            cells += [change(row.get("return")), change(row.get("contribution"))]
        if windows:
            cells.append(number(own.get(windows[-1].label, {}).get("suspended")))
        rows.append(tuple(cells))
    return Grid(caption=_CAPTION.say(language, basket=basket), heads=tuple(heads), rows=tuple(rows))


def _has(shares: dict[str, dict[str, Row]], window: str) -> bool:
    return any(window in own for own in shares.values())


def _word(scene: Scene, value: object) -> Cell:
    phrase = _WORDS.get(str(value))
    return text(phrase.say(scene.language) if phrase else str(value or ""))


SECTION = Section(id="lists", title=_TITLE, needs=("constituents",), build=_build)
