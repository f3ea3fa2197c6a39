"""What weights made of prices are made of: volatilities and market values at a purchase.

At a purchase only what was known at the base of a path is used: the estimation window ends there at
the latest, capitalisation looks at the close before it. A reset weighs by market value anew, at its
own close and with the shares in force that day; a volatility stays as it was estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel, Status
from basketbt.errors import DataError, OutsideData
from basketbt.lists.model import Basket
from basketbt.lists.weighting import Weighting
from basketbt.lists.weights import target_weights
from basketbt.notes import COUNTED, Note, NoteKind, listing, message

LateListingPolicy = Literal["exclude", "join", "error"]

PRICE_DRIVEN = ("inverse_volatility", "market_cap", "tradable_cap")

#: One-session returns that a volatility needs. A standard deviation of n returns has a relative
#: error of about 1/sqrt(2n): 9 % of 60 returns, but half of the value itself of two.
MINIMUM_RETURNS = 60

UNMEASURED = NoteKind("unmeasured_weights", severity="warning")
NO_VOLATILITY = NoteKind("no_volatility")
NO_SHARE_COUNT = NoteKind("no_share_count")
UNWEIGHED_LATE = NoteKind("unweighed_late_listing")
ESTIMATION_MOVED = NoteKind("estimation_moved")

_GIVE_HISTORY = message("do-give-prices-that-reach-further")
_GIVE_SHARES = message("do-give-a-table-of-share")


class UnmeasuredShares(DataError):
    """Shares that a weighting cannot weigh, heavier than the study tolerates."""


class EstimationBeyondPrices(OutsideData):
    """Fields: what, first and last (day with prices)."""


@dataclass(frozen=True, kw_only=True)
class Policies:
    """What the study decided about shares without prices, and over which offsets from day 0
    volatility is estimated."""

    late_listing: LateListingPolicy
    max_missing_weight: float
    estimation: tuple[int, int]


def columns_of(panel: PricePanel, basket: Basket) -> NDArray[np.intp]:
    """(n,) panel column of every constituent, -1 where the panel has no prices for it."""
    position = {symbol: column for column, symbol in enumerate(panel.symbols)}
    return np.array([position.get(symbol, -1) for symbol in basket.symbols], dtype=np.intp)


def measured(
    panel: PricePanel,
    basket: Basket,
    weighting: Weighting,
    present: NDArray[np.bool_],
    policies: Policies,
    *,
    base: int,
    zero: int,
) -> tuple[NDArray[np.bool_], dict[str, Floats], tuple[Note, ...]]:
    """Volatilities or market values of the constituents that are ``present`` (n,), when bought at
    the close of row ``base`` around a day 0 at row ``zero``.

    Which (n,) can be weighed, the figure (n,) by its argument of ``target_weights``, and notes.
    Those without the figure are left out, while they and the shares without prices weigh no more
    than the study tolerates of an equally weighted list; shares not yet listed at the base are left
    out whatever they would weigh.

    Raises ``UnmeasuredShares``, or ``EstimationBeyondPrices`` when prices begin too late.
    """
    column, counts = columns_of(panel, basket), None
    notes: list[Note] = []
    if weighting.kind == "inverse_volatility":
        rows, notes = _estimation_rows(panel, policies.estimation, base, zero)
        figures, counts = volatility(panel, rows)
    else:
        worth = market_values(panel, tradable=weighting.kind == "tradable_cap")
        figures = worth[base - 1] if base else np.full(worth.shape[1], np.nan)
    values = np.where(column >= 0, figures[column], np.nan)
    listed = present & np.isfinite(panel.total[base, column])
    known = listed & np.isfinite(values) & (values > 0)
    symbols = np.array(basket.symbols)
    if (present & ~listed).any():
        late, day = listing(symbols[present & ~listed].tolist()), str(panel.sessions[base])
        notes.append(UNWEIGHED_LATE(symbols=late, base=day, weighting=weighting.kind))
    unknown = listed & ~known
    if unknown.any():
        lost, allowed = _equal_weight(basket, unknown | (column < 0)), policies.max_missing_weight
        names = listing(
            name if counts is None else COUNTED(name=name, count=int(counts[at]))
            for name, at in zip(symbols[unknown].tolist(), column[unknown], strict=True)
        )
        what, remedy = NO_SHARE_COUNT(), _GIVE_SHARES
        if counts is not None:
            what, remedy = NO_VOLATILITY(count=MINIMUM_RETURNS), _GIVE_HISTORY
        if lost > allowed or not known.any():
            raise UnmeasuredShares(
                basket=basket.id,
                weighting=weighting.kind,
                what=what,
                symbols=names.text("en"),
                weight=lost,
                allowed=allowed,
                remedy=remedy,
            )
        weight = _equal_weight(basket, unknown)
        notes.append(UNMEASURED(weighting=weighting.kind, what=what, symbols=names, weight=weight))
    return known, {"market_cap" if counts is None else "volatility": values}, tuple(notes)


def _equal_weight(basket: Basket, which: NDArray[np.bool_]) -> float:
    """What constituents would weigh together in the list counted equally."""
    everyone = np.ones(len(which), dtype=np.bool_)
    return float(target_weights(basket, Weighting("equal"), present=everyone)[which].sum())


def _estimation_rows(
    panel: PricePanel, estimation: tuple[int, int], base: int, zero: int
) -> tuple[slice, list[Note]]:
    """Rows of the estimation window's returns with the close before, none after the base."""
    first, last = estimation
    held_back = min(0, base - (zero + last))
    start, stop = zero + first + held_back, zero + last + held_back
    priced = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    begin = int(priced[0]) if priced.size else len(panel.sessions)
    if start - 1 < begin:
        raise EstimationBeyondPrices(
            what=message(
                "why-inverse-volatility-estimates-over-sessions",
                stop=stop - start + 1,
                value=max(begin - start + 1, 1),
            ),
            first=panel.sessions[min(begin, len(panel.sessions) - 1)],
            last=panel.sessions[priced[-1] if priced.size else -1],
        )
    rows = slice(start - 1, stop + 1)
    if not held_back:
        return rows, []
    note = ESTIMATION_MOVED(
        asked=f"[{first}, {last}]",
        used=f"[{first + held_back}, {last + held_back}]",
        base=str(panel.sessions[base]),
    )
    return rows, [note]


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


