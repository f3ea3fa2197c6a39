"""The invented market as Yahoo's chart service tells it.

Past closes are restated for share changes, adjusted closes for cash as well; times are the
session's opening in UTC seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from replay.invented import Bar, Security, rates
from replay.wire import Reply, Request, json_reply

if TYPE_CHECKING:
    from replay.answers import Vendors


def answer(request: Request, source: Vendors) -> Reply | None:
    """The reply to a request; None for an address that Yahoo does not have."""
    if request.host == "fc.yahoo.com":
        # yfinance stumbles over a stored cookie that never expires.
        until = "Fri, 31 Dec 2100 00:00:00 GMT"
        cookie = f"A3=d=invented; Expires={until}; Domain=.yahoo.com; Path=/; Secure"
        return Reply(b"", 404, "text/html", {"Set-Cookie": cookie})
    if request.host in ("guce.yahoo.com", "consent.yahoo.com"):
        # Where yfinance looks for its cookie once the first way has failed in this process.
        return Reply(b"", 404, "text/html")
    if request.path.endswith("/getcrumb"):
        return Reply(b"crumb", type="text/plain")
    if not request.path.startswith("/v8/finance/chart/"):
        return None
    ticker = request.path.rsplit("/", 1)[1]
    if ticker == "HKDCNY=X":
        return rate_chart(request)
    code, _, suffix = ticker.partition(".")
    exchange = {"SS": "SH", "SZ": "SZ", "HK": "HK"}.get(suffix, "")
    security = source.market.find(f"{code}.{exchange}")
    if security is None:
        return not_found("No data found, symbol may be delisted")
    return chart(request, ticker, security, source.bars("yahoo", security))


def chart(request: Request, ticker: str, security: Security, known: list[Bar]) -> Reply:
    zone = ZoneInfo("Asia/Hong_Kong" if security.is_hong_kong else "Asia/Shanghai")
    bars = [bar for bar in known if asked(request, stamp(bar.day, zone))]
    if request.query.get("range"):
        bars = bars[-5:]
    later = [splits_after(security, bar.day) for bar in bars]
    quote = {
        name: [getattr(bar, name) / k for bar, k in zip(bars, later, strict=True)]
        for name in ("open", "high", "low", "close")
    }
    quote["volume"] = [round(bar.volume * k) for bar, k in zip(bars, later, strict=True)]
    adjusted = [
        bar.close / k * cash_after(security, bar.day) for bar, k in zip(bars, later, strict=True)
    ]
    meta = meta_of(ticker, "HKD" if security.is_hong_kong else "CNY", zone, security)
    times = [stamp(bar.day, zone) for bar in bars]
    return result(meta, times, quote, adjusted, events_of(request, security, zone))


def rate_chart(request: Request) -> Reply:
    zone = ZoneInfo("Europe/London")
    known = [(d, r) for d, r in rates() if asked(request, stamp(d, zone, 0))]
    if request.query.get("range"):
        known = known[-5:]
    values: list[float] = [rate for _, rate in known]
    quote = dict.fromkeys(("open", "high", "low", "close"), values)
    quote["volume"] = [0.0] * len(values)
    meta = meta_of("HKDCNY=X", "CNY", zone, None)
    return result(meta, [stamp(d, zone, 0) for d, _ in known], quote, values, {})


def stamp(day: date, zone: ZoneInfo, hour: int = 9) -> int:
    minute = 30 if hour else 0
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp())


def asked(request: Request, moment: int) -> bool:
    first = int(request.query.get("period1", 0))
    return first <= moment < int(request.query.get("period2", 1 << 40))


def splits_after(security: Security, day: date) -> float:
    ratio = 1.0
    for event in security.events:
        if event.day > day:
            ratio *= 1 + event.bonus
    return ratio


def cash_after(security: Security, day: date) -> float:
    ratio = 1.0
    for event in security.events:
        if event.day > day and event.cash:
            before = [bar.close for bar in security.bars if bar.day < event.day][-1]
            ratio *= 1 - event.cash / before
    return ratio


def events_of(
    request: Request, security: Security, zone: ZoneInfo
) -> dict[str, dict[str, dict[str, object]]]:
    dividends: dict[str, dict[str, object]] = {}
    splits: dict[str, dict[str, object]] = {}
    for event in security.events:
        moment = stamp(event.day, zone)
        if not asked(request, moment):
            continue
        if event.cash:
            restated = event.cash / splits_after(security, event.day) / (1 + event.bonus)
            dividends[str(moment)] = {"amount": restated, "date": moment}
        if event.bonus:
            numerator = round((1 + event.bonus) * 10)
            splits[str(moment)] = {
                "date": moment,
                "numerator": numerator,
                "denominator": 10,
                "splitRatio": f"{numerator}:10",
            }
    found = {"dividends": dividends, "splits": splits}
    return {name: rows for name, rows in found.items() if rows}


def meta_of(
    ticker: str, currency: str, zone: ZoneInfo, security: Security | None
) -> dict[str, object]:
    kind = "CURRENCY" if security is None else "INDEX" if security.is_index else "EQUITY"
    return {
        "currency": currency,
        "symbol": ticker,
        "exchangeName": "INV",
        "instrumentType": kind,
        "firstTradeDate": 0,
        "regularMarketTime": 0,
        "gmtoffset": 28800,
        "timezone": "CST",
        "exchangeTimezoneName": zone.key,
        "regularMarketPrice": 1.0,
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "5d", "1mo", "1y", "max"],
    }


def result(
    meta: dict[str, object],
    times: Sequence[int],
    quote: dict[str, list[float]],
    adjusted: Sequence[float],
    events: object,
) -> Reply:
    found: dict[str, object] = {
        "meta": meta,
        "timestamp": times,
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": adjusted}]},
    }
    if events:
        found["events"] = events
    return json_reply({"chart": {"result": [found], "error": None}})


def not_found(description: str) -> Reply:
    error = {"code": "Not Found", "description": description}
    return json_reply({"chart": {"result": None, "error": error}}, 404)
