"""Which vendors are asked for which kind of security, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from basketbt.data.sources import baostock, safe, tencent, yfinance
from basketbt.data.sources.akshare import csindex, eastmoney, sina
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.vendor import Family, Vendor
from basketbt.market.symbols import Symbol

Route = Literal["auto", "akshare", "yfinance"]
Group = Literal["mainland share", "hong kong share", "index", "csi index", "computed index", "fund"]

FAMILIES: Mapping[Route, tuple[Family, ...]] = {
    "auto": ("akshare", "yfinance", "baostock"),
    "akshare": ("akshare",),
    "yfinance": ("yfinance",),
}
VENDORS: Mapping[str, Vendor] = {
    one.NAME: Vendor(one.NAME, "akshare", "akshare", one.serves, one.history)
    for one in (sina, eastmoney, csindex)
} | {
    safe.NAME: Vendor(safe.NAME, "akshare", "basketbt", safe.serves, safe.history),
    tencent.NAME: Vendor(tencent.NAME, "akshare", "basketbt", tencent.serves, tencent.history),
    yfinance.NAME: Vendor(yfinance.NAME, "yfinance", "yfinance", yfinance.serves, yfinance.history),
    baostock.NAME: Vendor(baostock.NAME, "baostock", "baostock", baostock.serves, baostock.history),
}
# Sina first where it has a factor of its own. Eastmoney's bars after it and Tencent: their host
# drops connections after a hundred requests, often for a day. Yahoo last: it is blocked from the
# mainland, and its Hong Kong prices are often wrong; for an index it is never asked unless it is
# the route. baostock only where it is installed: it bars users who ask much.
ORDER: Mapping[Group, tuple[str, ...]] = {
    "mainland share": ("sina", "tencent", "eastmoney", "yahoo", "baostock"),
    "hong kong share": ("eastmoney", "sina", "yahoo"),
    "index": ("sina", "csindex", "tencent", "eastmoney"),
    "csi index": ("csindex", "eastmoney"),
    "computed index": (),
    "fund": ("sina", "eastmoney", "yahoo"),
}
RATE_ORDER: tuple[str, ...] = ("eastmoney", "safe", "yahoo")


def group_of(symbol: Symbol) -> Group:
    """The kind of security as far as the choice of vendors goes."""
    if symbol.kind == "index":
        special: Mapping[str, Group] = {"CSI": "csi index", "CALC": "computed index"}
        return special.get(symbol.exchange, "index")
    if symbol.kind == "fund":
        return "fund"
    return "hong kong share" if symbol.exchange == "HK" else "mainland share"


def vendors_for(symbol: Symbol, route: Route) -> tuple[Vendor, ...]:
    """The vendors of a route that serve a symbol, the first choice first."""
    names = ORDER[group_of(symbol)]
    if route == "yfinance":
        names = ("yahoo",)
    vendors = (VENDORS[name] for name in names)
    return tuple(v for v in vendors if v.family in FAMILIES[route] and v.serves(symbol))


def is_outside_china(hosts: RateLimiter) -> bool:
    """Whether Sina has answered as it does to addresses outside of mainland China, with HTTP 502;
    known for as long as it is left alone for that."""
    closed = hosts.closed(sina.HOST)
    return closed is not None and closed.refused and closed.why.startswith("HTTP 502")


def rate_vendors(route: Route) -> tuple[str, ...]:
    """The vendors of a route that give exchange rates."""
    return tuple(name for name in RATE_ORDER if VENDORS[name].family in FAMILIES[route])
