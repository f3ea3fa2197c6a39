"""How many wrong numbers in real prices are named, one cell at a time and whole columns at once.

    python benchmarks/mutations.py ../shared/market [--cells 10000] [--write docs/reliability.md]

A study of 12 shares, nine indexes and HKD/CNY over 240 sessions is drawn from the folder, 40 times
over; its actions are the folder's, its share counts and market values are made (the folder has
none). Then one number of it is changed and everything is checked again: found is a finding that
was not there before and names the security, on the day of the cell or a neighbouring session. A
change of more than 5 % must be found in this one source; one of more than 0.1 % is held against
the table as it was, as two vendors are held together (`reconcile`, `store check --deep`).
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from basketbt.data.bars import (
    COLUMNS,
    Bars,
    FxSeries,
    MarketData,
    MarketValues,
    PriceRequest,
    ShareCounts,
)
from basketbt.data.reconcile import AGREE, compare
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.vendor import FactorSteps, History
from basketbt.data.validation.check import examined
from basketbt.data.validation.findings import Finding
from basketbt.data.validation.policy import DEFAULT_POLICY
from basketbt.market.calendars import calendar
from two_questions import table, write_section

SEED = 20250124
STUDIES, SHARES, SESSIONS = 40, 12, 240
FIRST, LAST = np.datetime64("2021-01-04"), np.datetime64("2025-05-23")
LARGE, LARGEST, SMALL = 1.05, 2.0, 1.001
NEIGHBOURS = 1  # sessions beside the day of the cell on which a finding counts as about it
PAIR = "HKDCNY"
KINDS = ("close", "factor", "rate", "index level", "share count")
CELLS_BESIDE = ("open", "high", "low", "volume", "amount")

Rng = np.random.Generator
Found = set[tuple[str, str, np.datetime64]]


@dataclass(frozen=True)
class Changed:
    """A study with something wrong in it: in whose rows, on which day (None: on many)."""

    data: MarketData
    symbol: str
    day: np.datetime64 | None


def studies(folder: Path, rng: Rng) -> list[MarketData]:
    """Studies drawn from a folder of prices, each with made share counts."""
    names = [
        pq.read_table(folder / f"{kind}.parquet", columns=["symbol"])["symbol"].unique()
        for kind in ("bars", "indexes")
    ]
    shares, indexes = (sorted(one.to_pylist()) for one in names)
    shares = [name for name in shares if not name.endswith(".HK")]
    source, sessions = FilesSource(folder), calendar("XSHG").between(FIRST, LAST)
    found = []
    while len(found) < STUDIES:
        start = int(rng.integers(len(sessions) - SESSIONS))
        asked = PriceRequest(
            symbols=tuple(rng.choice(shares, SHARES, replace=False).tolist()),
            indexes=tuple(indexes),
            start=sessions[start],
            end=sessions[start + SESSIONS - 1],
            fx=(PAIR,),
        )
        data = source.load(asked)
        rates = data.fx[PAIR]
        inside = (rates.dates >= asked.start) & (rates.dates <= asked.end)
        rates = FxSeries.of(PAIR, rates.dates[inside], rates.rate[inside])
        found.append(with_counts(replace(data, fx={PAIR: rates})))
    return found


def with_counts(data: MarketData) -> MarketData:
    """Share counts every 20 rows, forty times the largest volume, and their market values."""
    shares, values = {}, {}
    for number, symbol in enumerate(data.bars.symbols):
        rows = np.arange(*data.bars.own(number).indices(len(data.bars))[:2], 20)
        if data.bars.parsed[number].kind != "share" or data.bars.adjusted[number]:
            continue  # a market value is no multiple of an adjusted close
        most = np.nan_to_num(data.bars.volume[data.bars.own(number)]).max()
        total = np.full(rows.size, 40 * most or 1e9)
        dates, close = data.bars.dates[rows], data.bars.close[rows]
        shares[symbol] = ShareCounts(symbol=symbol, dates=dates, total=total, tradable=total * 0.6)
        values[symbol] = MarketValues(dates=dates, value=np.round(total * close))
    return replace(data, shares=shares, market_values=values)


# --- one cell ------------------------------------------------------------------------------------


def one_cell(data: MarketData, kind: str, size: float, rng: Rng) -> Changed:
    """One number of a kind multiplied by ``size``."""
    if kind == "rate":
        series = data.fx[PAIR]
        at = int(rng.integers(len(series.rate)))
        rate = times(series.rate, at, size)
        return Changed(replace(data, fx={PAIR: replace(series, rate=rate)}), PAIR, series.dates[at])
    if kind == "share count":
        symbol = str(rng.choice(sorted(data.shares)))
        counts = data.shares[symbol]
        at = int(rng.integers(len(counts.total)))
        total = times(counts.total, at, size)
        wrong = replace(counts, total=total, tradable=np.minimum(counts.tradable, total))
        return Changed(
            replace(data, shares={**data.shares, symbol: wrong}), symbol, counts.dates[at]
        )
    column = {"index level": "close"}.get(kind, kind)
    wanted = "index" if kind == "index level" else "share"
    values = getattr(data.bars, column)
    of_kind = data.bars.per_row([one.kind == wanted for one in data.bars.parsed])
    row = int(rng.choice(np.flatnonzero(of_kind & np.isfinite(values))))
    decimals = 2 if column in ("open", "high", "low") or kind == "close" else 12
    changed = times(values, row, size)
    changed[row] = np.round(changed[row], decimals)
    bars = replace(data.bars, **{column: changed})
    return Changed(
        replace(data, bars=bars), data.bars.symbols[data.bars.code[row]], data.bars.dates[row]
    )


def times(values: np.ndarray, at: int, size: float) -> np.ndarray:
    found = values.copy()
    found[at] *= size
    return found


def size_between(least: float, most: float, rng: Rng) -> float:
    """A factor up or down, logarithmically even."""
    drawn = float(np.exp(rng.uniform(np.log(least), np.log(most))))
    return drawn if rng.random() < 0.5 else 1.0 / drawn


# --- whole columns -------------------------------------------------------------------------------


def some_share(data: MarketData, rng: Rng) -> tuple[int, slice]:
    """One with raw prices: some names of the folder have adjusted ones only in their first year."""
    usable = ~data.bars.adjusted & (np.diff(data.bars.edges) > SESSIONS / 2)
    shares = [n for n, one in enumerate(data.bars.parsed) if one.kind == "share" and usable[n]]
    number = int(rng.choice(shares))
    return number, data.bars.own(number)


def changed_rows(data: MarketData, number: int, **columns: np.ndarray) -> Changed:
    own, values = data.bars.own(number), {}
    for name, part in columns.items():
        values[name] = getattr(data.bars, name).copy()
        values[name][own] = part
    bars = replace(data.bars, **values)
    return Changed(replace(data, bars=bars), data.bars.symbols[number], None)


def step_from_a_day(least: float, most: float) -> Callable[[MarketData, Rng], Changed]:
    def change(data: MarketData, rng: Rng) -> Changed:
        number, own = some_share(data, rng)
        factor = data.bars.factor[own].copy()
        factor[int(rng.integers(1, len(factor))) :] *= 1.0 + rng.uniform(least, most)
        return changed_rows(data, number, factor=factor)

    return change


def without_actions(change: Callable[[MarketData, Rng], Changed]) -> Callable[..., Changed]:
    return lambda data, rng: change(replace(data, actions={}, has_actions=False), rng)


def factor_of_one_day(data: MarketData, rng: Rng) -> Changed:
    number, own = some_share(data, rng)
    factor = data.bars.factor[own].copy()
    factor[int(rng.integers(1, len(factor) - 1))] *= 1.0 + rng.uniform(0.02, 0.15)
    return changed_rows(data, number, factor=factor)


def lots_from_a_day(data: MarketData, rng: Rng) -> Changed:
    number, own = some_share(data, rng)
    volume = data.bars.volume[own].copy()
    volume[int(rng.integers(1, len(volume))) :] /= 100.0
    return changed_rows(data, number, volume=volume)


def adjusted_beside_factor(data: MarketData, rng: Rng) -> Changed:
    for _ in range(20):  # some shares have no ex-date in a year
        number, own = some_share(data, rng)
        factor = data.bars.factor[own]
        if np.ptp(factor) > 0.005 * factor[-1]:
            break
    else:
        return Changed(data, "", None)
    scale = factor / factor[-1]
    prices = {name: np.round(getattr(data.bars, name)[own] * scale, 2) for name in COLUMNS[:4]}
    return changed_rows(data, number, **prices)


def opens_for_closes(data: MarketData, rng: Rng) -> Changed:
    number, own = some_share(data, rng)
    return changed_rows(data, number, open=data.bars.close[own], close=data.bars.open[own])


def a_session_late(data: MarketData, rng: Rng) -> Changed:
    number, own = some_share(data, rng)
    rolled = {name: np.roll(getattr(data.bars, name)[own], 1) for name in COLUMNS}
    kept = np.delete(np.arange(len(data.bars)), own.start)
    changed = changed_rows(data, number, **rolled)
    return replace(changed, data=replace(changed.data, bars=changed.data.bars.rows(kept)))


def lacking(count: int) -> Callable[[MarketData, Rng], Changed]:
    def change(data: MarketData, rng: Rng) -> Changed:
        number, own = some_share(data, rng)
        at = int(rng.integers(own.start + 1, own.stop - count - 1))
        bars = data.bars.rows(np.delete(np.arange(len(data.bars)), np.arange(at, at + count)))
        return Changed(replace(data, bars=bars), data.bars.symbols[number], None)

    return change


def counts_in_ten_thousands(data: MarketData, rng: Rng) -> Changed:
    symbol = str(rng.choice(sorted(data.shares)))
    counts = data.shares[symbol]
    wrong = replace(counts, total=counts.total / 1e4, tradable=counts.tradable / 1e4)
    data = replace(data, shares={**data.shares, symbol: wrong}, market_values={})
    return Changed(data, symbol, None)


def cash_per_ten(data: MarketData, rng: Rng) -> Changed:
    with_cash = [
        name
        for number, name in enumerate(data.bars.symbols)
        for one in data.actions.get(name, ())
        if one.cash > 0.05
        and data.bars.dates[data.bars.own(number)][0] < one.ex_date
        and one.ex_date <= data.bars.dates[data.bars.own(number)][-1]
    ]
    if not with_cash:
        return Changed(data, "", None)
    symbol = str(rng.choice(with_cash))
    tenfold = tuple(replace(one, cash=one.cash * 10) for one in data.actions[symbol])
    return Changed(replace(data, actions={**data.actions, symbol: tenfold}), symbol, None)


def index_from_a_day(size: float) -> Callable[[MarketData, Rng], Changed]:
    def change(data: MarketData, rng: Rng) -> Changed:
        number = int(rng.choice([n for n, s in enumerate(data.bars.parsed) if s.kind == "index"]))
        own = data.bars.own(number)
        at = int(rng.integers(1, own.stop - own.start))
        scale = np.where(np.arange(own.stop - own.start) >= at, size, 1.0)
        prices = {name: getattr(data.bars, name)[own] * scale for name in COLUMNS[:4]}
        return changed_rows(data, number, **prices)

    return change


def rate_inverted(data: MarketData, rng: Rng) -> Changed:
    series = data.fx[PAIR]
    wrong = replace(series, rate=1.0 / series.rate)
    return Changed(replace(data, fx={PAIR: wrong}), PAIR, None)


def rate_from_a_day(data: MarketData, rng: Rng) -> Changed:
    series = data.fx[PAIR]
    rate = series.rate.copy()
    rate[int(rng.integers(1, len(rate))) :] *= size_between(1.05, 1.2, rng)
    return Changed(replace(data, fx={PAIR: replace(series, rate=rate)}), PAIR, None)


STRETCHES: dict[str, Callable[[MarketData, Rng], Changed]] = {
    "a factor of one day, 2 to 15 % too high": factor_of_one_day,
    "a factor 2 to 5 % too high from a day on": step_from_a_day(0.02, 0.05),
    "the same, no actions known": without_actions(step_from_a_day(0.02, 0.05)),
    "a factor 5 to 15 % too high from a day on": step_from_a_day(0.05, 0.15),
    "the same, no actions known ": without_actions(step_from_a_day(0.05, 0.15)),
    "volume in lots from a day on": lots_from_a_day,
    "forward-adjusted prices beside their factor (ex-date in the year)": adjusted_beside_factor,
    "open and close exchanged": opens_for_closes,
    "all rows of a share a session late": a_session_late,
    "one row of a share gone": lacking(1),
    "three weeks of a share gone": lacking(15),
    "share counts of one name in 10,000s, no market value": counts_in_ten_thousands,
    "cash per ten shares as per share": cash_per_ten,
    "an index ten times too high from a day on": index_from_a_day(10.0),
    "an index 6 % too high from a day on": index_from_a_day(1.06),
    "rates upside down": rate_inverted,
    "a rate 5 to 20 % off from a day on": rate_from_a_day,
}


# --- found ---------------------------------------------------------------------------------------


def found_in(data: MarketData) -> dict[tuple[str, str, np.datetime64], Finding]:
    return {(one.rule, one.symbol, one.date): one for one in examined(data)[1]}


def named(changed: Changed, before: Found) -> str:
    """``refused``, ``warned`` or ``unnoticed``: by what is found that was not found before."""
    rules = {
        rule
        for (rule, symbol, day) in found_in(changed.data).keys() - before
        if symbol == changed.symbol
        and (changed.day is None or abs(_apart(day, changed.day)) <= NEIGHBOURS)
    }
    if any(DEFAULT_POLICY[rule] == "refuse" for rule in rules):
        return "refused"
    return "warned" if rules else "unnoticed"


def _apart(day: np.datetime64, other: np.datetime64) -> int:
    """Sessions from one day to another."""
    days = calendar("XSHG").sessions_around(np.array([day, other]))
    first, second = np.searchsorted(days, [day, other])
    return int(first - second)


def as_history(data: MarketData, symbol: str) -> History:
    """A security of a study as a vendor's history, to hold beside another."""
    if symbol in data.fx:
        series = data.fx[symbol]
        bars = Bars.single(symbol, series.dates, {"close": series.rate}, table="made")
        dates = series.dates
    else:
        bars = data.bars.of(symbol)
        dates = bars.dates
    steps = None
    if bars.has_factor[0]:
        moved = np.flatnonzero(bars.factor[1:] != bars.factor[:-1]) + 1
        steps = FactorSteps(dates=dates[moved], ratios=bars.factor[moved] / bars.factor[moved - 1])
    return History(
        vendor="made",
        symbol=symbol,
        first=dates[0],
        last=dates[-1],
        bars=bars,
        steps=steps,
        shares=data.shares.get(symbol),
    )


