"""The charts and heat maps of a document as pictures for a memo: SVG, and PNG through resvg."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from basketbt.locale import Language, say
from basketbt.report.render.charts import standalone
from basketbt.report.views.blocks import Block, Chart, Document, TableBlock, flat
from basketbt.report.views.palette import on_paper

_ZOOM = 1.5  # dots of a PNG for each pixel of its drawing: 150 to the inch on A4
_COLOURS = 128  # enough for the edges of lines; a file of all of them is three times as large


@cache
def draws_chinese() -> bool:
    """Whether a font is installed that holds Chinese: without one two signs look the same."""
    one, two = (
        _png(f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
             f'<text y="16">{sign}</text></svg>')
        for sign in "国发"
    )  # fmt: skip
    return one != two


def drawable(language: Language) -> Language:
    """The language of a picture's labels: English where no font could draw Chinese."""
    return language if language == "en" or draws_chinese() else "en"


def figures(
    document: Document, forms: Sequence[str] = ("svg", "png"), *, bare: bool = False
) -> dict[str, bytes]:
    """``<name>.svg`` and ``<name>.png`` → content, for every block that has a picture.

    ``bare`` ones have neither title nor source: a page of paper says both beside them.
    """
    files: dict[str, bytes] = {}
    colours = on_paper(document.colours)
    for chapter, blocks in _parts(document):
        for block in flat(blocks):
            if isinstance(block, Chart | TableBlock) and block.picture:
                # A caption goes on, after a semicolon, to say how to read what a picture has not.
                what = re.split("[;；]", block.caption)[0]
                title = say("pictures.title", document.language, event=chapter, what=what)
                source = document.source or document.prices
                said = ("", "") if bare else (title, source)
                drawn = standalone(block, *said, colours, document.language)
                for form in forms:
                    content = drawn.encode() if form == "svg" else _png(drawn)
                    files[f"{block.picture}.{form}"] = content
    return files


def _parts(document: Document) -> Iterator[tuple[str, Iterable[Block]]]:
    """The title of each chapter with its blocks; the first page is of the first one."""
    yield document.chapters[0].title, document.front
    for chapter in document.chapters:
        yield chapter.title, (one for section in chapter.sections for one in section.blocks)


def _png(drawn: str) -> bytes:
    from PIL import Image
    from resvg_py import svg_to_bytes

    content = bytes(svg_to_bytes(svg_string=drawn, zoom=_ZOOM, background="white"))
    few = (
        Image.open(io.BytesIO(content))
        .convert("RGB")
        .quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    )
    buffer = io.BytesIO()
    few.save(buffer, "png")
    return buffer.getvalue()
