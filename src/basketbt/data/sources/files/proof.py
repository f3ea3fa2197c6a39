"""Whether the closes of a table are raw, by what the table itself says; and the factor it implies.

An adjusted close taken for a raw one counts every dividend twice, or books money at prices that
never were. So the prices of a table are raw only by evidence: a flag (adjustflag), a title
(不复权), a previous close that restates ex-dates, an adjusted close beside them, whole fen, or
what the user says. What nothing shows is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from basketbt.data.adjust import evidence_of_adjusted, restated_steps, whole_ticks
from basketbt.data.bars import Bars, CorporateAction, Dates, Flags, Floats
from basketbt.data.sources.files.spec import TableSpec
from basketbt.data.sources.files.tidy import BarRows
from basketbt.errors import InvalidFile, Problem
from basketbt.market.calendars import calendar
from basketbt.notes import Note, NoteKind, listing, message

TAKEN_AS_ADJUSTED = NoteKind("taken_as_adjusted", severity="warning")
FACTOR_OF_PREVIOUS = NoteKind("factor_of_previous")
FACTOR_OF_ADJUSTED = NoteKind("factor_of_adjusted")
TURNED_BACK = NoteKind("turned_back")
UNIT_NOT_SHOWN = NoteKind("unit_not_shown")
RAW_NOT_SHOWN = NoteKind("raw_not_shown", severity="warning")
PREVIOUS_AFTER_GAP = NoteKind("previous_after_gap", severity="warning")

# So many closes may be no whole fen, a slip of the pen, and the others be raw; in so many one.
_BROKEN, _SLIPS = 0.005, 100
_RAW_FLAG = 3.0  # baostock: 1 backward, 2 forward, 3 not adjusted
_LISTED = 8
_SHOWN_RAW = -3.0  # closes that are adjusted move on ex-dates so with a likelihood of 1 in 20
_NOISE = 2e-5  # of a ratio of two prices; a dividend of a fen on a close below 500 yuan is more
_MOST_STEPS = 5  # of a share; a company pays once or twice a year
_AGREE = 2e-3  # two steps of one ex-date, as vendors round them


class Proof:
    """The bars of one table, made raw with a factor where that can be shown, else adjusted."""

    def __init__(
        self,
        read: BarRows,
        spec: TableSpec,
        told: str | None,
        actions: Mapping[str, Sequence[CorporateAction]],
    ) -> None:
        self._spec, self._told, self._actions = spec, told, actions
        self._evidence, self._layout = read.evidence, read.layout
        self._bars = read.bars
        self._columns = {
            name: np.array(getattr(read.bars, name))
            for name in ("open", "high", "low", "close", "volume", "factor")
        }
        self._adjusted = np.array(read.bars.adjusted)
        self._notes: dict[NoteKind, list[str]] = {}
        self.reasons: Counter[str] = Counter()  # by what each share was settled, for `inspect`

    def settled(self) -> tuple[Bars, list[Note]]:
        """The bars, and what was concluded.

        Raises ``InvalidFile`` where the table contradicts itself or what the user says of it.
        """
        shares = [n for n, one in enumerate(self._bars.parsed) if one.kind in ("share", "b_share")]
        open_questions = [n for n in shares if not self._settle(n)]
        changed: dict[str, Any] = dict(self._columns)
        bars = replace(self._bars, **changed, adjusted=self._adjusted)
        self._unit_of_volume(shares)
        unshown = self._unshown(bars, open_questions)
        table = self._spec.table
        notes = [
            kind(table=table, symbols=listing(names, most=_LISTED))
            for kind, names in self._notes.items()
        ]
        if unshown:
            notes.append(RAW_NOT_SHOWN(table=table, symbols=listing(unshown, most=_LISTED)))
        return bars, notes

    def _settle(self, number: int) -> bool:
        """Settle one share; whether it is known how its closes were made."""
        bars, spec = self._bars, self._spec
        own = bars.own(number)
        declared, said = spec.adjusted, self._said(own)
        if declared is not None and said not in (None, declared):
            self._refuse(number, message("why-its-own-word-contradicts-adjusted"))
        if declared or said:
            self.reasons["adjusted by its flag or title" if said else "adjusted as declared"] += 1
            self._adjust(number, note=not declared)
            return True
        whole = self._whole(number, self._columns["close"][own])
        if not whole:
            turned = self._turned_back(number, own, declared)
            self.reasons["turned back by its factor" if turned else "adjusted, no whole fen"] += 1
            return True
        self._factor_beside(number, own)
        evidence = (
            ("raw, whole fen and previous closes", self._factor_of_previous(number, own)),
            ("raw as declared", declared is False),
            ("raw by its flag or title", said is False),
            ("raw as this vendor's are", self._layout is not None and self._layout.prices == "raw"),
        )
        reason = next((name for name, shown in evidence if shown), None)
        self.reasons[reason or "whole fen, as raw ones are; nothing else shows it"] += 1
        return reason is not None

    def _said(self, own: slice) -> bool | None:
        """Whether the table says that its prices are adjusted, by a flag or a title."""
        flags = self._evidence.get("adjustment")
        if flags is not None and np.isfinite(flags[own]).any():
            given = np.unique(flags[own][np.isfinite(flags[own])])
            if given.size > 1:
                what = message("why-adjustflag-differs-from-row-to")
                fix = message("do-fetch-the-table-once-more")
                raise InvalidFile([Problem(self._spec.path, 1, what, fix)])
            return bool(given[0] != _RAW_FLAG)
        return None if self._told is None else self._told == "adjusted"

    def _whole(self, number: int, close: Floats) -> bool:
        tick = 0.01 if self._bars.parsed[number].kind == "share" else 0.001
        if self._bars.parsed[number].exchange == "HK":
            tick = 0.001
        known = close[np.isfinite(close)]
        broken = int(np.count_nonzero(~whole_ticks(known, tick)))
        return broken <= max(1.0 if known.size > _SLIPS else 0.0, _BROKEN * known.size)

    def _turned_back(self, number: int, own: slice, declared: bool | None) -> bool:
        """Adjusted closes whose factor turns them back into whole fen; else taken as adjusted."""
        columns, factor = self._columns, self._columns["factor"][own]
        adjusted_close = self._evidence.get("adjusted_close")
        if np.isfinite(factor).all() and self._whole(number, columns["close"][own] / factor):
            if self._volume_is_adjusted(own, factor):
                columns["volume"][own] *= factor
            for name in ("open", "high", "low", "close"):
                columns[name][own] /= factor
            columns["close"][own] = _on_ticks(columns["close"][own])
            self._note(TURNED_BACK, number)
            return True
        close = columns["close"][own]
        at = int(np.argmax(np.abs(close - np.round(close, 2)) * np.isfinite(close)))
        example = f"({self._bars.dates[own][at]}: {close[at]:.6g})"
        if declared is False:
            self._refuse(number, message("why-its-closes-are-no-whole", example=example))
        if self._steps_of_factor(own) or self._ex_dates(number, own):
            self._refuse(
                number,
                message("why-its-closes-are-no-whole-fen", example=example),
            )
        if adjusted_close is not None and np.isfinite(adjusted_close[own]).all():
            ratio = adjusted_close[own] / columns["close"][own]
            for name in ("open", "high", "low", "close"):
                columns[name][own] *= ratio
        self._adjust(number, note=True)
        return False

    def _volume_is_adjusted(self, own: slice, factor: Floats) -> bool:
        """Whether volume x adjusted close, or volume x raw close, is rather the money traded.

        Without amounts it is taken to be, as in the one format that writes such prices (qlib's).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            money = self._bars.amount[own] / (
                self._columns["volume"][own] * self._columns["close"][own]
            )
            of_adjusted, of_raw = np.abs(np.log(money)), np.abs(np.log(money * factor))
        known = np.isfinite(of_adjusted) & (np.abs(factor - 1.0) > _AGREE)
        return not known.any() or bool(np.median(of_adjusted[known]) < np.median(of_raw[known]))

    def _adjust(self, number: int, *, note: bool) -> None:
        own = self._bars.own(number)
        if note and self._ex_dates(number, own):
            self._refuse(number, message("why-it-has-adjusted-closes-and"))
        self._adjusted[number] = True
        self._columns["factor"][own] = np.nan
        if note:
            self._note(TAKEN_AS_ADJUSTED, number)

    def _factor_beside(self, number: int, own: slice) -> None:
        """The factor of an adjusted close beside the raw one, where no factor is given."""
        found = self._evidence.get("adjusted_close")
        if found is None or np.isfinite(self._columns["factor"][own]).any():
            return
        factor = found[own] / self._columns["close"][own]
        if np.isfinite(factor).any():
            self._columns["factor"][own] = _without_noise(factor, self._bars.dates[own])
            self._note(FACTOR_OF_ADJUSTED, number)

    def _factor_of_previous(self, number: int, own: slice) -> bool:
        """The factor that previous closes imply; whether the share has them.

        Raises ``InvalidFile`` where the factor that is given tells another story.
        """
        previous, tolerance = self._previous(own)
        if not np.isfinite(previous).any():
            return bool(self._evidence.get("adjusted_close") is not None)
        dates, close = self._bars.dates[own], self._columns["close"][own]
        order = np.argsort(dates, kind="stable")
        place = np.searchsorted(calendar(self._bars.parsed[number].calendar).sessions, dates[order])
        exact = np.broadcast_to(tolerance, close.shape)[order]
        steps, doubtful = restated_steps(place, close[order], previous[order], exact)
        given = self._columns["factor"][own][order]
        if np.isfinite(given).all() and given.size:
            moved = np.append(1.0, given[1:] / given[:-1])
            wrong = np.flatnonzero((np.abs(moved / steps - 1.0) > _AGREE) & ~doubtful)
            wrong = wrong[wrong > 0]
            if wrong.size:
                self._refuse(
                    number,
                    message("why-its-factor-and-its-previous", dates=dates[order][wrong[0]]),
                )
            return True
        if np.count_nonzero(steps != 1.0) > max(_MOST_STEPS, 0.05 * steps.size):
            self._refuse(number, message("why-its-previous-closes-are-not"))
        factor = np.full(len(close), np.nan)
        factor[order] = np.cumprod(steps)
        self._columns["factor"][own] = factor
        self._note(FACTOR_OF_PREVIOUS, number)
        if doubtful.any():
            days = ", ".join(map(str, dates[order][doubtful][:3]))
            self._note(PREVIOUS_AFTER_GAP, number, days)
        return True

    def _previous(self, own: slice) -> tuple[Floats, Floats | float]:
        """(R,) previous closes as the exchange restates them, and how exact they are."""
        close = self._columns["close"][own]
        found = self._evidence.get("previous")
        if found is not None and np.isfinite(found[own]).any():
            return found[own], 0.004
        change = self._evidence.get("change")
        if change is not None and np.isfinite(change[own]).any():
            return close - change[own], 0.006
        percent = self._evidence.get("change_pct")
        if percent is not None and np.isfinite(percent[own]).any():
            previous = close / (1.0 + percent[own] / 100.0)
            return previous, np.maximum(0.006, previous * 6e-5)
        return np.full(len(close), np.nan), 0.0

    def _steps_of_factor(self, own: slice) -> bool:
        factor = self._columns["factor"][own]
        known = factor[np.isfinite(factor)]
        return bool(known.size and np.ptp(known) > 1e-6 * known.max())

    def _ex_dates(self, number: int, own: slice) -> list[CorporateAction]:
        dates = self._bars.dates[own]
        known = self._actions.get(self._bars.symbols[number], ())
        if not dates.size:
            return []
        return [one for one in known if dates.min() < one.ex_date <= dates.max()]

    def _unshown(self, bars: Bars, numbers: Sequence[int]) -> list[str]:
        """Shares with ex-dates of which nothing shows that their closes are raw.

        Moves of closes on ex-dates show it where there are enough of them in a table.
        """
        moving = [
            n
            for n in numbers
            if self._steps_of_factor(bars.own(n)) or self._ex_dates(n, bars.own(n))
        ]
        if not moving:
            return []
        shown = evidence_of_adjusted(bars, self._actions) < _SHOWN_RAW
        return [] if shown else [bars.symbols[n] for n in moving]

    def _unit_of_volume(self, shares: Sequence[int]) -> None:
        """Name the shares whose volume has no amount beside it, which would show its unit."""
        bars, columns = self._bars, self._columns
        for number in shares if self._spec.volume_unit is None else ():
            own = bars.own(number)
            if (columns["volume"][own] > 0).any() and not (bars.amount[own] > 0).any():
                self._note(UNIT_NOT_SHOWN, number)

    def _note(self, kind: NoteKind, number: int, more: str = "") -> None:
        name = self._bars.symbols[number]
        self._notes.setdefault(kind, []).append(f"{name} ({more})" if more else name)

    def _refuse(self, number: int, why: Note) -> None:
        what = message("about", about=self._bars.symbols[number], what=why)
        fix = message("do-give-raw-closes-or-say")
        raise InvalidFile([Problem(self._spec.path, 1, what, fix)])


