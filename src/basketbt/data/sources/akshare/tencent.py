"""Tencent: a third opinion on the raw bars of A shares.

akshare 1.19.5 gives the volume of Shenzhen's 000 codes in lots and all others in shares; the unit
check before storing (``validation.answers``) settles that for every vendor by amount / volume.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from basketbt.data.sources.frames import asked, bars_from
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import Changed, History, Query
from basketbt.market.symbols import Symbol

NAME = "tencent"
_ASSIGNMENT = re.compile(rb"\s*\w+=(?P<json>\{.*\});?\s*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COLUMNS = {name: name for name in ("date", "open", "high", "low", "close", "volume", "amount")}


def serves(symbol: Symbol) -> bool:
    return symbol.kind == "share" and symbol.exchange in ("SH", "SZ", "BJ")


def history(query: Query) -> History:
    """Raw bars from ``first`` to ``last``, one request a calendar year; Tencent has no factor."""
    symbol = query.symbol
    transport = Transport(NAME, symbol.canonical, query.hosts, inspect=inspect)
    code = symbol.exchange.lower() + symbol.code
    # Dates with dashes: without them akshare takes the whole end date for a year.
    window = {"start_date": str(query.first), "end_date": str(query.last)}
    try:
        frame = asked(transport, "stock_zh_a_hist_tx", code, adjust="", **window)
    except Changed:
        if _only_empty_years(transport):  # over which akshare stumbles
            transport.no_data("no bars for this code")
        raise
    bars = bars_from(frame, _COLUMNS, transport, currency="CNY")
    return transport.history(query.first, query.last, bars)


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is one JSON object assigned to a name, with rows of known fields."""
    found = _ASSIGNMENT.fullmatch(body)
    if found is None:
        transport.changed("the answer is not a JSON object, or cut short")
    data = transport.json_object(found["json"]).get("data")
    if "newfqkline" not in url:
        if data is None:
            transport.no_data("this code is not known")
        return
    _inspect_rows(transport, url, data)


def _only_empty_years(transport: Transport) -> bool:
    """Whether every year was answered without a bar; one of several may be (delisted, say)."""
    years = [e.body for e in transport.exchanges if "newfqkline" in e.url]
    return bool(years) and all(re.search(rb'day":\s*\[\s*\]', body) for body in years)


def _inspect_rows(transport: Transport, url: str, data: Any) -> None:
    if not isinstance(data, dict) or not data:
        transport.no_data("this code is not known")
    told, tables = next(iter(data.items()))
    transport.demand(told, parse_qs(urlsplit(url).query)["param"][0].partition(",")[0])
    rows = None
    if isinstance(tables, dict):
        rows = next((tables[k] for k in ("day", "qfqday", "hfqday") if k in tables), None)
    if not isinstance(rows, list):
        transport.changed("the answer has no list of bars")
    for row in rows:
        if not isinstance(row, list) or len(row) < 9 or not isinstance(row[6], dict):
            transport.changed("a bar has other fields than the known ones")
        if not all(_NUMBER.fullmatch(str(row[at])) for at in (1, 2, 3, 4, 5, 8)):
            transport.changed(f"the bar of {row[0]} holds something that is no number")
