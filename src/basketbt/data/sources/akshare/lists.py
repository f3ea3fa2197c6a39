"""Lists of a whole market, asked for once and then used for every share.

Eastmoney's list of rights issues (配股): akshare names its columns by position and leaves the
ex-date out, so it is read from the answers themselves, by name. And the exchanges' own lists of
delisted shares, asked only about a share whose bars end before the window does: nobody else tells
whether it is suspended or gone. Beijing publishes no such list.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

import numpy as np

from basketbt.data.bars import CorporateAction
from basketbt.data.sources.frames import asked, require
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import Told, VendorFailure
from basketbt.market.symbols import Symbol
from basketbt.notes import message

EASTMONEY, SHANGHAI, SHENZHEN = "eastmoney", "sse", "szse"
_RIGHTS_KEYS = ("SECURITY_CODE", "PLACING_RATIO", "ISSUE_PRICE", "EX_DIVIDEND_DATE")
T = TypeVar("T")
Inspect = Callable[[Transport, str, bytes], None]
Rows = dict[str, list[dict[str, Any]]]  # of every share, by its six digits
Days = Mapping[str, np.datetime64]  # of delisting, by six digits


class Cached(Generic[T]):
    """Remembers what ``ask(subject, hosts)`` gave for as long as the rate limiter lives.

    A failure is remembered too and raised again in the name of the next subject, so that a
    vendor in trouble is not asked for the same list a hundred times.
    """

    def __init__(self, ask: Callable[[str, RateLimiter], T]) -> None:
        self._ask = ask
        self._known: WeakKeyDictionary[RateLimiter, T | VendorFailure] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def __call__(self, subject: str, hosts: RateLimiter) -> T:
        """Raises the ``VendorFailure`` that asking ended in."""
        with self._lock:
            if hosts not in self._known:
                try:
                    self._known[hosts] = self._ask(subject, hosts)
                except VendorFailure as failure:
                    self._known[hosts] = failure
        found = self._known[hosts]
        if isinstance(found, VendorFailure):
            fields: dict[str, Any] = {**found.fields, "symbol": subject}
            raise type(found)(**fields)
        return found


# --- rights issues --------------------------------------------------------------------------


def rights_issues(symbol: Symbol, hosts: RateLimiter) -> Told[tuple[CorporateAction, ...]]:
    """A share's rights issues that have an ex-date, and the exchanges that tell of them.

    Raises a ``VendorFailure``: without the list nobody knows that there was none.
    """
    market, evidence = _rights(symbol.canonical, hosts)
    rows = market.get(symbol.code, ())
    return tuple(_right(symbol, row) for row in rows if row["EX_DIVIDEND_DATE"]), evidence


def _right(symbol: Symbol, row: dict[str, Any]) -> CorporateAction:
    return CorporateAction(
        symbol=symbol.canonical,
        ex_date=np.datetime64(str(row["EX_DIVIDEND_DATE"])[:10], "D"),
        rights=round(float(row["PLACING_RATIO"]) / 10, 9),  # told per ten shares held
        rights_price=float(row["ISSUE_PRICE"]),
    )


def _ask_rights(subject: str, hosts: RateLimiter) -> Told[Rows]:
    transport = Transport(EASTMONEY, subject, hosts, inspect=_inspect_rights)
    asked(transport, "stock_pg_em")
    pages: dict[str, list[dict[str, Any]]] = {}
    count = 0
    for exchange in transport.exchanges:
        page = parse_qs(urlsplit(exchange.url).query)["pageNumber"][0]
        result = json.loads(exchange.body)["result"]
        pages[page] = result["data"]  # akshare asks for the first page twice
        count = int(result.get("count", 0))
    rows: Rows = {}
    for row in (row for page in pages.values() for row in page):
        rows.setdefault(str(row["SECURITY_CODE"]), []).append(row)
    if count and count != sum(map(len, rows.values())):
        transport.changed(message("why-the-list-of-rights-issues", count=count))
    return rows, transport.evidence


_rights = Cached(_ask_rights)


def _inspect_rights(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is a page of the list, every row with what is read of it."""
    try:
        rows = json.loads(body)["result"]["data"]
        good = [_is_row(row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError):
        transport.changed(message("why-the-list-of-rights-issues-is-in"))
    if not good or not all(good):
        transport.changed(message("why-the-list-of-rights-issues-is"))


def _is_row(row: dict[str, Any]) -> bool:
    """A row without an ex-date was not carried out (yet): nothing of it is used."""
    if not row.keys() >= set(_RIGHTS_KEYS):
        return False
    if not row["EX_DIVIDEND_DATE"]:
        return True
    np.datetime64(str(row["EX_DIVIDEND_DATE"])[:10], "D")
    return float(row["PLACING_RATIO"]) > 0 and float(row["ISSUE_PRICE"]) > 0


# --- delisted shares ------------------------------------------------------------------------


def delisting(symbol: Symbol, hosts: RateLimiter) -> Told[np.datetime64 | None]:
    """When a share was delisted (None: it was not), and the exchanges that say so.

    Raises a ``VendorFailure`` when the exchange cannot be asked.
    """
    if symbol.exchange not in _DELISTED:
        return None, ()
    days, evidence = _DELISTED[symbol.exchange](symbol.canonical, hosts)
    return days.get(symbol.code), evidence


def _ask_delisted(
    vendor: str,
    inspect: Inspect,
    function: str,
    code: str,
    date: str,
    subject: str,
    hosts: RateLimiter,
) -> Told[Days]:
    import pandas as pd

    transport = Transport(vendor, subject, hosts, inspect=inspect)
    frame: pd.DataFrame = asked(transport, function)
    require(frame, (code, date), transport)
    days = pd.to_datetime(frame[date], errors="coerce")
    if days.isna().all():
        transport.changed(message("why-the-list-of-delisted-shares"))
    known = days.notna()
    dates = {
        str(digits).zfill(6): np.datetime64(day, "D")
        for digits, day in zip(frame[code][known], days[known].dt.date, strict=True)
    }
    return dates, transport.evidence


def _inspect_shanghai(transport: Transport, url: str, body: bytes) -> None:
    try:
        answer = json.loads(body)
        rows = answer["result"]
        known = all({"COMPANY_CODE", "DELIST_DATE"} <= row.keys() for row in rows)
        total = int((answer.get("pageHelp") or {}).get("total", len(rows)))
    except (ValueError, TypeError, KeyError, AttributeError):
        transport.changed(message("why-the-list-of-delisted-shares-is-in"))
    if not rows or not known:
        transport.changed(message("why-the-list-of-delisted-shares-is"))
    if total > len(rows):
        transport.changed(
            message("why-the-list-of-delisted-shares-has", total=total, count=len(rows))
        )


def _inspect_shenzhen(transport: Transport, url: str, body: bytes) -> None:
    if not body.startswith(b"PK"):
        transport.changed(message("why-the-list-of-delisted-shares-is-no"))


# akshare calls Shanghai's column "suspended"; the exchange's own name for it is DELIST_DATE.
_SH = (SHANGHAI, _inspect_shanghai, "stock_info_sh_delist", "公司代码", "暂停上市日期")
_SZ = (SHENZHEN, _inspect_shenzhen, "stock_info_sz_delist", "证券代码", "终止上市日期")
_DELISTED = {"SH": Cached(partial(_ask_delisted, *_SH)), "SZ": Cached(partial(_ask_delisted, *_SZ))}
