"""The pictures themselves: levels, underwater, CAR, heat map, paper against achievable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basketbt.report.demo import DEMO
from basketbt.report.figures.canvas import SIZE, label_language, picture, settle, stroke
from basketbt.report.page.scene import UNTIL_READ, Scene
from basketbt.report.page.sections.chance import headline, registered
from basketbt.report.palette import GREEN, RED
from basketbt.report.phrases import Phrase, percent
from basketbt.report.record import Row
from basketbt.report.series import lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEVELS = Phrase("{event}: level of every list, 100 on {base}", "{event}:各名单点位({base}为100)")
_UNDERWATER = Phrase("{event}: fall from the highest level", "{event}:相对最高点位的回撤")
_CAR = Phrase(
    "{event}: cumulated abnormal return, model {model}", "{event}:累计异常收益,模型{model}"
)
_WINDOWS = Phrase("{event}: total return by window", "{event}:各窗口全收益")
_WINDOWS_CAR = Phrase(
    "{event}: CAR by window, model {model}; bold: p after Holm below 5 %",
    "{event}:各窗口CAR,模型{model};粗体为Holm校正p低于5%",
)
_SHORTFALL = Phrase("{event}: paper and achievable ({entry})", "{event}:纸面与可实现({entry})")
_PAPER = Phrase("paper", "纸面")
_ACHIEVABLE = Phrase("achievable", "可实现")
_HINDSIGHT = Phrase("hindsight: not yet published", "事后:名单尚未发布")
_DAY0 = Phrase("day 0", "第0日")
_CLOSED = Phrase("closed", "休市")
_READER = Phrase("a reader can trade", "读者可交易")


@dataclass(frozen=True)
class Picture:
    """A picture that has not been drawn yet; ``title`` in the run's language."""

    title: str
    label: str  # the title in the language that the fonts can draw
    demo: str
    draw: Callable[[Figure, Axes], None]
    height: float = SIZE[1]

    @contextmanager
    def drawn(self) -> Iterator[Figure]:
        """The figure, to be saved inside the block."""
        with picture(self.label, self.demo, height=self.height) as (figure, axes):
            self.draw(figure, axes)
            settle(figure)
            yield figure


def levels(scene: Scene) -> Picture | None:
    """Levels of all lists with the event, what else happened, closures and hindsight."""
    found = lines(scene.index_rows("levels"))
    if not found:
        return None

    def draw(figure: Figure, axes: Axes) -> None:
        for line in found:
            _line(scene, axes, line.basket, line.dates, line.levels)
        axes.plot(
            _dates(found[0].dates), _floats(found[0].benchmark), color="black", linewidth=1.8,
            label=scene.record.facts.benchmarks[0].code,
        )  # fmt: skip
        _backdrop(scene, axes, found[0].dates)
        _legend(figure, axes)

    base = found[0].dates[found[0].start]
    return _picture(scene, _LEVELS, draw, rows=len(found), base=base)


def underwater(scene: Scene) -> Picture | None:
    """Drawdowns of all lists since the base."""
    found = lines(scene.index_rows("levels"))
    if not found:
        return None

    def draw(figure: Figure, axes: Axes) -> None:
        for line in found:
            _line(scene, axes, line.basket, line.dates[line.start :], line.drawdowns)
        _percent_axis(axes)
        _backdrop(scene, axes, found[0].dates[found[0].start :])
        _legend(figure, axes)

    return _picture(scene, _UNDERWATER, draw, rows=len(found))


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

    def draw(figure: Figure, axes: Axes) -> None:
        for basket, rows in paths.items():
            dates = [str(row["date"]) for row in rows]
            _line(scene, axes, basket, dates, [row["car"] for row in rows])
        _percent_axis(axes)
        axes.axhline(0, color="black", linewidth=0.8)
        _backdrop(scene, axes, [str(row["date"]) for row in next(iter(paths.values()))])
        _legend(figure, axes)

    return _picture(scene, _CAR, draw, rows=len(paths), model=chosen[0])


