"""Who is told while prices are fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from basketbt.data.sources.auto import Outcome

Watch = Callable[[int], AbstractContextManager["Callable[[Outcome], None]"]]
"""Opened with the number of symbols; what it gives hears of every one that is done."""


@contextmanager
def unwatched(total: int) -> Iterator[Callable[[Outcome], None]]:
    """Nobody is told."""
    yield lambda outcome: None
