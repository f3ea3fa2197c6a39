"""Sina: raw bars of A shares, indexes, funds and Hong Kong shares, and the total-return factor.

Sina's ``hfq`` list is multiplicative, newest first: the factor in force on a day is that of the
latest row not after it. Files hold the whole history, so every call compares all that is stored.

akshare hands these bodies to ``eval`` (factors) and to a JavaScript decoder (bars); each is held
against a strict pattern first, so that data stay data and a body cut short is noticed.
Wire formats: docs/vendors.md.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import numpy as np

from basketbt.data.bars import PRICES, Bars, Dates
from basketbt.data.sources.frames import asked, bars_from, dates_from
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import FactorSteps, History, NoData, Query
from basketbt.market.symbols import Symbol
from basketbt.notes import message

NAME = "sina"
HOST = "finance.sina.com.cn"
_COMMENT = rb"\s*(?:/\*[^*]*(?:\*(?!/)[^*]*)*\*/)?\s*"
_BARS = re.compile(rb'\s*var (?P<name>\w+)="(?P<packed>[A-Za-z0-9+/=]*)";' + _COMMENT)
_FACTOR_ROW = rb'\{"d":"\d{4}-\d\d-\d\d"(?:,"[fcsu]":"-?\d+(?:\.\d+)?")+\}'
_FACTORS = re.compile(
    rb'\s*var (?P<name>\w+)=\{"total":(?P<total>\d+),"data":\[(?P<rows>(?:'
    + _FACTOR_ROW
    + rb"(?:,"
    + _FACTOR_ROW
    + rb")*)?)\]\}(?:\s*|\s*\n"
    + _COMMENT
    + rb")"
)
_PAIR = re.compile(rb'"([a-z])":"([^"]+)"')

FactorRow = dict[str, str]


def serves(symbol: Symbol) -> bool:
    return symbol.exchange in ("SH", "SZ", "HK") and symbol.kind != "b_share"


def history(query: Query) -> History:
    """Raw bars and, for a mainland share or fund, the factor's steps."""
    symbol, first, last = query.symbol, query.first, query.last
    transport = _transport(symbol, query.hosts)
    bars = _bars(symbol, transport).between(first, last)
    steps: FactorSteps | None = None
    if symbol.kind == "fund":
        steps = _fund_steps(symbol, transport, bars)
    elif symbol.kind == "share" and symbol.exchange != "HK":
        steps = _share_steps(symbol, transport)
    if steps is None:
        return transport.history(first, last, bars)
    return transport.history(first, last, bars, steps=steps.within(first, last), steps_from=NAME)


def factor_steps(symbol: Symbol, hosts: RateLimiter) -> FactorSteps:
    """The steps of a mainland share's factor alone, for bars from elsewhere."""
    return _share_steps(symbol, _transport(symbol, hosts))


def trading_days(hosts: RateLimiter) -> Dates:
    """Shanghai's sessions, from 1990 to the end of the year that the exchange has published."""
    transport = Transport(NAME, "XSHG", hosts, missing_is_404=True, inspect=inspect)
    frame = asked(transport, "tool_trade_date_hist_sina")
    return np.sort(dates_from(frame, "trade_date", transport))


def sina_code(symbol: Symbol) -> str:
    """``sh688111``; Hong Kong codes have five digits and no prefix."""
    if symbol.exchange == "HK":
        return symbol.code.zfill(5)
    return symbol.exchange.lower() + symbol.code


def _transport(symbol: Symbol, hosts: RateLimiter) -> Transport:
    return Transport(
        NAME, symbol.canonical, hosts, missing_is_404=True, inspect=inspect, at_hand=_share_counts
    )


def _share_counts(url: str) -> bytes | None:
    """akshare divides by the share counts for a column that nobody reads here, and drops the bars
    before the first of them: one count from the beginning on spares the request and the bars."""
    if "getAmountBySymbol" not in url:
        return None
    return b'[{"date":"1980-01-01","amount":1}]'


