"""The step of a study that lays its prices on its sessions."""

from __future__ import annotations

import numpy as np

from basketbt.data.bars import Floats, MarketData
from basketbt.data.panel import PricePanel, Status, build_panel
from basketbt.errors import NoPrices, OutsideData
from basketbt.lists.model import Basket
from basketbt.notes import message
from basketbt.plan.model import Case, StudyPlan
from basketbt.plan.request import HOME_CURRENCY


class WindowsBeyondPrices(OutsideData):
    """Fields: event, what (the session needed), reach (what exists)."""


def panels_of(plan: StudyPlan, data: MarketData, case: Case) -> tuple[PricePanel, PricePanel]:
    """The shares and the benchmarks of one home calendar, on its sessions."""
    home = case.calendar.name
    shares = shares_panel(plan, data, home, HOME_CURRENCY[home])
    indexes = build_panel(
        data, plan.indexes, calendar=home, sessions=plan.sessions(home), fx="local"
    )
    return shares, indexes


def shares_panel(plan: StudyPlan, data: MarketData, home: str, currency: str) -> PricePanel:
    """All shares of the lists of one home calendar, priced in ``currency``."""
    symbols = tuple(
        dict.fromkeys(
            symbol
            for other in plan.cases
            if other.calendar.name == home
            for basket in other.baskets
            for symbol in basket.symbols
        )
    )
    return build_panel(
        data,
        symbols,
        calendar=home,
        sessions=plan.sessions(home),
        fx=plan.config.fx,
        home_currency=currency,
        rates_from=min(
            other.session(min(0, *other.starts) - 2)  # the close that weights look at
            for other in plan.cases
            if other.calendar.name == home
        ),
    )


def benchmark_levels(benchmarks: PricePanel, codes: tuple[str, ...]) -> Floats:
    """(T, K) benchmark levels in the order of the study; NaN on sessions without one of the day.

    A level is never carried: a session that the index lacks leaves the relative figures empty.
    """
    levels = np.full((len(benchmarks.sessions), len(codes)), np.nan)
    for column, code in enumerate(codes):
        if code in benchmarks.symbols:
            own = benchmarks.column(code)
            traded = benchmarks.status[:, own] == Status.TRADED
            levels[:, column] = np.where(traded, benchmarks.total[:, own], np.nan)
    return levels


def check_reach(case: Case, panel: PricePanel, *, every: bool = False) -> None:
    """Refuse windows that begin before the prices, or of which none ends within those of any list.

    A window that ends later is kept: its figures are empty, with the day on which it will be over.
    With ``every`` it is refused too.

    Raises ``NoPrices`` when the source has none of these shares, or ``WindowsBeyondPrices``.
    """
    priced = np.flatnonzero((panel.status == Status.TRADED).any(axis=1))
    if not priced.size:
        wanted = [symbol for basket in case.baskets for symbol in basket.symbols]
        raise NoPrices(
            basket=", ".join(basket.id for basket in case.baskets),
            symbols=", ".join(dict.fromkeys(wanted)),
            weight=1.0,
            allowed=0.0,
        )
    begin = panel.sessions[priced[0]]
    end = max(last_priced(panel, basket) for basket in case.baskets)
    ends = [window.last for window in case.distinct_windows]
    first, last = min(case.starts), max(ends) if every else min(ends)
    base, stop = case.session(first - 1), case.session(last)
    if base < begin:
        what = message("why-the-close-of-the-base", base=base, first=first)
        raise WindowsBeyondPrices(
            event=case.event.id, what=what, reach=message("why-begins-on", begin=begin)
        )
    if stop > end:
        what = message("why-day", stop=stop, last=last)
        raise WindowsBeyondPrices(
            event=case.event.id, what=what, reach=message("why-ends-on", end=end)
        )


def last_priced(panel: PricePanel, basket: Basket) -> np.datetime64:
    """The last session on which every share of a basket that has prices at all still has one."""
    own = [panel.column(symbol) for symbol in basket.symbols if symbol in panel.symbols]
    ended = (panel.status[:, own] == Status.ENDED).any(axis=1)
    last: np.datetime64 = panel.sessions[int(ended.argmax()) - 1 if ended.any() else -1]
    return last
