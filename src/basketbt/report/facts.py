"""What a report must say that no table holds: titles, moments, provenance, notes, method.

Facts and tables together are all that a rendering reads, so a run can be rendered again from its
files without computing anything. Texts are in the run's language, as the tables' notes are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np

from basketbt.market.clock import Alternative, Event, shipped_events
from basketbt.market.dayzero import day_zero, neighbours
from basketbt.market.indexes import index_info
from basketbt.notes import Language
from basketbt.report.memo.answers import headline_window
from basketbt.report.memo.available import available
from basketbt.report.memo.build import data_notes
from basketbt.report.memo.chance import others_inside
from basketbt.report.memo.conclusion import chance_line, kept, short_verdicts
from basketbt.report.memo.figures import headline_windows, publication, readers
from basketbt.report.memo.method import method_lines
from basketbt.report.memo.sentences import sentences
from basketbt.results import CaseResult, StudyResult

FORMAT = 1
FILE = "facts.json"

# A closure of at least so many calendar days is worth marking: longer than any weekend.
_CLOSURE_DAYS = 5


#: Red up and green down, or the reverse.
Colours = Literal["cn", "intl"]


@dataclass(frozen=True, kw_only=True)
class ListFacts:
    """One basket of the study: who published it, when, and how many shares the source names."""

    id: str
    broker: str
    theme: str
    published: str
    publisher: str
    article: str
    composite: bool
    names: int
    named: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A session worth a line in a chart. ``at`` is the moment as it is known, ISO.

    ``name`` is the event's, empty for an alternative moment of it.
    """

    kind: Literal["event", "alternative", "neighbour"]
    id: str
    name: str
    session: str
    offset: int
    at: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """A list as one event met it: from when a reader could trade, and what the memo says of it.

    ``chance`` is its verdict in the quoted window in a few words, empty without an event study.
    """

    basket: str
    reader_session: str
    reader_offset: int
    text: str
    chance: str = ""


@dataclass(frozen=True, kw_only=True)
class WindowFacts:
    """A window of the study; ``headline`` if the memo's table quotes it."""

    label: str
    kind: Literal["fixed", "hindsight", "available"]
    first: int
    last: int
    headline: bool


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """One event seen from one home calendar.

    ``closures`` are (first, last) calendar days of holidays inside the charted range. The memo's
    book is the first weighting and rebalance of the study. ``available``, ``kept`` and ``chance``
    say what happened and was left for a reader, what accounts kept, and how much of it is more than
    chance; ``others`` what else happened inside the window that was tested.
    """

    id: str
    name: str
    at: str
    source: str
    calendar: str
    day0: str
    weighting: str
    rebalance: str
    marks: tuple[Mark, ...]
    closures: tuple[tuple[str, str], ...]
    windows: tuple[WindowFacts, ...]
    members: tuple[Member, ...]
    available: str
    kept: str = ""
    chance: str = ""
    others: tuple[str, ...] = ()

    @property
    def baskets(self) -> tuple[str, ...]:
        return tuple(member.basket for member in self.members)

    @property
    def longest(self) -> WindowFacts | None:
        """The fixed window from day 0 that reaches furthest."""
        fixed = [w for w in self.windows if w.kind == "fixed" and w.first == 0]
        return max(fixed, key=lambda window: window.last, default=None)


@dataclass(frozen=True, kw_only=True)
class BenchmarkFacts:
    """An index of the study."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One study's facts. ``colours``: ``cn`` red up and green down, ``intl`` the reverse."""

    format: int
    study: str
    title: str
    run: str
    language: Language
    colours: Colours
    source: str
    prices: dict[str, str]  # where they are from, by language
    lists: tuple[ListFacts, ...]
    benchmarks: tuple[BenchmarkFacts, ...]
    events: tuple[EventFacts, ...]
    notes: tuple[str, ...]
    method: tuple[str, ...]
    config: dict[str, Any]
    hashes: dict[str, str]
    versions: dict[str, str]


def gather(result: StudyResult, language: Language | None = None) -> Facts:
    """The facts of a result, in its study's language or the one given."""
    config = result.plan.config
    language = language or config.language
    return Facts(
        format=FORMAT,
        study=config.study,
        title=config.heading(language),
        run=result.run_id,
        language=language,
        colours=config.colours or ("cn" if language == "zh" else "intl"),
        source=result.cases[0].panel.source,
        prices={"en": result.prices.text("en"), "zh": result.prices.text("zh")},
        lists=tuple(_lists(result, language)),
        benchmarks=tuple(_benchmark(code, language) for code in result.plan.request.indexes),
        events=tuple(_event(result, case, language) for case in result.cases),
        notes=tuple(data_notes(result, language)),
        method=tuple(method_lines(result, language)),
        config=json.loads(config.canonical()),
        hashes=dict(result.hashes),
        versions=dict(result.versions),
    )


