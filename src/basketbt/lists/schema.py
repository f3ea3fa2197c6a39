"""The file format of a list and of a composite; printed as JSON Schema for editors.

Only what one value can tell about itself is checked here (``checks.py`` compares values with each
other). Importing this module imports pydantic.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    WithJsonSchema,
)

from basketbt.errors import BadSymbol
from basketbt.lists.model import Origin, Stance
from basketbt.market.clock import SHANGHAI, Moment
from basketbt.market.symbols import parse_symbol
from basketbt.notes import message
from basketbt.yamlmodel import NAME, Strict, as_problem, refused

_SYMBOL_PATTERN = r"^(\d{6}\.(SH|SZ|BJ)|\d{4,5}\.HK)$"


def _number_as_text(value: object) -> object:
    """A code without its exchange reads as a number; as text it gets the better message."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _canonical_share(text: str) -> str:
    try:
        symbol = parse_symbol(text)
    except BadSymbol as error:
        raise as_problem(error) from None
    if symbol.kind not in ("share", "b_share"):
        what = message("why-is-a-code-for-securities", symbol=symbol, kind=symbol.kind)
        raise refused(what, message("do-a-basket-holds-shares-benchmarks"))
    return symbol.canonical


Text = Annotated[str, Field(min_length=1)]
ShareSymbol = Annotated[
    str,
    BeforeValidator(_number_as_text),
    AfterValidator(_canonical_share),
    Field(json_schema_extra={"pattern": _SYMBOL_PATTERN, "examples": ["688111.SH", "6682.HK"]}),
]


_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ZONE = re.compile(r"\s+([A-Za-z_]+(?:/[A-Za-z_+-]+)+|UTC)$")


def _moment(value: object) -> Moment:
    """A date, or a timestamp in Shanghai's time: with its offset or zone, else its wall time."""
    text = str(value)
    if not (found := read_moment(text)):
        raise refused(
            message("why-is-neither-a-timestamp-such", text=text),
            message("do-without-an-offset-00-00"),
        )
    return found


def read_moment(text: str) -> Moment | None:
    """A day, or a time in Shanghai's (or with its own offset or zone); None for anything else."""
    zone = _ZONE.search(text)
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if not _DATE.match(text) or ":" not in text:
            return None
        moment = datetime.fromisoformat(text[: zone.start()] if zone else text)
        local = ZoneInfo(zone[1]) if zone else SHANGHAI
    except (ValueError, KeyError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=local)
    elif zone is not None:
        return None  # an offset and a zone may contradict each other
    return moment.astimezone(SHANGHAI)


Published = Annotated[
    Moment,
    PlainValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$",
            "examples": ["2025-02-07", "2025-03-05 22:00", "2025-03-05T14:00:00+00:00"],
        }
    ),
]
# What readers may write for a stance, beside the words of the format.
_SPELLINGS: dict[str, Stance] = {
    **dict.fromkeys(("看好", "推荐", "首推", "买入", "增持", "强烈推荐", "优于大市"), "recommend"),
    **dict.fromkeys(("关注", "建议关注", "受益标的", "相关标的"), "watch"),
    **dict.fromkeys(("中性", "持有"), "neutral"),
    **dict.fromkeys(("回避", "卖出", "减持"), "avoid"),
}


def _stance(value: object) -> object:
    return _SPELLINGS.get(value.strip(), value) if isinstance(value, str) else value


StanceWord = Annotated[Stance, BeforeValidator(_stance)]


class ThemeFile(Strict):
    """What the list is about, in both languages."""

    zh: Text = Field(description="Theme in Chinese, e.g. 软件应用.")
    en: Text = Field(description="Theme in English, e.g. Application software.")


