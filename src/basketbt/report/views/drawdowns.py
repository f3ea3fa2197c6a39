"""The deepest fall of each list, with its dates and lengths."""

from __future__ import annotations

from basketbt.report.views.blocks import Block, Head, TableBlock, change, number, text
from basketbt.report.views.context import Context, View

_TEXTS = {0, 2, 3, 4}


def _build(context: Context) -> list[Block]:
    bases = {str(row["base_date"]) for row in context.book_rows("summary") if row["first_day"] == 0}
    found = [
        row
        for row in context.book_rows("drawdowns")
        if row["rank"] == 1 and str(row["base_date"]) in bases
    ]
    if not found:
        return []
    heads = context.say("drawdowns.heads").split("|")
    rows = tuple(
        (
            context.head(row["basket"]),
            change(row["depth"]),
            text(row["peak_date"]),
            text(row["trough_date"]),
            text(row["recovery_date"] or context.say("drawdowns.not_yet")),
            number(row["peak_to_trough_sessions"]),
            number(row["trough_to_recovery_sessions"]),
        )
        for row in found
    )
    return [
        TableBlock(
            caption=context.say("drawdowns.caption"),
            heads=tuple(Head(h, number=i not in _TEXTS) for i, h in enumerate(heads)),
            rows=rows,
        )
    ]


VIEW = View(id="drawdowns", title="drawdowns.title", needs=("drawdowns", "summary"), build=_build)
