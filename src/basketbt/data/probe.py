"""One question to every vendor: can it be reached, and does it still answer as it used to?

The tests of this project never see a live vendor; this is the check that a user runs instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np

from basketbt.data.sources.akshare import eastmoney, lists
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import VENDORS
from basketbt.data.sources.vendor import History, Query, VendorFailure
from basketbt.data.validation.answers import Rejected, checked, last_closed_session
from basketbt.market.symbols import Symbol, parse_symbol

DAYS = 40
CLOSE_TOLERANCE = 1e-3
# A mainland share that all but CSI have, so that they can be held against each other; the same
# for the index; a Hong Kong share as the third kind.
QUESTIONS: tuple[tuple[str, str], ...] = (
    ("sina", "688111.SH"),
    ("eastmoney", "688111.SH"),
    ("tencent", "688111.SH"),
    ("yahoo", "688111.SH"),
    ("sina", "000300.SH"),
    ("csindex", "000300.SH"),
    ("eastmoney", "0700.HK"),
    ("yahoo", "0700.HK"),
)


@dataclass(frozen=True)
class Finding:
    """What one vendor answered. ``failure`` is empty when all is well.

    ``symbol`` is the one asked about, or the name of a list beside the prices.
    """

    vendor: str
    symbol: str
    host: str
    reachable: bool
    last_bar: str
    failure: str


def probe(now: datetime, hosts: RateLimiter | None = None) -> Iterator[Finding]:
    """Ask every vendor about the last weeks of one symbol, and compare what they say.

    Columns, units, dates and prices pass the checks of a fetch. A vendor whose last close differs
    from the first one's by more than 0.1 % is a finding too. Nothing is stored.
    """
    book = hosts or RateLimiter(tries=1)
    reference: dict[str, History] = {}

    def ask_prices(vendor: str, text: str) -> tuple[str, str]:
        symbol = parse_symbol(text)
        last = last_closed_session(symbol, now)
        query = Query(symbol, last - np.timedelta64(DAYS, "D"), last, book)
        history = checked(VENDORS[vendor].history(query))
        first = reference.setdefault(text, history)
        return str(history.bars.dates[-1]), _disagreement(first, history)

    for vendor, text in QUESTIONS:
        yield _finding(vendor, text, partial(ask_prices, vendor, text))
    share, other = parse_symbol("688111.SH"), parse_symbol("000034.SZ")
    lists_beside: tuple[tuple[str, str, Callable[..., object], Symbol], ...] = (
        (eastmoney.NAME, "actions", eastmoney.corporate_actions, share),
        (eastmoney.NAME, "shares", eastmoney.share_counts, share),
        (lists.SHANGHAI, "delisted", lists.delisting, share),
        (lists.SHENZHEN, "delisted", lists.delisting, other),
    )

    def ask_list(ask: Callable[..., object], symbol: Symbol) -> tuple[str, str]:
        ask(symbol, book)
        return "", ""

    for vendor, what, ask, symbol in lists_beside:
        yield _finding(vendor, what, partial(ask_list, ask, symbol))


def _finding(vendor: str, symbol: str, ask: Callable[[], tuple[str, str]]) -> Finding:
    """``ask`` gives the day of the last bar and what is wrong; its own failure is a finding."""
    try:
        last_bar, problem = ask()
    except VendorFailure as failure:
        answered = failure.status is not None
        return Finding(vendor, symbol, str(failure.fields["host"]), answered, "", failure.brief)
    except Rejected as rejected:
        return Finding(vendor, symbol, "", True, "", f"{vendor}: {rejected}")
    return Finding(vendor, symbol, "", True, last_bar, problem)


def _disagreement(first: History, other: History) -> str:
    """Where two histories' latest common close differs, in words; empty when it does not."""
    _, at_a, at_b = np.intersect1d(first.bars.dates, other.bars.dates, return_indices=True)
    if not len(at_a):
        return f"no session in common with {first.vendor}"
    a, b = float(first.bars.close[at_a[-1]]), float(other.bars.close[at_b[-1]])
    if abs(a / b - 1) <= CLOSE_TOLERANCE:
        return ""
    return f"closes at {b:g} on {first.bars.dates[at_a[-1]]}, {first.vendor} at {a:g}"
