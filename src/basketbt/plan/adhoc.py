"""A study without a file: lists and an event as options or objects say them.

The result is what the YAML of the same question would give, list for list and key for key, so that
a run of the one is a run of the other; ``as_files`` writes that YAML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import numpy as np

from basketbt.config.choices import PUBLICATION, EventSpec
from basketbt.config.study import StudyFile, study_of
from basketbt.durable import sha256
from basketbt.errors import InputError, of_system
from basketbt.lists.build import basket_of_list
from basketbt.lists.library import find_library
from basketbt.lists.model import Basket
from basketbt.lists.schema import ListFile, read_moment
from basketbt.locale import Language
from basketbt.locale import count as counted
from basketbt.locale import say as said
from basketbt.market.calendars import Calendar, as_date, calendar
from basketbt.market.clock import SHANGHAI, Moment, moment_text
from basketbt.market.dayzero import day_zero
from basketbt.market.securities import name_on, resembling
from basketbt.notes import Note, listing, message
from basketbt.plan.study import home_calendar
from basketbt.plan.tabled import NoShares, Row, tabled
from basketbt.yamlfile import Location, YamlDocument
from basketbt.yamlmodel import validate

#: The study's name where nobody gave one, and the broker that own lists stand under.
NAME, BROKER = "adhoc", "mine"
#: What a list is called that has no name.
UNNAMED = "list"
#: What a reader asks: the month before, then a day, a week and a month of sessions.
BEFORE = (-20, -1)
AFTER = (1, 5, 20)
_UNNAMED = re.compile(rf"{UNNAMED}(?:-(\d+))?")
_TABLES = (".xlsx", ".xls", ".csv", ".txt", ".tsv")
_SEPARATORS = re.compile(r"[\s,，、;；|]+")
_MOMENT = re.compile(r"\d{4}-")


class UnreadShares(InputError):
    """Fields: name, listing."""


class TwoLists(InputError):
    """Field: name."""


class NoMoment(InputError):
    """It has no fields."""


class BadMoment(InputError):
    """Fields: text, what."""


class OwnDay(InputError):
    """A day of publication without a list that it could be of."""


class SpanOfOneExchange(InputError):
    """First and last days for lists of two exchanges."""


class BadSpan(InputError):
    """Fields: since, until."""


class SpanOfOneEvent(InputError):
    """It has no fields."""


@dataclass(frozen=True, kw_only=True)
class OwnList:
    """A list that stands in no file of the library. ``unread``: rows that are no share, and why."""

    name: str
    rows: tuple[Row, ...]
    weighted: bool = False
    unread: tuple[Note, ...] = ()

    @property
    def stem(self) -> str:
        """The name as a file's: small letters, digits and dashes; of another script its hash."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
        if plain and self.name.isascii():
            return plain
        return f"{plain or UNNAMED}-{sha256(self.name)[:6]}"

    @property
    def id(self) -> str:
        return f"{BROKER}/{self.stem}"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked. ``lists``: own ones, baskets, or ids, globs and paths of the library.

    ``events``: ids or moments; ``published``: when own lists came out, None where nobody says;
    ``settings``: further keys of a study.
    """

    lists: Sequence[OwnList | Basket | str]
    events: Sequence[str] = ()
    published: str | None = None
    since: str | None = None
    until: str | None = None
    name: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AdHoc:
    """A study in memory, and the documents that it and its own lists would be as files."""

    study: StudyFile
    document: Mapping[str, Any]
    lists: Mapping[str, Mapping[str, Any]]


def own_list(name: str, cells: Sequence[Sequence[str]], *, typed: bool = False) -> OwnList:
    """A list of the rows of a table. ``typed``: by hand, so that nothing may be left out.

    Raises ``NoShares`` or ``UnreadShares``.
    """
    found = tabled(cells)
    unread = tuple(
        message("share-row", row=row, why=_with_near(row, why) if typed else why)
        for _, row, why in found.left_out
    )
    if unread and typed:
        raise UnreadShares(name=name, listing=listing(unread, "semicolon"))
    if not found.rows:
        raise NoShares(path=name, listing=listing(["", *unread[:12]], "line"))
    return OwnList(name=name, rows=found.rows, weighted=found.weighted, unread=unread)


def _with_near(row: str, why: Note) -> Note:
    """Why a typed word is no share; of one that no list knows, with what it may be meant for."""
    near = [f"{name_on(one, None)} {one}" for one in resembling(row)]
    if why != message("share-unknown") or not near:
        return why
    return message("share-near", near=listing(near, "or"))


def unknown_codes(one: OwnList) -> tuple[str, ...]:
    """Codes that no list of securities has: new ones, or mistyped."""
    return tuple(row.symbol for row in one.rows if name_on(row.symbol, None) is None)


def list_of_text(text: str, number: int) -> OwnList | str:
    """What ``--list`` means: a list of the library, a table, or shares as they are typed.

    ``name=…`` names it; else it is called after its file, or by its ``number``.

    Raises ``RefusedPath`` and what :func:`own_list` raises.
    """
    name, told, rest = text.partition("=")
    if told and re.fullmatch(r"[\w -]+", name):
        text = rest
    else:
        name = ""
    path = Path(text)
    if path.suffix.lower() in _TABLES:
        from basketbt.data.sources.files.formats import all_cells

        cells = all_cells(path.name, _content(path))
        return own_list(name or path.stem, cells)
    words = [word for word in _SEPARATORS.split(text.strip()) if word]
    of_library = len(words) == 1 and ("/" in text or path.suffix in (".yaml", ".yml"))
    if of_library:
        return words[0]
    unnamed = UNNAMED if number == 1 else f"{UNNAMED}-{number}"
    return own_list(name or unnamed, [[word] for word in words], typed=True)


def _content(path: Path) -> bytes:
    from basketbt.errors import RefusedPath

    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedPath(path=path, why=of_system(error)) from None


def ad_hoc(asked: Question, today: date, overrides: Sequence[str] = ()) -> AdHoc:
    """The study of a question. Own lists that nobody dates count as known from ``today``.

    Raises ``TwoLists``, ``NoMoment``, ``BadMoment``, ``BadSpan``, ``SpanOfOneEvent`` and what
    reading a study raises.
    """
    own = [one for one in asked.lists if isinstance(one, OwnList)]
    ids = [one if isinstance(one, str) else one.id for one in asked.lists]
    for name in ids:
        if ids.count(name) > 1:
            raise TwoLists(name=name)
    if asked.published is not None and not own:
        raise OwnDay
    published = _published(asked.published, today)
    lists = {one.id: _list_document(one, published) for one in own}
    baskets = (
        *(_basket(name, one) for name, one in lists.items()),
        *(one for one in asked.lists if isinstance(one, Basket)),
    )
    dated = asked.published is not None or not own
    events = _events(asked, dated=dated)
    document: dict[str, Any] = {
        "study": asked.name or NAME,
        "title": {language: _title(asked, events, language) for language in get_args(Language)},
        "events": events,
        "baskets": ids,
        "windows": _windows(asked, events, lambda: _home(ids, baskets)),
        **({"horizons": list(AFTER)} if dated else {"split_at_publication": False}),
        **({"weighting": "given"} if own and all(is_weighted(one) for one in asked.lists) else {}),
        **asked.settings,
    }
    option = {"study": "--save", "events": "--event", "baskets": "--list"}
    origins: dict[Location, str] = {(key,): option.get(key, key) for key in document}
    study = study_of(
        YamlDocument("options", document, {}, overrides=origins),
        Path(f"{document['study']}.yaml"),
        overrides,
        baskets,
    )
    return AdHoc(study=study, document=document, lists=lists)


def _title(asked: Question, events: Sequence[Mapping[str, str]], language: Language) -> str:
    """What is asked, as a heading: ``3 shares around DeepSeek-R1 release``."""
    if len(asked.lists) > 1:
        lists = counted("count.lists", len(asked.lists), language)
    else:
        lists = _called(asked.lists[0], language)
    if events[0]["id"] == PUBLICATION:
        return said("adhoc.published", language, lists=lists)
    if not asked.events:
        return said("adhoc.since", language, lists=lists, day=events[0]["name"])
    if len(events) > 1:
        return said("adhoc.events", language, lists=lists, count=len(events))
    return said("adhoc.event", language, lists=lists, event=_event_name(events[0], language))


def _called(one: OwnList | Basket | str, language: Language) -> str:
    if isinstance(one, str):
        return one
    if isinstance(one, Basket):
        return one.theme_in(language)
    if not _UNNAMED.fullmatch(one.name):
        return one.name
    return counted("count.shares", len(one.rows), language)


def _event_name(event: Mapping[str, str], language: Language) -> str:
    """An unknown event is called as it is written: reading the study refuses it with its place."""
    try:
        found = EventSpec.model_validate(dict(event)).event()
    except (InputError, ValueError):
        return event["id"]
    return found.name_en if language == "en" else found.name_zh


def is_weighted(one: OwnList | Basket | str) -> bool:
    """Whether it is a list of one's own in which every share has a weight."""
    return isinstance(one, OwnList) and one.weighted


