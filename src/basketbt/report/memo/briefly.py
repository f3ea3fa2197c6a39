"""Long rows of codes in a sentence, cut to the first few and how many there are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from basketbt.baskets.model import Basket
from basketbt.notes import Language
from basketbt.report.phrases import COMMA, Phrase

# Codes that a sentence lists one by one; of more it names the first few.
_LISTED, _NAMED = 10, 3

_CODE = r"\d{4,6}\.[A-Z]{2}"
_CODES = re.compile(rf"{_CODE}(?:(?:, |、){_CODE}){{{_LISTED},}}")
_MORE = Phrase(
    "{first} and {rest} others, all {count} named in {where}",
    "{first}等{count}只，全部见{where}",
)


def names_of(baskets: tuple[Basket, ...]) -> dict[str, str]:
    """Symbol → the share's name, as the lists have it."""
    return {one.symbol: one.name_zh for basket in baskets for one in basket.constituents}


def briefly(text: str, names: Mapping[str, str], where: str, language: Language) -> str:
    """``text`` with more than ten codes in a row cut short; ``where`` is the file with all."""

    def cut(found: re.Match[str]) -> str:
        codes = re.split(", |、", found[0])
        first = [f"{names.get(code, '')} {code}".strip() for code in codes[:_NAMED]]
        return _MORE.say(
            language,
            first=COMMA.say(language).join(first),
            rest=len(codes) - _NAMED,
            count=len(codes),
            where=where,
        )

    return _CODES.sub(cut, text)
