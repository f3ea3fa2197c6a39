"""Who plays what in the invented market: each share's size, habits and adventures.

All of it is drawn from the share's own stream, except for a few shares of the shipped lists that
always show what an analyst must see handled: a listing inside the event window, a suspension, a
run of one-word boards (open = high = low = close = limit-up: nobody could buy).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basketbt.market.calendars import calendar
from basketbt.market.symbols import Board, Symbol
from basketbt.prices.data import Dates, Floats

LISTINGS = {
    "6682.HK": np.datetime64("2023-09-28"),  # as in reality
    "688692.SH": np.datetime64("2024-06-12"),  # as in reality
    "688590.SH": np.datetime64("2025-01-23"),  # invented, two sessions after R1's day 0
}
ALWAYS_SUSPENDED = frozenset({"002439.SZ"})
ALWAYS_ONE_WORD = frozenset({"300378.SZ"})

_DAY_ZERO = np.datetime64("2025-01-21")
_REOPENING = np.datetime64("2025-02-05")  # one-word boards start here, up to three sessions
_LISTED_BEFORE = np.datetime64("2022-06-30")  # all shares that LISTINGS does not name
_BOARD_OPENED: dict[Board, np.datetime64] = {
    "main": np.datetime64("2006-01-04"),
    "chinext": np.datetime64("2009-10-30"),
    "star": np.datetime64("2019-07-22"),
    "bse": np.datetime64("2021-11-15"),
    "hk": np.datetime64("2006-01-03"),
}
# First possible ex-date and the days over which companies spread: final dividends every summer,
# interim ones (a minority) around R1, so that total and price return part inside its windows.
_FINAL = tuple(np.datetime64(f"{year}-06-03") for year in (2023, 2024, 2025))
_BONUS_SUMMER = _FINAL[1]
_INTERIM = np.datetime64("2025-01-10")
_SPREAD = 45
_SEASONED = 60  # sessions after its listing before a share pays anything
_BONUS = (0.2, 0.3, 0.4)


@dataclass(frozen=True)
class ExDate:
    """Cash as a fraction of the previous price, and bonus shares per share, on one session."""

    session: int  # position in the share's sessions
    payout: float
    bonus: float


@dataclass(frozen=True, kw_only=True)
class Role:
    """What is fixed about a share before its first price. Sessions are positions."""

    symbol: Symbol
    price: float  # at the start of the period, in its currency
    market: float  # loadings on the common factors
    sector: float
    volatility: float  # daily, of its own log returns
    turnover: float  # of the tradable shares, on a quiet session
    total: float  # shares at the start
    tradable: float
    listed: np.datetime64
    suspended: range  # sessions without a bar
    one_word: range
    ex_dates: tuple[ExDate, ...]


def cast(symbol: Symbol, sessions: Dates, draws: np.random.Generator) -> Role:
    """The role of a share, from its stream. ``sessions``: (T,) of its exchange, all of them."""
    size, price, market, sector, noise, turnover, free, age = draws.random(8)
    listed = LISTINGS.get(symbol.canonical, _old_listing(symbol, age))
    suspended = _suspension(symbol.canonical, sessions, draws.random(3))
    total = 1e4 * np.rint(10 ** (4.0 + 1.2 * size))
    return Role(
        symbol=symbol,
        price=8.0 * 10**price,
        market=0.7 + 0.6 * market,
        sector=0.5 + sector,
        volatility=0.014 + 0.014 * noise,
        turnover=0.008 + 0.02 * turnover,
        total=total,
        tradable=1e3 * np.rint(total * (0.4 + 0.6 * free) / 1e3),
        listed=listed,
        suspended=suspended,
        one_word=_one_word(symbol, sessions, bool(suspended), draws.random(2)),
        ex_dates=_ex_dates(sessions, listed, bool(suspended), draws.random((4, 4))),
    )


def _old_listing(symbol: Symbol, draw: float) -> np.datetime64:
    opened = _BOARD_OPENED[symbol.board or "main"]
    days = int(draw * (_LISTED_BEFORE - opened).astype(np.int64))
    return calendar(symbol.calendar).on_or_after(opened + np.timedelta64(days, "D"))


def _suspension(symbol: str, sessions: Dates, draws: Floats) -> range:
    """3 to 8 sessions within day +1 … +17 of R1, for one share in twenty-five."""
    if symbol not in ALWAYS_SUSPENDED and (draws[0] >= 0.04 or symbol in _reserved()):
        return range(0)
    start = int(np.searchsorted(sessions, _DAY_ZERO)) + 1 + int(10 * draws[1])
    return range(start, start + 3 + int(6 * draws[2]))


def _one_word(symbol: Symbol, sessions: Dates, suspended: bool, draws: Floats) -> range:
    """One to three sessions from the reopening, for one share in ten; three for the fixed ones."""
    start = int(np.searchsorted(sessions, _REOPENING))
    if symbol.canonical in ALWAYS_ONE_WORD:
        return range(start, start + 3)
    limited = symbol.board != "hk" and symbol.canonical not in LISTINGS
    if suspended or not limited or draws[0] >= 0.1:
        return range(0)
    return range(start, start + 1 + int(3 * draws[1]))


def _ex_dates(
    sessions: Dates, listed: np.datetime64, suspended: bool, draws: Floats
) -> tuple[ExDate, ...]:
    """Three summers and one winter; one company in five adds bonus shares in summer 2024.

    A suspended share has no winter ex-date: it could fall on a day without a bar.
    """
    found = []
    for first, (pays, day, size, extra) in zip((*_FINAL, _INTERIM), draws, strict=True):
        interim = first == _INTERIM
        if pays >= (0.25 if interim else 0.75) or (interim and suspended):
            continue
        ex_day = first + np.timedelta64(int(_SPREAD * day), "D")
        session = int(np.searchsorted(sessions, ex_day))
        if session < np.searchsorted(sessions, listed) + _SEASONED:
            continue
        bonus = _BONUS[int(12 * extra)] if first == _BONUS_SUMMER and extra < 0.25 else 0.0
        found.append(ExDate(session, 0.003 + 0.017 * size, bonus))
    return tuple(sorted(found, key=lambda ex_date: ex_date.session))


def _reserved() -> frozenset[str]:
    """Shares whose fixed part leaves no room for a suspension."""
    return ALWAYS_ONE_WORD | frozenset(LISTINGS)
