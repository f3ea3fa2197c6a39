"""One invented market of three shares, as it is, and what somebody may have got wrong of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from basketbt.market.calendars import calendar

START, END = np.datetime64("2024-06-03"), np.datetime64("2025-02-28")
SYMBOLS = ("600519.SH", "000977.SZ", "688111.SH")
NAMES = {"600519.SH": "贵州茅台", "000977.SZ": "浪潮信息", "688111.SH": "金山办公"}
BENCHMARK = "000300.SH"


@dataclass(frozen=True)
class Share:
    """A share's rows, oldest first. ``halted`` rows carry the last close and a volume of 0."""

    symbol: str
    dates: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    previous: np.ndarray  # as the exchange restates it
    volume: np.ndarray  # shares
    amount: np.ndarray  # yuan
    factor: np.ndarray  # multiplicative, 1 on the first day
    halted: np.ndarray

    @property
    def code(self) -> str:
        return self.symbol[:6]

    @property
    def name(self) -> str:
        return NAMES[self.symbol]

    @property
    def total_return(self) -> float:
        return float(self.close[-1] * self.factor[-1] / (self.close[0] * self.factor[0]) - 1.0)


Truth = tuple[Share, ...]


def truth(seed: int = 7) -> Truth:
    """Three shares: a dividend of 1.20 and later a bonus of 3 for 10; a dividend; nothing."""
    rng = np.random.default_rng(seed)
    sessions = calendar("XSHG").between(START, END)
    events: dict[str, dict[int, tuple[float, float]]] = {
        "600519.SH": {40: (1.20, 0.0), 120: (0.0, 0.3)},
        "000977.SZ": {60: (0.55, 0.0), 130: (0.30, 0.2)},
        "688111.SH": {},
    }
    halts: dict[str, range] = {
        "600519.SH": range(0),
        "000977.SZ": range(90, 95),
        "688111.SH": range(0),
    }
    starts = {"600519.SH": 48.30, "000977.SZ": 26.71, "688111.SH": 210.05}
    return tuple(
        _share(symbol, sessions, starts[symbol], events[symbol], halts[symbol], rng)
        for symbol in SYMBOLS
    )


def _share(
    symbol: str,
    sessions: np.ndarray,
    start: float,
    events: Mapping[int, tuple[float, float]],
    halts: range,
    rng: np.random.Generator,
) -> Share:
    count = len(sessions)
    rows = {
        name: np.zeros(count)
        for name in ("open", "high", "low", "close", "previous", "volume", "amount", "factor")
    }
    before, factor = start, 1.0
    for day in range(count):
        reference = before
        if day in events:
            cash, bonus = events[day]
            reference = round((before - cash) / (1.0 + bonus) + 1e-9, 2)
            factor *= before / reference
        idle = day in halts
        close = reference if idle else round(reference * (1.0 + rng.normal(0.0, 0.012)), 2)
        opening = reference if idle else round(reference * (1.0 + rng.normal(0.0, 0.004)), 2)
        high = max(close, opening) + (
            0.0 if idle else round(abs(rng.normal(0.0, 0.004)) * close, 2)
        )
        low = min(close, opening) - (0.0 if idle else round(abs(rng.normal(0.0, 0.004)) * close, 2))
        volume = 0.0 if idle else float(rng.integers(8_000, 90_000) * 100)
        mean = round((high + low + close) / 3.0, 4)
        values = (
            opening,
            round(high, 2),
            round(low, 2),
            close,
            reference,
            volume,
            round(volume * mean, 2),
            factor,
        )
        for name, value in zip(rows, values, strict=True):
            rows[name][day] = value
        before = close
    halted = np.isin(np.arange(count), np.array(halts, dtype=int))
    return Share(symbol=symbol, dates=sessions, halted=halted, **rows)


# --- mutations: what somebody else wrote into the same layout

Mutation = Callable[[Share], Share]


def scaled(**by: float) -> Mutation:
    """Volumes or amounts in another unit."""
    return lambda one: replace(
        one, **{name: getattr(one, name) * unit for name, unit in by.items()}
    )


def adjusted(base: str, digits: int | None) -> Mutation:
    """Prices adjusted forward or backward, rounded as vendors do; everything beside as it was."""

    def apply(one: Share) -> Share:
        factor = one.factor / (one.factor[-1] if base == "forward" else 1.0)
        prices = {
            name: getattr(one, name) * factor
            if digits is None
            else np.round(getattr(one, name) * factor, digits)
            for name in ("open", "high", "low", "close")
        }
        return replace(one, **prices)

    return apply


def consistently(base: str, digits: int) -> Mutation:
    """Adjusted prices whose previous close is the adjusted one of the row before."""

    def apply(one: Share) -> Share:
        found = adjusted(base, digits)(one)
        return replace(found, previous=np.append(found.previous[:1], found.close[:-1]))

    return apply


def shifted(days: int) -> Mutation:
    """Every row some days off."""
    return lambda one: replace(one, dates=one.dates + np.timedelta64(days, "D"))


MUTATIONS: Mapping[str, Mutation] = {
    "volume x 100": scaled(volume=100.0),
    "volume / 100": scaled(volume=0.01),
    "amount x 1000": scaled(amount=1e3),
    "amount / 1000": scaled(amount=1e-3),
    "amount / 10000": scaled(amount=1e-4),
    "forward, 4 digits": adjusted("forward", 4),
    "forward, 2 digits": adjusted("forward", 2),
    "backward, 2 digits": adjusted("backward", 2),
    "backward, all digits": adjusted("backward", None),
    "forward, 2 digits, throughout": consistently("forward", 2),
    "a day late": shifted(1),
    "a day early": shifted(-1),
    "a year late": shifted(365),
}
