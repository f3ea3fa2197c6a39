"""What a study found, as frozen values: the report only puts them into words and files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.book import IndexBook
from basketbt.backtest.windows import WindowStatistics, Yardsticks
from basketbt.notes import Note
from basketbt.plan.model import Case, StudyPlan, Window
from basketbt.prices.data import Floats
from basketbt.prices.panel import PricePanel

if TYPE_CHECKING:
    from basketbt.backtest.account import Entry
    from basketbt.backtest.account.book import AccountBook
    from basketbt.backtest.account.schedule import EntryPoint
    from basketbt.events.inputs import Variant  # importing it costs SciPy
    from basketbt.events.results import EventStudyResult
    from basketbt.statistics.evaluation import Evaluation


@dataclass(frozen=True, kw_only=True)
class BookResult:
    """One index book of a case and its statistics, a pair for each distinct window."""

    book: IndexBook
    windows: tuple[tuple[Window, WindowStatistics], ...]


@dataclass(frozen=True, kw_only=True)
class EventStudied:
    """One event study, as registered or a ``variant`` of it.

    ``weighting`` is the label of the constant weights; ``day_zero`` the variant's own.
    """

    found: EventStudyResult
    weighting: str
    day_zero: np.datetime64
    variant: Variant | None = None


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
class CaseResult:
    """Everything computed for one event seen from one home calendar."""

    case: Case
    panel: PricePanel
    benchmarks: PricePanel
    yardsticks: Yardsticks
    zero: int  # panel row of day 0
    books: tuple[BookResult, ...]
    event_studies: tuple[EventStudied, ...] = ()  # the registered one first, then its variants
    accounts: tuple[AccountKept, ...] = ()
    accounts_digest: str = ""  # of the panel in yuan, where accounts needed another than ``panel``


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """One study and its result."""

    plan: StudyPlan
    cases: tuple[CaseResult, ...]
    notes: tuple[Note, ...]
    versions: tuple[tuple[str, str], ...]
    prices: Note  # where the prices are from, and of which days
    universe_digest: str = ""  # of the market that random baskets were drawn from, if any

    @property
    def events_only(self) -> bool:
        """Whether only the event study was run, so that there is no book to tell of."""
        return not any(case.books for case in self.cases)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each thing a run is made of; the same things give the same bytes."""
        return {
            "config": _sha256(self.plan.config.canonical()),
            "events": _sha256("\n".join(line for c in self.cases for line in _event_lines(c))),
            "baskets": _sha256("\n".join(f"{b.id} {b.digest}" for b in self.plan.baskets)),
            "data": _sha256(
                "\n".join(
                    f"{c.panel.digest} {c.benchmarks.digest}{c.accounts_digest}" for c in self.cases
                )
                + self.universe_digest
            ),
            "origin": _sha256(
                "\n".join(
                    f"{c.panel.source} {c.panel.tables} {c.benchmarks.tables}" for c in self.cases
                )
                + "\n".join(note.text("en") for note in (self.prices, *self.notes))
            ),
            "versions": _sha256("\n".join(f"{name} {v}" for name, v in self.versions)),
        }

    @cached_property
    def run_id(self) -> str:
        """Twelve hexadecimal digits of the hash over all of ``hashes``."""
        return _sha256("\n".join(f"{k} {v}" for k, v in sorted(self.hashes.items())))[:12]


def _event_lines(result: CaseResult) -> list[str]:
    """What an event contributes to a run: its moment and day 0, and those of its variants."""
    event = result.case.event
    return [
        f"{event.id} {event.at.isoformat()} {result.case.day_zero.session}",
        *(f"{event.id} {one.found.variant} {one.day_zero}" for one in result.event_studies),
    ]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
