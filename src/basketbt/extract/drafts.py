"""Draft lists from a reading: one for a broker and a theme, with the words that it rests on.

What a broker is neutral on or avoids becomes a list of its own. A draft is YAML that
``basketbt check`` accepts; nothing is written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from basketbt.extract.mentions import FOREIGN
from basketbt.extract.reading import Pick, Reading, Unresolved
from basketbt.lists.model import HELD

#: English names of segments that every reader of such lists uses.
_SEGMENTS = {"C端": "consumer", "B端": "enterprise", "G端": "government"}
_PLAIN = re.compile(r"[\w\u4e00-\u9fff.\-/+&()·]+")
_NO_FILE = re.compile(r"[^\w\u4e00-\u9fff-]+")


@dataclass(frozen=True)
class Draft:
    """A list to be written to ``<folder>/<id>.yaml``."""

    id: str
    picks: tuple[Pick, ...]
    text: str


@dataclass(frozen=True)
class Source:
    """What the drafts say about the article: where it stands, and the file it was read from."""

    name: str
    publisher: str = ""
    title: str = ""
    url: str = ""


def drafts_of(
    reading: Reading, source: Source, published: Callable[[str], str | None] = lambda _: None
) -> tuple[Draft, ...]:
    """The lists of an article, in the order of their first shares. Needs ``reading.published``.

    ``published`` tells the day of a list that is there already, None for none: a list of the same
    name and another day is another issue of it, and gets the day behind its name.
    """
    groups: dict[tuple[str, str, str], list[Pick]] = {}
    for pick in reading.picks:
        if pick.symbol.endswith(FOREIGN):
            continue
        side = "" if pick.stance in HELD else f"-{pick.stance}"
        groups.setdefault((pick.broker_id, pick.theme or "", side), []).append(pick)
    drafts: list[Draft] = []
    told: set[Unresolved] = set()
    for (broker, theme, side), picks in groups.items():
        first: dict[str, Pick] = {}
        for pick in picks:
            first.setdefault(pick.symbol, pick)
        chosen = tuple(first.values())
        own = [
            doubt
            for doubt in reading.unresolved
            if doubt.broker in (picks[0].broker, None) and (doubt.theme or theme) == theme
        ]
        text = _text(reading, source, chosen, (theme, side), [d for d in own if d not in told])
        told.update(own)
        name = f"{broker}/{_stem(theme)}{side}"
        day = str(reading.published)
        if (published(name) or day)[:10] != day:
            name += f"-{reading.published:%Y%m%d}"
        drafts.append(Draft(name, chosen, text))
    return tuple(drafts)


def study_of(drafts: Sequence[Draft], reading: Reading, source: Source) -> str:
    """A study of the drafts, each measured from its own publication."""
    assert reading.published is not None
    paths = ", ".join(_value(f"{draft.id}.yaml") for draft in drafts)
    return (
        f"# A study of the lists that `basketbt extract` made from {_comment(source.name)}.\n"
        f"study: {study_name(source, reading.published)}\n"
        "events: publication # each list is its own event\n"
        f"baskets: [{paths}]\n"
    )


def study_name(source: Source, published: date) -> str:
    """The name of the study: the file's, if a study may be called so."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", source.name).strip("-._")
    return f"{stem or 'article'}-{published:%Y%m%d}"


def _text(
    reading: Reading,
    source: Source,
    picks: Sequence[Pick],
    named: tuple[str, str],
    doubts: Sequence[Unresolved],
) -> str:
    (theme, side), first = named, picks[0]
    about = (theme or "未注明主题") + {"": "", "-neutral": "（中性）", "-avoid": "（回避）"}[side]
    segments = dict.fromkeys(pick.segment for pick in picks if pick.segment)
    lines = [
        "# yaml-language-server: $schema=../basket.schema.json",
        f"# A draft made by `basketbt extract` from {_comment(source.name)}: read the evidence,",
        "# settle what is unresolved, then `basketbt check` it.",
        f"broker: {first.broker_id}",
        f"broker_zh: {_value(first.broker or '未注明机构')}",
        *([f"broker_en: {_value(first.broker_en)}"] if first.broker_en != first.broker else []),
        "theme:",
        f"  zh: {_value(about)}",
        f"  en: {_value(about)}",
        "source:",
        f"  publisher: {_value(_publisher(source, reading, first))}",
        f"  title: {_value(source.title or reading.title or source.name)}",
        f"  published: {_published(reading)}",
        *([f"  url: {_value(source.url or reading.url)}"] if source.url or reading.url else []),
        *(["notes: The source advises against holding these shares."] if side == "-avoid" else []),
        *(["segments:"] if segments else []),
        *(f"  {_value(zh)}: {_value(_SEGMENTS.get(zh, zh))}" for zh in segments),
        *_unresolved(doubts),
        "",
        "constituents:",
        *(line for pick in picks for line in _constituent(pick)),
    ]
    return "\n".join(lines) + "\n"


def _constituent(pick: Pick) -> Iterable[str]:
    yield f"  - symbol: {pick.symbol}"
    yield f"    name_zh: {_value(pick.called)}"
    if pick.segment:
        yield f"    segment: {_value(pick.segment)}"
    yield f"    stance: {pick.stance}"
    yield "    origin: named"
    yield f"    evidence: {json.dumps(' '.join(pick.evidence.split()), ensure_ascii=False)}"


def _unresolved(doubts: Sequence[Unresolved]) -> Iterable[str]:
    if doubts:
        yield "unresolved:"
    for doubt in doubts:
        meant = ", ".join(_value(name) for name in doubt.candidates)
        candidates = f", candidates: [{meant}]" if meant else ""
        text = json.dumps(doubt.text, ensure_ascii=False)
        yield f"  - {{text: {text}, why: {doubt.why}{candidates}}}"


def _published(reading: Reading) -> str:
    """The day, and the time where it is told."""
    assert reading.published is not None
    clock = f" {reading.clock:%H:%M}" if reading.clock else ""
    return f"{reading.published}{clock}"


def _publisher(source: Source, reading: Reading, first: Pick) -> str:
    host = urlsplit(source.url or reading.url).hostname
    return source.publisher or host or first.broker or "未注明"


def _stem(theme: str) -> str:
    return _NO_FILE.sub("-", theme).strip("-") or "list"


def _value(text: str) -> str:
    """A YAML scalar: bare where nothing in it could be read as something else."""
    looks_plain = _PLAIN.fullmatch(text) and not re.fullmatch(
        r"[\d.+\-/]*|true|false|null|yes|no|on|off|~|-.*", text, re.IGNORECASE
    )
    return text if looks_plain else json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return re.sub(r"\s+", " ", text)
