"""Runs side by side, of one event or of different ones: tables, a page and a memo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any

from basketbt.errors import InputError
from basketbt.locale import Language, say
from basketbt.report.compare_tables import (
    levels_table,
    returns_table,
    run_names,
    settings_table,
    statistics_table,
)
from basketbt.report.csvfile import csv_bytes
from basketbt.report.data import ReportData
from basketbt.report.render.html import page
from basketbt.report.render.markdown import memo
from basketbt.report.render.terminal import Screen, screen_of
from basketbt.report.views.backdrop import backdrop
from basketbt.report.views.blocks import (
    Block,
    Chapter,
    Chart,
    Document,
    Head,
    Prose,
    Section,
    TableBlock,
    bullets,
    text,
)
from basketbt.report.views.context import Context, contexts
from basketbt.report.views.lines import Line, lines
from basketbt.report.views.palette import HUES
from basketbt.report.views.sidebyside import Side, alone, below, common, returns, told
from basketbt.report.views.sidebyside import table as sides_table

#: Settings that a terminal has room for.
_SETTINGS = 12

PAGE, MEMO = "compare.html", "compare.md"


class TooFewRuns(InputError):
    """Field: count."""


class NothingToCompare(InputError):
    """Field: run."""


@dataclass(frozen=True)
class Comparison:
    """Runs side by side: ``runs`` with their marks (A, B …), and the events that belong together.

    ``language`` is the one of all words; ``pairs`` has a list of sides for each event.
    """

    runs: tuple[ReportData, ...]
    language: Language
    pairs: tuple[tuple[Side, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return run_names(self.runs)


def compared(runs: Sequence[ReportData], language: Language | None = None) -> Comparison:
    """Runs to be put side by side, in the language of the first run or the one given.

    Events that every run has belong together. Where there are none, the first of each do, and so
    on; a run whose lists are each their own event has one for all of them. Raises ``TooFewRuns`` or
    ``NothingToCompare``.
    """
    if len(runs) < 2:
        raise TooFewRuns(count=len(runs))
    names = run_names(runs)
    for run, name in zip(runs, names, strict=True):
        if "levels" not in run.tables:
            raise NothingToCompare(run=name)
    language = language or runs[0].info.language
    every = [_events(run, language) for run in runs]
    shared = [key for key in every[0] if all(key in own for own in every[1:])]
    rows = (
        [[own[key] for own in every] for key in shared]
        if shared
        else [list(row) for row in zip(*(own.values() for own in every), strict=False)]
    )
    sides = (tuple(map(Side, names, ascii_uppercase, own)) for own in rows)
    return Comparison(tuple(runs), language, tuple(sides))


def _events(run: ReportData, language: Language) -> dict[str, dict[str, Context]]:
    """The lists of each event of a run with that event; one where each list is its own event."""
    found: dict[str, dict[str, Context]] = {}
    for one in contexts(run, language):
        key = "" if run.tables.get("pooled") else f"{one.event.id} {one.event.calendar}"
        found.setdefault(key, {}).update(dict.fromkeys(one.event.baskets, one))
    return found


def comparison(runs: Sequence[ReportData], language: Language | None = None) -> dict[str, bytes]:
    """Name → content: returns.csv, settings.csv, statistics.csv, levels.csv, a page and a memo.

    See :func:`compared`.
    """
    made = compared(runs, language)
    tables = (
        returns_table(made.pairs),
        settings_table(runs),
        statistics_table(runs),
        levels_table(runs),
    )
    files = {f"{table.layout.name}.csv": csv_bytes(table, made.language) for table in tables}
    shown = _document(made)
    return {**files, MEMO: memo(shown).encode(), PAGE: page(shown)}


def _document(made: Comparison) -> Document:
    language, runs = made.language, made.runs
    return Document(
        title=say("compare.title", language),
        line=" · ".join(made.names),
        prices=_prices(made),
        language=language,
        colours=runs[0].colours(language),
        chapters=(
            *(_chapter(made, sides, number) for number, sides in enumerate(made.pairs)),
            Chapter("inputs", say("compare.inputs", language), (_settings(made),)),
        ),
    )


def legend(made: Comparison) -> list[str]:
    """What A and B are: each run, and where its prices are from."""
    return [
        say(
            "compare.side",
            made.language,
            mark=mark,
            run=name,
            title=run.info.title.say(made.language),
            prices=run.info.prices.text(made.language),
        )
        for mark, name, run in zip(ascii_uppercase, made.names, made.runs, strict=False)
    ]


def side_table(sides: Sequence[Side]) -> TableBlock:
    """The lists of one pair of events beside each other."""
    first = next(iter(sides[0].lists.values()))
    caption = first.say("compare.returns_caption", event=event_names(sides))
    return sides_table(sides, returns(sides), told(sides), caption)


def event_names(sides: Sequence[Side]) -> str:
    """What the sides are measured around: one event, or one each."""
    names = [_event_name(side) for side in sides]
    if len(set(names)) == 1:
        return names[0]
    first = next(iter(sides[0].lists.values()))
    each = (
        first.say("terminal.named", name=side.mark, said=name)
        for side, name in zip(sides, names, strict=True)
    )
    return first.say("joint.semicolon").join(each)


def _event_name(side: Side) -> str:
    every = {one.event.id: one for one in side.lists.values()}
    first = next(iter(every.values()))
    if len(every) > 1:
        return first.say("compare.own_events", count=len(every))
    return first.say(
        "terminal.day_zero",
        name=first.event.name.say(first.language),
        session=first.event.day0,
        calendar=first.choice(first.event.calendar),
    )


def unmatched(sides: Sequence[Side]) -> list[str]:
    """The lists that only some of the sides have."""
    return [
        one.say(
            "compare.only",
            mark=side.mark,
            lists=one.comma([side.lists[basket].called(basket) for basket in lists]),
        )
        for side, lists in alone(sides)
        for one in [next(iter(side.lists.values()))]
    ]


def screens(made: Comparison) -> Iterator[Screen]:
    """What a terminal shows: the lists of each pair of events, then what was set otherwise."""
    for sides in made.pairs:
        if common(sides):
            block = side_table(sides)
            yield screen_of(block.caption, block, (*unmatched(sides), *below(sides)))
    settings = settings_block(made)
    if settings is not None:
        words = say("compare.differ", made.language, count=len(settings.rows))
        yield screen_of(words, replace(settings, rows=settings.rows[:_SETTINGS]))


def _prices(made: Comparison) -> str:
    """Where the prices are from: said once where the runs agree."""
    language = made.language
    said = [run.info.prices.text(language) for run in made.runs]
    if len(set(said)) == 1:
        return say("report.prices", language, said=said[0])
    pairs = zip(made.names, said, strict=True)
    each = (say("compare.prices_of", language, run=run, prices=prices) for run, prices in pairs)
    return say("report.prices", language, said=say("joint.semicolon", language).join(each))


def settings_block(made: Comparison) -> TableBlock | None:
    """What was set otherwise; None for runs that were made of the same things."""
    table = settings_table(made.runs)
    if not len(table):
        return None
    return TableBlock(
        caption=say("compare.settings_caption", made.language),
        heads=tuple(
            Head(name, number=False)
            for name in (say("compare.setting", made.language), *made.names)
        ),
        rows=tuple(tuple(text(cell) for cell in row) for row in table.rows),
    )


def _settings(made: Comparison) -> Section:
    block = settings_block(made) or Prose(text=say("compare.same", made.language))
    return Section("settings", say("compare.settings", made.language), (block,))


def _chapter(made: Comparison, sides: Sequence[Side], index: int) -> Chapter:
    """The lists of one pair beside each other; their levels where it is one and the same event."""
    language = made.language
    blocks: list[Block] = [bullets(legend(made))]
    if common(sides):
        blocks.append(side_table(sides))
        blocks.extend(Prose(text=line, kind="fine") for line in below(sides))
    else:
        blocks.append(Prose(text=say("compare.nothing", language)))
    if only := unmatched(sides):
        blocks.append(bullets(only))
    sections = [Section(f"returns-{index}", say("compare.returns", language), tuple(blocks))]
    events = [{one.index: one for one in side.lists.values()} for side in sides]
    same = len({one.event.id for own in events for one in own.values()}) == 1
    if same and common(sides):
        own = [next(iter(found.values())) for found in events]
        chart = _levels(own, made.names, common(sides), index)
        sections.append(Section(f"levels-part-{index}", say("compare.levels", language), (chart,)))
    return Chapter(f"event-{index}", event_names(sides), tuple(sections))


def _levels(events: list[Context], names: tuple[str, ...], common: list[str], index: int) -> Chart:
    """A panel for each list with a line a run, on the sessions of all of them."""
    found: list[dict[str, Line]] = [
        {line.basket: line for line in lines(one.book_rows("levels"))} for one in events
    ]
    days: dict[str, int] = {}
    for own in found:
        for line in own.values():
            days |= dict(zip(line.dates, line.days, strict=True))
    dates = tuple(sorted(days))
    series: list[dict[str, Any]] = []
    for basket in common:
        for place, own in enumerate(found):
            if basket in own:
                levels = dict(zip(own[basket].dates, own[basket].levels, strict=True))
                series.append(
                    {
                        "panel": events[0].called(basket),
                        "label": names[place],
                        "hue": place % HUES,
                        "y": [levels.get(date) for date in dates],
                    }
                )
    language = events[0].language
    return Chart(
        id=f"levels-{index}",
        caption=say("compare.levels_caption", language),
        alt=say("compare.levels_alt", language, count=len(events)),
        data={
            **backdrop(events[0], dates, tuple(days[date] for date in dates)),
            "unit": "level",
            "others": say("levels.others", language),
            "series": series,
        },
    )
