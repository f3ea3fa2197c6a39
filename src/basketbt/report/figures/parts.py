"""What every picture is made with: its frame, its names, its numbers and its warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basketbt.report.choices import choice_words
from basketbt.report.figures.canvas import SIZE, label_language, picture, settle
from basketbt.report.page.scene import UNTIL_READ, Scene
from basketbt.report.phrases import PRICES, Phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase


@dataclass(frozen=True)
class Picture:
    """A picture that has not been drawn yet; ``title`` in the run's language."""

    title: str
    label: str  # the title in the language that the fonts can draw
    prices: str  # where they are from, at the foot
    draw: Callable[[FigureBase, Axes], None]
    height: float = SIZE[1]

    @contextmanager
    def drawn(self) -> Iterator[Figure]:
        """The figure, to be saved inside the block."""
        with picture(self.label, self.prices, height=self.height) as (figure, above, axes):
            self.draw(above, axes)
            settle(figure)
            yield figure


def make_picture(
    scene: Scene,
    title: Phrase,
    draw: Callable[[FigureBase, Axes], None],
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
        prices=PRICES.say(drawable, said=scene.record.facts.prices[drawable]),
        draw=draw,
        height=height or SIZE[1] + 0.13 * ((rows + 3) // 4),
    )


def called(scene: Scene, basket: str) -> str:
    """A list's name as the page has it; its id where no font could draw that."""
    drawable = label_language(scene.language) == scene.language
    return _short(scene.name(basket) if drawable else basket)


def benchmark_name(scene: Scene) -> str:
    index = scene.record.facts.benchmarks[0]
    return index.name if label_language(scene.language) == scene.language else index.code


def _short(name: str) -> str:
    """A basket's id, cut where a legend could not hold it."""
    return name if len(name) <= 34 else f"{name[:33]}…"


def as_dates(dates: Sequence[str]) -> np.ndarray:
    return np.array(dates, dtype="datetime64[D]")


def as_floats(values: Sequence[object]) -> np.ndarray:
    return np.array([v if isinstance(v, int | float) else np.nan for v in values], dtype=float)


def percent_axis(axes: Axes, *, horizontal: bool = False) -> None:
    from matplotlib.ticker import PercentFormatter

    (axes.xaxis if horizontal else axes.yaxis).set_major_formatter(PercentFormatter(1.0))


def hindsight_line(scene: Scene) -> str:
    """The warning under a picture without a time axis."""
    sessions = [member.reader_session for member in scene.event.members]
    language = label_language(scene.language)
    return UNTIL_READ.say(language, session=min(sessions)) if sessions else ""


def model_words(scene: Scene, model: str) -> str:
    """A model's name in the language of the labels."""
    return choice_words(model, label_language(scene.language))
