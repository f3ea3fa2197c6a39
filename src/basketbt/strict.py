"""What every part of a study file is made of: strict models, and lists that may be short.

The models are strict: an unknown key or a wrong type is a problem with its line, never a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

T = TypeVar("T")


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("needs at least one entry")
    return value


def short_form(key: str, model: type[BaseModel]) -> BeforeValidator:
    """Let a plain text stand for a mapping with one key: ``equal`` for ``{kind: equal}``."""

    def expand(value: object) -> object:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(expand, json_schema_input_type=str | model)


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


class Strict(BaseModel):
    """Unknown keys, wrong types and later changes are all refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _forward(window: tuple[int, int]) -> tuple[int, int]:
    if window[0] > window[1]:
        raise ValueError(f"window [{window[0]}, {window[1]}] ends before it starts")
    return window


Window = Annotated[
    tuple[int, int],
    Field(strict=False, description="First and last session offset from day 0, both inclusive."),
    AfterValidator(_forward),
]


def _before_day_zero(window: tuple[int, int]) -> tuple[int, int]:
    if window[1] >= 0:
        raise ValueError(f"estimation [{window[0]}, {window[1]}] must end before day 0")
    return window


#: Sessions before the event from which something is estimated that judges or weighs it.
Estimation = Annotated[Window, AfterValidator(_before_day_zero)]
