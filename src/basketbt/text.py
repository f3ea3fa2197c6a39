"""Text that came from a file, made safe to show."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Bidirectional overrides and isolates reorder what a reader sees, whatever the text says.
_REORDERING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """The text without control characters (newlines and tabs stay) and without reordering marks.

    A name in a file must not move the cursor, retitle a terminal or turn a line around.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign
        for sign in text
        if sign in "\n\t" or (unicodedata.category(sign) != "Cc" and sign not in _REORDERING)
    )


_HAN = r"\u2e80-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60“”‘’…"
_WIDE = {",": "\uff0c", ":": "\uff1a", ";": "\uff1b", "?": "\uff1f", "!": "\uff01"}


@cache
def chinese(template: str) -> str:
    """A Chinese template with the punctuation that Chinese is printed with.

    Sources keep ASCII signs, which every keyboard has. A sign becomes wide beside a Chinese
    character or between fields, brackets where one stands in them or before them. Fields, code and
    what stands between other characters (``[0,+5]``, ``p(Holm)``, ``09:30``) stay as they are.
    """
    fields: list[str] = []

    def keep(found: re.Match[str]) -> str:
        fields.append(found[0])
        return "\ue000"

    text = re.sub(r"\[[^\[\]]*\]|`[^`]*`|\{[^{}]*\}", keep, template)
    text = re.sub(rf"(?<=[{_HAN}\ue000])\(([^()]*)\)|\(([^()]*[{_HAN}][^()]*)\)", _brackets, text)
    near, sign = rf"[{_HAN}\ue000*]", "[,:;?!]"
    beside = rf"(?<={near}){sign}(?={near}|$)|(?<=[{_HAN}]){sign}|{sign} ?(?=[{_HAN}])"
    text = re.sub(beside, lambda found: _WIDE[found[0][0]], text)
    return re.sub("\ue000", lambda _: fields.pop(0), text)


def _brackets(found: re.Match[str]) -> str:
    inside = found[1] if found[1] is not None else found[2]
    return f"\uff08{inside}\uff09"
