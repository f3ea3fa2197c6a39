"""The pictures over time: levels, underwater, CAR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basketbt.report.figures.canvas import label_language, stroke
from basketbt.report.figures.parts import (
    Picture,
    as_dates,
    as_floats,
    benchmark_name,
    called,
    make_picture,
    model_words,
    percent_axis,
)
from basketbt.report.page.scene import Scene
from basketbt.report.page.sections.chance import headline, registered
from basketbt.report.page.sections.stage import mark_label
from basketbt.report.phrases import Phrase
from basketbt.report.record import Row
from basketbt.report.series import lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

_LEVELS = Phrase(
    "{event}: level of every list, 100 on {base}", "{event}：各名单点位（{base}为100）"
)
_UNDERWATER = Phrase("{event}: fall from the highest level", "{event}：相对最高点位的回撤")
_CAR = Phrase(
    "{event}: cumulated abnormal return, model {model}", "{event}：累计异常收益，模型{model}"
)
_HINDSIGHT = Phrase("hindsight: not yet published", "事后：名单尚未发布")
_CLOSED = Phrase("closed", "休市")
_READER = Phrase("a reader can trade", "读者可交易")


@dataclass(frozen=True)
class _Heights:
    """Where the labels of a backdrop stand, as parts of the height of the axes."""

    reader: float
    event: float
    edge: float
    closed: float


# Above most lines, or below falls that begin at the top.
_HIGH = _Heights(reader=0.95, event=0.89, edge=0.83, closed=0.02)
_LOW = _Heights(reader=0.02, event=0.08, edge=0.14, closed=0.22)


def levels(scene: Scene) -> Picture | None:
    """Levels of all lists with the event, what else happened, closures and hindsight."""
    found = lines(scene.index_rows("levels"))
    if not found:
        return None

    def draw(figure: FigureBase, axes: Axes) -> None:
        for line in found:
            _line(scene, axes, line.basket, line.dates, line.levels)
        axes.plot(
            as_dates(found[0].dates), as_floats(found[0].benchmark), color="black", linewidth=1.8,
            label=benchmark_name(scene),
        )  # fmt: skip
        _backdrop(scene, axes, found[0].dates)
        _legend(figure, axes)

    base = found[0].dates[found[0].start]
    return make_picture(scene, _LEVELS, draw, rows=len(found), base=base)


def underwater(scene: Scene) -> Picture | None:
    """Drawdowns of all lists since the base."""
    found = lines(scene.index_rows("levels"))
    if not found:
        return None

    def draw(figure: FigureBase, axes: Axes) -> None:
        for line in found:
            _line(scene, axes, line.basket, line.dates[line.start :], line.drawdowns)
        percent_axis(axes)
        _backdrop(scene, axes, found[0].dates[found[0].start :], low=True)
        _legend(figure, axes)

    return make_picture(scene, _UNDERWATER, draw, rows=len(found))


def car(scene: Scene) -> Picture | None:
    """Cumulated abnormal returns under the first model."""
    chosen = headline(registered(scene))
    if chosen is None:
        return None
    paths: dict[str, list[Row]] = {}
    for row in scene.rows("car_paths", variant="main", model=chosen[0]):
        paths.setdefault(str(row["basket"]), []).append(row)
    if not paths:
        return None

    def draw(figure: FigureBase, axes: Axes) -> None:
        for basket, rows in paths.items():
            dates = [str(row["date"]) for row in rows]
            _line(scene, axes, basket, dates, [row["car"] for row in rows])
        percent_axis(axes)
        axes.axhline(0, color="black", linewidth=0.8)
        _backdrop(scene, axes, [str(row["date"]) for row in next(iter(paths.values()))])
        _legend(figure, axes)

    return make_picture(
        scene,
        _CAR,
        draw,
        rows=len(paths),
        model=model_words(scene, chosen[0]),
    )


def _line(
    scene: Scene, axes: Axes, basket: str, dates: Sequence[str], values: Sequence[object]
) -> None:
    axes.plot(
        as_dates(dates),
        as_floats(values),
        label=called(scene, basket),
        **stroke(scene.looks[basket]),
    )


def _backdrop(scene: Scene, axes: Axes, dates: Sequence[str], *, low: bool = False) -> None:
    """Events, closures and the time before publication, within the charted dates."""
    language, first, last = label_language(scene.language), dates[0], dates[-1]
    heights = _LOW if low else _HIGH
    axes.set_xlim(*as_dates([first, last]))
    step = max(1, -(-len(dates) // 9))
    ticks = list(dates[::step])
    axes.set_xticks(as_dates(ticks), _tick_labels(ticks))
    for start, end in scene.event.closures:
        if first < start and end < last:
            axes.axvspan(*as_dates([start, end]), color="#9aa3b0", alpha=0.3, linewidth=0)
            _say(axes, start, heights.closed, _CLOSED.say(language), rotation=90)
    sessions = sorted({member.reader_session for member in scene.event.members})
    if sessions and sessions[0] > first:
        axes.axvspan(*as_dates([first, min(sessions[0], last)]), color="#d9a400", alpha=0.1, lw=0)
        _say(axes, min(sessions[0], last), heights.reader, _HINDSIGHT.say(language), left=True)
    for session in sessions:
        if first <= session <= last:
            axes.axvline(as_dates([session])[0], color="black", linewidth=0.9, linestyle="--")
            _say(axes, session, heights.reader, _READER.say(language))
    own = scene.event.id.partition("@")[0]
    for mark in scene.event.marks:
        if first <= mark.session <= last and (mark.kind == "event" or mark.id.startswith(own)):
            line = "-" if mark.kind == "event" else ":"
            axes.axvline(as_dates([mark.session])[0], color="black", linewidth=0.9, linestyle=line)
            # Left of their lines, apart from day 0; at the edge below it on the right.
            edge = mark.session <= dates[len(dates) // 12]
            left = mark.kind != "event" and not edge
            height = heights.edge if mark.kind != "event" and edge else heights.event
            _say(axes, mark.session, height, mark_label(scene, mark, language), left=left)


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
        text, (as_dates([date])[0], height), xycoords=("data", "axes fraction"), fontsize=6,
        xytext=(-2 if left else 2, 0), textcoords="offset points", rotation=rotation,
        ha="right" if left else "left", va="bottom", color="#333333", in_layout=False,
    )  # fmt: skip


def _legend(figure: FigureBase, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(4, len(labels)), fontsize=6.5,
        frameon=False,
    )  # fmt: skip
