"""Paper against achievable: what an account would have kept, and where the rest went."""

from __future__ import annotations

from typing import Any

from basketbt.report.choices import choice_words
from basketbt.report.page.blocks import (
    Block,
    Cell,
    Chart,
    Fold,
    Grid,
    Head,
    Prose,
    change,
    gained,
    number,
    share,
    text,
)
from basketbt.report.page.scene import Scene, Section
from basketbt.report.phrases import Phrase, percent, points
from basketbt.report.record import Row

_TITLE = Phrase("Paper and achievable", "纸面与可实现")
_LEAD = Phrase(
    "Paper is the list bought at the close before day 0 without friction; achievable is an account "
    "under price limits, suspensions, lots, fees and volume. The parts between add up exactly. "
    "Covers is the weight of the list that can be held at all; paper and account are of that part.",
    "纸面为第0日前一收盘无摩擦买入；可实现为受涨跌停、停牌、整手、费用与成交量约束的账户。"
    "其间各项相加恰等于差额。“覆盖”为账户可持有的名单权重，纸面与账户均仅含该部分。",
)
_HOW = Phrase(
    "How to read: from entry is paper bought at the close before the entry; delay is what had "
    "moved before the account could buy, unfilled what its refused or cut orders would have made; "
    "minus took from the return, plus added to it, in percentage points.",
    "读法：入场起为入场前一收盘买入的纸面收益；延迟为账户买入之前已发生的涨跌，未成交为被拒或被削减委托本应带来的损益；负号为损失，正号为增益，单位为百分点。",
)
_NONE = Phrase("Lists without an account", "无账户的名单")
_NONE_CAPTION = Phrase("Why {count} lists have no account", "{count}份名单无账户的原因")
_WHY = Phrase("Reason", "原因")
_CAPTION = Phrase("Each list on paper and in an account", "各名单的纸面与账户收益")
_PARTS = (
    ("shortfall_delay", Phrase("Delay", "延迟")),
    ("shortfall_unfilled", Phrase("Unfilled", "未成交")),
    ("shortfall_fees", Phrase("Fees", "费用")),
    ("shortfall_lots_cash", Phrase("Lots and cash", "整手与现金")),
    ("shortfall_residual", Phrase("Rest", "其余")),
)
_BASKET = Phrase("Basket", "组合")
_ENTRY = Phrase("Entry", "入场")
_PAPER = Phrase("Paper", "纸面")
_ACHIEVABLE = Phrase("Achievable", "可实现")
_SINCE = Phrase("From entry", "入场起")
_COVERS = Phrase("Covers", "覆盖")
_BOUGHT = Phrase("Bought", "买入成交")
_SOLD = Phrase("Sold", "卖出成交")
_COSTS = Phrase("Costs", "成本")
_DRAWDOWN = Phrase("Max drawdown", "最大回撤")
_WATERFALL = Phrase("From paper to achievable: where the return went", "自纸面至可实现：收益去向")
_WATERFALL_ALT = Phrase(
    "First shown: {basket} ({entry}), {paper} on paper, {achievable} achievable. Choose any other "
    "above.",
    "首先所示：{basket}（{entry}），纸面{paper}，可实现{achievable}。可在上方选择其他。",
)
_REFUSED = Phrase("Orders that the market did not fill", "市场未能足额成交的委托")
_REFUSED_CAPTION = Phrase(
    "Orders filled in part or not at all, the largest first, and in how many accounts; what was "
    "cut to whole lots is in orders.parquet",
    "未足额成交的委托（按金额）及涉及账户数；因整手削减者见orders.parquet",
)
_REFUSED_HEADS = Phrase(
    "Date|Entry|Share|Side|Reason|Yuan not traded|Accounts",
    "日期|入场|代码|方向|原因|未成交金额（元）|账户数",
)


def _build(scene: Scene) -> list[Block]:
    every = scene.account_rows
    rows = [row for row in every if row.get("paper_return") is not None]
    if not rows:
        return _without(scene, every)
    return [
        Prose(text=_LEAD.say(scene.language)),
        _grid(scene, rows),
        Prose(text=_HOW.say(scene.language), kind="fine"),
        *_without(scene, [row for row in every if row.get("paper_return") is None]),
        _waterfall(scene, rows),
        *_refused(scene),
    ]


def _without(scene: Scene, rows: list[Row]) -> list[Block]:
    """Lists that no account could hold, with the reason; nothing if there are none."""
    reasons = dict.fromkeys((str(row["basket"]), str(row["notes"] or "")) for row in rows)
    if not reasons:
        return []
    grid = Grid(
        caption=_NONE_CAPTION.say(scene.language, count=len({name for name, _ in reasons})),
        heads=tuple(Head(w.say(scene.language), number=False) for w in (_BASKET, _WHY)),
        rows=tuple((scene.head(basket), text(why)) for basket, why in reasons),
    )
    return [Fold(title=_NONE.say(scene.language), blocks=(grid,))]


