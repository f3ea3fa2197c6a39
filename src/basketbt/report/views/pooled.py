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
    """The mean at each horizon with its interval, a sentence for each kind of list."""
    found: dict[str, list[Row]] = {}
    for row in rows(context):
        if row["lists"]:
            found.setdefault(str(row["list_kind"]), []).append(row)
    return [
        context.say(
            "pooled.said",
            kind=context.say(f"pooled.kind.{kind}"),
            first=min(str(row["first_session"]) for row in own),
            last=max(str(row["last_session"]) for row in own),
            each=context.say("joint.semicolon").join(_said(context, row) for row in own),
        )
        for kind, own in found.items()
    ]


def _said(context: Context, row: Row) -> str:
    interval = _between(row, "return_low", "return_high") or context.notes(row["notes"])
    return context.say(
        "pooled.at",
        value=percent(real(row["mean_return"])),
        horizon=context.count("sessions", int(real(row["sessions"]) or 0)),
        interval=interval,
        count=row["lists"],
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
