"""Charts with a row a name: bars, ranges, the specification curve, and heat maps as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from basketbt.report.render.charts.svg import (
    FONT,
    Scale,
    Sheet,
    box,
    element,
    flowed,
    label,
    line,
    moved,
    path,
    ticks,
    wrapped,
)
from basketbt.report.views.blocks import SHADES, TableBlock
from basketbt.report.views.numbers import percent

_WIDE = 500  # from which width on names stand left of their rows
_NAMES = 190
_BAR = 12
_FOOT = 20  # room for the values below
_END = 44  # room for the number at the end of a bar


def bars(data: Mapping[str, Any], sheet: Sheet) -> tuple[str, float]:
    """For each name the same bars one below the other, each with its number."""
    found: Sequence[Mapping[str, Any]] = data["bars"]
    fills = [f"fill{number - 1}" if number else "plain" for number in range(len(found))]
    key, top = flowed(
        [(box(0, -4, 18, 8, fill), one["label"]) for fill, one in zip(fills, found, strict=True)],
        sheet.width,
        0,
    )
    values = [value for one in found for value in one["values"] if value is not None]
    left, above = _names(sheet)
    x = Scale(min(0.0, *values), max(0.0, *values), left + _END, sheet.width - _END)
    step = above + _BAR * len(found) + 8
    drawn = [_grid(x, top + 6, step * len(data["labels"]))]
    for row, name in enumerate(data["labels"]):
        y = top + 6 + row * step
        drawn.append(_name(name, sheet, y, step))
        for number, (fill, one) in enumerate(zip(fills, found, strict=True)):
            value = one["values"][row]
            if value is None:
                continue
            at = y + above + number * _BAR + 3
            start, end = sorted((x(0.0), x(value)))
            drawn.append(box(start, at, end - start, _BAR - 2, fill))
            anchor = "end" if value < 0 else ""
            beside = start - 3 if value < 0 else end + 3
            drawn.append(label(beside, at + _BAR - 3, percent(value), anchor=anchor, size=10))
    return key + "".join(drawn), top + 6 + step * len(data["labels"]) + _FOOT


def ranges(data: Mapping[str, Any], sheet: Sheet) -> tuple[str, float]:
    """Where a published value stands among its variants: their ninety and fifty percent."""
    rows: Sequence[Mapping[str, Any]] = data["rows"]
    words = data["words"]
    key, top = flowed(
        [
            (line(9, -6, 9, 6, "benchmark"), words["median"]),
            (element("circle", cx=9, cy=0, r=4, class_name="dot hue1"), words["published"]),
        ],
        sheet.width,
        0,
    )
    every = [value for row in rows for value in (*row["at"], row["published"])]
    left, above = _names(sheet)
    x = Scale(min(0.0, *every), max(0.0, *every), left + 8, sheet.width - 12)
    step = above + 22
    drawn = [_grid(x, top + 6, step * len(rows))]
    for number, row in enumerate(rows):
        y = top + 6 + number * step
        middle = y + above + 11
        at = [x(value) for value in row["at"]]
        drawn += [
            _name(row["label"], sheet, y, step),
            box(at[0], middle - 6, at[4] - at[0], 12, "fill0 pale"),
            box(at[1], middle - 6, at[3] - at[1], 12, "fill0 half"),
            line(at[2], middle - 7, at[2], middle + 7, "benchmark"),
            element("circle", cx=x(row["published"]), cy=middle, r=4, class_name="dot hue1"),
        ]
    return key + "".join(drawn), top + 6 + step * len(rows) + _FOOT


def curve(data: Mapping[str, Any], sheet: Sheet) -> tuple[str, float]:
    """Values in order with dots on those published; below, how many made each choice."""
    y, rows, dots = data["y"], data["rows"], data["published"]
    mark = element("circle", cx=9, cy=0, r=4, class_name="dot hue1")
    key, top = flowed([(mark, data["word"])] if dots else [], sheet.width, 0)
    left, _ = _names(sheet)
    left = left or 110
    height, width = 190.0, sheet.width - left - 4
    values = Scale(min(0.0, *y), max(0.0, *y), height, 0.0)
    x = Scale(0.0, 1.0, 0.0, width)
    inner = ""
    for value in ticks(values.low, values.high, 6):
        inner += line(0, values(value), width, values(value), "axis" if not value else "grid")
        inner += label(-5, values(value) + 4, _said(value), "soft", anchor="end")
    shown = [(x((place + 0.5) / len(y)), values(value)) for place, value in enumerate(y)]
    inner += path(shown, "own hue0")
    for dot in dots:
        inner += element(
            "circle", element("title", f"{dot['label']} {percent(dot['y'])}"),
            cx=x(dot["x"]), cy=values(dot["y"]), r=3.5, class_name="dot hue1",
        )  # fmt: skip
    bottom = height + 10
    for number, (row, shares) in enumerate(zip(rows, data["shares"], strict=True)):
        at, step = bottom + 15 * number, width / len(shares)
        [words] = wrapped(row, left - 8, most=1, size=10)
        inner += label(-5, at + 11, words, anchor="end", size=10)
        inner += "".join(
            element(
                "rect", x=step * place, y=at, width=step + 0.2, height=14, class_name="density",
                fill_opacity=f"{share:.2f}",
            )
            for place, share in enumerate(shares)
            if share >= 0.005
        )  # fmt: skip
    end = bottom + 15 * len(rows)
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = "end" if value == 1 else "middle"
        inner += label(x(value), end + 14, f"{value:.0%}", "soft", anchor=anchor)
    return key + moved(left, top + 8, inner), top + 8 + end + _FOOT


def heat(block: TableBlock, sheet: Sheet) -> tuple[str, float]:
    """The cells of a heat map on the ground of their size; a strong cell is bold."""
    heads = block.heads[1:]
    step = (sheet.width - _NAMES) / max(len(heads), 1)
    titles = [wrapped(head.text, step - 4, most=3, size=10) for head in heads]
    top = 13.0 * max(map(len, titles), default=1) + 4
    drawn = [
        label(_NAMES + step * (place + 0.5), 13 * row + 10, words, "soft", anchor="middle", size=10)
        for place, lines in enumerate(titles)
        for row, words in enumerate(lines)
    ]
    for number, row in enumerate(block.rows):
        y = top + 20 * number
        [name] = wrapped(row[0].aside or row[0].text, _NAMES - 8, most=1)
        drawn.append(label(0, y + 14, name))
        for place, cell in enumerate(row[1:]):
            shade = cell.shade or 0
            ground = "up" if shade > 0 else "down"
            drawn.append(
                element(
                    "rect", x=_NAMES + step * place, y=y, width=step - 1, height=19,
                    class_name=f"cell {ground}", fill_opacity=f"{abs(shade) / SHADES * 0.45:.2f}",
                )
            )  # fmt: skip
            drawn.append(
                label(
                    _NAMES + step * (place + 0.5), y + 13, cell.text,
                    "strong" if cell.strong else "", anchor="middle", size=10,
                )
            )  # fmt: skip
    return "".join(drawn), top + 20 * len(block.rows) + 4


def _names(sheet: Sheet) -> tuple[float, float]:
    """Room left of rows for their names, or above each of them where the sheet is narrow."""
    return (_NAMES, 0.0) if sheet.width >= _WIDE else (0.0, FONT + 6.0)


def _name(name: str, sheet: Sheet, y: float, step: float) -> str:
    if sheet.width < _WIDE:
        return label(0, y + FONT + 2, wrapped(name, sheet.width, most=1)[0], "title")
    lines = wrapped(name, _NAMES - 10)
    first = y + step / 2 - 7 * (len(lines) - 1)
    return "".join(label(0, first + 14 * row, words) for row, words in enumerate(lines))


def _said(value: float) -> str:
    """A round percentage with its sign."""
    return f"{value * 100:+.0f}%" if value else "0%"


def _grid(x: Scale, top: float, height: float) -> str:
    """Vertical lines at round values with the values below."""
    drawn = []
    for value in ticks(x.low, x.high, max(3, int((x.end - x.start) / 70))):
        at = x(value)
        drawn.append(line(at, top, at, top + height, "grid" if value else "axis"))
        drawn.append(label(at, top + height + 14, _said(value), "soft", anchor="middle"))
    return "".join(drawn)