def market_values(panel: PricePanel, *, tradable: bool) -> Floats:
    """(T, N) last raw close up to each row times the shares in force that day, in home currency.

    NaN where unknown, and without a rate too: a value in Hong Kong dollars must not weigh against
    one in yuan.
    """
    values = np.full(panel.close.shape, np.nan)
    for number, counts in enumerate(panel.shares):
        if counts is None:
            continue
        force = np.searchsorted(counts.dates, panel.sessions, side="right") - 1
        shares = (counts.tradable if tradable else counts.total)[np.maximum(force, 0)]
        values[:, number] = np.where(force >= 0, shares, np.nan)
    return values * _carried(panel.close) * panel.rate


def _carried(values: Floats) -> Floats:
    """(T, N) the last known value up to each row, NaN before the first."""
    rows = np.where(np.isfinite(values), np.arange(len(values))[:, np.newaxis], 0)
    return np.take_along_axis(values, np.maximum.accumulate(rows, axis=0), axis=0)


@dataclass(frozen=True, kw_only=True, eq=False)
class MarketValueRule:
    """How one basket is weighed by market value: again at every reset, by that day's values.

    ``column`` (m,) panel columns of the constituents that were weighed at the base; ``known`` (n,)
    which constituents these are.
    """

    basket: Basket
    weighting: Weighting
    known: NDArray[np.bool_]
    column: NDArray[np.intp]

    def weights(self, values: Floats) -> Floats:
        """(N,) target weights at the market values (N,) of a day."""
        own = np.full(len(self.known), np.nan)
        own[self.known] = values[self.column]
        targets = target_weights(self.basket, self.weighting, present=self.known, market_cap=own)
        row = np.zeros(len(values))
        row[self.column] = targets[self.known]
        return row


@dataclass(frozen=True, kw_only=True, eq=False)
class MarketValueTargets:
    """What resets set for B baskets, some of them weighed by market value (``kernel.Retargets``).

    ``base`` (B, N) the weights at row 0, which stand still where ``rules`` has None; ``values``
    (R, N) the market values from row 0 on, by kind of weighting.
    """

    base: Floats
    rules: tuple[MarketValueRule | None, ...]
    values: Mapping[str, Floats]

    def at(self, row: int) -> Floats:
        """(B, N) the weights to set at the close of ``row``."""
        weights = self.base.copy()
        for number, rule in enumerate(self.rules):
            if rule is not None:
                weights[number] = rule.weights(self.values[rule.weighting.kind][row])
        return weights

    def rows(self, part: slice) -> MarketValueTargets | None:
        """The targets of some of the baskets; None where none of them moves."""
        rules = self.rules[part]
        if not any(rules):
            return None
        return MarketValueTargets(base=self.base[part], rules=rules, values=self.values)


def moving_targets(
    panel: PricePanel, base: Floats, rules: Sequence[MarketValueRule | None], rows: slice
) -> MarketValueTargets | None:
    """The targets (B, N) of a path over ``rows``; None where those of the base stay.

    A share keeps its last known value where one day's is not known.
    """
    kinds = {rule.weighting.kind for rule in rules if rule is not None}
    if not kinds:
        return None
    since = slice(rows.start - 1, rows.stop)  # the base was weighed at the close before it
    values: dict[str, Floats] = {
        kind: _carried(market_values(panel, tradable=kind == "tradable_cap")[since])[1:]
        for kind in sorted(kinds)
    }
    return MarketValueTargets(base=base, rules=tuple(rules), values=values)
