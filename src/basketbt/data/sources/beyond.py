"""Sessions after the last one that the program knows of.

The exchanges publish a year's sessions in the December before. A release that is older than that
learns them while it fetches: from the dates of index bars in the store, else from Sina's calendar,
else from the dates of an index that somebody has. They are kept in the store.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from basketbt.data.bars import Dates
from basketbt.data.sources.akshare import sina
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import VENDORS
from basketbt.data.sources.vendor import Query, VendorFailure
from basketbt.data.store import Store
from basketbt.errors import BasketbtError
from basketbt.market.calendars import as_day, calendar, learn
from basketbt.market.symbols import parse_symbol

HOME = "XSHG"  # Hong Kong's sessions follow from rules and are known for decades
_INDEX = "000300.SH"
_INDEX_VENDORS = ("csindex", "tencent", "eastmoney")


def learn_sessions(store: Store, hosts: RateLimiter, end: np.datetime64, now: datetime) -> None:
    """Learn the sessions up to ``end`` or today, if nobody here knows them yet."""
    exchange = calendar(HOME)
    today = as_day(now.astimezone(exchange.zone).date())
    wanted = min(end, today)
    if wanted <= exchange.last or wanted <= exchange.known_until:
        return
    learn(HOME, store.sessions(HOME, exchange.last))
    if wanted > exchange.known_until:
        found, vendor = _asked(hosts, exchange.known_until, today)
        store.keep_sessions(HOME, found[found > exchange.last], vendor)
        learn(HOME, found)


def _asked(
    hosts: RateLimiter, known_until: np.datetime64, today: np.datetime64
) -> tuple[Dates, str]:
    try:
        return sina.trading_days(hosts), sina.NAME
    except VendorFailure:
        pass
    query = Query(parse_symbol(_INDEX), known_until - np.timedelta64(30, "D"), today, hosts)
    for name in _INDEX_VENDORS:
        try:
            return VENDORS[name].history(query).bars.dates, name
        except VendorFailure:
            continue
    return np.array([], dtype="datetime64[D]"), ""


def stored_sessions(path: Path, name: str, after: np.datetime64) -> Dates:
    """Sessions after a day that a store knows of; none where it cannot be read: whoever needs the
    store will say what is wrong with it."""
    try:
        with Store(path, read_only=True) as store:
            return store.sessions(name, after)
    except BasketbtError:
        return np.array([], dtype="datetime64[D]")
