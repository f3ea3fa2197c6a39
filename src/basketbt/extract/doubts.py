"""Words that stand in a list of picks and are no share: typos, and names that nobody knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from basketbt.extract.lines import Line, sectors_in
from basketbt.extract.reached import Reached
from basketbt.extract.words import FOLLOWS, Word
from basketbt.market.securities import all_keys

_ELEMENT = re.compile(r"[^、,，;；。:()\[\]【】“”\"'\s/|和及与等]{3,6}")
_CHINESE = re.compile(r"[\u4e00-\u9fffA-Z]{3,6}")
_AFTER = re.compile(r"[、,，\s和及与等。;；)(]|$")
_NO_NAME = re.compile(
    r"行业|板块|领域|产业|方向|赛道|概念|标的|个股|公司|龙头|企业|主线|等|[的在将为是有]|建议|关注|推荐|看好|受益"
)


@dataclass(frozen=True)
class Doubt:
    """An element of a list from ``start`` to ``end`` of its line; ``candidates`` are names."""

    start: int
    end: int
    why: Literal["typo", "unknown"]
    candidates: tuple[str, ...]
    word: Word


def doubtful_elements(reached: Sequence[Reached]) -> Iterator[tuple[Line, Doubt]]:
    """What stands between shares of a list, or right before or behind them, and is none."""
    scopes: dict[tuple[int, Word], list[Reached]] = defaultdict(list)
    for each in reached:
        scopes[(each.line.start, each.word)].append(each)
    for group in scopes.values():
        line, word = group[0].line, group[0].word
        for start, end in _gaps(line, group):
            for match in _ELEMENT.finditer(line.text, start, end):
                doubt = _doubt(line, match, word, start, end)
                if doubt is not None:
                    yield line, doubt


def _gaps(line: Line, group: list[Reached]) -> list[tuple[int, int]]:
    """The pieces of a list that no share fills: before the first, between, and behind the last."""
    shares = sorted((each.mention.start, each.mention.end) for each in group)
    word = group[0].word
    begun = (
        word.end if word.reach in ("ahead", "label") and word.end <= shares[0][0] else shares[0][0]
    )
    closed = line.sentence(shares[-1][1])[1]
    following = [other.start for other in line.words if other.start >= shares[-1][1]]
    edges = [begun, *(at for pair in shares for at in pair), min([closed, *following])]
    return [(edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]


def _doubt(line: Line, match: re.Match[str], word: Word, start: int, end: int) -> Doubt | None:
    text = match[0]
    if any(one.start < match.end() and match.start() < one.end for one in line.houses):
        return None
    inside = any(one.start < match.end() and match.start() < one.end for one in line.mentions)
    if inside or not _CHINESE.fullmatch(text) or not _AFTER.match(line.text, match.end()):
        return None
    before = line.text[match.start() - 1 : match.start()]
    if match.start() != start and before not in "、,，和及与:： ":
        return None
    close = near_names(text)
    if close:
        return Doubt(*match.span(), "typo", close, word)
    flanked = before in ("、",) and line.text[match.end() : match.end() + 1] in (
        "、",
        "和",
        "及",
        "等",
    )
    if (
        not flanked
        or _NO_NAME.search(text)
        or sectors_in(text)
        or not FOLLOWS.match(line.text[end:])
    ):
        return None
    return Doubt(*match.span(), "unknown", (), word)


@cache
def _by_piece() -> dict[tuple[int, str], tuple[str, ...]]:
    """Length and first or last two characters → names, to look for typos among few."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for key in all_keys():
        if 3 <= len(key) <= 6:
            for piece in {key[:2], key[-2:]}:
                found[(len(key), piece)].append(key)
    return {piece: tuple(names) for piece, names in found.items()}


def near_names(text: str) -> tuple[str, ...]:
    """Names of shares that differ from ``text`` in one character of at least four, or in order."""
    if len(text) < 4:
        return ()
    near = {
        name
        for piece in (text[:2], text[-2:])
        for name in _by_piece().get((len(text), piece), ())
        if sum(a != b for a, b in zip(text, name, strict=True)) == 1
        or (sorted(text) == sorted(name) and text != name)
    }
    return tuple(sorted(near))
