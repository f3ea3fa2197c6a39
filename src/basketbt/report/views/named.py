"""A table of codes as people read it: names in place of ids, a list's name beside its own."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace

from basketbt.locale import catalogue
from basketbt.market.securities.latin import share_name
from basketbt.report.model import Column, Table, Value
from basketbt.report.views.context import Context

#: Columns that hold ids of lists; the first of them keeps its ids, to be joined on.
_LISTS = ("other", "lowest_list", "highest_list")
_SHARES = ("name", "best_name", "worst_name")
#: Columns whose cells are words of the program; any other text is a name, a code or a source.
_CODES = {
    *("book", "knowledge", "entry", "list_kind", "window", "paper_window", "calendar", "stance"),
    *("origin", "model", "family", "verdict", "variant", "side", "reason", "moment"),
}


def named(context: Context, table: Table) -> Table:
    """The table with its notes as texts and its codes in the reader's words."""
    made = table.worded(context.language)
    columns: list[Column] = []
    cells: list[list[Value]] = []
    for column, own in zip(made.layout.columns, made.columns, strict=True):
        columns.append(column)
        cells.append(_words(context, column.key, own))
        if column.key == "basket":
            columns.append(Column("list_name", "text"))
            cells.append(_each(own, context.data.lists, context.called))
    return Table(replace(made.layout, columns=tuple(columns)), tuple(cells))


def _words(context: Context, key: str, cells: list[Value]) -> list[Value]:
    info, language = context.data.info, context.language
    if key in _LISTS:
        return _each(cells, context.data.lists, context.called)
    if key == "event":
        names = {one.id: one.name.say(language) for one in info.events}
        return _each(cells, names, names.__getitem__)
    if key == "benchmark":
        names = {one.code: one.name.say(language) for one in info.benchmarks}
        return _each(cells, names, names.__getitem__)
    if key in _SHARES:
        return [share_name(cell, language) if isinstance(cell, str) else cell for cell in cells]
    if key == "cause":
        names = {one.id: one.name.say(language) for own in info.events for one in own.marks}
        return _each(cells, names, names.__getitem__)
    if key in ("weighting", "rebalance"):  # made of several words
        return _each(cells, {*cells} - {None}, context.choice)
    if key in _CODES:
        known = {cell for cell in {*cells} if f"choice.{cell}" in catalogue(language)}
        return _each(cells, known, context.choice)
    return cells


def _each(cells: list[Value], known: Container[Value], words: Callable[[str], str]) -> list[Value]:
    """The words for the cells that are known, the others as they are."""
    return [words(str(cell)) if cell in known else cell for cell in cells]
