"""The step that pools the lists of a study in which each is its own event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from basketbt.lists.model import ListKind
from basketbt.market.calendars import calendar
from basketbt.metrics.pooling import FEWEST_SEPARATE, pooled_mean
from basketbt.notes import Note, NoteKind
from basketbt.pipeline.together import KINDS
from basketbt.results import CaseResult, Pooled

ONE_DAY = NoteKind("pooled_one_day")
TOO_FEW_SEPARATE = NoteKind("pooled_too_few_separate")
ALL_OVERLAP = NoteKind("pooled_all_overlap")
NONE_OVER = NoteKind("pooled_none_over")

#: One list at one horizon: kind, day p, return, and excess over the first benchmark.
_Cell = tuple[ListKind, np.datetime64, float, float]


def pooled_of(cases: Sequence[CaseResult]) -> tuple[Pooled, ...]:
    """Each horizon and the study's end, over the lists of each kind, a row a book and kind."""
    books = dict.fromkeys(
        (book.book.weighting.label, book.book.rebalance.label)
        for case in cases
        for book in case.books
    )
    return tuple(
        row
        for weighting, rebalance in books
        for label, (length, cells) in _cells(cases, weighting, rebalance).items()
        for row in _rows(weighting, rebalance, label, length, cells)
    )


def _cells(
    cases: Sequence[CaseResult], weighting: str, rebalance: str
) -> dict[str, tuple[int, list[_Cell]]]:
    """The lists of one book by horizon, with its length in sessions."""
    found: dict[str, tuple[int, list[_Cell]]] = {}
    for case in cases:
        for book in case.books:
            if (book.book.weighting.label, book.book.rebalance.label) != (weighting, rebalance):
                continue
            for window, statistics in book.windows:
                if window.kind not in ("horizon", "available"):
                    continue
                _, cells = found.setdefault(window.label, (window.length, []))
                for place, member in enumerate(statistics.members):
                    values = statistics.own.values
                    cells.append(
                        (
                            case.case.baskets[member].kind,
                            case.case.readers[member],
                            float(values["total_return"][place]),
                            float(values["excess_return"][place]),
                        )
                    )
            for member, undated in enumerate(case.case.undated):
                for window in undated:
                    _, cells = found.setdefault(window.label, (window.length, []))
                    kind, reader = case.case.baskets[member].kind, case.case.readers[member]
                    cells.append((kind, reader, np.nan, np.nan))
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def _rows(
    weighting: str, rebalance: str, label: str, length: int, cells: list[_Cell]
) -> Iterator[Pooled]:
    for kind in KINDS:
        own = [cell for cell in cells if cell[0] == kind]
        if not own:
            continue
        readers = np.array([cell[1] for cell in own], dtype="datetime64[D]")
        days = calendar("XSHG").positions(readers)  # two exchanges are measured on one clock
        returns, excess = (np.array([cell[n] for cell in own]) for n in (2, 3))
        known = np.isfinite(returns)
        mean = pooled_mean(returns, days, length)
        yield Pooled(
            weighting=weighting,
            rebalance=rebalance,
            kind=kind,
            window=label,
            length=length,
            unknown=int((~known).sum()),
            first=readers[known].min() if known.any() else None,
            last=readers[known].max() if known.any() else None,
            returns=mean,
            excess=pooled_mean(np.where(known, excess, np.nan), days, length),
            notes=_why(mean.count, mean.dates, mean.separate),
        )


def _why(count: int, dates: int, separate: int) -> tuple[Note, ...]:
    """Why there is no interval."""
    if separate >= FEWEST_SEPARATE:
        return ()
    if not count:
        return (NONE_OVER(),)
    if dates == 1:
        return (ONE_DAY(),)
    if separate == 1:
        return (ALL_OVERLAP(dates=dates),)
    return (TOO_FEW_SEPARATE(separate=separate, needed=FEWEST_SEPARATE),)
