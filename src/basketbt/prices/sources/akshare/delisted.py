"""The exchanges' own lists of delisted shares.

Asked only about a share whose bars end before the window does: nobody else tells whether it is
suspended or gone. Beijing publishes no such list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from basketbt.market.symbols import Symbol
from basketbt.prices.sources.akshare.client import akshare
from basketbt.prices.sources.cache import Cached
from basketbt.prices.sources.frames import require
from basketbt.prices.sources.rate_limiter import RateLimiter
from basketbt.prices.sources.transport import Transport, ask, with_evidence
from basketbt.prices.sources.vendor import HttpRecord

SHANGHAI, SHENZHEN = "sse", "szse"


@dataclass(frozen=True)
class Delisted:
    """Dates of delisting by six digits, and the exchanges behind them."""

    dates: Mapping[str, np.datetime64]
    exchanges: tuple[HttpRecord, ...]


def delisting(
    symbol: Symbol, hosts: RateLimiter
) -> tuple[np.datetime64 | None, tuple[HttpRecord, ...]]:
    """When a share was delisted (None: it was not), and the exchanges that say so.

    Raises a ``VendorFailure`` when the exchange cannot be asked.
    """
    lists = {"SH": _shanghai, "SZ": _shenzhen}
    if symbol.exchange not in lists:
        return None, ()
    found = lists[symbol.exchange](symbol.canonical, hosts)
    return found.dates.get(symbol.code), found.exchanges


def _read(transport: Transport, call: Callable[[], object], code: str, date: str) -> Delisted:
    import pandas as pd

    frame: pd.DataFrame = ask(transport, call)
    require(frame, (code, date), transport)
    days = pd.to_datetime(frame[date], errors="coerce")
    if days.isna().all():
        transport.changed("the list of delisted shares has no dates")
    known = days.notna()
    dates = {
        str(digits).zfill(6): np.datetime64(day, "D")
        for digits, day in zip(frame[code][known], days[known].dt.date, strict=True)
    }
    return Delisted(dates, with_evidence(transport.exchanges))


def _ask_shanghai(subject: str, hosts: RateLimiter) -> Delisted:
    transport = Transport(SHANGHAI, subject, hosts, inspect=_inspect_shanghai)
    # akshare calls the column "suspended"; the exchange's own name for it is DELIST_DATE.
    return _read(transport, lambda: akshare().stock_info_sh_delist(), "公司代码", "暂停上市日期")


def _ask_shenzhen(subject: str, hosts: RateLimiter) -> Delisted:
    transport = Transport(SHENZHEN, subject, hosts, inspect=_inspect_shenzhen)
    return _read(transport, lambda: akshare().stock_info_sz_delist(), "证券代码", "终止上市日期")


_shanghai, _shenzhen = Cached(_ask_shanghai), Cached(_ask_shenzhen)


def _inspect_shanghai(transport: Transport, url: str, body: bytes) -> None:
    try:
        answer = json.loads(body)
        rows = answer["result"]
        known = all({"COMPANY_CODE", "DELIST_DATE"} <= row.keys() for row in rows)
        total = int((answer.get("pageHelp") or {}).get("total", len(rows)))
    except (ValueError, TypeError, KeyError, AttributeError):
        transport.changed("the list of delisted shares is in another form, or cut short")
    if not rows or not known:
        transport.changed("the list of delisted shares is empty, or a row lacks its code or date")
    if total > len(rows):
        transport.changed(f"the list of delisted shares has {total} rows, {len(rows)} were sent")


def _inspect_shenzhen(transport: Transport, url: str, body: bytes) -> None:
    if not body.startswith(b"PK"):
        transport.changed("the list of delisted shares is no workbook")
