"""The language of the screen: help, errors, checks, progress, what the program itself says.

``--lang`` if it is given, else the terminal's locale: the first of LC_ALL, LC_MESSAGES and LANG
that is set, Chinese if it begins with ``zh``, else English. What a study says (its table, memo,
page) is in ``--lang``, else in the study's own ``language``: a terminal must not change results.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache

from basketbt.locale import Language


@cache
def screen_language() -> Language:
    """The language of this process's screen."""
    return chosen_language(sys.argv[1:], os.environ.get)


def chosen_language(arguments: list[str], variable: Callable[[str], str | None]) -> Language:
    """The language that a command line asks for, or the ``variable`` s of its terminal."""
    for at, text in enumerate(arguments):
        name, _, value = text.partition("=")
        asked = value or next(iter(arguments[at + 1 :]), "") if name == "--lang" else ""
        if asked in ("en", "zh"):
            return "zh" if asked == "zh" else "en"
    set_ = (variable(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, set_), "").startswith("zh") else "en"