def _basket(name: str, document: Mapping[str, Any]) -> Basket:
    return basket_of_list(name, validate(YamlDocument(name, document, {}), ListFile))


def _list_document(one: OwnList, published: Moment) -> dict[str, Any]:
    """A list as its YAML holds it."""
    segments = dict.fromkeys(row.segment for row in one.rows if row.segment)
    rows = []
    for row in one.rows:
        more = {"segment": row.segment, "weight": row.weight if one.weighted else None}
        rows.append(
            {
                "symbol": row.symbol,
                "name_zh": row.name,
                "stance": row.stance or "recommend",
                "origin": "named",
                **{key: value for key, value in more.items() if value is not None},
            }
        )
    return {
        "broker": BROKER,
        "broker_zh": "自选",
        "broker_en": "Own list",
        "theme": _theme(one.name),
        "source": {
            "publisher": "own list",
            "title": one.name,
            "published": moment_text(published),
        },
        **({"segments": {name: name for name in segments}} if segments else {}),
        "constituents": rows,
    }


def _theme(name: str) -> dict[str, str]:
    """The name of a list as a theme; one without a name is called by what it is."""
    unnamed = _UNNAMED.fullmatch(name)
    if unnamed is None:
        return {"zh": name, "en": name}
    return {"zh": f"自选{unnamed[1] or ''}", "en": f"Own list {unnamed[1] or ''}".strip()}


