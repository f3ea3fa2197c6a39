"""What a study found, as frozen values: the report only puts them into words and files.

Every number that anyone prints is here; ``accounts`` has the records of one account.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.data.panel import PricePanel
from basketbt.durable import sha256
from basketbt.engine.book import STANDING, BookPath, IndexBook
from basketbt.engine.windows import RELATIVE, WindowStatistics, Yardsticks
from basketbt.eventstudy.windows import LONGEST_PLACEBO, Offsets
from basketbt.lists.overlap import Overlap
from basketbt.metrics.measures import MEASURES, Measure
from basketbt.notes import Note, as_data
from basketbt.plan.marks import Mark
from basketbt.plan.model import Case, StudyPlan, Window

if TYPE_CHECKING:
    from basketbt.engine.account import Entry
    from basketbt.engine.account.book import AccountBook
    from basketbt.engine.account.schedule import EntryPoint
    from basketbt.eventstudy.inputs import Family, Variant  # importing it costs SciPy
    from basketbt.eventstudy.results import EventStudyResult
    from basketbt.metrics.drawdowns import Fall
    from basketbt.metrics.evaluation import Evaluation

__all__ = ["LONGEST_PLACEBO", "MEASURES", "RELATIVE", "STANDING", "Measure"]

#: A p-value below this is called significant, everywhere.
SIGNIFICANT = 0.05

VerdictKind = Literal["stood_out", "moved_with_kind", "chance", "untested"]


@dataclass(frozen=True, kw_only=True)
class PathResult:
    """One path of an index book: R closes of B baskets that were bought at the first of them.

    ``dates`` (R,); ``drawdowns`` (R, B) from the highest level so far; ``benchmark`` (R,) the
    study's first, 100 at the base; ``falls`` of each basket, the deepest first.
    """

    path: BookPath
    dates: Dates
    drawdowns: Floats
    benchmark: Floats
    falls: tuple[tuple[Fall, ...], ...]


@dataclass(frozen=True, kw_only=True)
class BookResult:
    """One index book of a case and its statistics, a pair for each distinct window.

    ``correlation`` (B, B) of the daily returns on the path ``correlated``: the one bought before
    day 0 where the study has it.
    """

    book: IndexBook
    windows: tuple[tuple[Window, WindowStatistics], ...]
    paths: tuple[PathResult, ...]
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

    ``points``, ``statistics`` (from the session before the entry on) and ``notes`` have an entry
    for each basket of the case; None for one without an account. ``covered`` (B,) is the weight of
    each list that an account can hold, ``refused`` (N,) the shares that none can; ``index`` is of
    the whole lists.
    """

    entry: Entry
    index: IndexBook
    covered: Floats
    refused: NDArray[np.bool_]
    points: tuple[EntryPoint, ...]
    book: AccountBook
    statistics: tuple[Evaluation | None, ...]
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
class Breadth:
    """How lists fared together over one window of one book; composites are left out beside lists.

    Index books: the lists of one publication date. Accounts: those of one ``entry`` that bought
    after publication; their ``window`` begins where each of them bought. ``lists`` have a return,
    ``unknown`` lack one; ``rose`` and ``beat`` count lists, ``beat`` those ahead of the first
    benchmark. ``median_excess`` is NaN where the benchmark has no levels or no list a return.
    """

    book: Literal["index", "account"]
    weighting: str
    rebalance: str
    entry: str
    published: date | None
    window: Window
    end: np.datetime64
    lists: int
    unknown: int
    median: float
    low: float
    high: float
    rose: int
    beat: int
    median_excess: float


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """Everything computed for one event seen from one home calendar.

    ``marks`` and ``closures`` are what else happened in the charted days; ``verdicts`` what the
    tests allow to be said of each list over ``quoted``, which stands in for ``wanted`` where no
    list could be tested on that; ``breadth`` how many lists rose.
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
    marks: tuple[Mark, ...] = ()
    closures: tuple[tuple[np.datetime64, np.datetime64], ...] = ()
    others: tuple[Note, ...] = ()  # other events inside the window ``quoted``
    quoted: Offsets | None = None
    wanted: Offsets | None = None
    verdicts: tuple[Verdict, ...] = ()
    breadth: tuple[Breadth, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """One study and its result."""

    plan: StudyPlan
    cases: tuple[CaseResult, ...]
    notes: tuple[Note, ...]
    versions: tuple[tuple[str, str], ...]
    prices: Note  # where the prices are from, and of which days
    overlap: Overlap
    universe_digest: str = ""  # of the market that random baskets were drawn from, if any

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