def _grid(scene: Scene, rows: list[Row]) -> Grid:
    language = scene.language
    parts = [phrase for _, phrase in _PARTS]
    words = [_COVERS, _PAPER, _SINCE, _ACHIEVABLE, *parts, _BOUGHT, _SOLD, _COSTS, _DRAWDOWN]
    return Grid(
        caption=_CAPTION.say(language),
        heads=(
            Head(_BASKET.say(language), number=False),
            Head(_ENTRY.say(language), number=False),
            *(Head(word.say(language)) for word in words),
        ),
        rows=tuple(
            (
                scene.head(row["basket"], str(row["notes"] or "")),
                text(scene.entry_words(row["entry"])),
                share(row["covered"]),
                change(row["paper_return"]),
                change(row["paper_since_entry"]),
                change(row["total_return"]),
                *(gained(_lost(row, key)) for key, _ in _PARTS),
                share(row["fill_ratio"]),
                share(row["sold_ratio"]),
                share(row["costs"]),
                change(row["max_drawdown"]),
            )
            for row in rows
        ),
    )


def _lost(row: Row, key: str) -> float | None:
    """A part of the shortfall as the return it took away."""
    value = row[key]
    return -value if isinstance(value, float) else None


def _waterfall(scene: Scene, rows: list[Row]) -> Chart:
    labels = [phrase.say(scene.language) for phrase in (_PAPER, *(p for _, p in _PARTS))]
    labels.append(_ACHIEVABLE.say(scene.language))
    sets: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = [row["paper_return"], *(_lost(row, key) for key, _ in _PARTS), row["total_return"]]
        numbers = [value if isinstance(value, float) else 0.0 for value in values]
        entry = scene.entry_words(row["entry"])
        sets[f"{scene.name(str(row['basket']))} · {entry}"] = {
            "labels": labels,
            "values": numbers,
            "texts": [
                percent(numbers[0]),
                *(points(value, signed=True) for value in numbers[1:-1]),
                percent(numbers[-1]),
            ],
            "measures": ["absolute", *["relative"] * len(_PARTS), "total"],
        }
    first = rows[0]
    shown = next(iter(sets.values()))
    return Chart(
        id=f"shortfall-{scene.index}",
        caption=_WATERFALL.say(scene.language),
        alt=_WATERFALL_ALT.say(
            scene.language,
            basket=scene.name(str(first["basket"])),
            entry=scene.entry_words(first["entry"]),
            paper=shown["texts"][0],
            achievable=shown["texts"][-1],
        ),
        choices=tuple((key, key) for key in sets),
        data={"kind": "bars", "note": scene.hindsight, "sets": sets},
    )


def _refused(scene: Scene) -> list[Block]:
    """Orders that the market cut, those of several accounts on one line, the largest first.

    What was cut to whole lots is left out: nothing stood in its way.
    """
    missed: dict[tuple[str, ...], dict[str, float]] = {}
    for row in scene.rows("orders"):
        if row["reason"] and row["reason"] != "lot":
            key = tuple(str(row[k]) for k in ("date", "entry", "symbol", "side", "reason"))
            account = f"{row['basket']} {row['weighting']} {row['rebalance']}"
            missed.setdefault(key, {})[account] = _missed(row)
    if not missed:
        return []
    heads = _REFUSED_HEADS.say(scene.language).split("|")
    largest = sorted(missed.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    grid = Grid(
        caption=_REFUSED_CAPTION.say(scene.language),
        heads=tuple(Head(head, number=place > 4) for place, head in enumerate(heads)),
        rows=tuple(
            (*_words(scene, key), number(sum(own.values())), number(len(own)))
            for key, own in largest
        ),
    )
    return [Fold(title=_REFUSED.say(scene.language), blocks=(grid,))]


def _missed(row: Row) -> float:
    """Yuan of an order that were not traded; 0 where no price is known."""
    wanted, filled, price = row["wanted"], row["filled"], row["price"]
    if not (isinstance(wanted, int) and isinstance(filled, int) and isinstance(price, float)):
        return 0.0
    return (wanted - filled) * price


def _words(scene: Scene, key: tuple[str, ...]) -> list[Cell]:
    """Date, entry, share, side and reason of an order, in words."""
    date, entry, share, side, reason = key
    return [
        text(date),
        text(scene.entry_words(entry)),
        text(share),
        *(text(choice_words(word, scene.language)) for word in (side, reason)),
    ]


SECTION = Section(id="account", title=_TITLE, needs=("summary", "account"), build=_build)
