"""The ``demo`` source: an invented market as :class:`MarketData`, marked so throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from basketbt.errors import BadSymbol
from basketbt.market.calendars import calendar
from basketbt.market.symbols import Symbol, parse_symbol
from basketbt.prices.adjust import action_steps, factor_from_steps
from basketbt.prices.data import (
    CorporateAction,
    Dates,
    Floats,
    FxSeries,
    Instrument,
    MarketData,
    PriceRequest,
    ShareCounts,
    SymbolBars,
)
from basketbt.prices.sources.demo.shares import Paths, draw_traits, trade
from basketbt.prices.sources.demo.story import (
    DEFAULT_SEED,
    FIRST,
    INDEXES,
    LAST,
    LISTED,
    OTHER_INDEX,
    IndexModel,
)
from basketbt.prices.sources.demo.streams import common_returns, stream

_TABLE = "demo"
_LOTS = (100, 200, 400, 500, 1000)


class DemoSource:
    """A market that never was, from 2023-01-03 to 2025-12-31 on the real calendars.

    Every share and index with a canonical code exists in it. A security's prices follow from the
    seed and its code alone: they are the same whatever else is asked for.
    """

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self._seed = seed

    @property
    def name(self) -> str:
        return "demo"

    def load(self, request: PriceRequest) -> MarketData:
        """The invented prices of a request; codes of funds and B shares have none."""
        symbols = _known((*request.symbols, *request.indexes))
        shares: list[_Share] = []
        for exchange in ("XSHG", "XHKG"):
            own = [s for s in symbols if s.kind == "share" and s.calendar == exchange]
            if own:
                shares += _shares(self._seed, own, calendar(exchange).between(FIRST, LAST))
        days = calendar("XSHG").between(FIRST, LAST)
        bars = {share.bars.symbol: share.bars for share in shares}
        bars |= {
            symbol.canonical: _index(self._seed, symbol, days)
            for symbol in symbols
            if symbol.kind == "index"
        }
        cut = {name: _within(bar, request.start, request.end) for name, bar in bars.items()}
        order = [symbol.canonical for symbol in symbols]
        return MarketData(
            source=self.name,
            bars={name: cut[name] for name in order if name in cut and len(cut[name].dates)},
            actions={s.bars.symbol: s.actions for s in shares if s.actions},
            shares={s.bars.symbol: s.counts for s in shares},
            fx={pair: _rate(self._seed, pair, days) for pair in request.fx if pair in _RATES},
            instruments={s.bars.symbol: s.instrument for s in shares},
            has_actions=True,
            invented=True,
        )


@dataclass(frozen=True)
class _Share:
    bars: SymbolBars
    actions: tuple[CorporateAction, ...]
    counts: ShareCounts
    instrument: Instrument


def _known(codes: Sequence[str]) -> list[Symbol]:
    found = []
    for code in dict.fromkeys(codes):
        try:
            symbol = parse_symbol(code)
        except BadSymbol:
            continue
        if symbol.kind in ("share", "index"):
            found.append(symbol)
    return found


def _shares(seed: int, symbols: Sequence[Symbol], days: Dates) -> list[_Share]:
    traits = draw_traits(seed, symbols, days)
    paths = trade(seed, symbols, traits, days)
    return [
        _share(seed, symbol, days, paths, column, float(traits.free[column]))
        for column, symbol in enumerate(symbols)
    ]


def _share(
    seed: int, symbol: Symbol, days: Dates, paths: Paths, column: int, free: float
) -> _Share:
    name = symbol.canonical
    rows = np.flatnonzero(np.isfinite(paths.close[:, column]))
    dates, close = days[rows], paths.close[rows, column]
    ex_dates = np.flatnonzero((paths.cash[:, column] > 0) | (paths.bonus[:, column] > 0))
    actions = tuple(
        CorporateAction(
            symbol=name,
            ex_date=days[row],
            cash=float(paths.cash[row, column]),
            bonus=float(paths.bonus[row, column]),
        )
        for row in ex_dates
    )
    factor = factor_from_steps(action_steps(dates, close, actions).total)
    bars = SymbolBars(
        symbol=name,
        dates=dates,
        open=paths.open[rows, column],
        high=paths.high[rows, column],
        low=paths.low[rows, column],
        close=close,
        volume=paths.volume[rows, column],
        amount=paths.amount[rows, column],
        factor=factor / factor[-1],
        currency=symbol.currency,
        table=_TABLE,
    )
    changes = np.unique([0, *np.flatnonzero(paths.bonus[:, column] > 0)])
    total = paths.total_shares[changes, column]
    counts = ShareCounts(
        symbol=name, dates=days[changes], total=total, tradable=np.rint(total * free)
    )
    lot = int(stream(seed, f"lot/{name}").choice(_LOTS)) if symbol.exchange == "HK" else None
    return _Share(bars, actions, counts, Instrument(symbol=name, listed=LISTED.get(name), lot=lot))


def _index(seed: int, symbol: Symbol, days: Dates) -> SymbolBars:
    """An index: the same market and theme as the shares, and a little noise of its own."""
    name = symbol.canonical
    model: IndexModel = INDEXES.get(name, OTHER_INDEX)
    market, theme = common_returns(seed, days)
    noise = stream(seed, model.follows or name).standard_normal((4, len(days)))
    moves = model.market * market + model.theme * theme + 0.002 * noise[0] + model.drift / 243
    close = np.rint(model.level * np.exp(np.cumsum(moves)) * 100) / 100
    opened = np.rint(close * np.exp(-0.5 * moves + 0.002 * noise[1]) * 100) / 100
    high = np.rint(np.maximum(opened, close) * np.exp(0.003 * np.abs(noise[2])) * 100) / 100
    low = np.rint(np.minimum(opened, close) * np.exp(-0.003 * np.abs(noise[3])) * 100) / 100
    volume = np.rint(1.5e8 * np.exp(6 * np.abs(moves) + 0.2 * noise[1])) * 100
    empty: Floats = np.full(len(days), np.nan)
    return SymbolBars(
        symbol=name,
        dates=days,
        open=empty if model.bare else opened,
        high=empty if model.bare else high,
        low=empty if model.bare else low,
        close=close,
        volume=empty if model.bare else volume,
        amount=empty if model.bare else np.rint(volume * 14.0),
        currency=symbol.currency,
        table=_TABLE,
    )


_RATES = {"HKDCNY": 0.88, "USDCNY": 6.9}


def _rate(seed: int, pair: str, days: Dates) -> FxSeries:
    steps = 0.0015 * stream(seed, pair).standard_normal(len(days))
    rate = np.rint(_RATES[pair] * np.exp(np.cumsum(steps)) * 1e5) / 1e5
    return FxSeries(base=pair[:3], quote=pair[3:], dates=days, rate=rate)


def _within(bar: SymbolBars, start: np.datetime64, end: np.datetime64) -> SymbolBars:
    rows = slice(*np.searchsorted(bar.dates, [start, end + np.timedelta64(1, "D")]))
    return SymbolBars(
        symbol=bar.symbol,
        dates=bar.dates[rows],
        open=bar.open[rows],
        high=bar.high[rows],
        low=bar.low[rows],
        close=bar.close[rows],
        volume=bar.volume[rows],
        amount=bar.amount[rows],
        factor=None if bar.factor is None else bar.factor[rows],
        currency=bar.currency,
        table=bar.table,
    )
