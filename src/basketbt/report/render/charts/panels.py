"""Small multiples: a panel for each title in rows and columns, and histograms in such panels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from basketbt.report.render.charts.svg import (
    FONT,
    Scale,
    Sheet,
    box,
    label,
    line,
    moved,
    ticks,
    wrapped,
)

# A panel with its share of the margins: as it should be, and where rows are limited.
_NARROW, _NARROWEST = 200, 115
_GAP = 14
_TITLE = FONT + 3
_BOLD = FONT * 1.08  # as wide as the bold letters of a title
_PLOT = 92  # the height of the axes in a panel


@dataclass(frozen=True)
class Panels:
    """Where panels stand: ``rows`` has the top of each row's axes, below as many lines of a title
    as one in that row needs; ``width`` and ``height`` are those of the axes in each."""

    titles: tuple[tuple[str, ...], ...]
    columns: int
    rows: tuple[float, ...]
    left: float
    above: float
    width: float
    height: float = _PLOT

    def first(self, number: int) -> bool:
        """Whether it stands at the left."""
        return number % self.columns == 0

    def lowest(self, number: int) -> bool:
        """Whether none stands below it."""
        return number + self.columns >= len(self.titles)

    @property
    def bottom(self) -> float:
        """Where the axes of the last row end."""
        return self.rows[-1] + self.height

    def panel(self, number: int, inner: str, value: str = "") -> str:
        """A panel under its title, which ends in a value."""
        row, column = divmod(number, self.columns)
        base = -self.above - 4
        heads = "".join(
            label(0, base - _TITLE * place, words, "title")
            for place, words in enumerate(reversed(self.titles[number]))
        )
        if value:
            heads += label(self.width, base, value, "soft", anchor="end")
        x = self.left + column * (self.width + _GAP)
        return moved(x, self.rows[row], heads + inner)


def panels(titles: Sequence[str], sheet: Sheet, *, left: float, top: float, above: float) -> Panels:
    """As many columns as fit, more where the sheet has a limit of rows; ``above`` each plot is room
    for what stands between it and its title."""
    columns = max(2, sheet.width // _NARROW)
    if sheet.rows:
        needed = math.ceil(len(titles) / sheet.rows)
        columns = max(columns, min(needed, sheet.width // _NARROWEST))
    columns = min(columns, max(len(titles), 2))
    width = (sheet.width - left - _GAP * (columns - 1)) / columns
    heads = tuple(tuple(wrapped(title, width - 38, most=3, size=_BOLD)) for title in titles)
    rows, at = [], top
    for first in range(0, len(heads), columns):
        at += _TITLE * max(map(len, heads[first : first + columns])) + above + 2
        rows.append(at)
        at += _PLOT + _GAP
    return Panels(heads, columns, tuple(rows), left, above, width)


def histograms(data: Mapping[str, Any], sheet: Sheet) -> tuple[str, float]:
    """How often each value was found, and where the mark stands; one range for all panels."""
    sets: Mapping[str, Mapping[str, Any]] = data["sets"]
    marks = [one["mark"] for one in sets.values() if one["mark"] is not None]
    every = [value for one in sets.values() for value in one["values"]] + marks
    low, high = min(every), max(every)
    low, high = (low, high) if high > low else (low - 1, high + 1)
    layout = panels(list(sets), sheet, left=10, top=0, above=FONT + 6)
    x = Scale(low, high, 0.0, layout.width)
    bins = 24
    drawn = []
    for number, one in enumerate(sets.values()):
        counts = [0] * bins
        for value in one["values"]:
            counts[min(int((value - low) / (high - low) * bins), bins - 1)] += 1
        y = Scale(0.0, max(counts), layout.height, 0.0)
        step = layout.width / bins
        inner = "".join(
            box(place * step + 0.5, y(count), step - 1, layout.height - y(count), "fill0 bar")
            for place, count in enumerate(counts)
            if count
        )
        inner += line(0, layout.height, layout.width, layout.height, "axis")
        if one["mark"] is not None:
            inner += line(x(one["mark"]), 0, x(one["mark"]), layout.height, "mark found")
        inner += label(0, -4, one["said"], "soft")
        if layout.lowest(number):
            for value in ticks(low, high, 4):
                inner += label(x(value), layout.height + 14, f"{value:g}", "soft", anchor="middle")
        drawn.append(layout.panel(number, inner))
    return "".join(drawn), layout.bottom + 20
