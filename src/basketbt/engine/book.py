"""The index book: what lists did over the sessions of a study, fractional and frictionless.

A window's first session decides when its basket is bought: at the close before it, at target
weights. Windows that share a first session share one path and are prefixes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel, Status
from basketbt.engine.index import IndexPath, index_path
from basketbt.engine.kernel import Retargets
from basketbt.engine.rebalance import Rebalance
from basketbt.engine.weight_inputs import (
    PRICE_DRIVEN,
    LateListingPolicy,
    MarketValueRule,
    Policies,
    columns_of,
    measured,
    moving_targets,
)
from basketbt.errors import NoPrices, OutsideData
from basketbt.lists.model import Basket
from basketbt.lists.weighting import Weighting
from basketbt.lists.weights import target_weights
from basketbt.notes import Note, NoteKind, listing

MISSING = NoteKind("missing_prices", severity="warning")
LISTED_LATE = NoteKind("listed_late")
JOINED_LATE = NoteKind("joined_late")
ADJUSTED_ONLY = NoteKind("adjusted_only")
LOCAL_CURRENCY = NoteKind("local_currency")

#: Notes that follow from the table a share's prices came from, whatever the window.
STANDING = (ADJUSTED_ONLY, LOCAL_CURRENCY)

NO_PRICE_YET = NoteKind("no_price_yet")
ANY_OF_ITS_SHARES = NoteKind("any_of_its_shares")


class NotListedYet(OutsideData):
    """Fields: what (a note), first and last (day with prices)."""


@dataclass(frozen=True, kw_only=True)
class BookPath:
    """B baskets bought at the close before offset ``first`` and followed to offset ``last``.

    ``base`` is the panel row of that close. ``weights`` (B, N) are the targets over the panel's
    symbols, ``later`` those that a reset sets where they move. ``total`` reinvests cash dividends;
    ``price_levels`` (R, B) leave them out and are NaN from the row on where cash cannot be told
    from share changes. ``full`` (B, N) are the weights that the shares have in the whole list;
    shares without prices have the rest, ``absent`` (B,). ``notes[i]`` concern basket i.
    """

    first: int
    last: int
    base: int
    weights: Floats
    total: IndexPath
    price_levels: Floats
    full: Floats
    absent: Floats
    notes: tuple[tuple[Note, ...], ...]
    later: Retargets | None = None

    def held(self, row: int) -> NDArray[np.bool_]:
        """(B, N) the shares that have been in a basket by ``row``: late ones from their first."""
        entry = self.total.entry_row
        return np.asarray((self.total.targets > 0) & (entry >= 0) & (entry <= row))

    def covered(self, row: int) -> Floats:
        """(B,) weight of each whole list that its levels are of by ``row``; exactly 1 for all."""
        return np.asarray(1.0 - self.absent - np.where(self.held(row), 0.0, self.full).sum(axis=1))

    def rows(self, last: int) -> slice:
        """Rows of this path's arrays from the base to offset ``last``, both included."""
        return slice(0, last - self.first + 2)


@dataclass(frozen=True, kw_only=True)
class IndexBook:
    """One way of weighting and rebalancing the baskets of a case; paths keyed by first offset."""

    weighting: Weighting
    rebalance: Rebalance
    paths: Mapping[int, BookPath]


def index_book(
    panel: PricePanel,
    *,
    zero: int,
    starts: Mapping[int, int],
    baskets: tuple[Basket, ...],
    weighting: Weighting,
    rebalance: Rebalance,
    policies: Policies,
) -> IndexBook:
    """Levels of all baskets for every first offset in ``starts`` (first → last offset).

    ``zero`` is the panel row of day 0.

    Raises ``NoPrices`` when a basket lacks more weight than the study tolerates, ``NotListedYet``
    when nothing of it was listed at a base (or anything was not, under ``late_listing: error``),
    ``InfeasibleWeights`` when a weighting cannot be built, ``UnmeasuredShares`` or
    ``EstimationBeyondPrices`` when prices do not allow it.
    """
    missing = [missing_notes(panel, basket, weighting, policies) for basket in baskets]
    full, absent = _whole_lists(panel, baskets, weighting)
    paths = {}
    for first, last in starts.items():
        base, end = zero + first - 1, zero + last
        window = slice(base, end + 1)
        bought = [
            _bought(panel, basket, weighting, policies, zero=zero, base=base, end=end)
            for basket in baskets
        ]
        weights = np.stack([one.weights for one in bought])
        later = moving_targets(panel, weights, [one.rule for one in bought], window)
        follow = partial(
            _followed,
            panel,
            window,
            weights=weights,
            rebalance=rebalance,
            late_listing=policies.late_listing,
            later=later,
        )
        total = follow(panel.total[window])
        paths[first] = BookPath(
            first=first,
            last=last,
            base=base,
            weights=weights,
            total=total,
            price_levels=_price_levels(panel, window, weights, total, follow),
            full=full,
            absent=absent,
            notes=tuple((*gone, *one.notes) for gone, one in zip(missing, bought, strict=True)),
            later=later,
        )
    return IndexBook(weighting=weighting, rebalance=rebalance, paths=paths)


