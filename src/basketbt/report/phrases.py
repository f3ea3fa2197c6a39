"""Sentences in two languages, and how people read numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from basketbt.notes import Language
from basketbt.text import visible

NONE = "–"


@dataclass(frozen=True)
class Phrase:
    """One text in both languages, with ``str.format`` fields."""

    en: str
    zh: str

    def say(self, language: Language, **values: object) -> str:
        return (self.en if language == "en" else self.zh).format(**values)


#: What stands between the items of a list, and between its longer parts.
COMMA = Phrase(", ", "、")
SEMICOLON = Phrase("; ", "；")
#: Where the prices of an output are from.
PRICES = Phrase("Prices: {said}.", "行情：{said}。")


def percent(value: float | None, digits: int = 1) -> str:
    """A decimal as a signed percentage, ``+12.3%``; a dash where it does not exist."""
    if value is None or math.isnan(value):
        return NONE
    text = f"{value * 100:+.{digits}f}%"
    return text.replace("+", "").replace("-", "") if float(text[1:-1]) == 0 else text


def points(value: float, *, signed: bool = False) -> str:
    """A difference of percentages in points: ``13.6``, or signed ``+4.7``."""
    if math.isnan(value):
        return NONE
    return percent(value)[:-1] if signed else f"{abs(value) * 100:.1f}"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A Markdown table; the first ``left`` columns are texts, the rest right-aligned numbers."""
    marks = [":---"] * left + ["---:"] * (len(header) - left)
    lines = [header, marks, *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")


_ESCAPES = str.maketrans({**{sign: f"\\{sign}" for sign in "\\`*[]#|"}, "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    """Text from a file, safe inside Markdown and the HTML made of it."""
    return visible(text).translate(_ESCAPES)
