"""Lists as objects of Python: the cells of a table, which are read as those of a file are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from basketbt.errors import InputError
from basketbt.lists.model import Basket
from basketbt.plan.adhoc import OwnList, list_of_text, own_list

Cells = list[list[str]]


class NotAList(InputError):
    """Fields: name, type."""


def lists_of(lists: Any) -> list[OwnList | Basket | str]:
    """Own lists by name, baskets, or ids of the library: ``{"mine": […]}``, ``["guojin/*"]``.

    Raises ``NotAList``, ``UnreadShares``, ``NoShares``.
    """
    if isinstance(lists, Mapping):
        return [_named(str(name), one) for name, one in lists.items()]
    texts = [lists] if isinstance(lists, str) else lists
    if isinstance(texts, Sequence) and all(isinstance(one, str) for one in texts):
        return [list_of_text(text, number) for number, text in enumerate(texts, 1)]
    raise NotAList(name="lists", type=type(lists).__name__)


def _named(name: str, one: Any) -> OwnList | Basket | str:
    if isinstance(one, Basket):
        return one
    if isinstance(one, str):
        return list_of_text(f"{name}={one}", 1)
    if isinstance(one, Mapping):
        cells = [["code", "weight"], *([_cell(key), _cell(value)] for key, value in one.items())]
        return own_list(name, cells, typed=True)
    if hasattr(one, "__arrow_c_stream__") or hasattr(one, "columns"):
        return own_list(name, _cells_of_frame(one, f"lists[{name!r}]"))
    if isinstance(one, Sequence | set | frozenset) or hasattr(one, "tolist"):
        values = one.tolist() if hasattr(one, "tolist") else list(one)
        return own_list(name, [[_cell(value)] for value in values], typed=True)
    raise NotAList(name=name, type=type(one).__name__)


def _cells_of_frame(frame: Any, what: str) -> Cells:
    from basketbt.data.sources.memory import arrow_of

    table = arrow_of(frame, what)
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    return [list(table.column_names), *map(list, zip(*columns, strict=True))]


def _cell(value: object) -> str:
    """A value as a table would show it: a code that pandas took for a number has no point."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
