"""A document as ``memo.md``: what stands on paper, readable as plain text too."""

from __future__ import annotations

import re

from basketbt.locale import say
from basketbt.report.render import paper
from basketbt.report.views.blocks import Bullets, Cell, Chart, Code, Document, TableBlock
from basketbt.text import visible

# What Markdown would read as markup: emphasis and code, cells, HTML and entities, the end of a
# link's text; and at the start of a paragraph a heading, a quote, a definition. Windows like [0,+5]
# and p <0.001 stay as they are.
_MARKUP = re.compile(
    r"[\\`*|~]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=[A-Za-z#])|\](?=[(\[])"
)
_START = re.compile(r"^[#>\[]")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}


def memo(document: Document, *, pictures: bool = False) -> str:
    """The memo; with ``pictures`` each chart that has one as a picture with its caption.

    Without them charts are left out, and so is what is for the screen only.
    """
    drawn = pictured(document) if pictures else frozenset()
    colon = say("joint.colon", document.language)
    parts = [f"# {escape(document.title)}"]
    if document.front:
        parts += [_block(one, colon) for one in paper.front(document, drawn)]
        parts += ["---", f"**{escape(say('memo.appendix', document.language))}**"]
    parts.append(escape(document.prices))
    for chapter in paper.appendix(document, drawn):
        parts.append(f"## {escape(chapter.title)}")
        for title, blocks in chapter.sections:
            parts += [f"### {escape(title)}", *(_block(one, colon) for one in blocks)]
    return "\n\n".join(parts) + "\n"


def pictured(document: Document) -> frozenset[str]:
    """The names of every picture of a document."""
    found = (one.picture for one in document.blocks if isinstance(one, Chart | TableBlock))
    return frozenset(filter(None, found))


def _block(block: paper.Printed, colon: str) -> str:
    if isinstance(block, TableBlock):
        return _table(block)
    if isinstance(block, Chart):
        return _picture(block.picture, block.caption)
    if isinstance(block, Code):
        return f"{escape(block.label)}{colon}\n\n```\n{block.text}\n```"
    if isinstance(block, Bullets):
        return "\n".join(f"- {_named(name, colon)}{escape(said)}" for name, said in block.items)
    text = _START.sub(r"\\\g<0>", escape(block.text))
    return f"> {text}" if block.kind == "warning" else text


def _named(name: str, colon: str) -> str:
    """A name before its sentence."""
    return f"**{escape(name)}**{colon}" if name else ""


def _picture(stem: str, caption: str) -> str:
    return f"![{escape(caption)}](figures/{stem}.png)\n\n*{escape(caption)}*"


def _table(block: TableBlock) -> str:
    """A table under its caption, its numbers right-aligned."""
    header = [escape(head.text) for head in block.heads]
    marks = ["---:" if head.number else ":---" for head in block.heads]
    lines = [header, marks, *([*map(_cell, row)] for row in block.rows)]
    caption = f"*{escape(block.caption)}*\n\n" if block.caption else ""
    note = f"\n\n{escape(block.note)}" if block.note and block.kind == "front" else ""
    return caption + "\n".join("| " + " | ".join(line) + " |" for line in lines) + note


def _cell(cell: Cell) -> str:
    text = escape(cell.whole)
    return f"**{text}**" if cell.strong else text


def escape(text: str) -> str:
    """Text from a file on one line, safe inside Markdown and the HTML made of it."""
    line = " ".join(visible(text).split("\n"))
    return _MARKUP.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), line)
