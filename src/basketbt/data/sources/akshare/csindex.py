"""China Securities Index: levels of its own indexes, total-return twins (H00300) included."""

from __future__ import annotations

import json

from basketbt.data.sources.akshare.client import akshare
from basketbt.data.sources.frames import bars_from
from basketbt.data.sources.transport import Transport, ask
from basketbt.data.sources.vendor import Family, History, Query
from basketbt.market.symbols import Symbol

NAME = "csindex"
_COLUMNS = {
    "date": "日期",
    "open": "开盘",
    "high": "最高",
    "low": "最低",
    "close": "收盘",
}
# akshare names the columns by position, so the positions are checked. The spelling of the
# names has varied in case.
_POSITIONS = {"tradedate": 0, "open": 6, "high": 7, "low": 8, "close": 9}


class CsIndex:
    """Levels from csindex.com.cn through akshare."""

    name = NAME
    family: Family = "akshare"

    def serves(self, symbol: Symbol) -> bool:
        return symbol.kind == "index" and symbol.exchange in ("CSI", "SH")

    def history(self, query: Query) -> History:
        """Levels from ``first`` to ``last``; a total-return index has closes only."""
        symbol = query.symbol
        transport = Transport(NAME, symbol.canonical, query.hosts, inspect=inspect)
        first, last = (str(day).replace("-", "") for day in (query.first, query.last))
        frame = ask(
            transport,
            lambda: akshare().stock_zh_index_hist_csindex(
                symbol.code, start_date=first, end_date=last
            ),
        )
        bars = bars_from(frame, _COLUMNS, transport, currency="CNY")
        return transport.history(query.first, query.last, bars)


def inspect(transport: Transport, url: str, body: bytes) -> None:
    """Raise unless the body is the known report, its columns where akshare expects them."""
    try:
        rows = json.loads(body).get("data")
    except (ValueError, AttributeError):
        transport.changed("the answer is not a JSON object, or cut short")
    if not rows:
        transport.no_data("no levels for this code and window")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        transport.changed("the answer has no list of levels")
    code = transport.symbol.partition(".")[0]
    keys = [key.lower() for key in rows[0]]
    wrong = [key for key, at in _POSITIONS.items() if keys[at : at + 1] != [key]]
    if wrong:
        transport.changed(f"the report's columns moved: {', '.join(wrong)}")
    for row in rows:
        transport.demand(row.get("indexCode", code), code)
