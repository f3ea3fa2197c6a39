"""Charts as SVG, written once for the page, in either theme, and for pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from basketbt.locale import Language
from basketbt.report.render.charts.lines import lines
from basketbt.report.render.charts.panels import histograms
from basketbt.report.render.charts.rows import bars, curve, heat, ranges
from basketbt.report.render.charts.svg import FONT, Sheet, element, label, moved, place, wrapped
from basketbt.report.views.blocks import Chart, TableBlock

#: A desk's screen, a phone's, the half of a desk's that the chart of the first page has, and a
#: picture that is as wide as the text on A4: its letters have 8 points there.
WIDE, NARROW, HALF, PICTURE = Sheet(860), Sheet(356), Sheet(560), Sheet(600, rows=6)
#: A strip of a page of paper that holds much else, and the height of its axes.
_STRIP, _STRIP_HEIGHT = Sheet(700, rows=6), 135

_STYLE = Path(__file__).parents[1] / "assets" / "chart.css"
_LATIN = "DejaVu Sans, Arial"
_CHINESE = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, "
    "WenQuanYi Micro Hei, SimHei, Noto Serif CJK SC"
)
#: The families of a picture's letters: the first one that is installed sets all that it has.
_FAMILIES: Mapping[Language, str] = {
    "en": f"{_LATIN}, {_CHINESE}, sans-serif",
    "zh": f"{_CHINESE}, {_LATIN}, sans-serif",
}
_EDGE = 12


def drawing(block: Chart | TableBlock, sheet: Sheet, flat_height: float = 200) -> tuple[str, float]:
    """What a block shows on a sheet, and its height."""
    if isinstance(block, TableBlock):
        return heat(block, sheet)
    kind = block.data["kind"]
    if kind == "lines":
        return lines(block.data, sheet, block.id, flat_height if block.flat else 300)
    return {"bars": bars, "histograms": histograms, "ranges": ranges, "curve": curve}[kind](
        block.data, sheet
    )


def inline(block: Chart, sheet: Sheet) -> str:
    """A drawing for a page, whose style sheet colours it."""
    body, height = drawing(block, sheet)
    return element(
        "svg", body, viewBox=f"0 0 {sheet.width} {place(height)}", class_name="drawing",
        data_width=f"{sheet.width}",
    )  # fmt: skip


def standalone(
    block: Chart | TableBlock, title: str, foot: str, colours: Mapping[str, str], language: Language
) -> str:
    """A drawing under its title and above its source, as a file; ``colours`` by their names.

    Where a page says both beside it, they are empty; a flat chart is a strip there.
    """
    strip = not title and isinstance(block, Chart) and block.flat
    sheet = _STRIP if strip else PICTURE
    body, height = drawing(block, sheet, *([_STRIP_HEIGHT] if strip else []))
    heads = wrapped(title, sheet.width / 1.1, most=3, size=FONT + 2) if title else []
    notes = [one for one in (block.note, foot) if one]
    feet = [one for said in notes for one in wrapped(said, sheet.width, most=3, size=FONT - 2)]
    top = 17 * len(heads) + 10 if heads else 0
    inner = "".join(
        label(0, 17 * row + 13, words, "title", size=FONT + 2) for row, words in enumerate(heads)
    )
    inner += moved(0, top, body)
    inner += "".join(
        label(0, top + height + 14 + 12 * row, words, "soft", size=FONT - 2)
        for row, words in enumerate(feet)
    )
    whole = top + height + 12 * len(feet) + 6
    width, tall = sheet.width + 2 * _EDGE, whole + 2 * _EDGE
    style = element("style", _style(tuple(sorted(colours.items()))))
    ground = element("rect", width="100%", height="100%", class_name="ground")
    return element(
        "svg",
        style + ground + moved(_EDGE, _EDGE, inner),
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {place(tall)}",
        width=width, height=tall, font_family=_FAMILIES[language], font_size=FONT,
    )  # fmt: skip


@cache
def _style(colours: tuple[tuple[str, str], ...]) -> str:
    """The style sheet of charts with its colours written out: a file has no page around it."""
    known = dict(colours)
    return re.sub(r"var\(--([\w-]+)\)", lambda found: known[found[1]], chart_style())


@cache
def chart_style() -> str:
    """The style sheet of charts; its colours are the page's variables."""
    return _STYLE.read_text("utf-8")
