"""What rows must pass: functions on the long table of bars that point at the rows they doubt.

The one list of rules for every source: :func:`judged` runs them over what a study is given
(``check``), and over what a vendor answered before it is stored (``answers``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from basketbt.data.adjust import action_steps, evidence_of_adjusted
from basketbt.data.bars import COLUMNS, Bars, Dates, Flags, Floats, FxSeries, MarketData
from basketbt.data.ends import index_ends, known_ends
from basketbt.market.calendars import calendar
from basketbt.market.limits import limit_fractions
from basketbt.notes import Note, NoteKind

# Relative to the price: single precision (universe tables store it) loses up to 6e-8 of a value.
_SINGLE = 1e-6
# Adjusted prices are rounded to the fen one by one, so high may be a fen below close.
_ADJUSTED_FEN = 0.0101
# What rounding does to a close measured against the limit, in yuan: half a fen in the limit price,
# as much in a restated reference, as much in each of two adjusted closes and their references.
_LIMIT_ROUNDING, _EX_DATE_ROUNDING, _ADJUSTED_ROUNDING = 0.0051, 0.0051, 0.0151
# What counts as a leap: so many limits in a row; not judged are first sessions and long gaps.
_LEAP, _FIRST_SESSIONS, _LONG_GAP = 3, 5, 10
_TOO_FAR = 0.2  # a return as if raw that no session has
_ADJUSTED = 6.0  # how much likelier, in logs, that closes are adjusted than raw
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


FOUND = NoteKind("found")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found. ``table`` names where the row came from.

    ``row`` is its number among the bars, -1 for what is no bar.
    """

    rule: str
    symbol: str
    date: np.datetime64
    value: float
    what: str
    table: str
    row: int = -1

    def __str__(self) -> str:
        value = "" if np.isnan(self.value) and self.rule == "unsorted" else f" {self.value:.6g}"
        return f"{self.symbol} {self.date}: {self.what}{value} [{self.rule}, {self.table}]"

    @property
    def note(self) -> Note:
        """The same as part of a note, whose rule says in each language what is wrong."""
        told = {name: value for name, value in vars(self).items() if name != "row"}
        return FOUND(said=str(self), **told)


def judged(bars: Bars) -> tuple[Bars, list[Finding]]:
    """The believable rows in date order, and what every rule found.

    A row that one rule leaves out is not shown to the next.
    """
    findings = disorder(bars)
    bars = bars.rows(np.lexsort((bars.dates, bars.code)))
    for rule in _RULES:
        found = rule(bars)
        findings += found
        left_out = [one.row + _LEFT_OUT[one.rule] for one in found if one.rule in _LEFT_OUT]
        if left_out:
            bars = bars.rows(np.delete(np.arange(len(bars)), left_out))
    return bars, findings


def disorder(bars: Bars) -> list[Finding]:
    """Rows dated before the row above them."""
    later = np.append(True, bars.dates[1:] >= bars.dates[:-1])[: len(bars)]
    nothing = np.full(len(later), np.nan)
    return _found(bars, "unsorted", ~later & ~bars.first, nothing, "is below a later row")


def duplicates(bars: Bars) -> list[Finding]:
    """Second and further rows of one day. The rows are in date order."""
    same = np.append(False, bars.dates[1:] == bars.dates[:-1])[: len(bars)]
    what = "a second row of the day, close"
    return _found(bars, "duplicates", same & ~bars.first, bars.close, what)


def not_finite(bars: Bars) -> list[Finding]:
    """An empty close or factor, or a value that is infinite."""
    found = []
    for name in COLUMNS:
        values = _column(bars, name)
        wrong = np.isinf(values)
        if name in ("close", "factor"):
            wrong = wrong | np.isnan(values)
        found += _found(bars, "non_finite", wrong, values, name)
    return found


def not_positive(bars: Bars) -> list[Finding]:
    """A price or factor of zero or less, a volume or amount below zero."""
    found = []
    for name in COLUMNS:
        values = _column(bars, name)
        wrong = values < 0 if name in ("volume", "amount") else values <= 0
        found += _found(bars, "non_positive", wrong, values, name)
    return found


def _column(bars: Bars, name: str) -> Floats:
    """(R,) a column; the factor is 1 where a security has none."""
    values: Floats = getattr(bars, name)
    return np.where(bars.per_row(bars.has_factor), values, 1.0) if name == "factor" else values


