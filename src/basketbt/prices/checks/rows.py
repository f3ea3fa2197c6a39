"""The checks themselves: functions on one long table of bars that point at the rows they doubt.

R rows of N securities, security after security; within one in the order of the table until
:func:`disorder` has been dealt with, in date order after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.market.calendars import calendar
from basketbt.market.limits import limit_fractions
from basketbt.market.symbols import Symbol, parse_symbol
from basketbt.prices.adjust import action_steps
from basketbt.prices.data import Dates, Floats, FxSeries, MarketData, SymbolBars

Flags = NDArray[np.bool_]
PRICES = ("open", "high", "low", "close")

# Relative to the price: single precision (universe tables store it) loses up to 6e-8 of a value.
_SINGLE = 1e-6
# Adjusted prices are rounded to the fen one by one, so high may be a fen below close.
_ADJUSTED_FEN = 0.0101
# What rounding does to a close measured against the limit, in yuan: half a fen in the limit price,
# as much in a restated reference, as much in each of two adjusted closes and their references.
_LIMIT_ROUNDING, _EX_DATE_ROUNDING, _ADJUSTED_ROUNDING = 0.0051, 0.0051, 0.0151
# What counts as a leap: so many limits in a row; not judged are first sessions and long gaps.
_LEAP, _FIRST_SESSIONS, _LONG_GAP = 3, 5, 10
_STALE = 5  # sessions that a security may end before the rest of its table
_UNIT_LOW, _UNIT_HIGH = 0.7, 1.4  # amount / (volume x price): the day's mean price varies so much
_RATES: Mapping[str, tuple[float, float]] = {"HKDCNY": (0.5, 1.5), "USDCNY": (5.0, 10.0)}

# amount / (volume x price) when a unit is not the declared one.
UNIT_MISTAKES: Mapping[float, str] = {
    100.0: "volume looks like lots (手), not shares",
    0.01: "volume looks like shares, not lots; or it is in lots and amount in 10k yuan (万元)",
    1e-4: "amount looks like 10k yuan (万元), not yuan",
    1e4: "amount looks like yuan, not 10k yuan (万元)",
    1e-3: "amount looks like thousands of yuan (千元), not yuan",
    0.1: "volume looks like lots (手) and amount like thousands of yuan (千元)",
}


@dataclass(frozen=True)
class Long:
    """All bars of a source as one table."""

    bars: tuple[SymbolBars, ...]  # N
    symbols: tuple[Symbol, ...]  # N
    column: NDArray[np.intp]  # (R,) which security
    dates: Dates  # (R,)
    values: Mapping[str, Floats]  # (R,) open … amount, factor (1 where there is none)

    @property
    def first(self) -> Flags:
        """(R,) the first row of each security."""
        return np.concatenate([[True], self.column[1:] != self.column[:-1]])[: len(self.column)]

    def per_row(self, of_security: Sequence[bool]) -> Flags:
        """(R,) a flag of each security, on its rows."""
        flags: Flags = np.array(of_security, dtype=np.bool_)[self.column]
        return flags

    def take(self, rows: NDArray[np.intp]) -> Long:
        """The table with these rows only, in this order."""
        values = {name: array[rows] for name, array in self.values.items()}
        return Long(self.bars, self.symbols, self.column[rows], self.dates[rows], values)


@dataclass(frozen=True)
class Doubt:
    """One row that a check does not believe; ``day`` where it is about another day than its own."""

    row: int
    value: float
    what: str
    day: np.datetime64 | None = None


def long_table(bars: Sequence[SymbolBars]) -> Long:
    """One table of all rows of at least one security."""
    names = (*PRICES, "volume", "amount")
    values = {name: np.concatenate([getattr(bar, name) for bar in bars]) for name in names}
    factors = [np.ones(len(bar.dates)) if bar.factor is None else bar.factor for bar in bars]
    return Long(
        bars=tuple(bars),
        symbols=tuple(parse_symbol(bar.symbol) for bar in bars),
        column=np.repeat(np.arange(len(bars)), [len(bar.dates) for bar in bars]),
        dates=np.concatenate([bar.dates for bar in bars]),
        values={**values, "factor": np.concatenate(factors)},
    )


def placeholders(long: Long) -> Flags:
    """(R,) rows of mainland shares without any volume: suspended, though the table has a row."""
    share = long.per_row([s.kind == "share" and s.calendar == "XSHG" for s in long.symbols])
    idle: Flags = share & (long.values["volume"] == 0)
    return idle


def disorder(long: Long) -> list[Doubt]:
    """Rows dated before the row above them."""
    later = np.concatenate([[True], long.dates[1:] >= long.dates[:-1]])
    return _doubts(~later & ~long.first, np.full(len(later), np.nan), "is below a later row")


def duplicates(long: Long) -> list[Doubt]:
    """Second and further rows of one day. The rows are in date order."""
    same = np.concatenate([[False], long.dates[1:] == long.dates[:-1]])
    return _doubts(same & ~long.first, long.values["close"], "a second row of the day, close")


def not_finite(long: Long) -> list[Doubt]:
    """An empty close or factor, or a value that is infinite."""
    found = []
    for name, values in long.values.items():
        wrong = np.isinf(values)
        if name in ("close", "factor"):
            wrong = wrong | np.isnan(values)
        found += _doubts(wrong, values, name)
    return found


def not_positive(long: Long) -> list[Doubt]:
    """A price or factor of zero or less, a volume or amount below zero."""
    found = []
    for name, values in long.values.items():
        wrong = values < 0 if name in ("volume", "amount") else values <= 0
        found += _doubts(wrong, values, name)
    return found


def off_calendar(long: Long) -> list[Doubt]:
    """Rows on days on which the security's own exchange had no session."""
    wrong = np.zeros(len(long.dates), dtype=np.bool_)
    for name in sorted({symbol.calendar for symbol in long.symbols}):
        own = long.per_row([symbol.calendar == name for symbol in long.symbols])
        wrong |= own & ~calendar(name).are_sessions(long.dates)
    return _doubts(wrong, long.values["close"], "no session of its exchange, close")


