"""From a run to ``report.html``: sections in their order, one template, everything inlined."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from basketbt.errors import BasketbtError
from basketbt.notes import Language
from basketbt.report.facts import EventFacts
from basketbt.report.page.blocks import Block, Chart, Fold
from basketbt.report.page.scene import Scene, Section
from basketbt.report.page.sections import SECTIONS
from basketbt.report.page.words import WORDS
from basketbt.report.palette import DARK, DASHES, GREEN, LIGHT, RED
from basketbt.report.phrases import PRICES
from basketbt.report.record import Record

_ASSETS = Path(__file__).parent / "assets"


class NoChartLibrary(BasketbtError):
    """Plotly is a dependency, but its bundle is not where it keeps it."""

    template = "plotly's browser bundle is missing: {path}"
    fix = "Reinstall it (pip install --force-reinstall plotly), or run with --no-report."


@dataclass(frozen=True)
class Part:
    """A section as it stands on the page."""

    anchor: str
    title: str
    blocks: list[Block]


@dataclass(frozen=True)
class Chapter:
    """An event with its sections, or the sections that concern the whole study."""

    anchor: str
    title: str
    parts: list[Part]


@dataclass(frozen=True)
class Front:
    """What stands above the chapters; ``prices``: where they are from."""

    title: str
    line: str
    prices: str
    language: Language
    colours: str


def page(record: Record) -> bytes:
    """``report.html``: one file that makes no request and carries no clock.

    Raises ``NoChartLibrary``.
    """
    facts = record.facts
    front = Front(
        title=facts.title,
        line=f"{facts.study} · {WORDS['run'].say(facts.language)} {facts.run}",
        prices=PRICES.say(facts.language, said=facts.prices[facts.language]),
        language=facts.language,
        colours=facts.colours,
    )
    return assemble(front, _chapters(record))


def assemble(front: Front, chapters: list[Chapter]) -> bytes:
    """A page of any chapters.

    Everything in it is escaped by the template; its policy lets no script run but those it
    carries, by their hashes, so a name that slipped through as markup could still do nothing.
    """
    charts = [block for c in chapters for part in c.parts for block in _charts(part.blocks)]
    scripts = [plotly_bundle(), _script()]
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            front=front,
            words={name: phrase.say(front.language) for name, phrase in WORDS.items()},
            chapters=chapters,
            style=_style(),
            scripts=scripts,
            policy=" ".join(f"'sha256-{_digest(script)}'" for script in scripts),
            data={chart.id: _short(chart.data) for chart in charts},
        )
    )
    return text.encode()


def _chapters(record: Record) -> list[Chapter]:
    scenes = [Scene(record, event, index) for index, event in enumerate(record.facts.events)]
    chapters = [
        Chapter(
            f"event-{scene.index}",
            _heading(scene.event, record),
            _parts(scene, "event", f"-{scene.index}"),
        )
        for scene in scenes
    ]
    rest = Chapter("study", WORDS["study"].say(record.facts.language), _parts(scenes[0], "study"))
    return [*chapters, rest]


def _heading(event: EventFacts, record: Record) -> str:
    """The event's name; its calendar too where the study meets the event on two."""
    twice = sum(other.id == event.id for other in record.facts.events) > 1
    return f"{event.name} ({event.calendar})" if twice else event.name


def _parts(scene: Scene, scope: str, suffix: str = "") -> list[Part]:
    sections: list[Section] = [section for section in SECTIONS if section.scope == scope]
    found = ((section, section.blocks(scene)) for section in sections)
    return [
        Part(f"{section.id}{suffix}", section.title.say(scene.language), blocks)
        for section, blocks in found
        if blocks
    ]


def _charts(blocks: list[Block] | tuple[Block, ...]) -> list[Chart]:
    found: list[Chart] = []
    for block in blocks:
        if isinstance(block, Chart):
            found.append(block)
        elif isinstance(block, Fold):
            found += _charts(block.blocks)
    return found


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["embedded"] = _embedded
    environment.filters["breakable"] = _breakable
    environment.filters["short"] = _short
    return environment


def _short(value: Any) -> Any:
    """Chart data with six digits a number: more than a screen can show, and half the bytes."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    return [_short(inner) for inner in value] if isinstance(value, list | tuple) else value


def _embedded(value: Any) -> str:
    """JSON that can stand inside a script element: no ``<`` can end it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _breakable(text: str) -> Markup:
    """A name that may be broken after its slashes, and nowhere else while there is room."""
    return Markup("/<wbr>").join(text.split("/"))


def _style() -> str:
    """The style sheet, headed by the palette that charts share with the pictures."""
    light = "".join(f"--hue-{place}:{colour};" for place, colour in enumerate(LIGHT))
    dark = "".join(f"--dark-{place}:{colour};" for place, colour in enumerate(DARK))
    signs = f"--red:{RED};--green:{GREEN};"
    return f":root{{{light}{dark}{signs}}}\n" + (_ASSETS / "page.css").read_text("utf-8")


def _script() -> str:
    names = ("tables.js", "frame.js", "lines.js", "grid.js", "charts.js", "page.js")
    head = f"const DASHES = {json.dumps(DASHES)};\n"
    return head + "".join((_ASSETS / name).read_text("utf-8") for name in names)


def plotly_bundle() -> str:
    """plotly.min.js as the plotly package carries it; the package itself is not imported."""
    spec = find_spec("plotly")
    folder = Path(spec.origin).parent if spec and spec.origin else Path("plotly")
    path = folder / "package_data" / "plotly.min.js"
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise NoChartLibrary(path=path) from error


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
