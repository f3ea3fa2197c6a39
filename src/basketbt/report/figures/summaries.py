"""The pictures of all lists at a glance: the heat map, paper against achievable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from basketbt.report.figures.canvas import SIZE, label_language
from basketbt.report.figures.parts import (
    Picture,
    as_floats,
    called,
    hindsight_line,
    make_picture,
    model_words,
    percent_axis,
)
from basketbt.report.page.scene import Scene
from basketbt.report.page.sections.chance import headline, registered
from basketbt.report.palette import GREEN, RED
from basketbt.report.phrases import Phrase, percent
from basketbt.report.record import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

_WINDOWS = Phrase("{event}: total return by window", "{event}：各窗口全收益")
_WINDOWS_CAR = Phrase(
    "{event}: CAR by window, model {model}; bold: p after Holm below 5 %",
    "{event}：各窗口CAR，模型{model}；粗体为Holm校正p低于5%",
)
_SHORTFALL = Phrase(
    "{event}: return on paper and in an account, to the end of the study",
    "{event}：纸面与账户收益，至期末",
)
_PAPER = Phrase("paper", "纸面")
# As many as there are ways to enter: a blue, an ochre and a violet that differ in lightness too.
_ENTRY_COLOURS = ("#0072b2", "#d9a441", "#8c6bb1")


def windows(scene: Scene) -> Picture | None:
    """The heat map: CAR with its verdict where there is an event study, else total return."""
    tested = registered(scene)
    chosen = headline(tested)
    if chosen is not None:
        mine = [row for row in tested if row["model"] == chosen[0]]
        names = list(dict.fromkeys(str(row["window"]) for row in mine))
        cells = {(str(r["basket"]), str(r["window"])): _pair(r["car"], r["holm_p"]) for r in mine}
        return _heat(
            scene,
            _WINDOWS_CAR,
            names,
            cells,
            model=model_words(scene, chosen[0]),
        )
    names = [window.label for window in scene.event.windows]
    cells = {key: _pair(row["total_return"], None) for key, row in scene.summary.items()}
    return _heat(scene, _WINDOWS, names, cells) if cells else None


def shortfall(scene: Scene) -> Picture | None:
    """Return of each list on paper and in its accounts, those that a reader could keep first."""
    rows = [row for row in scene.account_rows if row.get("paper_return") is not None]
    if not rows:
        return None
    baskets = list(dict.fromkeys(str(row["basket"]) for row in rows))
    entries = list(dict.fromkeys(str(row["entry"]) for row in rows))
    language = label_language(scene.language)
    paper = {str(row["basket"]): row["paper_return"] for row in rows}
    names = {str(row["basket"]): _covering(scene, row) for row in rows}
    made = {(str(row["basket"]), str(row["entry"])): row["total_return"] for row in rows}
    bars = [(_PAPER.say(language), "#9aa3b0", [paper[basket] for basket in baskets])]
    bars += [
        (scene.entry_words(entry, language), colour, [made.get((b, entry)) for b in baskets])
        for entry, colour in zip(entries, _ENTRY_COLOURS, strict=False)
    ]

    def draw(figure: FigureBase, axes: Axes) -> None:
        places, thick = np.arange(len(baskets)), 0.84 / len(bars)
        for number, (label, colour, values) in enumerate(bars):
            offset = (number - (len(bars) - 1) / 2) * thick
            found = as_floats(values)
            axes.barh(places + offset, found, thick * 0.92, color=colour, label=label)
            for row, value in enumerate(found):
                if np.isfinite(value):
                    axes.annotate(
                        percent(float(value)), (value, row + offset), fontsize=6, va="center",
                        xytext=(3 if value >= 0 else -3, 0), textcoords="offset points",
                        ha="left" if value >= 0 else "right", in_layout=False,
                    )  # fmt: skip
        axes.set_yticks(places, [names[basket] for basket in baskets], fontsize=7)
        axes.invert_yaxis()
        axes.margins(x=0.12, y=0.01)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_xlabel(hindsight_line(scene), fontsize=6.5)
        percent_axis(axes, horizontal=True)
        figure.legend(loc="outside lower center", ncols=len(bars), fontsize=7, frameon=False)

    height = max(SIZE[1] * 0.6, 1.2 + 0.14 * len(bars) * len(baskets))
    return make_picture(scene, _SHORTFALL, draw, height=height)


def _pair(value: object, p: object) -> tuple[float, float]:
    return (
        value if isinstance(value, float) else np.nan,
        p if isinstance(p, float) else np.nan,
    )


def _heat(
    scene: Scene,
    title: Phrase,
    names: Sequence[str],
    cells: dict[tuple[str, str], tuple[float, float]],
    **values: str,
) -> Picture:
    baskets = scene.event.baskets
    nothing = (np.nan, np.nan)
    grid = np.array([[cells.get((b, n), nothing) for n in names] for b in baskets])
    up, down = (RED, GREEN) if scene.record.facts.colours == "cn" else (GREEN, RED)

    def draw(_: FigureBase, axes: Axes) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        scale = np.nanmax(np.abs(grid[..., 0])) if np.isfinite(grid[..., 0]).any() else 1.0
        shades = LinearSegmentedColormap.from_list("signs", [down, "#ffffff", up])
        axes.imshow(grid[..., 0], cmap=shades, vmin=-2.2 * scale, vmax=2.2 * scale, aspect="auto")
        axes.grid(visible=False)
        for row, column in np.ndindex(grid.shape[:2]):
            value, p = grid[row, column]
            weight = "bold" if p < 0.05 else "normal"
            axes.text(
                column, row, percent(float(value)), ha="center", va="center", fontsize=6,
                fontweight=weight, in_layout=False,
            )  # fmt: skip
        axes.set_xticks(range(len(names)), names, fontsize=6.5)
        axes.set_yticks(
            range(len(baskets)), [called(scene, basket) for basket in baskets], fontsize=6.5
        )
        axes.tick_params(length=0)
        axes.set_xlabel(hindsight_line(scene), fontsize=6.5)

    height = max(SIZE[1] * 0.5, 0.9 + 0.2 * len(baskets))
    return make_picture(scene, title, draw, 0, height, **values)


def _covering(scene: Scene, row: Row) -> str:
    """A list's name, with the weight its account covers where that is not all of it."""
    covered = row["covered"]
    part = f" ({covered:.0%})" if isinstance(covered, float) and covered < 1 else ""
    return called(scene, str(row["basket"])) + part
