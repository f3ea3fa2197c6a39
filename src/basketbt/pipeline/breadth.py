"""The step that counts lists together: how many rose, how far the middle one went, day by day too.

Lists of one kind and one day p are counted together, and no others: shares that a source names,
shares mapped to its theme, and composites answer different questions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from basketbt.data.bars import Floats
from basketbt.engine.windows import WindowStatistics
from basketbt.lists.model import ListKind
from basketbt.notes import NoteKind
from basketbt.pipeline.accountbreadth import of_accounts
from basketbt.pipeline.panels import last_priced
from basketbt.pipeline.together import (
    KINDS,
    Coverage,
    before_shock,
    ended_early,
    quantiles,
    together,
)
from basketbt.plan.model import Case
from basketbt.results import (
    BookResult,
    Breadth,
    CaseResult,
    PublicationCurve,
)

NOT_OVER = NoteKind("window_not_over")
NOT_DATED = NoteKind("window_not_dated")

_Group = tuple[np.datetime64, ListKind]


def breadth_of(result: CaseResult, last: int) -> tuple[Breadth, ...]:
    """A row for each index book, day p, kind and window, then for each entry of accounts, day p,
    kind and horizon or exit.

    ``last`` is the place of the study's last benchmark, where studies put the sector.
    """
    return (
        *(row for book in result.books for row in _of_book(result, book, last)),
        *of_accounts(result),
    )


def curves_of(result: CaseResult) -> tuple[PublicationCurve, ...]:
    """The levels of lists together from the close before day p on, for each book, p and kind.

    To the last horizon or the study's end, whichever is later.
    """
    case = result.case
    found = []
    for book in result.books:
        longest_last = sorted((*book.paths, *book.after), key=lambda one: len(one.dates))
        paths = {one.path.first: one for one in longest_last}
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
                        quantiles=quantiles(levels[:rows]),
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
                    before=before_shock(ended_early(statistics.shocked, one) for one in own),
                    weighting=weighting,
                    rebalance=rebalance,
                    **together(
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
                **together(unknown, unknown, None, []),
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


def _coverage(case: Case, statistics: WindowStatistics, place: int) -> Coverage:
    return Coverage(
        names=len(case.baskets[statistics.members[place]].constituents),
        priced=int(statistics.shares.held[place].sum()),
        covered=float(statistics.covered[place]),
    )


def _ids(case: Case, members: list[int], levels: Floats, sign: float) -> tuple[str, ...]:
    """The list with the highest (``sign`` 1) or lowest (-1) level on each row; empty for none."""
    ranked = np.where(np.isfinite(levels), sign * levels, -np.inf)
    best, known = ranked.argmax(axis=1), np.asarray(np.isfinite(ranked).any(axis=1))
    ids = [case.baskets[one].id for one in members]
    return tuple(ids[place] if any_ else "" for place, any_ in zip(best, known, strict=True))