class SourceFile(Strict):
    """Where the list was published, and from when on a reader could act on it."""

    publisher: Text = Field(description="Who published it.")
    title: Text = Field(description="Title of the article or note.")
    published: Published = Field(
        description="First publication: a timestamp, 2025-03-05 22:00 in Shanghai's time or with "
        "an offset or zone of its own, or a date such as 2025-02-07, which counts as after that "
        "day's close."
    )
    note: str = Field("", description="How the day is known, if it needs saying.")
    url: str = Field("", description="Address of the article or note.")
    members_on: date | None = Field(
        None,
        description="For a list made from a board or an index: the day whose members it holds. "
        "A study of an earlier event warns that they were chosen with hindsight.",
    )


class ConstituentFile(Strict):
    """One share of a list."""

    symbol: ShareSymbol = Field(description="Code and exchange, e.g. 688111.SH, 6682.HK.")
    name_zh: Text = Field(description="Short name in Chinese, as the exchange gives it.")
    former_names: tuple[Text, ...] = Field((), description="Short names the share had before.")
    segment: Text | None = Field(None, description="A key of `segments` above.")
    stance: StanceWord = Field(
        description="recommend (看好), watch (关注), neutral (中性) or avoid (回避), as the source "
        "says; Chinese words are read too. What is neutral or to be avoided is a list of its own."
    )
    origin: Origin = Field(
        description="named: the source names the share; mapped: chosen for a theme it names."
    )
    reason: Text | None = Field(
        None, description="Why a mapped share stands for the theme, in one line of your own."
    )
    weight: float | None = Field(
        None, gt=0, le=1, description="Fraction the source gives: for all constituents or none."
    )
    evidence: Text | None = Field(
        None, description="The source's words, at most 60 characters, that a draft rests on."
    )
    lot: int | None = Field(None, ge=1, description="Board lot in shares (Hong Kong only).")


class UnresolvedFile(Strict):
    """Words in the place of a share that are none for certain; `check` reminds of them."""

    text: Text = Field(description="The words as they stand in the source.")
    why: Text = Field(
        description="typo, two_meanings, wrong_code, foreign, unknown_code or unknown."
    )
    candidates: tuple[Text, ...] = Field((), description="Names or codes that may be meant.")


class _Head(Strict):
    """What a list and a composite have in common."""

    format: Literal[1] = Field(1, description="The form of this file; a later one is refused.")
    broker: str = Field(pattern=NAME, description="Short id of the broker; also its folder.")
    broker_zh: Text = Field(description="The broker's name in Chinese.")
    broker_en: Text | None = Field(
        None, description="The broker's name in English; the Chinese one if not given."
    )
    theme: ThemeFile = Field(description="What the list is about, as zh and en.")
    source: SourceFile = Field(description="Where the list was published, and when.")
    notes: str = Field("", description="What a reader of the results should know.")


class ListFile(_Head):
    """A list: shares that a broker named, or that stand for a theme it named."""

    segments: dict[str, Text] = Field(
        default_factory=dict, description="Segments in Chinese, each with its English name."
    )
    unresolved: tuple[UnresolvedFile, ...] = Field(
        (), description="What a draft could not read for certain, and did not guess."
    )
    constituents: tuple[ConstituentFile, ...] = Field(
        min_length=1, description="The shares, at least one, each once."
    )


class CompositeRule(Strict):
    """How lists are put together."""

    rule: Literal["equal_across", "votes"] = Field(
        description="equal_across: each list is an equal part. "
        "votes: one list of all shares, each counted once per broker that names it."
    )
    of: tuple[Text, ...] = Field(min_length=1, description="Ids of the lists, e.g. csc/compute.")


class CompositeFile(_Head):
    """A composite: a basket made of other lists."""

    composite: CompositeRule = Field(description="The rule and the lists.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of basket files (draft 2020-12)."""
    adapter: TypeAdapter[ListFile | CompositeFile] = TypeAdapter(ListFile | CompositeFile)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A basketbt basket: a broker's list, or a composite of lists",
        **adapter.json_schema(),
    }


def file_model(data: object) -> type[ListFile] | type[CompositeFile]:
    """Which of the two formats a file is meant to be in: a composite has the key ``composite``."""
    is_composite = isinstance(data, dict) and "composite" in data
    return CompositeFile if is_composite else ListFile
