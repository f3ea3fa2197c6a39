"""The language of the screen: help, errors, checks, progress, what the program itself says.

``--lang`` if it is given, else the terminal's locale: the first of LC_ALL, LC_MESSAGES and LANG
that is set, Chinese if it begins with ``zh``, else English. What a study says (its table, memo,
page) is in ``--lang``, else in the study's own ``language``: a terminal must not change results.
Lists that are typed have no study, and are answered in the language of the screen.

Messages are in the two catalogues. What stands in English in the code, because there it is read
(help beside its option, heads of tables, steps of a run) or because it is typer's, has its Chinese
in ``locale/screen.zh.json`` by the English, as gettext would.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import get_args

import basketbt.locale
from basketbt.errors import unknown
from basketbt.locale import Language


def screen_language() -> Language:
    """The language of this process's screen."""
    return _asked[-1] if _asked else chosen_language(sys.argv[1:], os.environ)


#: What the command that runs was asked to speak, if it was.
_asked: list[Language] = []


def speak(language: str | None) -> None:
    """In which language from now on; None: as the terminal does. Raises ``UnknownName``."""
    if language is not None and language not in get_args(Language):
        raise unknown("language", language, get_args(Language))
    _asked[:] = [] if language is None else ["zh" if language == "zh" else "en"]


def chosen_language(arguments: list[str], environment: Mapping[str, str]) -> Language:
    """The language that a command line asks for, or its terminal."""
    for at, text in enumerate(arguments):
        name, _, value = text.partition("=")
        asked = value or next(iter(arguments[at + 1 :]), "") if name == "--lang" else ""
        if asked in ("en", "zh"):
            return "zh" if asked == "zh" else "en"
    set_ = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, set_), "").startswith("zh") else "en"


def spoken(text: str) -> str:
    """A text of the code in the language of the screen."""
    return in_chinese(text) if screen_language() == "zh" else text


@cache
def _sentences() -> dict[str, str]:
    path = Path(basketbt.locale.__file__).with_name("screen.zh.json")
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def in_chinese(text: str) -> str:
    """The Chinese of a text; as it is where none is known.

    A text of the file with ``{name}`` stands for all that have something else in that place.
    """
    if text in _sentences():
        return _sentences()[text]
    for pattern, chinese in _patterns():
        if found := pattern.fullmatch(text):
            return chinese.format(**{k: in_chinese(v) for k, v in found.groupdict().items()})
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Sentences with something else in them each time, the longest first."""
    known = sorted((one for one in _sentences() if "{name}" in one or "{value}" in one), key=len)
    return [
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(one))), _sentences()[one])
        for one in reversed(known)
    ]
