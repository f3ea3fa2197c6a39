"""The charts and heat maps of a document as pictures for a memo: SVG and PNG through matplotlib."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from basketbt.locale import Language, say
from basketbt.report.render.canvas import PAPER, SIZE, cjk_font, picture, saved, settle, stroke
from basketbt.report.views.blocks import Block, Chart, Document, TableBlock, flat
from basketbt.report.views.numbers import percent
from basketbt.report.views.palette import GREEN, RED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

# The return on paper, then as many as there are ways to enter: a blue, an ochre and a violet that
# differ in lightness too.
_BARS = ("#9aa3b0", "#0072b2", "#d9a441", "#8c6bb1")

_FLAT = 0.6  # the height of a chart that shares its page
_LONGEST = 34  # letters of a name that a legend can hold
# Names of moments: the highest, from line to line, how many lines; shares of a picture's height.
_TOP, _LINE, _ROWS = 0.95, 0.055, 12

_Draw = Callable[["FigureBase", "Axes"], None]


def drawable(language: Language) -> Language:
    """The language of a picture's labels: English where no font could draw Chinese."""
    return language if language == "en" or cjk_font() else "en"


def figures(
    document: Document, forms: Sequence[str] = ("svg", "png"), *, bare: bool = False
) -> dict[str, bytes]:
    """``<name>.svg`` and ``<name>.png`` → content, for every block that has a picture.

    ``bare`` ones have neither title nor source: a page of paper says both beside them.
    """
    files: dict[str, bytes] = {}
    for chapter, blocks in _parts(document):
        for block in flat(blocks):
            if isinstance(block, Chart | TableBlock) and block.picture:
                # A caption goes on, after a semicolon, to say how to read what a picture has not.
                what = re.split("[;；]", block.caption)[0]
                title = say("pictures.title", document.language, event=chapter, what=what)
                title = "" if bare else title
                files |= _files(block.picture, title, block, document, forms)
    return files


def _parts(document: Document) -> Iterator[tuple[str, Iterable[Block]]]:
    """The title of each chapter with its blocks; the first page is of the first one."""
    yield document.chapters[0].title, document.front
    for chapter in document.chapters:
        yield chapter.title, (one for section in chapter.sections for one in section.blocks)


def _files(
    stem: str, title: str, block: Chart | TableBlock, document: Document, forms: Sequence[str]
) -> dict[str, bytes]:
    draw, height = _drawing(block, document)
    width = SIZE[0] if title else PAPER[0]
    height *= 1 if title else PAPER[1] / SIZE[1]
    with picture(title, document.prices, width=width, height=height) as (figure, above, axes):
        draw(above, axes)
        settle(figure)
        return {f"{stem}.{form}": saved(figure, form) for form in forms}


