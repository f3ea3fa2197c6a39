"""The few rows of a result that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.report.demo import DEMO
from basketbt.report.memo.build import headline_table
from basketbt.results import StudyResult

Screen = tuple[str, list[str], list[list[str]]]


def headline_rows(result: StudyResult) -> Iterator[Screen]:
    """Title, header and rows of each event's headline table."""
    language = result.plan.config.language
    for case in result.cases:
        event = case.case.event
        name = event.name_en if language == "en" else event.name_zh
        title = f"{name} · day 0 = {case.case.day_zero.session} ({case.case.calendar.name})"
        if result.invented:
            title = f"{DEMO().text(language)}\n{title}"
        header, rows = headline_table(case, language)
        yield title, header, rows
