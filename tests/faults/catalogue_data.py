"""The catalogue of wrong numbers: what is wrong, in which small market, and which check says so.

Each entry is a market of twenty sessions' length upwards that is right but for one thing. It is
made of families (a kind of fault x a share x a size), so that a fault is not mended for one
example. ``expected`` is the rule under which it is found, and whether that refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np

from basketbt.data.bars import (
    COLUMNS,
    Bars,
    CorporateAction,
    FxSeries,
    MarketData,
    MarketValues,
    ShareCounts,
)
from basketbt.market.calendars import calendar

SHARES = ("600001.SH", "000002.SZ", "300003.SZ", "688004.SH", "600005.SH", "002006.SZ")
INDEXES = ("000300.SH", "000985.CSI", "399006.SZ")
PAIR = "HKDCNY"
DAYS = calendar("XSHG").between(np.datetime64("2024-06-03"), np.datetime64("2025-03-31"))
EX = 80  # the row of every share's ex-date, on which its cash of 4 % is paid

Change = Callable[[MarketData], MarketData]


@dataclass(frozen=True)
class WrongNumber:
    """One entry. ``symbol`` is who must be named, ``rule`` by which check."""

    id: str
    change: Change
    symbol: str
    rule: str


@cache
def market() -> MarketData:
    """Six shares, three indexes and a rate over 201 sessions that pass without a word."""
    rng = np.random.default_rng(18)
    common = rng.normal(0.0, 0.012, len(DAYS))
    bars = [_share(name, common, rng) for name in SHARES]
    bars += [_index(name, common, rng) for name in INDEXES]
    counts, values = {}, {}
    at = np.arange(0, len(DAYS), 20)
    for one in bars[: len(SHARES)]:
        total = np.full(len(at), 4e8)
        name = one.symbols[0]
        counts[name] = ShareCounts(symbol=name, dates=DAYS[at], total=total, tradable=total / 2)
        values[name] = MarketValues(dates=DAYS[at], value=total * one.close[at])
    rate = 0.93 * np.exp(np.cumsum(rng.normal(0.0, 0.001, len(DAYS))))
    return MarketData(
        source="made",
        bars=Bars.joined(bars),
        actions={name: (_action(one),) for name, one in zip(SHARES, bars, strict=False)},
        has_actions=True,
        shares=counts,
        market_values=values,
        fx={PAIR: FxSeries.of(PAIR, DAYS, rate)},
    )


def _share(name: str, common: np.ndarray, rng: np.random.Generator) -> Bars:
    returns = np.clip(common + rng.normal(0.0, 0.012, len(DAYS)), -0.08, 0.08)
    total = 20.0 * np.exp(np.cumsum(returns))
    factor = np.where(np.arange(len(DAYS)) < EX, 1.0, 1.0 / 0.96)
    close = np.round(total / factor, 2)
    opened = np.round(close * np.exp(-returns + rng.normal(0.0, 0.004, len(DAYS))), 2)
    high = np.round(np.maximum(opened, close) * 1.006, 2)
    low = np.round(np.minimum(opened, close) * 0.994, 2)
    volume = np.round(rng.uniform(0.8, 1.2, len(DAYS)) * 1e5) * 100.0
    step = close[EX - 1] / (close[EX - 1] - round(close[EX - 1] * 0.04, 2))
    return Bars.single(
        name,
        DAYS,
        {
            "open": opened,
            "high": high,
            "low": low,
            "close": close,
            "volume": volume,
            "amount": volume * (high + low + close) / 3.0,
            "factor": np.where(np.arange(len(DAYS)) < EX, 1.0, step),
        },
        table="bars.csv",
    )


def _action(bars: Bars) -> CorporateAction:
    cash = round(float(bars.close[EX - 1]) * 0.04, 2)
    return CorporateAction(symbol=bars.symbols[0], ex_date=DAYS[EX], cash=cash)


def _index(name: str, common: np.ndarray, rng: np.random.Generator) -> Bars:
    returns = common + rng.normal(0.0, 0.003, len(DAYS))
    return Bars.single(
        name, DAYS, {"close": 4000.0 * np.exp(np.cumsum(returns))}, table="indexes.csv"
    )


# --- faults --------------------------------------------------------------------------------------


def in_rows(name: str, rows: slice, **to: Callable[[np.ndarray], np.ndarray]) -> Change:
    """Some rows of one security, column by column."""

    def change(data: MarketData) -> MarketData:
        own = data.bars.own(data.bars.symbols.index(name))
        at = np.arange(own.start, own.stop)[rows]
        columns = {}
        for column, function in to.items():
            values = getattr(data.bars, column).copy()
            values[at] = function(values[at])
            columns[column] = values
        return replace(data, bars=replace(data.bars, **columns))

    return change


def times(size: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: np.round(values * size, 4)


def exchanged(name: str) -> Change:
    def change(data: MarketData) -> MarketData:
        own = data.bars.own(data.bars.symbols.index(name))
        opened, close = data.bars.open.copy(), data.bars.close.copy()
        opened[own], close[own] = close[own].copy(), opened[own].copy()
        return replace(data, bars=replace(data.bars, open=opened, close=close))

    return change


def held(name: str, since: int, until: int) -> Change:
    """Rows filled with what the row before them says."""
    columns = ("open", "high", "low", "close", "volume", "amount")
    return in_rows(
        name, slice(since - 1, until), **dict.fromkeys(columns, lambda values: values[:1])
    )


def late(name: str, by: int, since: int = 0) -> Change:
    """Every row from ``since`` on under the day of a neighbouring session."""

    def change(data: MarketData) -> MarketData:
        own = data.bars.own(data.bars.symbols.index(name))
        columns = {}
        for column in COLUMNS:
            values = getattr(data.bars, column).copy()
            moved = values[own.start + max(since - 1, 0) : own.stop]
            moved[:] = np.roll(moved, by) if not since else np.append(moved[:1], moved[:-1])
            columns[column] = values
        lost = [] if since else [own.start if by > 0 else own.stop - 1]
        bars = replace(data.bars, **columns).rows(np.delete(np.arange(len(data.bars)), lost))
        actions = {key: one for key, one in data.actions.items() if key != name}
        return replace(data, bars=bars, actions=actions, shares={}, market_values={})

    return change


def adjusted(name: str) -> Change:
    """Prices before the ex-date lowered by it, beside the factor and the money as they were."""
    return in_rows(
        name, slice(0, EX), **dict.fromkeys(("open", "high", "low", "close"), times(0.96))
    )


def rated(function: Callable[[np.ndarray], np.ndarray], rows: slice = slice(None)) -> Change:
    def change(data: MarketData) -> MarketData:
        series = data.fx[PAIR]
        rate = series.rate.copy()
        rate[rows] = function(rate[rows])
        return replace(data, fx={PAIR: replace(series, rate=rate)})

    return change


def twice(row: int, size: float) -> Change:
    """Two rates of one day."""

    def change(data: MarketData) -> MarketData:
        series = data.fx[PAIR]
        rate = np.insert(series.rate, row, series.rate[row] * size)
        return replace(data, fx={PAIR: FxSeries.of(PAIR, np.insert(DAYS, row, DAYS[row]), rate)})

    return change


def counted(name: str, rows: slice, size: float, *, valued: bool = True) -> Change:
    def change(data: MarketData) -> MarketData:
        counts = data.shares[name]
        total, tradable = counts.total.copy(), counts.tradable.copy()
        total[rows] *= size
        tradable[rows] = np.minimum(tradable[rows] * size, total[rows])
        wrong = replace(counts, total=total, tradable=tradable)
        values = data.market_values if valued else {}
        return replace(data, shares={**data.shares, name: wrong}, market_values=values)

    return change


def cash(name: str, size: float) -> Change:
    def change(data: MarketData) -> MarketData:
        wrong = tuple(replace(one, cash=one.cash * size) for one in data.actions[name])
        return replace(data, actions={**data.actions, name: wrong})

    return change


def again(name: str, row: int, size: float) -> Change:
    """A second row of a day, the same or another."""

    def change(data: MarketData) -> MarketData:
        at = data.bars.own(data.bars.symbols.index(name)).start + row
        bars = data.bars.rows(np.insert(np.arange(len(data.bars)), at, at))
        close = bars.close.copy()
        close[at] = round(close[at] * size, 2)
        return replace(data, bars=replace(bars, close=close))

    return change


def without(name: str, rows: slice) -> Change:
    def change(data: MarketData) -> MarketData:
        own = data.bars.own(data.bars.symbols.index(name))
        lost = np.arange(own.start, own.stop)[rows]
        bars = data.bars.rows(np.delete(np.arange(len(data.bars)), lost))
        return replace(data, bars=bars)

    return change


def _of_closes() -> Iterator[WrongNumber]:
    for name, row, size in product(SHARES, (0, 1, 40, 199, 200), (0.8, 1.06)):
        wrong = in_rows(name, slice(row, row + 1), close=times(size))
        yield WrongNumber(f"close {name} {row} x{size}", wrong, name, "ohlc")


def _of_shares() -> Iterator[WrongNumber]:
    for name in SHARES:
        for size in (1.02, 1.05, 1.10, 1.15):
            spike = in_rows(name, slice(40, 41), factor=times(size))
            yield WrongNumber(f"factor one day {name} x{size}", spike, name, "falling")
            if size > 1.02:
                jump = in_rows(name, slice(120, None), factor=times(size))
                yield WrongNumber(f"factor from a day {name} x{size}", jump, name, "step")
        for size, what in ((0.01, "lots"), (100.0, "shares")):
            for since in (1, 100):
                unit = in_rows(name, slice(since, None), volume=times(size))
                yield WrongNumber(f"volume in {what} from {since} {name}", unit, name, "units")
        for size in (0.93, 1.07):
            money = in_rows(name, slice(60, 61), amount=times(size))
            yield WrongNumber(f"amount {name} x{size}", money, name, "mean_price")
        yield WrongNumber(f"exchanged {name}", exchanged(name), name, "swapped")
        yield WrongNumber(f"adjusted beside money {name}", adjusted(name), name, "adjusted")
        for by in (1, -1):
            yield WrongNumber(f"shifted {name} {by}", late(name, by), name, "shifted")
        for since, until in ((60, 61), (100, 108), (110, None)):
            filled = held(name, since, until) if until else late(name, 1, since)
            yield WrongNumber(f"repeated {name} {since} {until}", filled, name, "repeated")
        for size in (1.0, 1.03):
            yield WrongNumber(
                f"row twice {name} x{size}", again(name, 50, size), name, "duplicates"
            )
        yield WrongNumber(f"cash per ten {name}", cash(name, 10.0), name, "factor")
        yield WrongNumber(f"no row {name}", without(name, slice(30, 33)), name, "gap")


def _of_indexes() -> Iterator[WrongNumber]:
    for name in INDEXES:
        for by in (1, -1):
            yield WrongNumber(f"index shifted {name} {by}", late(name, by), name, "shifted")
        yield WrongNumber(f"index held {name}", held(name, 100, 105), name, "repeated")


def _of_the_rest() -> Iterator[WrongNumber]:
    for name in INDEXES:
        for size in (0.1, 10.0, 1000.0):
            one = in_rows(name, slice(90, 91), close=times(size))
            yield WrongNumber(f"index one day {name} x{size}", one, name, "leap")
            rest = in_rows(name, slice(90, None), close=times(size))
            yield WrongNumber(f"index from a day {name} x{size}", rest, name, "leap")
        for size in (0.9, 1.06):
            for row in (60, 200):
                one = in_rows(name, slice(row, row + 1), close=times(size))
                yield WrongNumber(f"index {name} {row} x{size}", one, name, "index")
        yield WrongNumber(f"no level {name}", without(name, slice(30, 31)), name, "hole")
    for size in (0.8, 0.95, 1.05, 1.2):
        for row in (0, 77, 200):
            wrong = rated(times(size), slice(row, row + 1))
            yield WrongNumber(f"rate {row} x{size}", wrong, PAIR, "fx")
        yield WrongNumber(
            f"rate from a day x{size}", rated(times(size), slice(77, None)), PAIR, "fx"
        )
    yield WrongNumber("rates upside down", rated(lambda rate: 1.0 / rate), PAIR, "fx")
    yield WrongNumber("a rate upside down", rated(lambda r: 1.0 / r, slice(9, 10)), PAIR, "fx")
    yield WrongNumber("rates for a hundred", rated(times(100.0)), PAIR, "fx")
    for size in (1.0, 1.001, 1.5):
        yield WrongNumber(f"two rates of a day x{size}", twice(30, size), PAIR, "duplicates")
    for name in SHARES:
        every = slice(None)
        tens = counted(name, every, 1e-4, valued=False)
        yield WrongNumber(f"counts in 10,000s {name}", tens, name, "shares")
        yield WrongNumber(f"counts x 10,000 {name}", counted(name, every, 1e4), name, "shares")
        for size in (0.94, 1.06):
            beside = counted(name, slice(4, 5), size)
            yield WrongNumber(f"count beside its value {name} x{size}", beside, name, "shares")
            alone = counted(name, slice(4, 5), size, valued=False)
            yield WrongNumber(f"count alone {name} x{size}", alone, name, "counts")
        jump = counted(name, slice(5, None), 5.0, valued=False)
        yield WrongNumber(f"count five times {name}", jump, name, "counts")


WRONG_NUMBERS = (*_of_closes(), *_of_shares(), *_of_indexes(), *_of_the_rest())


# --- texts ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WrongText:
    """A table as a file whose cell means something else than it seems to; and what is said."""

    id: str
    tables: dict[str, str]
    says: str


HEAD = "date;symbol;open;high;low;close;volume;amount\n"
ROW = "{day};600001.SH;{price};{price};{price};{price};100000;1000000\n"
_WEEK = [str(day) for day in DAYS[:5]]


def _bars(days: list[str], prices: list[str] | None = None) -> str:
    prices = prices or ["10.00"] * len(days)
    return HEAD + "".join(ROW.format(day=d, price=p) for d, p in zip(days, prices, strict=True))


def _beside(name: str, text: str) -> dict[str, str]:
    return {"bars.csv": _bars(_WEEK), name: text}


def _texts() -> Iterator[WrongText]:
    for price in ("14,00", "1,5", "12,345,67", "1,2345", "0,930000"):
        text = _bars(_WEEK, ["10.00", "10.00", price, "10.00", "10.00"])
        yield WrongText(f"comma {price}", {"bars.csv": text}, f"bars.csv:4: close holds {price!r}")
    wrong_days = (
        "250123",
        "2501230",
        "2025-13-01",
        "2025-12",
        "20250199",
        "2205-01-21",
        "0205-01-21",
    )
    for day in wrong_days:
        for at in (0, 2, 4):
            days = [*_WEEK[:at], day, *_WEEK[at + 1 :]]
            said = f"bars.csv:{at + 2}: date holds '{day}', which is no date"
            yield WrongText(f"day {day} in {at}", {"bars.csv": _bars(days)}, said)
    for at in (0, 2, 4):
        days = [*_WEEK[:at], "", *_WEEK[at + 1 :]]
        said = f"bars.csv:{at + 2}: a row with a close (10) and no date"
        yield WrongText(f"no day in {at}", {"bars.csv": _bars(days)}, said)
    for day in ("2015-06-05", "2034-06-05"):
        text = _bars([*_WEEK[:2], day, *_WEEK[3:]])
        yield WrongText(f"day {day} between", {"bars.csv": text}, f"{day} stands out of line")
    for lot in ("0", "0.5", "-100", "1e300", "inf", "100.5"):
        text = f"symbol,name,lot\n600001.SH,one,{lot}\n"
        possible = abs(float(lot)) < 1e15  # larger ones are refused as any number would be
        said = "instruments.csv:2: " + (f"a lot of {lot} shares" if possible else "lot holds")
        yield WrongText(f"lot {lot}", _beside("instruments.csv", text), said)
    fx = "date,pair,rate\n2024-06-03,HKDCNY,0.93\n,HKDCNY,0.94\n"
    yield WrongText("rate without a day", _beside("fx.csv", fx), "fx.csv:3: a row with a rate")
    counts = "date,symbol,total,tradable\n,600001.SH,400000000,200000000\n"
    said = "shares.csv:2: a row with a share count"
    yield WrongText("count without a day", _beside("shares.csv", counts), said)
    wide = "date,600001.SH,000002.SZ\n2024-06-03,10,11\n,10,11\n"
    yield WrongText("wide row without a day", {"close.csv": wide}, "close.csv:3: 600001.SH has a")


WRONG_DAYS = ["250123", "2501230", "2025-13-01", "2025-12", "20250199", "2205-01-21", "0205-01-21"]
WRONG_TEXTS = tuple(_texts())
