"""The same test on earlier dates: where the event stands among days without one."""

from __future__ import annotations

from typing import Any

from basketbt.report.views.blocks import Block, Chart
from basketbt.report.views.chance import placebo_p
from basketbt.report.views.context import Context, View
from basketbt.report.views.phrases import NONE, Phrase

_TITLE = Phrase("Placebo dates", "安慰剂日期")
_CAPTION = Phrase(
    "t of {window} on {dates} earlier dates, before the event, model {model}; the line is the "
    "event",
    "{window}在{dates}个事件之前的日期上的t值，模型{model}；竖线为事件",
)
_ALT = Phrase(
    "First shown: {basket}, {event}. Choose any other of the {count} lists above.",
    "首先所示：{basket}，{event}。可在上方选择{count}份名单中的其他名单。",
)
_HOW = Phrase(
    "How to read: bars count the earlier dates that could be tested, {first} to {last}, whatever "
    "happened on them. An event in the thick of them could be any day; one beyond them all is "
    "rare, as far as these dates can tell; ≤ is the finest p that they can tell.",
    "读法：柱为可检验的全部更早日期数（{first}至{last}），不论当日有无消息。事件落在其中则与寻常日子无异；"
    "落在全部之外则少见，但仅以这些日期为限。≤为这些日期所能分辨的最小p值。",
)
_EVENT = Phrase("the event: t {t:.2f}, p {p}", "事件：t {t:.2f}，p {p}")
_DATES = Phrase("earlier dates", "更早日期数")


def _build(context: Context) -> list[Block]:
    tests = context.event.tests
    if tests is None:
        return []
    quoted = {"model": tests.model, "window": tests.window}
    draws: dict[str, list[float]] = {}
    days: list[str] = []
    for row in context.rows("placebo", **quoted):
        if isinstance(row["t"], float):
            days.append(str(row["date"]))
            draws.setdefault(str(row["basket"]), []).append(row["t"])
    if not draws:
        return []
    marks = {
        str(row["basket"]): {
            "x": row["t"],
            "label": context.say(_EVENT, t=row["t"], p=placebo_p(row).text),
        }
        for row in context.rows("event_study", variant="main", **quoted)
        if row["t"] is not None
    }
    sets: dict[str, dict[str, Any]] = {
        basket: {"values": values, "marks": [marks[basket]] if basket in marks else []}
        for basket, values in draws.items()
    }
    first = next(iter(sets))
    return [
        Chart(
            id=f"placebo-{context.index}",
            caption=context.say(
                _CAPTION,
                window=tests.window,
                model=context.choice(tests.model),
                dates=max(map(len, draws.values())),
            ),
            alt=context.say(
                _ALT,
                basket=context.name(first),
                event=marks[first]["label"] if first in marks else NONE,
                count=len(sets),
            ),
            how=context.say(_HOW, first=min(days), last=max(days)),
            choices=tuple((name, context.name(name)) for name in sets),
            data={
                "kind": "histogram",
                "note": context.hindsight,
                "counts": context.say(_DATES),
                "sets": sets,
            },
        )
    ]


VIEW = View(id="placebo", title=_TITLE, needs=("placebo", "event_study"), build=_build, screen=True)
