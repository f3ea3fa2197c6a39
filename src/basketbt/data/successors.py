"""Shares that go on under another code, or as shares of another company.

A share's codes are one share: whatever codes its prices stand under, it has one history, under the
code that a list names. A merged share is its successor at the ratio from the session on which the
new shares trade; until then it is carried at its last close, for a holder could sell nothing.
Adjusted prices are not joined: two adjustments have no common scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from basketbt.data.bars import (
    COLUMNS,
    PRICES,
    Bars,
    CorporateAction,
    Dates,
    Instrument,
    MarketData,
    PriceRequest,
    ShareCounts,
    Succession,
)
from basketbt.market.calendars import as_day
from basketbt.market.securities import codes_of, current_code, delisted_on, recoded_on
from basketbt.market.securities.mergers import Merger, mergers
from basketbt.notes import Note, NoteKind

RECODED = NoteKind("share_recoded")
MERGED = NoteKind("share_merged")
NOT_FOLLOWED = NoteKind("merger_not_followed", severity="warning")

_ALWAYS, _NEVER = np.datetime64("0001-01-01", "D"), np.datetime64("9999-12-31", "D")


def other_codes(symbols: Iterable[str], end: np.datetime64) -> tuple[str, ...]:
    """The other codes of shares, and those of what they were merged into by ``end``."""
    known = tuple(dict.fromkeys(symbols))
    heirs = [one.successor for one in map(mergers().get, known) if one and as_day(one.since) <= end]
    codes = (code for name in (*known, *heirs) for code in codes_of(current_code(name)))
    return tuple(dict.fromkeys(code for code in codes if code not in known))


def names_today(request: PriceRequest) -> tuple[str, ...]:
    """What a vendor is asked for, who has a share under its newest code only."""
    shares = map(current_code, request.shares)
    return tuple(dict.fromkeys((*shares, *request.indexes, *request.fx)))


def recoded(data: MarketData, symbols: Iterable[str]) -> MarketData:
    """The data with one history of each of ``symbols``, under that code. Rows may be in any order.

    On a day on which both codes have a row, the old one counts before the change and the new one
    from it on. A share whose source does not know of its delisting has the day that lists give.
    """
    for name in symbols:
        found = [code for code in codes_of(current_code(name)) if code in data.bars.symbols]
        if found and found != [name]:
            data = _under_one_code(data, name, found)
        known = data.instruments.get(name, Instrument(symbol=name))
        if known.delisted is None and (day := delisted_on(name)) and _ends_before(data, name, day):
            ended = replace(known, delisted=as_day(day))
            data = replace(data, instruments={**data.instruments, name: ended})
    return data


def _ends_before(data: MarketData, name: str, day: date) -> bool:
    """Whether the share has rows, and none from a day on: else it is listed, whatever lists say."""
    dates = data.bars.only([name]).dates
    return bool(len(dates)) and bool(dates.max() < as_day(day))


def merged(data: MarketData, request: PriceRequest) -> MarketData:
    """The data with merged shares going on as their successors. Rows are checked, in date order."""
    for name in request.symbols:
        merger = mergers().get(name)
        if merger is None or name not in data.bars.symbols:
            continue
        if as_day(merger.since) <= request.end:
            data = _as_successor(data, merger)
        elif name in data.instruments:
            # Carried to the end: what it will become is known, and cannot be sold yet.
            still = replace(data.instruments[name], delisted=None)
            data = replace(data, instruments={**data.instruments, name: still})
    return data


@dataclass(frozen=True)
class _Part:
    """What counts of ``code``: days from ``first`` to before ``until``, at ``ratio``."""

    code: str
    first: np.datetime64 = _ALWAYS
    until: np.datetime64 = _NEVER
    ratio: float = 1.0


def _under_one_code(data: MarketData, name: str, codes: Sequence[str]) -> MarketData:
    """``codes`` are those with rows, former ones first."""
    bars = data.bars.of(codes[0])
    for former, code in pairwise(codes):
        day, later = as_day(recoded_on(former)), data.bars.of(code)
        if bars.adjusted[0] or later.adjusted[0]:
            bars = max(bars, later, key=len)
            continue
        both = np.intersect1d(bars.dates, later.dates)
        early = bars.rows((bars.dates < day) | ~np.isin(bars.dates, both))
        late = later.rows((later.dates >= day) | ~np.isin(later.dates, both))
        bars = _joined(early, late, 1.0, _scale(bars, later, both))
    other = ", ".join(code for code in codes if code != name)
    note = RECODED(symbol=name, codes=other)
    return _with(data, name, bars, [_Part(code) for code in codes], note)


def _as_successor(data: MarketData, merger: Merger) -> MarketData:
    name, since = merger.symbol, as_day(merger.since)
    told = {"symbol": name, "ratio": merger.ratio, "successor": merger.successor}
    bars, heir = data.bars.of(name), data.bars.only([merger.successor])
    late = heir.rows(heir.dates >= since)
    bars = bars.rows(bars.dates < since)
    if not len(late) or not len(bars) or bars.adjusted[0] or late.adjusted[0]:
        note = NOT_FOLLOWED(**told, since=str(since))
        return replace(data, notes=(*data.notes, note))
    first = late.dates[0]
    parts = [_Part(name, until=since), _Part(merger.successor, since, ratio=merger.ratio)]
    joined = _joined(bars, late, merger.ratio, _scale(bars, late, late.dates[:0]))
    note = MERGED(**told, since=str(first), last=str(bars.dates[-1]))
    succession = Succession(
        symbol=name, successor=merger.successor, since=first, ratio=merger.ratio
    )
    found = _with(data, name, joined, parts, note)
    return replace(found, successions=(*data.successions, succession))


# --- joining -------------------------------------------------------------------------------


def _with(
    data: MarketData, name: str, bars: Bars, parts: Sequence[_Part], note: Note
) -> MarketData:
    """The data with these bars as those of ``name``, and with its other tables to match."""
    others = data.bars.only(one for one in data.bars.symbols if one != name)
    first, last = (data.instruments.get(part.code) for part in (parts[0], parts[-1]))
    instrument = replace(
        data.instruments.get(name, Instrument(symbol=name)),
        listed=first.listed if first else None,
        delisted=last.delisted if last else None,
    )
    shares = _share_counts(data, name, parts)
    return replace(
        data,
        bars=Bars.joined((others, replace(bars, symbols=(name,)))),
        actions={**data.actions, **_actions(data, name, parts)},
        shares={**data.shares, **({name: shares} if shares else {})},
        instruments={**data.instruments, name: instrument},
        notes=(*data.notes, note),
    )


def _joined(early: Bars, late: Bars, ratio: float, scale: float) -> Bars:
    """The rows of ``early`` and those of ``late`` at the ratio, the factor of both on one scale."""
    if not len(early) or not len(late):
        return late if len(late) else early
    worth = {name: getattr(late, name) * ratio for name in PRICES}
    worth |= {"volume": late.volume / ratio, "amount": late.amount, "factor": late.factor * scale}
    columns = {name: np.concatenate([getattr(early, name), worth[name]]) for name in COLUMNS}
    if np.isnan(scale):
        columns["factor"] = np.full(len(early) + len(late), np.nan)
    return Bars.single(
        early.symbols[0],
        np.concatenate([early.dates, late.dates]),
        columns,
        currency=early.currencies[0],
        table=late.tables[0],
    )


def _scale(early: Bars, late: Bars, both: Dates) -> float:
    """What the factor of ``late`` is multiplied with, so that no step lies between the two; NaN
    unless both have one. On a day of ``both`` they are the same share's."""
    if not len(early) or not len(late) or not (early.has_factor[0] and late.has_factor[0]):
        return np.nan
    last, first = (both.max(), both.max()) if len(both) else (early.dates.max(), late.dates.min())
    before = early.factor[early.dates == last][0]
    return float(before / late.factor[late.dates == first][0])


