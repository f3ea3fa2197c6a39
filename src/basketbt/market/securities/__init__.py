"""What securities of the mainland and Hong Kong are and were called, and on which days.

The table comes with the program (``names.txt``, made by ``tools/make_securities.py``); it is read
when the first name is asked for. Its days are sightings in dated lists, no effective days: a
rename lies between the last day of the old name and the first of the new one, and on a day
between them both fit.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from basketbt.market.securities.characters import plain

_TABLE = Path(__file__).with_name("names.txt")
# Marks that an exchange or a vendor puts around a name without renaming the company: ex-rights
# days, and suffixes for unprofitable, weighted-voting, depositary, biotech or secondary listings.
_MARKS = re.compile(r"^(?:XD|XR|DR)(?=[^A-Z])|-[A-Z]{1,3}$|(?<=[^A-Z-])[UW]$")
_SPACES = re.compile(r"\s+")
_NEVER, _EVER = 0, 99999999  # days as numbers, YYYYMMDD, before and behind all others


@dataclass(frozen=True, slots=True)
class Naming:
    """A run of days on which lists call ``symbol`` by ``name``; a day is None where none is known.

    ``symbol`` is the code that lists of those days give.
    """

    symbol: str
    name: str
    first: date | None
    last: date | None


def namings(symbol: str) -> tuple[Naming, ...]:
    """The names that lists give ``symbol``, oldest first; none for a symbol they lack."""
    runs, _ = _entry(symbol)
    return tuple(Naming(symbol, name, _date(first), _date(last)) for name, first, last in runs)


def names_of(symbol: str) -> tuple[str, ...]:
    """Every name of the share, also under its former codes: the newest first, each once."""
    runs = [run for code in codes_of(symbol) for run in _entry(code)[0]]
    runs.sort(key=lambda run: run[1:])
    return tuple(dict.fromkeys(name for name, _, _ in reversed(runs)))


def shares_called(name: str, day: date | None = None) -> tuple[str, ...]:
    """The shares that ``name`` fits on ``day``, sorted, by the code each goes on under today.

    Two where lists of both sides of the day allow both. If the name fits none on that day, those
    that had it before or have it since; without a day all that ever had it. Empty for a name that
    no list knows. Spaces, width, traditional characters and suffixes such as -U do not matter.
    """
    known = _by_key().get(key_of(name), ())
    if day is not None:
        number = int(day.strftime("%Y%m%d"))
        known = tuple(symbol for symbol in known if _fits(symbol, name, number)) or known
    return tuple(sorted({current_code(symbol) for symbol in known}))


def fits(symbol: str, name: str, day: date) -> bool:
    """Whether lists allow that ``symbol`` was called ``name`` on ``day``."""
    return _fits(symbol, name, int(day.strftime("%Y%m%d")))


def name_on(symbol: str, day: date | None) -> str | None:
    """The newest name that lists allow for the share on ``day``; None for one that they lack."""
    names = names_of(symbol)
    if day is not None:
        codes = codes_of(symbol)
        fitting = (name for name in names if any(fits(code, name, day) for code in codes))
        return next(fitting, names[0] if names else None)
    return names[0] if names else None


def current_code(symbol: str) -> str:
    """The code under which a recoded share goes on (835185.BJ → 920185.BJ); else ``symbol``."""
    return _entry(symbol)[1].successor or symbol


def codes_of(symbol: str) -> tuple[str, ...]:
    """Every code that the share has had up to ``symbol``, former ones first."""
    return (*_former_codes().get(symbol, ()), symbol)


def recoded_on(symbol: str) -> date:
    """The first day on which lists show the share under its new code; KeyError for any other."""
    end = _entry(symbol)[1]
    day = _date(end.until)
    if not end.successor or day is None:
        raise KeyError(symbol)
    return day


def delisted_on(symbol: str) -> date | None:
    """The day of delisting that lists give; None for a share that is listed, or was recoded."""
    end = _entry(symbol)[1]
    return None if end.successor or end.until == _EVER else _date(end.until)


def key_of(name: str) -> str:
    """By what names are compared: simplified, single width, capitals, no spaces, no suffixes."""
    return _MARKS.sub("", _SPACES.sub("", plain(name)).upper())


def all_keys() -> Iterable[str]:
    """The keys of all names that lists know."""
    return _by_key().keys()


def resembling(name: str, most: int = 5) -> tuple[str, ...]:
    """Shares that ``name`` may be meant for: those whose names begin so, else the most similar.

    Listed ones come first. Empty where nothing is near.
    """
    key, known = key_of(name), _by_key()
    begun = [one for one in known if len(key) > 1 and one.startswith(key)]
    near = begun or difflib.get_close_matches(key, known, n=most, cutoff=0.6)
    symbols = dict.fromkeys(current_code(symbol) for one in near for symbol in known[one])
    return tuple(sorted(symbols, key=lambda symbol: delisted_on(symbol) is not None)[:most])


_Run = tuple[str, int, int]  # name, first and last day as YYYYMMDD; 0: no day is known


@dataclass(frozen=True, slots=True)
class _End:
    """How a code ended: delisted after ``until``, or gone on as ``successor`` from ``until`` on."""

    until: int = _EVER
    successor: str = ""


@cache
def _lines() -> dict[str, str]:
    """Symbol → the rest of its line, read when it is asked for."""
    text = _TABLE.read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines() if not line.startswith("#"))
    return {symbol: rest for symbol, _, rest in rows}


@cache
def _entry(symbol: str) -> tuple[tuple[_Run, ...], _End]:
    seen, _, tail = _lines().get(symbol, "").partition("\t")
    parts = seen.split()
    runs = tuple(
        (name, _number(first), _number(last))
        for name, first, last in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )
    if tail.startswith(">"):
        successor, _, since = tail[1:].partition(" ")
        return runs, _End(_number(since), successor)
    return runs, _End(_number(tail) if tail else _EVER)


@cache
def _by_key() -> dict[str, tuple[str, ...]]:
    """Key of a name → the symbols that ever had it, in the order of the table."""
    found: dict[str, dict[str, None]] = {}
    for symbol, rest in _lines().items():
        for name in rest.partition("\t")[0].split()[::3]:
            found.setdefault(key_of(name), {})[symbol] = None
    return {key: tuple(symbols) for key, symbols in found.items()}


@cache
def _former_codes() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for symbol, rest in _lines().items():
        if "\t>" in rest:
            new = _entry(symbol)[1].successor
            found[new] = (*found.get(new, ()), symbol)
    return found


def _fits(symbol: str, name: str, day: int) -> bool:
    """A run fits from the last day of the run before it to the first day of the run behind it."""
    runs, end = _entry(symbol)
    key = key_of(name)
    if day > end.until or (end.successor and day >= end.until):
        return False
    for called, first, last in runs:
        if key_of(called) != key:
            continue
        before = max((other for _, _, other in runs if other < first), default=_NEVER)
        behind = min((other for _, other, _ in runs if other > last), default=_EVER)
        if first <= day <= last or before < day < behind:
            return _is_listed(runs, day)
    return False


def _is_listed(runs: tuple[_Run, ...], day: int) -> bool:
    """Whether the share was there: the first lists begin in 2017, later ones show new shares."""
    earliest = min(first for _, first, _ in runs)
    return day >= earliest or earliest <= _FIRST_FULL_LISTS


_FIRST_FULL_LISTS = 20170823


def _number(text: str) -> int:
    if not text.isdigit():
        return _NEVER
    return int(text) + (19000000 if text >= "800000" else 20000000)


def _date(number: int) -> date | None:
    return date(number // 10000, number // 100 % 100, number % 100) if number else None
