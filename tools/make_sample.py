"""Make the sample of record from a folder of real prices: ``python tools/make_sample.py FOLDER``.

FOLDER follows the *files* convention of docs/prices.md, with a table ``universe_adjusted`` of the
whole market. Out of it come, for the days ``FIRST`` to ``LAST``: the raw bars of every share in the
shipped lists, all indexes and one that is computed here, exchange rates, corporate actions, and
adjusted closes of ``OUTSIDE`` shares that are in no list. The choice is seeded, rows are sorted:
the same prices give the same values.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from basketbt.durable import sha256
from basketbt.lists.library import find_library

PACKAGE = Path(__file__).resolve().parents[1] / "src/basketbt"
TARGET = PACKAGE / "_shipped/sample"
READER = PACKAGE / "data/sources/sample.py"  # knows the hash of the manifest
FIRST, LAST = "2023-03-01", "2025-06-30"
EQUAL = "EWA.CALC"
OUTSIDE = 400
FROM_THEIR_INDUSTRIES = 0.8
FEWEST_OF_AN_INDUSTRY = 8
MISSING_AT_MOST = 25  # sessions without a close, of an outside share
SEED = 20250120


def main(folder: Path) -> None:
    """Write the tables, the manifest that lists their hashes, and its hash into the reader."""
    tables = sample_tables(folder)
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        _write(table, TARGET / f"{name}.parquet")
    names = [f"{name}.parquet" for name in tables]
    held = {
        "symbols": sorted(tables["bars"]["symbol"].unique()),
        "indexes": sorted(tables["indexes"]["symbol"].unique()),
        "start": FIRST,
        "end": LAST,
        "fx": sorted(tables["fx"]["pair"].unique()),
        "universe": True,
    }
    files = {name: sha256((TARGET / name).read_bytes()) for name in names}
    text = (json.dumps({"request": held, "files": files}, indent=1) + "\n").encode()
    (TARGET / "manifest.json").write_bytes(text)
    code = READER.read_text(encoding="utf-8")
    line = f'DIGEST = "{sha256(text)}"'
    READER.write_text(re.sub(r'^DIGEST = ".*"$', line, code, flags=re.MULTILINE), encoding="utf-8")
    for path in sorted(TARGET.iterdir()):
        print(f"{path.stat().st_size:9,} {path.name}")


def sample_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """The sample's tables by name, from a folder of real prices."""
    listed = {s for basket in find_library().select(["*"]) for s in basket.symbols}
    instruments = pd.read_csv(folder / "instruments.csv")[["symbol", "name", "industry"]]
    bars = _within(pd.read_parquet(folder / "bars.parquet"))
    bars = bars[bars["symbol"].isin(listed)]
    market = pd.read_parquet(
        folder / "universe_adjusted.parquet", columns=["date", "symbol", "close", "volume"]
    )
    market["symbol"] = market["symbol"].astype(str)
    market = _within(market)
    outside = market[market["symbol"].isin(_outside(market, instruments, listed))]
    kept = set(bars["symbol"]) | set(outside["symbol"])
    indexes = _within(pd.read_parquet(folder / "indexes.parquet"))[["date", "symbol", "close"]]
    actions = _within(pd.read_csv(folder / "actions.csv", parse_dates=["ex_date"]), "ex_date")
    return {
        "bars": _sorted(bars),
        "indexes": _sorted(pd.concat([indexes, equal_weighted(market)])),
        "fx": _within(pd.read_csv(folder / "fx.csv", parse_dates=["date"])),
        "actions": _sorted(actions[actions["symbol"].isin(listed)], "ex_date"),
        "instruments": instruments[instruments["symbol"].isin(kept)].sort_values("symbol"),
        "outside_adjusted": _sorted(outside),
    }


def equal_weighted(market: pd.DataFrame) -> pd.DataFrame:
    """The equal-weighted market: the mean one-session return, chained from 1000.

    A share counts on a session if it has a close there and on the session before.
    """
    closes = market.pivot(index="date", columns="symbol", values="close").astype(float)
    moves = (closes / closes.shift(1) - 1.0).mean(axis=1).fillna(0.0)
    level = 1000.0 * (1.0 + moves).cumprod()
    return pd.DataFrame({"date": level.index, "symbol": EQUAL, "close": level.to_numpy()})


def _outside(market: pd.DataFrame, instruments: pd.DataFrame, listed: set[str]) -> set[str]:
    """Shares in no list that have nearly every session, nine in ten of the lists' industries.

    An industry gives shares in proportion to the lists, but at least a few where it has them.
    """
    closes = market.groupby("symbol")["close"].count()
    whole = set(closes[closes >= closes.max() - MISSING_AT_MOST].index) - listed
    pool = instruments[instruments["symbol"].isin(whole)].dropna(subset=["industry"])
    own = instruments[instruments["symbol"].isin(listed)]["industry"].value_counts()
    random = np.random.default_rng(SEED)
    wanted = np.maximum(
        np.rint(own / own.sum() * FROM_THEIR_INDUSTRIES * OUTSIDE), FEWEST_OF_AN_INDUSTRY
    )
    chosen: list[str] = []
    for industry in sorted(own.index):
        members = sorted(pool[pool["industry"] == industry]["symbol"])
        count = min(int(wanted[industry]), len(members))
        chosen += random.choice(members, count, replace=False).tolist()
    others = sorted(pool[~pool["industry"].isin(own.index)]["symbol"])
    chosen += random.choice(others, OUTSIDE - len(chosen), replace=False).tolist()
    return set(chosen)


def _within(table: pd.DataFrame, column: str = "date") -> pd.DataFrame:
    return table[(table[column] >= FIRST) & (table[column] <= LAST)]


def _sorted(table: pd.DataFrame, day: str = "date") -> pd.DataFrame:
    return table.sort_values(["symbol", day], ignore_index=True)


def _write(table: pd.DataFrame, path: Path) -> None:
    """As Parquet: days as dates, counts as whole numbers, prices as they came."""
    table = table.copy()
    for column in ("date", "ex_date"):
        if column in table:
            table[column] = table[column].dt.date
    delta: dict[str, str] = {}
    if "volume" in table and "adj_factor" not in table:  # raw bars keep theirs to the last digit
        table["volume"] = table["volume"].round().astype("Int64")
        delta["volume"] = "DELTA_BINARY_PACKED"
    pq.write_table(
        pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None),
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[c for c in table.columns if c not in delta],
        column_encoding=delta,
        write_statistics=False,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
