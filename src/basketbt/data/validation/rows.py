"""What rows must pass: functions on the long table of bars that point at the rows they doubt.

The one list of rules for every source: :func:`judged` runs them over what a study is given
(``check``), and over what a vendor answered before it is stored (``answers``).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import COLUMNS, Bars, Floats, MarketData
from basketbt.data.ends import index_ends, known_ends
from basketbt.data.validation.findings import Finding, finding_of, findings_of, of_kind
from basketbt.data.validation.money import units
from basketbt.market.calendars import calendar

# Relative to the price: single precision (universe tables store it) loses up to 6e-8 of a value.
_SINGLE = 1e-6
# Adjusted prices are rounded to the fen one by one, so high may be a fen below close.
_ADJUSTED_FEN = 0.0101
_STALE = 5  # sessions that a security may end before the rest of its table


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
    return findings_of(bars, "unsorted", ~later & ~bars.first, nothing, "is below a later row")


def duplicates(bars: Bars) -> list[Finding]:
    """Second and further rows of one day. The rows are in date order."""
    same = np.append(False, bars.dates[1:] == bars.dates[:-1])[: len(bars)]
    what = "a second row of the day, close"
    return findings_of(bars, "duplicates", same & ~bars.first, bars.close, what)


def not_finite(bars: Bars) -> list[Finding]:
    """An empty close or factor, or a value that is infinite."""
    found = []
    for name in COLUMNS:
        values = _column(bars, name)
        wrong = np.isinf(values)
        if name in ("close", "factor"):
            wrong = wrong | np.isnan(values)
        found += findings_of(bars, "non_finite", wrong, values, name)
    return found


def not_positive(bars: Bars) -> list[Finding]:
    """A price or factor of zero or less, a volume or amount below zero."""
    found = []
    for name in COLUMNS:
        values = _column(bars, name)
        wrong = values < 0 if name in ("volume", "amount") else values <= 0
        found += findings_of(bars, "non_positive", wrong, values, name)
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
    return findings_of(bars, "off_calendar", wrong, bars.close, "no session of its exchange, close")


def out_of_range(bars: Bars) -> list[Finding]:
    """Closes and opens outside [low, high], lows above the high, beyond what rounding explains.

    Opens have a rule of their own: Yahoo's Hong Kong opens are those of the auction before it.
    """
    high, low, adjusted = bars.high, bars.low, bars.per_row(bars.adjusted)
    slack = np.abs(bars.close) * _SINGLE + np.where(adjusted, _ADJUSTED_FEN, 0.0)
    found = []
    for rule, name in (("ohlc", "close"), ("ohlc", "low"), ("open", "open")):
        values = getattr(bars, name)
        found += findings_of(bars, rule, values > high + slack, values, f"{name} above the high:")
        found += findings_of(bars, rule, values < low - slack, values, f"{name} below the low:")
    return found


def gaps(bars: Bars) -> list[Finding]:
    """Sessions of its exchange without a row between two rows of a security; one doubt a gap.

    The row is the one after the gap, the value how many sessions are missing.
    """
    missing = np.where(of_kind(bars, "index"), 0, missing_before(bars))
    what = "sessions without a row before it:"
    return findings_of(bars, "gap", missing > 0, missing.astype(np.float64), what)


def repeated(bars: Bars) -> list[Finding]:
    """Rows that say the same as the row before: filled forward, or a day late from there on.

    Of rows that were traded at more than one price every column is the same, the volume
    included; of an index three levels in a row, for two are the same once in years.
    """
    same = (bars.volume > 0) & (bars.high > bars.low) & of_kind(bars, "share") & ~bars.first
    for name in ("open", "high", "low", "close", "volume"):
        same[1:] &= getattr(bars, name)[1:] == getattr(bars, name)[:-1]
    level = np.append(False, bars.close[1:] == bars.close[:-1])[: len(bars)]
    level &= of_kind(bars, "index") & ~bars.first
    same |= level & np.append(False, level[:-1])[: len(bars)]
    often = np.bincount(bars.code[same], minlength=len(bars.symbols))
    rows = np.bincount(bars.code, minlength=len(bars.symbols))
    same &= bars.per_row(often * 2 < rows)  # a table of one number throughout is made, not filled
    return findings_of(bars, "repeated", same, bars.close, "says what the row before says, close")


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
            found.append(finding_of(bars, "ends_early", last, missing, what))
    return found


def holes(bars: Bars) -> list[Finding]:
    """Sessions on which none of a table's securities has a row, inside the days that it covers.

    And every session that an index lacks: an index is never suspended, nor is its level carried.
    """
    missing = missing_before(bars)
    what = "sessions without a level before it:"
    lacking = (missing > 0) & of_kind(bars, "index")
    found = findings_of(bars, "hole", lacking, missing.astype(np.float64), what)
    for rows in _tables(bars):
        if len(np.unique(bars.code[rows])) < 2:
            continue  # one security alone may be suspended
        sessions = calendar(bars.parsed[bars.code[rows[0]]].calendar).sessions_around(bars.dates)
        covered = np.unique(bars.dates[rows])
        inside = sessions[(sessions > covered[0]) & (sessions < covered[-1])]
        for day in np.setdiff1d(inside, covered):
            after = int(rows[np.argmax(bars.dates[rows] > day)])
            what = "no row of any security of the table; next close"
            found.append(finding_of(bars, "hole", after, bars.close[after], what, day))
    return found


def _tables(bars: Bars) -> list[NDArray[np.intp]]:
    """The rows of each table's securities of one exchange, in the order of the long table."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, (table, symbol) in enumerate(zip(bars.tables, bars.parsed, strict=True)):
        groups.setdefault((table, symbol.calendar), []).append(number)
    rows = [np.flatnonzero(np.isin(bars.code, members)) for members in groups.values()]
    return [own for own in rows if own.size]


_RULES: tuple[Callable[[Bars], list[Finding]], ...] = (
    duplicates,
    not_finite,
    not_positive,
    off_calendar,
    out_of_range,
    repeated,
    units,
    holes,
    gaps,
)
# Rules whose rows are left out, and which row that is: of two rows of a day the first.
_LEFT_OUT = {"duplicates": -1, "non_finite": 0, "non_positive": 0, "off_calendar": 0}
