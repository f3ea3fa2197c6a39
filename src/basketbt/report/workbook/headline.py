"""The first sheet: the memo's headline table, to be pasted into a note."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from basketbt.report.facts import WindowFacts
from basketbt.report.layout import Cell
from basketbt.report.page.scene import Scene
from basketbt.report.phrases import PRICES, Phrase
from basketbt.report.record import Record

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as CellFormat

HEADLINE = Phrase("Headline", "要点")
_EVENT = Phrase("{name}: day 0 is {day} ({calendar})", "{name}：第0日为{day}（{calendar}）")
_TEXTS = Phrase("List|Broker|Theme", "名单|券商|主题")
_COUNTS = Phrase("Names|Named", "成分数|原文列示")
_DAYS = Phrase("Days", "所在交易日")
_AGAINST = Phrase("{window} vs {benchmark}", "{window}相对{benchmark}")
_DEEPEST = Phrase("Max drawdown {window}", "最大回撤{window}")

#: A column: its head, and the cell of each list.
_Column = tuple[str, dict[str, Cell]]


def headline_sheet(
    book: Workbook, record: Record, head: CellFormat, bold: CellFormat, parts: CellFormat
) -> None:
    """Write the sheet: a block for each event, returns as the numbers of summary.csv."""
    language = record.facts.language
    sheet = book.add_worksheet(HEADLINE.say(language))
    sheet.set_column(0, 2, 24)
    sheet.set_column(3, 20, 12)
    line = 0
    for index, event in enumerate(record.facts.events):
        scene = Scene(record, event, index)
        title = _EVENT.say(language, name=event.name, day=event.day0, calendar=event.calendar)
        sheet.write_string(line, 0, title, bold)
        line += 1
        for place, (name, cells) in enumerate(_columns(scene)):
            sheet.write_string(line, place, name, head)
            for number, basket in enumerate(event.baskets, start=line + 1):
                cell = cells.get(basket)
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write_number(number, place, cell, None if type(cell) is int else parts)
        line += len(event.baskets) + 2
    sheet.write_string(line, 0, PRICES.say(language, said=record.facts.prices[language]))


def _columns(scene: Scene) -> Iterator[_Column]:
    lists = [(basket, scene.record.lists[basket]) for basket in scene.event.baskets]
    texts = _TEXTS.say(scene.language).split("|")
    yield texts[0], {basket: basket for basket, _ in lists}
    yield texts[1], {basket: own.broker for basket, own in lists}
    yield texts[2], {basket: own.theme for basket, own in lists}
    counts = _COUNTS.say(scene.language).split("|")
    yield counts[0], {basket: own.names for basket, own in lists}
    yield counts[1], {basket: own.named for basket, own in lists}
    for window in scene.quoted:
        label = scene.label(window)
        days: dict[str, Cell] = {b: scene.own_days(b, window) for b in scene.event.baskets}
        yield label, _measure(scene, window, "total_return")
        if any(days.values()):
            yield _DAYS.say(scene.language), days
        if window.kind == "available":
            benchmark = scene.record.facts.benchmarks[0].name
            against = _AGAINST.say(scene.language, window=label, benchmark=benchmark)
            yield against, _measure(scene, window, "excess_return")
    longest = scene.event.longest
    if longest is not None:
        label = _DEEPEST.say(scene.language, window=longest.label)
        yield label, _measure(scene, longest, "max_drawdown")


def _measure(scene: Scene, window: WindowFacts, key: str) -> dict[str, Cell]:
    return {
        basket: scene.summary.get((basket, window.label), {}).get(key)
        for basket in scene.event.baskets
    }
