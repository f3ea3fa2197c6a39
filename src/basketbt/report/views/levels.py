"""The level and underwater charts of an event, with what happened when."""

from __future__ import annotations

from typing import Any

from basketbt.report.views.backdrop import backdrop
from basketbt.report.views.blocks import Block, Chart, Legend, Prose
from basketbt.report.views.context import Context, View
from basketbt.report.views.lines import Line, lines
from basketbt.report.views.numbers import percent


def _build(context: Context) -> list[Block]:
    found = lines(context.book_rows("levels"))
    if not found:
        return []
    keys = [
        (line.basket, context.name(line.basket), *_look(context, line.basket)) for line in found
    ]
    keys.append((_BENCHMARK, context.benchmark, -1, 0))
    return [
        Prose(text=context.say("levels.how"), kind="hint"),
        Legend(group=context.group, keys=tuple(keys)),
        _levels(context, found),
        _underwater(context, found),
    ]


#: The id of the benchmark's line; no basket id begins with a colon.
_BENCHMARK = ":benchmark"


def _look(context: Context, basket: str) -> tuple[int, int]:
    look = context.looks[basket]
    return look.hue, look.dash


def _levels(context: Context, found: list[Line]) -> Chart:
    series = [_series(context, line.basket, line.levels) for line in found]
    series.append(
        {
            "id": _BENCHMARK,
            "label": context.benchmark,
            "hue": -1,
            "dash": 0,
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
            best=context.name(best),
            best_level=best_level,
            worst=context.name(worst),
            worst_level=worst_level,
            benchmark=beside,
        ),
        how=how,
        group=context.group,
        log=True,
        picture=f"levels-{context.stem}",
        presets=_presets(context, longest),
        data={
            **backdrop(context, longest.dates, longest.days),
            "unit": "level",
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
            worst=context.name(worst),
            depth=percent(depth),
            best=context.name(best),
            mild=percent(mild),
        ),
        how=context.say("levels.how_underwater"),
        picture=f"underwater-{context.stem}",
        group=context.group,
        data={
            **backdrop(context, dates, days),
            "unit": "decimal",
            "series": [_series(context, line.basket, line.drawdowns) for line in found],
        },
    )


def _series(context: Context, basket: str, values: tuple[float | None, ...]) -> dict[str, Any]:
    hue, dash = _look(context, basket)
    return {"id": basket, "label": context.name(basket), "hue": hue, "dash": dash, "y": values}


def _presets(context: Context, line: Line) -> tuple[tuple[str, str, str], ...]:
    """(label, first date, last date) of ranges to look at; windows from day 0 among them."""
    found = [(context.say("levels.everything"), line.dates[0], line.dates[-1])]
    base = line.dates[line.start]
    if line.start:
        found.append((context.say("levels.before"), line.dates[0], base))
    ends = dict(zip(line.days, line.dates, strict=True))
    found += [
        (window.label, base, ends[window.last])
        for window in context.event.windows
        if window.kind == "fixed" and window.first == 0 and 0 < window.last < line.days[-1]
    ]
    read_by = max(context.readers, default=line.dates[-1])  # the last list is out, so all are
    if read_by < line.dates[-1]:
        found.append((context.say("levels.after"), read_by, line.dates[-1]))
    return tuple(found)


VIEW = View(id="levels", title="levels.title", needs=("levels",), build=_build)
