"""The colours of pages and pictures, light and dark, by the names that the style sheets use.

Four hues that stay apart for red-green blind readers too, each at least 3:1 against its ground;
red and green are vermilion and bluish green, readable as text (4.5:1) and apart without colour
vision. tests/report/test_figures.py measures all of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from basketbt.report.data import Colours

HUES = 4

LIGHT: Mapping[str, str] = {
    "ground": "#ffffff", "raised": "#f5f6f8", "ink": "#1b1f24", "soft": "#545b66",
    "line": "#d5d9df", "faint": "#c3c9d1", "link": "#0b57a4", "focus": "#0b57a4",
    "alarm": "#8a1c00", "shade-closed": "#9aa3b0", "shade-hindsight": "#d9a400",
    "red": "#b8400a", "green": "#00694c",
    "hue-0": "#0072b2", "hue-1": "#d55e00", "hue-2": "#00845f", "hue-3": "#c43fc0",
}  # fmt: skip

DARK: Mapping[str, str] = {
    "ground": "#14171c", "raised": "#1e232b", "ink": "#e8ebef", "soft": "#aab2bd",
    "line": "#3a414c", "faint": "#4b535f", "link": "#8cc4ff", "focus": "#8cc4ff",
    "alarm": "#ffb199", "shade-closed": "#6d7684", "shade-hindsight": "#8f7420",
    "red": "#ff9a70", "green": "#4fd6a8",
    "hue-0": "#4aa3e8", "hue-1": "#ff8a45", "hue-2": "#35b98c", "hue-3": "#d66bd0",
}  # fmt: skip


def on_paper(colours: Colours) -> dict[str, str]:
    """The light colours with those of gains and losses, red up in China, green up elsewhere."""
    up, down = ("red", "green") if colours == "cn" else ("green", "red")
    return {**LIGHT, "up": LIGHT[up], "down": LIGHT[down]}
