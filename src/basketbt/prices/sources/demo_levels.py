"""Indexes and exchange rates of the invented market."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from basketbt.market.indexes import INDEXES
from basketbt.market.symbols import Symbol
from basketbt.prices.data import Dates, Floats, FxSeries, SymbolBars
from basketbt.prices.sources.demo_streams import (
    FIRST,
    LAST,
    TABLE,
    Factors,
    sessions_of,
    stream,
)


class _Mix(NamedTuple):
    """Level at the start, loadings on the common factors, daily volatility of its own."""

    level: float
    market: float
    sector: float
    own: float


_ANY_INDEX = _Mix(1000.0, 1.0, 0.0, 0.003)
_MIXES = {
    "000300.SH": _Mix(3900.0, 1.00, 0.05, 0.001),
    "000985.CSI": _Mix(4900.0, 1.00, 0.15, 0.001),
    "930713.CSI": _Mix(900.0, 1.05, 0.85, 0.003),
    "931071.CSI": _Mix(1600.0, 1.05, 0.90, 0.003),
    "000688.SH": _Mix(960.0, 1.10, 0.60, 0.004),
    "399006.SZ": _Mix(2350.0, 1.15, 0.40, 0.003),
    "000001.SH": _Mix(3100.0, 0.90, 0.05, 0.001),
    "399001.SZ": _Mix(11100.0, 1.05, 0.20, 0.002),
}
_PRICE_TWIN = {info.twin: code for code, info in INDEXES.items() if info.twin}
_DIVIDEND_YIELD = 0.026  # a year, credited by total-return indexes from May to July
_RATES = {"HKDCNY": 0.888, "USDCNY": 6.94}


def index_bars(symbol: Symbol, factors: Factors, seed: int) -> SymbolBars:
    """The levels of an index over the whole period: closes only, in hundredths.

    A total-return index is its price twin plus dividends. A code that is not known here follows
    the market with some noise.
    """
    code = symbol.canonical
    sessions = sessions_of(symbol.calendar)
    price_code = _PRICE_TWIN.get(code, code)
    mix = _MIXES.get(price_code, _ANY_INDEX)
    market, sector = factors.moves(sessions)
    own = mix.own * stream(seed, price_code).standard_normal(len(sessions))
    own[0] = 0.0
    moves = mix.market * market + mix.sector * sector + own
    if code != price_code:
        moves = moves + _dividends(sessions)
    close = np.rint(100 * mix.level * np.exp(np.cumsum(moves))) / 100
    unknown = np.full(len(sessions), np.nan)
    return SymbolBars(
        symbol=code,
        dates=sessions,
        open=unknown,
        high=unknown,
        low=unknown,
        close=close,
        volume=unknown,
        amount=unknown,
        currency=symbol.currency,
        table=TABLE,
    )


def _dividends(sessions: Dates) -> Floats:
    """(T,) what dividends add to the log return of a session; none on the first."""
    month = sessions.astype("datetime64[M]").astype(np.int64) % 12 + 1
    year = sessions.astype("datetime64[Y]").astype(np.int64)
    season = (month >= 5) & (month <= 7)
    a_year = season.sum() / len(np.unique(year))
    return np.where(season, _DIVIDEND_YIELD / a_year, 0.0)


def rate(pair: str, seed: int) -> FxSeries | None:
    """A slowly wandering exchange rate for every day of the week, or None for other pairs."""
    if pair not in _RATES:
        return None
    days = np.arange(FIRST, LAST + np.timedelta64(1, "D"))
    wander = np.cumsum(0.001 * stream(seed, pair).standard_normal(len(days)))
    return FxSeries(
        base=pair[:3], quote=pair[3:], dates=days, rate=np.round(_RATES[pair] * np.exp(wander), 5)
    )
