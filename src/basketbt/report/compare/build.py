"""A comparison's files: three tables and a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from basketbt.errors import InputError
from basketbt.report.compare.tables import (
    levels_table,
    run_names,
    settings_table,
    statistics_table,
)
from basketbt.report.csvfile import csv_bytes
from basketbt.report.page.blocks import Block, Chart, Fold, Grid, Head, Legend, Prose, change, text
from basketbt.report.page.build import Chapter, Front, Part, assemble
from basketbt.report.page.scene import Scene
from basketbt.report.page.sections.stage import stage
from basketbt.report.phrases import PRICES, SEMICOLON, Phrase
from basketbt.report.record import Record
from basketbt.report.series import Line, lines

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


def comparison(records: Sequence[Record]) -> dict[str, bytes]:
    """Name → content: settings.csv, statistics.csv, levels.csv and compare.html.

    Words are in the language of the first run. Raises ``TooFewRuns``.
    """
    if len(records) < 2:
        raise TooFewRuns(count=len(records))
    language = records[0].facts.language
    tables = (settings_table(records), statistics_table(records), levels_table(records))
    files = {f"{table.layout.name}.csv": csv_bytes(table, language) for table in tables}
    front = Front(
        title=_TITLE.say(language),
        line=" · ".join(run_names(records)),
        prices=_prices(records),
        language=language,
        colours=records[0].facts.colours,
    )
    chapters = [
        Chapter("inputs", _INPUTS.say(language), [_settings(records)]),
        *_events(records),
    ]
    files[PAGE] = assemble(front, chapters)
    return files


def _prices(records: Sequence[Record]) -> str:
    """Where the prices are from: said once where the runs agree."""
    language = records[0].facts.language
    said = [record.facts.prices[language] for record in records]
    if len(set(said)) == 1:
        return PRICES.say(language, said=said[0])
    pairs = zip(run_names(records), said, strict=True)
    each = (_PRICES_OF.say(language, run=run, prices=prices) for run, prices in pairs)
    return PRICES.say(language, said=SEMICOLON.say(language).join(each))


def _settings(records: Sequence[Record]) -> Part:
    language = records[0].facts.language
    table = settings_table(records)
    title = _SETTINGS.say(language)
    if not len(table):
        return Part("settings", title, [Prose(text=_SAME.say(language))])
    blocks: list[Block] = [
        Grid(
            caption=_SETTINGS_CAPTION.say(language),
            heads=tuple(
                Head(name, number=False) for name in (_SETTING.say(language), *run_names(records))
            ),
            rows=tuple(tuple(text(cell) for cell in row) for row in table.rows),
        )
    ]
    return Part("settings", title, blocks)


def _events(records: Sequence[Record]) -> list[Chapter]:
    """A chapter for each event that every run has."""
    first = records[0]
    chapters = []
    for index, event in enumerate(first.facts.events):
        scenes = [Scene(first, event, index)]
        for record in records[1:]:
            same = [
                (place, other)
                for place, other in enumerate(record.facts.events)
                if (other.id, other.calendar) == (event.id, event.calendar)
            ]
            scenes += [Scene(record, other, place) for place, other in same]
        if len(scenes) == len(records):
            chapters.append(_event(scenes, run_names(records), index))
    return chapters


def _event(scenes: list[Scene], names: tuple[str, ...], index: int) -> Chapter:
    language, event = scenes[0].language, scenes[0].event
    common = [
        basket
        for basket in event.baskets
        if all(basket in scene.event.baskets for scene in scenes[1:])
    ]
    blocks: list[Block] = [Prose(text=_NOTHING.say(language))]
    if common:
        blocks = [_legend(scenes, names), _levels(scenes, names, common, index)]
    parts = [Part(f"levels-part-{index}", _LEVELS.say(language), blocks)]
    grids = _returns(scenes, names, common)
    if grids:
        parts.append(Part(f"returns-{index}", _RETURNS.say(language), grids))
    return Chapter(f"event-{index}", event.name, parts)


def _legend(scenes: list[Scene], names: tuple[str, ...]) -> Legend:
    keys = tuple((name, name, place % 8, place % 5) for place, name in enumerate(names))
    return Legend(group=scenes[0].group, keys=keys)


def _levels(scenes: list[Scene], names: tuple[str, ...], common: list[str], index: int) -> Chart:
    """One line a run for the list that is chosen, on the sessions of all of them."""
    found: list[dict[str, Line]] = [
        {line.basket: line for line in lines(scene.index_rows("levels"))} for scene in scenes
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
    language = scenes[0].language
    return Chart(
        id=f"levels-{index}",
        caption=_LEVELS_CAPTION.say(language),
        alt=_LEVELS_ALT.say(language, count=len(scenes)),
        group=scenes[0].group,
        choices=tuple((basket, basket) for basket in common),
        log=True,
        data={
            **stage(scenes[0], dates, tuple(days[date] for date in dates)),
            "unit": "level",
            "series": series,
        },
    )


def _returns(scenes: list[Scene], names: tuple[str, ...], common: list[str]) -> list[Block]:
    """A table for each window that all runs have."""
    language = scenes[0].language
    labels = [
        window
        for window in scenes[0].event.windows
        if all(window.label in {w.label for w in scene.event.windows} for scene in scenes[1:])
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
                scene.summary.get((basket, window.label), {}).get("total_return")
                for scene in scenes
            ]
            apart = [
                value - values[0]
                if isinstance(value, float) and isinstance(values[0], float)
                else None
                for value in values[1:]
            ]
            rows.append((text(basket), *map(change, values), *map(change, apart)))
        caption = _RETURNS_CAPTION.say(language, window=scenes[0].label(window))
        grid = Grid(caption=caption, heads=heads, rows=tuple(rows))
        blocks.append(Fold(title=scenes[0].label(window), blocks=(grid,), open=window.headline))
    return blocks
