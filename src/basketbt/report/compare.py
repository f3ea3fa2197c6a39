"""A comparison's files: three tables and a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from basketbt.errors import InputError
from basketbt.notes import Language
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
    Legend,
    Prose,
    Section,
    TableBlock,
    change,
    text,
)
from basketbt.report.views.context import Context, contexts
from basketbt.report.views.lines import Line, lines
from basketbt.report.views.phrases import PRICES, SEMICOLON, Phrase

_TITLE = Phrase("Runs side by side", "运行对照")
_INPUTS = Phrase("Inputs", "输入")
_SETTINGS = Phrase("What was set otherwise", "设定差异")
_SAME = Phrase("Nothing: the runs were made of the same things.", "无：各运行由相同输入得出。")
_SETTINGS_CAPTION = Phrase("Settings and inputs that differ", "不同的设定与输入")
_SETTING = Phrase("Setting", "设定")
_LEVELS = Phrase("Levels", "点位")
_LEVELS_CAPTION = Phrase("Level of one list in each run", "同一名单在各运行中的点位")
_LEVELS_ALT = Phrase(
    "Line chart of the level of a list in {count} runs, 100 at the base.",
    "同一名单在{count}次运行中的点位曲线，基准日为100。",
)
_RETURNS = Phrase("Total return, and by how much it differs", "全收益及其差异")
_RETURNS_CAPTION = Phrase("{window}: total return in each run", "{window}：各运行的全收益")
_BASKET = Phrase("Basket", "组合")
_PRICES_OF = Phrase("{run}: {prices}", "{run}：{prices}")
_NOTHING = Phrase("The runs have no list of this event in common.", "各运行在该事件下无共同名单。")

PAGE = "compare.html"


class TooFewRuns(InputError):
    template = "compare needs at least two runs, {count} given"
    fix = "Name their folders, e.g. basketbt compare results/mine/RUN results/mine/OTHER."


def comparison(runs: Sequence[ReportData]) -> dict[str, bytes]:
    """Name → content: settings.csv, statistics.csv, levels.csv and compare.html.

    Words are in the language of the first run. Raises ``TooFewRuns``.
    """
    if len(runs) < 2:
        raise TooFewRuns(count=len(runs))
    language = runs[0].info.language
    tables = (settings_table(runs), statistics_table(runs), levels_table(runs))
    files = {f"{table.layout.name}.csv": csv_bytes(table, language) for table in tables}
    made = Document(
        title=_TITLE.say(language),
        line=" · ".join(run_names(runs)),
        prices=_prices(runs),
        language=language,
        colours=runs[0].colours(language),
        chapters=(
            Chapter("inputs", _INPUTS.say(language), (_settings(runs),)),
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
        return PRICES.say(language, said=said[0])
    pairs = zip(run_names(runs), said, strict=True)
    each = (_PRICES_OF.say(language, run=run, prices=prices) for run, prices in pairs)
    return PRICES.say(language, said=SEMICOLON.say(language).join(each))


def _settings(runs: Sequence[ReportData]) -> Section:
    language = runs[0].info.language
    table = settings_table(runs)
    title = _SETTINGS.say(language)
    if not len(table):
        return Section("settings", title, (Prose(text=_SAME.say(language)),))
    block = TableBlock(
        caption=_SETTINGS_CAPTION.say(language),
        heads=tuple(
            Head(name, number=False) for name in (_SETTING.say(language), *run_names(runs))
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
    blocks: list[Block] = [Prose(text=_NOTHING.say(language))]
    if common:
        blocks = [_legend(events, names), _levels(events, names, common, index)]
    sections = [Section(f"levels-part-{index}", _LEVELS.say(language), tuple(blocks))]
    returns = _returns(events, names, common)
    if returns:
        sections.append(Section(f"returns-{index}", _RETURNS.say(language), tuple(returns)))
    return Chapter(f"event-{index}", event.name.say(language), tuple(sections))


def _legend(events: list[Context], names: tuple[str, ...]) -> Legend:
    keys = tuple((name, name, place % 8, place % 5) for place, name in enumerate(names))
    return Legend(group=events[0].group, keys=keys)


def _levels(events: list[Context], names: tuple[str, ...], common: list[str], index: int) -> Chart:
    """One line a run for the list that is chosen, on the sessions of all of them."""
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
                        "id": names[place],
                        "choice": basket,
                        "label": names[place],
                        "hue": place % 8,
                        "dash": place % 5,
                        "y": [levels.get(date) for date in dates],
                    }
                )
    language = events[0].language
    return Chart(
        id=f"levels-{index}",
        caption=_LEVELS_CAPTION.say(language),
        alt=_LEVELS_ALT.say(language, count=len(events)),
        group=events[0].group,
        choices=tuple((basket, basket) for basket in common),
        log=True,
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
        for window in events[0].event.windows
        if all(window.label in {w.label for w in one.event.windows} for one in events[1:])
    ]
    differences = [f"{name} - {names[0]}" for name in names[1:]]
    heads = tuple(
        Head(name, number=place > 0)
        for place, name in enumerate((_BASKET.say(language), *names, *differences))
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
        caption = _RETURNS_CAPTION.say(language, window=events[0].label(window))
        table = TableBlock(caption=caption, heads=heads, rows=tuple(rows))
        blocks.append(Fold(title=events[0].label(window), blocks=(table,), open=window.quoted))
    return blocks
