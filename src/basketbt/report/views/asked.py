"""What a reader asks next: how many shares, the best and the worst, whose word, which broker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from basketbt.market.securities.latin import share_name
from basketbt.report.data import Row, WindowInfo
from basketbt.report.model import Value
from basketbt.report.views.blocks import (
    Block,
    Cell,
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
from basketbt.report.views.fronttable import before, compared, horizon, quoted, ranked
from basketbt.report.views.numbers import unsigned

_SPLITS = (
    ("recommended", "watched", "recommended_ahead"),
    ("named", "mapped", "named_ahead"),
)


def _build(context: Context) -> list[Block]:
    windows = quoted(context)
    if not windows:
        return []
    window = compared(windows)
    found = {str(row["basket"]): row for row in _rows(context, window)}
    # In the order of the first page.
    rows = [found[basket] for _, basket in ranked([context], windows) if basket in found]
    if not rows:
        return []
    blocks: list[Block] = [
        Prose(text=context.say("asked.how", over=_over(context, window))),
        _shares(context, window, rows),
    ]
    if splits := list(_splits(context, rows)):
        blocks.append(_split_table(context, window, splits))
    if brokers := _brokers(context, windows):
        blocks += [brokers, Prose(text=context.say("asked.few"), kind="fine")]
    return blocks


def _over(context: Context, window: WindowInfo) -> str:
    """A window in a sentence: ``20 sessions from publication on``."""
    if window.kind != "horizon":
        return horizon(context, window)
    return context.say(
        "asked.over", sessions=context.count("sessions", window.last - window.first + 1)
    )


def _rows(context: Context, window: WindowInfo) -> list[Row]:
    return [row for row in context.book_rows("share_breadth") if row["window"] == window.label]


def _shares(context: Context, window: WindowInfo, rows: list[Row]) -> TableBlock:
    accounts = _accounts(context)
    heads = [
        Head(context.say("memo.list"), number=False),
        Head(context.say("asked.rose")),
        Head(context.say("asked.beat", benchmark=context.benchmark)),
        Head(context.say("asked.middle")),
        *(
            head
            for which in ("best", "worst")
            for head in (
                Head(context.say(f"asked.{which}")),
                Head(context.say("asked.part"), context.say("asked.part_note")),
            )
        ),
    ]
    if accounts:
        heads += [
            Head(context.say("shortfall.locked"), context.say("asked.locked_note")),
            Head(context.say("shortfall.capacity"), context.say("asked.capacity_note")),
        ]
    return TableBlock(
        caption=context.say("asked.shares", over=_over(context, window)),
        heads=tuple(heads),
        rows=tuple(tuple(_cells(context, row, accounts)) for row in rows),
    )


def _accounts(context: Context) -> dict[str, Row]:
    """Of each list the account that a reader could have kept."""
    return {
        str(row["basket"]): row
        for row in reversed(context.account_rows)
        if row["knowledge"] != "hindsight" and row["paper_return"] is not None
    }


def _cells(context: Context, row: Row, accounts: dict[str, Row]) -> Iterator[Cell]:
    basket = str(row["basket"])
    priced = int(real(row["names_priced"]) or 0)
    yield text(context.called(basket), title=basket)
    yield _of(row["shares_rose"], priced)
    yield _of(row["shares_beat"], priced - int(real(row["names_late"]) or 0))
    yield change(row["median_share"])
    for which in ("best", "worst"):
        if row[f"{which}_symbol"] is None:
            yield from (number(None), number(None))
            continue
        made = change(row[f"{which}_return"])
        name = share_name(str(row[f"{which}_name"]), context.language)
        yield replace(
            made,
            aside=context.comma([name, *_why(context, basket, row, which)]),
            title=str(row[f"{which}_symbol"]),
        )
        weight = context.say("asked.weight", weight=unsigned(real(row[f"{which}_weight"])))
        yield replace(gained(row[f"{which}_contribution"]), aside=weight)
    if accounts:
        account = accounts.get(basket, {})
        yield share(account.get("locked_at_open"))
        yield amount(account.get("capacity"), context.language)


def _of(count: Value, priced: int) -> Cell:
    if not isinstance(count, int) or not priced:
        return number(None)
    return Cell(f"{count}/{priced}", count / priced)


def _why(context: Context, basket: str, row: Row, which: str) -> Iterator[str]:
    """What stood in the way of trading the share: suspensions, a limit at the account's entry."""
    symbol = row[f"{which}_symbol"]
    suspended = int(real(row[f"{which}_suspended"]) or 0)
    if suspended:
        yield context.say("asked.suspended", sessions=context.count("sessions", suspended))
    entry = next(iter(context.entries), "")
    for order in context.orders.get((basket, entry), []):
        if order["symbol"] == symbol and str(order["reason"]).startswith("limit"):
            why = context.choice(order["reason"])
            yield context.say("asked.stopped", reason=why, date=order["date"])
            return


