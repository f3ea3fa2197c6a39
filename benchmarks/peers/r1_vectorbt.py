"""The R1 study written straight in vectorbt: total return, volatility, maximum drawdown."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import vectorbt as vbt
import yaml

market, lists, out = map(Path, sys.argv[1:4])
bars = pd.read_parquet(market / "bars.parquet", columns=["date", "symbol", "close", "adj_factor"])
bars["close"] *= bars["adj_factor"].fillna(1.0)
prices = bars.pivot(index="date", columns="symbol", values="close")
rest = pd.read_parquet(market / "universe_adjusted.parquet", columns=["date", "symbol", "close"])
more = rest.pivot(index="date", columns="symbol", values="close")
more = more.drop(columns=prices.columns.intersection(more.columns))
closes = more.join(prices, how="left").ffill()
index = pd.read_parquet(market / "indexes.parquet", columns=["date", "symbol", "close"])
benchmark = index[index["symbol"] == "H00300.CSI"].set_index("date")["close"]
benchmark = benchmark.reindex(closes.index)
zero = closes.index.get_loc(pd.Timestamp("2025-01-21"))
windows = [(-20, -1), (-5, -1), (-1, 1), (0, 0), (0, 4), (0, 5), (5, 7), (0, 10), (0, 20), (0, 60)]
baskets = {}
for path in sorted(lists.glob("*/*.yaml")):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "constituents" in content:
        baskets[f"{path.parent.name}/{path.stem}"] = [c["symbol"] for c in content["constituents"]]
rows = []
for first, last in windows:
    part = closes.iloc[zero + first - 1 : zero + last + 1]
    yard = benchmark.iloc[zero + first - 1 : zero + last + 1]
    columns = [(name, s) for name, symbols in baskets.items() for s in symbols]
    table = pd.DataFrame({column: part[column[1]] for column in columns})
    table.columns = pd.MultiIndex.from_tuples(columns, names=["basket", "symbol"])
    listed = table.iloc[0].notna()
    table = table.loc[:, listed]
    names = table.columns.get_level_values("basket")
    size = pd.DataFrame(np.nan, table.index, table.columns)
    size.iloc[0] = 1 / names.map(names.value_counts())
    book = vbt.Portfolio.from_orders(
        table, size, size_type="targetpercent", group_by="basket", cash_sharing=True,
        call_seq="auto", init_cash=1e6, freq="1D",
    )  # fmt: skip
    value = book.value()
    total = value.iloc[-1] / value.iloc[0] - 1
    volatility = value.pct_change().std() * np.sqrt(243)
    drawdown = (value / value.cummax() - 1).min()
    excess = total - (yard.iloc[-1] / yard.iloc[0] - 1)
    for name in baskets:
        cells = [total[name], volatility[name], drawdown[name], excess[name]]
        rows.append([name, f"[{first},{last}]", *cells])
header = ["basket", "window", "total_return", "annual_volatility", "max_drawdown", "excess_return"]
pd.DataFrame(rows, columns=header).to_csv(out, index=False)