def close_outside(long: Long) -> list[Doubt]:
    """Closes outside [low, high], and lows above the high, beyond what rounding explains."""
    high, low, slack = long.values["high"], long.values["low"], _range_slack(long)
    found = _outside(long, "close", slack)
    return found + _doubts(low > high + slack, low, "low above the high:")


def open_outside(long: Long) -> list[Doubt]:
    """Opens outside [low, high]. Yahoo's Hong Kong opens are those of the auction before it."""
    return _outside(long, "open", _range_slack(long))


def _range_slack(long: Long) -> Floats:
    adjusted = long.per_row([bar.adjusted for bar in long.bars])
    return np.abs(long.values["close"]) * _SINGLE + np.where(adjusted, _ADJUSTED_FEN, 0.0)


def _outside(long: Long, name: str, slack: Floats) -> list[Doubt]:
    values, high, low = long.values[name], long.values["high"], long.values["low"]
    above = _doubts(values > high + slack, values, f"{name} above the high:")
    return above + _doubts(values < low - slack, values, f"{name} below the low:")


def units(long: Long) -> list[Doubt]:
    """Securities whose amount / (volume x mean price) is not about 1 in the median."""
    high, low, close = (long.values[name] for name in ("high", "low", "close"))
    judged = long.per_row(
        [s.kind == "share" and not b.adjusted for s, b in zip(long.symbols, long.bars, strict=True)]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = long.values["amount"] / (long.values["volume"] * (high + low + close) / 3.0)
    rows = np.flatnonzero(judged & np.isfinite(ratio) & (ratio > 0))
    found = []
    starts = np.flatnonzero(np.diff(long.column[rows], prepend=-1))
    for part in np.split(rows, starts[1:]):
        median = float(np.median(ratio[part])) if part.size else 1.0
        if not _UNIT_LOW < median < _UNIT_HIGH:
            found.append(Doubt(int(part[0]), median, f"{_unit_mistake(median)}; ratio"))
    return found


def _unit_mistake(ratio: float) -> str:
    for known, what in UNIT_MISTAKES.items():
        if _UNIT_LOW < ratio / known < _UNIT_HIGH:
            return what
    return "amount / (volume x price) is not about 1, and no common unit explains it"


def beyond_limit(long: Long, data: MarketData) -> tuple[list[Doubt], list[Doubt]]:
    """Closes further from the reference price than the board's daily limit allows, and leaps.

    A leap goes beyond three limits in a row: no missed dividend explains it, a decimal point in
    the wrong place or a split that no table tells of does. What is a leap is not named twice.

    Free are the first sessions of a listing; a share is taken as new at its first row when its
    table begins earlier and no listing date is known. ST shares are held to the plain limit.
    """
    close = long.values["close"]
    reference = np.concatenate([[np.nan], close[:-1]])
    reference[long.first] = np.nan
    steps = _steps(long, data)
    reference = reference / steps
    sessions, at = np.unique(long.dates, return_inverse=True)
    limits = limit_fractions(long.symbols, sessions, listed=_listed(long, data))
    change = close / reference - 1.0
    adjusted = long.per_row([bar.adjusted for bar in long.bars])
    rounding = _LIMIT_ROUNDING + np.where(steps != 1.0, _EX_DATE_ROUNDING, 0.0)
    slack = (rounding + np.where(adjusted, _ADJUSTED_ROUNDING, 0.0)) / reference
    up, down = limits.up[at, long.column], limits.down[at, long.column]
    wrong = (change > up + slack) | (change < -(down + slack))
    far = (change > (1.0 + up) ** _LEAP - 1.0 + slack) | (
        change < (1.0 - down) ** _LEAP - 1.0 - slack
    )
    far &= (_missing_before(long) <= _LONG_GAP) & ~_new(long, data)
    return (
        _doubts(wrong & ~far, change, "return beyond the daily limit:"),
        _doubts(far, change, "return beyond three daily limits:"),
    )


def _new(long: Long, data: MarketData) -> Flags:
    """(R,) rows within the first sessions of a listing, also of boards that limit these."""
    listed = _listed(long, data)[long.column]
    sessions = calendar("XSHG").sessions
    age = np.searchsorted(sessions, long.dates) - np.searchsorted(sessions, listed)
    new: Flags = ~np.isnat(listed) & (age < _FIRST_SESSIONS)
    return new


def _steps(long: Long, data: MarketData) -> Floats:
    """(R,) previous close / reference: of the factor, or of the actions where there is none."""
    factor = long.values["factor"]
    steps = np.ones(len(factor))
    steps[1:] = factor[1:] / factor[:-1]
    steps[long.first] = 1.0
    edges = np.searchsorted(long.column, np.arange(len(long.bars) + 1))
    for number, bar in enumerate(long.bars):
        if bar.factor is None and not bar.adjusted and data.actions.get(bar.symbol):
            own = slice(edges[number], edges[number + 1])
            known = data.actions[bar.symbol]
            steps[own] = action_steps(long.dates[own], long.values["close"][own], known).total
    return steps


def _listed(long: Long, data: MarketData) -> Dates:
    begins: dict[str, np.datetime64] = {}
    rows = np.searchsorted(long.column, np.arange(len(long.bars)))
    first = long.dates[np.minimum(rows, len(long.dates) - 1)]
    for bar, day in zip(long.bars, first, strict=True):
        begins[bar.table] = min(begins.get(bar.table, day), day)
    listed = np.full(len(long.bars), np.datetime64("NaT", "D"))
    for number, bar in enumerate(long.bars):
        known = data.instruments.get(bar.symbol)
        if known is not None and known.listed is not None:
            listed[number] = known.listed
        elif first[number] > begins[bar.table]:
            listed[number] = first[number]
    return listed


def gaps(long: Long) -> list[Doubt]:
    """Sessions of its exchange without a row between two rows of a security; one doubt a gap.

    The row is the one after the gap, the value how many sessions are missing.
    """
    missing = np.where(_of_indexes(long), 0, _missing_before(long))
    return _doubts(missing > 0, missing.astype(np.float64), "sessions without a row before it:")


def _of_indexes(long: Long) -> Flags:
    """(R,) rows of indexes."""
    return long.per_row([symbol.kind == "index" for symbol in long.symbols])


def _missing_before(long: Long) -> NDArray[np.int64]:
    """(R,) sessions of its exchange between a row and the one before; 0 for the first row."""
    missing = np.zeros(len(long.dates), dtype=np.int64)
    for name in sorted({symbol.calendar for symbol in long.symbols}):
        own = long.per_row([symbol.calendar == name for symbol in long.symbols])
        place = np.searchsorted(calendar(name).sessions, long.dates)
        missing = np.where(own, np.diff(place, prepend=0) - 1, missing)
    missing[long.first] = 0
    return missing


def ends_early(long: Long, data: MarketData) -> list[Doubt]:
    """Securities whose rows stop more than five sessions before those of their table.

    A long suspension looks like that, and so does an export that was not brought up to date. The
    row is the last one, the value how many sessions are missing. Delisted shares are not named.
    """
    found = []
    for rows in _tables(long):
        sessions = calendar(long.symbols[long.column[rows[0]]].calendar).sessions
        place = np.searchsorted(sessions, long.dates[rows])
        last = np.flatnonzero(np.append(np.diff(long.column[rows]) != 0, True))
        for at in last:
            missing = int(place.max() - place[at])
            known = data.instruments.get(long.bars[long.column[rows[at]]].symbol)
            if missing > _STALE and (known is None or known.delisted is None):
                what = "last row, so many sessions before its table's end:"
                found.append(Doubt(int(rows[at]), float(missing), what))
    return found


def holes(long: Long) -> list[Doubt]:
    """Sessions on which none of a table's securities has a row, inside the days that it covers.

    And every session that an index lacks: an index is never suspended, nor is its level carried.
    """
    missing = _missing_before(long)
    found = [
        Doubt(int(row), float(missing[row]), "sessions without a level before it:")
        for row in np.flatnonzero((missing > 0) & _of_indexes(long))
    ]
    for rows in _tables(long):
        if len(np.unique(long.column[rows])) < 2:
            continue  # one security alone may be suspended
        sessions = calendar(long.symbols[long.column[rows[0]]].calendar).sessions
        covered = np.unique(long.dates[rows])
        inside = sessions[(sessions > covered[0]) & (sessions < covered[-1])]
        for day in np.setdiff1d(inside, covered):
            after = int(rows[np.argmax(long.dates[rows] > day)])
            what = "no row of any security of the table; next close"
            found.append(Doubt(after, float(long.values["close"][after]), what, day))
    return found


def _tables(long: Long) -> list[NDArray[np.intp]]:
    """The rows of each table's securities of one exchange, in the order of the long table."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, (bar, symbol) in enumerate(zip(long.bars, long.symbols, strict=True)):
        groups.setdefault((bar.table, symbol.calendar), []).append(number)
    rows = [np.flatnonzero(np.isin(long.column, members)) for members in groups.values()]
    return [own for own in rows if own.size]


def strange_rate(series: FxSeries) -> tuple[np.datetime64, float] | None:
    """The first rate that is not positive, or cannot be home currency for one unit (per 100?)."""
    low, high = _RATES.get(f"{series.base}{series.quote}", (0.0, np.inf))
    wrong = np.flatnonzero(~((series.rate > low) & (series.rate < high)))
    if not wrong.size:
        return None
    return series.dates[wrong[0]], float(series.rate[wrong[0]])


def _doubts(wrong: Flags, values: Floats, what: str) -> list[Doubt]:
    return [Doubt(int(row), float(values[row]), what) for row in np.flatnonzero(wrong)]
