"""The same test on earlier dates: where the event stands among days without one."""

from __future__ import annotations

from typing import Any

from basketbt.report.views.blocks import Block, Chart
from basketbt.report.views.context import Context, View
from basketbt.report.views.families import placebo_p
from basketbt.report.views.numbers import NONE


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
    found = {
        str(row["basket"]): row
        for row in context.rows("event_study", variant="main", **quoted)
        if row["t"] is not None
    }
    said = {
        basket: context.say("placebo.event", t=row["t"], p=placebo_p(row).text)
        for basket, row in found.items()
    }
    sets: dict[str, dict[str, Any]] = {
        context.called(basket): {
            "values": values,
            "mark": found[basket]["t"] if basket in found else None,
            "said": said.get(basket, NONE),
        }
        for basket, values in draws.items()
    }
    first = next(iter(draws))
    return [
        Chart(
            id=f"placebo-{context.index}",
            caption=context.say(
                "placebo.caption",
                window=tests.window,
                model=context.choice(tests.model),
                dates=max(map(len, draws.values())),
            ),
            alt=context.say(
                "placebo.alt",
                basket=context.called(first),
                event=said.get(first, NONE),
                count=len(sets),
            ),
            how=context.say("placebo.how", first=min(days), last=max(days)),
            note=context.hindsight,
            data={"kind": "histograms", "sets": sets},
        )
    ]


VIEW = View(
    id="placebo", title="placebo.title", needs=("placebo", "event_study"), build=_build, screen=True
)
