"""The market as services abroad give it, and in odd spellings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from support.zoo_market import Share, Truth
from support.zoo_writing import (
    Layouts,
    day,
    grid,
    number,
    ohlc,
    text,
    tidy,
    workbook,
)

LAYOUTS = Layouts()

YAHOO = {"SH": "SS", "SZ": "SZ"}


@LAYOUTS.add("yfinance, one ticker a file, Adj Close", returns="total", amount=False)
def _(folder: Path, shares: Truth) -> None:
    header = ("Date", "Open", "High", "Low", "Close", "Adj Close", "Volume")
    for one in shares:
        body = tidy(
            (one,),
            header,
            lambda s, n: (
                day(s.dates[n]),
                *ohlc(s, n),
                s.close[n] * s.factor[n] / s.factor[-1],
                int(s.volume[n]),
            ),
        )
        (folder / f"{one.code}.{YAHOO[one.symbol[-2:]]}.csv").write_text(body)


@LAYOUTS.add("yfinance download, one ticker, three header rows", returns="total", amount=False)
def _(folder: Path, shares: Truth) -> None:
    for one in shares:
        words = ("Adj Close", "Close", "High", "Low", "Open", "Volume")
        rows = _yahoo_rows((one,), words)
        (folder / f"{one.code}.{YAHOO[one.symbol[-2:]]}.csv").write_text(text(rows))


@LAYOUTS.add("yfinance download, several tickers", returns="total", amount=False)
def _(folder: Path, shares: Truth) -> None:
    (folder / "bars.csv").write_text(
        text(_yahoo_rows(shares, ("Adj Close", "Close", "High", "Low", "Open", "Volume")))
    )


def _yahoo_rows(shares: Truth, words: Sequence[str]) -> list[list[Any]]:
    tickers = [f"{s.code}.{YAHOO[s.symbol[-2:]]}" for s in shares]
    rows: list[list[Any]] = [
        ["Price", *(word for word in words for _ in shares)],
        ["Ticker", *(ticker for _ in words for ticker in tickers)],
        ["Date", *[""] * (len(words) * len(shares))],
    ]

    def cell(s: Share, word: str, n: int) -> Any:
        if s.halted[n]:
            return ""
        if word == "Adj Close":
            return s.close[n] * s.factor[n] / s.factor[-1]
        return number(getattr(s, word.lower())[n]) if word != "Volume" else s.volume[n]

    for n, stamp in enumerate(shares[0].dates):
        rows.append([day(stamp), *(cell(s, word, n) for word in words for s in shares)])
    return rows


@LAYOUTS.add("yfinance history, zoned index as Parquet", amount=False)
def _(folder: Path, shares: Truth) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    zone = timezone(timedelta(hours=8))
    for one in shares:
        kept = np.flatnonzero(~one.halted)
        stamps = [
            datetime.combine(one.dates[n].astype(date), datetime.min.time(), zone) for n in kept
        ]
        columns: dict[str, Any] = {
            word: pa.array(getattr(one, word.lower())[kept])
            for word in ("Open", "High", "Low", "Close", "Volume")
        }
        columns["Dividends"] = pa.array(np.zeros(len(kept)))
        columns["Stock Splits"] = pa.array(np.zeros(len(kept)))
        columns["Date"] = pa.array(stamps, pa.timestamp("ns", tz="Asia/Shanghai"))
        pq.write_table(pa.table(columns), folder / f"{one.code}.{YAHOO[one.symbol[-2:]]}.parquet")


@LAYOUTS.add("yfinance, several tickers as Parquet of pairs", returns="total", amount=False)
def _(folder: Path, shares: Truth) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = _yahoo_rows(shares, ("Adj Close", "Close", "High", "Low", "Volume"))
    columns: dict[str, Any] = {}
    for place in range(1, len(rows[0])):
        cells = [None if row[place] == "" else float(row[place]) for row in rows[3:]]
        columns[str((rows[0][place], rows[1][place]))] = pa.array(cells, pa.float64())
    columns["Date"] = pa.array(
        [datetime.fromisoformat(row[0]) for row in rows[3:]], pa.timestamp("us")
    )
    pq.write_table(pa.table(columns), folder / "bars.parquet")


@LAYOUTS.add("yfinance, text dates with an offset", amount=False)
def _(folder: Path, shares: Truth) -> None:
    header = ("Date", "Ticker", "Open", "High", "Low", "Close", "Volume")
    (folder / "bars.csv").write_text(
        tidy(
            shares,
            header,
            lambda s, n: (
                f"{day(s.dates[n])} 00:00:00+08:00",
                f"{s.code}.{YAHOO[s.symbol[-2:]]}",
                *ohlc(s, n),
                s.volume[n],
            ),
        )
    )


@LAYOUTS.add("moments of UTC in text", amount=False)
def _(folder: Path, shares: Truth) -> None:
    header = ("time", "symbol", "open", "high", "low", "close", "volume")
    before = np.timedelta64(1, "D")
    (folder / "bars.csv").write_text(
        tidy(
            shares,
            header,
            lambda s, n: (
                f"{day(s.dates[n] - before)}T16:00:00Z",
                s.symbol,
                *ohlc(s, n),
                s.volume[n],
            ),
        )
    )


@LAYOUTS.add("milliseconds since 1970", amount=False)
def _(folder: Path, shares: Truth) -> None:
    header = ("time", "symbol", "open", "high", "low", "close", "volume")
    (folder / "bars.csv").write_text(
        tidy(
            shares,
            header,
            lambda s, n: (
                int(s.dates[n].astype("M8[ms]").astype(np.int64)) - 8 * 3_600_000,
                s.symbol,
                *ohlc(s, n),
                s.volume[n],
            ),
        )
    )


@LAYOUTS.add("Bloomberg, tidy, American dates", amount=False)
def _(folder: Path, shares: Truth) -> None:
    header = ("Dates", "Security", "PX_OPEN", "PX_HIGH", "PX_LOW", "PX_LAST", "PX_VOLUME")
    (folder / "bars.csv").write_text(
        tidy(
            shares,
            header,
            lambda s, n: (
                day(s.dates[n], "%m/%d/%Y"),
                f"{s.code} CH Equity",
                *ohlc(s, n),
                s.volume[n],
            ),
        )
    )


@LAYOUTS.add("Bloomberg, tickers across, field below", volume=False, amount=False)
def _(folder: Path, shares: Truth) -> None:
    rows = [
        ["", *(f"{s.code} CH Equity" for s in shares)],
        ["Dates", *["PX_LAST"] * 3],
        *grid(shares, "close"),
    ]
    workbook(rows, folder / "bars.xlsx")


@LAYOUTS.add("Excel counts of days, full-width digits, thousands")
def _(folder: Path, shares: Truth) -> None:
    header = ("日期", "证券代码", "收盘价", "成交量(股)", "成交额(元)", "最高价", "最低价")
    zero = np.datetime64("1899-12-30")
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")

    def row(s: Share, n: int) -> tuple[Any, ...]:
        serial = int((s.dates[n] - zero).astype(int))
        return (
            serial,
            s.symbol,
            number(s.close[n]).translate(wide),
            f'"{s.volume[n]:,.0f}"',
            f'"{s.amount[n]:,.2f}"',
            number(s.high[n]),
            number(s.low[n]),
        )

    (folder / "bars.csv").write_text(tidy(shares, header, row))


@LAYOUTS.add("UTF-16 of Excel, tabs, apostrophes")
def _(folder: Path, shares: Truth) -> None:
    header = (
        "交易日期",
        "股票代码",
        "开盘价",
        "最高价",
        "最低价",
        "收盘价",
        "成交量(万股)",
        "成交额(亿元)",
    )
    body = tidy(
        shares,
        header,
        lambda s, n: (
            day(s.dates[n], "%Y年%m月%d日"),
            f"'{s.symbol}",
            *ohlc(s, n),
            s.volume[n] / 1e4,
            s.amount[n] / 1e8,
        ),
        separator="\t",
    )
    (folder / "bars.csv").write_text(body, encoding="utf-16")


@LAYOUTS.add("a sheet a share")
def _(folder: Path, shares: Truth) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(folder / "bars.xlsx"))
    for s in shares:
        sheet = book.add_worksheet(s.symbol)
        sheet.write_row(
            0, 0, ["日期", "开盘价", "最高价", "最低价", "收盘价", "成交量(股)", "成交额(元)"]
        )
        for r, n in enumerate(np.flatnonzero(~s.halted).tolist(), 1):
            sheet.write_row(
                r, 0, [day(s.dates[n]), *map(float, ohlc(s, n)), s.volume[n], s.amount[n]]
            )
    book.close()


@LAYOUTS.add("semicolons, titles above the header, a gzip")
def _(folder: Path, shares: Truth) -> None:
    import gzip

    header = (
        "证券代码",
        "日期",
        "开盘价",
        "最高价",
        "最低价",
        "收盘价",
        "成交量(手)",
        "成交额(万元)",
    )
    body = tidy(
        shares,
        header,
        lambda s, n: (
            s.symbol,
            day(s.dates[n]),
            *ohlc(s, n),
            s.volume[n] / 100,
            s.amount[n] / 1e4,
        ),
        separator=";",
    )
    content = f"日行情导出\n制表时间：2025-03-01\n\n{body}\n数据来源：某终端;;;;;;;\n"
    with gzip.open(folder / "bars.csv.gz", "wb") as file:
        file.write(content.encode())
