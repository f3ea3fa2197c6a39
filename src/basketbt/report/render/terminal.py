"""The tables and lines of a run that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from basketbt.locale import say
from basketbt.report.data import ReportData
from basketbt.report.views import answer, fronttable, headline, memo, pooled
from basketbt.report.views.blocks import TableBlock
from basketbt.report.views.conclusion import COUNTED
from basketbt.report.views.context import Context, contexts
from basketbt.report.views.families import family_table

# Events that a title has room for.
_TITLES = 2


@dataclass(frozen=True)
class Screen:
    """A table as texts; ``numbers`` are the columns to be right-aligned, ``below`` lines."""

    title: str
    header: list[str]
    rows: list[list[str]]
    numbers: list[int]
    below: tuple[str, ...] = ()


def headlines(data: ReportData) -> Iterator[Screen]:
    """The table of the front page; of a study that has none, those of each event.

    Where each list is its own event, all of them pooled come first.
    """
    found = contexts(data, data.info.language)
    if data.tables.get("pooled"):
        first = found[0]
        yield screen_of(first.say("pooled.title"), pooled.table(first), pooled.below(first))
    front = fronttable.table(found)
    if front is not None:
        title = " · ".join(dict.fromkeys(_title(one) for one in found[:_TITLES]))
        yield screen_of(title, front)
        return
    for context in found:
        for block in headline.tables(context):
            yield screen_of(_title(context), block)


def answers(data: ReportData) -> Iterator[Screen]:
    """What is asked at the desk: a table an event."""
    for context in contexts(data, data.info.language):
        yield screen_of(_title(context), answer.table(context))


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
            yield screen_of(title, family_table(context, tests, family))


def prices_line(data: ReportData) -> str:
    """Where the prices are from."""
    language = data.info.language
    return say("report.prices", language, said=data.info.prices.text(language))


def answer_lines(data: ReportData) -> Iterator[str]:
    """The sentences of the front page, a line each."""
    yield from memo.sentences(contexts(data, data.info.language))


def _title(context: Context) -> str:
    event = context.event
    name = event.name.say(context.language)
    calendar = context.choice(event.calendar)
    return context.say("terminal.day_zero", name=name, session=event.day0, calendar=calendar)


def screen_of(title: str, block: TableBlock, below: Sequence[str] = ()) -> Screen:
    """A table of the report as it stands on a terminal."""
    paper = block.on_paper
    return Screen(
        title=title,
        header=[head.text for head in paper.heads],
        rows=[[cell.whole for cell in row] for row in paper.rows],
        numbers=[place for place, head in enumerate(paper.heads) if head.number],
        below=tuple(below),
    )
