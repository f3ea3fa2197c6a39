"""The lists of a study in which each is its own event, pooled over their days p."""

from __future__ import annotations

from dataclasses import dataclass

from basketbt.report.data import Row, WindowInfo
from basketbt.report.views.blocks import Block, Cell, Head, Prose, TableBlock, change, number, text
from basketbt.report.views.context import Context, View, real
from basketbt.report.views.numbers import percent


@dataclass(frozen=True)
class Middle:
    """The median of the ``known`` of some lists; None where none is known."""

    value: float | None
    known: int
    lists: int


def _build(context: Context) -> list[Block]:
    return [
        *(Prose(text=line, kind="lead") for line in answers(context)),
        table(context),
        *(Prose(text=line, kind="fine") for line in below(context)),
        Prose(text=context.say("pooled.how"), kind="fine"),
    ]


def answers(context: Context) -> list[str]:
    """The mean at each horizon, a sentence a kind of list that has an interval at one of them."""
    found: dict[str, list[Row]] = {}
    for row in rows(context):
        if row["lists"]:
            found.setdefault(str(row["list_kind"]), []).append(row)
    return [_answer(context, own) for own in found.values() if _has_interval(own)]


def below(context: Context) -> list[str]:
    """Why the table has no intervals; nothing where it has one."""
    found = rows(context)
    reasons = {context.notes(row["notes"]): None for row in found if row["lists"]}
    if _has_interval(found) or not reasons:
        return []
    said = context.say("joint.semicolon").join(reasons)
    return [said[:1].upper() + said[1:] + context.say("memo.stop")]


def _has_interval(found: list[Row]) -> bool:
    return any(row["return_low"] is not None or row["excess_low"] is not None for row in found)


def medians(events: list[Context], windows: list[WindowInfo]) -> list[tuple[str, list[Middle]]]:
    """Of each kind of list but composites the median over all days at each of ``windows``."""
    found: list[tuple[str, list[Middle]]] = []
    for kind in ("named", "mapped", "composite"):
        made = [
            (one, basket)
            for one in events
            for basket in one.event.baskets
            if one.data.lists[basket].kind == kind
        ]
        if made and (kind != "composite" or not found):
            found.append((kind, [_middle(made, window.label) for window in windows]))
    return found


def _middle(lists: list[tuple[Context, str]], window: str) -> Middle:
    from statistics import median  # it brings fractions, decimals and hashes

    every = (real(one.summary.get((own, window), {}).get("total_return")) for one, own in lists)
    known = [value for value in every if value is not None]
    return Middle(median(known) if known else None, len(known), len(lists))


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
    """A row for each kind of list and horizon; without intervals where there is none."""
    benchmark = context.benchmark
    names = ("lists", "horizon", "of", "separate", "mean", "interval", "excess", "interval")
    known = _has_interval(rows(context))
    shown = [place for place, name in enumerate(names) if known or name != "interval"]
    lines = (_line(context, row) for row in rows(context))
    return TableBlock(
        caption=context.say("pooled.caption" if known else "pooled.caption_means"),
        heads=tuple(
            Head(
                context.say(f"pooled.head.{names[place]}", benchmark=benchmark),
                number=names[place] not in ("lists", "horizon"),
            )
            for place in shown
        ),
        rows=tuple(tuple(line[place] for place in shown) for line in lines),
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
