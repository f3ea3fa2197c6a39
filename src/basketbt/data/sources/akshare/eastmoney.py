"""Eastmoney: raw bars as a second opinion; share counts, corporate actions and HKD/CNY.

Only unadjusted prices are asked for: Eastmoney's adjusted ones subtract cash instead of scaling,
so their ratios are not returns (docs/vendors.md). Mainland volume is in lots (手) of 100 shares.
Where a factor is needed and no list of one is at hand, it follows from the corporate actions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from basketbt.data.bars import PRICES, Bars, CorporateAction, ShareCounts, one_a_day
from basketbt.data.sources.akshare.lists import rights_issues
from basketbt.data.sources.frames import asked, bars_from, dates_from, numbers_from, require
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import (
    FactorSteps,
    History,
    HttpRecord,
    NoData,
    Query,
    Told,
    VendorFailure,
)
from basketbt.market.symbols import Symbol
from basketbt.notes import message

NAME = "eastmoney"
CAPITAL_CHANGES = "eastmoney-changes"
LOT = 100.0
NO_ROWS = 9201  # the one code of Eastmoney's reports that says so; every other is an error
_CHINESE = {
    "date": "日期",
    "open": "开盘",
    "high": "最高",
    "low": "最低",
    "close": "收盘",
    "volume": "成交量",
    "amount": "成交额",
}
_ENGLISH = {name: name for name in _CHINESE}
# akshare names the columns of this report by position, so the positions are checked.
_BONUS_POSITIONS = {
    "BONUS_IT_RATIO": 5,
    "PRETAX_BONUS_RMB": 8,
    "EX_DIVIDEND_DATE": 11,
    "ASSIGN_PROGRESS": 13,
}


def serves(symbol: Symbol) -> bool:
    return symbol.kind != "b_share"


def history(query: Query) -> History:
    """Raw bars from ``first`` to ``last``; factor and actions are asked for separately."""
    symbol, columns, lot = query.symbol, _CHINESE, LOT
    transport = _transport(symbol.canonical, query.hosts)
    if symbol.exchange == "HK":
        lot, code = 1.0, symbol.code.zfill(5)
        frame = asked(transport, "stock_hk_hist", code, adjust="", **query.window)
    elif symbol.kind == "index":
        columns, code = _ENGLISH, symbol.exchange.lower() + symbol.code
        frame = asked(transport, "stock_zh_index_daily_em", code, **query.window)
    else:
        call = "fund_etf_hist_em" if symbol.kind == "fund" else "stock_zh_a_hist"
        frame = asked(transport, call, symbol.code, adjust="", **query.window)
    bars = bars_from(frame, columns, transport, currency=symbol.currency, shares_per_unit=lot)
    return transport.history(query.first, query.last, bars)


def corporate_actions(symbol: Symbol, hosts: RateLimiter) -> Told[tuple[CorporateAction, ...]]:
    """Cash dividends, bonus issues and rights issues of a mainland share that were carried out.

    All of them or a ``VendorFailure``: half a list would pass for the whole one.
    """
    rights, rights_exchanges = rights_issues(symbol, hosts)
    transport = _transport(symbol.canonical, hosts)
    actions = one_a_day((*_distributions(symbol, transport), *rights))
    return actions, transport.evidence + rights_exchanges


def _distributions(symbol: Symbol, transport: Transport) -> tuple[CorporateAction, ...]:
    """Cash dividends and bonus issues."""
    try:
        frame = asked(transport, "stock_fhps_detail_em", symbol.code)
    except NoData:
        return ()
    names = ("除权除息日", "送转股份-送转总比例", "现金分红-现金分红比例", "方案进度")
    require(frame, names, transport)
    done = frame[frame[names[0]].notna() & frame[names[3]].astype(str).str.contains("实施")]
    days = dates_from(done, names[0], transport)
    bonus = np.nan_to_num(numbers_from(done, names[1], transport)) / 10
    cash = np.nan_to_num(numbers_from(done, names[2], transport)) / 10
    return tuple(
        CorporateAction(
            symbol=symbol.canonical, ex_date=days[i], cash=float(cash[i]), bonus=float(bonus[i])
        )
        for i in range(len(days))
        if cash[i] > 0 or bonus[i] > 0
    )


def share_counts(symbol: Symbol, hosts: RateLimiter) -> Told[ShareCounts]:
    """Total and tradable shares of a mainland share, from each day of change on.

    The table of capital changes first: its host has nothing else to do. Where it is missing, the
    daily valuation table.
    """
    transport = _transport(symbol.canonical, hosts)
    try:
        frame = asked(transport, "stock_zh_a_gbjg_em", symbol.canonical)
        names = ("变更日期", "总股本", "已上市流通A股")
    except VendorFailure:
        frame = asked(transport, "stock_value_em", symbol.code)
        names = ("数据日期", "总股本", "流通股本")
    require(frame, names, transport)
    frame = frame.dropna(subset=list(names)).sort_values(names[0], kind="stable")
    days = dates_from(frame, names[0], transport)
    total = numbers_from(frame, names[1], transport)
    tradable = numbers_from(frame, names[2], transport)
    if not len(days):
        transport.no_data(message("why-no-share-counts"))
    if not ((total > 0).all() and (tradable >= 0).all()):
        transport.changed(message("why-a-share-count-is-not"))
    last_of_day = np.append(days[1:] != days[:-1], True)
    days, total, tradable = days[last_of_day], total[last_of_day], tradable[last_of_day]
    new = np.append(True, (np.diff(total) != 0) | (np.diff(tradable) != 0))
    shares = ShareCounts(
        symbol=symbol.canonical, dates=days[new], total=total[new], tradable=tradable[new]
    )
    return shares, transport.evidence


def counted_by(evidence: tuple[HttpRecord, ...]) -> str:
    """Which list share counts come from: the two date changes differently."""
    return CAPITAL_CHANGES if "RPT_F10_EH_EQUITY" in evidence[-1].url else NAME


def exchange_rate(
    pair: str, first: np.datetime64, last: np.datetime64, hosts: RateLimiter
) -> History:
    """The central bank's mid rate of ``pair`` (HKDCNY), CNY for one unit.

    Some of these series are quoted for 100 units; the size of the rate tells which.
    """
    transport = _transport(pair, hosts)
    frame = asked(transport, "forex_hist_em", f"{pair}C")
    columns = {"date": "日期", "open": "今开", "high": "最高", "low": "最低", "close": "最新价"}
    bars = bars_from(frame, columns, transport, currency=pair[3:])
    if len(bars.close) and np.nanmedian(bars.close) > 50:
        bars = replace(bars, **{name: getattr(bars, name) / 100.0 for name in PRICES})
    return transport.history(first, last, bars)


def steps_of(actions: tuple[CorporateAction, ...], bars: Bars) -> FactorSteps:
    """Total-return steps that follow from corporate actions: close(t-1) / reference(t).

    The reference is not rounded: that belongs to price limits, not to what a holder earned.
    Actions before the second bar change nothing that is known and are left out.
    """
    dates, ratios = [], []
    for action in actions:
        before = int(np.searchsorted(bars.dates, action.ex_date)) - 1
        if before < 0:
            continue
        close = float(bars.close[before])
        dates.append(action.ex_date)
        ratios.append(close / action.restated(close))
    return FactorSteps(
        dates=np.array(dates, dtype="datetime64[D]"), ratios=np.array(ratios, dtype=np.float64)
    )


# --- what a body may be --------------------------------------------------------------------


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Tell "nothing for this code" and a changed form apart, which akshare does not."""
    answer = transport.json_object(body)
    if "/kline/" in urlsplit(url).path:
        _inspect_bars(transport, url, answer.get("data"))
    elif "data/v1/get" in urlsplit(url).path:
        _inspect_report(transport, url, answer)


