"""What the tests around the replay share: the moment, requests, and a store's content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TypeVar

import numpy as np

from basketbt.data.bars import PriceRequest
from basketbt.data.sources.vendor import History
from basketbt.data.store import Store
from basketbt.market.calendars import as_date
from replay.invented import Market

T = TypeVar("T")

NOW = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)
FIRST, LAST = date(2024, 3, 1), date(2025, 3, 31)


def known(value: T | None) -> T:
    """A value that is there."""
    assert value is not None
    return value


def day(text: str | date) -> np.datetime64:
    return np.datetime64(text, "D")


def request_for(*names: str, start: str | date = FIRST, end: str | date = LAST) -> PriceRequest:
    """A request for shares, indexes and pairs alike, told apart by their names."""
    indexes = tuple(n for n in names if n in ("000300.SH", "H00300.CSI"))
    pairs = tuple(n for n in names if "." not in n)
    return PriceRequest(
        symbols=tuple(n for n in names if n not in indexes + pairs),
        indexes=indexes,
        start=day(start),
        end=day(end),
        fx=pairs,
    )


def earned(history: History) -> float:
    """The total return of a holder, from the first bar to the last."""
    bars = history.with_factor
    assert bars.has_factor.all()
    wealth = bars.close * bars.factor
    return float(wealth[-1] / wealth[0] - 1)


def wrong_rows(store: Store, market: Market, known: Iterable[str] | None = None) -> list[str]:
    """Stored bars that are not the market's, and sessions inside a coverage that are missing.

    The independent oracle of every fault: whatever a vendor did, this list is empty.
    """
    wrong = []
    for coverage in store.all_coverages():
        security = market.find(coverage.symbol)
        if security is None or (known is not None and coverage.symbol not in known):
            wrong.append(f"{coverage.symbol} is unknown")
            continue
        bars = store.read(coverage, coverage.first, coverage.last).bars
        stored = dict(zip(bars.dates.tolist(), bars.close.tolist(), strict=True))
        first, last = as_date(coverage.first), as_date(coverage.last)
        truth = {d: c for d, c in security.closes.items() if first <= d <= last}
        wrong += [
            f"{coverage.vendor} {coverage.symbol} {d}: {stored.get(d)} for {truth.get(d)}"
            for d in sorted(stored.keys() | truth.keys())
            if d not in stored or d not in truth or abs(stored[d] - truth[d]) > 1e-6
        ]
    return wrong
