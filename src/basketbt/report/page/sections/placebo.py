"""The same test on earlier dates: where the event stands among days without one."""

from __future__ import annotations

from typing import Any

from basketbt.report.page.blocks import Block, Chart
from basketbt.report.page.scene import Scene, Section
from basketbt.report.page.sections.chance import headline, registered
from basketbt.report.phrases import Phrase

_TITLE = Phrase("Placebo dates", "安慰剂日期")
_CAPTION = Phrase(
    "t of {window} on earlier dates without the event, model {model}; the line is the event",
    "{window}在无事件的更早日期上的t值,模型{model};竖线为事件",
)
_ALT = Phrase(
    "Histogram of the t statistics of {count} lists on earlier dates, each beside its event.",
    "{count}份名单在更早日期上t统计量的直方图,及事件所在位置。",
)
_EVENT = Phrase("the event", "事件")


def _build(scene: Scene) -> list[Block]:
    rows = registered(scene)
    chosen = headline(rows)
    if chosen is None:
        return []
    model, window = chosen
    draws: dict[str, list[float]] = {}
    for row in scene.rows("placebo", model=model, window=window):
        if isinstance(row["t"], float):
            draws.setdefault(str(row["basket"]), []).append(row["t"])
    if not draws:
        return []
    events = {
        str(row["basket"]): row["t"]
        for row in rows
        if row["model"] == model and row["window"] == window
    }
    sets: dict[str, dict[str, Any]] = {
        basket: {
            "values": values,
            "marks": [{"x": events[basket], "label": _EVENT.say(scene.language)}]
            if events.get(basket) is not None
            else [],
        }
        for basket, values in draws.items()
    }
    return [
        Chart(
            id=f"placebo-{scene.index}",
            caption=_CAPTION.say(scene.language, window=window, model=model),
            alt=_ALT.say(scene.language, count=len(sets)),
            choices=tuple((name, name) for name in sets),
            data={"kind": "histogram", "demo": scene.demo, "note": scene.hindsight, "sets": sets},
        )
    ]


SECTION = Section(id="placebo", title=_TITLE, needs=("placebo", "event_study"), build=_build)
