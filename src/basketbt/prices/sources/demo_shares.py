"""The shares of one exchange in the invented market, computed side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from basketbt.market.limits import limit_fractions
from basketbt.market.reference import half_up_fen
from basketbt.market.symbols import Symbol
from basketbt.prices.adjust import action_steps, factor_from_steps
from basketbt.prices.data import (
    CorporateAction,
    Dates,
    Floats,
    Instrument,
    ShareCounts,
    SymbolBars,
)
from basketbt.prices.sources.demo_cast import Role, cast
from basketbt.prices.sources.demo_path import Candles, Plot, Shocks, candles, quoted_closes
from basketbt.prices.sources.demo_streams import TABLE, Factors, stream

_HONG_KONG_LOT = 100  # for every share; the shipped baskets give 6682.HK the same


@dataclass(frozen=True)
class History:
    """Everything invented about one share, over the whole period."""

    bars: SymbolBars
    actions: tuple[CorporateAction, ...]
    shares: ShareCounts
    instrument: Instrument


def share_histories(
    symbols: Sequence[Symbol], sessions: Dates, factors: Factors, seed: int
) -> list[History]:
    """One history a share. ``sessions``: (T,) all sessions of the exchange of ``symbols``."""
    if not symbols:
        return []
    streams = [stream(seed, symbol.canonical) for symbol in symbols]
    roles = [cast(symbol, sessions, draws) for symbol, draws in zip(symbols, streams, strict=True)]
    shocks = Shocks(
        *np.stack([draws.standard_normal((5, len(sessions))) for draws in streams], axis=2)
    )
    plot = _plot(roles, sessions)
    moves = _moves(roles, factors.moves(sessions), shocks)
    grid = _quotes(roles, plot, shocks, np.where(plot.one_word, np.log1p(plot.up), moves))
    return [_history(role, n, sessions, plot, grid) for n, role in enumerate(roles)]


@dataclass(frozen=True)
class _Quotes:
    candles: Candles
    cash: Floats  # (T, N) per share, 0 where nothing is paid


def _plot(roles: Sequence[Role], sessions: Dates) -> Plot:
    shape = (len(sessions), len(roles))
    suspended, one_word = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    payout, bonus = np.zeros(shape), np.zeros(shape)
    for n, role in enumerate(roles):
        suspended[role.suspended, n] = True
        one_word[role.one_word, n] = True
        for ex_date in role.ex_dates:
            payout[ex_date.session, n] = ex_date.payout
            bonus[ex_date.session, n] = ex_date.bonus
    listed = np.array([role.listed for role in roles], "datetime64[D]")
    fractions = limit_fractions([role.symbol for role in roles], sessions, listed=listed)
    traded = (sessions[:, None] >= listed) & ~suspended
    return Plot(traded, one_word, payout, bonus, fractions.up, fractions.down)


def _moves(roles: Sequence[Role], common: tuple[Floats, Floats], shocks: Shocks) -> Floats:
    """(T, N) log returns nobody limits: two common factors and fat-tailed noise of each share."""
    market, sector = common
    own = _each(roles, "volatility") * shocks.own * np.exp(0.35 * shocks.activity - 0.12)
    moves: Floats = (
        market[:, None] * _each(roles, "market") + sector[:, None] * _each(roles, "sector") + own
    )
    moves[0] = 0.0
    return moves


def _quotes(roles: Sequence[Role], plot: Plot, shocks: Shocks, moves: Floats) -> _Quotes:
    ideal = _each(roles, "price") * np.exp(
        np.cumsum(moves + np.log1p(-plot.payout) - np.log1p(plot.bonus), axis=0)
    )
    cash = _cash(ideal, plot.payout)
    walk = quoted_closes(ideal, cash, plot)
    tradable = _each(roles, "tradable") * np.cumprod(1.0 + plot.bonus, axis=0)
    quiet = tradable * _each(roles, "turnover")
    made = candles(walk, shocks, _each(roles, "volatility"), quiet, plot.one_word)
    return _Quotes(made, cash)


def _cash(ideal: Floats, payout: Floats) -> Floats:
    """Cash per share in whole fen, at least one where something is paid."""
    cash = np.zeros_like(ideal)
    cash[1:] = half_up_fen(ideal[:-1] * payout[1:])
    return np.where(payout > 0, np.maximum(cash, 0.01), 0.0)


def _each(roles: Sequence[Role], trait: str) -> Floats:
    """(N,) one trait of every role."""
    return np.array([getattr(role, trait) for role in roles])


def _history(role: Role, n: int, sessions: Dates, plot: Plot, quotes: _Quotes) -> History:
    code = role.symbol.canonical
    here = np.flatnonzero(plot.traded[:, n])
    dates = sessions[here]
    actions = tuple(
        CorporateAction(
            symbol=code,
            ex_date=sessions[ex_date.session],
            cash=float(quotes.cash[ex_date.session, n]),
            bonus=ex_date.bonus,
        )
        for ex_date in role.ex_dates
    )
    made = quotes.candles
    close = made.close[here, n]
    bars = SymbolBars(
        symbol=code,
        dates=dates,
        open=made.open[here, n],
        high=made.high[here, n],
        low=made.low[here, n],
        close=close,
        volume=made.volume[here, n],
        amount=made.amount[here, n],
        factor=factor_from_steps(action_steps(dates, close, actions).total),
        currency=role.symbol.currency,
        table=TABLE,
    )
    lot = _HONG_KONG_LOT if role.symbol.exchange == "HK" else None
    return History(
        bars,
        actions,
        _share_counts(role, sessions),
        Instrument(symbol=code, listed=role.listed, lot=lot),
    )


def _share_counts(role: Role, sessions: Dates) -> ShareCounts:
    """Shares from the listing, or the start, on; more of them after each bonus issue."""
    issues = [ex_date for ex_date in role.ex_dates if ex_date.bonus]
    growth = np.cumprod([1.0, *(1.0 + issue.bonus for issue in issues)])
    first = max(role.listed, sessions[0])
    return ShareCounts(
        symbol=role.symbol.canonical,
        dates=np.array([first, *(sessions[issue.session] for issue in issues)], "datetime64[D]"),
        total=np.rint(role.total * growth),
        tradable=np.rint(role.tradable * growth),
    )