def windows(scene: Scene) -> Picture | None:
    """The heat map: CAR with its verdict where there is an event study, else total return."""
    tested = registered(scene)
    chosen = headline(tested)
    if chosen is not None:
        mine = [row for row in tested if row["model"] == chosen[0]]
        names = list(dict.fromkeys(str(row["window"]) for row in mine))
        cells = {(str(r["basket"]), str(r["window"])): _pair(r["car"], r["holm_p"]) for r in mine}
        return _heat(scene, _WINDOWS_CAR, names, cells, model=chosen[0])
    names = [window.label for window in scene.event.windows]
    cells = {key: _pair(row["total_return"], None) for key, row in scene.summary.items()}
    return _heat(scene, _WINDOWS, names, cells) if cells else None


def shortfall(scene: Scene) -> Picture | None:
    """Paper and achievable return of each list, for the first entry of the study."""
    rows = [
        row
        for row in scene.rows(
            "summary",
            book=scene.book("account"),
            weighting=scene.event.weighting,
            rebalance=scene.event.rebalance,
        )
        if row.get("paper_return") is not None
    ]
    if not rows:
        return None
    entry = rows[0]["entry"]
    mine = [row for row in rows if row["entry"] == entry]
    language = label_language(scene.language)

    def draw(figure: Figure, axes: Axes) -> None:
        places = np.arange(len(mine))
        paper = _floats([row["paper_return"] for row in mine])
        made = _floats([row["total_return"] for row in mine])
        axes.barh(places - 0.2, paper, 0.38, color="#9aa3b0", label=_PAPER.say(language))
        axes.barh(places + 0.2, made, 0.38, color="#0072b2", label=_ACHIEVABLE.say(language))
        for place, values in ((-0.2, paper), (0.2, made)):
            for row, value in enumerate(values):
                if np.isfinite(value):
                    axes.annotate(
                        percent(float(value)), (value, row + place), fontsize=6, va="center",
                        xytext=(3 if value >= 0 else -3, 0), textcoords="offset points",
                        ha="left" if value >= 0 else "right",
                    )  # fmt: skip
        axes.set_yticks(places, [_covering(row) for row in mine])
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.set_xlabel(_hindsight(scene), fontsize=6.5)
        _percent_axis(axes, horizontal=True)
        figure.legend(loc="outside lower center", ncols=2, fontsize=7, frameon=False)

    height = max(SIZE[1] * 0.6, 1.2 + 0.32 * len(mine))
    return _picture(scene, _SHORTFALL, draw, height=height, entry=entry)


def _picture(
    scene: Scene,
    title: Phrase,
    draw: Callable[[Figure, Axes], None],
    rows: int = 0,
    height: float | None = None,
    **values: object,
) -> Picture:
    """A picture of the scene's event; ``rows`` lines need room for their legend."""
    drawable = label_language(scene.language)
    # The event's name is in the run's language; where no font draws it, its id says as much.
    name = scene.event.name if drawable == scene.language else scene.event.id
    return Picture(
        title=title.say(scene.language, event=scene.event.name, **values),
        label=title.say(drawable, event=name, **values),
        demo=DEMO().text(drawable) if scene.record.facts.demo else "",
        draw=draw,
        height=height or SIZE[1] + 0.13 * ((rows + 3) // 4),
    )


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

    def draw(_: Figure, axes: Axes) -> None:
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
                fontweight=weight,
            )  # fmt: skip
        axes.set_xticks(range(len(names)), names, fontsize=6.5)
        axes.set_yticks(range(len(baskets)), [_short(basket) for basket in baskets], fontsize=6.5)
        axes.tick_params(length=0)
        axes.set_xlabel(_hindsight(scene), fontsize=6.5)

    height = max(SIZE[1] * 0.5, 0.9 + 0.2 * len(baskets))
    return _picture(scene, title, draw, 0, height, **values)


