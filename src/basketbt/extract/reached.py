"""What a stance word reaches, and how two shares of one list stand beside each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from basketbt.extract.lines import Line
from basketbt.extract.mentions import Mention
from basketbt.extract.words import Word

BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
DELIMITERS = re.compile(r"^[\s、,，;；:/|·“”\"'《》<>【】+和及与以或并\-—*#~]*$")
CLAUSE = re.compile(r"[,，;；。:]")


@dataclass(frozen=True)
class Reached:
    """A share that a stance word reaches; places are those of the line ``line``."""

    line: Line
    mention: Mention
    word: Word
    segment: str | None


def in_company(line: Line, mention: Mention) -> bool:
    """Whether a name that is a word as well stands between shares that are none."""
    text = line.text
    sides = []
    for other in line.mentions:
        if other is mention or (other.ordinary and not other.sure):
            continue
        between = text[min(other.end, mention.end) : max(other.start, mention.start)]
        if BRACKETS.sub("", between) in ("、", ",", "，", "和", "及", "与", "以及", " "):
            sides.append(other.start < mention.start)
    before = text[max(0, mention.start - 1) : mention.start]
    if True in sides:
        return True
    # The first of a list: a word of another kind before it makes it one too.
    return False in sides and before not in ("、", ",", "，", "和", "及", "与")
