"""A document as ``memo.md``: what stands on paper, readable as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from basketbt.locale import say
from basketbt.report.views.blocks import (
    Block,
    Bullets,
    Cell,
    Chart,
    Code,
    Document,
    Fold,
    Prose,
    Section,
    TableBlock,
)
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
    parts = [f"# {escape(document.title)}", escape(document.prices)]
    writer = _Writer(say("joint.colon", document.language), pictures)
    if document.front:
        parts += [*writer.blocks(document.front), "---"]
        parts.append(f"**{escape(say('memo.appendix', document.language))}**")
    for chapter in document.chapters:
        sections = [text for section in chapter.sections if (text := writer.section(section))]
        if sections:
            parts += [f"## {escape(chapter.title)}", *sections]
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True)
class _Writer:
    """Writes sections: ``colon`` stands after names, ``pictures`` says whether there are any."""

    colon: str
    pictures: bool

    def section(self, section: Section) -> str:
        """A section under its heading; nothing for one that leaves nothing on paper.

        Of a section for the screen only its pictures are left.
        """
        parts = self.blocks(section.blocks, screen=section.screen)
        return "\n\n".join([f"### {escape(section.title)}", *parts]) if parts else ""

    def blocks(self, blocks: Iterable[Block], *, screen: bool = False) -> list[str]:
        """Blocks one after another."""
        return [text for one in blocks for text in self._block(one, screen=screen)]

    def _block(self, block: Block, *, screen: bool) -> Iterator[str]:
        if isinstance(block, TableBlock | Chart):
            if isinstance(block, TableBlock) and not screen:
                yield _table(block.on_paper)
            if self.pictures and block.picture:
                yield _picture(block.picture, block.caption)
        elif not screen:
            text = self._words(block)
            if text:
                yield text

    def _words(self, block: Block) -> str:
        if isinstance(block, Bullets):
            return "\n".join(f"- {self._named(name)}{escape(said)}" for name, said in block.items)
        if isinstance(block, Fold):
            prose = [b.text for b in block.blocks if isinstance(b, Prose) and b.kind != "hint"]
            named = self._named(f"{block.title} · {block.aside}".removesuffix(" · "))
            return named + escape(" ".join(prose)) if prose else ""
        if isinstance(block, Code):
            return f"{escape(block.label)}{self.colon}\n\n```\n{block.text}\n```"
        if isinstance(block, Prose) and block.kind != "hint":
            text = _START.sub(r"\\\g<0>", escape(block.text))
            return f"> {text}" if block.kind == "warning" else text
        return ""

    def _named(self, name: str) -> str:
        """A name before its sentence."""
        return f"**{escape(name)}**{self.colon}" if name else ""


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
