"""The study file: what may be written, what it means, and every default, in one place.

The models are strict (``yamlmodel``).
``basketbt schema study`` prints them as JSON Schema for editors.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from basketbt import yamlfile
from basketbt.config.account import AccountSpec
from basketbt.config.choices import (
    PUBLICATION,
    Events,
    Rebalances,
    RebalanceSpec,
    ReservedEventId,
    Weightings,
    WeightingSpec,
)
from basketbt.config.eventstudy import EventStudySpec
from basketbt.config.strict import (
    Code,
    Estimation,
    Many,
    Several,
    Window,
    Windows,
    distinct,
)
from basketbt.data.validation.policy import Policy, full_policy
from basketbt.errors import (
    BadSymbol,
    FileSyntaxError,
    InputError,
    InvalidFile,
    Problem,
    UnknownName,
)
from basketbt.lists.model import Basket
from basketbt.locale import Language
from basketbt.market.symbols import parse_symbol
from basketbt.notes import message
from basketbt.yamlfile import YamlDocument
from basketbt.yamlmodel import FOLDER_NAME, Strict, as_problem, refused, validate

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


#: A day, a week, two, a month and a quarter of sessions after publication.
DEFAULT_HORIZONS = (1, 5, 10, 20, 60)


FROM_THE_NAME = "from the name"


def _table_code(text: str) -> str:
    if text == FROM_THE_NAME:
        return text
    try:
        return parse_symbol(text).canonical
    except BadSymbol as error:
        raise as_problem(error) from None


TableCode = Annotated[str, AfterValidator(_table_code)]


class TableSpecFile(Strict):
    """One table of prices (or of what belongs to them) inside ``prices.path``."""

    path: str = Field(description="A file, or a pattern such as bars/*.csv: one table together.")
    kind: Literal["bars", "indexes", "fx", "shares", "actions", "instruments"] = "bars"
    adjusted: bool | None = Field(
        None,
        description="true: adjusted prices, and raw ones do not exist; false: raw ones. None: as "
        "the table shows.",
    )
    volume_unit: Literal["shares", "lots"] | None = Field(
        None, description="None: the vendor's where its layout is known, else shares."
    )
    amount_unit: Literal["yuan", "1k", "10k", "100m"] | None = Field(
        None, description="None: the vendor's where its layout is known, else yuan."
    )
    exchange: Literal["SH", "SZ", "BJ", "HK", "CSI"] | None = Field(
        None, description="Of codes that have none."
    )
    symbol: TableCode | None = Field(
        None,
        description="The security of a table without codes, or `from the name`: its file's name.",
    )
    layout: Literal["tidy", "wide"] | None = Field(None, description="None: seen from the headers.")
    field: str | None = Field(
        None, description="What a wide table holds; None: what its title says, or closes."
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Own header → field, where the header is not known."
    )
    currency: str | None = None


def _checked_rule(name: str) -> str:
    try:
        full_policy({name: "warn"})
    except UnknownName as error:
        raise as_problem(error) from None
    return name


CheckName = Annotated[str, AfterValidator(_checked_rule)]


class PricesSpec(Strict):
    """Where prices come from and what is done when they look wrong."""

    source: Literal["auto", "akshare", "yfinance", "files", "sample"] = Field(
        "auto",
        description="auto: the vendors, fetched once into the store; files: `path`; sample: the "
        "prices that come with the program.",
    )
    path: str | None = Field(
        None,
        description="Folder or file of `files`; None: that of `basketbt config prices DIR`.",
    )
    tables: Several[TableSpecFile] = Field(
        (), description="In order of precedence; empty: the folder convention of docs/prices.md."
    )
    quality: dict[CheckName, Policy] = Field(
        default_factory=dict, description="Policy per check; see docs/prices.md for the defaults."
    )

    @field_validator("source", mode="before")
    @classmethod
    def _no_path_in_the_source(cls, value: object) -> object:
        """``files:FOLDER`` is how --source is written; here the folder has a key of its own."""
        kind, colon, path = value.partition(":") if isinstance(value, str) else ("", "", "")
        if kind == "files" and colon:
            raise refused(
                message("why-prices-source-is-files-with", value=value),
                message("do-write-prices", path=path.strip()),
            )
        return value

    @model_validator(mode="after")
    def _only_files_have_a_path(self) -> Self:
        if self.source != "files" and self.path is not None:
            raise ValueError(message("why-path-belongs-to-source-files"))
        return self


GridMeasure = Literal[
    "total_return",
    "annual_return",
    "annual_volatility",
    "sharpe",
    "max_drawdown",
    "calmar",
    "cvar_95",
    "excess_return",
]


class RandomSpec(Strict):
    """Equal baskets drawn from every share that the prices know, beside the lists."""

    sizes: Many[Annotated[int, Field(ge=1, le=1000)]] = Field(
        (),
        description="Shares of a basket, each size under every choice. Empty: as many as each list "
        "has, under the study's own choices alone.",
    )
    draws: int = Field(10_000, ge=1, le=100_000_000, description="Baskets of each size.")
    seed: int = Field(20250120, ge=0, description="Equal seeds draw equal baskets.")


class GridSpec(Strict):
    """Choices that `basketbt grid` varies, each with every other. Empty: what the study says."""

    events: Events = Field((), description="Day 0s, e.g. [deepseek-r1, deepseek-r1@leak].")
    baskets: Many[str] = ()
    weighting: Weightings = ()
    cap: Annotated[Many[Annotated[float, Field(gt=0, le=1)] | None], distinct()] = Field(
        (), description="Largest weights, in place of each weighting's own; null: none."
    )
    rebalance: Rebalances = ()
    windows: Annotated[Several[Window], distinct()] = ()
    entry_delay: Annotated[Many[Annotated[int, Field(ge=0, le=250)]], distinct()] = Field(
        (0,), description="Sessions later than the window that the basket is bought."
    )
    cost: Annotated[Many[Annotated[float, Field(ge=0, le=0.1)]], distinct()] = Field(
        (0.0,), description="Cost of a trade as a fraction of its value."
    )
    late_listing: Annotated[Many[Literal["exclude", "join"]], distinct()] = ()
    leave_one_out: bool = Field(False, description="Each basket also without each of its shares.")
    random: RandomSpec | None = None
    measure: GridMeasure = Field(
        "excess_return", description="What the specification curve is sorted by."
    )

    @field_validator("events")
    @classmethod
    def _of_one_event(cls, events: Events) -> Events:
        if any(one.id == PUBLICATION for one in events):
            raise as_problem(ReservedEventId())
        return events


def _free_name(name: str) -> str:
    if name == "compare":
        raise refused(
            message("why-a-study-cannot-be-called"), message("do-basketbt-compare-writes-there")
        )
    return name


class Title(Strict):
    """A heading in both languages."""

    en: str
    zh: str


class StudyConfig(Strict):
    """One study: events, baskets, prices, and how they are put together."""

    format: Literal[1] = Field(1, description="The form of this file; a later one is refused.")
    study: Annotated[str, AfterValidator(_free_name)] = Field(
        pattern=FOLDER_NAME, description="Name; also its results folder."
    )
    title: str | Title | None = Field(
        None, description="Heading of the memo: one text, or `en` and `zh`."
    )
    events: Events
    baskets: Many[str] = Field(description="Ids, globs such as guojin/*, or paths of YAML files.")
    weighting: Weightings = (WeightingSpec(kind="equal"),)
    rebalance: Rebalances = (RebalanceSpec(kind="hold"),)
    benchmarks: Annotated[Many[Code], distinct(lambda code: parse_symbol(code).canonical)] = Field(
        ("000300.SH",), description="Index codes; the first one is the benchmark of summary.csv."
    )
    windows: Windows = DEFAULT_WINDOWS
    split_at_publication: bool = Field(
        True, description="Add the hindsight and available windows of each list, and its horizons."
    )
    horizons: Annotated[Several[Annotated[int, Field(ge=1, le=250)]], distinct()] = Field(
        DEFAULT_HORIZONS,
        description="Sessions after a list's publication that are looked at side by side: 5 is the "
        "window [p,p+4] from day p, the first session a reader could trade. []: none.",
    )
    prices: PricesSpec = PricesSpec()
    estimation: Estimation = (-140, -21)
    event_study: EventStudySpec | None = Field(
        None, description="Is it more than chance? `event_study: {}` asks with the defaults."
    )
    account: AccountSpec | None = Field(
        None, description="What money would have become; `account: {}` asks with the defaults."
    )
    grid: GridSpec | None = Field(
        None, description="Choices that `basketbt grid` varies; `basketbt run` does not look here."
    )
    rf: float = Field(0.0, gt=-1, lt=1, description="Risk-free rate a year, effective.")
    annualisation: int | None = Field(
        None, ge=1, le=366, description="Sessions a year; None: the home calendar's own."
    )
    late_listing: Literal["exclude", "join", "error"] = Field(
        "exclude",
        description="A share without a price at the purchase. exclude: left out, the rest weighed "
        "anew; join: enters at its first close with its weight in the whole list, which until then "
        "is spread over the others in proportion.",
    )
    max_missing_weight: float = Field(
        0.1, ge=0, le=1, description="Most weight of a list that may have no prices at all."
    )
    fx: Literal["require", "local"] = "require"
    language: Language = "en"
    colours: Literal["cn", "intl"] | None = Field(
        None,
        description="cn: red up, green down; intl: green up, red down. None: cn in Chinese, intl "
        "in English.",
    )

    @property
    def by_publication(self) -> bool:
        """Whether each list is its own event, at its own publication."""
        return any(one.id == PUBLICATION for one in self.events)

    @model_validator(mode="after")
    def _publication_stands_alone(self) -> Self:
        if not self.by_publication:
            return self
        if len(self.events) > 1:
            raise refused(
                message("why-events-publication-stands-alone-each"),
                message("do-drop-the-other-events-or"),
            )
        if not self.split_at_publication:
            raise refused(
                message("why-split-at-publication-false-leaves"),
                message("do-drop-one-of-the-two"),
            )
        if self.grid is not None:
            raise refused(
                message("why-a-grid-varies-the-choices"),
                message("do-drop-grid-or-name-an"),
            )
        return self

    def heading(self, language: Language) -> str:
        """The title in a language; the study's name where it has none."""
        if isinstance(self.title, Title):
            return self.title.en if language == "en" else self.title.zh
        return self.title or self.study

    @property
    def last_offset(self) -> int:
        """The last session offset any window asks for; ``available`` ends there too."""
        return max(last for _, last in self.windows)

    def canonical(self) -> str:
        """The choices that shape numbers, as canonical JSON: the "config" part of a run's id.

        Where prices are read from is left out: their content has a hash of its own, so the same
        prices from another folder, or from a lock, give the same run.
        """
        choices = self.model_dump(
            mode="json",
            exclude={"prices": {"source", "path", "tables"}, "grid": True, "format": True},
        )
        return json.dumps(choices, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class StudyFile:
    """A study and where it was read from; paths inside it are relative to ``folder``.

    ``lists`` are those that stand in no file.
    """

    config: StudyConfig
    path: Path
    document: YamlDocument | None = field(default=None, compare=False, repr=False)
    lists: tuple[Basket, ...] = ()

    @property
    def folder(self) -> Path:
        return self.path.resolve().parent

    def located(self, place: Sequence[str | int], error: InputError) -> InvalidFile:
        """An error about the value at ``place``, with the line or setting it stands in."""
        if self.document is None:
            return InvalidFile([Problem.of(error, str(self.path))])
        return InvalidFile([self.document.caused(place, error)])


def is_study(path: Path) -> bool:
    """Whether a YAML file is meant to be a study and no list; not one that cannot be read."""
    try:
        data = yamlfile.load(path).data
    except InputError:
        return False
    return isinstance(data, dict) and "study" in data


def load_study(path: Path, overrides: Sequence[str] = ()) -> StudyFile:
    """Read and validate a study file.

    ``overrides`` are ``key=value`` texts, the value being YAML and the key dotted for nested ones
    (``windows=[[0,5]]``, ``prices.source=sample``).

    Raises ``FileSyntaxError``, ``InvalidFile`` or ``RefusedPath``.
    """
    return study_of(yamlfile.load(path), path, overrides)


def study_of(
    document: YamlDocument,
    path: Path,
    overrides: Sequence[str] = (),
    lists: tuple[Basket, ...] = (),
) -> StudyFile:
    """The study of a document that is in memory; see :func:`load_study`. Raises ``InvalidFile``."""
    for text in overrides:
        keys, value = _parse_override(text)
        document = document.replaced(keys, value, name=f"--set {'.'.join(keys)}")
    config = validate(document, StudyConfig)
    return StudyFile(config=config, path=path, document=document, lists=lists)


def _parse_override(text: str) -> tuple[tuple[str, ...], Any]:
    key, equals, value = text.partition("=")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidFile([Problem("--set", 0, message("why-no-utf8", text=repr(text)))])
    if not equals or not key.strip():
        what = message("why-is-not-key-value", text=text)
        raise InvalidFile([Problem("--set", 0, what, message("do-e-g-set-windows-0"))])
    keys = tuple(key.strip().split("."))
    if len(keys) > yamlfile.MAX_DEPTH:
        what = message("why-line-is-nested-deeper-than", line=1, max_depth=yamlfile.MAX_DEPTH)
        raise InvalidFile([Problem("--set", 0, what)])
    name = f"--set {key.strip()}"
    try:
        return keys, yamlfile.parse(value, name=name)
    except FileSyntaxError as error:
        raise InvalidFile(
            [Problem(name, 0, message("why-not-valid-yaml", what=error.fields["what"]))]
        ) from None