def _actions(
    data: MarketData, name: str, parts: Sequence[_Part]
) -> dict[str, tuple[CorporateAction, ...]]:
    by_day: dict[np.datetime64, CorporateAction] = {}
    for part in parts:
        for one in data.actions.get(part.code, ()):
            if part.first <= one.ex_date < part.until:
                cash, price = one.cash * part.ratio, one.rights_price * part.ratio
                by_day[one.ex_date] = replace(one, symbol=name, cash=cash, rights_price=price)
    ordered = tuple(by_day[day] for day in sorted(by_day))
    return {name: ordered} if any(part.code in data.actions for part in parts) else {}


def _share_counts(data: MarketData, name: str, parts: Sequence[_Part]) -> ShareCounts | None:
    """Counts in shares of ``name``, so that price times count is the successor's whole value."""
    by_day: dict[np.datetime64, tuple[float, float]] = {}
    for part in parts:
        if (known := data.shares.get(part.code)) is None:
            continue
        # What is in force when a part begins is from a day before it.
        at = max(int(np.searchsorted(known.dates, part.first, side="right")) - 1, 0)
        for day, total, tradable in zip(
            known.dates[at:], known.total[at:], known.tradable[at:], strict=True
        ):
            if day < part.until:
                counts = (float(total) / part.ratio, float(tradable) / part.ratio)
                by_day[max(day, part.first)] = counts
    if not by_day:
        return None
    days = sorted(by_day)
    return ShareCounts(
        symbol=name,
        dates=np.array(days, dtype="datetime64[D]"),
        total=np.array([by_day[day][0] for day in days]),
        tradable=np.array([by_day[day][1] for day in days]),
    )
