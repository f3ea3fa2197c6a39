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

Each class carries a message template with named fields, so a caller gives facts and never
composes prose, and a fix: the one thing to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


class BasketbtError(Exception):
    """Base of all errors raised on purpose. ``str(error)`` is fit for a user's screen."""

    exit_code: ClassVar[int] = 1
    template: ClassVar[str] = "{what}"
    fix: ClassVar[str] = ""

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.template.format(**fields))

    @property
    def hint(self) -> str:
        """What to do next; empty when the message says it already."""
        return self.fix.format(**self.fields)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.fields))


def _rebuild(cls: type[BasketbtError], fields: dict[str, object]) -> BasketbtError:
    return cls(**fields)


# --- exit 2: the input -------------------------------------------------------------------------


class InputError(BasketbtError):
    """Something the user wrote is wrong."""

    exit_code = 2


class FileSyntaxError(InputError):
    template = "{path}:{line}: not valid YAML: {what}"
    fix = "Mend the line; `basketbt init` writes a file that is right to start from."


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file: where, what, and how to mend it.

    ``line`` counts from 1; 0 where there are none, as in an option of the command line.
    """

    path: str
    line: int
    what: str
    fix: str = ""

    def __str__(self) -> str:
        tail = f"\n    → {self.fix}" if self.fix else ""
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.what}{tail}"


_SHOWN_PROBLEMS = 20  # an error fits one screen


class InvalidFile(InputError):
    """All problems of a file (or of several). Field: ``problems``; the message lists the first."""

    template = "{listing}"

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        shown = [str(problem) for problem in self.problems[:_SHOWN_PROBLEMS]]
        if len(self.problems) > len(shown):
            more = len(self.problems) - len(shown)
            shown.append(f"and {more} more: `basketbt check` lists them all")
        super().__init__(listing="\n".join(shown))

    def __reduce__(self) -> tuple[object, ...]:
        return (InvalidFile, (self.problems,))


class UnknownName(InputError):
    template = "no {kind} is called {name!r}{nearest}"
    fix = "Known: {known}"


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of ``known`` that ``word`` was probably meant to be, or an empty text."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """The error for a ``name`` that no ``kind`` has, with the nearest one that exists."""
    options = list(known)
    meant = nearest(name, options)
    return UnknownName(
        kind=kind,
        name=name,
        nearest=f"; did you mean {meant!r}?" if meant else "",
        known=", ".join(options) or "none",
    )


class BadSymbol(InputError):
    template = "{text!r} is not a security code: {why}"
    fix = "Write the code with its exchange, e.g. 688111.SH, 000034.SZ, 6682.HK."


class InfeasibleWeights(InputError):
    template = "{basket}: {why}"
    fix = "Choose another weighting, or leave the list out."


class RefusedPath(InputError):
    template = "{path}: {why}"


# --- exit 3: the data --------------------------------------------------------------------------


class DataError(BasketbtError):
    """The input is well formed, but the data do not allow what it asks."""

    exit_code = 3


class OutsideCalendar(DataError):
    template = "{date} is outside the {calendar} sessions known here ({first} to {last})"
    fix = (
        "Exchanges publish a year's sessions in the December before: upgrade exchange-calendars "
        "(pip install -U exchange-calendars) or choose an earlier date."
    )


class OutsideData(DataError):
    template = "{what}: prices exist from {first} to {last}"
    fix = "Choose other windows or another event, or give prices that reach so far."


class NoPrices(DataError):
    template = (
        "{basket}: no prices for {symbols} ({weight:.1%} of the weight, {allowed:.1%} allowed)"
    )
    fix = "Give prices for them, or raise max_missing_weight in the study."


class BadPrices(DataError):
    template = "price checks failed: {count}\n{listing}"
    fix = "Mend the table, or set the rule to `warn` under prices.quality in the study."


class NoFx(DataError):
    """Fields: symbol, currency, home, what (is missing, and what exists)."""

    template = "{symbol} is priced in {currency}, the basket in {home}, and {what}"
    fix = "Give an fx table that reaches so far, or set `fx: local` to compound local returns."


class VendorError(DataError):
    """Base of the vendor failures; see ``prices.sources.vendor``."""


# --- exit 4, 5 -----------------------------------------------------------------------------------


class OutputError(BasketbtError):
    """Writing failed. Nothing half-written stays behind; older results are intact."""

    exit_code = 4
    template = "cannot write {path}: {why}"

    @classmethod
    def of(cls, error: OSError, path: object) -> OutputError:
        """What the system said about a file; about ``path`` where it names none."""
        return cls(path=error.filename or path, why=error.strerror or str(error))


class VerificationError(BasketbtError):
    exit_code = 5
    template = "{run} does not reproduce: {why}"
    fix = (
        "Other prices, another version or a change by hand: its manifest.json holds the hashes and "
        "versions it was made with, `basketbt doctor` prints today's versions."
    )
