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
from basketbt.prices.sources.courier import Courier, ask, with_evidence
from basketbt.prices.sources.frames import require
from basketbt.prices.sources.hosts import HostBook
from basketbt.prices.sources.once import Once
from basketbt.prices.sources.vendor import Exchange

SHANGHAI, SHENZHEN = "sse", "szse"


@dataclass(frozen=True)
class Delisted:
    """Dates of delisting by six digits, and the exchanges behind them."""

    dates: Mapping[str, np.datetime64]
    exchanges: tuple[Exchange, ...]


def delisting(symbol: Symbol, hosts: HostBook) -> tuple[np.datetime64 | None, tuple[Exchange, ...]]:
    """When a share was delisted (None: it was not), and the exchanges that say so.

    Raises a ``VendorFailure`` when the exchange cannot be asked.
    """
    lists = {"SH": _shanghai, "SZ": _shenzhen}
    if symbol.exchange not in lists:
        return None, ()
    found = lists[symbol.exchange](symbol.canonical, hosts)
    return found.dates.get(symbol.code), found.exchanges


def _read(courier: Courier, call: Callable[[], object], code: str, date: str) -> Delisted:
    import pandas as pd

    frame: pd.DataFrame = ask(courier, call)
    require(frame, (code, date), courier)
    days = pd.to_datetime(frame[date], errors="coerce")
    if days.isna().all():
        courier.changed("the list of delisted shares has no dates")
    known = days.notna()
    dates = {
        str(digits).zfill(6): np.datetime64(day, "D")
        for digits, day in zip(frame[code][known], days[known].dt.date, strict=True)
    }
    return Delisted(dates, with_evidence(courier.exchanges))


def _ask_shanghai(subject: str, hosts: HostBook) -> Delisted:
    courier = Courier(SHANGHAI, subject, hosts, inspect=_inspect_shanghai)
    # akshare calls the column "suspended"; the exchange's own name for it is DELIST_DATE.
    return _read(courier, lambda: akshare().stock_info_sh_delist(), "公司代码", "暂停上市日期")


def _ask_shenzhen(subject: str, hosts: HostBook) -> Delisted:
    courier = Courier(SHENZHEN, subject, hosts, inspect=_inspect_shenzhen)
    return _read(courier, lambda: akshare().stock_info_sz_delist(), "证券代码", "终止上市日期")


_shanghai, _shenzhen = Once(_ask_shanghai), Once(_ask_shenzhen)


def _inspect_shanghai(courier: Courier, url: str, body: bytes) -> None:
    try:
        answer = json.loads(body)
        rows = answer["result"]
        known = all({"COMPANY_CODE", "DELIST_DATE"} <= row.keys() for row in rows)
        total = int((answer.get("pageHelp") or {}).get("total", len(rows)))
    except (ValueError, TypeError, KeyError, AttributeError):
        courier.changed("the list of delisted shares is in another form, or cut short")
    if not rows or not known:
        courier.changed("the list of delisted shares is empty, or a row lacks its code or date")
    if total > len(rows):
        courier.changed(f"the list of delisted shares has {total} rows, {len(rows)} were sent")


def _inspect_shenzhen(courier: Courier, url: str, body: bytes) -> None:
    if not body.startswith(b"PK"):
        courier.changed("the list of delisted shares is no workbook")
