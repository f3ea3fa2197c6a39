"""Closes against the price that a session is measured from, and the daily limit of their board."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from basketbt.data.adjust import action_steps, evidence_of_adjusted
from basketbt.data.bars import Bars, Dates, Flags, Floats, MarketData
from basketbt.data.validation.findings import Finding, findings_of, of_kind
from basketbt.data.validation.rows import missing_before
from basketbt.market.calendars import calendar
from basketbt.market.limits import limit_fractions

# What rounding does to a close measured against the limit, in yuan: half a fen in the limit price,
# as much in a restated reference, as much in each of two adjusted closes and their references.
_LIMIT_ROUNDING, _EX_DATE_ROUNDING, _ADJUSTED_ROUNDING = 0.0051, 0.0051, 0.0151
# What counts as a leap: so many limits in a row; not judged are first sessions and long gaps.
_LEAP, _FIRST_SESSIONS, _LONG_GAP = 3, 5, 10
_INDEX_LEAP = 0.25  # no index of mainland shares moves so far: none of its shares may
_PRICE_SLACK = 0.01  # of the reference, for prices that no return is made of
_TOO_FAR = 0.2  # a return as if raw that no session has
_ADJUSTED = 6.0  # how much likelier, in logs, that closes are adjusted than raw


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
    found = moves(bars, reference_steps(bars, data), listed)
    rounding = _LIMIT_ROUNDING + np.where(found.steps != 1.0, _EX_DATE_ROUNDING, 0.0)
    adjusted = np.where(bars.per_row(bars.adjusted), _ADJUSTED_ROUNDING, 0.0)
    slack = (rounding + adjusted) / found.reference
    wrong = found.beyond(1, slack)
    far = found.beyond(_LEAP, slack) & (missing_before(bars) <= _LONG_GAP) & ~_new(bars, listed)
    index = of_kind(bars, "index") & (np.abs(found.change) > _INDEX_LEAP)
    return [
        *findings_of(bars, "leap", far, found.change, "return beyond three daily limits:"),
        *findings_of(bars, "leap", index, found.change, "an index moves by"),
        *findings_of(bars, "limit", wrong & ~far, found.change, "return beyond the daily limit:"),
        *_prices_beyond(bars, found, slack, wrong),
    ]


def _prices_beyond(bars: Bars, found: Moves, slack: Floats, named: Flags) -> list[Finding]:
    """Opens, highs and lows that no order could be filled at, of rows not ``named`` already.

    Not of adjusted prices: vendors that restate an ex-date do not always restate its high.
    """
    wrong = []
    named = named | bars.per_row(bars.adjusted)
    for name in ("open", "high", "low"):
        change = getattr(bars, name) / found.reference - 1.0
        beyond = replace(found, change=change).beyond(1, slack + _PRICE_SLACK) & ~named
        wrong += findings_of(bars, "limit", beyond, change, f"{name} beyond the daily limit:")
    return wrong


def adjusted_beside(bars: Bars, data: MarketData, beyond: list[Finding]) -> list[Finding]:
    """Ex-dates on which closes of a table do not fall, though its factor or actions do.

    Closes that are adjusted already would be so twice. Named are ex-dates among the rows far
    ``beyond`` the daily limit, in tables whose closes move on ex-dates as on any other day.
    """
    found = []
    steps = reference_steps(bars, data)
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
    factor = np.where(bars.per_row(bars.has_factor), bars.factor, 1.0)
    steps = np.ones(len(factor))
    steps[1:] = factor[1:] / factor[:-1]
    steps[bars.first] = 1.0
    return steps


def reference_steps(bars: Bars, data: MarketData) -> Floats:
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
