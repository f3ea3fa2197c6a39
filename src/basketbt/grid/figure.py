"""The specification curve as a drawing: results in order above, the choices behind them below."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from basketbt.grid.curve import Results, curve_order
from basketbt.prices.data import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Columns of the lower half: neighbouring variants share one, or thousands of marks would blur.
_COLUMNS = 240
# Values of a choice that are drawn; more (every share left out) say nothing to the eye.
_MOST_VALUES = 12


def curve_svg(results: Results, measure: str, prices: str) -> str:
    """The curve of a grid as SVG. Darker cells hold more variants with that choice.

    ``prices`` says at its foot where they are from.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    rows = drawn_values(results)
    order = curve_order(results)
    with mpl.rc_context({"svg.hashsalt": "basketbt", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 3.2 + 0.2 * len(rows)), layout="constrained")
        above, below = figure.subplots(
            2, 1, sharex=True, height_ratios=(3, max(0.2 * len(rows), 0.2))
        )
        _draw_curve(above, results, order, measure)
        _draw_choices(below, results, order, rows)
        figure.supxlabel(f"Prices: {prices}.", x=0.01, ha="left", fontsize=6, color="#5b6470")
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def drawn_values(results: Results) -> list[tuple[str, int]]:
    """Choice and code of every value that stands below the curve."""
    return [
        (choice, code)
        for choice in results.varied
        if len(results.labels[choice]) <= _MOST_VALUES
        for code in range(len(results.labels[choice]))
    ]


def densities(results: Results, order: Any, rows: list[tuple[str, int]]) -> Floats:
    """(R, C) the share of each column's variants that have the value of each row."""
    edges = np.linspace(0, len(order), min(_COLUMNS, len(order)) + 1).astype(np.int64)
    found = np.zeros((len(rows), len(edges) - 1))
    for line, (choice, code) in enumerate(rows):
        found[line] = _shares(results.codes[choice][order] == code, edges)
    return found


def _draw_curve(axes: Axes, results: Results, order: Any, measure: str) -> None:
    value = results.value[order]
    place = (np.arange(len(value)) + 0.5) / len(value)
    axes.plot(place, value, color="#3b5b92", linewidth=1.2, rasterized=False)
    published = np.flatnonzero(results.published[order])
    axes.plot(
        place[published], value[published], "o", color="#c2410c", markersize=4, label="published"
    )
    axes.axhline(0, color="#888888", linewidth=0.6)
    axes.set_title(f"{len(value):,} variants in order of {measure}", fontsize=10, loc="left")
    axes.set_ylabel(measure, fontsize=8)
    axes.tick_params(labelsize=7)
    if published.size:
        axes.legend(fontsize=7, frameon=False)


def _draw_choices(axes: Axes, results: Results, order: Any, rows: list[tuple[str, int]]) -> None:
    """One line for each value of each choice; how many of its variants lie in each column."""
    if rows:
        axes.imshow(
            densities(results, order, rows),
            aspect="auto",
            extent=(0, 1, len(rows) - 0.5, -0.5),
            cmap="Greys",
            vmin=0,
            vmax=1,
            interpolation="nearest",
        )
    names = [f"{choice}: {results.labels[choice][code]}" for choice, code in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=7)
    axes.set_xlabel("share of variants with a smaller result", fontsize=8)
    axes.tick_params(axis="x", labelsize=7)


def _shares(mark: Any, edges: Any) -> Floats:
    """Share of marked variants between neighbouring edges."""
    total = np.concatenate([[0], np.cumsum(mark)])
    shares: Floats = np.diff(total[edges]) / np.diff(edges)
    return shares
