"""Issues of one list: what a broker's list of a theme added and dropped each time it came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from basketbt.lists.library import Library
from basketbt.lists.model import Basket


@dataclass(frozen=True)
class Issue:
    """One issue of a list beside the one before it; symbols in the order of the lists.

    Of the first issue every share is ``added``.
    """

    id: str
    published: date
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    kept: tuple[str, ...]


def history(library: Library, basket: Basket) -> tuple[Issue, ...]:
    """Every list of the library by the same broker on the same theme, by day of publication.

    Raises what loading the lists raises.
    """
    broker = basket.id.split("/")[0]
    lists = [
        library.load(path)
        for name, path in library.files().items()
        if name.startswith(f"{broker}/")
    ]
    issues = sorted(
        (one for one in lists if one.theme_zh == basket.theme_zh and not one.components),
        key=lambda one: (str(one.source.published), one.id),
    )
    found = []
    before: tuple[str, ...] = ()
    for one in issues:
        found.append(
            Issue(
                one.id,
                one.source.published,
                tuple(symbol for symbol in one.symbols if symbol not in before),
                tuple(symbol for symbol in before if symbol not in one.symbols),
                tuple(symbol for symbol in one.symbols if symbol in before),
            )
        )
        before = one.symbols
    return tuple(found)