def _line(
    scene: Scene, axes: Axes, basket: str, dates: Sequence[str], values: Sequence[object]
) -> None:
    axes.plot(_dates(dates), _floats(values), label=_short(basket), **stroke(scene.looks[basket]))


def _dates(dates: Sequence[str]) -> np.ndarray:
    return np.array(dates, dtype="datetime64[D]")


def _floats(values: Sequence[object]) -> np.ndarray:
    return np.array([v if isinstance(v, int | float) else np.nan for v in values], dtype=float)


def _covering(row: Row) -> str:
    """A list's name, with the weight its account covers where that is not all of it."""
    covered = row["covered"]
    part = f" ({covered:.0%})" if isinstance(covered, float) and covered < 1 else ""
    return _short(str(row["basket"])) + part


def _short(name: str) -> str:
    """A basket's id, cut where a legend could not hold it."""
    return name if len(name) <= 34 else f"{name[:33]}…"


def _percent_axis(axes: Axes, *, horizontal: bool = False) -> None:
    from matplotlib.ticker import PercentFormatter

    (axes.xaxis if horizontal else axes.yaxis).set_major_formatter(PercentFormatter(1.0))


def _backdrop(scene: Scene, axes: Axes, dates: Sequence[str]) -> None:
    """Events, closures and the time before publication, within the charted dates."""
    language, first, last = label_language(scene.language), dates[0], dates[-1]
    axes.set_xlim(*_dates([first, last]))
    axes.xaxis.set_major_formatter(lambda value, _: _month_day(value))
    for start, end in scene.event.closures:
        if first < start and end < last:
            axes.axvspan(*_dates([start, end]), color="#9aa3b0", alpha=0.3, linewidth=0)
            _say(axes, start, 0.02, _CLOSED.say(language), rotation=90)
    sessions = sorted({member.reader_session for member in scene.event.members})
    if sessions and sessions[0] > first:
        axes.axvspan(*_dates([first, min(sessions[0], last)]), color="#d9a400", alpha=0.1, lw=0)
        _say(axes, first, 0.95, _HINDSIGHT.say(language))
    for session in sessions:
        if first <= session <= last:
            axes.axvline(_dates([session])[0], color="black", linewidth=0.9, linestyle="--")
            _say(axes, session, 0.95, _READER.say(language))
    own = scene.event.id.partition("@")[0]
    for mark in scene.event.marks:
        if first <= mark.session <= last and (mark.kind == "event" or mark.id.startswith(own)):
            line = "-" if mark.kind == "event" else ":"
            axes.axvline(_dates([mark.session])[0], color="black", linewidth=0.9, linestyle=line)
            word = _DAY0.say(language) if mark.kind == "event" else mark.id.partition("@")[2]
            _say(axes, mark.session, 0.89, word, left=mark.kind != "event")


def _hindsight(scene: Scene) -> str:
    """The warning under a picture without a time axis."""
    sessions = [member.reader_session for member in scene.event.members]
    language = label_language(scene.language)
    return UNTIL_READ.say(language, session=min(sessions)) if sessions else ""


def _month_day(days: float) -> str:
    """A tick of a date axis, in days since 1970, as 02-05."""
    return str(np.datetime64(int(days), "D"))[5:]


def _say(
    axes: Axes, date: str, height: float, text: str, *, rotation: int = 0, left: bool = False
) -> None:
    axes.annotate(
        text, (_dates([date])[0], height), xycoords=("data", "axes fraction"), fontsize=6,
        xytext=(-2 if left else 2, 0), textcoords="offset points", rotation=rotation,
        ha="right" if left else "left", va="bottom", color="#333333",
    )  # fmt: skip


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(4, len(labels)), fontsize=6.5,
        frameon=False,
    )  # fmt: skip