def off_calendar(bars: Bars) -> list[Finding]:
    """Rows on days on which the security's own exchange had no session."""
    wrong = np.zeros(len(bars), dtype=np.bool_)
    for name in sorted({symbol.calendar for symbol in bars.parsed}):
        own = bars.per_row([symbol.calendar == name for symbol in bars.parsed])
        wrong |= own & ~calendar(name).are_sessions(bars.dates)
    return _found(bars, "off_calendar", wrong, bars.close, "no session of its exchange, close")


def out_of_range(bars: Bars) -> list[Finding]:
    """Closes and opens outside [low, high], lows above the high, beyond what rounding explains.

    Opens have a rule of their own: Yahoo's Hong Kong opens are those of the auction before it.
    """
    high, low, adjusted = bars.high, bars.low, bars.per_row(bars.adjusted)
    slack = np.abs(bars.close) * _SINGLE + np.where(adjusted, _ADJUSTED_FEN, 0.0)
    found = []
    for rule, name in (("ohlc", "close"), ("ohlc", "low"), ("open", "open")):
        values = getattr(bars, name)
        found += _found(bars, rule, values > high + slack, values, f"{name} above the high:")
        found += _found(bars, rule, values < low - slack, values, f"{name} below the low:")
    return found


def units(bars: Bars) -> list[Finding]:
    """Securities whose amount / (volume x mean price) is not about 1 in the median."""
    raw = bars.per_row([s.kind == "share" for s in bars.parsed]) & ~bars.per_row(bars.adjusted)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = bars.amount / (bars.volume * (bars.high + bars.low + bars.close) / 3.0)
    rows = np.flatnonzero(raw & np.isfinite(ratio) & (ratio > 0))
    found = []
    starts = np.flatnonzero(np.diff(bars.code[rows], prepend=-1))
    for part in np.split(rows, starts[1:]):
        median = float(np.median(ratio[part])) if part.size else 1.0
        if not _UNIT_LOW < median < _UNIT_HIGH:
            what = f"{_unit_mistake(median)}; ratio"
            found.append(_finding(bars, "units", part[0], median, what))
    return found


def _unit_mistake(ratio: float) -> str:
    for known, what in UNIT_MISTAKES.items():
        if _UNIT_LOW < ratio / known < _UNIT_HIGH:
            return what
    return "amount / (volume x price) is not about 1, and no common unit explains it"


@dataclass(frozen=True)
class Moves:
    """Closes against the price they are measured from and the board's daily limit, (R,) each.

    ``up`` and ``down`` are NaN where nothing is forbidden; ``steps`` previous close / reference.
    """

    change: Floats
    up: Floats
    down: Floats
    reference: Floats
    steps: Floats

    def beyond(self, days: int, slack: Floats | float) -> Flags:
        """Rows further from their reference than so many limits in a row allow."""
        above = self.change > (1.0 + self.up) ** days - 1.0 + slack
        wrong: Flags = above | (self.change < (1.0 - self.down) ** days - 1.0 - slack)
        return wrong


def moves(bars: Bars, steps: Floats, listed: Dates) -> Moves:
    """``steps`` (R,), ``listed`` (N,) with NaT where a share is not new."""
    reference = np.append(np.nan, bars.close[:-1])[: len(bars)]
    reference[bars.first] = np.nan
    reference = reference / steps
    sessions, at = np.unique(bars.dates, return_inverse=True)
    limits = limit_fractions(bars.parsed, sessions, listed=listed)
    change = bars.close / reference - 1.0
    return Moves(change, limits.up[at, bars.code], limits.down[at, bars.code], reference, steps)


def beyond_limit(bars: Bars, data: MarketData) -> list[Finding]:
    """Closes further from the reference price than the board's daily limit allows, and leaps.

    A leap goes beyond three limits in a row: no missed dividend explains it, a decimal point in
    the wrong place or a split that no table tells of does. What is a leap is not named twice.

    Free are the first sessions of a listing; a share is taken as new at its first row when its
    table begins earlier and no listing date is known. ST shares are held to the plain limit.
    """
    listed = _listed(bars, data)
    found = moves(bars, _steps(bars, data), listed)
    rounding = _LIMIT_ROUNDING + np.where(found.steps != 1.0, _EX_DATE_ROUNDING, 0.0)
    adjusted = np.where(bars.per_row(bars.adjusted), _ADJUSTED_ROUNDING, 0.0)
    slack = (rounding + adjusted) / found.reference
    wrong = found.beyond(1, slack)
    far = found.beyond(_LEAP, slack) & (missing_before(bars) <= _LONG_GAP) & ~_new(bars, listed)
    return [
        *_found(bars, "leap", far, found.change, "return beyond three daily limits:"),
        *_found(bars, "limit", wrong & ~far, found.change, "return beyond the daily limit:"),
    ]


