"""Indexes that studies measure against: what people call them and whether dividends are in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class IndexInfo:
    """Names of an index, its kind, and the code of its total-return twin where there is one."""

    name_en: str
    name_zh: str
    kind: Literal["price", "total_return"] = "price"
    twin: str | None = None


#: The equal-weighted market, and for each list the equal-weighted industries of its own shares.
#: No vendor's code ends like this: they are computed here.
EQUAL_MARKET, OWN_INDUSTRIES = "EWA.CALC", "EWI.CALC"

# Published by China Securities Index and the Shenzhen exchange; codes as their pages give them.
INDEXES: Mapping[str, IndexInfo] = {
    "000300.SH": IndexInfo("CSI 300", "沪深300", twin="H00300.CSI"),
    "H00300.CSI": IndexInfo("CSI 300 total return", "沪深300全收益", "total_return"),
    "000985.CSI": IndexInfo("CSI All Share", "中证全指"),
    "000688.SH": IndexInfo("STAR 50", "科创50"),
    "399006.SZ": IndexInfo("ChiNext", "创业板指"),
    "000001.SH": IndexInfo("SSE Composite", "上证指数"),
    "399001.SZ": IndexInfo("SZSE Component", "深证成指"),
    "930713.CSI": IndexInfo("CSI Artificial Intelligence Theme", "中证人工智能主题"),
    "931071.CSI": IndexInfo("CSI Artificial Intelligence Industry", "中证人工智能产业"),
    # Means of one-session returns of shares, so each return holds dividends.
    EQUAL_MARKET: IndexInfo("Equal-weighted A shares", "A股等权", "total_return"),
    OWN_INDUSTRIES: IndexInfo("Own industries, equal-weighted", "自身行业等权", "total_return"),
}


def index_info(symbol: str) -> IndexInfo:
    """What is known of an index; an unknown one goes by its code and counts as a price index."""
    return INDEXES.get(symbol, IndexInfo(symbol, symbol))
