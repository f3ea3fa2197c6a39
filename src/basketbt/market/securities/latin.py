"""Names of shares in Latin letters, for readers who read no Chinese: the pinyin of each character.

The table comes with the program (``pinyin.txt``, made by ``tools/make_pinyin.py``).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from basketbt.locale import Language

_TABLE = Path(__file__).with_name("pinyin.txt")
_HAN = re.compile("[\u4e00-\u9fff]+")


def share_name(name: str, language: Language) -> str:
    """A share's Chinese name as a reader of ``language`` reads it."""
    return latin_name(name) if language == "en" else name


def latin_name(name: str) -> str:
    """``科德数控`` as ``Kede Shukong``: two characters a word, of three left over all three.

    Other letters and signs stay; so does a run of Chinese with a character that the table lacks.
    """
    return " ".join(_HAN.sub(lambda run: f" {_read(run[0])} ", name).split())


def _read(run: str) -> str:
    signs, names = _readings()
    syllables = names.get(run) or [signs.get(sign, "") for sign in run]
    if not all(syllables):
        return run
    starts = range(0, max(len(run) - 1, 1), 2)
    words = ["".join(syllables[at : at + 2]) for at in starts]
    if len(run) % 2 and len(run) > 1:
        words[-1] += syllables[-1]
    return " ".join(word.capitalize() for word in words)


@cache
def _readings() -> tuple[dict[str, str], dict[str, list[str]]]:
    """The syllable of each character, and the syllables of names in which one differs."""
    signs: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        first, *rest = line.split()
        if _HAN.fullmatch(first):
            names[first] = rest
        elif first != "#":
            signs |= dict.fromkeys(rest[0], first)
    return signs, names
