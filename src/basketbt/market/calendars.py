"""Trading calendars: which days were sessions, and when each of them closed.

The sessions are data: text tables under ``sessions/``, written from exchange_calendars with its
mistakes corrected (``refresh``) and read in milliseconds. Shanghai, Shenzhen and
Beijing hold the same sessions, so XSHG stands for the mainland.

A close is the end of the ordinary session (15:00 in Shanghai, 16:00 in Hong Kong); the closing
auction of Hong Kong, which ends some minutes later, is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from basketbt.errors import DataError, OutsideCalendar, unknown
from basketbt.notes import Note, message

Dates = NDArray[np.datetime64]
Day = date | np.datetime64

TABLES = Path(__file__).parent / "sessions"


@dataclass(frozen=True)
class Market:
    """What holds for every session of an exchange."""

    zone: str
    close: time
    sessions_per_year: int


# Sessions per year: the mean of 2010-2026, rounded (XSHG 242.8, XHKG 246.2). The customary 252
# is New York's and would overstate a Shanghai volatility by 1.8 %.
MARKETS: Mapping[str, Market] = {
    "XSHG": Market("Asia/Shanghai", time(15), 243),
    "XHKG": Market("Asia/Hong_Kong", time(16), 246),
}
_SAME_SESSIONS = {"XSHE": "XSHG", "XBSE": "XSHG"}


class BeforeCalendar(OutsideCalendar):
    """Field: first."""


class NotASession(DataError):
    """A date that must be a session is none. Fields: date, calendar, before, after."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """The sessions of one exchange, strictly increasing, without time of day.

    Every method takes a ``datetime.date`` or ``numpy.datetime64`` and returns the latter. A date
    outside the table raises :class:`OutsideCalendar`; beyond its end the installed
    exchange_calendars is asked first, so a newer release of it is enough to go on, and after it
    what was learnt (:func:`learn`).
    """

    name: str
    sessions: Dates
    zone: ZoneInfo
    close: time
    early_closes: Mapping[np.datetime64, time] = field(default_factory=dict)

    @property
    def first(self) -> np.datetime64:
        return self._at(0)

    @property
    def last(self) -> np.datetime64:
        return self._at(-1)

    @property
    def known_until(self) -> np.datetime64:
        """The last session that anybody knows of: of the table, exchange_calendars, or learnt."""
        return _longer(self).last

    def sessions_around(self, days: Dates) -> Dates:
        """The sessions of the table, and those known after it if one of ``days`` lies there."""
        beyond = bool(days.size) and days.max() > self.last
        return _longer(self).sessions if beyond else self.sessions

    def are_sessions(self, days: Dates) -> NDArray[np.bool_]:
        """On which of ``days`` the exchange trades; False, not an error, where nobody knows."""
        return np.isin(days, self.sessions_around(days))

    def index_of(self, session: Day) -> int:
        """Position of a session in ``sessions``; :class:`NotASession` when it is none."""
        wanted = as_day(session)
        known = self._covering(wanted)
        position = int(np.searchsorted(known.sessions, wanted))
        if known.sessions[position] != wanted:
            raise NotASession(
                date=wanted,
                calendar=self.name,
                before=known._at(position - 1),
                after=known._at(position),
            )
        return position

    def positions(self, days: Dates) -> NDArray[np.intp]:
        """How many sessions of the table lie before each of ``days`` (none may be NaT)."""
        known = self._covering(days.max()) if days.size and days.max() > self.last else self
        return np.searchsorted(known.sessions, days)

    def offset(self, session: Day, k: int) -> np.datetime64:
        """The session ``k`` sessions after ``session`` (before it when ``k`` is negative)."""
        position = self.index_of(session) + k
        if position < 0:
            raise self._outside(
                message("why-the-session-before", value=-k, as_day=as_day(session)), BeforeCalendar
            )
        if position < len(self.sessions):
            return self._at(position)
        longer = _longer(self)
        if position >= len(longer.sessions):
            raise self._outside(message("why-the-session-after", k=k, as_day=as_day(session)))
        return longer._at(position)

    def distance(self, start: Day, end: Day) -> int:
        """Sessions from ``start`` to ``end``, both sessions; negative when ``end`` is earlier."""
        return self.index_of(end) - self.index_of(start)

    def knows(self, session: Day, k: int) -> bool:
        """Whether the session ``k`` sessions after ``session`` is known."""
        return self.index_of(session) + k < len(self.sessions) or k <= self.reach(session)

    def reach(self, session: Day) -> int:
        """How many sessions are known after ``session``; see ``knows``, which is fast."""
        position = self.index_of(session)
        return len(_longer(self).sessions) - 1 - position

    def on_or_after(self, day: Day) -> np.datetime64:
        """``day`` if it is a session, else the next one."""
        wanted = as_day(day)
        known = self._covering(wanted)
        return known._at(int(np.searchsorted(known.sessions, wanted)))

    def on_or_before(self, day: Day) -> np.datetime64:
        """``day`` if it is a session, else the one before."""
        wanted = as_day(day)
        known = self._covering(wanted)
        return known._at(int(np.searchsorted(known.sessions, wanted, side="right")) - 1)

    def first_after(self, day: Day) -> np.datetime64:
        """The first session later than ``day``."""
        return self.on_or_after(as_day(day) + np.timedelta64(1, "D"))

    def last_before(self, day: Day) -> np.datetime64:
        """The last session earlier than ``day``."""
        return self.on_or_before(as_day(day) - np.timedelta64(1, "D"))

    def between(self, start: Day, end: Day) -> Dates:
        """The sessions from ``start`` to ``end``, both included; empty when there are none."""
        low, high = as_day(start), as_day(end)
        self._covering(low)
        known = self._covering(high)
        left, right = np.searchsorted(known.sessions, [low, high + np.timedelta64(1, "D")])
        return known.sessions[left:right]

    def close_of(self, session: Day) -> datetime:
        """The moment a session closes, in the exchange's own zone."""
        day = as_day(session)
        self.index_of(day)
        closes = self.early_closes if day <= self.last else _longer(self).early_closes
        return datetime.combine(as_date(day), closes.get(day, self.close), tzinfo=self.zone)

    def first_closing_after(self, moment: datetime) -> np.datetime64:
        """The first session whose close is later than ``moment``, which must know its zone.

        News at the very second of the close belongs to the next session: nobody traded on it.
        """
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone cannot be placed on an exchange's clock")
        session = self.on_or_after(moment.astimezone(self.zone).date())
        return session if self.close_of(session) > moment else self.first_after(session)

    def _at(self, position: int) -> np.datetime64:
        session: np.datetime64 = self.sessions[position]
        return session

    def _covering(self, day: np.datetime64) -> Calendar:
        """A calendar whose sessions enclose ``day``: this one, or the longer one upstream."""
        if self.first <= day <= self.last:
            return self
        if day > self.last:
            longer = _longer(self)
            if day <= longer.last:
                return longer
        raise self._outside(str(day), BeforeCalendar if day < self.first else OutsideCalendar)

    def _outside(
        self, what: str | Note, error: type[OutsideCalendar] = OutsideCalendar
    ) -> OutsideCalendar:
        return error(date=what, calendar=self.name, first=self.first, last=self.last)


