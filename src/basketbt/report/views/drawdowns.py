"""The deepest fall of each list, with its dates and lengths."""

from __future__ import annotations

from basketbt.report.views.blocks import Block, Head, TableBlock, change, number, text
from basketbt.report.views.context import Context, View
from basketbt.report.views.phrases import Phrase

_TITLE = Phrase("Deepest falls", "最大回撤")
_CAPTION = Phrase(
    "Deepest fall of each list, bought at the close before day 0: when it began, ended and "
    "was made good",
    "各名单最大回撤（第0日前一收盘买入）：起、止与恢复",
)
_HEADS = Phrase(
    "Basket|Depth|Peak|Trough|Recovered|Sessions down|Sessions back",
    "组合|深度|峰值日|谷值日|恢复日|下跌交易日|恢复交易日",
)
_NOT_YET = Phrase("not by the end", "期末未恢复")
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
    heads = context.say(_HEADS).split("|")
    rows = tuple(
        (
            context.head(row["basket"]),
            change(row["depth"]),
            text(row["peak_date"]),
            text(row["trough_date"]),
            text(row["recovery_date"] or context.say(_NOT_YET)),
            number(row["peak_to_trough_sessions"]),
            number(row["trough_to_recovery_sessions"]),
        )
        for row in found
    )
    return [
        TableBlock(
            caption=context.say(_CAPTION),
            heads=tuple(Head(h, number=i not in _TEXTS) for i, h in enumerate(heads)),
            rows=rows,
        )
    ]


VIEW = View(id="drawdowns", title=_TITLE, needs=("drawdowns", "summary"), build=_build)
