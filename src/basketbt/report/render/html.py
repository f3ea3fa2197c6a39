"""A document as ``report.html``: one template, everything inlined, no request, no clock."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from basketbt.locale import say
from basketbt.report.render.charts import HALF, NARROW, WIDE, chart_style, inline
from basketbt.report.views.blocks import Chart, Document
from basketbt.report.views.palette import DARK, LIGHT
from basketbt.text import visible

_ASSETS = Path(__file__).parent / "assets"

#: The words of the page's own furniture.
_WORDS = ("contents", "skip", "theme", "foot", "day", "colon", "how", "more", "each")


def page(document: Document) -> bytes:
    """The page of any document.

    Everything in it is escaped by the template; its policy lets no script run but the one it
    carries, by its hash, so a name that slipped through as markup could still do nothing.
    """
    script = _script()
    words = {name: say(f"page.{name}", document.language) for name in _WORDS}
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            front=document,
            words=words,
            chapters=document.chapters,
            style=_style(words["more"]),
            script=script,
            policy=f"'sha256-{_digest(script)}'",
            data={
                block.id: _values(block.data)
                for block in document.blocks
                if isinstance(block, Chart) and block.data["kind"] == "lines"
            },
        )
    )
    return text.encode()


def _drawn(chart: Chart) -> Markup:
    """A chart for a desk's screen and for a phone's; the style sheet shows one of them."""
    desk, phone = inline(chart, HALF if chart.flat else WIDE), inline(chart, NARROW)
    return Markup(f'<div class="wide">{desk}</div><div class="narrow">{phone}</div>')


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a pointer reads from lines over time: more digits than a screen can show are cut."""
    digits = 1 if data["unit"] == "level" else 4
    return {
        "unit": data["unit"],
        "x": data["x"],
        "days": data["days"],
        "series": [
            {
                "label": visible(one["label"]),
                "panel": visible(one.get("panel", "")),
                "y": [None if value is None else round(value, digits) for value in one["y"]],
            }
            for one in data["series"]
        ],
    }


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
    environment.filters["sortable"] = _sortable
    environment.filters["drawn"] = _drawn
    return environment


def _shown(value: Any) -> Any:
    """What the template prints, without what would reorder a line."""
    return visible(value) if type(value) is str else value


def _sortable(value: float) -> float:
    """Six digits: no two numbers that a table shows apart sort as one."""
    return float(f"{value:.6g}")


def _embedded(value: Any) -> str:
    """JSON that can stand inside a script element: no ``<`` can end it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _breakable(text: str) -> Markup:
    """A name that may be broken after its slashes, and nowhere else while there is room."""
    return Markup("/<wbr>").join(visible(text).split("/"))


def _style(more: str) -> str:
    """The style sheets of page and charts, headed by the colours of both themes."""
    light, dark = (
        "".join(f"--{name}:{colour};" for name, colour in theme.items()) for theme in (LIGHT, DARK)
    )
    return (
        f":root{{{light}--more:{json.dumps(more, ensure_ascii=False)}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme=light]){{{dark}}}}}\n"
        + (_ASSETS / "page.css").read_text("utf-8")
        + chart_style()
    )


def _script() -> str:
    names = ("tables.js", "charts.js", "page.js")
    return "".join((_ASSETS / name).read_text("utf-8") for name in names)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
