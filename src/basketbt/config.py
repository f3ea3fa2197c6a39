"""The study file: what may be written, what it means, and every default, in one place.

The models are strict: an unknown key or a wrong type is a problem with its line, never a guess.
``basketbt schema study`` prints them as JSON Schema for editors.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from basketbt.errors import InvalidFile, Problem

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

DEFAULT_WINDOWS: tuple[tuple[int, int], ...] = (
    (-20, -1),
    (-5, -1),
    (-1, 1),
    (0, 0),
    (0, 4),
    (0, 5),
    (5, 7),
    (0, 10),
    (0, 20),
    (0, 60),
)

T = TypeVar("T")


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("needs at least one entry")
    return value


def _short_form(key: str, model: type[BaseModel]) -> BeforeValidator:
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
    AfterValidator(_not_empty),
    _OneOrMany(),
]
Several = Annotated[tuple[T, ...], Field(strict=False)]


class Strict(BaseModel):
    """Unknown keys, wrong types and later changes are all refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WeightingSpec(Strict):
    """How a list becomes weights."""

    kind: Literal[
        "equal",
        "by_segment",
        "stance",
        "given",
        "inverse_volatility",
        "market_cap",
        "tradable_cap",
    ]
    recommend: float = Field(2.0, gt=0, description="Stance weight of a recommended share (看好).")
    watch: float = Field(1.0, gt=0, description="Stance weight of a watched share (关注).")
    cap: float | None = Field(None, gt=0, le=1, description="Largest weight of one share.")


class RebalanceSpec(Strict):
    """When weights are reset to their targets, always at a session's close."""

    kind: Literal["hold", "daily", "weekly", "monthly", "quarterly", "dates", "band"]
    dates: Several[Annotated[date, Field(strict=False)]] = Field(
        (), description="Sessions to rebalance on (kind: dates)."
    )
    width: float | None = Field(
        None, gt=0, lt=1, description="Largest absolute drift of a weight (kind: band)."
    )

    @model_validator(mode="after")
    def _fields_fit_the_kind(self) -> Self:
        if (self.kind == "dates") != bool(self.dates):
            raise ValueError("`dates` belongs to kind: dates, which needs at least one")
        if (self.kind == "band") != (self.width is not None):
            raise ValueError("`width` belongs to kind: band, which needs it (e.g. 0.05)")
        return self


