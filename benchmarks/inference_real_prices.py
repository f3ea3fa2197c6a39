"""How often Q1 and Q2 reject random lists of one industry on real prices, where nothing happened.

    python benchmarks/inference_real_prices.py ../shared/market [--write docs/inference-size.md]

Equally weighted lists of 4, 7 and 15 shares of one industry, every session of 2023 to 2025 as day
0 of the window [0,+5]. A third of each industry (at least twice the list) is where its lists are
drawn from; Q1's outside lists come from the rest, so they hold none of a list's shares, and the
lists of an industry and size share them. Q2 draws from the whole industry. Draws are new on every
date. The functions are the product's; only the loop over lists and dates is this program's.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from basketbt.eventstudy.kinds import draw_of_kind, in_pool
from basketbt.eventstudy.matched import scaled_t, series_of
from basketbt.eventstudy.models import MINIMUM_SESSIONS
from basketbt.eventstudy.significance import t_two_sided
from two_questions import (
    BEFORE,
    DRAWS,
    ELSEWHERE,
    ESTIMATION,
    LEVEL,
    TESTS,
    p_values,
    spent,
    table,
    write_section,
)

SEED = 20250122
SIZES, FEWEST_SHARES, POOL = (4, 7, 15), 60, 4
WINDOW = (0, 5)
AFTER = WINDOW[1]
FIRST, LAST = np.datetime64("2023-01-01"), np.datetime64("2025-12-31")
INDEX = "000300.SH"
COLUMNS = (*TESTS, ELSEWHERE)
RELATIVE = (0.0, 0.5, 0.8, 1.25, 2.0, np.inf)  # v over that of other industries
MARKETS = ("CSI 300", "the equal-weighted market")
PROMISED, WORST_QUARTER = (4.0, 6.0), 8.0


@dataclass(frozen=True)
class Group:
    """Lists of one industry and size, and who may stand against them."""

    size: int
    shares: np.ndarray  # (M,) columns of the industry's shares
    outside: np.ndarray  # (M,) those that no list of the group is drawn from
    lists: np.ndarray  # (J, size) places in ``shares``


@dataclass(frozen=True)
class Market:
    """Prices as returns, and the lists."""

    dates: np.ndarray  # (T,)
    returns: np.ndarray  # (T, M)
    benchmarks: tuple[np.ndarray, ...]  # (T,) each
    groups: tuple[Group, ...]


def read(prices: Path, count: int) -> Market:
    """The market of ``prices`` and ``count`` random lists."""
    columns = ["date", "symbol", "close"]
    bars = pd.read_parquet(prices / "universe_adjusted.parquet", columns=columns)
    close = bars.pivot(index="date", columns="symbol", values="close").astype(float)
    returns = (close / close.shift(1) - 1.0).to_numpy()
    levels = pd.read_parquet(prices / "indexes.parquet").query("symbol == @INDEX")
    level = levels.set_index("date")["close"].reindex(close.index)
    index = (level / level.shift(1) - 1.0).to_numpy()
    listed = pd.read_csv(prices / "instruments.csv").set_index("symbol")["industry"]
    industries = listed.reindex(close.columns).to_numpy()
    known = np.isfinite(returns)
    equal = np.where(known, returns, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    equal[0] = np.nan
    return Market(
        close.index.to_numpy().astype("datetime64[D]"),
        returns,
        (index, equal),
        tuple(_groups(industries, count)),
    )


def _groups(industries: np.ndarray, count: int) -> Iterator[Group]:
    random = np.random.default_rng(SEED)
    sizes = pd.Series(industries).value_counts()
    kinds = [(one, size) for one in sorted(sizes[sizes >= FEWEST_SHARES].index) for size in SIZES]
    for number, (industry, size) in enumerate(kinds):
        shares = np.flatnonzero(industries == industry)
        places = random.permutation(len(shares))
        held = places[: max(2 * size, len(shares) // 3)]
        lists = [random.choice(held, size, replace=False) for _ in range(number, count, len(kinds))]
        outside = np.ones(len(shares), dtype=bool)
        outside[held] = False
        yield Group(size, shares, outside, np.array(lists))


def on_date(market: Market, row: int) -> pd.DataFrame:
    """One row a list and market model: the p-values of one date."""
    span = slice(row - BEFORE, row + AFTER + 1)
    estimation = np.arange(BEFORE + AFTER + 1) < BEFORE + ESTIMATION[1] + 1
    found = []
    for group in market.groups:
        returns = market.returns[span, group.shares]
        pool = in_pool(returns, estimation, MINIMUM_SESSIONS)
        kind = np.ones(len(pool), np.int64)
        wanted = np.ones(group.size, np.int64)
        of_kind = draw_of_kind(pool, kind, wanted, draws=DRAWS, seed=SEED + row, fewest=POOL)
        away = draw_of_kind(pool & group.outside, kind, wanted, draws=DRAWS, seed=SEED + row)
        if not (isinstance(away, np.ndarray) and isinstance(of_kind, np.ndarray)):
            continue
        series = [
            series_of(returns, names, np.full(group.size, 1.0 / group.size))
            for names in (group.lists, away)
        ]
        for number, benchmark in enumerate(market.benchmarks):
            asked = p_values(benchmark[span], *series, returns, pool, of_kind, WINDOW, SEED + row)
            head = {"row": row, "market": number, "industry": group.shares[0], "size": group.size}
            values = {**head, "v": asked.v, "t": asked.t, "df": asked.df}
            found.append(pd.DataFrame({**values, **dict(zip(TESTS, asked.p, strict=True))}))
    return _beside_other_industries(pd.concat(found)).dropna()


def _beside_other_industries(found: pd.DataFrame) -> pd.DataFrame:
    """The same with Q1's p if v is the mean over the other industries' lists of that size."""
    cells = found.groupby(["market", "size", "industry"])["v"].first()
    among = cells.groupby(["market", "size"]).agg(["sum", "count"])
    found = found.join(among, on=["market", "size"])
    elsewhere = (found["sum"] - found["v"]) / (found["count"] - 1)
    p = t_two_sided(scaled_t(found["t"].to_numpy(), elsewhere.to_numpy()), found["df"].to_numpy())
    return found.drop(columns=["sum", "count"]).assign(
        **{ELSEWHERE: p, "relative": found["v"] / elsewhere}
    )


_HELD: list[Market] = []


def _start(prices: Path, count: int) -> None:
    threadpool_limits(1)
    _HELD.append(read(prices, count))


def _dates(rows: list[int]) -> pd.DataFrame:
    return pd.concat([on_date(_HELD[0], row) for row in rows])


def every_date(prices: Path, lists: int, step: int) -> tuple[pd.DataFrame, str]:
    """One row a list, date and market model: its p-values; and the time that it took."""
    started = time.perf_counter()
    dates = read(prices, 1).dates
    inside = np.flatnonzero((dates >= FIRST) & (dates <= LAST))
    rows = [int(row) for row in inside[::step] if BEFORE < row < len(dates) - AFTER]
    blocks = [rows[start : start + 10] for start in range(0, len(rows), 10)]
    with ProcessPoolExecutor(2, initializer=_start, initargs=(prices, lists)) as pool:
        found = pd.concat(pool.map(_dates, blocks), ignore_index=True)
    days = pd.DatetimeIndex(dates[found["row"].to_numpy()])
    found["quarter"] = days.to_period("Q").astype(str)
    return found, spent(started)


def rates(found: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Per cent of p at or below 5 %, with the median v and how many, in groups."""
    rejected = (found[[*COLUMNS]] <= LEVEL) * 100.0
    groups = rejected.groupby([found[one] for one in by]).mean()
    groups["median v"] = found.groupby(by)["v"].median()
    groups["p-values"] = found.groupby(by).size()
    return groups