def cells(
    known: list[tuple[MarketData, Found]], kinds: tuple[str, ...], count: int, rng: Rng
) -> Iterator[tuple[str, str]]:
    """The kind of each changed cell, and how it was named from one source alone."""
    for number in range(count):
        data, before = known[int(rng.integers(len(known)))]
        kind = kinds[number % len(kinds)]
        yield kind, named(one_cell(data, kind, size_between(LARGE, LARGEST, rng), rng), before)


def beside_another(known: list[tuple[MarketData, Found]], count: int, rng: Rng) -> Counter[str]:
    """Changes of more than 0.1 % that a second table shows, by kind."""
    shown: Counter[str] = Counter()
    for number in range(count):
        data, _ = known[int(rng.integers(len(known)))]
        kind = KINDS[number % len(KINDS)]
        changed = one_cell(data, kind, size_between(SMALL + 1e-4, LARGE, rng), rng)
        left, right = as_history(changed.data, changed.symbol), as_history(data, changed.symbol)
        shown[kind] += not compare(left, right).agrees(AGREE)
    return shown


def closes_only(data: MarketData) -> MarketData:
    """A study whose tables hold nothing but closes and factors."""
    empty = np.full(len(data.bars), np.nan)
    return replace(
        data, bars=replace(data.bars, **dict.fromkeys(COLUMNS[:3] + COLUMNS[4:6], empty))
    )


