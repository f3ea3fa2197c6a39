"""Lines over time: one pair of axes, or a panel for each list with all others grey behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from basketbt.report.render.charts.panels import panels
from basketbt.report.render.charts.svg import (
    FONT,
    Scale,
    Sheet,
    area,
    box,
    element,
    flowed,
    label,
    line,
    moved,
    path,
    spread,
    ticks,
    wrapped,
)
from basketbt.report.views.numbers import percent

_Series = Mapping[str, Any]
_Mark = Mapping[str, str]

_TOP, _BOTTOM = 16, 32  # room for the numbers of marks, and for dates with their year
_ENDS = 44  # room for values at the ends of lines
_IN_PANELS = ("event", "reader", "shock")  # marks; others would hide the lines of a small plot


@dataclass(frozen=True)
class _Plot:
    """Inner axes with the origin at their upper left corner."""

    days: tuple[int, ...]
    x: Scale
    y: Scale
    unit: str

    @property
    def width(self) -> float:
        return self.x.end

    @property
    def height(self) -> float:
        return self.y.start

    def at(self, when: str | int) -> float:
        return self.x(_position(when))

    def points(self, values: Sequence[float | None]) -> list[tuple[float, float | None]]:
        return [
            (self.x(day), None if value is None else self.y(value))
            for day, value in zip(self.days, values, strict=True)
        ]

    def said(self, value: float) -> str:
        return percent(value) if self.unit == "decimal" else f"{value:.1f}"


def lines(data: Mapping[str, Any], sheet: Sheet, name: str, height: float) -> tuple[str, float]:
    """The drawing and its height; series with a ``panel`` are small multiples.

    ``name`` begins the ids in it. Marks are numbered on the plot and named below it.
    """
    titles = list(dict.fromkeys(one["panel"] for one in data["series"] if "panel" in one))
    kept = [mark for mark in data["marks"] if not titles or mark["kind"] in _IN_PANELS]
    numbered = sorted(kept, key=lambda mark: str(mark["x"]))
    key, top = _key(data, sheet.width)
    if titles:
        body, bottom = _panels(data, sheet, name, top, numbered, titles)
    else:
        body, bottom = _single(data, sheet, height, top, numbered)
    marks = [
        (label(9, 4, str(number), "soft", anchor="middle"), f"{mark['x']} {mark['label']}")
        for number, mark in enumerate(numbered, 1)
    ]
    foot, end = flowed([*marks, *_shade_key(data)], sheet.width, bottom + 4)
    return key + body + foot, end


def _single(
    data: Mapping[str, Any], sheet: Sheet, height: float, top: float, marks: Sequence[_Mark]
) -> tuple[str, float]:
    left = _left(data)
    plot = _plot(data, sheet.width - left - _ENDS, height)
    body = _ground(plot, data, marks) + _axes(plot, data, left=True, below=True)
    body += "".join(_band(plot, one) for one in data["series"])
    body += "".join(_line(plot, one) for one in data["series"])
    body += "".join(_extreme(plot, one) for one in data.get("points", ()))
    body += _values(plot, data["series"]) + _hit(plot, "")
    return moved(left, top + _TOP, body), top + _TOP + height + _BOTTOM


def _panels(
    data: Mapping[str, Any],
    sheet: Sheet,
    name: str,
    top: float,
    marks: Sequence[_Mark],
    titles: list[str],
) -> tuple[str, float]:
    layout = panels(titles, sheet, left=_left(data), top=top, above=_TOP - 4)
    plot = _plot(data, layout.width, layout.height)
    own = [one for one in data["series"] if "panel" in one]
    common = [one for one in data["series"] if "panel" not in one]
    grey = f"{name}-{sheet.width}-others"
    others = "".join(path(plot.points(one["y"]), "other") for one in own)
    ground = _ground(plot, data, marks) + element("g", others, id=grey)
    ground += "".join(_line(plot, one) for one in common)
    shared = f"{name}-{sheet.width}-ground"
    drawn = [element("defs", element("g", ground, id=shared))]
    for number, title in enumerate(titles):
        mine = [one for one in own if one["panel"] == title]
        inner = element("use", href=f"#{shared}")
        inner += _axes(plot, data, left=layout.first(number), below=layout.lowest(number))
        inner += "".join(_band(plot, one) for one in mine)
        inner += "".join(_line(plot, one) for one in mine)
        drawn.append(layout.panel(number, inner + _hit(plot, title), _last(plot, mine)))
    return "".join(drawn), layout.bottom + _BOTTOM


def _last(plot: _Plot, mine: Sequence[_Series]) -> str:
    """Where the one line of a panel ends; nothing for several."""
    if len(mine) != 1:
        return ""
    value = next((one for one in reversed(mine[0]["y"]) if one is not None), None)
    return "" if value is None else plot.said(value)


def _plot(data: Mapping[str, Any], width: float, height: float) -> _Plot:
    days = tuple(map(_position, data["x"]))
    level = 100.0 if data["unit"] == "level" else 0.0
    keys = ("y", "low", "high")
    found = [v for one in data["series"] for key in keys for v in one.get(key, ()) if v is not None]
    found += [level, *(one["y"] for one in data.get("points", ()))]
    low, high = min(found), max(found)
    air = (high - low or 1.0) * 0.05
    return _Plot(
        days,
        Scale(days[0], days[-1], 0.0, width),
        Scale(low - air, high + air, height, 0.0),
        data["unit"],
    )


def _position(when: str | int) -> int:
    """Where a date stands on the axis, or how many sessions have passed."""
    return when if isinstance(when, int) else date.fromisoformat(when).toordinal()


def _left(data: Mapping[str, Any]) -> float:
    return 40 if data["unit"] == "decimal" else 30


def _axes(plot: _Plot, data: Mapping[str, Any], *, left: bool, below: bool) -> str:
    """Values left of the plot, sessions below it, the year below the first and where it changes."""
    drawn = []
    if left:
        for value in ticks(plot.y.low, plot.y.high, max(3, int(plot.height / 34))):
            said = f"{value * 100:+.0f}%" if plot.unit == "decimal" else f"{value:g}"
            said = "0%" if said in ("+0%", "-0%") else said
            drawn.append(label(-5, plot.y(value) + 4, said, "soft", anchor="end"))
    if below and isinstance(data["x"][0], int):
        for value in ticks(plot.x.low, plot.x.high, int(plot.width / 70)):
            said = f"+{value:g}" if value else "p"
            drawn.append(label(plot.x(value), plot.height + 15, said, "soft", anchor="middle"))
    elif below:
        most = max(2, int(plot.width / 70))
        step = max(1, math.ceil(len(data["x"]) / most))
        shown = data["x"][::step]
        for number, day in enumerate(shown):
            at = plot.at(day)
            anchor = "start" if at < 14 else "middle"
            drawn.append(line(at, plot.height, at, plot.height + 4, "axis"))
            drawn.append(label(at, plot.height + 15, day[5:], "soft", anchor=anchor))
            if not number or shown[number - 1][:4] != day[:4]:
                drawn.append(label(at, plot.height + 27, day[:4], "soft", anchor=anchor))
    return "".join(drawn)


def _ground(plot: _Plot, data: Mapping[str, Any], marks: Sequence[_Mark]) -> str:
    """Shades, grid, the level that nothing gained, and numbered marks."""
    drawn = []
    for shade in data["shades"]:
        first, last = plot.at(shade["from"]), plot.at(shade["to"])
        drawn.append(box(first, 0, last - first, plot.height, f"shade-{shade['kind']}"))
    for value in ticks(plot.y.low, plot.y.high, max(3, int(plot.height / 34))):
        at = plot.y(value)
        drawn.append(line(0, at, plot.width, at, "grid"))
    zero = plot.y(100.0 if plot.unit == "level" else 0.0)
    drawn.append(line(0, zero, plot.width, zero, "axis"))
    taken = -math.inf
    for number, mark in enumerate(marks, 1):
        at = plot.at(mark["x"])
        drawn.append(line(at, 0, at, plot.height, f"mark {mark['kind']}"))
        taken = max(at, taken + 9)
        drawn.append(label(taken, -3, str(number), "soft", anchor="middle", size=9))
    return "".join(drawn)


def _look(one: _Series) -> str:
    """The benchmark has no hue (-1), and one of many is grey (-2)."""
    return {-1: "benchmark", -2: "other"}.get(one["hue"], f"own hue{one['hue']}")


def _line(plot: _Plot, one: _Series) -> str:
    return path(plot.points(one["y"]), _look(one))


def _band(plot: _Plot, one: _Series) -> str:
    if "low" not in one:
        return ""
    edges = [
        (plot.x(day), plot.y(low), plot.y(high))
        for day, low, high in zip(plot.days, one["low"], one["high"], strict=True)
        if low is not None and high is not None
    ]
    return area(edges, f"band hue{one['hue']}")


def _extreme(plot: _Plot, point: Mapping[str, Any]) -> str:
    """A dot with a name beside it, on the side where there is more room."""
    x, y = plot.at(point["x"]), plot.y(point["y"])
    said = f"{plot.said(point['y'])} {point['label']}"
    right = x > plot.width / 2
    [words] = wrapped(said, (x if right else plot.width - x) - 8, most=1)
    dot = element("circle", cx=x, cy=y, r=3, class_name=f"dot hue{point['hue']}")
    beside = x + (-7 if right else 7)
    return dot + label(beside, y + 4, words, "halo", anchor="end" if right else "")


def _values(plot: _Plot, series: Sequence[_Series]) -> str:
    """The last value of each line beside its end, moved apart where they would touch."""
    ends = []
    for one in series:
        last = next((v for v in reversed(one["y"]) if v is not None), None)
        if last is not None and one["hue"] > -2:
            ends.append((plot.y(last), plot.said(last), one["hue"]))
    ends.sort()
    at = spread([y for y, _, _ in ends], FONT + 1, 4, plot.height)
    return "".join(
        label(plot.width + 4, y + 4, said, "value" if hue < 0 else f"value fill{hue}")
        for y, (_, said, hue) in zip(at, ends, strict=True)
    )


def _hit(plot: _Plot, panel: str) -> str:
    """What a pointer touches: the page reads date and values there."""
    return element("rect", width=plot.width, height=plot.height, class_name="hit", data_panel=panel)


def _key(data: Mapping[str, Any], width: float) -> tuple[str, float]:
    """Lines and what they are; panels name their own line, and grey stands for the others."""
    items = {}
    several = len({one["label"] for one in data["series"] if "panel" in one}) < len(
        {one["panel"] for one in data["series"] if "panel" in one}
    )
    for one in data["series"]:
        if "panel" not in one or several:
            items[one["label"]] = line(0, 0, 18, 0, _look(one))
    if others := data.get("others"):
        items[others] = line(0, 0, 18, 0, "other")
    return flowed([(mark, words) for words, mark in items.items()], width, 0)


def _shade_key(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    kinds = {one["label"]: one["kind"] for one in data["shades"]}
    return [(box(1, -5, 16, 10, f"shade-{kind}"), words) for words, kind in kinds.items()]
