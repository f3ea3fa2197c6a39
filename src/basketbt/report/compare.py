"""A comparison's files: three tables and a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from basketbt.errors import InputError
from basketbt.locale import Language, say
from basketbt.report.compare_tables import (
    levels_table,
    run_names,
    settings_table,
    statistics_table,
)
from basketbt.report.csvfile import csv_bytes
from basketbt.report.data import ReportData
from basketbt.report.render.html import page
from basketbt.report.views.backdrop import backdrop
from basketbt.report.views.blocks import (
    Block,
    Chapter,
    Chart,
    Document,
    Fold,
    Head,
    Prose,
    Section,
    TableBlock,
    change,
    text,
)
from basketbt.report.views.context import Context, contexts
from basketbt.report.views.lines import Line, lines
from basketbt.report.views.palette import HUES

PAGE = "compare.html"


class TooFewRuns(InputError):
    template = "compare needs at least two runs, {count} given"
    fix = "Name their folders, e.g. basketbt compare results/mine/RUN results/mine/OTHER."


class NothingToCompare(InputError):
    template = "{run} holds no levels and returns to be compared: only an event study was run"
    fix = "Compare runs that `basketbt run` or `basketbt event-study` of a whole study made."


def comparison(runs: Sequence[ReportData]) -> dict[str, bytes]:
    """Name → content: settings.csv, statistics.csv, levels.csv and compare.html.

    Words are in the language of the first run. Raises ``TooFewRuns`` or
    ``NothingToCompare``.
    """
    if len(runs) < 2:
        raise TooFewRuns(count=len(runs))
    for run, name in zip(runs, run_names(runs), strict=True):
        if "levels" not in run.tables:
            raise NothingToCompare(run=name)
    language = runs[0].info.language
    tables = (settings_table(runs), statistics_table(runs), levels_table(runs))
    files = {f"{table.layout.name}.csv": csv_bytes(table, language) for table in tables}
    made = Document(
        title=say("compare.title", language),
        line=" · ".join(run_names(runs)),
        prices=_prices(runs),
        language=language,
        colours=runs[0].colours(language),
        chapters=(
            Chapter("inputs", say("compare.inputs", language), (_settings(runs),)),
            *_chapters(runs, language),
        ),
    )
    files[PAGE] = page(made)
    return files


def _prices(runs: Sequence[ReportData]) -> str:
    """Where the prices are from: said once where the runs agree."""
    language = runs[0].info.language
    said = [run.info.prices.text(language) for run in runs]
    if len(set(said)) == 1:
        return say("report.prices", language, said=said[0])
    pairs = zip(run_names(runs), said, strict=True)
    each = (say("compare.prices_of", language, run=run, prices=prices) for run, prices in pairs)
    return say("report.prices", language, said=say("joint.semicolon", language).join(each))


def _settings(runs: Sequence[ReportData]) -> Section:
    language = runs[0].info.language
    table = settings_table(runs)
    title = say("compare.settings", language)
    if not len(table):
        return Section("settings", title, (Prose(text=say("compare.same", language)),))
    block = TableBlock(
        caption=say("compare.settings_caption", language),
        heads=tuple(
            Head(name, number=False)
            for name in (say("compare.setting", language), *run_names(runs))
        ),
        rows=tuple(tuple(text(cell) for cell in row) for row in table.rows),
    )
    return Section("settings", title, (block,))


def _chapters(runs: Sequence[ReportData], language: Language) -> Iterator[Chapter]:
    """A chapter for each event that every run has."""
    for own in contexts(runs[0], language):
        event = own.event
        others = [
            other
            for run in runs[1:]
            for other in contexts(run, language)
            if (other.event.id, other.event.calendar) == (event.id, event.calendar)
        ]
        if len(others) == len(runs) - 1:
            yield _event([own, *others], run_names(runs), own.index)


def _event(events: list[Context], names: tuple[str, ...], index: int) -> Chapter:
    language, event = events[0].language, events[0].event
    common = [
        basket for basket in event.baskets if all(basket in one.event.baskets for one in events[1:])
    ]
    blocks: list[Block] = [Prose(text=say("compare.nothing", language))]
    if common:
        blocks = [_levels(events, names, common, index)]
    sections = [Section(f"levels-part-{index}", say("compare.levels", language), tuple(blocks))]
    returns = _returns(events, names, common)
    if returns:
        sections.append(
            Section(f"returns-{index}", say("compare.returns", language), tuple(returns))
        )
    return Chapter(f"event-{index}", event.name.say(language), tuple(sections))


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
                        "panel": basket,
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
            "series": series,
        },
    )


def _returns(events: list[Context], names: tuple[str, ...], common: list[str]) -> list[Block]:
    """A table for each window that all runs have."""
    language = events[0].language
    labels = [
        window
        for window in events[0].windows
        if all(window.label in {w.label for w in one.event.windows} for one in events[1:])
    ]
    differences = [f"{name} - {names[0]}" for name in names[1:]]
    heads = tuple(
        Head(name, number=place > 0)
        for place, name in enumerate((say("compare.basket", language), *names, *differences))
    )
    blocks: list[Block] = []
    for window in labels:
        rows = []
        for basket in common:
            values = [
                one.summary.get((basket, window.label), {}).get("total_return") for one in events
            ]
            apart = [
                value - values[0]
                if isinstance(value, float) and isinstance(values[0], float)
                else None
                for value in values[1:]
            ]
            rows.append((text(basket), *map(change, values), *map(change, apart)))
        caption = say("compare.returns_caption", language, window=events[0].label(window))
        table = TableBlock(caption=caption, heads=heads, rows=tuple(rows))
        blocks.append(Fold(title=events[0].label(window), blocks=(table,), open=window.quoted))
    return blocks
