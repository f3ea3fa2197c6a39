"""Lists that came out on different days, each from its own: one curve by sessions since then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from basketbt.report.data import Row
from basketbt.report.views.blocks import Chart
from basketbt.report.views.context import Context, real
from basketbt.report.views.palette import HUES
from basketbt.report.views.publication import lists_of

#: A line that is drawn grey, as one of many.
_GREY = -2


def chart(events: list[Context]) -> Chart | None:
    """Every list, or the lists of one day together, from the close before day p.

    Of more than have a colour, only the one that ended highest and the one that ended lowest do.
    None where no list is known after publication.
    """
    found = [line for context in events for line in _lines(context)]
    if not found:
        return None
    first, last = events[0], max(len(line["y"]) for line in found)
    for line in found:
        line["y"] += [None] * (last - len(line["y"]))
    found.sort(key=_end)
    lowest, highest = found[0], found[-1]
    alt = first.say(
        "aligned.alt",
        best=highest["label"],
        best_level=_end(highest),
        worst=lowest["label"],
        worst_level=_end(lowest),
    )
    if len(found) > HUES:
        found = [{**line, "label": first.say("levels.others"), "hue": _GREY} for line in found]
        found[0], found[-1] = {**lowest, "hue": 1}, {**highest, "hue": 0}
    else:
        found = [{**line, "hue": hue} for hue, line in enumerate(reversed(found))]
    sessions = list(range(last))
    return Chart(
        id="aligned",
        caption=first.say("aligned.caption"),
        alt=alt,
        how=first.say("aligned.how"),
        flat=True,
        picture="aligned",
        data={
            "kind": "lines",
            "unit": "level",
            "x": sessions,
            "days": sessions,
            "marks": [],
            "shades": [],
            "series": found,
        },
    )


def _lines(context: Context) -> Iterator[dict[str, Any]]:
    """The levels of an event's lists, kind by kind, from the close before their day p on."""
    kinds: dict[str, list[Row]] = {}
    for row in context.curve:
        kinds.setdefault(f"{row['publication_session']} {row['list_kind']}", []).append(row)
    for rows in kinds.values():
        one = rows[-1]
        alone = str(one["lowest_list"]) if one["lists"] == 1 else ""
        name = context.called(alone) if alone else lists_of(context, {**one, "unknown": 0})
        day = one["publication_session"]
        yield {
            "label": context.say("aligned.line", name=name, session=day),
            "y": [real(row["median_level"]) for row in rows],
        }


def _end(line: dict[str, Any]) -> float:
    return next((value for value in reversed(line["y"]) if value is not None), 100.0)
