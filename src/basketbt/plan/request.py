"""Which prices a planned study asks for: symbols, indexes, exchange rates and dates."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from basketbt.config.study import StudyConfig
from basketbt.data.bars import PriceRequest
from basketbt.data.successors import other_codes
from basketbt.errors import InputError
from basketbt.lists.model import Basket
from basketbt.market.symbols import parse_symbol
from basketbt.plan.eventstudy import publication_windows, reach
from basketbt.plan.model import Case

# Sessions read before the first one that is needed, so that a share suspended on that day, or Hong
# Kong shut on it, still shows the price it last had.
LEAD_IN = 10

# What is read of a list without a study: around its publication, beside this index.
BEFORE, AFTER = timedelta(days=300), timedelta(days=120)
BENCHMARK = "000300.SH"

#: What a list is measured in, by its home calendar.
HOME_CURRENCY = {"XSHG": "CNY", "XHKG": "HKD"}


class ExitBeforeEntry(InputError):
    """Fields: event, exit, entry (the first order, in words)."""


class NoEntry(InputError):
    """No account of a study can begin before it ends. Fields: why (all reasons)."""


def price_request(
    config: StudyConfig, baskets: tuple[Basket, ...], cases: tuple[Case, ...]
) -> PriceRequest:
    """Prices from two sessions before the earliest base (or estimation start) to the last end.

    The base is the close before a window's first session; capitalisation weights look at the close
    before the base. Day 0 is always in. An event study reaches further back, and its indexes join.
    Lists are always measured against the universe. Horizons after publication are asked for and not
    required: one that is not over is empty.
    """
    earliest = min(min(case.starts) for case in cases)
    first = min(config.estimation[0] - 1, earliest - 2)
    if _estimates_volatility(config):
        # It is estimated before the purchase, however early that is.
        first = min(first, config.estimation[0] - 1 + earliest - 1 - config.estimation[1])
    # Day 0 is among the sessions even if every window ends before it: offsets count from it.
    last = max(0, *(max(case.asked.values()) for case in cases))
    furthest = max(max(case.starts.values()) for case in cases)
    spec = config.event_study
    if spec is not None:
        for case in cases:
            begin, end = reach(spec, config.estimation, case)
            first, last = min(first, begin), max(last, end)
            own = (window for windows in publication_windows(spec, case) for window in windows)
            furthest = max([furthest, *(end for _, end in own)])
    if config.account is not None:
        first = min(first, -2)
        last = max(last, *(account_exit(config, case) for case in cases))
    symbols = tuple(dict.fromkeys(symbol for basket in baskets for symbol in basket.symbols))
    codes = [*config.benchmarks]
    if spec is not None:
        codes += [spec.market] if spec.market else []
        codes += [spec.sector] if "market+sector" in spec.models else []
    benchmarks = tuple(dict.fromkeys(parse_symbol(code).canonical for code in codes))
    latest = max(case.session(max(last, furthest)) for case in cases)
    return PriceRequest(
        symbols=symbols,
        indexes=benchmarks,
        start=min(case.session(first - LEAD_IN) for case in cases),
        end=latest,
        also=other_codes(symbols, latest),
        required=max(case.session(last) for case in cases),
        fx=() if config.fx == "local" else _pairs(cases, in_yuan=config.account is not None),
        universe=True,
    )


def basket_request(basket: Basket, start: date | None, end: date | None) -> PriceRequest:
    """Prices of a list without a study, from 300 days before its publication to 120 days after,
    unless ``start`` and ``end`` say otherwise, beside the CSI 300."""
    published = basket.source.day
    currencies = {parse_symbol(symbol).currency for symbol in basket.symbols} - {"CNY"}
    last = np.datetime64(end or published + AFTER, "D")
    return PriceRequest(
        symbols=tuple(dict.fromkeys(basket.symbols)),
        indexes=(BENCHMARK,),
        start=np.datetime64(start or published - BEFORE, "D"),
        end=last,
        also=other_codes(basket.symbols, last),
        fx=tuple(sorted(f"{currency}CNY" for currency in currencies)),
    )


def _pairs(cases: tuple[Case, ...], *, in_yuan: bool) -> tuple[str, ...]:
    """The exchange rates of shares that are not priced in the currency of their list.

    ``in_yuan``: those into yuan too, in which accounts are kept.
    """
    needed = {
        (parse_symbol(symbol).currency, home)
        for case in cases
        for home in (HOME_CURRENCY[case.calendar.name], *(["CNY"] if in_yuan else []))
        for basket in case.baskets
        for symbol in basket.symbols
    }
    return tuple(sorted(f"{currency}{home}" for currency, home in needed if currency != home))


def _estimates_volatility(config: StudyConfig) -> bool:
    varied = config.grid.weighting if config.grid is not None else ()
    return any(one.kind == "inverse_volatility" for one in (*config.weighting, *varied))


def account_exit(config: StudyConfig, case: Case) -> int:
    """The exit of a case's accounts in sessions from day 0: the last one on or before the date of
    the section ``account:``, which the study must have, or the windows' end.

    Raises ``ExitBeforeEntry`` for one before day 0, ``OutsideCalendar`` for a date that the
    calendar does not know.
    """
    assert config.account is not None
    asked, home, zero = config.account.exit, case.calendar, case.day_zero.session
    offset = config.last_offset if asked is None else home.distance(zero, home.on_or_before(asked))
    if offset < 0:
        last = str(home.offset(zero, offset))
        exact = asked is None or str(asked) == last
        raise ExitBeforeEntry(
            event=case.event.id,
            exit=last if exact else f"{last}, the last session by {asked}",
            entry=f"on day 0, {zero}, at the earliest",
        )
    return offset