def rows_of(found: Counter[tuple[str, str]], kinds: tuple[str, ...]) -> list[list[str]]:
    rows = []
    for kind in kinds:
        counts = [found[kind, how] for how in ("refused", "warned", "unnoticed")]
        total = sum(counts)
        rows.append([kind, f"{total:,}", *(f"{100 * one / max(total, 1):.1f} %" for one in counts)])
    return rows


HEAD = ["changed", "times", "refused", "warned of", "unnoticed"]


def report(folder: Path, count: int) -> str:
    rng = np.random.default_rng(SEED)
    drawn = studies(folder, rng)
    known = [(data, set(found_in(data))) for data in drawn]
    bare = [(one, set(found_in(one))) for one in map(closes_only, drawn)]
    counted = Counter(cells(known, KINDS, count, rng))
    beside = beside_another(known, count, rng)
    others = Counter(cells(known, CELLS_BESIDE, count // 4, rng))
    plain = Counter(cells(bare, KINDS[:4], count // 4, rng))
    stretches: Counter[tuple[str, str]] = Counter()
    for kind, change in STRETCHES.items():
        for _ in range(max(1, count // 100)):
            data, before = known[int(rng.integers(len(known)))]
            changed = change(data, rng)
            if changed.symbol:
                own = before if changed.data.actions else set(found_in(replace(data, actions={})))
                stretches[kind, named(changed, own)] += 1
    every = count // len(KINDS)
    parts = [
        f"One cell changed by 5 to 100 %, one source (seed {SEED}):",
        table(HEAD, rows_of(counted, KINDS)),
        "One cell changed by 0.1 to 5 %, beside the table as it was:",
        table(
            ["changed", "times", "shown"],
            [[kind, f"{every:,}", f"{100 * beside[kind] / every:.1f} %"] for kind in KINDS],
        ),
        "Cells beside these, changed by 5 to 100 %, one source:",
        table(HEAD, rows_of(others, CELLS_BESIDE)),
        "Tables that hold closes and factors only, one cell changed by 5 to 100 %, one source:",
        table(HEAD, rows_of(plain, KINDS[:4])),
        "Whole stretches, one source:",
        table(HEAD, rows_of(stretches, tuple(STRETCHES))),
    ]
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--write", type=Path, help="the document whose section is replaced")
    given = parser.parse_args()
    began = time.perf_counter()
    text = report(given.folder, given.cells)
    print(text)
    print(f"\n{time.perf_counter() - began:.0f} s")
    if given.write:
        write_section(given.write, "mutations", text)


if __name__ == "__main__":
    main()
