"""Writing a market as the tables that an analyst would have."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from basketbt.data.bars import COLUMNS, MarketData
from support.bars import each

BARS = ("date", "symbol", "open", "high", "low", "close", "volume", "amount", "adj_factor")


def write_tables(data: MarketData, folder: Path) -> None:
    """``bars.csv``, ``indexes.csv``, ``actions.csv``, ``shares.csv`` and ``fx.csv`` of a market."""
    folder.mkdir(parents=True, exist_ok=True)
    bars: list[list[object]] = []
    indexes: list[list[object]] = []
    for symbol, bar in each(data.bars).items():
        target = bars if bar.has_factor.all() else indexes
        columns = [getattr(bar, name) for name in COLUMNS]
        for number, day in enumerate(bar.dates):
            target.append([day, symbol, *(_number(column[number]) for column in columns)])
    _write(folder / "bars.csv", BARS, bars)
    _write(folder / "indexes.csv", BARS, indexes)
    _write(
        folder / "actions.csv",
        ("ex_date", "symbol", "cash", "bonus", "rights", "rights_price"),
        [
            [one.ex_date, symbol, one.cash, one.bonus, one.rights, one.rights_price]
            for symbol, several in data.actions.items()
            for one in several
        ],
    )
    _write(
        folder / "shares.csv",
        ("date", "symbol", "total", "tradable"),
        [
            [day, symbol, counts.total[number], counts.tradable[number]]
            for symbol, counts in data.shares.items()
            for number, day in enumerate(counts.dates)
        ],
    )
    _write(
        folder / "fx.csv",
        ("date", "pair", "rate"),
        [
            [day, pair, series.rate[number]]
            for pair, series in data.fx.items()
            for number, day in enumerate(series.dates)
        ],
    )


def _number(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


def _write(path: Path, header: tuple[str, ...], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
