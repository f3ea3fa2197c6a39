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
    amount,
    change,
    gained,
    number,
    share,
    text,
)
from basketbt.report.views.context import Context, View, real
from basketbt.report.views.numbers import percent, unsigned

_PARTS = ("shortfall_unfilled", "shortfall_fees", "shortfall_lots_cash", "shortfall_residual")
#: From paper to achievable: what had moved before, then the account's own friction.
_STEPS = ("moved_before_entry", *_PARTS)


def _build(context: Context) -> list[Block]:
    every = context.account_rows
    rows = [row for row in every if row["paper_return"] is not None]
    account = context.event.account
    every_one = (one for row in every for one in sentences(context, row))
    said = Bullets(items=tuple(dict.fromkeys(every_one)))
    if not rows or account is None:
        return [said] if every else []
    lead = context.say(
        "shortfall.lead",
        cash=account.cash,
        exit=account.exit,
        window=account.window,
        volume=unsigned(account.participation),
    )
    return [
        Prose(text=lead),
        _table(context, rows),
        Bullets(
            items=tuple(dict.fromkeys(one for row in every for one in sentences(context, row)))
        ),
        _chart(context, rows),
        *_refused(context),
    ]


def _table(context: Context, rows: list[Row]) -> TableBlock:
    words = [
        "shortfall.covers",
        "shortfall.paper",
        "shortfall.parts.moved_before_entry",
        "shortfall.achievable",
        "shortfall.friction",
        *(f"shortfall.parts.{key}" for key in _PARTS[:2]),
        "shortfall.locked",
        "shortfall.capacity",
        "shortfall.bought",
        "shortfall.sold",
    ]
    return TableBlock(
        caption=context.say("shortfall.caption"),
        heads=(
            Head(context.say("shortfall.basket"), number=False),
            Head(context.say("shortfall.entry"), number=False),
            *(Head(context.say(word)) for word in words),
            *(
                Head(context.say(word), screen=True)
                for word in (
                    *(f"shortfall.parts.{key}" for key in _PARTS[2:]),
                    "shortfall.most",
                    "shortfall.costs",
                    "shortfall.drawdown",
                )
            ),
        ),
        rows=tuple(
            (
                context.head(row["basket"], context.notes(row["notes"])),
                text(context.entry(row)),
                share(row["holdable"]),
                change(row["paper_return"]),
                gained(row["moved_before_entry"]),
                change(row["total_return"]),
                *(gained(_lost(row, key)) for key in ("friction", *_PARTS[:2])),
                share(row["locked_at_open"]),
                amount(row["capacity"], context.language, title=str(row["tightest"] or "")),
                share(row["fill_ratio"]),
                share(row["sold_ratio"]),
                *(gained(_lost(row, key)) for key in _PARTS[2:]),
                amount(row["capacity_90"], context.language),
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


def _chart(context: Context, rows: list[Row]) -> Chart:
    """A bar for each list on paper, and one for each way in that an account tried."""
    lists = list(dict.fromkeys(str(row["basket"]) for row in rows))
    covered = {str(row["basket"]): real(row["holdable"]) or 1.0 for row in rows}
    paper = {str(row["basket"]): row["paper_return"] for row in rows}
    ways: dict[str, dict[str, Any]] = {context.say("shortfall.paper"): paper}
    for row in rows:
        ways.setdefault(context.entry(row), {})[str(row["basket"])] = row["total_return"]
    first = rows[0]
    return Chart(
        id=f"shortfall-{context.index}",
        caption=context.say("shortfall.chart"),
        alt=context.say(
            "shortfall.chart_alt",
            basket=context.called(str(first["basket"])),
            entry=context.entry(first),
            paper=percent(real(first["paper_return"])),
            achievable=percent(real(first["total_return"])),
        ),
        note=context.hindsight,
        picture=f"paper-vs-achievable-{context.stem}",
        data={
            "kind": "bars",
            "labels": [_covered(context, one, covered[one]) for one in lists],
            "bars": [
                {"label": way, "values": [values.get(one) for one in lists]}
                for way, values in ways.items()
            ],
        },
    )


def _covered(context: Context, basket: str, share_held: float) -> str:
    """The name of a list, and how much of it an account could hold where that is not all."""
    name = context.called(basket)
    return f"{name} ({unsigned(share_held)})" if share_held < 1 else name


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
    heads = context.say("shortfall.refused_heads").split("|")
    largest = sorted(missed.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    table = TableBlock(
        caption=context.say("shortfall.refused_caption"),
        heads=tuple(Head(head, number=place > 4) for place, head in enumerate(heads)),
        rows=tuple(
            (*_words(context, key), number(sum(own.values())), number(len(own)))
            for key, own in largest
        ),
    )
    return [Fold(title=context.say("shortfall.refused"), blocks=(table,))]


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


VIEW = View(id="account", title="shortfall.title", needs=("summary", "account"), build=_build)
