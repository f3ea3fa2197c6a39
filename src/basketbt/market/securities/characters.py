"""Chinese text in one spelling, a character for a character, so that places in it stay.

The table is read when the first text asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("characters.txt")
# Full-width letters, digits and signs become those of ASCII; 、。「」 are signs of Chinese only.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}


def simplified(text: str) -> str:
    """``text`` in simplified characters; of a sign that has several, the usual one."""
    return text if text.isascii() else text.translate(_simplifying())


def plain(text: str) -> str:
    """``text`` in simplified characters and signs of single width; as long as ``text``."""
    return text if text.isascii() else text.translate(_plain())


@cache
def _simplifying() -> Mapping[int, int]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    traditional, simple = (line for line in lines if not line.startswith("#"))
    return str.maketrans(traditional, simple)


@cache
def _plain() -> Mapping[int, int]:
    return {**_simplifying(), **_FULL_WIDTH}
