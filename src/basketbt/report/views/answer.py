"""What is asked at the desk, of every list: before, and after 1, 5 and 20 sessions."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.data import WindowInfo
from basketbt.report.model import Value
from basketbt.report.views.blocks import Cell, Head, TableBlock, change, text
from basketbt.report.views.context import Context

Row = dict[str, Value]


def table(context: Context) -> TableBlock:
    """A row for each list and period of an event: the list's return, the market's, the fall."""
    say = context.say
    heads = (
        Head(say("answer.list"), number=False),
        Head(say("answer.period"), number=False),
        Head(say("answer.return")),
        Head(context.benchmark),
        Head(say("answer.against")),
        Head(say("answer.fall")),
        Head(say("answer.priced")),
    )
    return TableBlock(
        caption=say("answer.caption"),
        heads=heads,
        rows=tuple(row for basket in context.event.baskets for row in _rows(context, basket)),
    )


def _rows(context: Context, basket: str) -> Iterator[tuple[Cell, ...]]:
    name = context.data.lists[basket].theme.say(context.language)
    for window in periods(context):
        row = context.summary.get((basket, window.label))
        if row is None:
            continue
        yield (
            text(basket, aside=name),
            text(_period(context, window, row)),
            *(change(row[key]) for key in ("total_return", "benchmark_return", "excess_return")),
            change(row["max_drawdown"]),
            text(f"{row['names_priced']}/{row['names']}"),
        )


def periods(context: Context) -> list[WindowInfo]:
    """The window before, and those after publication; after the event where none is known."""
    windows = context.windows
    after = [one for one in windows if one.kind == "horizon"]
    fixed = [one for one in windows if one.kind == "fixed"]
    before = [one for one in windows if one.kind == "hindsight"] if after else []
    before = before or [one for one in fixed if one.last < 0]
    return [*before, *(after or [one for one in fixed if one.last >= 0])]


def _period(context: Context, window: WindowInfo, row: Row) -> str:
    """The window in words, with its days."""
    length = window.last - window.first + 1
    if window.kind == "hindsight":
        key = "answer.before_publication"
    elif window.last < 0:
        key = "answer.before_event"
    elif window.kind == "horizon":
        key = "answer.after_publication" if length > 1 else "answer.after_publication.one"
    else:
        key = "answer.after_event" if length > 1 else "answer.after_event.one"
    return context.say(key, sessions=length, first=row["start_date"], last=row["end_date"])