def _rows(groups: pd.DataFrame) -> list[list[str]]:
    return [
        [
            label if isinstance(label, str) else f"{label:.0f}",
            *(f"{row[test]:.1f}" for test in COLUMNS),
            f"{row['median v']:.2f}",
            f"{row['p-values']:,.0f}",
        ]
        for label, row in groups.iterrows()
    ]


def _kept(overall: pd.Series, quarters: pd.DataFrame) -> str:
    said = []
    for test in ("Q1", ELSEWHERE, "Q2"):
        inside = PROMISED[0] <= overall[test] <= PROMISED[1]
        over = quarters.index[quarters[test] > WORST_QUARTER].tolist()
        said.append(
            f"{test} {overall[test]:.2f} % overall, {'inside' if inside else 'OUTSIDE'} "
            f"[4, 6]; above 8 % in {', '.join(over) or 'no quarter'}"
        )
    return "; ".join(said) + "."


PAGE = """\
## On real prices

Made by `python benchmarks/inference_real_prices.py ../shared/market --write
docs/inference-size.md`: {lists:,} random lists of 4, 7 and 15 shares of one of {industries}
industries with at least 60 shares, {dates} sessions from {first} to {last} as day 0, window [0,+5],
K = {draws}; seed {seed}; {seconds}, for both market models. Per cent of
p-values at or below 5 % where no event is known. *Q1* is the product's test, its p from residual
dates; *Q1 with t* reads the same statistic off Student's t(L - K); *both*: Q1 and Q2 reject. v is
the variance ratio. Shares that were delisted before late 2025 are missing from these prices. A list
is tested on a date if its last session has a return."""


def report(found: pd.DataFrame, seconds: str, lists: int, dates: np.ndarray) -> str:
    """The section as Markdown."""
    used = dates[np.unique(found["row"].to_numpy(int))]
    parts = [
        PAGE.format(
            lists=lists,
            industries=found["industry"].nunique(),
            dates=len(used),
            first=used[0],
            last=used[-1],
            draws=DRAWS,
            seed=SEED,
            seconds=seconds,
        )
    ]
    for number, name in enumerate(MARKETS):
        of_market = found[found["market"] == number].assign(all="all")
        bands = pd.cut(of_market["relative"], list(RELATIVE)).astype(str)
        of_market["band"] = "v / v of others in " + bands
        overall, sizes, quarters, relative = (
            rates(of_market, [one]) for one in ("all", "size", "quarter", "band")
        )
        sizes.index = [f"{size:.0f} shares" for size in sizes.index]
        parts += [
            f"### Market model on {name}",
            _kept(overall.iloc[0], quarters),
            table(
                ["", *COLUMNS, "median v", "p-values"],
                [*_rows(overall), *_rows(sizes), *_rows(quarters), *_rows(relative)],
            ),
        ]
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("prices", type=Path)
    parser.add_argument("--lists", type=int, default=1_000)
    parser.add_argument("--step", type=int, default=1, help="every so many sessions")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    dates = read(options.prices, 1).dates
    found, seconds = every_date(options.prices, options.lists, options.step)
    text = report(found, seconds, options.lists, dates)
    print(text)
    if options.write:
        write_section(options.write, "real prices", text)


if __name__ == "__main__":
    main()
