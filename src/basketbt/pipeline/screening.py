"""Which lists of a case get an account, of which part of them, and what is to be said of it.

And what lists say of shares that the market's rules depend on: board lots and risk warnings. A
share is one thing in the market, whatever list it stands in; so lists that contradict each other
are refused instead of one of them being believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.config.account import AccountSpec
from basketbt.data.bars import Dates, Floats, Instrument
from basketbt.data.panel import PricePanel
from basketbt.engine.account.quotes import REFUSED, refused_shares, shares_with_causes
from basketbt.engine.account.schedule import EntryPoint, Moment
from basketbt.engine.book import LISTED_LATE, MISSING, BookPath, IndexBook, reweighted
from basketbt.engine.index import IndexPath
from basketbt.engine.weight_inputs import LateListingPolicy
from basketbt.errors import InputError
from basketbt.lists.model import Basket
from basketbt.notes import Listing, Note, NoteKind, listing

Bools = NDArray[np.bool_]

# A list whose weights were divided and summed again is whole within the rounding of doubles.
_WHOLE = 1e-9

LEFT_OUT = NoteKind("account_left_out", severity="warning")
NO_PRICES = NoteKind("refused-no-prices")
IN_CASH = NoteKind("account_in_cash", severity="warning")
TOO_LITTLE = NoteKind("account_too_little", severity="warning")
NOTHING_AT_BASE = NoteKind("account_nothing_at_base", severity="warning")
PRICES_END = NoteKind("account_prices_end", severity="warning")
ENTRY_AFTER_EXIT = NoteKind("account_entry_after_exit", severity="warning")
ENTRY_BEFORE_BASE = NoteKind("account_entry_before_base", severity="warning")

#: Notes on prices, as opposed to dates, that leave a list without an account.
FOR_LACK_OF_PRICES = (TOO_LITTLE, NOTHING_AT_BASE, PRICES_END)

_MOMENTS = {
    Moment.OPEN: NoteKind("moment-open"),
    Moment.CLOSE: NoteKind("moment-close"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class HoldablePart:
    """What accounts can hold of the lists of an index book; B lists, N shares.

    ``path`` is what they follow and are measured against: the index book of the part, or of the
    whole list where the rest stays in cash. ``holdable`` (B,) weight of the whole list, shares
    without prices counted, that can be held;
    ``refused`` (N,); ``keeps`` (B,) lists that can have an account; ``notes`` of each list.
    """

    path: IndexPath
    holdable: Floats
    refused: Bools
    keeps: Bools
    notes: tuple[tuple[Note, ...], ...]


def holdable_part(
    panel: PricePanel, index: IndexBook, spec: AccountSpec, late_listing: LateListingPolicy
) -> HoldablePart:
    """The part of each list that accounts can hold, at least ``least_covered`` of its weight.

    A share without prices counts as one that cannot be held.

    ``refused`` leave_out: the rest in the list's own proportions, for account and paper alike, so
    that what lacks prices is not counted as what the market refused; cash: the whole list.
    """
    refused, least = spec.refused, spec.least_covered
    causes = refused_shares(panel)
    which = np.logical_or.reduce(list(causes.values()))
    path = index.paths[0]
    targets = path.total.targets
    held, lost = targets[:, ~which].sum(axis=1), targets[:, which].sum(axis=1)
    last = len(path.total.levels) - 1
    refused_part = np.where(path.held(last) & which, path.full, 0.0).sum(axis=1)
    holdable = path.covered(last) - refused_part
    enough = (holdable >= least - _WHOLE) & (held > _WHOLE)
    followed = path.total
    touched = enough & (lost > 0)
    if refused == "leave_out" and touched.any():
        share = np.where(touched, held / (held + lost), 1.0)[:, None]
        weights = np.where(touched[:, None] & which, 0.0, targets) / share
        followed = reweighted(
            panel, path, weights, rebalance=index.rebalance, late_listing=late_listing
        )
    keeps = enough.copy()
    notes: list[tuple[Note, ...]] = []
    for number, own in enumerate(targets):
        shares, gone = shares_with_causes(panel, causes, own), _without_prices(path, number)
        gap = _gap(panel, path.base, followed, number, shares) if enough[number] else None
        if not enough[number]:
            part = float(holdable[number])
            lacking = [REFUSED(symbols=dict(n.values)["symbols"], cause=NO_PRICES()) for n in gone]
            shares = listing([*lacking, *shares.items], "semicolon")
            notes.append((TOO_LITTLE(covered=part, least=least, shares=shares),))
        elif gap is not None:
            keeps[number] = False
            notes.append((gap,))
        elif lost[number] > 0:
            kind = LEFT_OUT if refused == "leave_out" else IN_CASH
            count = int(np.count_nonzero(own[~which]))
            said = kind(weight=float(refused_part[number]), shares=shares, held=count)
            notes.append((*gone, said))
        else:
            notes.append(gone)
    return HoldablePart(
        path=followed, holdable=holdable, refused=which, keeps=keeps, notes=tuple(notes)
    )


def _without_prices(path: BookPath, number: int) -> tuple[Note, ...]:
    """The notes on shares of a list that its index book lacks."""
    return tuple(one for one in path.notes[number] if one.kind in (MISSING, LISTED_LATE))


def _gap(
    panel: PricePanel, base: int, followed: IndexPath, number: int, shares: Listing
) -> Note | None:
    """Why a list's paper has no level at its base or its end; None when it has both."""
    levels = followed.levels[:, number]
    if not np.isfinite(levels[0]):
        return NOTHING_AT_BASE(shares=shares)
    if np.isfinite(levels[-1]):
        return None
    prices = panel.total[base : base + len(levels)]
    ended = (followed.targets[number] > 0) & ~np.isfinite(prices[-1])
    rows = np.arange(len(prices))[:, None]
    last = np.where(np.isfinite(prices[:, ended]), rows, 0).max(axis=0).min()
    return PRICES_END(
        symbols=listing(np.array(panel.symbols)[ended].tolist()),
        last=str(panel.sessions[base + last]),
        exit=str(panel.sessions[base + len(levels) - 1]),
    )


