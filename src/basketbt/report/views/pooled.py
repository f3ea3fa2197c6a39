"""The lists of a study in which each is its own event, pooled over their days p."""

from __future__ import annotations

from basketbt.report.data import Row
from basketbt.report.views.blocks import Block, Cell, Head, Prose, TableBlock, change, number, text
from basketbt.report.views.context import Context, View, real
from basketbt.report.views.numbers import percent


def _build(context: Context) -> list[Block]:
    return [
        *(Prose(text=line, kind="lead") for line in answers(context)),
        table(context),
        Prose(text=context.say("pooled.how"), kind="fine"),
    ]


def answers(context: Context) -> list[str]:
    """The mean at each horizon, a sentence a kind of list; why there is no interval, once."""
    found: dict[str, list[Row]] = {}
    for row in rows(context):
        if row["lists"]:
            found.setdefault(str(row["list_kind"]), []).append(row)
    return [_answer(context, own) for own in found.values()]


def _answer(context: Context, every: list[Row]) -> str:
    own = [row for row in every if row["window"] != "available"] or every
    most = max(int(real(row["lists"]) or 0) for row in own)
    days = {str(row[end]) for row in own for end in ("first_session", "last_session")}
    reasons = {context.notes(row["notes"]): None for row in own if row["return_low"] is None}
    return context.say(
        "pooled.said",
        lists=context.count(f"lists_{own[0]['list_kind']}", most),
        days=" … ".join(sorted({min(days), max(days)})),
        each=context.comma([_said(context, row, most) for row in own]),
        reasons=context.say("pooled.reasons", said=context.say("joint.semicolon").join(reasons))
        if reasons
        else "",
    )


def _said(context: Context, row: Row, most: int) -> str:
    interval = _between(row, "return_low", "return_high")
    lists = int(real(row["lists"]) or 0)
    return context.say(
        "pooled.at",
        value=percent(real(row["mean_return"])),
        horizon=context.count("sessions", int(real(row["sessions"]) or 0)),
        interval=context.say("pooled.interval", interval=interval) if interval else "",
        count="" if lists == most else context.say("pooled.fewer", count=lists),
    )


def rows(context: Context) -> list[Row]:
    """Rows of pooled.csv of the study's first book, kind by kind."""
    event, kinds = context.event, ("named", "mapped", "composite")
    found = context.data.rows("pooled", weighting=event.weighting, rebalance=event.rebalance)
    return sorted(found, key=lambda row: kinds.index(str(row["list_kind"])))


def table(context: Context) -> TableBlock:
    """A row for each kind of list and horizon, of the study's first book."""
    benchmark = context.benchmark
    heads = ("lists", "horizon", "of", "separate", "mean", "interval")
    return TableBlock(
        caption=context.say("pooled.caption"),
        heads=(
            *(
                Head(context.say(f"pooled.head.{one}"), number=one not in ("lists", "horizon"))
                for one in heads
            ),
            Head(context.say("pooled.head.excess", benchmark=benchmark)),
            Head(context.say("pooled.head.interval")),
        ),
        rows=tuple(_line(context, row) for row in rows(context)),
    )


def _line(context: Context, row: Row) -> tuple[Cell, ...]:
    reason = context.notes(row["notes"])
    end = row["window"] == "available"
    length = int(real(row["sessions"]) or 0)
    lists = context.count(f"lists_{row['list_kind']}", int(real(row["lists"]) or 0))
    missing = context.say("pooled.unknown", count=row["unknown"]) if row["unknown"] else ""
    return (
        text(lists + missing),
        text(
            context.count("sessions", length),
            aside=context.say("pooled.end") if end else "",
        ),
        number(row["publication_sessions"]),
        number(row["separate_windows"]),
        change(row["mean_return"], title=reason),
        _interval(row, "return_low", "return_high", reason),
        change(row["mean_excess"], title=reason),
        _interval(row, "excess_low", "excess_high", reason),
    )


def _interval(row: Row, low: str, high: str, reason: str) -> Cell:
    return text(_between(row, low, high)) if row[low] is not None else number(None, title=reason)


def _between(row: Row, low: str, high: str) -> str:
    """Two returns as a range; empty where there is none."""
    return "" if row[low] is None else f"{percent(real(row[low]))} … {percent(real(row[high]))}"


VIEW = View(id="pooled", title="pooled.title", needs=("pooled",), build=_build, scope="study")
