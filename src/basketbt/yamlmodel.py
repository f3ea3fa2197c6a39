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

from basketbt.errors import Advice, InputError, InvalidFile, Problem, nearest
from basketbt.notes import Worded, listing, message
from basketbt.yamlfile import Location, YamlDocument

M = TypeVar("M", bound=BaseModel)

# What a value of each type looks like in the file (``note.type-…``), by pydantic's error type.
_TYPE_WORDS = {
    "string_type": "text",
    "int_type": "integer",
    "int_from_float": "integer",
    "float_type": "number",
    "bool_type": "boolean",
    "date_type": "date",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "tuple_type": "list",
    "list_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
    "none_required": "nothing",
}
# Bounds of a number (``note.must-…``), by pydantic's error type, and where it says the bound.
_BOUNDS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt"}
_BOUNDS |= {"less_than_equal": "le"}


#: The form of lists and studies that this version reads; a file need not say it.
FORMAT = 1

_MOST_PROBLEMS = 1000  # of a file; each is explained, which takes its time

#: Patterns that names must match, and what they allow (``note.pattern-…``).
NAME = r"^[a-z0-9][a-z0-9-]*$"
EVENT_NAME = r"^[a-z0-9][a-z0-9-]*(@[a-z0-9-]+)?$"
FOLDER_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_PATTERN_WORDS = {NAME: "name", EVENT_NAME: "event-name", FOLDER_NAME: "folder-name"}

Text = str | Worded


class Strict(BaseModel):
    """Unknown keys, wrong types and later changes are all refused; nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def as_problem(error: InputError) -> PydanticCustomError:
    """An error of ours for pydantic, which adds the place in the file."""
    return refused(error, Advice(error))


def refused(what: Text, fix: Text) -> PydanticCustomError:
    """A refusal for pydantic: what is wrong, and what to write instead."""
    return PydanticCustomError("refused", "{what}", {"what": what, "fix": fix})


def validate(document: YamlDocument, model: type[M]) -> M:
    """The document as an instance of a (strict) pydantic model.

    The content passes through JSON, where a strict model still takes dates from text and tuples
    from lists. Raises ``InvalidFile`` with every problem, in the order of the lines.
    """
    if "format" in model.model_fields:
        _refuse_future(document)
    problems = list(document.problems)
    value: M | None = None
    try:
        value = model.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        problems += _problems_of(document, error, model)
    if value is None or problems:
        raise InvalidFile(sorted(problems))
    return value


def _refuse_future(document: YamlDocument) -> None:
    """What else such a file says may mean something that is not known here."""
    told = document.data.get("format") if isinstance(document.data, dict) else None
    if isinstance(told, int) and told > FORMAT:
        what = message("why-format-is-of-a-later", told=told, format=FORMAT)
        raise InvalidFile(
            [document.problem(("format",), what, message("do-pip-install-u-basketbt"))]
        )


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


def _explain(place: Location, item: ErrorDetails, model: type[BaseModel]) -> tuple[Text, Text]:
    name, given = _name(place), item["input"]
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return message("why-is-missing", name=name), _description(model, item["loc"])
        case "extra_forbidden":
            return _unknown_key(place, item["loc"], model)
        case "literal_error" | "enum":
            allowed = listing(str(context["expected"]).replace(" or ", ", ").split(", "), "or")
            return message("must-be", name=name, allowed=allowed, shown=repr(given)), ""
        case "value_error":
            return _about(place, context["error"].args[0]), ""
        case "refused":
            return _about(place, context["what"]), context["fix"]
        case kind if kind in _BOUNDS:
            bound = message(f"must-{kind}", bound=f"{context[_BOUNDS[kind]]:g}")
            return message("must-be", name=name, allowed=bound, shown=repr(given)), ""
        case "string_pattern_mismatch" if context["pattern"] in _PATTERN_WORDS:
            pattern = message(f"pattern-{_PATTERN_WORDS[context['pattern']]}")
            return message("why-cannot-be", name=name, given=given), message("use", what=pattern)
        case "too_short" | "too_long" as kind:
            count = context["min_length" if kind == "too_short" else "max_length"]
            what = message("why-has-entries", name=name, count=context["actual_length"])
            return what, message(f"takes-{kind}", count=count)
    return _about(place, item["msg"]), ""


def _about(place: Location, what: Text) -> Text:
    return message("about", about=_name(place), what=what) if place else what


def _wrong_type(place: Location, value: object, types: Sequence[str]) -> tuple[Text, Text]:
    kinds = list(dict.fromkeys(_TYPE_WORDS[kind] for kind in types if kind in _TYPE_WORDS))
    allowed = listing((message(f"type-{kind}") for kind in kinds), "or")
    what = message("must-be", name=_name(place), allowed=allowed, shown=_shown(value))
    is_bare = isinstance(value, int | float) and "text" in kinds
    return what, message("do-put-it-in-quotes", value=value) if is_bare else ""


def _unknown_key(
    place: Location, location: Sequence[str | int], model: type[BaseModel]
) -> tuple[Text, Text]:
    known = [
        key for candidate in _models_at(model, location[:-1]) for key in candidate.model_fields
    ]
    meant = nearest(str(place[-1]), known)
    allowed = message("do-allowed-here", known=listing(known))
    fix = message("do-meant-or-allowed", meant=meant, allowed=allowed) if meant else allowed
    return message("why-unknown-key", name=_name(place)), fix


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


def _name(place: Location) -> Text:
    """``constituents[2].symbol``, counted from 1 as people count."""
    name = ""
    for step in place:
        name += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if name else str(step)
    return f"`{name}`" if name else message("the-file")


def _shown(value: object) -> Text:
    if isinstance(value, dict | list | None):
        kind = "mapping" if isinstance(value, dict) else "list" if value is not None else "nothing"
        return message(f"type-{kind}")
    return repr(value)
