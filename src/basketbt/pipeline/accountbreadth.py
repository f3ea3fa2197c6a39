"""Accounts counted together, of one entry, day p and kind: at each horizon and at the exit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from basketbt.engine.shocks import ShockedWindow
from basketbt.lists.model import ListKind
from basketbt.notes import Note, NoteKind, unique
from basketbt.pipeline.together import KINDS, Coverage, before_shock, ended_early, together
from basketbt.plan.model import Window
from basketbt.results import Breadth, BreadthBefore, CaseResult
from basketbt.results.accounts import ListAccount, accounts_of

SOLD = NoteKind("account_sold_before")
UNOPENED = NoteKind("account_not_opened_yet")

#: Entry, weighting, rebalance, day p, kind.
_Accounts = tuple[str, str, str, np.datetime64, ListKind]


def of_accounts(result: CaseResult) -> Iterator[Breadth]:
    """A row for each entry, day p and kind of the accounts that a reader could have kept, at each
    horizon of their lists and at the exit."""
    case = result.case
    groups: dict[_Accounts, list[ListAccount]] = {}
    for one in accounts_of(result):
        if not one.hindsight:
            index, reader = one.kept.index, case.readers[one.member]
            labels = (one.kept.entry, index.weighting.label, index.rebalance.label)
            groups.setdefault((*labels, reader, one.basket.kind), []).append(one)
    for key, own in sorted(groups.items(), key=lambda item: (item[0][3], KINDS.index(item[0][4]))):
        member = own[0].member
        horizons = [one for one in case.windows[member] if one.kind == "horizon"]
        for window in (*horizons, *case.undated[member]):
            dated = window in horizons
            yield _at_horizon(key, own, window, case.session(window.last) if dated else None)
        yield _at_exit(key, own)


def _at_horizon(
    key: _Accounts, own: list[ListAccount], window: Window, end: np.datetime64 | None
) -> Breadth:
    """Accounts at the close of a horizon's last session, from their own daily values.

    Those that are not opened by then, or are sold before, have no return there.
    """
    whys = [_not_held(one, window.last) for one in own]
    made = [
        (math.nan, math.nan) if why else one.made_to(window.last)
        for one, why in zip(own, whys, strict=True)
    ]
    return _of_entry(
        key,
        own,
        window=window,
        end=end,
        notes=unique([why for why in whys if why]),
        before=before_shock(
            None if why or not _met_by(one.shocked, end) else ended_early(one.shocked, 0)
            for one, why in zip(own, whys, strict=True)
        ),
        returns=made,
    )


def _at_exit(key: _Accounts, own: list[ListAccount]) -> Breadth:
    first, last = min(one.first_day for one in own), own[0].last_day
    return _of_entry(
        key,
        own,
        window=Window(kind="fixed", first=first, last=last),
        end=own[0].sessions[-1],
        notes=(),
        before=before_shock(ended_early(one.shocked, 0) for one in own),
        returns=[
            (float(one.book.shortfall.achieved[one.member]), one.measure("excess_return"))
            for one in own
        ],
    )


def _of_entry(
    key: _Accounts,
    own: list[ListAccount],
    *,
    window: Window,
    end: np.datetime64 | None,
    notes: tuple[Note, ...],
    before: BreadthBefore | None,
    returns: list[tuple[float, float]],
) -> Breadth:
    """The row of one entry, day p and kind; ``returns`` are an account's own and its excess."""
    entry, weighting, rebalance, session, kind = key
    last = min(window.last, own[0].last_day)
    return Breadth(
        book="account",
        weighting=weighting,
        rebalance=rebalance,
        entry=entry,
        kind=kind,
        session=session,
        window=window,
        end=end,
        notes=notes,
        before=before,
        **together(
            [made for made, _ in returns],
            [excess for _, excess in returns],
            None,
            [
                Coverage(
                    names=len(one.basket.constituents),
                    priced=one.priced_to(last),
                    covered=one.covered_to(last),
                )
                for one in own
            ],
        ),
    )


def _not_held(one: ListAccount, last: int) -> Note | None:
    """Why an account has no return at the close of offset ``last``; None where it has one."""
    if last > one.last_day:
        return SOLD(exit=str(one.sessions[-1]))
    return UNOPENED(entered=str(one.entered)) if last < one.first_day else None


def _met_by(shocked: ShockedWindow | None, end: np.datetime64 | None) -> bool:
    """Whether the first shock of an account's time comes by ``end``."""
    return bool(shocked and end is not None and shocked.shocks[0].session <= end)