def _published(text: str | None, today: date) -> Moment:
    if text is not None:
        return _moment(text, "--published")
    # Sessions are known some way ahead only, and a reader needs one after the day. To ask for those
    # after the table imports exchange_calendars: a second.
    home, ahead = calendar("XSHG"), np.timedelta64(10, "D")
    if today < as_date(home.last - ahead):
        return today
    return min(today, as_date(home.known_until - ahead))


def _moment(text: str, what: str) -> Moment:
    found = read_moment(text)
    if found is None:
        raise BadMoment(text=text, what=what)
    return found


def _events(asked: Question, *, dated: bool) -> list[dict[str, str]]:
    """The events as a study holds them; where none is named, the first day or each publication."""
    if asked.events:
        return [_event(text) for text in asked.events]
    if asked.since is not None:
        day = _day(asked.since, "--since")
        at = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).isoformat()
        return [{"id": f"since-{day}", "at": at, "name": f"{day}", "name_zh": f"{day}"}]
    if not dated:
        raise NoMoment
    return [{"id": PUBLICATION}]


def _event(text: str) -> dict[str, str]:
    if not _MOMENT.match(text):
        return {"id": text}
    moment = _moment(text, "--event")
    when = moment_text(moment).removesuffix("+08:00")
    at = moment.isoformat()
    name = re.sub(r"[^0-9]+", "-", when).strip("-")
    return {"id": f"event-{name}", "at": at, "name": when, "name_zh": when}


def _day(text: str, what: str) -> date:
    moment = _moment(text, what)
    return moment.date() if isinstance(moment, datetime) else moment


def _home(ids: Sequence[str], own: tuple[Basket, ...]) -> Calendar:
    """The exchange whose sessions the lists are measured on. Raises ``SpanOfOneExchange``."""
    chosen = replace(find_library(), given=own).select(ids)
    homes = {home_calendar(basket) for basket in chosen}
    if len(homes) > 1:
        raise SpanOfOneExchange
    return calendar(homes.pop())


def _windows(
    asked: Question, events: Sequence[Mapping[str, str]], home_of: Callable[[], Calendar]
) -> list[list[int]]:
    """The windows: what a reader asks, or the sessions from ``since`` to ``until``."""
    if asked.since is None and asked.until is None:
        return [list(BEFORE), *([0, length - 1] for length in AFTER)]
    if len(events) != 1 or events[0]["id"] == PUBLICATION:
        raise SpanOfOneEvent
    home = home_of()
    zero = day_zero(EventSpec.model_validate(dict(events[0])).event(), home).session
    first, last = 0, AFTER[-1] - 1
    if asked.since is not None:
        first = home.distance(zero, home.on_or_after(_day(asked.since, "--since")))
        last = first + AFTER[-1] - 1
    if asked.until is not None:
        last = home.distance(zero, home.on_or_before(_day(asked.until, "--until")))
    if last < first:
        raise BadSpan(since=asked.since or zero, until=asked.until)
    return [[first, last]]


def as_files(found: AdHoc) -> dict[str, str]:
    """Path → YAML: the study, and its own lists below ``baskets/``."""
    head = "# Written by `basketbt run --save`; `basketbt schema` says what may stand here.\n"
    files = {f"{found.document['study']}.yaml": found.document}
    files |= {f"baskets/{name}.yaml": one for name, one in found.lists.items()}
    return {path: head + _yaml(content) for path, content in files.items()}


def _yaml(content: Mapping[str, Any]) -> str:
    import yaml

    text: str = yaml.safe_dump(
        dict(content), allow_unicode=True, sort_keys=False, default_flow_style=None, width=200
    )
    return text
