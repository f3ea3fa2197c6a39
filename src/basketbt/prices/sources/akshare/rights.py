"""Eastmoney's list of rights issues (配股) of the whole mainland market.

akshare names its columns by position and leaves the ex-date out; it is read from the answers
themselves, by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from basketbt.market.symbols import Symbol
from basketbt.prices.data import CorporateAction
from basketbt.prices.sources.akshare.client import akshare
from basketbt.prices.sources.cache import Cached
from basketbt.prices.sources.rate_limiter import RateLimiter
from basketbt.prices.sources.transport import Transport, ask, with_evidence
from basketbt.prices.sources.vendor import HttpRecord

NAME = "eastmoney"
_KEYS = ("SECURITY_CODE", "PLACING_RATIO", "ISSUE_PRICE", "EX_DIVIDEND_DATE")


@dataclass(frozen=True)
class _Market:
    """The rows of every share by its six digits, and the exchanges behind them."""

    rows: Mapping[str, list[dict[str, Any]]]
    exchanges: tuple[HttpRecord, ...]


def rights_issues(
    symbol: Symbol, hosts: RateLimiter
) -> tuple[tuple[CorporateAction, ...], tuple[HttpRecord, ...]]:
    """A share's rights issues that have an ex-date, and the exchanges that tell of them.

    Raises a ``VendorFailure``: without the list nobody knows that there was none.
    """
    market = _market(symbol.canonical, hosts)
    rows = market.rows.get(symbol.code, ())
    actions = tuple(_action(symbol, row) for row in rows if row["EX_DIVIDEND_DATE"])
    return actions, market.exchanges


def _action(symbol: Symbol, row: dict[str, Any]) -> CorporateAction:
    return CorporateAction(
        symbol=symbol.canonical,
        ex_date=np.datetime64(str(row["EX_DIVIDEND_DATE"])[:10], "D"),
        rights=round(float(row["PLACING_RATIO"]) / 10, 9),  # told per ten shares held
        rights_price=float(row["ISSUE_PRICE"]),
    )


def _asked(subject: str, hosts: RateLimiter) -> _Market:
    transport = Transport(NAME, subject, hosts, inspect=inspect)
    ask(transport, lambda: akshare().stock_pg_em())
    pages: dict[str, list[dict[str, Any]]] = {}
    count = 0
    for exchange in transport.exchanges:
        page = parse_qs(urlsplit(exchange.url).query)["pageNumber"][0]
        result = json.loads(exchange.body)["result"]
        pages[page] = result["data"]  # akshare asks for the first page twice
        count = int(result.get("count", 0))
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in (row for page in pages.values() for row in page):
        rows.setdefault(str(row["SECURITY_CODE"]), []).append(row)
    if count and count != sum(map(len, rows.values())):
        transport.changed(f"the list of rights issues should have {count} rows")
    return _Market(rows, with_evidence(transport.exchanges))


_market = Cached(_asked)


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is a page of the list, every row with what is read of it."""
    try:
        rows = json.loads(body)["result"]["data"]
        good = [_is_row(row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError):
        transport.changed("the list of rights issues is in another form, or cut short")
    if not good or not all(good):
        transport.changed("the list of rights issues is empty, or a row lacks a number or a date")


def _is_row(row: dict[str, Any]) -> bool:
    """A row without an ex-date was not carried out (yet): nothing of it is used."""
    if not row.keys() >= set(_KEYS):
        return False
    if not row["EX_DIVIDEND_DATE"]:
        return True
    np.datetime64(str(row["EX_DIVIDEND_DATE"])[:10], "D")
    return float(row["PLACING_RATIO"]) > 0 and float(row["ISSUE_PRICE"]) > 0
