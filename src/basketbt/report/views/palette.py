"""One look for a basket in every chart: a hue and a dash that hold for page and pictures alike.

Eight hues that stay apart for red-green blind readers too, each at least 3:1 against its ground,
times five dashes: forty baskets without a repeat. tests/report/test_figures.py measures both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Hues on a white ground and, place by place, their lighter twins on a dark one.
LIGHT = (
    "#0072b2", "#d55e00", "#00845f", "#c43fc0", "#998d2c", "#6b0f2a", "#1f97e6", "#555b66",
)  # fmt: skip
DARK = (
    "#4aa3e8", "#ff8a45", "#35b98c", "#d66bd0", "#e8d35f", "#e0506e", "#9be4fb", "#c3c8cf",
)  # fmt: skip

#: Names as Plotly gives them; SVG and matplotlib have their own spelling of each.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

#: Vermilion and bluish green on white; readable as text (4.5:1) and apart without colour vision.
RED, GREEN = "#b8400a", "#00694c"


@dataclass(frozen=True)
class Look:
    """The place of a hue in ``LIGHT`` and ``DARK``, and of a dash in ``DASHES``."""

    hue: int
    dash: int


def looks(baskets: Sequence[str]) -> dict[str, Look]:
    """The look of each basket, by its place in the study."""
    return {
        basket: Look(place % len(LIGHT), place // len(LIGHT) % len(DASHES))
        for place, basket in enumerate(baskets)
    }
