"""The level and underwater charts of an event, with what happened when."""

from __future__ import annotations

from typing import Any

from basketbt.report.views.backdrop import backdrop
from basketbt.report.views.blocks import Block, Chart
from basketbt.report.views.context import Context, View
from basketbt.report.views.lines import Line, lines
from basketbt.report.views.numbers import percent


def _build(context: Context) -> list[Block]:
    found = lines(context.book_rows("levels"))
    if not found:
        return []
    return [_levels(context, found), _underwater(context, found)]


def _levels(context: Context, found: list[Line]) -> Chart:
    series = [_series(context, line.basket, line.levels) for line in found]
    series.append(
        {
            "label": context.benchmark,
            "hue": -1,
            "y": found[0].benchmark,
        }
    )
    ends = [(line.levels[-1], line.basket) for line in found if line.levels[-1] is not None]
    (best_level, best), (worst_level, worst) = max(ends), min(ends)
    longest = found[0]
    base = longest.dates[longest.start]
    unread = "levels.unread" if len(context.readers) == 1 else "levels.unread_each"
    how = context.say("levels.how_levels", read=context.say(unread))
    if longest.start:
        how += context.say("levels.how_before", before=longest.start)
    end = longest.benchmark[-1]
    beside = context.say("levels.at_end", benchmark=context.benchmark, level=end) if end else ""
    return Chart(
        id=f"levels-{context.index}",
        caption=context.say("levels.levels", base=base),
        alt=context.say(
            "levels.levels_alt",
            count=len(found),
            first=longest.dates[0],
            last=longest.dates[-1],
            best=context.called(best),
            best_level=best_level,
            worst=context.called(worst),
            worst_level=worst_level,
            benchmark=beside,
        ),
        how=how,
        picture=f"levels-{context.stem}",
        data={
            **backdrop(context, longest.dates, longest.days),
            "unit": "level",
            "others": context.say("levels.others"),
            "series": series,
        },
    )


def _underwater(context: Context, found: list[Line]) -> Chart:
    longest = found[0]
    dates, days = longest.dates[longest.start :], longest.days[longest.start :]
    deepest = [
        (min(value for value in line.drawdowns if value is not None), line.basket) for line in found
    ]
    (depth, worst), (mild, best) = min(deepest), max(deepest)
    return Chart(
        id=f"underwater-{context.index}",
        caption=context.say("levels.underwater", base=dates[0]),
        alt=context.say(
            "levels.underwater_alt",
            count=len(found),
            first=dates[0],
            last=dates[-1],
            worst=context.called(worst),
            depth=percent(depth),
            best=context.called(best),
            mild=percent(mild),
        ),
        how=context.say("levels.how_underwater"),
        picture=f"underwater-{context.stem}",
        data={
            **backdrop(context, dates, days),
            "unit": "decimal",
            "others": context.say("levels.others"),
            "series": [_series(context, line.basket, line.drawdowns) for line in found],
        },
    )


def _series(context: Context, basket: str, values: tuple[float | None, ...]) -> dict[str, Any]:
    name = context.called(basket)
    return {"label": name, "panel": name, "hue": 0, "y": values}


VIEW = View(id="levels", title="levels.title", needs=("levels",), build=_build)
