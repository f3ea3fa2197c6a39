"""China Securities Index: levels of its own indexes, total-return twins (H00300) included."""

from __future__ import annotations

from basketbt.data.bars import Bars
from basketbt.data.sources.frames import asked, bars_from
from basketbt.data.sources.transport import Transport
from basketbt.data.sources.vendor import History, Query
from basketbt.market.calendars import calendar
from basketbt.market.symbols import Symbol
from basketbt.notes import message

NAME = "csindex"
_COLUMNS = {"date": "日期", "open": "开盘", "high": "最高", "low": "最低", "close": "收盘"}
# akshare names the columns by position, so the positions are checked. The spelling of the
# names has varied in case.
_POSITIONS = {"tradedate": 0, "open": 6, "high": 7, "low": 8, "close": 9}


def serves(symbol: Symbol) -> bool:
    return symbol.kind == "index" and symbol.exchange in ("CSI", "SH")


def history(query: Query) -> History:
    """Levels from ``first`` to ``last``; a total-return index has closes only."""
    transport = Transport(NAME, query.symbol.canonical, query.hosts, inspect=inspect)
    frame = asked(transport, "stock_zh_index_hist_csindex", query.symbol.code, **query.window)
    bars = _without_placeholder(bars_from(frame, _COLUMNS, transport, currency="CNY"), query)
    return transport.history(query.first, query.last, bars)


def _without_placeholder(bars: Bars, query: Query) -> Bars:
    """CSI begins its list with a row of the asked start, also when that is no session."""
    exchange = calendar(query.symbol.calendar)
    invented = (bars.dates == query.first) & ~exchange.are_sessions(bars.dates)
    return bars.rows(~invented)


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is the known report, its columns where akshare expects them."""
    answer = transport.json_object(body)
    rows = answer.get("data")
    if not rows and (str(answer.get("code")) != "200" or answer.get("success") is False):
        transport.told_an_error(f"error {answer.get('code')}: {answer.get('msg', '')}".strip())
    if not rows:
        transport.no_data(message("why-no-levels-for-this-code"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        transport.changed(message("why-the-answer-has-no-list"))
    code = transport.symbol.partition(".")[0]
    transport.demand_places(map(str.lower, rows[0]), _POSITIONS)
    for row in rows:
        transport.demand(row.get("indexCode", code), code)
