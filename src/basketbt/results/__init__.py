"""What a study found, as frozen values: the report only puts them into words and files.

Every number that anyone prints is here; ``accounts`` has the records of one account.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.data.panel import PricePanel
from basketbt.durable import sha256
from basketbt.engine.book import STANDING, BookPath, IndexBook
from basketbt.engine.shocks import MetShock, ShockedWindow
from basketbt.engine.windows import RELATIVE, WindowStatistics, Yardsticks
from basketbt.eventstudy.windows import LONGEST_PLACEBO, Offsets
from basketbt.lists.model import ListKind
from basketbt.lists.overlap import Overlap
from basketbt.metrics.measures import MEASURES, Measure
from basketbt.metrics.pooling import PooledMean
from basketbt.notes import Note, as_data
from basketbt.plan.marks import Mark
from basketbt.plan.model import Case, StudyPlan, Window
from basketbt.results.breadth import (
    Breadth,
    BreadthBefore,
    BrokerBreadth,
    PublicationCurve,
    ShareBreadth,
    ShareMoved,
    Split,
)

if TYPE_CHECKING:
    from basketbt.engine.account import Entry
    from basketbt.engine.account.book import AccountBook
    from basketbt.engine.account.schedule import EntryPoint
    from basketbt.eventstudy.attribution import ThreeParts
    from basketbt.eventstudy.inputs import Family, Variant  # importing it costs SciPy
    from basketbt.eventstudy.results import EventStudyResult
    from basketbt.metrics.drawdowns import Fall
    from basketbt.metrics.evaluation import Evaluation

__all__ = [
    "LONGEST_PLACEBO",
    "MEASURES",
    "RELATIVE",
    "STANDING",
    "Breadth",
    "BreadthBefore",
    "BrokerBreadth",
    "Measure",
    "PublicationCurve",
    "ShareBreadth",
    "ShareMoved",
    "Split",
]

#: A p-value below this is called significant, everywhere.
SIGNIFICANT = 0.05

VerdictKind = Literal["stood_out", "moved_with_kind", "chance", "untested"]


@dataclass(frozen=True, kw_only=True)
class PathResult:
    """One path of an index book: R closes of B baskets that were bought at the first of them, up to
    the last close that any of them has.

    ``dates`` (R,); ``drawdowns`` (R, B) from the highest level so far; ``benchmark`` (R,) the
    study's first, 100 at the base; ``falls`` of each basket, the deepest first.
    """

    path: BookPath
    dates: Dates
    drawdowns: Floats
    benchmark: Floats
    falls: tuple[tuple[Fall, ...], ...]

    @property
    def levels(self) -> Floats:
        """(R, B) total-return levels, 100 at the base."""
        return self.path.total.levels[: len(self.dates)]


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnIndustries:
    """One window of one book beside the equal-weighted industries of each list's own shares.

    Entries are of the window's C lists. ``beside`` holds the relative measures, ``parts`` the
    excess over the first benchmark in three, ``outside`` (C,) how many shares outside all lists the
    industries are made of.
    """

    beside: Evaluation
    parts: ThreeParts
    outside: NDArray[np.int64]
    beside_notes: tuple[tuple[Note, ...], ...]
    parts_notes: tuple[tuple[Note, ...], ...]


@dataclass(frozen=True, kw_only=True)
class BookResult:
    """One index book of a case and its statistics, a pair for each distinct window.

    ``industries`` has an entry for each of these. ``paths`` end with the study's own windows;
    ``after`` are those bought at the close before a publication's day p, to its last horizon.
    ``correlation`` (B, B) of the daily returns on the path ``correlated``: the one bought before
    day 0 where the study has it.
    """

    book: IndexBook
    windows: tuple[tuple[Window, WindowStatistics], ...]
    industries: tuple[OwnIndustries, ...]
    paths: tuple[PathResult, ...]
    after: tuple[PathResult, ...]
    correlation: Floats
    correlated: PathResult


@dataclass(frozen=True, kw_only=True)
class EventStudied:
    """One event study, as registered or a ``variant`` of it.

    ``weighting`` is the label of the constant weights; ``day_zero`` the variant's own.
    """

    found: EventStudyResult
    weighting: str
    day_zero: np.datetime64
    variant: Variant | None = None
    changes: tuple[Note, ...] = ()  # what a variant changes, in words


@dataclass(frozen=True, kw_only=True)
class AccountKept:
    """The accounts of a case for one entry, beside one index book bought at the close of day -1.

    ``points``, ``statistics`` and ``shocked`` (from the session before the entry on) and ``notes``
    have an entry for each basket of the case; None for one without an account. ``holdable`` (B,)
    is the weight of each whole list that an account can hold, ``refused`` (N,) the shares that none
    can; ``index`` is of the whole lists.
    """

    entry: Entry
    index: IndexBook
    holdable: Floats
    refused: NDArray[np.bool_]
    points: tuple[EntryPoint, ...]
    book: AccountBook
    statistics: tuple[Evaluation | None, ...]
    shocked: tuple[ShockedWindow | None, ...]
    notes: tuple[tuple[Note, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What Q1 and Q2 allow to be said of one list over one tested window.

    ``stood_out``: both are significant after Holm in their family; ``moved_with_kind``: Q1 alone;
    ``chance``: not Q1, which could have seen ``mde``; ``untested``: the reason is in ``notes``.
    ``chosen_after``: the list was published after the window. ``changed`` names the variants under
    which the plain test is on the other side of 5 %, of ``compared``; ``not_compared`` those
    without a test.
    """

    basket: str
    window: Offsets
    model: str
    family: Family
    kind: VerdictKind
    chosen_after: bool
    car: float
    mde: float
    q1_holm_p: float
    q2_holm_p: float
    changed: tuple[str, ...]
    compared: int
    not_compared: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class BareDate:
    """A list published under a date without an hour: as known after that day's close
    (``available``) and as known that morning, by the first index book.

    Returns in decimals over each window, excess beside the first benchmark; ``member`` is the
    basket's place in the case.
    """

    member: int
    morning: Window
    available: Window
    morning_return: float
    morning_excess: float
    available_return: float
    available_excess: float


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """Everything computed for one event seen from one home calendar.

    ``shocks`` are those of the market on the panel's sessions; ``marks`` and ``closures`` are what
    else happened in the charted days; ``verdicts`` what the tests allow to be said of each list
    over ``quoted``, which stands in for ``wanted`` where no list could be tested on that;
    ``breadth`` how many lists rose, ``curves`` how they went together from their publication on;
    ``shares`` how many shares of each list did, ``brokers`` how the lists of each broker fared.
    """

    case: Case
    panel: PricePanel
    benchmarks: PricePanel
    yardsticks: Yardsticks
    zero: int  # panel row of day 0
    books: tuple[BookResult, ...]
    event_studies: tuple[EventStudied, ...] = ()  # the registered one first, then its variants
    accounts: tuple[AccountKept, ...] = ()
    accounts_digest: str = ""  # of the panel in yuan, where accounts needed another than ``panel``
    shocks: tuple[MetShock, ...] = ()
    marks: tuple[Mark, ...] = ()
    closures: tuple[tuple[np.datetime64, np.datetime64], ...] = ()
    others: tuple[Note, ...] = ()  # other events inside the window ``quoted``
    quoted: Offsets | None = None
    wanted: Offsets | None = None
    verdicts: tuple[Verdict, ...] = ()
    breadth: tuple[Breadth, ...] = ()
    curves: tuple[PublicationCurve, ...] = ()
    shares: tuple[ShareBreadth, ...] = ()
    brokers: tuple[BrokerBreadth, ...] = ()
    bare_dates: tuple[BareDate, ...] = ()
    no_market: tuple[Note, ...] = ()  # why there is no equal-weighted market, where there is none


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """The lists of one kind at one horizon, over all days p of a study where each is its own event.

    ``first`` and ``last`` are the days p of lists with a return; ``notes`` say why there is no
    interval.
    """

    weighting: str
    rebalance: str
    kind: ListKind
    window: str
    length: int
    unknown: int
    first: np.datetime64 | None
    last: np.datetime64 | None
    returns: PooledMean
    excess: PooledMean
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """One study and its result; ``pooled`` where each list is its own event."""

    plan: StudyPlan
    cases: tuple[CaseResult, ...]
    notes: tuple[Note, ...]
    versions: tuple[tuple[str, str], ...]
    prices: Note  # where the prices are from, and of which days
    overlap: Overlap
    pooled: tuple[Pooled, ...] = ()
    universe_digest: str = ""  # of the market that lists were set beside, if there was one

    @property
    def events_only(self) -> bool:
        """Whether only the event study was run, so that there is no book to tell of."""
        return not any(case.books for case in self.cases)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each thing a run is made of; the same things give the same bytes."""
        return {
            "config": sha256(self.plan.config.canonical()),
            "events": sha256("\n".join(line for c in self.cases for line in _event_lines(c))),
            "baskets": sha256("\n".join(f"{b.id} {b.digest}" for b in self.plan.baskets)),
            "data": sha256(
                "\n".join(
                    f"{c.panel.digest} {c.benchmarks.digest}{c.accounts_digest}" for c in self.cases
                )
                + self.universe_digest
            ),
            "origin": sha256(
                "\n".join(
                    f"{c.panel.source} {c.panel.tables} {c.benchmarks.tables}" for c in self.cases
                )
                + "\n".join(json.dumps(as_data(note)) for note in (self.prices, *self.notes))
            ),
            "versions": sha256("\n".join(f"{name} {v}" for name, v in self.versions)),
        }

    @cached_property
    def run_id(self) -> str:
        """Names the run by all that it is made of."""
        return identity(self.hashes)


def identity(hashes: Mapping[str, str]) -> str:
    """Twelve hexadecimal digits of the hash over ``hashes``."""
    return sha256("\n".join(f"{k} {v}" for k, v in sorted(hashes.items())))[:12]


def _event_lines(result: CaseResult) -> list[str]:
    """What an event contributes to a run: its moment and day 0, and those of its variants."""
    event = result.case.event
    return [
        f"{event.id} {event.at.isoformat()} {result.case.day_zero.session}",
        *(f"{event.id} {one.found.variant} {one.day_zero}" for one in result.event_studies),
    ]
