"""Which pictures a run has, their files, and the memo that shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from basketbt.report.figures import charts, summaries
from basketbt.report.figures.canvas import saved
from basketbt.report.figures.parts import Picture
from basketbt.report.page.scene import Scene
from basketbt.report.phrases import Phrase, escape
from basketbt.report.record import Record

_PICTURES = Phrase("Pictures", "图")

#: A picture of one event, or None where the run lacks what it shows; the name begins its files.
_MAKERS: tuple[tuple[str, Callable[[Scene], Picture | None]], ...] = (
    ("levels", charts.levels),
    ("underwater", charts.underwater),
    ("windows", summaries.windows),
    ("car", charts.car),
    ("paper-vs-achievable", summaries.shortfall),
)


def figures(record: Record) -> dict[str, bytes]:
    """``figures/<name>-<event>.svg`` and ``.png`` → content."""
    files: dict[str, bytes] = {}
    for stem, _, picture in _pictures(record):
        with picture.drawn() as figure:
            for form in ("svg", "png"):
                files[f"figures/{stem}.{form}"] = saved(figure, form)
    return files


def illustrated(record: Record, memo: str, pictures: Mapping[str, bytes]) -> str:
    """The memo with a section of the pictures at its end; one that was there is replaced.

    Each has its caption beside it, so the memo reads well as plain text.
    """
    language = record.facts.language
    heading = f"## {_PICTURES.say(language)}"
    text = memo.partition(f"\n{heading}\n")[0].rstrip()
    lines = [
        f"![{escape(picture.title)}](figures/{stem}.png)\n\n*{escape(picture.title)}*"
        for stem, _, picture in _pictures(record)
        if f"figures/{stem}.png" in pictures
    ]
    return "\n\n".join([text, *([heading] if lines else []), *lines]) + "\n"


def _pictures(record: Record) -> Iterator[tuple[str, Scene, Picture]]:
    events = record.facts.events
    for index, event in enumerate(events):
        scene = Scene(record, event, index)
        twice = sum(other.id == event.id for other in events) > 1
        name = f"{event.id}-{event.calendar}" if twice else event.id
        for kind, make in _MAKERS:
            picture = make(scene)
            if picture is not None:
                yield f"{kind}-{re.sub(r'[^A-Za-z0-9.-]+', '-', name)}", scene, picture