def _inspect_bars(transport: Transport, url: str, data: Any) -> None:
    if data is None:
        transport.no_data(message("why-no-bars-for-this-code"))
    if isinstance(data, dict) and "code" in data:
        asked = parse_qs(urlsplit(url).query)["secid"][0]
        transport.demand(data["code"], asked.partition(".")[2])
    lines = data.get("klines") if isinstance(data, dict) else None
    if not isinstance(lines, list):
        transport.changed(message("why-the-answer-has-no-list-of"))
    if not lines:
        # What a limited address gets too, with HTTP 200 and the share's name.
        transport.told_an_error(message("why-a-known-code-without-any"))
    if any(not isinstance(line, str) or line.count(",") < 6 for line in lines):
        transport.changed(message("why-a-bar-has-too-few"))


def _inspect_report(transport: Transport, url: str, answer: dict[str, Any]) -> None:
    result = answer.get("result")
    if result is None:
        if answer.get("code") == NO_ROWS:
            transport.no_data(message("why-no-rows-for-this-code"))
        transport.told_an_error(f"error {answer.get('code')}: {answer.get('message', '')}".strip())
    rows = result.get("data") if isinstance(result, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        transport.changed(message("why-the-report-has-no-rows"))
    if not rows:
        transport.no_data(message("why-no-rows-for-this-code"))
    if "RPT_SHAREBONUS_DET" in url:
        transport.demand_places(rows[0], _BONUS_POSITIONS)


def _transport(subject: str, hosts: RateLimiter) -> Transport:
    return Transport(NAME, subject, hosts, inspect=inspect)
