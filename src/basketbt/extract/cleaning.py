"""A text made ready for reading, with the place of every sign in the original.

Simplified characters and signs of single width; without what a PDF or a page for learners leaves
behind: pinyin in brackets, words doubled by a bold font, blanks and line ends inside a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from basketbt.extract.mentions import is_name
from basketbt.market.securities.characters import plain

_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_SYLLABLES = r"[a-z]{1,6}(?:\s[a-z]{1,6}){0,3}\)"
_PINYIN = re.compile(
    rf"(?<=[\u4e00-\u9fff])\s?\((?=[^()]*[{_TONES}]|{_SYLLABLES})[a-z{_TONES}ü' ]{{1,40}}\)"
)
_DOUBLED = re.compile(r"(?:([\u4e00-\u9fff])\1){3,}")
_TWICE = re.compile(r"([\u4e00-\u9fffA-Za-z、，,：:（）()“”+\-]{3,60}?)\1")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What a page of Hong Kong's prices puts behind a code: the move of the day and the short sales.
_QUOTE = re.compile(
    r"\s[+\-]?\d+\.\d+ \([+\-]?\d+\.\d+%\)(?:\s*沽空 \$[\d.]+[千百十]?[万亿]?; 比率 [\d.]+%)?"
)
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\r]")
_SPELT = re.compile(r"[\u4e00-\u9fff](?: [\u4e00-\u9fff]){1,3}(?![\u4e00-\u9fff])")
_BROKEN = re.compile(r"(?<=[\u4e00-\u9fff])[ \n](?=[\u4e00-\u9fff])")
_EDGE = re.compile(r"^$|[\s、,，。;；:()“”\"和及与等]")


@dataclass(frozen=True)
class Clean:
    """``text`` for reading; sign i of it is sign ``places[i]`` of ``original``."""

    text: str
    original: str
    places: tuple[int, ...]

    def quoted(self, start: int, end: int, most: int = 60) -> tuple[str, int]:
        """The original words of ``text[start:end]``, at most ``most`` signs, and their offset."""
        first = self.places[start]
        last = self.places[end - 1] + 1 if end > start else first
        return self.original[first:last][:most], first


def cleaned(original: str) -> Clean:
    """The text as it is read."""
    text = plain(original)
    drop: set[int] = set()
    for match in _UNSEEN.finditer(text):
        drop.update(range(*match.span()))
    for match in _PINYIN.finditer(text):
        drop.update(range(*match.span()))
    for match in _DOUBLED.finditer(text):
        drop.update(range(match.start() + 1, match.end(), 2))
    for match in _TWICE.finditer(text):
        if not _CHINESE.search(match[1]):
            continue
        drop.update(range(match.end(1), match.end()))
    for match in _QUOTE.finditer(text):
        drop.update(range(*match.span()))
    text, places = _without(text, range(len(text)), drop)
    text, places = _without(text, places, _blanks_in_names(text))
    return Clean(text, original, tuple(places))


def _without(text: str, places: range | list[int], drop: set[int]) -> tuple[str, list[int]]:
    kept = [at for at in range(len(text)) if at not in drop] if drop else list(range(len(text)))
    return "".join(text[at] for at in kept), [places[at] for at in kept]


def _blanks_in_names(text: str) -> set[int]:
    """Places of blanks inside a name: every sign apart (五 粮 液), or a name cut in two."""
    drop: set[int] = set()
    for match in _SPELT.finditer(text):
        if is_name(match[0].replace(" ", "")):
            drop.update(at for at in range(*match.span()) if text[at] == " ")
    for match in _BROKEN.finditer(text):
        at = match.start()
        if at not in drop and _name_across(text, at):
            drop.add(at)
    return drop


def _name_across(text: str, at: int) -> bool:
    """Whether a name runs over the blank at ``at``, with an edge on both sides of it."""
    for left in range(1, 5):
        edged = _EDGE.match(text[at - left - 1 : at - left] if at > left else "")
        for right in range(1, 5):
            behind = text[at + right + 1 : at + right + 2]
            if not _EDGE.match(behind):
                continue
            head, tail = text[at - left : at], text[at + 1 : at + 1 + right]
            if not edged and left + right < 4:
                continue
            if not is_name(head) and not is_name(tail) and is_name(head + tail):
                return True
    return False
