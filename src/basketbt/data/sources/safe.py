"""SAFE: the central bank's mid rates (人民币汇率中间价), from who publishes them.

Its query page answers with a table of yuan for 100 units of each currency. akshare reads the same
page, but a workbook of all years first, through a client that nobody paces. A third host for the
rate that Hong Kong shares need: Eastmoney's drops connections, Yahoo is blocked on the mainland.
"""

from __future__ import annotations

import io

import numpy as np

from basketbt.data.sources.frames import bars_from, require
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.tap import tapped
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import History, Query
from basketbt.market.symbols import Symbol
from basketbt.notes import message

NAME = "safe"
ADDRESS = "https://www.safe.gov.cn/AppStructured/hlw/RMBQuery.do"
_UNITS = 100.0  # of the foreign currency that a rate is told for
_NAMES = {"HKD": "港元", "USD": "美元"}


def serves(symbol: Symbol) -> bool:
    """No security."""
    return False


def history(query: Query) -> History:
    """Never asked for: SAFE serves no security."""
    Transport(NAME, query.symbol.canonical, query.hosts).no_data(
        message("why-it-has-exchange-rates-only")
    )


def exchange_rate(
    pair: str, first: np.datetime64, last: np.datetime64, hosts: RateLimiter
) -> History:
    """The mid rate of ``pair`` (HKDCNY): CNY for one unit."""
    import pandas as pd
    import requests

    transport = Transport(NAME, pair, hosts, pages=True, inspect=inspect)
    name = _NAMES.get(pair[:3])
    if name is None or pair[3:] != "CNY":
        transport.no_data(message("why-this-rate-is-not-read"))
    asked = {"startDate": str(first), "endDate": str(last), "queryYN": "true"}
    with transport.reading(), tapped(transport):
        text = requests.post(ADDRESS, data=asked, timeout=None).content.decode()
        frame = pd.read_html(io.StringIO(text))[-1]
    columns = dict.fromkeys(("open", "high", "low", "close"), name) | {"date": "日期"}
    if len(frame) == 0:
        transport.no_data(message("why-no-rates-in-this-window"))
    require(frame, ("日期", name), transport)
    days = frame["日期"].astype(str).str.strip()
    frame = frame.assign(日期=days).sort_values("日期", kind="stable")
    bars = bars_from(frame, columns, transport, currency="CNY", price_units=_UNITS)
    return transport.history(first, last, bars)


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the page is the query's and holds its table."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        transport.changed(message("why-the-page-is-not-in"))
    if "</html>" not in text.lower():
        transport.changed(message("why-the-page-is-cut-short"))
    if "日期" not in text or "港元" not in text:
        transport.told_an_error(message("why-another-page-than-that-of"))
