"""Paper against achievable: what an account would have kept, and where the rest went."""

from __future__ import annotations

from typing import Any

from basketbt.report.data import Row
from basketbt.report.views.accounts import sentences
from basketbt.report.views.blocks import (
    Block,
    Bullets,
    Cell,
    Chart,
    Fold,
    Head,
    Prose,
    TableBlock,
    change,
    gained,
    number,
    share,
    text,
)
from basketbt.report.views.context import Context, View, real
from basketbt.report.views.phrases import Phrase, percent, points

_TITLE = Phrase("Paper and achievable", "纸面与可实现")
_LEAD = Phrase(
    "Each account starts with ¥{cash:,.0f}, buys as its entry says under price limits, "
    "suspensions, lots, fees and volume, and sets out to sell all at the close of {exit}; what "
    "could not be sold then is named below and counted at its last price. Paper is the index "
    "book from the close of day -1 to that day ({window}), of the part of the list that the "
    "account can hold: Covers is its weight. From entry is the same book bought at the close "
    "before the entry: what moved earlier nobody who entered then could have. The columns after"
    " Achievable are what each rule took from Paper (-) or gave (+), in points; they add up. "
    "Bought and Sold are the filled parts of what the account set out to buy and to sell. "
    "Entries before a list was published are hindsight.",
    "各账户初始资金{cash:,.0f}元，受涨跌停、停牌、整手、费用与成交量约束，按入场规则买入，于{exit}收盘委托"
    "全部卖出；未能卖出者列于下文，按最近价格计值。纸面为账户可持有部分（“覆盖”为其占名单权重）的指数口径自"
    "第-1日收盘至该日（{window}）的收益率。“入场起”为同一账簿于入场前一收盘买入的收益率：此前的涨跌，届时入场者"
    "无从获得。“可实现”之后各列为每条规则给纸面带来的损益（百分点），合计等于两者之差。“买入”与“卖出”为计划买卖中"
    "成交的部分。早于名单发布的入场为事后视角。",
)
_CAPTION = Phrase("Each list on paper and in an account", "各名单的纸面与账户收益")
_PARTS = (
    ("shortfall_delay", Phrase("Delay", "延迟")),
    ("shortfall_unfilled", Phrase("Unfilled", "未成交")),
    ("shortfall_fees", Phrase("Fees", "费用")),
    ("shortfall_lots_cash", Phrase("Lots, cash", "整手与现金")),
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
_WATERFALL = Phrase(
    "From paper to achievable, to the end of the study: where the return went",
    "自纸面至可实现（至期末）：收益去向",
)
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


def _build(context: Context) -> list[Block]:
    every = context.account_rows
    rows = [row for row in every if row["paper_return"] is not None]
    account = context.event.account
    every_one = (one for row in every for one in sentences(context, row))
    said = Bullets(items=tuple(dict.fromkeys(every_one)))
    if not rows or account is None:
        return [said] if every else []
    lead = context.say(_LEAD, cash=account.cash, exit=account.exit, window=account.window)
    return [
        Prose(text=lead),
        _table(context, rows),
        Bullets(
            items=tuple(dict.fromkeys(one for row in every for one in sentences(context, row)))
        ),
        _waterfall(context, rows),
        *_refused(context),
    ]


def _table(context: Context, rows: list[Row]) -> TableBlock:
    parts = [phrase for _, phrase in _PARTS]
    words = [_COVERS, _PAPER, _SINCE, _ACHIEVABLE, *parts, _BOUGHT, _SOLD]
    return TableBlock(
        caption=context.say(_CAPTION),
        heads=(
            Head(context.say(_BASKET), number=False),
            Head(context.say(_ENTRY), number=False),
            *(Head(context.say(word)) for word in words),
            *(Head(context.say(word), screen=True) for word in (_COSTS, _DRAWDOWN)),
        ),
        rows=tuple(
            (
                context.head(row["basket"], context.notes(row["notes"])),
                text(context.entry(row)),
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
    value = real(row[key])
    return None if value is None else -value


def _waterfall(context: Context, rows: list[Row]) -> Chart:
    words = [_PAPER, *(phrase for _, phrase in _PARTS), _ACHIEVABLE]
    sets: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = [row["paper_return"], *(_lost(row, key) for key, _ in _PARTS), row["total_return"]]
        numbers = [real(value) or 0.0 for value in values]
        name, entry = context.name(row["basket"]), context.entry(row)
        sets[f"{name} · {entry}"] = {
            "list": name,
            "entry": entry,
            "covered": row["covered"],
            "labels": list(map(context.say, words)),
            "values": numbers,
            "texts": [
                percent(numbers[0]),
                *(points(value, signed=True) for value in numbers[1:-1]),
                percent(numbers[-1]),
            ],
            "measures": ["absolute", *["relative"] * len(_PARTS), "total"],
        }
    shown = next(iter(sets.values()))
    return Chart(
        id=f"shortfall-{context.index}",
        caption=context.say(_WATERFALL),
        alt=context.say(
            _WATERFALL_ALT,
            basket=shown["list"],
            entry=shown["entry"],
            paper=shown["texts"][0],
            achievable=shown["texts"][-1],
        ),
        choices=tuple((key, key) for key in sets),
        picture=f"paper-vs-achievable-{context.stem}",
        data={"kind": "bars", "note": context.hindsight, "sets": sets},
    )


def _refused(context: Context) -> list[Block]:
    """Orders that the market cut, those of several accounts on one line, the largest first.

    What was cut to whole lots is left out: nothing stood in its way.
    """
    missed: dict[tuple[str, ...], dict[str, float]] = {}
    for row in context.rows("orders"):
        if row["reason"] and row["reason"] != "lot":
            key = tuple(str(row[k]) for k in ("date", "entry", "symbol", "side", "reason"))
            account = f"{row['basket']} {row['weighting']} {row['rebalance']}"
            missed.setdefault(key, {})[account] = _missed(row)
    if not missed:
        return []
    heads = context.say(_REFUSED_HEADS).split("|")
    largest = sorted(missed.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    table = TableBlock(
        caption=context.say(_REFUSED_CAPTION),
        heads=tuple(Head(head, number=place > 4) for place, head in enumerate(heads)),
        rows=tuple(
            (*_words(context, key), number(sum(own.values())), number(len(own)))
            for key, own in largest
        ),
    )
    return [Fold(title=context.say(_REFUSED), blocks=(table,))]


def _missed(row: Row) -> float:
    """Yuan of an order that were not traded; 0 where no price is known."""
    wanted, filled, price = row["wanted"], row["filled"], row["price"]
    if not (isinstance(wanted, int) and isinstance(filled, int) and isinstance(price, float)):
        return 0.0
    return (wanted - filled) * price


def _words(context: Context, key: tuple[str, ...]) -> list[Cell]:
    """Date, entry, share, side and reason of an order, in words."""
    date, entry, share, side, reason = key
    words = (context.entry_name(entry), share, context.choice(side), context.choice(reason))
    return [text(date), *map(text, words)]


VIEW = View(id="account", title=_TITLE, needs=("summary", "account"), build=_build)
