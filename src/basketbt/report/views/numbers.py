"""How people read numbers, and sentences one after another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from basketbt.locale import Language

NONE = "–"

# From which amount of yuan on, in which unit, with which words.
_MONEY: Mapping[Language, tuple[tuple[float, float, str], ...]] = {
    "en": ((1e8, 1e6, "¥{:,.0f}m"), (1e5, 1e6, "¥{:,.1f}m"), (0.0, 1.0, "¥{:,.0f}")),
    "zh": ((1e8, 1e8, "{:,.2f}亿元"), (1e4, 1e4, "{:,.0f}万元"), (0.0, 1.0, "{:,.0f}元")),
}


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


def unsigned(value: float | None) -> str:
    """A decimal as a percentage that has no sign to speak of: a weight, a smallest effect."""
    return percent(value).lstrip("+")


def money(value: float | None, language: Language) -> str:
    """Yuan, at least 0, as a desk says them: ``¥12.3m``, ``1.23亿元``; a dash for none."""
    if value is None or math.isnan(value):
        return NONE
    unit, words = next((unit, words) for least, unit, words in _MONEY[language] if value >= least)
    return words.format(value / unit)


def probability_text(p: float | None) -> str:
    """A p-value as people print it: ``0.012``, ``<0.001``; a dash where there is none."""
    if p is None or math.isnan(p):
        return NONE
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def joined(parts: Iterable[str], language: Language) -> str:
    """Sentences one after another."""
    return (" " if language == "en" else "").join(part for part in parts if part)
