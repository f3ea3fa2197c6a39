"""Long lists of shares in a sentence, cut to the first few and how many there are."""

from __future__ import annotations

from collections.abc import Iterable

from basketbt.baskets.model import Basket
from basketbt.notes import Language, Shorten
from basketbt.report.phrases import COMMA, Phrase

# Texts that a sentence lists one by one; of more it names the first few.
_LISTED, _NAMED = 10, 3

_MORE = Phrase(
    "{first} and {rest} others, all {count} named in {where}",
    "{first}等{count}只，全部见{where}",
)


def abbreviation(baskets: Iterable[Basket], where: str) -> Shorten:
    """How more than ten codes are said in few; ``where`` is the file with all of them."""
    names = {one.symbol: one.name_zh for basket in baskets for one in basket.constituents}

    def shorten(codes: tuple[str, ...], language: Language) -> str | None:
        if len(codes) <= _LISTED:
            return None
        first = [f"{names.get(code, '')} {code}".strip() for code in codes[:_NAMED]]
        return _MORE.say(
            language,
            first=COMMA.say(language).join(first),
            rest=len(codes) - _NAMED,
            count=len(codes),
            where=where,
        )

    return shorten
