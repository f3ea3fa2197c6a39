"""The tables and lines of a run that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from basketbt.locale import say
from basketbt.report.data import ReportData
from basketbt.report.views import headline, pooled
from basketbt.report.views.blocks import TableBlock
from basketbt.report.views.conclusion import COUNTED
from basketbt.report.views.context import Context, contexts
from basketbt.report.views.families import family_table


@dataclass(frozen=True)
class Screen:
    """A table as texts; ``numbers`` are the columns to be right-aligned."""

    title: str
    header: list[str]
    rows: list[list[str]]
    numbers: list[int]


def headlines(data: ReportData) -> Iterator[Screen]:
    """The headline tables of each event and of its accounts, one an entry.

    Where each list is its own event, all of them pooled.
    """
    found = contexts(data, data.info.language)
    if data.tables.get("pooled"):
        yield _screen(found[0].say("pooled.title"), pooled.table(found[0]))
        return
    for context in found:
        for block in headline.tables(context):
            yield _screen(_title(context), block)
        for block in headline.account_tables(context):
            yield _screen(block.caption, block)


def tested(data: ReportData) -> Iterator[Screen]:
    """The answers of each event to "is it more than chance?", a table a family of named lists.

    Of a study without a named list: what is exploratory.
    """
    for context in contexts(data, data.info.language):
        tests = context.event.tests
        if tests is None:
            continue
        named = [one for one in tests.families if one.family in COUNTED]
        for family in named or tests.families:
            title = context.say(
                f"terminal.families.{family.family}", title=_title(context), tests=family.tests
            )
            yield _screen(title, family_table(context, tests, family))


def prices_line(data: ReportData) -> str:
    """Where the prices are from."""
    language = data.info.language
    return say("report.prices", language, said=data.info.prices.text(language))


def answer_lines(data: ReportData) -> Iterator[str]:
    """What was left for a reader, what accounts kept, what is more than chance: a line each.

    Where each list is its own event, what all of them came to.
    """
    if data.tables.get("pooled"):
        yield from pooled.answers(contexts(data, data.info.language)[0])
        return
    for context in contexts(data, data.info.language):
        name = context.event.name.say(context.language)
        for said in headline.answers(context):
            several = len(data.info.events) > 1
            yield context.say("terminal.named", name=name, said=said) if several else said


def _title(context: Context) -> str:
    event = context.event
    name = event.name.say(context.language)
    calendar = context.choice(event.calendar)
    return context.say("terminal.day_zero", name=name, session=event.day0, calendar=calendar)


def _screen(title: str, block: TableBlock) -> Screen:
    paper = block.on_paper
    return Screen(
        title=title,
        header=[head.text for head in paper.heads],
        rows=[[cell.whole for cell in row] for row in paper.rows],
        numbers=[place for place, head in enumerate(paper.heads) if head.number],
    )
