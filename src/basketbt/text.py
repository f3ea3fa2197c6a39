"""Text that came from a file, made safe to show."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Control characters but for tab and newline, surrogates and what is no character, other ends of
# lines, and what reorders or isolates what a reader sees, whatever the text says.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """The text without control characters (newlines and tabs stay), surrogates, reordering marks.

    A name in a file must not move the cursor, retitle a terminal or turn a line around.
    """
    return _UNSEEN.sub("", text)


def escaped(text: str) -> str:
    """The same of JSON, where such a character is written as its number and not left out."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def columns(text: str) -> int:
    """How wide a text is in letters; a Chinese character takes the room of two."""
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


def shortened(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it is wider than ``most`` letters."""
    taken = kept = 0
    for place, sign in enumerate(text, 1):
        taken += columns(sign)
        if taken > most:
            return f"{text[:kept].rstrip()}…"
        if taken < most:
            kept = place
    return text


def own_words(names: Sequence[str]) -> list[str]:
    """Names without the words that all of them begin or end with: ``V3``, ``R1``.

    Names of which one has no other word stay whole.
    """
    words = [re.findall(r"[^\s-]+[\s-]*", name) for name in names]
    least = min(map(len, words), default=0)

    def shared(order: int) -> int:
        places = zip(*(own[::order] for own in words), strict=False)
        same = [len({word.strip(" -") for word in place}) == 1 for place in places]
        return [*same, False].index(False)

    first, last = shared(1), shared(-1)
    if len(names) < 2 or first + last >= least:
        return list(names)
    return ["".join(own[first : len(own) - last]).strip(" -") for own in words]
