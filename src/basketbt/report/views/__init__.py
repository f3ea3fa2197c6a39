"""One view a section of a report, in the order in which readers want them."""

from __future__ import annotations

from collections.abc import Iterator

from basketbt.locale import Language, say
from basketbt.report.data import Colours, ReportData
from basketbt.report.views import (
    asked,
    attribution,
    baredates,
    chance,
    drawdowns,
    headline,
    levels,
    lists,
    matrices,
    memo,
    method,
    placebo,
    pooled,
    publication,
    shortfall,
    sidebyside,
    windows,
)
from basketbt.report.views.blocks import Chapter, Document, Section
from basketbt.report.views.context import Context, View, contexts

VIEWS: tuple[View, ...] = (
    headline.VIEW,
    publication.VIEW,
    asked.VIEW,
    levels.VIEW,
    attribution.VIEW,
    chance.VIEW,
    windows.VIEW,
    windows.BOOKS,
    baredates.VIEW,
    shortfall.VIEW,
    lists.VIEW,
    drawdowns.VIEW,
    matrices.CORRELATION,
    placebo.VIEW,
    matrices.OVERLAP,
    method.NOTES,
    method.METHOD,
    method.AGAIN,
)


def document(
    data: ReportData, language: Language | None = None, colours: Colours | None = None
) -> Document:
    """A run as a document, in the study's language and colours or the ones given."""
    info = data.info
    language = language or info.language
    events = contexts(data, language)
    return Document(
        title=info.title.say(language),
        line=say("report.run", language, study=info.study, run=info.run),
        prices=say("report.prices", language, said=info.prices.text(language)),
        source=memo.source(events[0]),
        language=language,
        colours=colours or data.colours(language),
        front=memo.front(events),
        chapters=(
            *_pooled(events[0]),
            *_side_by_side(events),
            *(
                Chapter(f"event-{one.index}", _heading(one), _sections(one, "event"))
                for one in events
            ),
            Chapter("study", say("report.study", language), _sections(events[0], "study")),
        ),
    )


def _pooled(context: Context) -> Iterator[Chapter]:
    """What comes first where each list is its own event: all of them together."""
    if blocks := pooled.VIEW.blocks(context):
        title = context.say(pooled.VIEW.title)
        yield Chapter("pooled", title, (Section("pooled-all", title, tuple(blocks)),))


def _side_by_side(events: list[Context]) -> Iterator[Chapter]:
    """The lists that several events have in common, around each of them."""
    blocks = () if memo.is_pooled(events[0]) else sidebyside.of_events(events)
    if blocks:
        title = events[0].say("sides.events")
        yield Chapter("events", title, (Section("events-all", title, blocks),))


def _heading(context: Context) -> str:
    """The event's name; its calendar too where the study meets the event on two."""
    event, name = context.event, context.event.name.say(context.language)
    twice = sum(other.id == event.id for other in context.data.info.events) > 1
    calendar = context.choice(event.calendar)
    return context.say("name.coded", name=name, code=calendar) if twice else name


def _sections(context: Context, scope: str) -> tuple[Section, ...]:
    suffix = f"-{context.index}" if scope == "event" else ""
    made = ((view, view.blocks(context)) for view in VIEWS if view.scope == scope)
    return tuple(
        Section(f"{view.id}{suffix}", context.say(view.title), tuple(blocks), view.screen)
        for view, blocks in made
        if blocks
    )
