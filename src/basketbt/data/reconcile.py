"""Two vendors side by side: where their closes, factor steps, volumes and sessions differ.

Vendors are independent only in part, but no two of them have been seen to make the same mistake
on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Dates, Floats, PriceRequest, ShareCounts
from basketbt.data.sources.auto import Fetcher
from basketbt.data.sources.routes import VENDORS
from basketbt.data.sources.vendor import FactorSteps, History, VendorFailure
from basketbt.data.store import Store
from basketbt.market.securities import current_code
from basketbt.market.symbols import parse_symbol

VOLUME_TOLERANCE = 0.005  # vendors round to lots of 100
STEP_TOLERANCE = 1e-4
AGREE = 0.001  # two vendors of one close or return


@dataclass(frozen=True, kw_only=True)
class StepDifference:
    """A step of the factor that one vendor has otherwise, or (1.0) not at all."""

    date: np.datetime64
    left: float
    right: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One symbol at two vendors over one window.

    ``close_difference`` is the largest |left / right - 1| of a close, on ``worst_day`` (None when
    all are equal); the total returns run over the sessions both have. NaN without a common session.
    ``counts_difference`` is the largest of the share counts in force on these; 0 unless both have.
    """

    symbol: str
    left: str
    right: str
    sessions: int
    close_difference: float
    worst_day: np.datetime64 | None
    volumes_differ: int
    only_left: Dates
    only_right: Dates
    steps: tuple[StepDifference, ...]
    return_left: float
    return_right: float
    counts_difference: float

    @property
    def effect(self) -> float:
        """What the choice of vendor does to the total return, as a decimal."""
        return self.return_left - self.return_right

    def agrees(self, tolerance: float) -> bool:
        """Whether closes, steps of the factor, share counts and total returns differ by no more
        than ``tolerance``, sessions not at all."""
        steps = (abs(step.left / step.right - 1.0) for step in self.steps)
        sizes = (self.close_difference, abs(self.effect), self.counts_difference, *steps)
        return all(size <= tolerance for size in sizes) and not (
            len(self.only_left) or len(self.only_right)
        )

    @property
    def summary(self) -> str:
        """Both vendors in one line: where their closes, steps, sessions and returns differ."""
        day = "" if self.worst_day is None else f" on {self.worst_day}"
        steps = ", ".join(str(step.date) for step in self.steps)
        return (
            f"{self.symbol}: {self.left} and {self.right} differ: closes by up to "
            f"{self.close_difference:.3%}{day}; factor steps on {steps or 'no day'}; sessions "
            f"that only one has: {len(self.only_left)} and {len(self.only_right)}; share counts "
            f"by up to {self.counts_difference:.3%}; total returns by {self.effect:+.3%}"
        )


def compare_vendors(
    path: Path, request: PriceRequest, vendors: tuple[str, str]
) -> tuple[list[Comparison], list[tuple[str, tuple[VendorFailure, ...]]]]:
    """Every symbol that both vendors serve, compared; and those that one of them failed to give,
    with the failures.

    A symbol that one of the two never serves (an index at Tencent) is left out.
    """
    found: list[Comparison] = []
    failures: list[tuple[str, tuple[VendorFailure, ...]]] = []
    with Store(path) as store:
        fetcher = Fetcher(store)
        for name in dict.fromkeys((*request.symbols, *request.indexes)):
            code = current_code(name)  # vendors know no other
            symbol = parse_symbol(code)
            if not all(VENDORS[vendor].serves(symbol) for vendor in vendors):
                continue
            outcomes = [fetcher.from_vendor(code, vendor, request) for vendor in vendors]
            if failed := [outcome for outcome in outcomes if outcome.state == "failed"]:
                failures += [(name, outcome.failures) for outcome in failed]
                continue
            stored = store.coverages(code)
            left, right = (
                store.read(stored[vendor], stored[vendor].first, stored[vendor].last)
                for vendor in vendors
            )
            found.append(replace(compare(left, right), symbol=name))
    return found, failures


def compare(left: History, right: History) -> Comparison:
    """Compare two histories of one symbol over the window that both were asked for."""
    first, last = max(left.first, right.first), min(left.last, right.last)
    a, b = left.bars.between(first, last), right.bars.between(first, last)
    _, at_a, at_b = np.intersect1d(a.dates, b.dates, return_indices=True)
    difference = np.abs(a.close[at_a] / b.close[at_b] - 1)
    worst = int(np.argmax(difference)) if len(difference) else 0
    with np.errstate(invalid="ignore", divide="ignore"):
        volume = np.abs(a.volume[at_a] / b.volume[at_b] - 1)
    return Comparison(
        symbol=left.symbol,
        left=left.vendor,
        right=right.vendor,
        sessions=len(at_a),
        close_difference=float(difference[worst]) if len(difference) else float("nan"),
        worst_day=a.dates[at_a][worst] if (difference > 0).any() else None,
        volumes_differ=int((volume > VOLUME_TOLERANCE).sum()),
        only_left=np.setdiff1d(a.dates, b.dates),
        only_right=np.setdiff1d(b.dates, a.dates),
        steps=_step_differences(left.steps, right.steps, first, last),
        return_left=_total_return(a, left.steps, at_a),
        return_right=_total_return(b, right.steps, at_b),
        counts_difference=_counts_difference(left.shares, right.shares, a.dates[at_a]),
    )


def _total_return(bars: Bars, steps: FactorSteps | None, at: NDArray[np.intp]) -> float:
    if len(at) < 2:
        return float("nan")
    dates, close = bars.dates[at], bars.close[at]
    factor: Floats = np.ones(len(at)) if steps is None else steps.factor_on(dates)
    return float(close[-1] * factor[-1] / (close[0] * factor[0]) - 1)


def _step_differences(
    left: FactorSteps | None, right: FactorSteps | None, first: np.datetime64, last: np.datetime64
) -> tuple[StepDifference, ...]:
    """Steps that differ; nothing when one of the two has no factor at all (an index)."""
    if left is None or right is None:
        return ()
    a, b = _by_date(left.within(first, last)), _by_date(right.within(first, last))
    found = []
    for date in sorted(a.keys() | b.keys()):
        one, other = a.get(date, 1.0), b.get(date, 1.0)
        if abs(one / other - 1) > STEP_TOLERANCE:
            found.append(StepDifference(date=np.datetime64(date, "D"), left=one, right=other))
    return tuple(found)


def _counts_difference(left: ShareCounts | None, right: ShareCounts | None, dates: Dates) -> float:
    """The largest |left / right - 1| of the totals in force on some days; 0 where one has none."""
    if left is None or right is None:
        return 0.0
    a, b = (np.searchsorted(one.dates, dates, side="right") - 1 for one in (left, right))
    both = (a >= 0) & (b >= 0)
    apart = np.abs(left.total[a[both]] / right.total[b[both]] - 1.0)
    return float(apart.max(initial=0.0))


def _by_date(steps: FactorSteps) -> dict[str, float]:
    return dict(zip(map(str, steps.dates), steps.ratios.tolist(), strict=True))