def _without_noise(factor: Floats, dates: Dates) -> Floats:
    """A factor that stands still between ex-dates: the rounding of an adjusted close moves it."""
    order = np.argsort(dates, kind="stable")
    known = order[np.isfinite(factor[order])]
    steps = np.append(factor[known[:1]], factor[known[1:]] / factor[known[:-1]])
    steps[1:][np.abs(steps[1:] - 1.0) < _NOISE] = 1.0
    found = np.full(len(factor), np.nan)
    found[known] = np.cumprod(steps)
    return found


def _on_ticks(close: Floats) -> Floats:
    """Closes that a division left a hair off whole fen."""
    rounded: Floats = np.round(close, 2)
    return np.where(whole_ticks(close, 0.01), rounded, close)


def joined_rows(parts: Sequence[BarRows]) -> BarRows:
    """The rows of several files of one table, security after security."""
    if len(parts) == 1:
        return parts[0]
    symbols = tuple(dict.fromkeys(one for part in parts for one in part.bars.symbols))
    place = {symbol: number for number, symbol in enumerate(symbols)}
    code = np.concatenate(
        [np.array([place[s] for s in p.bars.symbols], dtype=np.intp)[p.bars.code] for p in parts]
    )
    order = np.argsort(code, kind="stable")
    first = {s: (p, n) for p in reversed(parts) for n, s in enumerate(p.bars.symbols)}
    names = list(dict.fromkeys(name for part in parts for name in part.evidence))

    def column(name: str) -> Floats:
        found: Floats = np.concatenate([getattr(part.bars, name) for part in parts])[order]
        return found

    def evidence(name: str) -> Floats:
        empty = [part.evidence.get(name, np.full(len(part.bars), np.nan)) for part in parts]
        found: Floats = np.concatenate(empty)[order]
        return found

    suspect: Flags = np.concatenate([part.suspect for part in parts])[order]
    bars = Bars(
        symbols=symbols,
        code=code[order],
        dates=np.concatenate([part.bars.dates for part in parts])[order],
        open=column("open"),
        high=column("high"),
        low=column("low"),
        close=column("close"),
        volume=column("volume"),
        amount=column("amount"),
        factor=column("factor"),
        adjusted=np.array(
            [first[s][0].bars.adjusted[first[s][1]] for s in symbols], dtype=np.bool_
        ),
        currencies=tuple(first[s][0].bars.currencies[first[s][1]] for s in symbols),
        tables=tuple(first[s][0].bars.tables[first[s][1]] for s in symbols),
    )
    found = {name: evidence(name) for name in names}
    one = parts[0]
    return BarRows(bars, suspect, found, one.layout, one.titles, one.units)
