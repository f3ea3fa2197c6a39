"""The step that counts lists together: how many rose, how far the middle one went, day by day too.

Lists of one kind and one day p are counted together, and no others: shares that a source names,
shares mapped to its theme, and composites answer different questions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TypedDict

import numpy as np

from basketbt.data.bars import Floats
from basketbt.engine.windows import WindowStatistics
from basketbt.lists.model import ListKind
from basketbt.notes import NoteKind
from basketbt.pipeline.panels import last_priced
from basketbt.plan.model import Case, Window
from basketbt.results import BookResult, Breadth, CaseResult, PublicationCurve
from basketbt.results.accounts import ListAccount, accounts_of

NOT_OVER = NoteKind("window_not_over")
NOT_DATED = NoteKind("window_not_dated")

#: Kinds of lists in the order in which tables and sentences have them.
KINDS: tuple[ListKind, ...] = ("named", "mapped", "composite")

_Group = tuple[np.datetime64, ListKind]


def breadth_of(result: CaseResult) -> tuple[Breadth, ...]:
    """A row for each index book, day p, kind and window, then for each entry of accounts."""
    return (
        *(row for book in result.books for row in _of_book(result, book)),
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


def _of_book(result: CaseResult, book: BookResult) -> Iterator[Breadth]:
    case = result.case
    labels = {"weighting": book.book.weighting.label, "rebalance": book.book.rebalance.label}
    for (session, kind), members in _groups(result).items():
        ends = max(last_priced(result.panel, case.baskets[one]) for one in members)
        for window, statistics in book.windows:
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
                    **labels,
                    **_together(*_of_window(statistics, own)),
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
                **labels,
                **_together(unknown, unknown, None),
            )


def _of_window(
    statistics: WindowStatistics, own: list[int]
) -> tuple[list[float], list[float], list[float] | None]:
    """Returns, excess over the first benchmark, and over the last where the study has another."""
    key = "excess_return"
    sector = statistics.beside[-1].values[key][own].tolist() if statistics.beside[1:] else None
    made, excess = (statistics.own.values[one][own].tolist() for one in ("total_return", key))
    return made, excess, sector


def _of_accounts(result: CaseResult) -> Iterator[Breadth]:
    groups: dict[tuple[str, str, str, ListKind], list[ListAccount]] = {}
    for one in accounts_of(result):
        if not one.hindsight:
            index = one.kept.index
            labels = (one.kept.entry, index.weighting.label, index.rebalance.label)
            groups.setdefault((*labels, one.basket.kind), []).append(one)
    for (entry, weighting, rebalance, kind), own in sorted(groups.items(), key=_by_kind):
        first, last = min(one.first_day for one in own), own[0].last_day
        yield Breadth(
            book="account",
            weighting=weighting,
            rebalance=rebalance,
            entry=entry,
            kind=kind,
            session=None,
            window=Window(kind="fixed", first=first, last=last),
            end=own[0].sessions[-1],
            **_together(
                [float(one.book.shortfall.achieved[one.member]) for one in own],
                [one.measure("excess_return") for one in own],
                None,
            ),
        )


class _Counts(TypedDict):
    lists: int
    unknown: int
    quantiles: tuple[float, ...]
    rose: int
    beat: int | None
    beat_sector: int | None
    median_excess: float


def _together(returns: list[float], excess: list[float], sector: list[float] | None) -> _Counts:
    """What lists did together; those without a return are ``unknown`` and counted nowhere else."""
    known = [place for place, value in enumerate(returns) if not math.isnan(value)]
    made = np.array([returns[place] for place in known])
    ahead = [excess[place] for place in known]
    compared = bool(known) and not any(map(math.isnan, ahead))
    return _Counts(
        lists=len(known),
        unknown=len(returns) - len(known),
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


def _by_kind(item: tuple[tuple[str, str, str, ListKind], object]) -> int:
    return KINDS.index(item[0][3])