def entry_rows(
    part: HoldablePart, points: Sequence[EntryPoint], sessions: Dates
) -> tuple[NDArray[np.intp], tuple[tuple[Note, ...], ...]]:
    """(B,) the row of each account's first orders on the path's ``sessions``, -1 without one.

    And the notes of each list: those of its part, or why there is no account.
    """
    rows = np.searchsorted(sessions, [point.session for point in points])
    notes = []
    for number, point in enumerate(points):
        impossible = _impossible(point, sessions) if part.keeps[number] else None
        if impossible is not None or not part.keeps[number]:
            rows[number] = -1
        notes.append(part.notes[number] if impossible is None else (impossible,))
    return rows, tuple(notes)


def _impossible(point: EntryPoint, sessions: Dates) -> Note | None:
    """Why an account cannot begin at ``point``; None when it can."""
    where = {"entry": str(point.session), "moment": _MOMENTS[point.moment]()}
    if point.session < sessions[0]:
        return ENTRY_BEFORE_BASE(base=str(sessions[0]), **where)
    if (point.session, point.moment) >= (sessions[-1], Moment.CLOSE):
        return ENTRY_AFTER_EXIT(exit=str(sessions[-1]), **where)
    return None


class LotsDisagree(InputError):
    """Fields: symbol, one, other (list and its lot each)."""


class WarningsDisagree(InputError):
    """Fields: symbol, one, other (list and its name each)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ShareFacts:
    """N shares: ``lots`` given by a list, else by the prices' instruments; ``risk_warning`` (N,)
    whether the lists name a share ST."""

    lots: tuple[int | None, ...]
    risk_warning: Bools


def facts_of(baskets: Sequence[Basket], instruments: Sequence[Instrument]) -> ShareFacts:
    """What the lists say of each of the N shares of a panel.

    Raises ``LotsDisagree`` and ``WarningsDisagree``, when two lists say different things of one.
    """
    lots: dict[str, tuple[str, int]] = {}
    names: dict[str, tuple[str, str]] = {}
    for basket in baskets:
        for one in basket.constituents:
            if one.lot is not None:
                first, lot = lots.setdefault(one.symbol, (basket.id, one.lot))
                if lot != one.lot:
                    mine, theirs = f"{lot} in {first}", f"{one.lot} in {basket.id}"
                    raise LotsDisagree(symbol=one.symbol, one=mine, other=theirs)
            first, name = names.setdefault(one.symbol, (basket.id, one.name_zh))
            if _is_st(name) != _is_st(one.name_zh):
                alarmed, calm = f"{first} ({name})", f"{basket.id} ({one.name_zh})"
                if _is_st(one.name_zh):
                    calm, alarmed = alarmed, calm
                raise WarningsDisagree(symbol=one.symbol, one=alarmed, other=calm)
    return ShareFacts(
        lots=tuple(lots.get(one.symbol, ("", None))[1] or one.lot for one in instruments),
        risk_warning=np.array(
            [_is_st(names.get(i.symbol, ("", ""))[1]) for i in instruments], bool
        ),
    )


def _is_st(name: str) -> bool:
    """Whether a share's name says that it is under risk warning."""
    return name.upper().startswith(("ST", "*ST", "S*ST", "SST"))
