"""What weights made of prices are made of: volatilities and market values at a purchase.

Only what was known at the base of a path is used: the estimation window ends there at the latest,
capitalisation looks at the close before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel, Status
from basketbt.errors import DataError, OutsideData
from basketbt.lists.model import Basket
from basketbt.lists.weighting import Weighting
from basketbt.lists.weights import target_weights
from basketbt.notes import COUNTED, Note, NoteKind, listing

PRICE_DRIVEN = ("inverse_volatility", "market_cap", "tradable_cap")

#: One-session returns that a volatility needs. A standard deviation of n returns has a relative
#: error of about 1/sqrt(2n): 9 % of 60 returns, but half of the value itself of two.
MINIMUM_RETURNS = 60

UNMEASURED = NoteKind("unmeasured_weights", severity="warning")
NO_VOLATILITY = NoteKind("no_volatility")
NO_SHARE_COUNT = NoteKind("no_share_count")
UNWEIGHED_LATE = NoteKind("unweighed_late_listing")
ESTIMATION_MOVED = NoteKind("estimation_moved")


class UnmeasuredShares(DataError):
    """Shares that a weighting cannot weigh, heavier than the study tolerates."""

    template = (
        "{basket}: {weighting} has {what} for {symbols} "
        "({weight:.1%} of the list counted equally, {allowed:.1%} allowed)"
    )
    fix = "{remedy}, choose another weighting, or raise max_missing_weight in the study."


class EstimationBeyondPrices(OutsideData):
    """Fields: what, first and last (day with prices)."""

    fix = "Give prices that reach further back, or choose another `estimation` or weighting."


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """When weights are decided: panel rows of the purchase and of day 0, and the offsets from
    day 0 over which volatility is estimated."""

    base: int
    zero: int
    estimation: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class WeightInputs:
    """What a basket's constituents weigh by: the arguments of ``target_weights``.

    ``present`` (n,) are those that can be weighed.
    """

    present: NDArray[np.bool_]
    values: dict[str, Floats]
    notes: tuple[Note, ...]


def measured(
    panel: PricePanel,
    basket: Basket,
    column: NDArray[np.intp],
    weighting: Weighting,
    present: NDArray[np.bool_],
    *,
    purchase: Purchase,
    allowed: float,
) -> WeightInputs:
    """Volatilities or market values of the constituents that are ``present`` (n,).

    ``column`` (n,) are their columns of the panel, -1 for none. Those without the figure are left
    out, while they and the shares without prices weigh no more than ``allowed`` of an equally
    weighted list; shares not yet listed at the base are left out whatever they would weigh.

    Raises ``UnmeasuredShares``, or ``EstimationBeyondPrices`` when prices begin too late.
    """
    if weighting.kind not in PRICE_DRIVEN:
        return WeightInputs(present=present, values={}, notes=())
    figures = _figures(panel, weighting, purchase)
    values = np.where(column >= 0, figures.values[column], np.nan)
    listed = present & np.isfinite(panel.total[purchase.base, column])
    known = listed & np.isfinite(values) & (values > 0)
    notes = list(figures.notes)
    if (present & ~listed).any():
        late = listing(np.array(basket.symbols)[present & ~listed].tolist())
        base = str(panel.sessions[purchase.base])
        notes.append(UNWEIGHED_LATE(symbols=late, base=base, weighting=weighting.kind))
    unknown = listed & ~known
    if unknown.any():
        weight, lost = _equal_weight(basket, unknown), _equal_weight(basket, unknown | (column < 0))
        symbols = listing(
            _counted(basket.symbols[at], figures.counts, column[at])
            for at in np.flatnonzero(unknown)
        )
        what, remedy = _words(weighting)
        if lost > allowed or not known.any():
            raise UnmeasuredShares(
                basket=basket.id,
                weighting=weighting.kind,
                what=what.text(),
                symbols=symbols.text("en"),
                weight=lost,
                allowed=allowed,
                remedy=remedy,
            )
        notes.append(
            UNMEASURED(
                weighting=weighting.kind,
                what=what,
                symbols=symbols,
                weight=weight,
            )
        )
    return WeightInputs(present=known, values={figures.name: values}, notes=tuple(notes))


@dataclass(frozen=True, kw_only=True)
class _Figures:
    """One figure of every share of a panel: the argument of ``target_weights`` that it is, its
    values (N,), how many returns are behind each (N,), where there are any, and notes."""

    name: str
    values: Floats
    counts: NDArray[np.intp] | None
    notes: tuple[Note, ...]


def _figures(panel: PricePanel, weighting: Weighting, purchase: Purchase) -> _Figures:
    if weighting.kind == "inverse_volatility":
        rows, notes = _estimation_rows(panel, purchase)
        values, counts = volatility(panel, rows)
        return _Figures(name="volatility", values=values, counts=counts, notes=notes)
    tradable = weighting.kind == "tradable_cap"
    values = _market_values(panel, purchase.base - 1, tradable=tradable)
    return _Figures(name="market_cap", values=values, counts=None, notes=())


def _equal_weight(basket: Basket, which: NDArray[np.bool_]) -> float:
    """What constituents would weigh together in the list counted equally."""
    everyone = np.ones(len(which), dtype=np.bool_)
    return float(target_weights(basket, Weighting("equal"), present=everyone)[which].sum())


def _counted(symbol: str, counts: NDArray[np.intp] | None, column: int) -> str | Note:
    return symbol if counts is None else COUNTED(name=symbol, count=int(counts[column]))


def _words(weighting: Weighting) -> tuple[Note, str]:
    """What is missing, and what would mend it."""
    if weighting.kind == "inverse_volatility":
        return (
            NO_VOLATILITY(count=MINIMUM_RETURNS),
            "Give prices that reach further back",
        )
    return (
        NO_SHARE_COUNT(),
        "Give a table of share counts (`kind: shares`, docs/prices.md)",
    )


def _estimation_rows(panel: PricePanel, purchase: Purchase) -> tuple[slice, tuple[Note, ...]]:
    """Rows of the estimation window's returns with the close before, none after the base."""
    first, last = purchase.estimation
    held_back = min(0, purchase.base - (purchase.zero + last))
    start, stop = purchase.zero + first + held_back, purchase.zero + last + held_back
    priced = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    begin = int(priced[0]) if priced.size else len(panel.sessions)
    if start - 1 < begin:
        raise EstimationBeyondPrices(
            what=f"inverse_volatility estimates over {stop - start + 1} sessions and needs "
            f"{max(begin - start + 1, 1)} more at their beginning",
            first=panel.sessions[min(begin, len(panel.sessions) - 1)],
            last=panel.sessions[priced[-1] if priced.size else -1],
        )
    if not held_back:
        return slice(start - 1, stop + 1), ()
    note = ESTIMATION_MOVED(
        asked=f"[{first}, {last}]",
        used=f"[{first + held_back}, {last + held_back}]",
        base=str(panel.sessions[purchase.base]),
    )
    return slice(start - 1, stop + 1), (note,)


