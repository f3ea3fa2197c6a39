"""The R1 study written straight in bt: total return, volatility, maximum drawdown."""

import sys
from pathlib import Path

import bt
import numpy as np
import pandas as pd
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
    tests = []
    for name, symbols in baskets.items():
        listed = part[symbols].loc[:, part[symbols].iloc[0].notna()]
        algos = [
            bt.algos.RunOnce(),
            bt.algos.SelectAll(),
            bt.algos.WeighEqually(),
            bt.algos.Rebalance(),
        ]
        test = bt.Backtest(
            bt.Strategy(name, algos), listed, integer_positions=False, progress_bar=False
        )
        tests.append(test)
    value = bt.run(*tests, progress_bar=False).prices.iloc[1:]
    total = value.iloc[-1] / value.iloc[0] - 1
    volatility = value.pct_change().std() * np.sqrt(243)
    drawdown = (value / value.cummax() - 1).min()
    excess = total - (yard.iloc[-1] / yard.iloc[0] - 1)
    for name in baskets:
        cells = [total[name], volatility[name], drawdown[name], excess[name]]
        rows.append([name, f"[{first},{last}]", *cells])
header = ["basket", "window", "total_return", "annual_volatility", "max_drawdown", "excess_return"]
pd.DataFrame(rows, columns=header).to_csv(out, index=False)
