"""A market made by hand: closes on named sessions, nothing random."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from basketbt.api import Run
from basketbt.data.bars import (
    Bars,
    CorporateAction,
    FxSeries,
    Instrument,
    MarketData,
    PriceRequest,
    ShareCounts,
)
from basketbt.market.calendars import calendar
from basketbt.market.symbols import parse_symbol
from support.bars import history

Study = Callable[..., Run]
"""The fixture ``study``: runs one over a list of your own symbols on a made market."""

ZERO = np.datetime64("2025-01-21")  # day 0 of DeepSeek-R1


def session(offset: int, exchange: str = "XSHG") -> np.datetime64:
    return calendar(exchange).offset(ZERO, offset)


Counts = tuple[float, float] | Mapping[int, tuple[float, float]]
"""Total and tradable shares in millions: for ever, or from each offset on."""


@dataclass
class Made:
    """A price source with exactly what a test gave it.

    ``closes[symbol]`` maps session offsets from R1's day 0 to closes; a session without one has no
    bar. Opens, highs and lows equal the close.
    """

    closes: Mapping[str, Mapping[int, float]]
    factors: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    actions: Sequence[CorporateAction] = ()
    shares: Mapping[str, Counts] = field(default_factory=dict)
    fx: Mapping[int, float] | None = None
    adjusted: frozenset[str] = frozenset()
    delisted: Mapping[str, int] = field(default_factory=dict)
    name: str = "made"

    def load(self, request: PriceRequest) -> MarketData:
        wanted = (*request.shares, *request.indexes)
        return MarketData(
            source=self.name,
            bars=Bars.joined(self._bars(symbol) for symbol in wanted if symbol in self.closes),
            actions={
                symbol: tuple(one for one in self.actions if one.symbol == symbol)
                for symbol in {one.symbol for one in self.actions}
            },
            has_actions=bool(self.actions),
            shares={symbol: share_counts(symbol, counts) for symbol, counts in self.shares.items()},
            fx=self._fx(),
            instruments={
                symbol: Instrument(symbol=symbol, delisted=session(offset))
                for symbol, offset in self.delisted.items()
            },
        )

    def _bars(self, symbol: str) -> Bars:
        days = sorted(self.closes[symbol])
        close = np.array([self.closes[symbol][day] for day in days])
        factors = self.factors.get(symbol, {})
        exchange = parse_symbol(symbol).calendar
        adjusted = symbol in self.adjusted
        return history(
            symbol,
            dates=np.array([session(day, exchange) for day in days]),
            open=close,
            high=close,
            low=close,
            close=close,
            volume=np.full(len(days), 1e6),
            amount=close * 1e6,
            factor=None if adjusted else np.array([factors.get(day, 1.0) for day in days]),
            adjusted=adjusted,
            currency=parse_symbol(symbol).currency,
            table="made",
        )

    def _fx(self) -> dict[str, FxSeries]:
        if self.fx is None:
            return {}
        days = sorted(self.fx)
        return {
            "HKDCNY": FxSeries(
                base="HKD",
                quote="CNY",
                dates=np.array([session(day) for day in days]),
                rate=np.array([self.fx[day] for day in days]),
            )
        }


def share_counts(symbol: str, counts: Counts) -> ShareCounts:
    dated = {-300: counts} if isinstance(counts, tuple) else counts
    return ShareCounts(
        symbol=symbol,
        dates=np.array([session(offset) for offset in sorted(dated)]),
        total=np.array([dated[offset][0] for offset in sorted(dated)]) * 1e6,
        tradable=np.array([dated[offset][1] for offset in sorted(dated)]) * 1e6,
    )
