"""A table of prices as two people would write it, and the reading of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from basketbt.data.bars import MarketData, PriceRequest
from basketbt.data.sources.files import FilesSource, TableSpec

D = np.datetime64
ENGLISH = """\
date,symbol,open,high,low,close,volume,amount,adj_factor
2025-01-21,688111.SH,10,10.5,9.9,10.2,100000,1020000,0.5
2025-01-22,688111.SH,10.2,10.6,10.1,10.4,200000,2080000,1
2025-01-21,000034.SZ,20,21,19,20.5,300000,6150000,1
2025-01-22,000034.SZ,20.5,21,20,20.1,300000,6030000,1
"""
CHINESE = """\
日期,股票代码,名称,开盘价,最高价,最低价,收盘价,成交量(手),成交额(万元),复权因子
2025/1/21,sh688111,金山办公,10,10.5,9.9,10.2,"1,000",102,0.5
2025/1/22,sh688111,金山办公,10.2,10.6,10.1,10.4,"2,000",208,1
2025/1/21,sz000034,神州数码,20,21,19,20.5,"3,000",615,1
2025/1/22,sz000034,神州数码,20.5,21,20,20.1,"3,000",603,1
数据来源:Wind
"""


def load(
    root: Path,
    *symbols: str,
    indexes: tuple[str, ...] = (),
    tables: tuple[TableSpec, ...] | None = None,
    start: str = "2025-01-01",
    end: str = "2025-12-31",
    fx: tuple[str, ...] = (),
) -> MarketData:
    request = PriceRequest(symbols=symbols, indexes=indexes, start=D(start), end=D(end), fx=fx)
    return FilesSource(root, tables).load(request)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def same_prices(data: MarketData) -> None:
    """What ENGLISH says, whichever way it was written."""
    assert set(data.bars.symbols) == {"688111.SH", "000034.SZ"}
    share = data.bars.of("688111.SH")
    assert share.dates.astype(str).tolist() == ["2025-01-21", "2025-01-22"]
    assert share.open.tolist() == [10, 10.2]
    assert share.high.tolist() == [10.5, 10.6]
    assert share.low.tolist() == [9.9, 10.1]
    assert share.close.tolist() == [10.2, 10.4]
    assert share.volume.tolist() == [100000, 200000]
    assert share.amount.tolist() == [1020000, 2080000]
    assert share.factor.tolist() == [0.5, 1]
