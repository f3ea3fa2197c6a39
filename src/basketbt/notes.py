"""Notes: what a reader must know beside a number, said in both languages.

Each room declares the kinds of note it can make as module constants, beside the code that makes
them. A note travels as data (kind and values) and becomes words only in the report, so the same
run can be printed in Chinese or English. Values are symbols, dates, numbers, names, other notes,
or a :class:`Listing` of them; never a joined or finished sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args, runtime_checkable

from basketbt.locale import Language, count, say

Severity = Literal["info", "warning"]
Joint = Literal["comma", "semicolon", "and", "or", "line"]


@dataclass(frozen=True)
class NoteKind:
    """A kind of note: a stable code; its words are in the catalogues under ``note.<code>``."""

    code: str
    severity: Severity = "info"

    def __call__(self, **values: object) -> Note:
        return Note(self, tuple(sorted(values.items())))


@dataclass(frozen=True)
class Listing:
    """Texts or notes one after another, told apart by how the language joins them."""

    items: tuple[str | Worded, ...]
    joint: Joint = "comma"

    def text(self, language: Language = "en", shorten: Shorten | None = None) -> str:
        if shorten is not None and all(isinstance(item, str) for item in self.items):
            short = shorten(tuple(map(str, self.items)), language)
            if short is not None:
                return short
        return say(f"joint.{self.joint}", language).join(
            str(worded(item, language, shorten)) for item in self.items
        )


#: How a long series of texts is said in few; None: as it is.
Shorten = Callable[[tuple[str, ...], Language], str | None]


@dataclass(frozen=True)
class Note:
    """One note: a kind and the values that fill its template."""

    kind: NoteKind
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        """In English, as errors are."""
        return self.text()

    def text(self, language: Language = "en", shorten: Shorten | None = None) -> str:
        """The note in words; ``shorten`` may cut a series of texts."""
        words = {name: worded(value, language, shorten) for name, value in self.values}
        return say(f"note.{self.kind.code}", language, **words)


@runtime_checkable
class Worded(Protocol):
    """What becomes words only when it is printed: a note, a listing, an error, a problem."""

    def text(self, language: Language = "en") -> str: ...


def worded(value: object, language: Language, shorten: Shorten | None = None) -> object:
    """A value of a message as its template takes it: words for what has words, else as it is."""
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Note | Listing):
        return value.text(language, shorten)
    return value.text(language) if isinstance(value, Worded) else value


@dataclass(frozen=True)
class Counted:
    """How many of something, by the key of the catalogues."""

    key: str
    number: int

    def text(self, language: Language = "en") -> str:
        return count(self.key, self.number, language)


def message(code: str, /, **values: object) -> Note:
    """A note that is made at one place only, as a part of an error: its kind needs no name."""
    return NoteKind(code)(**values)


def listing(items: Iterable[str | Worded], joint: Joint = "comma", *, most: int = 0) -> Listing:
    """Items to be said one after another; of more than ``most`` the first, and how many more."""
    every = tuple(items)
    if most and len(every) > most:
        every = (*every[:most], MORE(count=len(every) - most))
    return Listing(every, joint)


MORE = NoteKind("more")
#: An item and how many of it there are.
COUNTED = NoteKind("counted")


def unique(notes: list[Note]) -> tuple[Note, ...]:
    """The notes without repeats, in the order they were first made."""
    return tuple(dict.fromkeys(notes))


def as_data(value: object) -> Any:
    """A note (by its code, without its words) or one of its values as JSON holds it.

    A value that is neither a number nor a note becomes a text.
    """
    if isinstance(value, Note):
        values = {name: as_data(one) for name, one in value.values}
        return {"code": value.kind.code, "severity": value.kind.severity, "values": values}
    if isinstance(value, Listing):
        return {"joint": value.joint, "items": [as_data(item) for item in value.items]}
    return value if isinstance(value, bool | int | float | str) else str(value)


def note_from(data: Mapping[str, Any]) -> Note:
    """The note that ``as_data`` gave.

    Raises ``ValueError`` for anything that is no note, or one that the catalogues cannot word.
    """
    try:
        note = _note_from(data)
        for language in get_args(Language):
            note.text(language)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"no note of this version ({error!r})") from error
    return note


def _note_from(data: Mapping[str, Any]) -> Note:
    if data["severity"] not in get_args(Severity):
        raise ValueError(f"severity {data['severity']!r}")
    values = {name: _value_from(value) for name, value in data["values"].items()}
    return NoteKind(data["code"], severity=data["severity"])(**values)


def _value_from(data: Any) -> Any:
    if isinstance(data, str | int | float):
        return data
    if not isinstance(data, dict):
        raise ValueError(f"a value {data!r}, which is no text, number or note")
    if "items" not in data:
        return _note_from(data)
    items = tuple(map(_value_from, data["items"]))
    if not all(isinstance(item, str | Note) for item in items):
        raise ValueError("a series of what is neither text nor note")
    return Listing(items, data["joint"])
