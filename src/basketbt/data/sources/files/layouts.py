"""How each vendor writes daily prices, as data: an entry a layout, with the day it was seen last.

A layout is told by its fingerprint: headers that stand together in this vendor's tables and in no
other's. It says what the headers alone do not: which of them means something else than its word
(``columns``), in what units numbers are where no header names one (the first is the vendor's own;
further ones are those it is known to use in other clients or years, and the amounts decide), and
whether its prices are raw. What a user declares, or a header names, goes before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Prices = Literal["raw", "adjusted", "either"]

LOTS, SHARES = 100.0, 1.0
YUAN, THOUSANDS, TEN_THOUSANDS = 1.0, 1e3, 1e4


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A vendor's table. ``marks`` are plain headers (``headers.plain``) that all must be there.

    ``volume`` and ``amount`` count shares and yuan in one of the vendor's units. ``codes`` and
    ``halts`` are for the reader of docs/prices.md; they are read in any table.
    """

    name: str
    seen: str
    marks: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    volume: tuple[float, ...] = (SHARES,)
    amount: tuple[float, ...] = (YUAN,)
    prices: Prices = "either"
    codes: str = "600519.SH"
    halts: str = "no row"


#: The more particular first: the first whose marks are all there is the table's.
LAYOUTS: tuple[Layout, ...] = (
    Layout(
        name="tushare daily",
        seen="2026-11-20",
        marks=("ts_code", "trade_date", "vol"),
        columns={"change": "change"},
        volume=(LOTS,),
        amount=(THOUSANDS,),
        prices="raw",
    ),
    Layout(
        name="tushare",
        seen="2026-11-20",
        marks=("ts_code", "trade_date"),
        codes="600519.SH",
    ),
    Layout(
        name="baostock",
        seen="2026-11-20",
        marks=("date", "code", "preclose", "tradestatus"),
        codes="sh.600519",
        halts="tradestatus 0, empty volume",
    ),
    Layout(
        name="baostock",
        seen="2026-11-20",
        marks=("code", "adjustflag"),
        codes="sh.600519",
        halts="tradestatus 0, empty volume",
    ),
    Layout(
        name="akshare stock_zh_a_hist",
        seen="2026-11-20",
        marks=("日期", "开盘", "收盘", "最高", "最低", "涨跌额", "换手率"),
        volume=(LOTS, SHARES),
        codes="600519",
    ),
    Layout(
        name="akshare stock_zh_a_daily",
        seen="2026-11-20",
        marks=("date", "outstanding_share", "turnover"),
        codes="in the name",
    ),
    Layout(
        name="东方财富",
        seen="2026-11-20",
        marks=("时间", "开盘", "收盘", "最高", "最低", "成交量", "成交额", "换手率"),
        volume=(LOTS, SHARES),
        codes="600519",
    ),
    Layout(
        name="RiceQuant",
        seen="2026-11-20",
        marks=("order_book_id", "close"),
        codes="600519.XSHG",
        halts="volume 0",
    ),
    Layout(
        name="RiceQuant",
        seen="2026-11-20",
        marks=("total_turnover", "close", "volume"),
        codes="600519.XSHG",
        halts="volume 0",
    ),
    Layout(
        name="JoinQuant",
        seen="2026-11-20",
        marks=("open", "close", "volume", "money"),
        codes="600519.XSHG",
        halts="volume 0, paused 1",
    ),
    Layout(
        name="qlib",
        seen="2026-11-20",
        marks=("close", "factor", "change"),
        prices="adjusted",
        codes="SH600519",
        halts="empty row",
    ),
    Layout(
        name="qlib",
        seen="2026-11-20",
        marks=("instrument", "datetime", "close"),
        prices="adjusted",
        codes="SH600519",
        halts="empty row",
    ),
    Layout(
        name="yfinance",
        seen="2026-11-20",
        marks=("close", "adj_close", "volume"),
        codes="600519.SS",
        halts="volume 0",
    ),
    Layout(
        name="yfinance",
        seen="2026-11-20",
        marks=("close", "volume", "dividends", "stock_splits"),
        codes="600519.SS",
        halts="volume 0",
    ),
    Layout(
        name="Bloomberg",
        seen="2026-11-20",
        marks=("px_last",),
        codes="600519 CH Equity",
    ),
    Layout(
        name="同花顺",
        seen="2026-11-20",
        marks=("时间", "开盘", "收盘", "总手"),
        volume=(SHARES, LOTS),
        codes="in the name",
        halts="no row",
    ),
    Layout(
        name="iFinD",
        seen="2026-11-20",
        marks=("thscode", "time"),
        volume=(SHARES, LOTS),
        halts="--",
    ),
    Layout(
        name="Choice",
        seen="2026-11-20",
        marks=("证券代码", "交易时间", "收盘价"),
        volume=(SHARES, LOTS),
        amount=(YUAN, TEN_THOUSANDS),
        codes="600519.SH",
        halts="--",
    ),
    Layout(
        name="Wind",
        seen="2026-11-20",
        marks=("代码", "名称", "日期"),
        volume=(SHARES, LOTS),
        amount=(YUAN, THOUSANDS, TEN_THOUSANDS),
        halts="停牌, empty",
    ),
    Layout(
        name="Wind",
        seen="2026-11-20",
        marks=("证券代码", "证券简称", "交易日期", "收盘价"),
        volume=(SHARES, LOTS),
        amount=(YUAN, THOUSANDS, TEN_THOUSANDS),
        halts="停牌, empty",
    ),
    Layout(
        name="Wind API",
        seen="2026-11-20",
        marks=("windcode", "close"),
        volume=(SHARES, LOTS),
        amount=(YUAN, THOUSANDS),
        halts="停牌, empty",
    ),
    Layout(
        name="通达信",
        seen="2026-11-20",
        marks=("日期", "开盘", "最高", "最低", "收盘", "成交量", "成交额"),
        volume=(SHARES, LOTS),
        codes="in the title or the name",
        halts="no row",
    ),
)


def layout_of(headers: Iterable[str]) -> Layout | None:
    """The layout whose marks are all among some plain headers; None for a table of no vendor."""
    found = set(headers)
    return next((one for one in LAYOUTS if found.issuperset(one.marks)), None)


_ADJUSTED = re.compile(
    r"(?<!不)(?<!未)(前复权|后复权|定点复权|等比复权)|(?<![a-z])(qfq|hfq)(?![a-z])"
)
_RAW = re.compile(r"不复权|未复权|除权(?!除)(?!日)")


def adjustment_of(text: str) -> Literal["raw", "adjusted"] | None:
    """What a title, a header or a file's name says of its prices: 前复权, _hfq, 不复权."""
    if _ADJUSTED.search(text.lower()):
        return "adjusted"
    return "raw" if _RAW.search(text) else None
