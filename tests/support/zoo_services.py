"""The market as the mainland's data services give it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.zoo_market import Share, Truth, consistently
from support.zoo_writing import (
    Layouts,
    day,
    number,
    ohlc,
    parquet,
    percent,
    text,
    tidy,
    workbook,
)

LAYOUTS = Layouts()


@LAYOUTS.add("plain English CSV", returns="total", factor=True)
def _(folder: Path, shares: Truth) -> None:
    header = ("date", "symbol", "open", "high", "low", "close", "volume", "amount", "adj_factor")
    body = tidy(
        shares,
        header,
        lambda s, n: (
            day(s.dates[n]),
            s.symbol,
            *ohlc(s, n),
            s.volume[n],
            s.amount[n],
            s.factor[n],
        ),
    )
    (folder / "bars.csv").write_text(body)


@LAYOUTS.add("plain CSV, closes only", volume=False, amount=False)
def _(folder: Path, shares: Truth) -> None:
    (folder / "bars.csv").write_text(
        tidy(
            shares,
            ("date", "symbol", "close"),
            lambda s, n: (day(s.dates[n]), s.symbol, number(s.close[n])),
        )
    )


def _tushare(s: Share, n: int) -> tuple[Any, ...]:
    return (
        *(s.symbol, day(s.dates[n], "%Y%m%d"), *ohlc(s, n), number(s.previous[n])),
        *(number(s.close[n] - s.previous[n]), f"{percent(s, n):.4f}"),
        *(f"{s.volume[n] / 100:.2f}", f"{s.amount[n] / 1000:.3f}"),
    )


TUSHARE = (
    "ts_code",
    "trade_date",
    "open",
    "high",
    "low",
    "close",
    "pre_close",
    "change",
    "pct_chg",
    "vol",
    "amount",
)


@LAYOUTS.add("tushare daily", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    (folder / "bars.csv").write_text(tidy(shares, TUSHARE, _tushare, newest_first=True))


@LAYOUTS.add(
    "tushare daily with index column and adj_factor", returns="total", previous=True, factor=True
)
def _(folder: Path, shares: Truth) -> None:
    rows = tidy(
        shares,
        (*TUSHARE, "adj_factor"),
        lambda s, n: (*_tushare(s, n), f"{s.factor[n] * 3.7:.6f}"),
        newest_first=True,
    )
    lines = rows.splitlines()
    body = [f"{n},{line}" for n, line in enumerate(lines[1:])]
    (folder / "bars.csv").write_text("\n".join([f",{lines[0]}", *body]) + "\n")


@LAYOUTS.add("tushare daily as Parquet", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    parquet(
        folder / "bars.parquet",
        tidy(shares, TUSHARE, _tushare, newest_first=True),
        texts=("ts_code", "trade_date"),
    )


@LAYOUTS.add("tushare, one file a share", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    for one in shares:
        (folder / f"{one.symbol}.csv").write_text(
            tidy((one,), TUSHARE, _tushare, newest_first=True)
        )


@LAYOUTS.add("tushare, one file a day", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    (folder / "bars").mkdir()
    for n in range(len(shares[0].dates)):
        rows = [_tushare(one, n) for one in shares if not one.halted[n]]
        (folder / "bars" / f"{day(shares[0].dates[n], '%Y%m%d')}.csv").write_text(
            text([TUSHARE, *rows])
        )


BAOSTOCK = (
    "date",
    "code",
    "open",
    "high",
    "low",
    "close",
    "preclose",
    "volume",
    "amount",
    "adjustflag",
    "turn",
    "tradestatus",
    "pctChg",
    "isST",
)


def _baostock(s: Share, n: int) -> tuple[Any, ...]:
    idle = bool(s.halted[n])
    prices = [
        f"{float(v):.4f}" if abs(float(v) - round(float(v), 4)) < 1e-9 else v for v in ohlc(s, n)
    ]
    return (
        *(day(s.dates[n]), f"{s.symbol[-2:].lower()}.{s.code}", *prices, f"{s.previous[n]:.4f}"),
        *(
            "" if idle else int(s.volume[n]) if s.volume[n] == int(s.volume[n]) else s.volume[n],
            "" if idle else f"{s.amount[n]:.4f}",
        ),
        *("3", "0.1", "0" if idle else "1", f"{percent(s, n):.6f}", "0"),
    )


@LAYOUTS.add("baostock, raw", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    (folder / "bars.csv").write_text(tidy(shares, BAOSTOCK, _baostock, with_halts=True))


@LAYOUTS.add("baostock, forward-adjusted by its flag", returns="adjusted")
def _(folder: Path, shares: Truth) -> None:
    changed = tuple(consistently("forward", 4)(one) for one in shares)
    flag = BAOSTOCK.index("adjustflag")
    rows = tidy(
        changed,
        BAOSTOCK,
        lambda s, n: (*_baostock(s, n)[:flag], "2", *_baostock(s, n)[flag + 1 :]),
        with_halts=True,
    )
    (folder / "bars.csv").write_text(rows)


@LAYOUTS.add("baostock, one file a share", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    for one in shares:
        (folder / f"{one.symbol[-2:].lower()}.{one.code}.csv").write_text(
            tidy((one,), BAOSTOCK, _baostock, with_halts=True)
        )


AKSHARE = (
    "日期",
    "股票代码",
    "开盘",
    "收盘",
    "最高",
    "最低",
    "成交量",
    "成交额",
    "振幅",
    "涨跌幅",
    "涨跌额",
    "换手率",
)


def _akshare(s: Share, n: int) -> tuple[Any, ...]:
    opening, high, low, close = ohlc(s, n)
    return (
        *(
            day(s.dates[n]),
            s.code,
            opening,
            close,
            high,
            low,
            number(s.volume[n] / 100, 0),
            number(s.amount[n]),
        ),
        *("1.0", f"{percent(s, n):.2f}", number(s.close[n] - s.previous[n]), "0.5"),
    )


@LAYOUTS.add("akshare stock_zh_a_hist", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    (folder / "bars.csv").write_text(tidy(shares, AKSHARE, _akshare))


@LAYOUTS.add("akshare stock_zh_a_hist in workbooks, zeros lost", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    rows = [line.split(",") for line in tidy(shares, AKSHARE, _akshare).splitlines()]
    workbook(
        [rows[0], *([r[0], int(r[1]), *map(float, r[2:])] for r in rows[1:])], folder / "bars.xlsx"
    )


@LAYOUTS.add("akshare, one file a share, digits and name", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    for one in shares:
        (folder / f"{one.code}_{one.name}.csv").write_text(
            tidy((one,), AKSHARE, _akshare), encoding="utf-8-sig"
        )


@LAYOUTS.add("akshare stock_zh_a_daily, code in the name")
def _(folder: Path, shares: Truth) -> None:
    header = (
        "date",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "amount",
        "outstanding_share",
        "turnover",
    )
    for one in shares:
        body = tidy(
            (one,),
            header,
            lambda s, n: (day(s.dates[n]), *ohlc(s, n), s.volume[n], s.amount[n], 1e9, 0.01),
        )
        (folder / f"{one.symbol[-2:].lower()}{one.code}.csv").write_text(body)


@LAYOUTS.add("东方财富 terminal, text that is called .xls", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    header = (
        "时间",
        "代码",
        "名称",
        "开盘",
        "收盘",
        "最高",
        "最低",
        "涨幅",
        "涨跌",
        "成交量",
        "成交额",
        "换手率",
    )

    def row(s: Share, n: int) -> tuple[Any, ...]:
        opening, high, low, close = ohlc(s, n)
        return (
            *(day(s.dates[n]), s.code, s.name, opening, close, high, low, f"{percent(s, n):.2f}%"),
            *(
                number(s.close[n] - s.previous[n]),
                number(s.volume[n] / 100, 0),
                number(s.amount[n]),
                "0.5%",
            ),
        )

    (folder / "bars.xls").write_text(tidy(shares, header, row, separator="\t"), encoding="gbk")


JOINQUANT = {"SH": "XSHG", "SZ": "XSHE"}


@LAYOUTS.add("JoinQuant get_price, panel=False")
def _(folder: Path, shares: Truth) -> None:
    header = ("", "time", "code", "open", "close", "high", "low", "volume", "money")

    def row(s: Share, n: int) -> tuple[Any, ...]:
        opening, high, low, close = ohlc(s, n)
        return (
            n,
            f"{day(s.dates[n])} 00:00:00",
            f"{s.code}.{JOINQUANT[s.symbol[-2:]]}",
            opening,
            close,
            high,
            low,
            s.volume[n],
            s.amount[n],
        )

    (folder / "bars.csv").write_text(tidy(shares, header, row, with_halts=True))


@LAYOUTS.add(
    "JoinQuant with pre_close and paused, one file a share", returns="total", previous=True
)
def _(folder: Path, shares: Truth) -> None:
    header = ("", "open", "close", "high", "low", "volume", "money", "pre_close", "paused")

    def row(s: Share, n: int) -> tuple[Any, ...]:
        opening, high, low, close = ohlc(s, n)
        return (
            day(s.dates[n]),
            opening,
            close,
            high,
            low,
            s.volume[n],
            s.amount[n],
            number(s.previous[n]),
            float(s.halted[n]),
        )

    for one in shares:
        (folder / f"{one.code}.{JOINQUANT[one.symbol[-2:]]}.csv").write_text(
            tidy((one,), header, row, with_halts=True)
        )


@LAYOUTS.add("RiceQuant get_price", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    header = (
        "order_book_id",
        "date",
        "open",
        "close",
        "high",
        "low",
        "prev_close",
        "total_turnover",
        "volume",
        "num_trades",
    )

    def row(s: Share, n: int) -> tuple[Any, ...]:
        opening, high, low, close = ohlc(s, n)
        return (
            f"{s.code}.{JOINQUANT[s.symbol[-2:]]}",
            day(s.dates[n]),
            opening,
            close,
            high,
            low,
            number(s.previous[n]),
            s.amount[n],
            s.volume[n],
            100,
        )

    (folder / "bars.csv").write_text(tidy(shares, header, row, with_halts=True))


def _qlib(s: Share, n: int) -> tuple[Any, ...]:
    factor = s.factor[n] / s.factor[-1]
    prices = [float(v) * factor for v in ohlc(s, n)]
    opening, high, low, close = ("",) * 4 if s.halted[n] else prices
    change = "" if s.halted[n] else s.close[n] / s.previous[n] - 1.0
    return (
        s.symbol[-2:] + s.code,
        day(s.dates[n]),
        opening,
        close,
        high,
        low,
        "" if s.halted[n] else s.volume[n] / factor,
        factor,
        change,
    )


@LAYOUTS.add("qlib dump", returns="total", amount=False, factor=True)
def _(folder: Path, shares: Truth) -> None:
    header = ("symbol", "date", "open", "close", "high", "low", "volume", "factor", "change")
    (folder / "bars.csv").write_text(tidy(shares, header, _qlib, with_halts=True))


@LAYOUTS.add("qlib features with $, single precision", returns="total", amount=False, factor=True)
def _(folder: Path, shares: Truth) -> None:
    header = (
        "instrument",
        "datetime",
        "$open",
        "$close",
        "$high",
        "$low",
        "$volume",
        "$factor",
        "$change",
    )
    rows = tidy(shares, header, _qlib, with_halts=True)
    parquet(folder / "bars.parquet", rows, texts=("instrument", "datetime"), single=True)