def _bought(
    panel: PricePanel,
    basket: Basket,
    weighting: Weighting,
    policies: Policies,
    *,
    zero: int,
    base: int,
    end: int,
) -> Weighed:
    """One basket at the close of row ``base``, and all that is to be said of it.

    At a base that lies after the end of its prices it has no level whatever its weights: equal ones
    stand in.
    """
    column = columns_of(panel, basket)
    known = column[column >= 0]
    if known.size and (panel.status[base, known] == Status.ENDED).all():
        row = np.zeros(len(panel.symbols))
        row[known] = 1.0 / len(known)
        return Weighed(weights=row, rule=None, notes=tuple(standing_notes(panel, row)))
    present, said = listed_at(panel, basket, policies.late_listing, base=base, end=end)
    own = weighed(panel, basket, weighting, present, policies, base=base, zero=zero)
    if weighting.kind in PRICE_DRIVEN and policies.late_listing == "join":
        said = ()  # nobody can join: the weighing has said so
    return replace(own, notes=(*said, *own.notes, *standing_notes(panel, own.weights)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Weighed:
    """One basket at its base: (N,) ``weights``, the ``rule`` of its resets where these weigh it
    anew, and notes."""

    weights: Floats
    rule: MarketValueRule | None
    notes: tuple[Note, ...]


def weighed(
    panel: PricePanel,
    basket: Basket,
    weighting: Weighting,
    present: NDArray[np.bool_],
    policies: Policies,
    *,
    base: int,
    zero: int,
) -> Weighed:
    """Target weights over the panel's symbols of the constituents that are ``present`` (n,).

    A share that the weighting cannot weigh is left out with a note, while such shares and those
    without prices weigh no more than the study tolerates. Raises ``InfeasibleWeights`` when the
    weighting cannot be built, and what :func:`weight_inputs.measured` raises.
    """
    column = columns_of(panel, basket)
    values: dict[str, Floats] = {}
    notes: tuple[Note, ...] = ()
    if weighting.kind in PRICE_DRIVEN:
        present, values, notes = measured(
            panel, basket, weighting, present & (column >= 0), policies, base=base, zero=zero
        )
    targets = target_weights(basket, weighting, present=present, **values)
    known = present & (column >= 0)
    row = np.zeros(len(panel.symbols))
    row[column[known]] = targets[known]
    rule = None
    if "market_cap" in values:
        rule = MarketValueRule(
            basket=basket, weighting=weighting, known=known, column=column[known]
        )
    whole = row if known.sum() == present.sum() else row / row.sum()
    return Weighed(weights=whole, rule=rule, notes=notes)


def missing_notes(
    panel: PricePanel, basket: Basket, weighting: Weighting, policies: Policies
) -> tuple[Note, ...]:
    """The note about constituents without prices; ``NoPrices`` when they weigh too much."""
    absent, allowed = columns_of(panel, basket) < 0, policies.max_missing_weight
    if not absent.any():
        return ()
    lost = float(full_weights(basket, weighting)[absent].sum())
    symbols = np.array(basket.symbols)[absent].tolist()
    if lost > allowed or absent.all():
        raise NoPrices(basket=basket.id, symbols=", ".join(symbols), weight=lost, allowed=allowed)
    return (MISSING(symbols=listing(symbols), weight=lost),)


def full_weights(basket: Basket, weighting: Weighting) -> Floats:
    """(n,) target weights of the whole list, whether there are prices or not.

    Weights that are made of prices cannot weigh a share without any: there all count equally.
    """
    scale = Weighting("equal") if weighting.kind in PRICE_DRIVEN else weighting
    everyone = np.ones(len(basket.constituents), dtype=np.bool_)
    return target_weights(basket, scale, present=everyone)


def _whole_lists(
    panel: PricePanel, baskets: Sequence[Basket], weighting: Weighting
) -> tuple[Floats, Floats]:
    """(B, N) the weights of the whole lists over the panel's symbols, and (B,) those off it."""
    full, absent = np.zeros((len(baskets), len(panel.symbols))), np.zeros(len(baskets))
    for number, basket in enumerate(baskets):
        column, weights = columns_of(panel, basket), full_weights(basket, weighting)
        full[number, column[column >= 0]] = weights[column >= 0]
        absent[number] = weights[column < 0].sum()
    return full, absent


def reweighted(
    panel: PricePanel,
    path: BookPath,
    weights: Floats,
    *,
    rebalance: Rebalance,
    late_listing: LateListingPolicy,
) -> IndexPath:
    """What a path would have been with other weights (B, N), each row summing to 1."""
    window = slice(path.base, path.base + len(path.total.levels))
    return _followed(
        panel,
        window,
        panel.total[window],
        weights=weights,
        rebalance=rebalance,
        late_listing=late_listing,
        later=path.later,
    )


def _followed(
    panel: PricePanel,
    window: slice,
    prices: Floats,
    *,
    weights: Floats,
    rebalance: Rebalance,
    late_listing: LateListingPolicy,
    later: Retargets | None,
) -> IndexPath:
    """The path over the rows ``window`` of a panel, at ``prices`` (R, N)."""
    return index_path(
        prices,
        weights,
        rebalance,
        sessions=panel.sessions[window],
        late_listing="join" if late_listing == "join" else "exclude",
        delisted=panel.status[window] == Status.DELISTED,
        later=later,
    )


def listed_at(
    panel: PricePanel, basket: Basket, late_listing: LateListingPolicy, *, base: int, end: int
) -> tuple[NDArray[np.bool_], tuple[Note, ...]]:
    """(n,) which constituents take part in a path from row ``base`` to ``end``; notes on others.

    Under ``join`` these are all of them, so that the weights of a window do not depend on who lists
    later: what a share without a price would have is spread over the others in proportion until
    it joins at its target weight. Raises ``NotListedYet`` when nothing was listed at the base, or
    anything was not under ``error``.
    """
    column = columns_of(panel, basket)
    priced = column >= 0
    listed = priced & np.isfinite(panel.total[base, column])
    arrives = priced & np.isfinite(panel.total[end, column])
    late = np.array(basket.symbols)[arrives & ~listed]
    when = str(panel.sessions[base])
    if not listed.any() or (late.size and late_listing == "error"):
        who = listing(late.tolist()) if late.size else ANY_OF_ITS_SHARES()
        raise NotListedYet(
            what=NO_PRICE_YET(basket=basket.id, base=when, who=who),
            first=panel.sessions[0],
            last=panel.sessions[-1],
        )
    everyone = np.ones(len(column), dtype=np.bool_)
    if not late.size:
        return (everyone if late_listing == "join" else listed), ()
    names = listing(late.tolist())
    if late_listing == "join":
        return everyone, (JOINED_LATE(symbols=names, base=when),)
    return listed, (LISTED_LATE(symbols=names, base=when),)


def _price_levels(
    panel: PricePanel,
    window: slice,
    weights: Floats,
    total: IndexPath,
    follow: Callable[[Floats], IndexPath],
) -> Floats:
    """(R, B) price-return levels; NaN from the first row on which a held name's is unknown."""
    price, unknown = panel.price[window], panel.price_unknown(window)
    if not unknown.any() and np.array_equal(price, panel.total[window], equal_nan=True):
        return total.levels
    levels = follow(np.where(unknown, panel.total[window], price)).levels
    affected = np.logical_or.accumulate((unknown.astype(np.float64) @ (weights > 0).T) > 0, axis=0)
    return np.where(affected, np.nan, levels)


def standing_notes(panel: PricePanel, weights: Floats) -> list[Note]:
    """Notes of the kinds ``STANDING`` for a basket with these weights over the panel's symbols."""
    held = weights > 0
    notes = []
    for kind, which in zip(STANDING, (panel.adjusted_only, ~panel.in_home_currency), strict=True):
        symbols = np.array(panel.symbols)[held & which].tolist()
        if symbols:
            notes.append(kind(symbols=listing(symbols)))
    return notes
