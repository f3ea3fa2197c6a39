"""Notes: what a reader must know beside a number, said in both languages.

Each room declares the kinds of note it can make as module constants, beside the code that makes
them. A note travels as data (kind and values) and becomes words only in the report, so the same
run can be printed in Chinese or English. Values are symbols, dates, numbers, names, other notes,
or a :class:`Listing` of them; never a joined or finished sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Language = Literal["zh", "en"]
Severity = Literal["info", "warning"]
Joint = Literal["comma", "semicolon", "and"]

#: What stands between the items of a series.
JOINTS: Mapping[Joint, Mapping[Language, str]] = {
    "comma": {"en": ", ", "zh": "、"},
    "semicolon": {"en": "; ", "zh": "；"},
    "and": {"en": " and ", "zh": "与"},
}


@dataclass(frozen=True)
class NoteKind:
    """A kind of note: a stable code and one ``str.format`` template a language."""

    code: str
    en: str
    zh: str
    severity: Severity = "info"

    def __call__(self, **values: object) -> Note:
        return Note(self, tuple(sorted(values.items())))


@dataclass(frozen=True)
class Listing:
    """Texts or notes one after another, told apart by how the language joins them."""

    items: tuple[str | Note, ...]
    joint: Joint = "comma"

    def text(self, language: Language, shorten: Shorten | None = None) -> str:
        if shorten is not None and all(isinstance(item, str) for item in self.items):
            short = shorten(tuple(map(str, self.items)), language)
            if short is not None:
                return short
        return JOINTS[self.joint][language].join(
            item if isinstance(item, str) else item.text(language, shorten) for item in self.items
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
        template = self.kind.en if language == "en" else self.kind.zh
        return template.format(
            **{name: _worded(value, language, shorten) for name, value in self.values}
        )


def _worded(value: object, language: Language, shorten: Shorten | None) -> object:
    return value.text(language, shorten) if isinstance(value, Note | Listing) else value


def listing(items: Iterable[str | Note], joint: Joint = "comma", *, most: int = 0) -> Listing:
    """Items to be said one after another; of more than ``most`` the first, and how many more."""
    every = tuple(items)
    if most and len(every) > most:
        every = (*every[:most], MORE(count=len(every) - most))
    return Listing(every, joint)


MORE = NoteKind("more", en="and {count} more", zh="另有{count}项")
#: An item and how many of it there are.
COUNTED = NoteKind("counted", en="{name} ({count})", zh="{name}（{count}）")


def unique(notes: list[Note]) -> tuple[Note, ...]:
    """The notes without repeats, in the order they were first made."""
    return tuple(dict.fromkeys(notes))


def as_data(value: object) -> Any:
    """A note (by its code, without its words) or one of its values as JSON holds it.

    A value that is neither a number nor a note becomes a text.
    """
    if isinstance(value, Note):
        kind = value.kind
        values = {name: as_data(one) for name, one in value.values}
        return {"code": kind.code, "severity": kind.severity, "values": values}
    if isinstance(value, Listing):
        return {"joint": value.joint, "items": [as_data(item) for item in value.items]}
    return value if isinstance(value, bool | int | float | str) else str(value)


def note_from(data: Mapping[str, Any], kinds: Mapping[str, NoteKind]) -> Note:
    """The note that ``as_data`` gave, of a kind in ``kinds`` (by code).

    Raises ``KeyError`` for a kind that is not known, ``KeyError`` or ``TypeError`` on anything
    that is no note.
    """
    kind = replace(kinds[data["code"]], severity=data["severity"])
    return kind(**{name: _value_from(value, kinds) for name, value in data["values"].items()})


def _value_from(data: Any, kinds: Mapping[str, NoteKind]) -> Any:
    if not isinstance(data, dict):
        return data
    if "items" in data:
        return Listing(tuple(_value_from(item, kinds) for item in data["items"]), data["joint"])
    return note_from(data, kinds)
