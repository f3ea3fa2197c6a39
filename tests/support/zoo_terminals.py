"""The market as the terminals of the mainland export it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.zoo_market import NAMES, SYMBOLS, Share, Truth, adjusted
from support.zoo_writing import (
    Layouts,
    csv_cells,
    day,
    grid,
    number,
    ohlc,
    old_workbook,
    text,
    tidy,
    workbook,
)

LAYOUTS = Layouts()


@LAYOUTS.add("Choice, tidy workbook")
def _(folder: Path, shares: Truth) -> None:
    header = [
        "证券代码",
        "证券名称",
        "交易时间",
        "开盘价",
        "最高价",
        "最低价",
        "收盘价",
        "成交量",
        "成交额",
    ]
    rows: list[list[Any]] = [header]
    for s in shares:
        rows += [
            [s.symbol, s.name, s.dates[n], *map(float, ohlc(s, n)), s.volume[n], s.amount[n]]
            for n in range(len(s.dates))
            if not s.halted[n]
        ]
    workbook([*rows, ["数据来源：东方财富Choice数据"]], folder / "bars.xlsx")


@LAYOUTS.add("Choice, digits, -- on suspended days")
def _(folder: Path, shares: Truth) -> None:
    header = (
        "证券代码",
        "证券名称",
        "交易时间",
        "开盘价(元)",
        "最高价(元)",
        "最低价(元)",
        "收盘价(元)",
        "成交量(股)",
        "成交额(元)",
    )

    def row(s: Share, n: int) -> tuple[Any, ...]:
        values = ("--",) * 6 if s.halted[n] else (*ohlc(s, n), s.volume[n], s.amount[n])
        return (f"'{s.code}", s.name, day(s.dates[n], "%Y/%m/%d"), *values)

    (folder / "bars.csv").write_text(tidy(shares, header, row, with_halts=True), encoding="gbk")


@LAYOUTS.add("iFinD, thscode and time")
def _(folder: Path, shares: Truth) -> None:
    header = ("time", "thscode", "open", "high", "low", "close", "volume", "amount")
    (folder / "bars.csv").write_text(
        tidy(
            shares,
            header,
            lambda s, n: (day(s.dates[n]), s.symbol, *ohlc(s, n), s.volume[n], s.amount[n]),
        )
    )


@LAYOUTS.add("同花顺 client, weekday beside the day, one file a share")
def _(folder: Path, shares: Truth) -> None:
    header = (
        "时间",
        "开盘",
        "最高",
        "最低",
        "收盘",
        "涨幅",
        "振幅",
        "总手",
        "金额",
        "换手%",
        "成交次数",
    )
    for one in shares:
        body = tidy(
            (one,),
            header,
            lambda s, n: (
                f"{day(s.dates[n])},一",
                *ohlc(s, n),
                "--",
                "1.5%",
                s.volume[n],
                s.amount[n],
                "0.5",
                "0",
            ),
            separator="\t",
        )
        (folder / f"{one.code}.xls").write_text(body, encoding="gbk")


def _tdx(folder: Path, shares: Truth, title: str, suffix: str, separator: str, footer: str) -> None:
    header = [
        "      日期",
        "    开盘",
        "    最高",
        "    最低",
        "    收盘",
        "    成交量",
        "    成交额",
    ]
    for one in shares:
        body = tidy(
            (one,),
            header,
            lambda s, n: (
                day(s.dates[n], "%Y/%m/%d"),
                *ohlc(s, n),
                number(s.volume[n], 0),
                number(s.amount[n]),
            ),
            separator=separator,
            end=footer,
        )
        name = f"{one.symbol[-2:]}#{one.code}{suffix}"
        (folder / name).write_text(title.format(one=one) + "\n" + body, encoding="gbk")


@LAYOUTS.add("通达信 .txt, raw by its title")
def _(folder: Path, shares: Truth) -> None:
    _tdx(folder, shares, "{one.code} {one.name} 日线 不复权", ".txt", "\t", "数据来源:通达信\n")


@LAYOUTS.add("通达信 .csv, forward-adjusted by its title", returns="adjusted")
def _(folder: Path, shares: Truth) -> None:
    changed = tuple(adjusted("forward", 2)(one) for one in shares)
    _tdx(folder, changed, "{one.code} {one.name} 日线 前复权", ".csv", ",", "#数据来源:通达信\n")


WIND = [
    "代码",
    "名称",
    "日期",
    "开盘价(元)",
    "最高价(元)",
    "最低价(元)",
    "收盘价(元)",
    "成交量(股)",
    "成交额(元)",
]


def _wind_rows(shares: Truth, **units: float) -> list[list[Any]]:
    rows: list[list[Any]] = [list(WIND)]
    for s in shares:
        for n in range(len(s.dates)):
            values: list[Any] = [
                *map(float, ohlc(s, n)),
                s.volume[n] / units.get("volume", 1.0),
                s.amount[n] / units.get("amount", 1.0),
            ]
            rows.append([s.symbol, s.name, s.dates[n], *(["停牌"] * 6 if s.halted[n] else values)])
    return rows


@LAYOUTS.add("Wind, tidy workbook with nameless styles")
def _(folder: Path, shares: Truth) -> None:
    workbook([*_wind_rows(shares), [], ["数据来源：Wind"]], folder / "bars.xlsx", style="nameless")


@LAYOUTS.add("Wind, tidy .xls, lots and 万元")
def _(folder: Path, shares: Truth) -> None:
    rows = _wind_rows(shares, volume=100.0, amount=1e4)
    rows[0][-2:] = ["成交量(手)", "成交额(万元)"]
    old_workbook(rows, folder / "bars.xls")


@LAYOUTS.add("Wind, tidy with previous closes", returns="total", previous=True)
def _(folder: Path, shares: Truth) -> None:
    header = [
        "证券代码",
        "证券简称",
        "交易日期",
        "前收盘价",
        "开盘价",
        "最高价",
        "最低价",
        "收盘价",
        "成交量",
        "成交额(千元)",
    ]
    body = tidy(
        shares,
        header,
        lambda s, n: (
            s.symbol,
            s.name,
            day(s.dates[n]),
            number(s.previous[n]),
            *ohlc(s, n),
            number(s.volume[n] / 100, 0),
            s.amount[n] / 1000,
        ),
    )
    (folder / "bars.csv").write_text(body, encoding="utf-8-sig")


@LAYOUTS.add("Wind formulas: names, adjustment and unit in the header")
def _(folder: Path, shares: Truth) -> None:
    rows = _wind_rows(shares)
    for place, word in enumerate(("开盘价", "最高价", "最低价", "收盘价"), 3):
        rows[0][place] = f"{word}\r\n[交易日期] 最新\r\n[复权方式] 不复权\r\n[单位] 元"
    rows[0][-2:] = ["成交量\r\n[单位] 股", "成交额\r\n[单位] 元"]
    workbook(rows, folder / "bars.xlsx")


@LAYOUTS.add("Wind, wide, padded footer", volume=False, amount=False)
def _(folder: Path, shares: Truth) -> None:
    rows = [["", *SYMBOLS], *grid(shares, "close"), ["数据来源：Wind", "", "", ""]]
    (folder / "bars.csv").write_text(csv_cells(rows), encoding="utf-8-sig")


@LAYOUTS.add("Wind, wide, names above the codes, a field row", volume=False, amount=False)
def _(folder: Path, shares: Truth) -> None:
    rows = [
        ["名称", *NAMES.values()],
        ["代码", *SYMBOLS],
        ["日期", *["收盘价(元)"] * 3],
        *grid(shares, "close"),
    ]
    workbook(rows, folder / "bars.xlsx")


@LAYOUTS.add("wide tables called by what they hold", amount=True)
def _(folder: Path, shares: Truth) -> None:
    for field in ("close", "high", "low", "volume", "amount"):
        (folder / f"{field}.csv").write_text(csv_cells([["date", *SYMBOLS], *grid(shares, field)]))


@LAYOUTS.add("wide workbooks with Chinese names")
def _(folder: Path, shares: Truth) -> None:
    for field, word in (
        ("close", "收盘价"),
        ("high", "最高价"),
        ("low", "最低价"),
        ("volume", "成交量"),
        ("amount", "成交额"),
    ):
        workbook([["日期", *SYMBOLS], *grid(shares, field)], folder / f"{word}.xlsx")


FIELDS = {
    "open": "开盘价",
    "high": "最高价",
    "low": "最低价",
    "close": "收盘价",
    "volume": "成交量",
    "amount": "成交额",
}


def _several(shares: Truth) -> tuple[list[str], list[str], list[str], list[list[Any]]]:
    codes = [s.symbol for s in shares for _ in FIELDS]
    names = [s.name for s in shares for _ in FIELDS]
    words = [word for _ in shares for word in FIELDS.values()]
    body: list[list[Any]] = []
    for n, stamp in enumerate(shares[0].dates):
        cells = [
            float("nan") if s.halted[n] else float(getattr(s, f)[n]) for s in shares for f in FIELDS
        ]
        body.append([stamp, *cells])
    return codes, names, words, body


@LAYOUTS.add("Wind, several fields a code, codes first")
def _(folder: Path, shares: Truth) -> None:
    codes, names, words, body = _several(shares)
    workbook([["代码", *codes], ["名称", *names], ["日期", *words], *body], folder / "bars.xlsx")


@LAYOUTS.add("Wind, several fields a code, fields first, merged codes")
def _(folder: Path, shares: Truth) -> None:
    codes, names, words, body = _several(shares)
    merged = [code if n % len(FIELDS) == 0 else "" for n, code in enumerate(codes)]
    rows = [["", *words], ["", *names], ["", *merged], *body, ["数据来源：Wind"]]
    (folder / "bars.csv").write_text(csv_cells(rows), encoding="gbk")


@LAYOUTS.add("days across, securities down", volume=False, amount=False)
def _(folder: Path, shares: Truth) -> None:
    rows = [["代码", *map(day, shares[0].dates)]]
    rows += [
        [s.symbol, *("" if s.halted[n] else number(s.close[n]) for n in range(len(s.dates)))]
        for s in shares
    ]
    (folder / "bars.csv").write_text(text(rows))
