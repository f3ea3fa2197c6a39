"""Tencent: raw bars of A shares and the levels of Shanghai's and Shenzhen's indexes.

Asked from the bars' own host. akshare's way to it begins at another one for the share's first day,
which answers 501 to everybody since 2026.

One request has the sessions of two calendar years; the service gives at most 640 rows, the newest
ones, so that a longer range would lose its beginning without a word. A row is date, open, close,
high, low, volume, a dividend note, turnover in per cent, amount in 10k yuan (万元). Volume is in
shares for STAR codes and in lots (手) for others; amount / volume tells which before anything is
stored (``validation.answers``). An index has no amount, and its volume is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from basketbt.data.bars import Bars
from basketbt.data.sources.tap import tapped
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import History, Query
from basketbt.market.symbols import Symbol, parse_symbol
from basketbt.notes import message

NAME = "tencent"
ADDRESS = "https://proxy.finance.qq.com/ifzqgtimg/appstock/app/newfqkline/get"
MOST_ROWS = 640
_YEARS = 2
_ASSIGNMENT = re.compile(rb"\s*(?:\w+=)?(?P<json>\{.*\});?\s*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLACES = {"open": 1, "close": 2, "high": 3, "low": 4}
_VOLUME, _NOTE, _AMOUNT = 5, 6, 8
_YUAN = 1e4  # of one unit of amount


def serves(symbol: Symbol) -> bool:
    return symbol.kind in ("share", "index") and symbol.exchange in ("SH", "SZ", "BJ")


def history(query: Query) -> History:
    """Raw bars from ``first`` to ``last``; Tencent has no factor."""
    symbol = query.symbol
    transport = Transport(NAME, symbol.canonical, query.hosts, inspect=inspect)
    code = symbol.exchange.lower() + symbol.code
    with transport.reading():
        for first, last in _spans(query.first, query.last):
            _ask(transport, f"{code},day,{first},{last},{MOST_ROWS},")
        rows = [row for exchange in transport.exchanges for row in _rows(transport, exchange.body)]
    if not rows:
        transport.no_data(message("why-no-bars-for-this-code-in"))
    values = {name: _column(rows, at) for name, at in _PLACES.items()}
    if symbol.kind != "index":
        values |= {"volume": _column(rows, _VOLUME), "amount": _column(rows, _AMOUNT) * _YUAN}
    dates = np.array([row[0] for row in rows], dtype="datetime64[D]")
    bars = Bars.single(symbol.canonical, dates, values, currency="CNY", table=NAME)
    return transport.history(query.first, query.last, bars)


def _spans(first: np.datetime64, last: np.datetime64) -> Iterator[tuple[str, str]]:
    """The range in parts that are never longer than what one answer holds."""
    begin, end = int(str(first)[:4]), int(str(last)[:4])
    for year in range(begin, end + 1, _YEARS):
        yield max(f"{year}-01-01", str(first)), min(f"{year + _YEARS - 1}-12-31", str(last))


def _ask(transport: Transport, param: str) -> None:
    import requests

    with tapped(transport):
        requests.get(ADDRESS, params={"_var": "kline_day", "param": param}, timeout=None)


def _column(rows: list[list[Any]], at: int) -> Any:
    return np.array([float(row[at]) for row in rows])


# --- what a body may be --------------------------------------------------------------------


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is one JSON object assigned to a name, with rows of known fields.

    A window without a row is no error here: it may be one of several.
    """
    answer = _answer(transport, body)
    if answer.get("code") != 0:
        transport.told_an_error(f"error {answer.get('code')}: {answer.get('msg', '')}".strip())
    data = answer.get("data")
    if not isinstance(data, dict) or not data:
        transport.no_data(message("why-this-code-is-not-known"))
    param = parse_qs(urlsplit(url).query)["param"][0]
    transport.demand(next(iter(data)), param.partition(",")[0])
    rows = _rows(transport, body)
    if len(rows) >= MOST_ROWS:
        transport.changed(message("why-rows-the-most-there-can", count=len(rows)))
    is_index = parse_symbol(transport.symbol).kind == "index"
    for row in rows:
        _inspect_row(transport, row, is_index=is_index)


def _inspect_row(transport: Transport, row: Any, *, is_index: bool) -> None:
    least = _VOLUME if is_index else _AMOUNT
    known = isinstance(row, list) and len(row) > least and _DAY.fullmatch(str(row[0]))
    if not known or not (is_index or isinstance(row[_NOTE], dict)):
        transport.changed(message("why-a-bar-has-other-fields"))
    places = (*_PLACES.values(), *(() if is_index else (_VOLUME, _AMOUNT)))
    if not all(_NUMBER.fullmatch(str(row[at])) for at in places):
        transport.changed(message("why-the-bar-of-holds-something", row=row[0]))


def _answer(transport: Transport, body: bytes) -> dict[str, Any]:
    found = _ASSIGNMENT.fullmatch(body)
    if found is None:
        transport.changed(message("why-the-answer-is-not-a-json"))
    return transport.json_object(found["json"])


def _rows(transport: Transport, body: bytes) -> list[Any]:
    tables = next(iter(_answer(transport, body)["data"].values()))
    rows = None
    if isinstance(tables, dict):
        rows = next((tables[k] for k in ("day", "qfqday", "hfqday") if k in tables), None)
    if not isinstance(rows, list):
        transport.changed(message("why-the-answer-has-no-list-of"))
    return rows