class AlternativeSpec(Strict):
    """Another moment from which the event could have been known."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    at: str = Field(description="Timestamp with its UTC offset, or a bare date.")
    why: str = ""


class EventSpec(Strict):
    """A shipped event by its id (see ``basketbt events``), or one of your own with ``at``."""

    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*(@[a-z0-9-]+)?$",
        description="deepseek-r1, or deepseek-r1@leak for an alternative moment.",
    )
    at: str | None = Field(
        None, description="Timestamp with its UTC offset, or a bare date; makes it an own event."
    )
    name: str | None = None
    name_zh: str | None = None
    source: str = Field("", description="Where the moment is known from.")
    alternatives: Several[AlternativeSpec] = ()


class TableSpecFile(Strict):
    """One table of prices (or of what belongs to them) inside ``prices.path``."""

    path: str
    kind: Literal["bars", "indexes", "fx", "shares", "actions", "instruments"] = "bars"
    adjusted: bool = Field(False, description="Prices are adjusted and raw ones do not exist.")
    volume_unit: Literal["shares", "lots"] = "shares"
    amount_unit: Literal["yuan", "10k"] = "yuan"
    layout: Literal["tidy", "wide"] = "tidy"
    field: str = Field("close", description="What a wide table holds.")
    columns: dict[str, str] = Field(
        default_factory=dict, description="Own header → field, where the header is not known."
    )
    currency: str | None = None


QualityRule = Literal["refuse", "warn"]


class PricesSpec(Strict):
    """Where prices come from and what is done when they look wrong."""

    source: Literal["files", "demo"] | None = Field(
        None, description="None: the command line must say (--source)."
    )
    path: str | None = Field(None, description="Folder or file of `files`.")
    tables: Several[TableSpecFile] = Field(
        (), description="In order of precedence; empty: the folder convention of docs/prices.md."
    )
    seed: int = Field(20250120, ge=0, description="Seed of the demo market.")
    quality: dict[str, QualityRule] = Field(
        default_factory=dict, description="Policy per check; see docs/prices.md for the defaults."
    )


def _forward(window: tuple[int, int]) -> tuple[int, int]:
    if window[0] > window[1]:
        raise ValueError(f"window [{window[0]}, {window[1]}] ends before it starts")
    return window


Window = Annotated[
    tuple[int, int],
    Field(strict=False, description="First and last session offset from day 0, both inclusive."),
    AfterValidator(_forward),
]


class StudyConfig(Strict):
    """One study: events, baskets, prices, and how they are put together."""

    study: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="Name; also its results folder."
    )
    title: str | None = Field(None, description="Heading of the memo.")
    events: Many[Annotated[EventSpec, _short_form("id", EventSpec)]]
    baskets: Many[str] = Field(description="Ids, globs such as guojin/*, or paths of YAML files.")
    weighting: Many[Annotated[WeightingSpec, _short_form("kind", WeightingSpec)]] = (
        WeightingSpec(kind="equal"),
    )
    rebalance: Many[Annotated[RebalanceSpec, _short_form("kind", RebalanceSpec)]] = (
        RebalanceSpec(kind="hold"),
    )
    benchmarks: Many[str] = Field(
        ("000300.SH",), description="Index codes; the first one is the benchmark of summary.csv."
    )
    windows: Annotated[tuple[Window, ...], Field(strict=False), AfterValidator(_not_empty)] = (
        DEFAULT_WINDOWS
    )
    split_at_publication: bool = Field(
        True, description="Add the hindsight and available windows of each list."
    )
    prices: PricesSpec = PricesSpec()
    estimation: Window = (-140, -21)
    rf: float = Field(0.0, gt=-1, lt=1, description="Risk-free rate a year, effective.")
    annualisation: int | None = Field(
        None, ge=1, le=366, description="Sessions a year; None: the home calendar's own."
    )
    late_listing: Literal["exclude", "join", "error"] = "exclude"
    max_missing_weight: float = Field(0.1, ge=0, le=1)
    fx: Literal["require", "local"] = "require"
    language: Literal["zh", "en"] = "en"

    @property
    def last_offset(self) -> int:
        """The last session offset any window asks for; ``available`` ends there too."""
        return max(last for _, last in self.windows)

    def canonical(self) -> str:
        """The choices that shape numbers, as canonical JSON: the "config" part of a run's id.

        Where prices are read from is left out: their content has a hash of its own, so the same
        prices from another folder, or from a lock, give the same run.
        """
        choices = self.model_dump(mode="json", exclude={"prices": {"source", "path", "tables"}})
        return json.dumps(choices, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class StudyFile:
    """A study and where it was read from; paths inside it are relative to ``folder``."""

    config: StudyConfig
    path: Path

    @property
    def folder(self) -> Path:
        return self.path.resolve().parent


def load_study(path: Path, overrides: Sequence[str] = ()) -> StudyFile:
    """Read and validate a study file.

    ``overrides`` are ``key=value`` texts, the value being YAML and the key dotted for nested ones
    (``windows=[[0,5]]``, ``prices.source=demo``).

    Raises ``FileSyntaxError``, ``InvalidFile`` or ``RefusedPath``.
    """
    from basketbt import yamlfile

    document = yamlfile.load(path)
    for text in overrides:
        document = document.replaced(*_parse_override(text))
    return StudyFile(config=yamlfile.validate(document, StudyConfig), path=path)


def _parse_override(text: str) -> tuple[tuple[str, ...], Any]:
    from basketbt import yamlfile

    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InvalidFile(
            [Problem("--set", 1, f"{text!r} is not key=value", "e.g. --set windows=[[0,5]]")]
        )
    return tuple(key.strip().split(".")), yamlfile.parse(value, name=f"--set {key.strip()}")
