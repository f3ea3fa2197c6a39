"""Invented shares: paths on the tick grid, inside the dated limits, with corporate actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from basketbt.market.limits import LimitFractions, limit_fractions, limit_prices
from basketbt.market.reference import reference_price
from basketbt.market.symbols import Symbol
from basketbt.prices.data import Dates, Floats
from basketbt.prices.sources.demo.story import BOARDS_FROM, LISTED, SUSPENDED
from basketbt.prices.sources.demo.streams import common_returns, stream

Flags = NDArray[np.bool_]
_YEARS = (2023, 2024, 2025)
_NO_LIMIT = 1e9


@dataclass(frozen=True)
class Traits:
    """What the streams of N shares decide before any price exists. (N,) or (T, N)."""

    beta: Floats
    theme: Floats
    own: Floats  # (T, N) log returns of its own
    start: Floats  # first reference price
    shares: Floats  # total shares at the start
    free: Floats  # tradable part of them
    listed: Dates  # (N,) NaT: before the demo begins
    active: Flags  # (T, N) listed and not suspended
    boards: Flags  # (T, N) sessions on which it opens at the upper limit and stays there
    payout: Floats  # (T, N) cash paid on that ex-date, as a part of the price
    bonus: Floats  # (T, N) bonus shares per share on that ex-date
    noise: Floats  # (4, T, N) standard normal, for open, high, low and volume


@dataclass(frozen=True)
class Paths:
    """(T, N) what the shares did. NaN prices where there is no row."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    amount: Floats
    cash: Floats
    bonus: Floats
    total_shares: Floats


class _Draw(NamedTuple):
    """One share's draws: 24 uniforms, normals (4, T), and (T,) arrays made of them."""

    uniform: Floats
    noise: Floats
    own: Floats
    active: Flags
    boards: Flags
    payout: Floats
    bonus: Floats


def draw_traits(seed: int, symbols: Sequence[Symbol], days: Dates) -> Traits:
    """The character of each share, from its own stream."""
    drawn = [_draw(stream(seed, symbol.canonical), symbol, days) for symbol in symbols]
    uniform = np.array([draw.uniform for draw in drawn])
    listed = [LISTED.get(symbol.canonical, np.datetime64("NaT", "D")) for symbol in symbols]
    return Traits(
        beta=0.7 + 0.6 * uniform[:, 0],
        theme=0.5 + 1.0 * uniform[:, 1],
        own=np.stack([draw.own for draw in drawn], axis=-1),
        start=np.rint(100 * 8 * 15 ** uniform[:, 2]) / 100,  # 8 to 120 yuan
        shares=np.rint(2e8 * 20 ** uniform[:, 3] / 1e4) * 1e4,  # 0.2 to 4 billion
        free=0.5 + 0.5 * uniform[:, 4],
        listed=np.array(listed, dtype="datetime64[D]"),
        active=np.stack([draw.active for draw in drawn], axis=-1),
        boards=np.stack([draw.boards for draw in drawn], axis=-1),
        payout=np.stack([draw.payout for draw in drawn], axis=-1),
        bonus=np.stack([draw.bonus for draw in drawn], axis=-1),
        noise=np.stack([draw.noise for draw in drawn], axis=-1),
    )


def _draw(rng: np.random.Generator, symbol: Symbol, days: Dates) -> _Draw:
    """Always the same number of draws in the same order, so no trait moves another."""
    uniform, length = rng.random(24), len(days)
    noise = rng.standard_normal((4, length))
    own = (0.012 + 0.012 * uniform[5]) * rng.standard_normal(length)
    active = _active(uniform[6:9], symbol.canonical, days)
    boards = np.zeros(length, dtype=np.bool_)
    if symbol.exchange != "HK" and uniform[9] < 0.12:
        first = int(np.searchsorted(days, BOARDS_FROM))
        boards[first : first + 1 + int(uniform[9] / 0.04)] = True
    payout, bonus = _actions(uniform[10:], days)
    return _Draw(uniform, noise, own, active, boards, payout, bonus)


def _active(uniform: Floats, name: str, days: Dates) -> Flags:
    """(T,) listed and not suspended; one share in sixteen is suspended once by chance."""
    active = np.ones(len(days), dtype=np.bool_)
    if uniform[0] < 0.06:
        begin = int(uniform[1] * (len(days) - 20))
        active[begin : begin + 3 + int(uniform[2] * 12)] = False
    if name in SUSPENDED:
        active &= (days < SUSPENDED[name][0]) | (days > SUSPENDED[name][1])
    if name in LISTED:
        active &= days >= LISTED[name]
    return active


