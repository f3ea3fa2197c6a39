"""Notes: what a reader must know beside a number, said in both languages.

Each room declares the kinds of note it can make as module constants, beside the code that makes
them. A note travels as data (kind and values) and becomes words only in the report, so the same
run can be printed in Chinese or English.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
Severity = Literal["info", "warning"]


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
class Note:
    """One note: a kind and the values that fill its template."""

    kind: NoteKind
    values: tuple[tuple[str, object], ...] = ()

    def text(self, language: Language = "en") -> str:
        template = self.kind.en if language == "en" else self.kind.zh
        return template.format(**dict(self.values))


def unique(notes: list[Note]) -> tuple[Note, ...]:
    """The notes without repeats, in the order they were first made."""
    return tuple(dict.fromkeys(notes))
