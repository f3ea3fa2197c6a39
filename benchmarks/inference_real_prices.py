"""How often Q1 and Q2 reject random lists of one industry on real prices, where nothing happened.

    python benchmarks/inference_real_prices.py ../shared/market [--write docs/inference-size.md]

Equally weighted lists of 4, 7 and 15 shares of one industry, every session of 2023 to 2025 as day
0 of the window [0,+5]. A third of each industry (at least twice the list) is where its lists are
drawn from; Q1's outside lists come from the rest, so they hold none of a list's shares, and the
lists of an industry and size share them. Q2 draws from the whole industry. Draws are new on every
date. The functions are the product's; only the loop over lists and dates is this program's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from basketbt.eventstudy.kinds import draw_of_kind, in_pool
from basketbt.eventstudy.matched import (
    Measured,
    expected_car,
    measure,
    permutation_p,
    scaled_t,
    series_of,
    variance_ratio,
)
from basketbt.eventstudy.models import MINIMUM_SESSIONS, cumulate, estimate, market_model
from basketbt.eventstudy.residual_dates import mean_squares, resampled_p, standardised
from basketbt.eventstudy.significance import portfolio_t, t_two_sided

SEED, LEVEL = 20250122, 0.05
SIZES, FEWEST_SHARES, POOL = (4, 7, 15), 60, 4
DRAWS, NULL_DRAWS = 400, 400
WINDOW, ESTIMATION = (0, 5), (-140, -21)
BEFORE, AFTER = -ESTIMATION[0], WINDOW[1]
FIRST, LAST = np.datetime64("2023-01-01"), np.datetime64("2025-12-31")
INDEX = "000300.SH"
MARKETS = ("CSI 300", "equal-weighted market")
TESTS = ("Q1", "Q1 with t", "Q2", "both", "plain t")
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


def _parts(measured: Measured, sizes: list[int]) -> list[Measured]:
    """One ``Measured`` split by series, which are its last axis."""
    ends = np.cumsum(sizes).tolist()
    return [
        Measured(**{name: values[..., first:last] for name, values in vars(measured).items()})
        for first, last in zip([0, *ends], ends, strict=False)
    ]


def p_values(
    benchmark: np.ndarray,
    lists: np.ndarray,
    outside: np.ndarray,
    kind: np.ndarray,
    pool: np.ndarray,
    seed: int,
) -> tuple[np.ndarray, float]:
    """p of every test (tests, J) and v, for J lists against the same draws on one date.

    ``benchmark`` (T,), the series of ``lists`` (T, J), of ``outside`` lists and of lists of the
    ``kind`` (T, K), of the shares in the ``pool`` (T, M).
    """
    design, everything = market_model(benchmark), np.ones(len(benchmark), dtype=bool)
    sessions, row = np.arange(len(benchmark)), np.array([BEFORE])
    fitted = estimate(design, lists, sessions <= BEFORE + ESTIMATION[1])
    sums = cumulate(design, fitted, lists, sessions >= BEFORE)
    t = np.where(np.isfinite(lists[-1]), portfolio_t(sums, fitted.s), np.nan)
    series = [lists, outside, kind, pool]
    options = {"estimation": ESTIMATION, "usable": everything}
    together = np.concatenate(series, axis=1)
    measured = measure(
        design, together, together, row, windows=(WINDOW,), minimum=MINIMUM_SESSIONS, **options
    )
    own, away, of_kind, shares = _parts(measured, [one.shape[1] for one in series])
    v = variance_ratio(away.ratio[0, 0])
    scaled, by_t = scaled_t(t, v, fitted.df)
    residuals = standardised(design, lists, own, row, **options)[0]
    squares = mean_squares(design, outside, away, row, **options)[0]
    lengths = np.array([WINDOW[1] - WINDOW[0] + 1])
    q1 = resampled_p(scaled[:, None], residuals, squares, lengths, draws=NULL_DRAWS, seed=seed)
    expected = expected_car(shares.car[0], [np.arange(pool.shape[1])], np.ones(1))
    q2 = permutation_p(
        np.where(np.isfinite(t), own.car[0, 0], np.nan),
        np.broadcast_to(of_kind.car[0, 0], (len(t), kind.shape[1])),
        np.broadcast_to(expected, t.shape),
    )
    q1 = q1[:, 0]
    plain = t_two_sided(t, fitted.df)
    return np.stack([q1, by_t, q2, np.fmax(q1, q2), plain]), float(v)


def on_date(market: Market, row: int) -> np.ndarray:
    """(lists tested, 4 + tests) row, benchmark, size, v and the p of every list on one date."""
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
            for names in (group.lists, away, of_kind)
        ]
        for number, benchmark in enumerate(market.benchmarks):
            p, v = p_values(benchmark[span], *series, returns[:, pool], SEED + row)
            p = p[:, np.isfinite(p).all(axis=0)].T
            head = np.tile([row, number, group.size, v], (len(p), 1))
            found.append(np.hstack([head, p]))
    return np.concatenate(found)


_HELD: list[Market] = []


def _start(prices: Path, count: int) -> None:
    threadpool_limits(1)
    _HELD.append(read(prices, count))


def _dates(rows: list[int]) -> np.ndarray:
    return np.concatenate([on_date(_HELD[0], row) for row in rows])


def every_date(prices: Path, lists: int, step: int) -> tuple[pd.DataFrame, float]:
    """One row a list, date and market model: its p-values; and the seconds that it took."""
    started = time.perf_counter()
    dates = read(prices, 1).dates
    inside = np.flatnonzero((dates >= FIRST) & (dates <= LAST))
    rows = [int(row) for row in inside[::step] if BEFORE < row < len(dates) - AFTER]
    blocks = [rows[start : start + 10] for start in range(0, len(rows), 10)]
    with ProcessPoolExecutor(2, initializer=_start, initargs=(prices, lists)) as pool:
        found = np.concatenate(list(pool.map(_dates, blocks)))
    table = pd.DataFrame(found, columns=["row", "market", "size", "v", *TESTS])
    days = pd.DatetimeIndex(dates[table["row"].to_numpy(int)])
    table["quarter"] = days.to_period("Q").astype(str)
    return table, time.perf_counter() - started
