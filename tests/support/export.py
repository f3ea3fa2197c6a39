"""Writing a market as the tables that an analyst would have."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from basketbt.prices.data import MarketData

BARS = ("date", "symbol", "open", "high", "low", "close", "volume", "amount", "adj_factor")


def write_tables(data: MarketData, folder: Path) -> None:
    """``bars.csv``, ``indexes.csv``, ``actions.csv``, ``shares.csv`` and ``fx.csv`` of a market."""
    folder.mkdir(parents=True, exist_ok=True)
    bars: dict[bool, list[tuple[object, ...]]] = {True: [], False: []}
    for symbol, bar in data.bars.items():
        factor = np.ones(len(bar.dates)) if bar.factor is None else bar.factor
        columns = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.amount, factor)
        cells = [
            ["" if value != value else repr(value) for value in one.tolist()] for one in columns
        ]
        names = [symbol] * len(bar.dates)
        bars[bar.factor is not None] += zip(bar.dates, names, *cells, strict=True)
    _write(folder / "bars.csv", BARS, bars[True])
    _write(folder / "indexes.csv", BARS, bars[False])
    _write(
        folder / "actions.csv",
        ("ex_date", "symbol", "cash", "bonus", "rights", "rights_price"),
        (
            (one.ex_date, symbol, one.cash, one.bonus, one.rights, one.rights_price)
            for symbol, several in data.actions.items()
            for one in several
        ),
    )
    _write(
        folder / "shares.csv",
        ("date", "symbol", "total", "tradable"),
        (
            (day, symbol, total, tradable)
            for symbol, one in data.shares.items()
            for day, total, tradable in zip(one.dates, one.total, one.tradable, strict=True)
        ),
    )
    _write(
        folder / "fx.csv",
        ("date", "pair", "rate"),
        (
            (day, pair, rate)
            for pair, series in data.fx.items()
            for day, rate in zip(series.dates, series.rate, strict=True)
        ),
    )


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([header, *rows])
