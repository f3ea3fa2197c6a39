"""A made market with a universe, and how a test reads an event study of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from basketbt.api import Run
from basketbt.data.bars import Instrument, MarketData, PriceRequest, UniverseCloses
from support.made import Made, session

NAMES = ("600001.SH", "000002.SZ", "300003.SZ", "600004.SH", "000005.SZ")
MARKET, SECTOR = "000300.SH", "930713.CSI"
FIRST, LAST = -440, 30
Closes = dict[str, dict[int, float]]
WINDOWS = "windows: [[0, 0], [0, 4]], also: [], horizons: []"


@dataclass
class MadeWithUniverse(Made):
    """A made market that also gives forty shares to draw from, on the sessions ``known``.

    They and the lists' own are all of one ``industry``.
    """

    known: range = range(FIRST, LAST)
    industry: str | None = "software"

    def load(self, request: PriceRequest) -> MarketData:
        data = super().load(request)
        if not request.universe:
            return data
        close = _walk(np.random.default_rng(5), (len(self.known), 40), 0.02)
        universe = UniverseCloses(
            symbols=tuple(f"60{number:04d}.SH" for number in range(100, 140)),
            dates=np.array([session(offset) for offset in self.known]),
            close=close,
            industry=(self.industry,) * 40,
            table="made",
        )
        known = [data.instruments.get(one, Instrument(symbol=one)) for one in request.symbols]
        own = {one.symbol: replace(one, industry=self.industry) for one in known}
        return replace(data, universe=universe, instruments=own)


def _walk(random: np.random.Generator, shape: tuple[int, ...], deviation: float) -> np.ndarray:
    return 10.0 * np.exp(np.cumsum(random.normal(0, deviation, shape), axis=0))


def closes(*, lift: float = 0.0, first: int = FIRST, names: tuple[str, ...] = NAMES) -> Closes:
    """Walks of a market, a sector and shares with betas; ``lift`` a session on days 0 to 4."""
    random = np.random.default_rng(11)
    days = range(FIRST, LAST + 1)
    market = random.normal(0, 0.011, len(days))
    sector = market + random.normal(0, 0.007, len(days))
    own = random.normal(0, 0.015, (len(days), len(names)))
    returns = 0.8 * market[:, None] + 0.3 * sector[:, None] + own
    returns[-FIRST : -FIRST + 5] += lift
    columns = np.column_stack([market, sector, returns])
    levels = 100.0 * np.cumprod(1.0 + columns, axis=0)
    return {
        symbol: {day: float(level) for day, level in zip(days, path, strict=True) if day >= first}
        for symbol, path in zip((MARKET, SECTOR, *names), levels.T, strict=True)
    }


def until(day: int, prices: Closes, *symbols: str) -> Closes:
    """The same market, of which prices (of some symbols) end with a day."""
    return {
        symbol: {at: p for at, p in path.items() if at <= day or symbol not in (symbols or prices)}
        for symbol, path in prices.items()
    }


def without(symbol: str, prices: Closes) -> Closes:
    return {other: path for other, path in prices.items() if other != symbol}


def cell(run: Run, **where: object) -> dict[str, Any]:
    frame = run.frames["event_study"]
    for key, value in {"variant": "main", "model": "market", "window": "[0,+4]", **where}.items():
        frame = frame[frame[key] == value]
    (found,) = frame.to_dict("records")
    return {str(key): value for key, value in found.items()}


def section(*more: str, variants: bool = False) -> str:
    """The section with two windows; variants, which take time, only where a test is about them."""
    only = [] if variants else ["variants: [], alternatives: false"]
    return "{" + ", ".join([WINDOWS, *only, *more]) + "}"
