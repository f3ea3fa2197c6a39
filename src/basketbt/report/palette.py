"""One look for a basket in every chart: a hue and a dash that hold for page and pictures alike.

Eight hues that stay apart under the common colour-vision deficiencies (after Okabe and Ito, and
Tol), each at least 3:1 against its background, times five dashes: forty baskets without a repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Hues on a white ground and, place by place, their lighter twins on a dark one.
LIGHT = (
    "#0072b2", "#d55e00", "#00845f", "#aa4499", "#8c6d00", "#882255", "#1b87a6", "#555b66",
)  # fmt: skip
DARK = (
    "#5eb5ee", "#ff9350", "#3fcf9f", "#e59bd8", "#e0c050", "#ff85a5", "#86dff3", "#bcc2cb",
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