def _drawing(block: Chart | TableBlock, document: Document) -> tuple[_Draw, float]:
    """How a block is drawn, and in how many inches."""
    if isinstance(block, TableBlock):
        height = max(SIZE[1] * 0.5, 0.9 + 0.2 * len(block.rows))
        return lambda _, axes: _heat(axes, block, document), height
    data = block.data
    if data["kind"] == "bars":
        bars = bars_of(data["sets"].values())
        rows = len(next(iter(bars.values())))
        height = max(SIZE[1] * 0.6, 1.2 + 0.14 * len(bars) * rows)
        return lambda figure, axes: _draw_bars(figure, axes, bars, data["note"]), height
    if data["kind"] == "curve":
        height = SIZE[1] + 0.16 * len(data["rows"])
        published = say("sweep.published", document.language)
        return lambda _, axes: _curve(axes, data, published), height
    height = SIZE[1] * (_FLAT if block.flat else 1) + 0.13 * ((len(data["series"]) + 3) // 4)
    return lambda figure, axes: _lines(figure, axes, data), height


def _lines(figure: FigureBase, axes: Axes, data: Mapping[str, Any]) -> None:
    """Lines over time with events, closures and the time before publication behind them."""
    dates = np.array(data["x"], dtype="datetime64[D]")
    for line in data["series"]:
        values = _numbers(line["y"])
        look = (
            {"color": "black", "linewidth": 1.8}
            if line["hue"] < 0
            else stroke(line["hue"], line["dash"])
        )
        axes.plot(dates, values, label=short(line["label"]), **look)
        if data.get("banded") and "low" in line:
            low, high = (_numbers(line[edge]) for edge in ("low", "high"))
            axes.fill_between(dates, low, high, color=str(look["color"]), alpha=0.13, linewidth=0)
    falls = data["unit"] == "decimal"
    if falls:
        _percent_axis(axes.yaxis)
        axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlim(dates[0], dates[-1])
    ticks = list(data["x"][:: max(1, -(-len(dates) // 9))])
    axes.set_xticks(np.array(ticks, dtype="datetime64[D]"), _tick_labels(ticks))
    # The page has the other events too; here they would hide the lines.
    marks = [mark for mark in data["marks"] if mark["kind"] != "neighbour"]
    marks.sort(key=lambda mark: mark["x"], reverse=True)
    # Each name has a line of its own; that of a shade stands beside the moment that ends it.
    heights = {mark["x"]: _TOP - _LINE * (row % _ROWS) for row, mark in enumerate(marks)}
    for row, mark in enumerate(marks):
        _mark(axes, mark, data["x"], _TOP - _LINE * (row % _ROWS))
    for shade in data["shades"]:
        _shade(axes, shade, heights.get(shade["to"], _TOP))
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(4, len(labels)), fontsize=6.5,
        frameon=False,
    )  # fmt: skip


def _numbers(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _curve(axes: Axes, data: Mapping[str, Any], published: str) -> None:
    """Values in order with dots on those ``published``; below, how many made each choice.

    Both stand in one pair of axes: the solver that would place two does not always agree with
    itself in the last digit.
    """
    from matplotlib.ticker import MaxNLocator

    y, rows, dots = data["y"], data["rows"], data["published"]
    low, high = min(y), max(y)
    step = 0.06 * (high - low) or 0.01  # the height of a row
    top = low - step
    axes.plot((np.arange(len(y)) + 0.5) / len(y), y, **stroke(0, 0))
    axes.axhline(0, color="black", linewidth=0.8)
    if dots:
        at = [dot["x"] for dot in dots], [dot["y"] for dot in dots]
        axes.plot(*at, "o", color=RED, markersize=4, label=published)
        axes.legend(loc="upper left", fontsize=7, frameon=False)
    if rows:
        axes.imshow(
            data["shares"], extent=(0, 1, top - step * len(rows), top), aspect="auto",
            cmap="Greys", vmin=0, vmax=1, interpolation="nearest", zorder=1,
        )  # fmt: skip
    ticks = [one for one in MaxNLocator(6).tick_values(low, high) if low <= one <= high]
    places = top - step * (np.arange(len(rows)) + 0.5)
    axes.set_yticks([*places, *ticks], [*rows, *map(percent, ticks)], fontsize=6.5)
    axes.set_xlim(0, 1)
    axes.set_ylim(top - step * len(rows), high + step)
    axes.set_xlabel(data["note"], fontsize=6.5)
    _percent_axis(axes.xaxis)


def _shade(axes: Axes, shade: Mapping[str, str], height: float) -> None:
    first, last = np.array([shade["from"], shade["to"]], dtype="datetime64[D]")
    if shade["kind"] == "closed":
        axes.axvspan(first, last, color="#9aa3b0", alpha=0.3, linewidth=0)
        _say(axes, shade["from"], 0.02, shade["label"], rotation=90)
    else:
        axes.axvspan(first, last, color="#d9a400", alpha=0.1, linewidth=0)
        _say(axes, shade["to"], height, shade["label"], left=True)


def _mark(axes: Axes, mark: Mapping[str, str], dates: Sequence[str], height: float) -> None:
    """A line and its name: of day 0 right of it, of other moments left, at the edge right too."""
    kind = mark["kind"]
    style = {"event": "-", "reader": "--"}.get(kind, ":")
    at: Any = np.datetime64(mark["x"], "D")
    axes.axvline(at, color="black", linewidth=0.9, linestyle=style)
    edge = mark["x"] <= dates[len(dates) // 12]
    left = kind in ("alternative", "shock") and not edge
    _say(axes, mark["x"], height, mark["label"], left=left)


def _tick_labels(dates: Sequence[str]) -> list[str]:
    """Sessions as 02-05, the year below where it changes."""
    years = ["", *(date[:4] for date in dates)]
    return [
        date[5:] if before == date[:4] else f"{date[5:]}\n{date[:4]}"
        for date, before in zip(dates, years, strict=False)
    ]


def _say(
    axes: Axes, date: str, height: float, text: str, *, rotation: int = 0, left: bool = False
) -> None:
    axes.annotate(
        text, (np.datetime64(date, "D"), height), xycoords=("data", "axes fraction"), fontsize=6,
        xytext=(-2 if left else 2, 0), textcoords="offset points", rotation=rotation,
        ha="right" if left else "left", va="bottom", color="#333333", in_layout=False,
    )  # fmt: skip


def bars_of(sets: Any) -> dict[str, dict[str, float]]:
    """Bar → list → return: on paper, then in the account of each entry."""
    found: dict[str, dict[str, float]] = {}
    for one in sets:
        part = f" ({one['covered']:.0%})" if (one["covered"] or 1.0) < 1 else ""
        name = short(one["list"]) + part
        found.setdefault(one["labels"][0], {})[name] = one["values"][0]
        found.setdefault(one["entry"], {})[name] = one["values"][-1]
    return found


def _draw_bars(
    figure: FigureBase, axes: Axes, bars: Mapping[str, Mapping[str, float]], note: str
) -> None:
    names = list(next(iter(bars.values())))
    places, thick = np.arange(len(names)), 0.84 / len(bars)
    for number, (label, values) in enumerate(bars.items()):
        offset = (number - (len(bars) - 1) / 2) * thick
        found = np.array([values.get(name, math.nan) for name in names])
        axes.barh(places + offset, found, thick * 0.92, color=_BARS[number], label=label)
        for row, value in enumerate(found):
            if np.isfinite(value):
                axes.annotate(
                    percent(float(value)), (value, row + offset), fontsize=6, va="center",
                    xytext=(3 if value >= 0 else -3, 0), textcoords="offset points",
                    ha="left" if value >= 0 else "right", in_layout=False,
                )  # fmt: skip
    axes.set_yticks(places, names, fontsize=7)
    axes.invert_yaxis()
    axes.margins(x=0.12, y=0.01)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlabel(note, fontsize=6.5)
    _percent_axis(axes.xaxis)
    figure.legend(loc="outside lower center", ncols=len(bars), fontsize=7, frameon=False)


def _heat(axes: Axes, block: TableBlock, document: Document) -> None:
    """The cells of a heat map on the ground of their size; a strong cell is bold."""
    from matplotlib.colors import LinearSegmentedColormap

    up, down = (RED, GREEN) if document.colours == "cn" else (GREEN, RED)
    numbers = [
        [cell.sort if isinstance(cell.sort, float) else math.nan for cell in row[1:]]
        for row in block.rows
    ]
    grid = np.array(numbers)
    scale = np.nanmax(np.abs(grid)) if np.isfinite(grid).any() else 1.0
    shades = LinearSegmentedColormap.from_list("signs", [down, "#ffffff", up])
    axes.imshow(grid, cmap=shades, vmin=-2.2 * scale, vmax=2.2 * scale, aspect="auto")
    axes.grid(visible=False)
    for place, row in enumerate(block.rows):
        for column, cell in enumerate(row[1:]):
            axes.text(
                column, place, cell.text, ha="center", va="center", fontsize=6,
                fontweight="bold" if cell.strong else "normal", in_layout=False,
            )  # fmt: skip
    heads = [head.text for head in block.heads[1:]]
    axes.set_xticks(range(len(heads)), heads, fontsize=6.5)
    english = document.language == "en"
    names = [short(row[0].text if english else row[0].aside) for row in block.rows]
    axes.set_yticks(range(len(block.rows)), names, fontsize=6.5)
    axes.tick_params(length=0)
    axes.set_xlabel(block.note, fontsize=6.5)


def short(name: str) -> str:
    """A name, cut where a legend could not hold it."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _percent_axis(axis: Any) -> None:
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0))
