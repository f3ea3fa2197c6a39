"""One view a section of a report, in the order in which readers want them."""

from __future__ import annotations

from basketbt.notes import Language
from basketbt.report.data import Colours, ReportData
from basketbt.report.views import (
    chance,
    drawdowns,
    headline,
    levels,
    lists,
    matrices,
    method,
    placebo,
    shortfall,
    windows,
)
from basketbt.report.views.blocks import Chapter, Document, Section
from basketbt.report.views.context import Context, View, contexts
from basketbt.report.views.phrases import PRICES, Phrase

VIEWS: tuple[View, ...] = (
    headline.VIEW,
    levels.VIEW,
    chance.VIEW,
    windows.VIEW,
    windows.BOOKS,
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

_STUDY = Phrase("The whole study", "研究整体")
_RUN = Phrase("{study} · Run {run}", "{study} · 运行编号 {run}")


def document(
    data: ReportData, language: Language | None = None, colours: Colours | None = None
) -> Document:
    """A run as a document, in the study's language and colours or the ones given."""
    info = data.info
    language = language or info.language
    events = contexts(data, language)
    return Document(
        title=info.title.say(language),
        line=_RUN.say(language, study=info.study, run=info.run),
        prices=PRICES.say(language, said=info.prices.text(language)),
        language=language,
        colours=colours or data.colours(language),
        chapters=(
            *(
                Chapter(f"event-{one.index}", _heading(one), _sections(one, "event"))
                for one in events
            ),
            Chapter("study", _STUDY.say(language), _sections(events[0], "study")),
        ),
    )


def _heading(context: Context) -> str:
    """The event's name; its calendar too where the study meets the event on two."""
    event, name = context.event, context.event.name.say(context.language)
    twice = sum(other.id == event.id for other in context.data.info.events) > 1
    return f"{name} ({event.calendar})" if twice else name


def _sections(context: Context, scope: str) -> tuple[Section, ...]:
    suffix = f"-{context.index}" if scope == "event" else ""
    made = ((view, view.blocks(context)) for view in VIEWS if view.scope == scope)
    return tuple(
        Section(f"{view.id}{suffix}", context.say(view.title), tuple(blocks), view.screen)
        for view, blocks in made
        if blocks
    )
