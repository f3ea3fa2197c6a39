"""Text that came from a file, made safe to show."""

from __future__ import annotations

import unicodedata

# Bidirectional overrides and isolates reorder what a reader sees, whatever the text says.
_REORDERING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """The text without control characters (newlines and tabs stay), surrogates, reordering marks.

    A name in a file must not move the cursor, retitle a terminal or turn a line around.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign
        for sign in text
        if sign in "\n\t"
        or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in _REORDERING)
    )


def columns(text: str) -> int:
    """How wide a text is in letters; a Chinese character takes the room of two."""
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


def shortened(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it is wider than ``most`` letters."""
    if columns(text) <= most:
        return text
    kept = text
    while columns(kept) >= most:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
