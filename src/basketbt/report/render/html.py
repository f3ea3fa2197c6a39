"""A document as ``report.html``: one template, everything inlined, no request, no clock."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from basketbt.errors import BasketbtError
from basketbt.locale import say
from basketbt.report.views.blocks import Chart, Document
from basketbt.report.views.palette import DARK, DASHES, GREEN, LIGHT, RED
from basketbt.text import visible

_ASSETS = Path(__file__).parent / "assets"

#: The words of the page's own furniture.
_WORDS = (
    "contents",
    "skip",
    "theme",
    "all",
    "none",
    "log",
    "lines",
    "show",
    "no_script",
    "foot",
    "day",
    "colon",
)


class NoChartLibrary(BasketbtError):
    """Plotly is a dependency, but its bundle is not where it keeps it."""


def page(document: Document) -> bytes:
    """The page of any document.

    Everything in it is escaped by the template; its policy lets no script run but those it
    carries, by their hashes, so a name that slipped through as markup could still do nothing.

    Raises ``NoChartLibrary``.
    """
    scripts = [plotly_bundle(), _script()]
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            front=document,
            words={name: say(f"page.{name}", document.language) for name in _WORDS},
            chapters=document.chapters,
            style=_style(),
            scripts=scripts,
            policy=" ".join(f"'sha256-{_digest(script)}'" for script in scripts),
            data={
                block.id: _short(block.data)
                for block in document.blocks
                if isinstance(block, Chart)
            },
        )
    )
    return text.encode()


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters["embedded"] = _embedded
    environment.filters["breakable"] = _breakable
    environment.filters["short"] = _short
    return environment


def _shown(value: Any) -> Any:
    """What the template prints, without what would reorder a line."""
    return visible(value) if type(value) is str else value


def _short(value: Any) -> Any:
    """Chart data with six digits a number: more than a screen can show, and half the bytes."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, str):
        return visible(value)
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