def adjusted_beside(bars: Bars, data: MarketData, beyond: list[Finding]) -> list[Finding]:
    """Ex-dates on which closes of a table do not fall, though its factor or actions do.

    Closes that are adjusted already would be so twice. Named are ex-dates among the rows far
    ``beyond`` the daily limit, in tables whose closes move on ex-dates as on any other day.
    """
    found = []
    steps = _steps(bars, data)
    rows = [one.row for one in beyond if steps[one.row] != 1.0 and one.value > _TOO_FAR]
    for table in dict.fromkeys(bars.tables[bars.code[row]] for row in rows):
        names = zip(bars.symbols, bars.tables, strict=True)
        own = bars.only([symbol for symbol, name in names if name == table])
        if evidence_of_adjusted(own, data.actions) > _ADJUSTED:
            what = (
                "the closes of the table do not fall on ex-dates: adjusted; close / reference - 1"
            )
            named = [one for one in beyond if one.row in rows and one.table == table]
            found += [replace(one, rule="adjusted", what=what) for one in named]
    return found


def _new(bars: Bars, listed: Dates) -> Flags:
    """(R,) rows within the first sessions of a listing, also of boards that limit these."""
    began = listed[bars.code]
    sessions = calendar("XSHG").sessions_around(bars.dates)
    age = np.searchsorted(sessions, bars.dates) - np.searchsorted(sessions, began)
    new: Flags = ~np.isnat(began) & (age < _FIRST_SESSIONS)
    return new


def factor_growth(bars: Bars) -> Floats:
    """(R,) growth of the factor since the row before; 1 without a factor."""
    factor = _column(bars, "factor")
    steps = np.ones(len(factor))
    steps[1:] = factor[1:] / factor[:-1]
    steps[bars.first] = 1.0
    return steps


def _steps(bars: Bars, data: MarketData) -> Floats:
    """(R,) previous close / reference: of the factor, or of the actions where there is none."""
    steps = factor_growth(bars)
    for number in np.flatnonzero(~(bars.has_factor | bars.adjusted)).tolist():
        own = bars.own(number)
        known = data.actions.get(bars.symbols[number], ())
        steps[own] = action_steps(bars.dates[own], bars.close[own], known).total
    return steps


def _listed(bars: Bars, data: MarketData) -> Dates:
    """(N,) days of listing, of securities with a row."""
    first = bars.dates[bars.edges[:-1]]
    begins: dict[str, np.datetime64] = {}
    for table, day in zip(bars.tables, first, strict=True):
        begins[table] = min(begins.get(table, day), day)
    listed = np.full(len(first), np.datetime64("NaT", "D"))
    for number, (symbol, table) in enumerate(zip(bars.symbols, bars.tables, strict=True)):
        known = data.instruments.get(symbol)
        if known is not None and known.listed is not None:
            listed[number] = known.listed
        elif first[number] > begins[table]:
            listed[number] = first[number]
    return listed


def gaps(bars: Bars) -> list[Finding]:
    """Sessions of its exchange without a row between two rows of a security; one doubt a gap.

    The row is the one after the gap, the value how many sessions are missing.
    """
    missing = np.where(_of_indexes(bars), 0, missing_before(bars))
    what = "sessions without a row before it:"
    return _found(bars, "gap", missing > 0, missing.astype(np.float64), what)


def _of_indexes(bars: Bars) -> Flags:
    """(R,) rows of indexes."""
    return bars.per_row([symbol.kind == "index" for symbol in bars.parsed])