def facts_bytes(facts: Facts) -> bytes:
    """facts.json."""
    return (json.dumps(asdict(facts), ensure_ascii=False, indent=1) + "\n").encode()


def _lists(result: StudyResult, language: Language) -> list[ListFacts]:
    return [
        ListFacts(
            id=basket.id,
            broker=basket.broker_in(language),
            theme=basket.theme_in(language),
            published=basket.source.published.isoformat(),
            publisher=basket.source.publisher,
            article=basket.source.title,
            composite=bool(basket.components),
            names=len(basket.constituents),
            named=sum(one.origin == "named" for one in basket.constituents),
            digest=basket.digest,
        )
        for basket in result.plan.baskets
    ]


def _benchmark(code: str, language: Language) -> BenchmarkFacts:
    info = index_info(code)
    name = info.name_en if language == "en" else info.name_zh
    return BenchmarkFacts(code=code, name=name, kind=info.kind)


def _event(result: StudyResult, case: CaseResult, language: Language) -> EventFacts:
    event, plan = case.case.event, case.case
    headline = headline_windows(plan)
    book = case.books[0].book
    return EventFacts(
        id=event.id,
        name=_named(event, language),
        at=event.at.isoformat(),
        source=event.source,
        calendar=plan.calendar.name,
        day0=str(plan.day_zero.session),
        weighting=book.weighting.label,
        rebalance=book.rebalance.label,
        marks=tuple(_marks(case, language)),
        closures=tuple(_closures(case)),
        windows=tuple(
            WindowFacts(
                label=window.label,
                kind=window.kind,
                first=window.first,
                last=window.last,
                headline=window.kind == "fixed" and (window.first, window.last) in headline,
            )
            for window in plan.distinct_windows
        ),
        members=tuple(_members(result, case, language)),
        available=_available(result, case, language),
        kept=kept(case, language),
        chance=chance_line(case, language),
        others=tuple(_others(case, language)),
    )


def _members(result: StudyResult, case: CaseResult, language: Language) -> Iterator[Member]:
    benchmark = result.plan.request.indexes[0]
    verdicts = short_verdicts(case, language)
    for reader in readers(case):
        _, session, offset = publication(reader)
        said = sentences(reader, benchmark, language, quote=str)
        yield Member(
            basket=reader.basket.id,
            reader_session=session,
            reader_offset=offset,
            text=(" " if language == "en" else "").join(said),
            chance=verdicts.get(reader.basket.id, ""),
        )


def _others(case: CaseResult, language: Language) -> list[str]:
    if not case.event_studies:
        return []
    window, _ = headline_window(case)
    return others_inside(case, window, language)


def _available(result: StudyResult, case: CaseResult, language: Language) -> str:
    info = index_info(result.plan.request.indexes[0])
    name = info.name_en if language == "en" else info.name_zh
    return available(readers(case), name, language)


def _marks(case: CaseResult, language: Language) -> list[Mark]:
    """Day 0, the event's own alternatives, and other shipped events, within the charted days."""
    event, home, zero = case.case.event, case.case.calendar, case.case.day_zero.session
    first, last = min(case.case.starts) - 1, max(case.case.starts.values())

    def mark(kind: Literal["event", "alternative"], name: str, moment: Event | Alternative) -> Mark:
        session = day_zero(moment, home).session
        return Mark(
            kind=kind,
            id=name,
            name=_named(event, language) if kind == "event" else "",
            session=str(session),
            offset=home.distance(zero, session),
            at=_when(moment),
        )

    found = [mark("event", event.id, event)]
    found += [mark("alternative", f"{event.id}@{a.id}", a) for a in event.alternatives]
    shipped = shipped_events()
    for near in neighbours(event, shipped.values(), home):
        name, _, leak = near.id.partition("@")
        moment = shipped[name].with_alternative(leak) if leak else shipped[name]
        found.append(
            Mark(
                kind="neighbour",
                id=near.id,
                name=_named(shipped[name], language),
                session=str(near.session),
                offset=near.offset,
                at=_when(moment),
            )
        )
    return [one for one in found if first <= one.offset <= last]


def _when(moment: Event | Alternative) -> str:
    if isinstance(moment.at, datetime):
        return moment.at.isoformat(sep=" ", timespec="minutes")
    return moment.at.isoformat()


def _named(event: Event, language: Language) -> str:
    return (event.name_en if language == "en" else event.name_zh) or event.id


def _closures(case: CaseResult) -> list[tuple[str, str]]:
    """First and last day of each long closure between two charted sessions."""
    sessions = case.panel.sessions[case.zero + min(case.case.starts) - 1 :]
    gaps = np.diff(sessions).astype(int)
    return [
        (
            str(sessions[row] + np.timedelta64(1, "D")),
            str(sessions[row + 1] - np.timedelta64(1, "D")),
        )
        for row in np.flatnonzero(gaps >= _CLOSURE_DAYS)
    ]
