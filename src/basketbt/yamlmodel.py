"""A YAML document as an instance of a strict model, or what is wrong with it, line by line.

Pydantic's findings are put into the words of whoever wrote the file: line, what, what is allowed.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from basketbt.errors import InputError, InvalidFile, Problem, nearest
from basketbt.yamlfile import Location, YamlDocument

M = TypeVar("M", bound=BaseModel)

# What a value of each type looks like in the file, by pydantic's error type.
_TYPE_WORDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2025-02-07",
    "date_parsing": "a date such as 2025-02-07",
    "date_from_datetime_parsing": "a date such as 2025-02-07",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "`key: value` lines",
    "model_type": "`key: value` lines",
    "model_attributes_type": "`key: value` lines",
    "none_required": "nothing",
}


_MOST_PROBLEMS = 1000  # of a file; each is explained, which takes its time

#: Patterns that names must match, and what they allow in words.
NAME = r"^[a-z0-9][a-z0-9-]*$"
EVENT_NAME = r"^[a-z0-9][a-z0-9-]*(@[a-z0-9-]+)?$"
FOLDER_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_PATTERN_WORDS = {
    NAME: "small letters, digits and dashes",
    EVENT_NAME: "small letters, digits and dashes, and @ before an alternative: deepseek-r1@leak",
    FOLDER_NAME: "at most 64 letters, digits, dots, dashes and underscores, the first no sign",
}


class Strict(BaseModel):
    """Unknown keys, wrong types and later changes are all refused; nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def as_problem(error: InputError) -> PydanticCustomError:
    """An error of ours for pydantic, which adds the place in the file."""
    return refused(str(error), error.hint)


def refused(what: str, fix: str) -> PydanticCustomError:
    """A refusal for pydantic: what is wrong, and what to write instead."""
    return PydanticCustomError("refused", "{what}", {"what": what, "fix": fix})


def validate(document: YamlDocument, model: type[M]) -> M:
    """The document as an instance of a (strict) pydantic model.

    The content passes through JSON, where a strict model still takes dates from text and tuples
    from lists. Raises ``InvalidFile`` with every problem, in the order of the lines.
    """
    problems = list(document.problems)
    value: M | None = None
    try:
        value = model.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        problems += _problems_of(document, error, model)
    if value is None or problems:
        raise InvalidFile(sorted(problems))
    return value


def _problems_of(
    document: YamlDocument, error: ValidationError, model: type[BaseModel]
) -> list[Problem]:
    """One problem per mistake in ``document`` that a ``ValidationError`` of ``model`` holds.

    Where a value may have one of several types, pydantic reports a failure per type: failures of
    types that the value plainly is not are dropped, and the rest are joined into one sentence.
    """
    items = islice(error.errors(), _MOST_PROBLEMS)
    found = [(_place(document.data, item), item) for item in items]
    above = {place[:depth] for place, _ in found for depth in range(len(place))}
    kinds: dict[Location, list[str]] = {}
    for place, item in found:
        kinds.setdefault(place, []).append(item["type"])
    said: set[Location] = set()
    problems: list[Problem] = []
    for place, item in found:
        overshadowed, known = place in above, place in said
        said.add(place)
        if item["type"] == "too_short" and overshadowed:
            continue  # entries that failed are not counted, so the list only seems too short
        if item["type"] not in _TYPE_WORDS:
            what, fix = _explain(place, item, model)
        elif known or overshadowed:
            continue  # said already, or another type of the union fits better
        else:
            what, fix = _wrong_type(place, item["input"], kinds[place])
        problems.append(document.problem(place, what, fix))
    return problems


def _place(data: Any, item: ErrorDetails) -> Location:
    """The part of an error's location that is a place in the data.

    Pydantic puts the names of union members and validators between the keys; they lead nowhere.
    A missing key is not in the data either, but it is what the error is about.
    """
    place: list[str | int] = []
    for step in item["loc"]:
        is_key = isinstance(data, dict) and step in data
        is_index = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if is_key or is_index:
            data = data[step]
            place.append(step)
    if item["type"] == "missing":
        place.append(item["loc"][-1])
    return tuple(place)


def _explain(place: Location, item: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    name = _name(place)
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return f"{name} is missing", _description(model, item["loc"])
        case "extra_forbidden":
            return _unknown_key(place, item["loc"], model)
        case "literal_error" | "enum":
            allowed = str(context["expected"])
            return f"{name} must be {allowed}, not {item['input']!r}", ""
        case "value_error":
            return f"{name}: {context['error']}" if place else str(context["error"]), ""
        case "string_pattern_mismatch" if context["pattern"] in _PATTERN_WORDS:
            return (
                f"{name} cannot be {item['input']!r}",
                f"Use {_PATTERN_WORDS[context['pattern']]}.",
            )
        case "too_short":
            return f"{name} has {context['actual_length']} entries", _entries("at least", context)
        case "too_long":
            return f"{name} has {context['actual_length']} entries", _entries("at most", context)
    what = item["msg"].replace("Input should", "must", 1)
    if what.startswith("must"):
        return f"{name} {what}, not {item['input']!r}", ""
    return f"{name}: {what}", str(context.get("fix", ""))


def _entries(bound: str, context: dict[str, Any]) -> str:
    count = context["min_length" if bound == "at least" else "max_length"]
    return f"It takes {bound} {count}."


def _wrong_type(place: Location, value: object, types: Sequence[str]) -> tuple[str, str]:
    words = list(dict.fromkeys(_TYPE_WORDS[kind] for kind in types if kind in _TYPE_WORDS))
    what = f"{_name(place)} must be {' or '.join(words)}, not {_shown(value)}"
    is_bare = isinstance(value, int | float) and "text" in words
    return what, f'Put it in quotes: "{value}".' if is_bare else ""


def _unknown_key(
    place: Location, location: Sequence[str | int], model: type[BaseModel]
) -> tuple[str, str]:
    known = [
        key for candidate in _models_at(model, location[:-1]) for key in candidate.model_fields
    ]
    meant = nearest(str(place[-1]), known)
    hint = f"Did you mean `{meant}`? " if meant else ""
    return f"unknown key {_name(place)}", f"{hint}Allowed here: {', '.join(known)}."


def _description(model: type[BaseModel], location: Sequence[str | int]) -> str:
    for candidate in _models_at(model, location[:-1]):
        field = candidate.model_fields.get(str(location[-1]))
        if field is not None and field.description:
            return field.description
    return ""


def _models_at(model: type[BaseModel], location: Sequence[str | int]) -> list[type[BaseModel]]:
    """The models that may stand at a pydantic location below ``model``."""
    candidates = [model]
    for step in location:
        chosen = [candidate for candidate in candidates if candidate.__name__ == step]
        fields = [each.model_fields[step] for each in candidates if step in each.model_fields]
        if chosen:
            candidates = chosen
        elif fields:
            candidates = [below for field in fields for below in _nested(field.annotation)]
    return candidates


def _nested(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _nested(argument)


def _name(place: Location) -> str:
    """``constituents[2].symbol``, counted from 1 as people count."""
    name = ""
    for step in place:
        name += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if name else str(step)
    return f"`{name}`" if name else "the file"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "`key: value` lines"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)