def volatility(panel: PricePanel, rows: slice) -> tuple[Floats, NDArray[np.int64]]:
    """(N,) standard deviation of the one-session returns in ``rows``, and how many there are.

    Suspended days are left out. NaN for a share with fewer than ``MINIMUM_RETURNS``.
    """
    total, traded = panel.total[rows], panel.status[rows] == Status.TRADED
    returns = total[1:] / total[:-1] - 1
    valid = traded[1:] & traded[:-1] & np.isfinite(returns)
    count = valid.sum(axis=0)
    mean = np.where(valid, returns, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(valid, (returns - mean) ** 2, 0.0).sum(axis=0)
    deviation = np.sqrt(squares / np.maximum(count - 1, 1))
    return np.where(count >= MINIMUM_RETURNS, deviation, np.nan), count


def _market_values(panel: PricePanel, row: int, *, tradable: bool) -> Floats:
    """(N,) last raw close up to ``row`` times the shares in force that day, in home currency.

    NaN where unknown, and without a rate too: a value in Hong Kong dollars must not weigh against
    one in yuan.
    """
    values = np.full(len(panel.symbols), np.nan)
    for number, counts in enumerate(panel.shares):
        closes = panel.close[: row + 1, number]
        known = np.flatnonzero(np.isfinite(closes))
        if counts is None or not known.size:
            continue
        force = int(np.searchsorted(counts.dates, panel.sessions[row], side="right")) - 1
        if force >= 0:
            shares = counts.tradable if tradable else counts.total
            values[number] = closes[known[-1]] * shares[force] * panel.rate[row, number]
    return values
