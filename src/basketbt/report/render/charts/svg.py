"""What charts are written with: elements of SVG, scales, ticks, and how much room a text takes.

Lengths are pixels of the drawing. Colours are classes of assets/chart.css, so that one drawing
serves a light page, a dark one, and a picture.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from basketbt.text import visible

#: The size of letters in a chart.
FONT = 11

#: What a line may end with: a space, a slash, any Chinese sign.
_BREAKS = re.compile(r"[^\s/\u2e80-\uffff]*(?:[\s/\u2e80-\uffff]|$)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How wide a drawing is, and how many rows of panels it may have (None: as many as needed)."""

    width: int
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """From the values ``low`` to ``high`` to the places ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low or 1.0)
        return self.start + share * (self.end - self.start)


def element(tag: str, body: str = "", **attributes: str | float) -> str:
    """One element; ``class_name`` becomes class, an underscore a hyphen, a length one decimal."""
    said = "".join(
        f' {_key(key)}="{escape(visible(value)) if isinstance(value, str) else place(value)}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{tag}{said}>{body}</{tag}>" if body else f"<{tag}{said}/>"


def _key(name: str) -> str:
    return "class" if name == "class_name" else name.replace("_", "-")


def place(value: float) -> str:
    """A length with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0").replace("-0", "0" if value > -0.05 else "-0")


def line(x1: float, y1: float, x2: float, y2: float, class_name: str) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_name=class_name)


def box(x: float, y: float, width: float, height: float, class_name: str) -> str:
    """A rectangle; its width or height is never negative."""
    return element(
        "rect", x=x, y=y, width=max(width, 0), height=max(height, 0), class_name=class_name
    )


def label(
    x: float, y: float, text: str, class_name: str = "", *, anchor: str = "", size: float = 0
) -> str:
    """A line of text with its baseline at ``y``; ``anchor`` middle or end, start by default."""
    attributes: dict[str, str | float] = {"x": x, "y": y, "class_name": class_name}
    if anchor:
        attributes["text_anchor"] = anchor
    if size:
        attributes["font_size"] = size
    return element("text", escape(visible(text)), **attributes)


def moved(x: float, y: float, body: str) -> str:
    """A group moved to a place."""
    return element("g", body, transform=f"translate({place(x)} {place(y)})")


def path(points: Iterable[tuple[float, float | None]], class_name: str) -> str:
    """A line through points, with a gap where there is none."""
    drawn, pen = [], "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{place(x)} {place(y)}")
        pen = "L"
    return element("path", d="".join(drawn), class_name=class_name) if drawn else ""


def area(edges: Sequence[tuple[float, float, float]], class_name: str) -> str:
    """The ground between two lines: (x, lower, upper) of each place."""
    if not edges:
        return ""
    there = [f"{place(x)} {place(low)}" for x, low, _ in edges]
    back = [f"{place(x)} {place(high)}" for x, _, high in reversed(edges)]
    return element("path", d="M" + "L".join(there + back) + "Z", class_name=class_name)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round values inside the range, at most ``most``: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / max(most, 1)
    if not rough > 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1.0, 2.0, 5.0, 10.0) if one * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def width_of(text: str, size: float = FONT) -> float:
    """About how wide a text is: a Chinese character is as wide as it is high."""
    return sum(size if sign > "\u2e7f" else size * 0.58 for sign in text)


def wrapped(text: str, width: float, *, most: int = 2, size: float = FONT) -> list[str]:
    """A text on at most ``most`` lines, broken after a space, a slash or any Chinese sign."""
    lines = [""]
    for piece in _BREAKS.findall(" ".join(text.split())):
        if lines[-1] and width_of((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return [_cut(one.strip(), width, size) for one in lines]


def _cut(text: str, width: float, size: float) -> str:
    if width_of(text, size) <= width:
        return text
    while text and width_of(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text}…"


def flowed(items: Sequence[tuple[str, str]], width: float, top: float) -> tuple[str, float]:
    """Marks (``mark`` is 18 wide, drawn around y 0) with their words, row after row from ``top``.

    Returns the drawing and where it ends.
    """
    drawn, x, y, step = [], 0.0, top + FONT, FONT + 5
    for mark, words in items:
        lines = wrapped(words, width - 24, most=3)
        need = 22 + max(map(width_of, lines))
        if x and x + need > width:
            x, y = 0.0, y + step
        drawn.append(moved(x, y - 4, mark))
        drawn += [label(x + 22, y + step * row, said) for row, said in enumerate(lines)]
        x, y = x + need + 12, y + step * (len(lines) - 1)
    return "".join(drawn), y + 4 if items else top


def spread(places: Sequence[float], gap: float, low: float, high: float) -> Iterator[float]:
    """Places in rising order, moved apart to ``gap`` inside ``low`` to ``high``."""
    found = []
    floor = low
    for one in places:
        floor = max(one, floor)
        found.append(floor)
        floor += gap
    roof = high
    for number in range(len(found) - 1, -1, -1):
        found[number] = min(found[number], roof)
        roof = found[number] - gap
    yield from found
