"""How many rose, and how far the middle one went: lists of a kind, shares of a list, a broker's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.lists.model import ListKind
from basketbt.notes import Note
from basketbt.plan.model import Window


@dataclass(frozen=True, kw_only=True)
class BreadthBefore:
    """How the lists of a window stood at the close of ``last``, the session before a shock."""

    last: np.datetime64
    median: float
    rose: int
    beat: int
    median_excess: float


@dataclass(frozen=True, kw_only=True)
class Breadth:
    """How lists of one kind fared together over one window of one book.

    The lists are those whose day p is ``session``. Accounts: of one ``entry`` that bought after
    publication; their ``window`` is a horizon, or to the exit from where the first of them bought,
    and they have no return where they are sold before a horizon ends. ``lists`` have a
    return, ``unknown`` lack one; ``names`` and ``names_priced`` add up over the lists, ``covered``
    is the least weight of one that its return is of. ``quantiles``: lowest, lower quartile, median,
    upper quartile and highest return by linear interpolation, NaN without a list. ``rose``,
    ``beat`` and ``beat_sector`` count lists, the latter those ahead of the first benchmark and of
    their own industries or, where no list has these, of the last benchmark: None where that has no
    levels, or is no other than the first. ``end`` is None for a window that ends after the
    calendar; ``notes`` say why nothing is known. ``before`` is the same of the lists ended before
    the window's first shock.
    """

    book: Literal["index", "account"]
    weighting: str
    rebalance: str
    entry: str
    kind: ListKind
    session: np.datetime64
    window: Window
    end: np.datetime64 | None
    lists: int
    unknown: int
    names: int
    names_priced: int
    covered: float
    quantiles: tuple[float, ...]
    rose: int
    beat: int | None
    beat_sector: int | None
    median_excess: float
    before: BreadthBefore | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublicationCurve:
    """Levels of the lists of one kind and one day p together, 100 at the close before ``first``.

    ``first`` is the offset of their first session from day 0: day p, or day 0 for lists that were
    out before. ``dates`` (R,) from that close on; ``lists`` (R,) with a level; ``quantiles``
    (5, R): see :class:`Breadth`; ``lowest`` and ``highest`` (R,) name the lists there;
    ``benchmark`` (R,) the study's first.
    """

    weighting: str
    rebalance: str
    kind: ListKind
    session: np.datetime64
    first: int
    dates: Dates
    lists: NDArray[np.intp]
    quantiles: Floats
    lowest: tuple[str, ...]
    highest: tuple[str, ...]
    benchmark: Floats


@dataclass(frozen=True, kw_only=True)
class ShareMoved:
    """One share of a list over a window: its return, weight at the base, part of the list's
    return, and sessions without a bar."""

    symbol: str
    name: str
    made: float
    weight: float
    contribution: float
    suspended: int


@dataclass(frozen=True, kw_only=True)
class Split:
    """The shares of a list that its source puts on one side: how many, their mean return.

    NaN without a share that has one.
    """

    count: int
    mean: float


@dataclass(frozen=True, kw_only=True)
class ShareBreadth:
    """The shares of one list over one window of one book, each counted alike whatever its weight.

    ``names`` of the list, ``priced`` with a return, ``late`` of these without a close at the base:
    their return is from their first close, and they are not held against the benchmark. ``beat``
    counts shares ahead of the first benchmark, None where it has no levels. ``median`` and ``mean``
    of the returns, NaN without one; ``best`` and ``worst`` by return, the first of equal ones.
    """

    member: int
    weighting: str
    rebalance: str
    window: Window
    names: int
    priced: int
    late: int
    rose: int
    beat: int | None
    median: float
    mean: float
    best: ShareMoved | None
    worst: ShareMoved | None
    recommended: Split
    watched: Split
    named: Split
    mapped: Split

    @property
    def recommended_ahead(self) -> float:
        """How much further recommended shares went than watched ones; NaN without both."""
        return self.recommended.mean - self.watched.mean

    @property
    def named_ahead(self) -> float:
        """How much further named shares went than mapped ones; NaN without both."""
        return self.named.mean - self.mapped.mean


@dataclass(frozen=True, kw_only=True)
class BrokerBreadth:
    """The lists of one broker and kind over the windows of one name, each at its own days.

    ``lists`` have a return, ``unknown`` lack one, ``sessions`` counts their days p; the rest as in
    :class:`Breadth`. Composites are of several brokers and left out.
    """

    weighting: str
    rebalance: str
    broker: str
    kind: ListKind
    window: str
    sessions: int
    lists: int
    unknown: int
    quantiles: tuple[float, ...]
    rose: int
    beat: int | None
    median_excess: float