def _splits(context: Context, rows: list[Row]) -> Iterator[tuple[Cell, ...]]:
    """A row for each list whose source sorts its shares: looked-for against watched, and so on."""
    for row in rows:
        for one, other, ahead in _SPLITS:
            if row[ahead] is not None:
                basket = str(row["basket"])
                yield (
                    text(context.called(basket), title=basket),
                    text(context.say(f"asked.{one}")),
                    number(row[f"{one}_shares"]),
                    change(row[f"{one}_return"]),
                    text(context.say(f"asked.{other}")),
                    number(row[f"{other}_shares"]),
                    change(row[f"{other}_return"]),
                    gained(row[ahead]),
                )


def _split_table(context: Context, window: WindowInfo, rows: list[tuple[Cell, ...]]) -> TableBlock:
    shares, mean = context.say("asked.count"), context.say("asked.mean")
    return TableBlock(
        caption=context.say("asked.splits", over=_over(context, window)),
        heads=(
            Head(context.say("memo.list"), number=False),
            Head(context.say("asked.these"), number=False),
            Head(shares),
            Head(mean),
            Head(context.say("asked.those"), number=False),
            Head(shares),
            Head(mean),
            Head(context.say("asked.difference"), context.say("sides.apart_note")),
        ),
        rows=tuple(rows),
    )


def _brokers(context: Context, windows: list[WindowInfo]) -> TableBlock | None:
    """The lists of each broker together, brokers beside each other; None for a single one."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in context.quoted_rows("brokers"):
        key = str(row["broker"]), str(row["list_kind"])
        found.setdefault(key, {})[str(row["window"])] = row
    if len({broker for broker, _ in found}) < 2:
        return None
    names = {one.broker.zh: one.broker.say(context.language) for one in context.data.info.lists}
    shown = [w for w in context.windows if w.kind == "hindsight"] + windows
    last = compared(windows)
    heads = [
        before([context])
        if w.kind == "hindsight"
        else context.say("asked.at", horizon=horizon(context, w))
        for w in shown
    ]
    rows = []
    for (broker, kind), own in found.items():
        at = own.get(last.label, {})
        lists = int(real(at.get("lists")) or 0) + int(real(at.get("unknown")) or 0)
        rows.append(
            (
                text(names.get(broker, broker)),
                text(context.count(f"lists_{kind}", lists)),
                *(change(own.get(w.label, {}).get("median_return")) for w in shown),
                _of(at.get("rose"), int(real(at.get("lists")) or 0)),
                _of(at.get("beat"), int(real(at.get("lists")) or 0)),
            )
        )
    return TableBlock(
        caption=context.say("asked.brokers"),
        heads=(
            Head(context.say("asked.broker"), number=False),
            Head(context.say("publication.head.lists"), number=False),
            *map(Head, heads),
            Head(context.say("asked.lists_rose", horizon=horizon(context, last))),
            Head(
                context.say(
                    "asked.lists_beat",
                    horizon=horizon(context, last),
                    benchmark=context.benchmark,
                )
            ),
        ),
        rows=tuple(rows),
    )


VIEW = View(id="asked", title="asked.title", needs=("share_breadth",), build=_build)
