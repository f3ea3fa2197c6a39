"""The few rows of a result that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.plan.model import span
from basketbt.report.memo.answers import answers, headline_window
from basketbt.report.memo.chance import chance_table
from basketbt.report.memo.conclusion import chance_line, kept
from basketbt.report.memo.headline import headline_table
from basketbt.report.phrases import PRICES, Phrase
from basketbt.results import CaseResult, StudyResult

_COUNTED = Phrase("{window}, {tests} registered tests", "{window}，登记检验{tests}个")

_DAY_ZERO = Phrase(
    "{name} · day 0 = {session} ({calendar})", "{name} · 第0日={session}（{calendar}）"
)

_NAMED = Phrase("{name}: {said}", "{name}：{said}")

Screen = tuple[str, list[str], list[list[str]]]


def headline_rows(result: StudyResult) -> Iterator[Screen]:
    """Title, header and rows of each event's headline table."""
    language = result.plan.config.language
    for case in result.cases:
        title = _title(result, case)
        header, rows = headline_table(case, language)
        yield title, header, rows


def prices_line(result: StudyResult) -> str:
    """Where the prices are from."""
    language = result.plan.config.language
    return PRICES.say(language, said=result.prices.text(language))


def bottom_lines(result: StudyResult) -> list[str]:
    """What accounts kept and what is more than chance, where the study asked: a line each."""
    language = result.plan.config.language
    lines = []
    for case in result.cases:
        event = case.case.event
        name = event.name_en if language == "en" else event.name_zh
        for said in (kept(case, language), chance_line(case, language)):
            if said and len(result.cases) > 1:
                said = _NAMED.say(language, name=name, said=said)
            lines += [said] if said else []
    return lines


def chance_rows(result: StudyResult) -> Iterator[Screen]:
    """Title, header and rows of each event's answer to "is it more than chance?"."""
    language = result.plan.config.language
    for case in result.cases:
        window, _ = headline_window(case)
        counted = _COUNTED.say(
            language, window=span(*window), tests=case.event_studies[0].found.tests
        )
        header, rows = chance_table(answers(case, window), language)
        yield f"{_title(result, case)}, {counted}", header, rows


def _title(result: StudyResult, case: CaseResult) -> str:
    language = result.plan.config.language
    event = case.case.event
    name = event.name_en if language == "en" else event.name_zh
    return _DAY_ZERO.say(
        language, name=name, session=case.case.day_zero.session, calendar=case.case.calendar.name
    )
