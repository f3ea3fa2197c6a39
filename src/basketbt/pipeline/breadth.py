"""The step that counts how many lists rose, and how far the middle one went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from basketbt.engine.shocks import ShockedWindow
from basketbt.lists.model import Basket
from basketbt.plan.model import Window
from basketbt.results import BookResult, Breadth, BreadthBefore, CaseResult
from basketbt.results.accounts import ListAccount, accounts_of


def breadth_of(result: CaseResult) -> tuple[Breadth, ...]:
    """A row for each index book, publication date and window, then for each entry of accounts."""
    return (
        *(row for book in result.books for row in _of_book(result, book)),
        *_of_accounts(result),
    )


def _of_book(result: CaseResult, book: BookResult) -> Iterator[Breadth]:
    case = result.case
    dates: dict[date, list[int]] = {}
    for member in _lists(case.baskets):
        dates.setdefault(case.baskets[member].source.published, []).append(member)
    for published, members in sorted(dates.items()):
        for window, statistics in book.windows:
            columns = [
                statistics.members.index(one) for one in members if one in statistics.members
            ]
            if columns:
                yield _breadth(
                    statistics.own.values["total_return"][columns].tolist(),
                    statistics.own.values["excess_return"][columns].tolist(),
                    coverage=[
                        _Coverage(
                            names=len(case.baskets[statistics.members[place]].constituents),
                            priced=int(statistics.shares.held[place].sum()),
                            covered=float(statistics.covered[place]),
                        )
                        for place in columns
                    ],
                    book="index",
                    weighting=book.book.weighting.label,
                    rebalance=book.book.rebalance.label,
                    entry="",
                    published=published,
                    window=window,
                    end=case.session(window.last),
                    before=_before(_ended_early(statistics.shocked, one) for one in columns),
                )


def _of_accounts(result: CaseResult) -> Iterator[Breadth]:
    groups: dict[tuple[str, str, str], list[ListAccount]] = {}
    for one in accounts_of(result):
        if not one.hindsight:
            key = (one.kept.entry, one.kept.index.weighting.label, one.kept.index.rebalance.label)
            groups.setdefault(key, []).append(one)
    for (entry, weighting, rebalance), accounts in groups.items():
        own = [accounts[place] for place in _lists([one.basket for one in accounts])]
        first, last = min(one.first_day for one in own), own[0].last_day
        yield _breadth(
            [float(one.book.shortfall.achieved[one.member]) for one in own],
            [one.measure("excess_return") for one in own],
            coverage=[
                _Coverage(
                    names=len(one.basket.constituents),
                    priced=one.names_priced,
                    covered=one.covered,
                )
                for one in own
            ],
            book="account",
            weighting=weighting,
            rebalance=rebalance,
            entry=entry,
            published=None,
            window=Window(kind="fixed", first=first, last=last),
            end=own[0].sessions[-1],
            before=_before(_ended_early(one.shocked, 0) for one in own),
        )


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


def _lists(baskets: Sequence[Basket]) -> list[int]:
    """Places of the lists, without composites; of all baskets where there is nothing else."""
    return [n for n, one in enumerate(baskets) if not one.components] or list(range(len(baskets)))


class _Coverage(NamedTuple):
    """Shares of a list, those with prices, and their weight in it."""

    names: int
    priced: int
    covered: float


def _breadth(
    returns: list[float], excess: list[float], *, coverage: list[_Coverage], **what: object
) -> Breadth:
    known = [place for place, value in enumerate(returns) if not math.isnan(value)]
    made, ahead = [returns[place] for place in known], [excess[place] for place in known]
    compared = bool(known) and not any(map(math.isnan, ahead))
    return Breadth(
        lists=len(known),
        unknown=len(returns) - len(known),
        names=sum(coverage[place].names for place in known),
        names_priced=sum(coverage[place].priced for place in known),
        covered=min((coverage[place].covered for place in known), default=math.nan),
        median=float(np.median(made)) if known else math.nan,
        low=min(made, default=math.nan),
        high=max(made, default=math.nan),
        rose=sum(value > 0 for value in made),
        beat=sum(value > 0 for value in ahead),
        median_excess=float(np.median(ahead)) if compared else math.nan,
        **what,  # type: ignore[arg-type]
    )
