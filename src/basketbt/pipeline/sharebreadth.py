"""The step that counts the shares of each list, and the lists of each broker."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from basketbt.engine.windows import WindowStatistics
from basketbt.lists.model import Basket, Constituent, ListKind
from basketbt.pipeline.together import KINDS, ahead, quantiles
from basketbt.plan.model import Window
from basketbt.results import (
    BookResult,
    BrokerBreadth,
    CaseResult,
    ShareBreadth,
    ShareMoved,
    Split,
)


def shares_of(result: CaseResult) -> tuple[ShareBreadth, ...]:
    """A row for each index book, list and window, in the order of the summary."""
    return tuple(
        _of_list(result, book, member, window, statistics)
        for book in result.books
        for member in range(len(result.case.baskets))
        for window, statistics in book.windows
        if member in statistics.members
    )


def _of_list(
    result: CaseResult, book: BookResult, member: int, window: Window, found: WindowStatistics
) -> ShareBreadth:
    basket, base = result.case.baskets[member], found.path.base
    end = base + found.path.rows(window.last).stop - 1
    column = {symbol: place for place, symbol in enumerate(result.panel.symbols)}
    line, figures = found.members.index(member), found.shares
    levels = result.yardsticks.levels[[base, end], 0]
    index = float(levels[1] / levels[0] - 1)
    moved: list[tuple[Constituent, ShareMoved, bool]] = []
    for one in basket.constituents:
        place = column.get(one.symbol, -1)
        if place >= 0 and figures.held[line, place] and math.isfinite(figures.returns[place]):
            share = ShareMoved(
                symbol=one.symbol,
                name=one.name_zh,
                made=float(figures.returns[place]),
                weight=float(figures.bought[line, place]),
                contribution=float(figures.contributions[line, place]),
                suspended=int(figures.suspended[line, place]),
            )
            moved.append((one, share, math.isfinite(result.panel.total[base, place])))
    shares = [share for _, share, _ in moved]
    made = np.array([share.made for share in shares])
    return ShareBreadth(
        member=member,
        weighting=book.book.weighting.label,
        rebalance=book.book.rebalance.label,
        window=window,
        names=len(basket.constituents),
        priced=len(shares),
        late=sum(not there for _, _, there in moved),
        rose=int((made > 0).sum()),
        beat=ahead(share.made - index for _, share, there in moved if there),
        median=float(np.median(made)) if shares else math.nan,
        mean=float(made.mean()) if shares else math.nan,
        best=max(shares, key=lambda share: share.made, default=None),
        worst=min(shares, key=lambda share: share.made, default=None),
        recommended=_split(s.made for one, s, _ in moved if one.stance == "recommend"),
        watched=_split(s.made for one, s, _ in moved if one.stance == "watch"),
        named=_split(s.made for one, s, _ in moved if one.origin == "named"),
        mapped=_split(s.made for one, s, _ in moved if one.origin == "mapped"),
    )


def _split(returns: Iterable[float]) -> Split:
    made = [*returns]
    return Split(count=len(made), mean=float(np.mean(made)) if made else math.nan)


def brokers_of(result: CaseResult) -> tuple[BrokerBreadth, ...]:
    """A row for each index book, broker, kind of list and name of a window, brokers in the order of
    the study. The median is of lists whose windows may lie on different days."""
    groups: dict[tuple[str, ListKind], list[int]] = {}
    for member, basket in enumerate(result.case.baskets):
        if basket.kind != "composite":
            groups.setdefault((_broker(basket), basket.kind), []).append(member)
    ordered = sorted(groups.items(), key=lambda item: KINDS.index(item[0][1]))
    return tuple(
        row
        for book in result.books
        for (broker, kind), members in ordered
        for row in _of_broker(result, book, broker, kind, members)
    )


def _broker(basket: Basket) -> str:
    return basket.broker_in("zh")


def _of_broker(
    result: CaseResult, book: BookResult, broker: str, kind: ListKind, members: list[int]
) -> Iterator[BrokerBreadth]:
    case = result.case
    found: dict[str, dict[int, tuple[float, float]]] = {}
    for window, statistics in book.windows:
        made, excess = (statistics.own.values[key] for key in ("total_return", "excess_return"))
        for line, member in enumerate(statistics.members):
            if member in members:
                values = float(made[line]), float(excess[line])
                found.setdefault(window.label, {})[member] = values
    for member in members:
        for window in case.undated[member]:
            found.setdefault(window.label, {})[member] = math.nan, math.nan
    for label, own in found.items():
        known = [(made, above) for made, above in own.values() if not math.isnan(made)]
        above = [value for _, value in known]
        whole = bool(above) and not any(map(math.isnan, above))
        yield BrokerBreadth(
            weighting=book.book.weighting.label,
            rebalance=book.book.rebalance.label,
            broker=broker,
            kind=kind,
            window=label,
            sessions=len({case.readers[m] for m, (made, _) in own.items() if made == made}),
            lists=len(known),
            unknown=len(own) - len(known),
            quantiles=tuple(quantiles(np.array([[made for made, _ in known]]))[:, 0].tolist()),
            rose=sum(made > 0 for made, _ in known),
            beat=ahead(above),
            median_excess=float(np.median(above)) if whole else math.nan,
        )