def as_day(day: Day) -> np.datetime64:
    """A date as ``datetime64[D]``. A time of day is refused: cutting it off hides its zone."""
    if isinstance(day, np.datetime64):
        cut: np.datetime64 = day.astype("datetime64[D]")
        return cut
    if isinstance(day, datetime):
        raise TypeError("a date is expected, not a timestamp; see Calendar.first_closing_after")
    return np.datetime64(day, "D")


def as_date(day: np.datetime64) -> date:
    """The ``datetime.date`` of a session."""
    return date.fromisoformat(str(as_day(day)))


@cache
def calendar(name: str) -> Calendar:
    """The calendar of an exchange by its market identifier code: XSHG (= XSHE) or XHKG.

    Raises ``UnknownName`` when there is no table for it.
    """
    known = _SAME_SESSIONS.get(name, name)
    if known not in MARKETS:
        raise unknown("calendar", name, (*MARKETS, *_SAME_SESSIONS))
    if known != name:
        return calendar(known)
    lines = (TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    sessions = np.array([row[:10] for row in rows], dtype="datetime64[D]")
    early: dict[np.datetime64, time] = {
        day: time.fromisoformat(row[11:])
        for day, row in zip(sessions, rows, strict=True)
        if len(row) > 10
    }
    return _build(name, sessions, early)


def sessions_per_year(name: str) -> int:
    """The default annualisation basis of a calendar, a count of sessions (243 for XSHG)."""
    return MARKETS[calendar(name).name].sessions_per_year


_learnt: dict[str, set[np.datetime64]] = {}
_providers: dict[str, Callable[[str, np.datetime64], Dates]] = {}


def learn(name: str, sessions: Dates, *, renew: bool = True) -> None:
    """Take days on which an exchange traded as sessions, where its table has ended.

    Days inside the table change nothing: a table is checked, an index's dates are not.
    """
    _learnt.setdefault(calendar(name).name, set()).update(as_day(day) for day in sessions)
    if renew:
        _longer.cache_clear()


def remember_from(provider: Callable[[str, np.datetime64], Dates]) -> None:
    """Where to look for sessions after a day, by exchange, once a table has ended."""
    _providers["beyond"] = provider
    _longer.cache_clear()


@cache
def _longer(known: Calendar) -> Calendar:
    """The table continued by what exchange_calendars knows; the same calendar if nothing more."""
    if known.name not in MARKETS:
        return known
    from basketbt.market.refresh import upstream_closes

    more = {
        as_day(day): close
        for day, close in upstream_closes(known.name).items()
        if as_day(day) > known.last
    }
    if remember := _providers.get("beyond"):
        learn(known.name, remember(known.name, known.last), renew=False)
    end = max(more, default=known.last)
    more |= {day: known.close for day in sorted(_learnt.get(known.name, ())) if day > end}
    if not more:
        return known
    added = np.array(list(more), dtype="datetime64[D]")
    early = {day: close for day, close in more.items() if close != known.close}
    sessions = np.concatenate([known.sessions, added])
    return _build(known.name, sessions, {**known.early_closes, **early})


def _build(name: str, sessions: Dates, early: Mapping[np.datetime64, time]) -> Calendar:
    sessions.flags.writeable = False
    market = MARKETS[name]
    return Calendar(name, sessions, ZoneInfo(market.zone), market.close, early)
