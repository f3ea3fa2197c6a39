"""What of a document stands on paper, the same for every form of it: Markdown, Word, PDF.

The memo is its front page; all else is the appendix. Of a section for the screen only its pictures
are left, of what is folded only its prose, and a table that stands needs no picture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from basketbt.report.views.blocks import (
    Block,
    Bullets,
    Chart,
    Code,
    Document,
    Fold,
    Prose,
    TableBlock,
)

#: What a renderer for paper must know. Of a table on the screen only, its picture as a chart.
Printed = TableBlock | Chart | Prose | Bullets | Code

#: Titles with blocks, a chapter's sections one after another.
Section = tuple[str, list[Printed]]


@dataclass(frozen=True)
class Chapter:
    """A title with its sections, each of which leaves something on paper."""

    title: str
    sections: tuple[Section, ...]


def front(document: Document, pictures: Collection[str]) -> list[Printed]:
    """The blocks of the memo; ``pictures`` are the names of those that there are."""
    return list(_printed(document.front, pictures, screen=False))


def appendix(document: Document, pictures: Collection[str]) -> list[Chapter]:
    """All else, without chapters that leave nothing."""
    chapters = []
    for chapter in document.chapters:
        made = (
            (one.title, list(_printed(one.blocks, pictures, screen=one.screen)))
            for one in chapter.sections
        )
        sections = tuple((title, blocks) for title, blocks in made if blocks)
        if sections:
            chapters.append(Chapter(chapter.title, sections))
    return chapters


def _printed(
    blocks: Iterable[Block], pictures: Collection[str], *, screen: bool
) -> Iterator[Printed]:
    for block in blocks:
        if isinstance(block, TableBlock) and not screen:
            yield block.on_paper
        elif isinstance(block, TableBlock | Chart):
            if block.picture in pictures:
                yield _picture(block)
        elif not screen:
            yield from _words(block)


def _picture(block: TableBlock | Chart) -> Chart:
    if isinstance(block, Chart):
        return block
    alt = block.caption
    return Chart(id=block.picture, caption=alt, alt=alt, data={}, picture=block.picture)


def _words(block: Block) -> Iterator[Printed]:
    if isinstance(block, Fold):
        if block.screen:
            return
        prose = [one.text for one in block.blocks if isinstance(one, Prose) and one.kind != "hint"]
        if prose:
            named = f"{block.title} · {block.aside}" if block.aside else block.title
            yield Bullets(items=((named, " ".join(prose)),))
    elif isinstance(block, Bullets | Code) or (isinstance(block, Prose) and block.kind != "hint"):
        yield block
