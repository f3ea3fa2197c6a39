"""memo.pdf and appendix.pdf: what stands on paper, set by typst, an extra.

Equal blocks give equal bytes wherever the same fonts are installed: the date in the file is that of
the last price. Charts are drawings, not pictures of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from basketbt.errors import InputError
from basketbt.locale import say
from basketbt.report.render import paper
from basketbt.report.render.onepage import one_page
from basketbt.report.render.tablewidths import fits, parts
from basketbt.report.views.blocks import Bullets, Chart, Code, Document, Prose, TableBlock
from basketbt.text import visible

_TEXT_CM, _TURNED_CM = 18.0, 26.7
_CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Families for Latin letters in the order of preference; typst itself brings the last.
_LATIN = ("Arial", "Liberation Sans", "Arimo", "Noto Sans", "DejaVu Sans", "Libertinus Serif")
#: Families that hold Chinese, in the order of preference on Linux, macOS and Windows.
_CHINESE_FAMILIES = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB"),
    *("Microsoft YaHei", "SimHei", "Noto Serif CJK SC"),
)


class NoTypst(InputError):
    """The extra that sets PDF files is missing."""


class NoChineseFont(InputError):
    """Field: families."""


def ready() -> None:
    """Raises ``NoTypst`` where the extra is missing."""
    if find_spec("typst") is None:
        raise NoTypst


def memo(document: Document, drawings: Mapping[str, bytes], date: str) -> bytes:
    """The front page, of a document without one the whole of it.

    ``drawings``: ``<name>.svg`` → content; ``date``: that of the file, YYYY-MM-DD.
    """
    stems = _stems(drawings)
    pages = list(_chapters(document, drawings))
    if document.front:
        told = [_told(one, drawings, _TEXT_CM) for one in one_page(document, stems).blocks]
        pages = [{"wide": False, "blocks": [one for each in told for one in each]}]
    return _set(document, document.title, pages, date, memo=bool(document.front))


def appendix(document: Document, drawings: Mapping[str, bytes], date: str) -> bytes:
    """All else; pages are turned where a table is too wide."""
    title = say("memo.appendix_to", document.language, title=document.title)
    return _set(document, title, list(_chapters(document, drawings)), date, memo=False)


def _stems(drawings: Mapping[str, bytes]) -> frozenset[str]:
    return frozenset(name.removesuffix(".svg") for name in drawings)


def _chapters(document: Document, drawings: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    """Blocks by how their page lies."""
    page: dict[str, Any] = {
        "wide": False,
        "blocks": [{"kind": "fine", "text": visible(document.prices)}],
    }
    for chapter in paper.appendix(document, _stems(drawings)):
        heads = [_heading(1, chapter.title)]
        for title, blocks in chapter.sections:
            tables = [one for one in blocks if isinstance(one, TableBlock)]
            wide = not all(fits(one, _TEXT_CM) for one in tables)
            if wide != page["wide"]:
                yield page
                page = {"wide": wide, "blocks": []}
            page["blocks"] += [*heads, _heading(2, title)]
            heads = []
            width = _TURNED_CM if wide else _TEXT_CM
            page["blocks"] += [one for block in blocks for one in _told(block, drawings, width)]
    yield page


def _heading(level: int, text: str) -> dict[str, Any]:
    return {"kind": "heading", "level": level, "text": visible(text)}


def _told(
    block: paper.Printed, drawings: Mapping[str, bytes], width: float
) -> Iterator[dict[str, Any]]:
    """A block as the template reads it."""
    if isinstance(block, TableBlock):
        yield _tiles(block) if block.kind == "tiles" else _table(block, width)
    elif isinstance(block, Chart):
        if svg := drawings.get(f"{block.picture}.svg"):
            words = {"caption": visible(block.caption), "alt": visible(block.alt)}
            yield {"kind": "chart", "svg": svg.decode(), **words}
    elif isinstance(block, Bullets):
        for name, said in block.items:
            kind = "named" if name else "bullet"
            yield {"kind": kind, "name": visible(name), "text": visible(said)}
    elif isinstance(block, Code):
        yield {"kind": "named", "name": visible(block.label), "text": visible(block.text)}
    else:
        yield _prose(block)


def _prose(block: Prose) -> dict[str, Any]:
    return {"kind": block.kind, "text": visible(block.text)}


def _tiles(block: TableBlock) -> dict[str, Any]:
    return {
        "kind": "tiles",
        "heads": [visible(head.text) for head in block.heads],
        "cells": [[visible(cell.text), visible(cell.aside)] for cell in block.rows[0]],
    }


def _table(block: TableBlock, width: float) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": visible(block.caption),
        "note": visible(block.note) if block.kind == "front" else "",
        "parts": [
            {
                "widths": part.widths,
                "numbers": [head.number for head in part.block.heads],
                "heads": [visible(head.text) for head in part.block.heads],
                "rows": [
                    [[visible(cell.whole), cell.strong] for cell in row] for row in part.block.rows
                ],
            }
            for part in parts(block, width)
        ],
    }


def _set(
    document: Document, title: str, pages: list[dict[str, Any]], date: str, *, memo: bool
) -> bytes:
    """Typst's PDF of the pages. Raises ``NoTypst``, ``NoChineseFont``."""
    ready()
    import typst

    told = {
        "title": visible(title),
        "line": visible(document.line),
        "lang": document.language,
        "colon": say("joint.colon", document.language),
        "date": date,
        "memo": memo,
        "pages": pages,
    }
    told["fonts"] = _fonts(typst.Fonts().families(), json.dumps(told, ensure_ascii=False))
    template = Path(__file__).with_name("assets") / "paper.typ"
    made: bytes = typst.compile(
        template.read_bytes(), format="pdf", sys_inputs={"data": json.dumps(told)}
    )
    return made


def _fonts(installed: Sequence[str], text: str) -> list[str]:
    """A family for Latin letters, and one for Chinese where there is any."""
    latin = next(one for one in _LATIN if one in installed)
    chinese = next((one for one in _CHINESE_FAMILIES if one in installed), None)
    if chinese is None and _CHINESE.search(text):
        raise NoChineseFont(families=", ".join(_CHINESE_FAMILIES))
    return [latin, *([chinese] if chinese else [])]
