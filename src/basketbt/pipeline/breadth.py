"""The step that counts lists together: how many rose, how far the middle one went, day by day too.

Lists of one kind and one day p are counted together, and no others: shares that a source names,
shares mapped to its theme, and composites answer different questions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypedDict

import numpy as np

from basketbt.data.bars import Floats
from basketbt.engine.shocks import ShockedWindow
from basketbt.engine.windows import WindowStatistics
from basketbt.lists.model import ListKind
from basketbt.notes import Note, NoteKind, unique
from basketbt.pipeline.panels import last_priced
from basketbt.plan.model import Case, Window
from basketbt.results import (
    BookResult,
    Breadth,
    BreadthBefore,
    CaseResult,
    PublicationCurve,
)
from basketbt.results.accounts import ListAccount, accounts_of

NOT_OVER = NoteKind("window_not_over")
NOT_DATED = NoteKind("window_not_dated")
SOLD = NoteKind("account_sold_before")
UNOPENED = NoteKind("account_not_opened_yet")

#: Kinds of lists in the order in which tables and sentences have them.
KINDS: tuple[ListKind, ...] = ("named", "mapped", "composite")

_Group = tuple[np.datetime64, ListKind]
#: Entry, weighting, rebalance, day p, kind.
_Accounts = tuple[str, str, str, np.datetime64, ListKind]


def breadth_of(result: CaseResult, last: int) -> tuple[Breadth, ...]:
    """A row for each index book, day p, kind and window, then for each entry of accounts, day p,
    kind and horizon or exit.

    ``last`` is the place of the study's last benchmark, where studies put the sector.
    """
    return (
        *(row for book in result.books for row in _of_book(result, book, last)),
        *_of_accounts(result),
    )


def curves_of(result: CaseResult) -> tuple[PublicationCurve, ...]:
    """The levels of lists together from the close before day p on, for each book, p and kind."""
    case = result.case
    found = []
    for book in result.books:
        paths = {one.path.first: one for one in book.after}
        for (session, kind), members in _groups(result).items():
            first = max(case.calendar.distance(case.day_zero.session, session), 0)
            if first not in paths:
                continue
            path = paths[first]
            levels = path.levels[:, members]
            known = np.isfinite(levels)
            rows = int(np.flatnonzero(known.any(axis=1)).max(initial=-1)) + 1
            if rows:
                found.append(
                    PublicationCurve(
                        weighting=book.book.weighting.label,
                        rebalance=book.book.rebalance.label,
                        kind=kind,
                        session=session,
                        first=first,
                        dates=path.dates[:rows],
                        lists=known[:rows].sum(axis=1),
                        quantiles=_quantiles(levels[:rows]),
                        lowest=_ids(case, members, levels[:rows], -1.0),
                        highest=_ids(case, members, levels[:rows], 1.0),
                        benchmark=path.benchmark[:rows],
                    )
                )
    return tuple(found)


def _groups(result: CaseResult) -> dict[_Group, list[int]]:
    """Members of a case by day p and kind, in the order of time and of ``KINDS``."""
    case, found = result.case, dict[_Group, list[int]]()
    for session in sorted(set(case.readers)):
        for kind in KINDS:
            members = [
                number
                for number, (basket, reader) in enumerate(
                    zip(case.baskets, case.readers, strict=True)
                )
                if reader == session and basket.kind == kind
            ]
            if members:
                found[session, kind] = members
    return found


def _of_book(result: CaseResult, book: BookResult, last: int) -> Iterator[Breadth]:
    case, sectors = result.case, _beside_sector(book, last)
    weighting, rebalance = book.book.weighting.label, book.book.rebalance.label
    for (session, kind), members in _groups(result).items():
        ends = max(last_priced(result.panel, case.baskets[one]) for one in members)
        for (window, statistics), sector in zip(book.windows, sectors, strict=True):
            own = [statistics.members.index(one) for one in members if one in statistics.members]
            if own:
                end = case.session(window.last)
                notes = (NOT_OVER(last=str(ends), end=str(end)),) if end > ends else ()
                yield Breadth(
                    book="index",
                    entry="",
                    kind=kind,
                    session=session,
                    window=window,
                    end=end,
                    notes=notes,
                    before=_before(_ended_early(statistics.shocked, one) for one in own),
                    weighting=weighting,
                    rebalance=rebalance,
                    **_together(
                        *_of_window(statistics, sector, own),
                        [_coverage(case, statistics, place) for place in own],
                    ),
                )
        for window in case.undated[members[0]]:
            unknown = [math.nan] * len(members)
            yield Breadth(
                book="index",
                entry="",
                kind=kind,
                session=session,
                window=window,
                end=None,
                notes=(
                    NOT_DATED(last=str(case.session(case.calendar.reach(case.day_zero.session)))),
                ),
                weighting=weighting,
                rebalance=rebalance,
                **_together(unknown, unknown, None, []),
            )


def _of_window(
    statistics: WindowStatistics, sector: Floats | None, own: list[int]
) -> tuple[list[float], list[float], list[float] | None]:
    """Returns, excess over the first benchmark, and over the ``sector``."""
    made, excess = (
        statistics.own.values[one][own].tolist() for one in ("total_return", "excess_return")
    )
    return made, excess, None if sector is None else sector[own].tolist()


def _beside_sector(book: BookResult, last: int) -> list[Floats | None]:
    """Of each window the excess over each list's own industries.

    Where no list has these, over benchmark ``last``; None if that is the first.
    """
    key = "excess_return"
    own = [one.beside.values[key] for one in book.industries]
    if any(np.isfinite(values).any() for values in own):
        return [*own]
    return [found.beside[last].values[key] if last else None for _, found in book.windows]


def _of_accounts(result: CaseResult) -> Iterator[Breadth]:
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
        before=_before(
            None if why or not _met_by(one.shocked, end) else _ended_early(one.shocked, 0)
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
        before=_before(_ended_early(one.shocked, 0) for one in own),
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
        **_together(
            [made for made, _ in returns],
            [excess for _, excess in returns],
            None,
            [
                _Coverage(
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


#: Where a list stood before the first shock: the session, its return, its excess.
_Early = tuple[np.datetime64, float, float]


def _ended_early(shocked: ShockedWindow | None, line: int) -> _Early | None:
    if shocked is None or shocked.last is None:
        return None
    return shocked.last, float(shocked.total_return[line]), float(shocked.excess_return[line])


def _before(lists: Iterable[_Early | None]) -> BreadthBefore | None:
    """All lists at the close before the shock; None unless all met it on one and the same day."""
    every = list(lists)
    found = [one for one in every if one is not None]
    if len(found) < len(every) or len({last for last, _, _ in found}) != 1:
        return None
    known = [(made, ahead) for _, made, ahead in found if not math.isnan(made)]
    whole = bool(known) and not any(math.isnan(ahead) for _, ahead in known)
    return BreadthBefore(
        last=found[0][0],
        median=float(np.median([made for made, _ in known])) if known else math.nan,
        rose=sum(made > 0 for made, _ in known),
        beat=sum(ahead > 0 for _, ahead in known),
        median_excess=float(np.median([ahead for _, ahead in known])) if whole else math.nan,
    )


class _Coverage(NamedTuple):
    """Shares of a list, those with prices, and their weight in it."""

    names: int
    priced: int
    covered: float


def _coverage(case: Case, statistics: WindowStatistics, place: int) -> _Coverage:
    return _Coverage(
        names=len(case.baskets[statistics.members[place]].constituents),
        priced=int(statistics.shares.held[place].sum()),
        covered=float(statistics.covered[place]),
    )


class _Counts(TypedDict):
    lists: int
    unknown: int
    names: int
    names_priced: int
    covered: float
    quantiles: tuple[float, ...]
    rose: int
    beat: int | None
    beat_sector: int | None
    median_excess: float


def _together(
    returns: list[float],
    excess: list[float],
    sector: list[float] | None,
    coverage: Sequence[_Coverage],
) -> _Counts:
    """What lists did together; those without a return are ``unknown`` and counted nowhere else."""
    known = [place for place, value in enumerate(returns) if not math.isnan(value)]
    made = np.array([returns[place] for place in known])
    ahead = [excess[place] for place in known]
    compared = bool(known) and not any(map(math.isnan, ahead))
    return _Counts(
        lists=len(known),
        unknown=len(returns) - len(known),
        names=sum(coverage[place].names for place in known),
        names_priced=sum(coverage[place].priced for place in known),
        covered=min((coverage[place].covered for place in known), default=math.nan),
        quantiles=tuple(_quantiles(made[None, :])[:, 0].tolist()),
        rose=int((made > 0).sum()),
        beat=_ahead(ahead),
        beat_sector=None if sector is None else _ahead([sector[place] for place in known]),
        median_excess=float(np.median(ahead)) if compared else math.nan,
    )


def _ahead(excess: Iterable[float]) -> int | None:
    """How many are ahead of an index; None where it has no levels or there is no list."""
    own = list(excess)
    if not own or any(map(math.isnan, own)):
        return None
    return sum(value > 0 for value in own)


def _quantiles(values: Floats) -> Floats:
    """(5, R) lowest, lower quartile, median, upper quartile and highest of each row of (R, L).

    By linear interpolation, over the values that are known; NaN for a row without one.
    """
    found = np.full((5, len(values)), np.nan)
    for row, own in enumerate(values):
        known = own[np.isfinite(own)]
        if known.size:
            found[:, row] = np.quantile(known, [0.0, 0.25, 0.5, 0.75, 1.0])
    return found


def _ids(case: Case, members: list[int], levels: Floats, sign: float) -> tuple[str, ...]:
    """The list with the highest (``sign`` 1) or lowest (-1) level on each row; empty for none."""
    ranked = np.where(np.isfinite(levels), sign * levels, -np.inf)
    best, known = ranked.argmax(axis=1), np.asarray(np.isfinite(ranked).any(axis=1))
    ids = [case.baskets[one].id for one in members]
    return tuple(ids[place] if any_ else "" for place, any_ in zip(best, known, strict=True))
