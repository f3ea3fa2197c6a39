"""What the program says, in two catalogues: ``en.json`` and ``zh.json``, a message a line.

A message is a key and a ``str.format`` template in each language. Keys of notes are
``note.<code>``, of columns ``column.<key>`` or ``column.<table>.<key>``, of tables
``table.<name>``, of choices ``choice.<label>``; others begin with the view that says them. A
translator needs no Python.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every message of a language by its key."""
    path = Path(__file__).with_name(f"{language}.json")
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def say(key: str, language: Language, /, **values: object) -> str:
    """A message in words. Raises ``KeyError`` for a key or a value that there is not."""
    return catalogue(language)[key].format(**values)


def count(key: str, number: int, language: Language) -> str:
    """How many of something: ``1 list``, ``2 lists``; for one thing the key ends in ``.one``."""
    words = catalogue(language)
    form = f"{key}.one" if number == 1 and f"{key}.one" in words else key
    return words[form].format(count=number)
