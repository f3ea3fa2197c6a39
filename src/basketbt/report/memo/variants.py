"""What each variant of an event study changes, in words."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.phrases import COMMA, SEMICOLON, Phrase, escape
from basketbt.results import CaseResult, EventStudied

_VARIANTS = Phrase(
    "Variants, each with one choice changed: {all}.", "各稳健性方案分别改变一项设定：{all}。"
)
_ONE = Phrase("{name} ({what})", "{name}（{what}）")
_ESTIMATION = Phrase("estimated on {window}", "估计窗{window}")
_DATES = Phrase("without {first} to {last}", "剔除{first}至{last}")
_DAYS = Phrase("without day {days}", "剔除第{days}日")
_CLOSED = Phrase(
    "without the first session in a window after {days} closed days or more",
    "剔除窗口内休市{days}日以上后的首个交易日",
)
_DAY_ZERO = Phrase("day 0 is {session}", "第0日为{session}")


def variants(case: CaseResult, language: Language) -> Iterator[str]:
    """One line on all variants that were computed; nothing without any."""
    said = [
        _ONE.say(
            language,
            name=escape(one.found.variant),
            what=COMMA.say(language).join(_changes(one, language)),
        )
        for one in case.event_studies
        if one.variant is not None
    ]
    if said:
        yield _VARIANTS.say(language, all=SEMICOLON.say(language).join(said))


def change_words(one: EventStudied, language: Language) -> str:
    """What a variant changes."""
    return ", ".join(_changes(one, language))


def _changes(one: EventStudied, language: Language) -> Iterator[str]:
    variant = one.variant
    assert variant is not None
    if variant.estimation is not None:
        yield _ESTIMATION.say(language, window=span(*variant.estimation))
    if variant.without_dates is not None:
        first, last = variant.without_dates
        yield _DATES.say(language, first=first, last=last)
    if variant.without_days:
        yield _DAYS.say(language, days=", ".join(f"{day:+d}" for day in variant.without_days))
    if variant.closed_days is not None:
        yield _CLOSED.say(language, days=variant.closed_days)
    if variant.day0 is not None:
        yield _DAY_ZERO.say(language, session=one.day_zero)
