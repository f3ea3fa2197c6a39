"""How much of a reader's result hangs on the hour that a list's bare date does not give."""

from __future__ import annotations

from basketbt.report.views.blocks import Block, Head, Prose, TableBlock, change, text
from basketbt.report.views.context import Context, View

_TEXTS = 4  # columns before the numbers


def _build(context: Context) -> list[Block]:
    found = [row for row in context.rows("bare_dates") if row["basket"] in context.event.baskets]
    if not found:
        return []
    heads = context.say("bare_dates.heads", benchmark=context.benchmark).split("|")
    return [
        Prose(text=context.say("bare_dates.lead")),
        TableBlock(
            caption=context.say("bare_dates.caption"),
            heads=tuple(Head(head, number=n >= _TEXTS) for n, head in enumerate(heads)),
            rows=tuple(
                (
                    context.head(row["basket"]),
                    text(row["published"]),
                    text(row["morning_date"]),
                    text(row["available_date"]),
                    change(row["morning_return"]),
                    change(row["available_return"]),
                    change(row["morning_excess"]),
                    change(row["available_excess"]),
                )
                for row in found
            ),
        ),
    ]


VIEW = View(id="bare-dates", title="bare_dates.title", needs=("bare_dates",), build=_build)