def _actions(uniform: Floats, days: Dates) -> tuple[Floats, Floats]:
    """(T,) cash as a part of the price, and bonus shares per share, on their ex-dates."""
    payout, bonus = np.zeros(len(days)), np.zeros(len(days))
    for number, year in enumerate(_YEARS):
        if uniform[number] < 0.7:
            payout[_session(days, year, 5, uniform[3 + number])] = 0.003 + 0.02 * uniform[6]
    if uniform[7] < 0.15:  # an interim dividend near the event
        payout[_session(days, 2025, 2, uniform[8])] = 0.005
    if uniform[9] < 0.08:
        bonus[_session(days, 2025, 3, uniform[10])] = 0.3 if uniform[11] < 0.5 else 0.4
    return payout, bonus


def _session(days: Dates, year: int, month: int, part: float) -> int:
    """A session in the two months from the first of a month, ``part`` of the way through them."""
    begin = np.datetime64(f"{year}-{month:02d}-01")
    return int(np.searchsorted(days, begin + np.timedelta64(int(part * 60), "D")))


def trade(seed: int, symbols: Sequence[Symbol], traits: Traits, days: Dates) -> Paths:
    """Let the shares trade on the sessions of one exchange, all of them at once, day by day."""
    market, theme = common_returns(seed, days)
    moves = market[:, None] * traits.beta + theme[:, None] * traits.theme + traits.own
    fractions = limit_fractions(symbols, days, listed=traits.listed)
    shape = moves.shape
    close, reference = np.empty(shape), np.empty(shape)
    up, down = np.empty(shape), np.empty(shape)
    cash = np.zeros(shape)
    entitled = traits.active & _has_traded(traits.active)
    bonus, payout = entitled * traits.bonus, entitled * traits.payout
    previous = traits.start
    for day in range(len(days)):
        cash[day] = np.rint(previous * payout[day] * 100) / 100
        reference[day] = reference_price(previous, cash[day], bonus[day])
        limits = limit_prices(
            reference[day], LimitFractions(fractions.up[day], fractions.down[day])
        )
        up[day], down[day] = np.nan_to_num(limits.up, nan=_NO_LIMIT), np.nan_to_num(limits.down)
        down[day] = np.maximum(down[day], 0.01)
        wanted = np.rint(reference[day] * np.exp(moves[day]) * 100) / 100
        wanted = np.where(traits.boards[day], up[day], wanted)
        close[day] = np.where(traits.active[day], np.clip(wanted, down[day], up[day]), previous)
        previous = close[day]
    return _bars(traits, moves, close, reference, up, down, cash, bonus)


def _has_traded(active: Flags) -> Flags:
    """(T, N) whether there was a row on an earlier day: before it there is no holder to pay."""
    before = np.zeros(active.shape, dtype=np.bool_)
    before[1:] = np.logical_or.accumulate(active, axis=0)[:-1]
    return before


def _bars(
    traits: Traits,
    moves: Floats,
    close: Floats,
    reference: Floats,
    up: Floats,
    down: Floats,
    cash: Floats,
    bonus: Floats,
) -> Paths:
    """Open, high and low around the closes; volume and amount; gaps where nobody traded."""

    def on_grid(price: Floats) -> Floats:
        return np.clip(np.rint(price * 100) / 100, down, up)

    opened = on_grid(reference * np.exp(0.3 * moves + 0.004 * traits.noise[0]))
    high = on_grid(np.maximum(opened, close) * np.exp(0.008 * np.abs(traits.noise[1])))
    low = on_grid(np.minimum(opened, close) * np.exp(-0.008 * np.abs(traits.noise[2])))
    opened, high, low = (np.where(traits.boards, close, price) for price in (opened, high, low))
    total = traits.shares * np.cumprod(1.0 + bonus, axis=0)
    turnover = 0.015 * np.exp(8 * np.abs(moves) + 0.4 * traits.noise[3])
    turnover = np.where(traits.boards, 0.1 * turnover, turnover)
    volume = np.maximum(np.rint(total * traits.free * turnover / 100), 1) * 100
    amount = np.rint(volume * (opened + high + low + close) / 4)
    gone = ~traits.active
    for array in (opened, high, low, close, volume, amount):
        array[gone] = np.nan
    return Paths(opened, high, low, close, volume, amount, cash, bonus, np.rint(total))
