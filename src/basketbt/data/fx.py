"""Exchange rates on the sessions of a panel, and what to do where a rate is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, Dates, Floats, FxSeries
from basketbt.errors import NoFx
from basketbt.notes import Note, NoteKind, listing, message

FxPolicy = Literal["require", "local"]

# Calendar days that a rate holds. The longest stretch without a mainland fixing, a Spring Festival
# or National Day between two weekends, is nine days.
STALE_AFTER = 10

LOCAL_RETURNS = NoteKind("local_returns")
RATE_LACKING = NoteKind("rate_lacking", severity="warning")


@dataclass(frozen=True)
class Rates:
    """Home currency for one unit of each security's, on T sessions.

    ``grid`` (T, N) is NaN where no rate is known, and throughout for the ``local`` (N,) ones,
    whose returns stay in their own currency.
    """

    grid: Floats
    local: NDArray[np.bool_]
    notes: tuple[Note, ...]


def find_rates(
    series: Mapping[str, FxSeries],
    bars: Bars,
    sessions: Dates,
    priced: NDArray[np.bool_],
    start: np.datetime64,
    policy: FxPolicy,
    home: str,
) -> Rates:
    """The rate of every security on every session, never more than ``STALE_AFTER`` days old.

    Args:
        series: rates by pair (``HKDCNY``), dates ascending.
        priced: (T, N) where the security has a price.
        start: from this day on a price must have its rate.
        policy: ``require`` refuses a security without all the rates it needs; ``local`` leaves
            it, over its whole length, in its own currency.

    Raises:
        NoFx: ``require`` and a rate that is needed is not known; it says what exists.
    """
    grid = np.ones((len(sessions), len(bars.symbols)))
    local = np.zeros(len(bars.symbols), dtype=np.bool_)
    foreign: dict[str, list[str]] = {}
    notes: list[Note] = []
    for column, (symbol, currency) in enumerate(zip(bars.symbols, bars.currencies, strict=True)):
        if currency == home:
            continue
        pair = f"{currency}{home}"
        found = series.get(pair)
        rates = fresh_rates(found, sessions)
        without = sessions[priced[:, column] & np.isnan(rates)]
        lacking = without[without >= start]
        if lacking.size and policy == "require":
            what = _what_exists(pair, found, lacking[0])
            raise NoFx(symbol=symbol, currency=currency, home=home, what=what)
        local[column] = bool(lacking.size) or bool(np.isnan(rates).all())
        grid[:, column] = np.where(local[column], np.nan, rates)
        if local[column]:
            foreign.setdefault(currency, []).append(symbol)
        elif without.size:
            last = str(without[-1])
            notes.append(RATE_LACKING(symbols=symbol, pair=pair, count=len(without), last=last))
    for currency, names in foreign.items():
        pair = f"{currency}{home}"
        notes.append(LOCAL_RETURNS(symbols=listing(names), pair=pair, currency=currency))
    return Rates(grid, local, tuple(notes))


def fresh_rates(series: FxSeries | None, days: Dates) -> Floats:
    """(D,) the last rate on or before each day; NaN before the first and when it is too old."""
    if series is None or not len(series.dates):
        return np.full(len(days), np.nan)
    number = np.searchsorted(series.dates, days, side="right") - 1
    known = np.maximum(number, 0)
    age = (days - series.dates[known]).astype(np.int64)
    fresh: Floats = np.where((number < 0) | (age > STALE_AFTER), np.nan, series.rate[known])
    return fresh


def _what_exists(pair: str, series: FxSeries | None, day: np.datetime64) -> Note:
    """Why no rate is known on a day, in the words of the refusal."""
    if series is None or not len(series.dates):
        return message("why-no-rate-is-given", pair=pair)
    if day < series.dates[0]:
        return message("why-the-rates-begin-on-but", pair=pair, dates=series.dates[0], day=day)
    before = series.dates[np.searchsorted(series.dates, day, side="right") - 1]
    if before == series.dates[-1]:
        return message(
            "why-the-rates-end-on-but", pair=pair, before=before, day=day, stale_after=STALE_AFTER
        )
    return message(
        "why-the-rates-have-a-gap", pair=pair, before=before, day=day, stale_after=STALE_AFTER
    )
