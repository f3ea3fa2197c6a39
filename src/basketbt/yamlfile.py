"""Strict YAML with positions: what people write by hand, read without guesses.

PyYAML's resolver turns ``000001`` into 1, ``no`` into False and ``2025-02-07`` into a date, and its
composer follows aliases of any size. Here the C parser's events become plain data directly: text
stays text unless it is plainly a number, a boolean or null, every value keeps its line, and what
makes a file hard to trust (duplicate keys, anchors, aliases, tags) is a problem with its line.

What the data must look like is said by models; ``yamlmodel`` holds a document against one. This
module does without pydantic, which takes its time to import.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from basketbt.bounded import read_plain
from basketbt.errors import (
    Advice,
    BasketbtError,
    FileSyntaxError,
    InvalidFile,
    Problem,
    RefusedPath,
)
from basketbt.notes import Worded, message

Location = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 20

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class YamlDocument:
    """The content of a YAML file, where each value stands, and what is wrong with its form.

    ``path`` is the name shown in messages. ``problems`` (duplicate keys, anchors, aliases, tags)
    are raised by :func:`validate` together with everything else that is wrong with the content.
    ``overrides`` names the values that came from elsewhere than the file, see :meth:`replaced`.
    """

    path: str
    data: Any
    lines: Mapping[Location, int]
    problems: tuple[Problem, ...] = ()
    overrides: Mapping[Location, str] = field(default_factory=dict)

    def line_of(self, location: Sequence[str | int]) -> int:
        """Line (from 1) of the value at ``location``, or of what it would stand in."""
        place = tuple(location)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(
        self, location: Sequence[str | int], what: str | Worded, fix: str | Worded = ""
    ) -> Problem:
        """A problem with the value at ``location``."""
        place = tuple(location)
        for depth in range(len(place), 0, -1):
            if place[:depth] in self.overrides:
                return Problem(self.overrides[place[:depth]], 0, what, fix)
        return Problem(self.path, self.line_of(location), what, fix)

    def caused(self, location: Sequence[str | int], error: BasketbtError) -> Problem:
        """A problem with the value at ``location`` that is an error of its own."""
        return self.problem(location, error, Advice(error))

    def with_problems(self, problems: Sequence[Problem]) -> YamlDocument:
        """A copy with more ``problems``, found by comparing its values with each other."""
        return replace(self, problems=(*self.problems, *problems))

    def replaced(self, keys: Sequence[str], value: Any, *, name: str | None = None) -> YamlDocument:
        """A copy with the value under the nested ``keys`` replaced (or added).

        Problems with the new value are reported under ``name`` instead of the file's line.
        Raises ``InvalidFile`` when one of the keys on the way holds something else than keys.
        """
        if not isinstance(self.data, dict):
            raise InvalidFile([self.problem((), message("why-the-file-does-not-hold"))])
        data = dict(self.data)
        inner = data
        for depth, key in enumerate(keys[:-1], start=1):
            below = inner.get(key, {})
            if not isinstance(below, dict):
                what = message(
                    "why-holds-no-keys-so-is", keys=".".join(keys[:depth]), keys2=".".join(keys)
                )
                raise InvalidFile([self.problem(keys[:depth], what)])
            inner[key] = dict(below)
            inner = inner[key]
        inner[keys[-1]] = value
        overrides = {**self.overrides, tuple(keys): name or f"override of {'.'.join(keys)}"}
        return replace(self, data=data, overrides=overrides)


def load(path: Path | str) -> YamlDocument:
    """Read one YAML file: a regular file, UTF-8, at most 1 MB and 20 levels deep.

    Raises ``RefusedPath`` (not such a file) or ``FileSyntaxError`` (not YAML).
    """
    file = Path(path)
    return read_text(_content(file), name=_shown(file))


def parse(text: str, *, name: str) -> Any:
    """The value of one piece of YAML, e.g. of a command-line option called ``name``.

    Raises ``FileSyntaxError`` or ``InvalidFile``.
    """
    document = read_text(text, name=name)
    if document.problems:
        raise InvalidFile(document.problems)
    return document.data


@lru_cache(maxsize=64)  # the lists of a composite are read again for each use of them
def read_text(text: str, *, name: str) -> YamlDocument:
    """Like :func:`load`, for text that is already in memory. Raises ``FileSyntaxError``."""
    builder = _Builder(name)
    events = yaml.parse(text, Loader=_Loader)
    try:
        data = builder.document(events)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = " ".join(filter(None, (error.context, error.problem)))
        raise FileSyntaxError(path=name, line=line, what=what) from None
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        sign = message("why-character-u-is-not-allowed", ord=ord(_character(error)))
        raise FileSyntaxError(path=name, line=line, what=sign) from None
    return YamlDocument(name, data, builder.lines, tuple(builder.problems))


def inside(root: Path, path: Path | str) -> Path:
    """``path`` (relative to ``root``) resolved, links followed, if that is still under ``root``.

    Raises ``RefusedPath`` otherwise: a study may come from someone else, and must not reach files
    outside its folder.
    """
    folder = root.resolve()
    resolved = (folder / path).resolve()
    if not resolved.is_relative_to(folder):
        raise RefusedPath(path=path, why=message("why-leads-outside-the-folder", root=root))
    return resolved


def _shown(file: Path) -> str:
    """The path as a person in the working directory would write it."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def _content(file: Path) -> str:
    content = read_plain(file, MAX_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileSyntaxError(
            path=file, line=line, what=message("why-the-text-is-not-utf")
        ) from None


def _character(error: yaml.reader.ReaderError) -> str:
    return chr(error.character) if isinstance(error.character, int) else error.character


@dataclass
class _Builder:
    """Turns parser events into data, noting lines and problems on the way."""

    name: str
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self, events: Iterator[Any]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._problem(
                        event,
                        message("why-a-second-document-starts-here"),
                        message("do-keep-one-per-file"),
                    )
                    break
                data = self._value(next(events), events, ())
        return data

    def _value(self, event: Any, events: Iterator[Any], place: Location) -> Any:
        if len(place) > MAX_DEPTH:
            why = message("why-line-is-nested-deeper-than", line=_line(event), max_depth=MAX_DEPTH)
            raise RefusedPath(path=self.name, why=why)
        self.lines.setdefault(place, _line(event))
        if isinstance(event, yaml.AliasEvent):
            self._problem(
                event, message("why-alias", anchor=event.anchor), message("do-write-the-value-out")
            )
            return None
        if event.anchor is not None:
            self._problem(
                event,
                message("why-anchor", anchor=event.anchor),
                message("do-remove-it-aliases-are-not"),
            )
        if event.tag is not None:
            self._problem(
                event, message("why-tag", tag=event.tag), message("do-remove-it-put-text-in")
            )
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, place)
        unquoted = event.implicit[0]
        return scalar(event.value) if unquoted else event.value

    def _mapping(self, events: Iterator[Any], place: Location) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, place)
            if key in mapping:
                first = self.lines[*place, key]
                what = message("why-key-stands-twice-first-in", key=key, first=first)
                self._problem(event, what, message("do-keep-one"))
            self.lines.setdefault((*place, key), _line(event))
            mapping[key] = self._value(next(events), events, (*place, key))
        return mapping

    def _key(self, event: Any, events: Iterator[Any], place: Location) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None or event.tag is not None:
                self._problem(event, message("why-an-anchor-or-a-tag"), message("do-remove-it"))
            return str(event.value)
        self._value(event, events, (*place, "?"))
        self._problem(
            event, message("why-a-key-must-be-plain"), message("do-write-it-as-key-value")
        )
        return "?"

    def _sequence(self, events: Iterator[Any], place: Location) -> list[Any]:
        sequence: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            sequence.append(self._value(event, events, (*place, len(sequence))))
        return sequence

    def _problem(self, event: Any, what: Worded, fix: Worded) -> None:
        self.problems.append(Problem(self.name, _line(event), what, fix))


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means: null, a boolean, a plain number, or else its own text.

    Numbers have no leading zeros, underscores, hex digits or plus sign, so that a security code
    such as 000001 stays text; so do dates, ``yes``, ``nan`` and anything beyond float64.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
