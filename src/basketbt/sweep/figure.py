"""The specification curve as a drawing: results in order above, the choices behind them below."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from basketbt.sweep.sweep_report import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve_svg(curve: Curve, measure: str, prices: str) -> str:
    """The curve of a grid as SVG. Darker cells hold more variants with that choice.

    ``prices`` says at its foot where they are from.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    lines = 0.2 * len(curve.rows)
    with mpl.rc_context({"svg.hashsalt": "basketbt", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 3.2 + lines), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, max(lines, 0.2)))
        _draw_curve(above, curve, measure)
        _draw_choices(below, curve)
        figure.supxlabel(f"Prices: {prices}.", x=0.01, ha="left", fontsize=6, color="#5b6470")
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _draw_curve(axes: Axes, curve: Curve, measure: str) -> None:
    value = curve.values
    place = (np.arange(len(value)) + 0.5) / len(value)
    axes.plot(place, value, color="#3b5b92", linewidth=1.2, rasterized=False)
    published = [point.place for point in curve.published]
    axes.plot(
        place[published], value[published], "o", color="#c2410c", markersize=4, label="published"
    )
    axes.axhline(0, color="#888888", linewidth=0.6)
    axes.set_title(f"{len(value):,} variants in order of {measure}", fontsize=10, loc="left")
    axes.set_ylabel(measure, fontsize=8)
    axes.tick_params(labelsize=7)
    if published:
        axes.legend(fontsize=7, frameon=False)


def _draw_choices(axes: Axes, curve: Curve) -> None:
    """One line for each value of each choice; how many of its variants lie in each column."""
    if curve.rows:
        axes.imshow(
            curve.densities,
            aspect="auto",
            extent=(0, 1, len(curve.rows) - 0.5, -0.5),
            cmap="Greys",
            vmin=0,
            vmax=1,
            interpolation="nearest",
        )
    names = [f"{choice}: {label}" for choice, label in curve.rows]
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel("share of variants with a smaller result", fontsize=8)
    axes.tick_params(axis="x", labelsize=7)
