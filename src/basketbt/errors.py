"""Every error a user can meet, as a tree of named classes.

    BasketbtError              exit 1   anything else that is ours to explain
    ├── InputError             exit 2   a file, an option or a name is wrong: mend the input
    │   ├── FileSyntaxError             YAML that cannot be read
    │   ├── InvalidFile                 one or more problems in a file, all of them listed
    │   ├── UnknownName                 a basket, event, column, … that does not exist
    │   ├── BadSymbol                   a security code that is not canonical
    │   ├── InfeasibleWeights           weights that cannot be built as asked
    │   └── RefusedPath                 a path outside its folder, too large, not a plain file
    ├── DataError              exit 3   the input is right, the data do not allow it
    │   ├── OutsideCalendar             a date no known session covers
    │   ├── OutsideData                 a window or base the prices do not reach
    │   ├── NoPrices                    symbols without prices, beyond what the study tolerates
    │   ├── BadPrices                   prices that fail a check whose policy is ``refuse``
    │   ├── NoFx                        two currencies and no rate
    │   └── VendorError                 a vendor failed (Unreachable, Refused, NoData, Changed)
    ├── OutputError            exit 4   the results could not be written; what was there is intact
    └── VerificationError      exit 5   a run does not reproduce

A class holds facts as named fields: numbers, names, days, and notes where a fact needs words. Its
words are in the catalogues, in English and Chinese: ``error.<Class>`` says what is wrong,
``error.<Class>.fix`` the one thing to do next. A class without words of its own has its parent's.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from basketbt.locale import Language, catalogue
from basketbt.notes import Note, Worded, listing, message, worded


class BasketbtError(Exception):
    """Base of all errors raised on purpose. ``str(error)`` is fit for a user's screen."""

    exit_code: ClassVar[int] = 1

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__()

    def __str__(self) -> str:
        return self.text()

    def text(self, language: Language = "en") -> str:
        """What is wrong, in words."""
        return self._say("", language)

    def advice(self, language: Language = "en") -> str:
        """What to do next; empty when the message says it already."""
        return self._say(".fix", language)

    @property
    def hint(self) -> str:
        """The advice in English."""
        return self.advice()

    def _say(self, part: str, language: Language) -> str:
        words = catalogue(language)
        keys = (f"error.{one.__name__}{part}" for one in type(self).__mro__)
        template = next((words[key] for key in keys if key in words), "")
        return template.format(**{key: worded(one, language) for key, one in self.fields.items()})

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.fields))


def _rebuild(cls: type[BasketbtError], fields: dict[str, object]) -> BasketbtError:
    return cls(**fields)


@dataclass(frozen=True)
class Advice:
    """What an error says to do next, as a value."""

    error: BasketbtError

    def text(self, language: Language = "en") -> str:
        return self.error.advice(language)


def of_system(error: OSError | ValueError) -> Note | str:
    """What the operating system said: in our words where it is common, else in its own."""
    number = error.errno if isinstance(error, OSError) else None
    code = errno.errorcode.get(number or 0, "")
    if f"note.system-{code}" in catalogue("en"):
        return message(f"system-{code}")
    return getattr(error, "strerror", None) or str(error)


# --- exit 2: the input -------------------------------------------------------------------------


class InputError(BasketbtError):
    """Something the user wrote is wrong."""

    exit_code = 2


class FileSyntaxError(InputError):
    """Fields: path, line, what."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: where, what, and how to mend it.

    ``line`` counts from 1; 0 where there are none, as in an option of the command line.
    """

    path: str
    line: int
    what: str | Worded
    fix: str | Worded = ""

    @classmethod
    def of(cls, error: BasketbtError, path: str, line: int = 0) -> Problem:
        """An error that a place in a file caused."""
        return cls(path, line, error, Advice(error))

    def __lt__(self, other: Problem) -> bool:
        return (self.path, self.line, str(self)) < (other.path, other.line, str(other))

    def __str__(self) -> str:
        return self.text()

    def text(self, language: Language = "en") -> str:
        """The problem in words, its mending in a line of its own."""
        where = f"{self.path}:{self.line}" if self.line else self.path
        said = message("about", about=where, what=self.what).text(language)
        fix = worded(self.fix, language)
        return f"{said}\n    → {fix}" if fix else said


_SHOWN_PROBLEMS = 20  # an error fits one screen


class InvalidFile(InputError):
    """All problems of a file (or of several). Field: ``problems``; the message lists the first."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__()

    def text(self, language: Language = "en") -> str:
        shown = [problem.text(language) for problem in self.problems[:_SHOWN_PROBLEMS]]
        if len(self.problems) > len(shown):
            shown.append(
                message("more-problems", count=len(self.problems) - len(shown)).text(language)
            )
        return "\n".join(shown)

    def __reduce__(self) -> tuple[object, ...]:
        return (InvalidFile, (self.problems,))


class UnknownName(InputError):
    """Fields: kind, name, nearest, known."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of ``known`` that ``word`` was probably meant to be, or an empty text."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def unknown(kind: str, name: str, known: Iterable[str], **values: object) -> UnknownName:
    """The error for a ``name`` that no ``kind`` has, with the nearest one that exists.

    ``kind`` is worded by the catalogues: ``note.kind-basket``; ``values`` are of its words.
    """
    options = list(known)
    meant = nearest(name, options)
    return UnknownName(
        kind=message(f"kind-{kind}", **values),
        name=name,
        nearest=message("did-you-mean", meant=meant) if meant else "",
        known=listing(options) if options else message("none"),
    )


class BadSymbol(InputError):
    """Fields: text, why."""


class InfeasibleWeights(InputError):
    """Fields: basket, why."""


class RefusedPath(InputError):
    """Fields: path, why."""


# --- exit 3: the data --------------------------------------------------------------------------


class DataError(BasketbtError):
    """The input is well formed, but the data do not allow what it asks."""

    exit_code = 3


class OutsideCalendar(DataError):
    """Fields: date, calendar, first, last."""


class OutsideData(DataError):
    """Fields: what, first, last."""


class NoPrices(DataError):
    """Fields: basket, symbols, weight, allowed."""


class BadPrices(DataError):
    """Fields: count, listing."""


class NoFx(DataError):
    """Fields: symbol, currency, home, what (is missing, and what exists)."""


class VendorError(DataError):
    """Base of the vendor failures; see ``prices.sources.vendor``."""


# --- exit 4, 5 -----------------------------------------------------------------------------------


class OutputError(BasketbtError):
    """Writing failed. Nothing half-written stays behind; older results are intact."""

    exit_code = 4

    @classmethod
    def of(cls, error: OSError, path: object) -> OutputError:
        """What the system said about a file; about ``path`` where it names none."""
        return cls(path=error.filename or path, why=of_system(error))


class VerificationError(BasketbtError):
    exit_code = 5