def _bars(symbol: Symbol, transport: Transport) -> Bars:
    code = sina_code(symbol)
    columns = {name: name for name in ("date", *PRICES, "volume")}
    if symbol.exchange == "HK":
        frame = asked(transport, "stock_hk_daily", code, adjust="")
    elif symbol.kind == "index":
        frame = asked(transport, "stock_zh_index_daily", code)
    elif symbol.kind == "fund":
        frame = asked(transport, "fund_etf_hist_sina", code)
    else:
        # Without dates: akshare cuts before it removes rows that its merge with the share counts
        # repeats, so a window that begins in a suspension would begin with a bar that never was.
        frame = asked(transport, "stock_zh_a_daily", code, adjust="")
    is_fund = symbol.kind == "fund" and "amount" in frame.columns
    if is_fund or (symbol.kind == "share" and symbol.exchange != "HK"):
        columns["amount"] = "amount"
    return bars_from(frame, columns, transport, currency=symbol.currency)


def _share_steps(symbol: Symbol, transport: Transport) -> FactorSteps:
    asked(transport, "stock_zh_a_daily", sina_code(symbol), adjust="hfq-factor")
    rows = factor_rows(transport, transport.exchanges[-1].body)
    factors = np.array([float(row["f"]) for row in rows])
    if not (factors > 0).all():
        transport.changed(message("why-the-factor-list-holds-a"))
    dates = np.array([row["d"] for row in rows], dtype="datetime64[D]")
    return FactorSteps(dates=dates[1:], ratios=factors[1:] / factors[:-1])


def _fund_steps(symbol: Symbol, transport: Transport, bars: Bars) -> FactorSteps | None:
    """A fund's list has f = 1 throughout; s is its split ratio and u its cumulative cash."""
    try:
        asked(transport, "fund_etf_dividend_sina", sina_code(symbol))
    except NoData:
        # akshare drops the first row; a fund that never paid then has an empty, honest list.
        if not transport.exchanges or transport.exchanges[-1].status == 404:
            return None
    rows = factor_rows(transport, transport.exchanges[-1].body)
    if not all({"s", "u"} <= row.keys() for row in rows):
        return None
    dates = np.array([row["d"] for row in rows], dtype="datetime64[D]")
    split = np.array([float(row["s"]) for row in rows])
    cash = np.diff(np.array([float(row["u"]) for row in rows]))
    if not (split > 0).all():
        transport.changed(message("why-the-funds-list-holds-a"))
    before = np.searchsorted(bars.dates, dates[1:]) - 1
    known = before >= 0
    previous = bars.close[before[known]]
    ratios = split[1:][known] / split[:-1][known] * previous / (previous - cash[known])
    return FactorSteps(dates=dates[1:][known], ratios=ratios)


# --- what a body may be --------------------------------------------------------------------


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Hold a body against the pattern of its kind, before akshare sees it."""
    path = urlsplit(url).path
    if path.endswith(("hfq.js", "qfq.js")):
        factor_rows(transport, body)
    else:
        found = _BARS.fullmatch(body)
        if found is None:
            transport.changed(message("why-the-packed-bars-are-cut"))
        if not found["packed"]:
            transport.no_data(message("why-no-bars-for-this-code"))
        _demand_name(transport, found["name"])


def factor_rows(transport: Transport, body: bytes) -> list[FactorRow]:
    """The rows of a factor file, oldest first; ``Changed`` unless it is data and nothing else."""
    found = _FACTORS.fullmatch(body)
    if found is None:
        transport.changed(message("why-the-factor-file-is-not"))
    _demand_name(transport, found["name"])
    rows: list[FactorRow] = [
        {key.decode(): value.decode() for key, value in _PAIR.findall(text)}
        for text in re.findall(_FACTOR_ROW, found["rows"])
    ]
    rows.reverse()
    if len(rows) != int(found["total"]) or not rows:
        transport.changed(message("why-the-factor-file-is-cut"))
    days = [row["d"] for row in rows]
    if days != sorted(set(days)):
        transport.changed(message("why-the-factor-file-has-a"))
    if days[0] != "1900-01-01":
        transport.changed(message("why-the-factor-file-does-not"))
    return rows


def _demand_name(transport: Transport, name: bytes) -> None:
    """The variable around mainland data carries the code (KLC_K2_sh600011, sh600519hfq)."""
    code, _, exchange = transport.symbol.partition(".")
    asked = exchange.lower() + code
    told = re.search(r"(?:sh|sz)\d{6}", name.decode())
    if told and exchange != "HK":
        transport.demand(told[0], asked)
