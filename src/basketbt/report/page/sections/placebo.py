"""The same test on earlier dates: where the event stands among days without one."""

from __future__ import annotations

from typing import Any

from basketbt.report.choices import choice_words
from basketbt.report.page.blocks import Block, Chart
from basketbt.report.page.scene import Scene, Section
from basketbt.report.page.sections.chance import headline, placebo_p, registered
from basketbt.report.phrases import Phrase

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


def _build(scene: Scene) -> list[Block]:
    rows = registered(scene)
    chosen = headline(rows)
    if chosen is None:
        return []
    model, window = chosen
    draws: dict[str, list[float]] = {}
    days: list[str] = []
    for row in scene.rows("placebo", model=model, window=window):
        if isinstance(row["t"], float):
            days.append(str(row["date"]))
            draws.setdefault(str(row["basket"]), []).append(row["t"])
    if not draws:
        return []
    events = {
        str(row["basket"]): row
        for row in rows
        if row["model"] == model and row["window"] == window and row["t"] is not None
    }
    labels = {
        basket: _EVENT.say(scene.language, t=row["t"], p=placebo_p(row).text)
        for basket, row in events.items()
    }
    sets: dict[str, dict[str, Any]] = {
        basket: {
            "values": values,
            "marks": [{"x": events[basket]["t"], "label": labels[basket]}]
            if basket in events
            else [],
        }
        for basket, values in draws.items()
    }
    first = next(iter(sets))
    dates = max(map(len, draws.values()))
    return [
        Chart(
            id=f"placebo-{scene.index}",
            caption=_CAPTION.say(
                scene.language,
                window=window,
                model=choice_words(model, scene.language),
                dates=dates,
            ),
            alt=_ALT.say(
                scene.language,
                basket=scene.name(first),
                event=labels.get(first, "–"),
                count=len(sets),
            ),
            how=_HOW.say(scene.language, first=min(days), last=max(days)),
            choices=tuple((name, scene.name(name)) for name in sets),
            data={
                "kind": "histogram",
                "note": scene.hindsight,
                "counts": _DATES.say(scene.language),
                "sets": sets,
            },
        )
    ]


SECTION = Section(id="placebo", title=_TITLE, needs=("placebo", "event_study"), build=_build)