def missing_before(bars: Bars) -> NDArray[np.int64]:
    """(R,) sessions of its exchange between a row and the one before; 0 for the first row."""
    missing = np.zeros(len(bars), dtype=np.int64)
    for name in sorted({symbol.calendar for symbol in bars.parsed}):
        own = bars.per_row([symbol.calendar == name for symbol in bars.parsed])
        place = np.searchsorted(calendar(name).sessions_around(bars.dates), bars.dates)
        missing = np.where(own, np.diff(place, prepend=0) - 1, missing)
    missing[bars.first] = 0
    return missing


def ends_early(bars: Bars, data: MarketData) -> list[Finding]:
    """Securities whose rows stop more than five sessions before their table ends.

    A long suspension looks like that, and so does an export that was not brought up to date. The
    row is the last one, the value how many sessions are missing. Delisted shares are not named.
    """
    found = []
    of_shares, of_indexes = known_ends(data), index_ends(bars)
    for number, (symbol, table) in enumerate(zip(bars.parsed, bars.tables, strict=True)):
        last = int(bars.edges[number + 1]) - 1
        end = (of_indexes if symbol.kind == "index" else of_shares)[table, symbol.calendar]
        known = data.instruments.get(symbol.canonical)
        if end <= bars.dates[last] or (known is not None and known.delisted is not None):
            continue
        sessions = calendar(symbol.calendar).sessions_around(bars.dates)
        place = np.searchsorted(sessions, [bars.dates[last], end])
        missing = int(place[1] - place[0])
        if missing > _STALE:
            what = "last row, so many sessions before its table's end:"
            found.append(_finding(bars, "ends_early", last, missing, what))
    return found


def holes(bars: Bars) -> list[Finding]:
    """Sessions on which none of a table's securities has a row, inside the days that it covers.

    And every session that an index lacks: an index is never suspended, nor is its level carried.
    """
    missing = missing_before(bars)
    what = "sessions without a level before it:"
    lacking = (missing > 0) & _of_indexes(bars)
    found = _found(bars, "hole", lacking, missing.astype(np.float64), what)
    for rows in _tables(bars):
        if len(np.unique(bars.code[rows])) < 2:
            continue  # one security alone may be suspended
        sessions = calendar(bars.parsed[bars.code[rows[0]]].calendar).sessions_around(bars.dates)
        covered = np.unique(bars.dates[rows])
        inside = sessions[(sessions > covered[0]) & (sessions < covered[-1])]
        for day in np.setdiff1d(inside, covered):
            after = int(rows[np.argmax(bars.dates[rows] > day)])
            what = "no row of any security of the table; next close"
            found.append(_finding(bars, "hole", after, bars.close[after], what, day))
    return found


def _tables(bars: Bars) -> list[NDArray[np.intp]]:
    """The rows of each table's securities of one exchange, in the order of the long table."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, (table, symbol) in enumerate(zip(bars.tables, bars.parsed, strict=True)):
        groups.setdefault((table, symbol.calendar), []).append(number)
    rows = [np.flatnonzero(np.isin(bars.code, members)) for members in groups.values()]
    return [own for own in rows if own.size]


def strange_rate(series: FxSeries) -> tuple[np.datetime64, float] | None:
    """The first rate that is not positive, or cannot be home currency for one unit (per 100?)."""
    low, high = _RATES.get(f"{series.base}{series.quote}", (0.0, np.inf))
    wrong = np.flatnonzero(~((series.rate > low) & (series.rate < high)))
    if not wrong.size:
        return None
    return series.dates[wrong[0]], float(series.rate[wrong[0]])


def _found(bars: Bars, rule: str, wrong: Flags, values: Floats, what: str) -> list[Finding]:
    return [_finding(bars, rule, row, values[row], what) for row in np.flatnonzero(wrong).tolist()]


def _finding(
    bars: Bars, rule: str, row: int, value: float, what: str, day: np.datetime64 | None = None
) -> Finding:
    """What is wrong with a row; ``day`` where it is about another day than the row's own."""
    code = bars.code[row]
    date = bars.dates[row] if day is None else day
    return Finding(rule, bars.symbols[code], date, float(value), what, bars.tables[code], int(row))


_RULES: tuple[Callable[[Bars], list[Finding]], ...] = (
    duplicates,
    not_finite,
    not_positive,
    off_calendar,
    out_of_range,
    units,
    holes,
    gaps,
)
# Rules whose rows are left out, and which row that is: of two rows of a day the first.
_LEFT_OUT = {"duplicates": -1, "non_finite": 0, "non_positive": 0, "off_calendar": 0}
