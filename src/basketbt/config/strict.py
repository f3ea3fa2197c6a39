"""What the parts of a study file share: lists that may be short, codes of indexes, windows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from basketbt.errors import InputError
from basketbt.market.indexes import OWN_INDUSTRIES
from basketbt.market.symbols import parse_symbol
from basketbt.notes import message
from basketbt.yamlmodel import as_problem, refused

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

T = TypeVar("T")


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError(message("why-needs-at-least-one-entry"))
    return value


def short_form(key: str, model: type[BaseModel]) -> BeforeValidator:
    """Let a plain text stand for a mapping with one key: ``equal`` for ``{kind: equal}``."""

    def expand(value: object) -> object:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(expand, json_schema_input_type=str | model)


def distinct(key: Callable[[Any], Hashable] = lambda entry: entry) -> AfterValidator:
    """Refuse a list in which two entries have one ``key``: their results could not be told apart.

    None stands for a list that was not given.
    """

    def check(entries: tuple[T, ...] | None) -> tuple[T, ...] | None:
        first: dict[Hashable, int] = {}
        for number, entry in enumerate(entries or (), start=1):
            found = first.setdefault(key(entry), number)
            if found != number:
                what = message(
                    "why-entry-repeats-entry", number=number, found=found, short=_short(key(entry))
                )
                raise refused(what, message("do-keep-one-of-them"))
        return entries

    return AfterValidator(check)


def _short(key: Hashable) -> str:
    return str(list(key)) if isinstance(key, tuple) else str(key)


def _checked_code(text: str) -> str:
    try:
        symbol = parse_symbol(text)
    except InputError as error:
        raise as_problem(error) from None
    # Hong Kong's codes do not tell a fund on an index (2800.HK) from a share.
    if symbol.kind == "share" and symbol.calendar == "XSHG":
        raise refused(message("why-is-a-share", text=text), message("do-name-an-index-e-g"))
    if symbol.canonical == OWN_INDUSTRIES:
        raise refused(
            message("why-is-another-index-for-each", text=text),
            message("do-leave-it-out-every-list"),
        )
    return text


#: The code of an index with its exchange.
Code = Annotated[str, AfterValidator(_checked_code)]


class _OneOrMany:
    """Shows editors that one entry may stand without brackets."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        many = handler(core)
        return {"anyOf": [many["items"], many]}


# Arrays arrive as lists, and one entry may be written without brackets: tuples are lax about the
# container while everything inside stays strict.
Many = Annotated[
    tuple[T, ...],
    Field(strict=False),
    BeforeValidator(_as_list),
    AfterValidator(not_empty),
    _OneOrMany(),
]
Several = Annotated[tuple[T, ...], Field(strict=False)]


def _forward(window: tuple[int, int]) -> tuple[int, int]:
    if window[0] > window[1]:
        raise ValueError(
            message("why-window-ends-before-it-starts", window=window[0], window2=window[1])
        )
    return window


Window = Annotated[
    tuple[int, int],
    Field(strict=False, description="First and last session offset from day 0, both inclusive."),
    AfterValidator(_forward),
]


Windows = Annotated[tuple[Window, ...], Field(strict=False), AfterValidator(not_empty), distinct()]


def _before_day_zero(window: tuple[int, int]) -> tuple[int, int]:
    if window[1] >= 0:
        raise ValueError(
            message("why-estimation-must-end-before-day", window=window[0], window2=window[1])
        )
    return window


#: Sessions before the event from which something is estimated that judges or weighs it.
Estimation = Annotated[Window, AfterValidator(_before_day_zero)]
