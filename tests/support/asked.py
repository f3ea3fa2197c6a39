"""Asking one vendor, and fetching along all of them, in the tests of faults."""

from __future__ import annotations

from datetime import datetime

import pytest

from basketbt.data.sources import routes
from basketbt.data.sources.auto import Fetcher, Outcome
from basketbt.data.sources.complete import Completed, complete
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.routes import Route
from basketbt.data.sources.vendor import Query, VendorFailure
from basketbt.data.store import Store
from basketbt.market.symbols import parse_symbol
from replay.setting import FIRST, LAST, NOW, day, request_for

VENDORS = ("sina", "eastmoney", "tencent", "csindex", "yahoo")
SHARE_VENDORS = ("sina", "eastmoney", "tencent", "yahoo")
SUBJECT = dict.fromkeys(SHARE_VENDORS, "688111.SH") | {"csindex": "000300.SH"}
HOSTS = {
    "sina": {"finance.sina.com.cn", "stock.finance.sina.com.cn"},
    "eastmoney": {"push2his.eastmoney.com"},
    "tencent": {"proxy.finance.qq.com"},
    "csindex": {"www.csindex.com.cn"},
    "yahoo": {"query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com"},
}


def put_first(monkeypatch: pytest.MonkeyPatch, vendor: str) -> None:
    """Put a vendor first in every route."""
    for group, names in routes.ORDER.items():
        order = (vendor, *(name for name in names if name != vendor))
        monkeypatch.setitem(routes.ORDER, group, order)


def ask(vendor: str, hosts: RateLimiter, text: str | None = None) -> VendorFailure:
    """The failure that asking one vendor for its subject ends in."""
    symbol = parse_symbol(text or SUBJECT[vendor])
    query = Query(symbol, day(FIRST), day(LAST), hosts)
    other = "eastmoney" if vendor != "eastmoney" else "sina"
    with pytest.raises(VendorFailure) as caught:
        complete(routes.VENDORS[vendor], (routes.VENDORS[other],), query, "auto")
    return caught.value


def completed(vendor: str, text: str, route: Route = "auto") -> Completed:
    """What one vendor gives of a security; nobody else is asked about its gaps."""
    query = Query(parse_symbol(text), day(FIRST), day(LAST), RateLimiter(pace=0.0))
    return complete(routes.VENDORS[vendor], (), query, route)


def fetch(
    store: Store, *names: str, route: Route = "auto", now: datetime = NOW, **dates: str
) -> tuple[Outcome, ...]:
    """Fetch along a route; dates are ``start`` and ``end``."""
    fetcher = Fetcher(store, route, now=now, hosts=RateLimiter(pace=0.0))
    return fetcher.fetch(request_for(*names, **dates))
