"""What a study found, as frozen values: the report only puts them into words and files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from basketbt.backtest.book import IndexBook
from basketbt.backtest.windows import WindowStatistics, Yardsticks
from basketbt.notes import Note
from basketbt.plan import Case, StudyPlan, Window
from basketbt.prices.panel import PricePanel


@dataclass(frozen=True, kw_only=True)
class BookResult:
    """One index book of a case and its statistics, a pair for each distinct window."""

    book: IndexBook
    windows: tuple[tuple[Window, WindowStatistics], ...]


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """Everything computed for one event seen from one home calendar."""

    case: Case
    panel: PricePanel
    benchmarks: PricePanel
    yardsticks: Yardsticks
    zero: int  # panel row of day 0
    books: tuple[BookResult, ...]


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """One study and its result."""

    plan: StudyPlan
    cases: tuple[CaseResult, ...]
    notes: tuple[Note, ...]
    versions: tuple[tuple[str, str], ...]

    @property
    def invented(self) -> bool:
        """Whether any price is from the demo market; then everything is marked DEMO."""
        return any(case.panel.invented for case in self.cases)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each thing a run is made of; the same things give the same bytes."""
        return {
            "config": _sha256(self.plan.config.canonical()),
            "events": _sha256(
                "\n".join(
                    f"{c.case.event.id} {c.case.event.at.isoformat()} {c.case.day_zero.session}"
                    for c in self.cases
                )
            ),
            "baskets": _sha256("\n".join(f"{b.id} {b.digest}" for b in self.plan.baskets)),
            "data": _sha256(
                "\n".join(f"{c.panel.digest} {c.benchmarks.digest}" for c in self.cases)
            ),
            "versions": _sha256("\n".join(f"{name} {v}" for name, v in self.versions)),
        }

    @cached_property
    def run_id(self) -> str:
        """Twelve hexadecimal digits of the hash over all of ``hashes``."""
        return _sha256("\n".join(f"{k} {v}" for k, v in sorted(self.hashes.items())))[:12]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
