"""From a study file to a plan: which lists, which day 0, which windows, which dates of prices.

The plan is everything that can be known before a price is read. An event is planned once for each
home calendar among the baskets, because the same news meets another session in Hong Kong than in
Shanghai.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from basketbt.config.study import StudyConfig, StudyFile
from basketbt.errors import InfeasibleWeights, InputError, OutsideCalendar, UnknownName
from basketbt.lists.checks import naming_notes
from basketbt.lists.library import DuplicateBasket, find_library
from basketbt.lists.model import Basket, publication_event
from basketbt.lists.weights import CAP_TOLERANCE
from basketbt.market.calendars import Calendar, calendar
from basketbt.market.clock import Event, shipped_events
from basketbt.market.dayzero import day_zero, publication
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind, listing, unique
from basketbt.plan.model import Case, StudyPlan, Window
from basketbt.plan.overlaps import overlap_notes
from basketbt.plan.request import HOME_CURRENCY, price_request

PUBLISHED_AFTER_THE_END = NoteKind("published_after_the_end")
PUBLICATIONS_OVERLAP = NoteKind("publications_overlap")
PUBLISHED_DURING = NoteKind("published_during_session")
HORIZONS_UNDATED = NoteKind("horizons_undated")
IN_HOME_CURRENCY = NoteKind("in_home_currency")

MEMBERS_OF_LATER = NoteKind("members_of_later", severity="warning")
MIXED_CURRENCIES = NoteKind("mixed_currencies")
IDLE_REBALANCE = NoteKind("idle_rebalance", severity="warning")


class PublishedOutsideCalendar(InputError):
    """Fields: basket, published, why."""


class CapTooLow(InfeasibleWeights):
    """Fields: key, cap, basket, names, least."""


class WindowInEstimation(InputError):
    """Fields: window, estimation."""


def make_plan(study: StudyFile) -> StudyPlan:
    """Resolve a study file.

    Raises ``InvalidFile`` or ``RefusedPath`` for lists that cannot be had, ``OutsideCalendar`` for
    dates no calendar covers.
    """
    config = study.config
    _refuse_windows(study)
    root = project_root(study.folder)
    baskets = _select(study, root)
    by_publication = config.by_publication
    cases = _own_events(config, baskets) if by_publication else _of_events(config, baskets)
    return StudyPlan(
        config=config,
        baskets=baskets,
        cases=cases,
        request=price_request(config, baskets, cases),
        notes=unique(
            [
                *_naming(baskets),
                *_later_members(cases),
                *_in_dollars(cases),
                *_idle_dates(config, cases),
                *_overlaps(cases, own=() if by_publication else [case.event for case in cases]),
                *_publications_overlap(config, cases),
            ]
        ),
        given=study.lists,
    )


def _of_events(config: StudyConfig, baskets: tuple[Basket, ...]) -> tuple[Case, ...]:
    """Each event of the study as the lists of each home calendar met it."""
    events = tuple(spec.event() for spec in config.events)
    homes: dict[str, list[Basket]] = {}
    for basket in baskets:
        homes.setdefault(home_calendar(basket), []).append(basket)
    return tuple(
        _case(config, event, calendar(home), tuple(members))
        for event in events
        for home, members in homes.items()
    )


def _own_events(config: StudyConfig, baskets: tuple[Basket, ...]) -> tuple[Case, ...]:
    """Each publication as an event of the lists that it is of, in order of time; day 0 is day p."""
    found: dict[tuple[datetime, str, str], list[Basket]] = {}
    for basket in baskets:
        key = (basket.source.known, basket.source.when, home_calendar(basket))
        found.setdefault(key, []).append(basket)
    return tuple(
        _case(config, publication_event(members[0].source), calendar(home), tuple(members))
        for (_, _, home), members in sorted(found.items(), key=lambda item: item[0])
    )


def home_calendar(basket: Basket) -> str:
    """XHKG for a list of Hong Kong shares only; XSHG as soon as one mainland share is in it."""
    calendars = {parse_symbol(symbol).calendar for symbol in basket.symbols}
    return "XHKG" if calendars == {"XHKG"} else "XSHG"


def project_root(folder: Path) -> Path:
    """The folder whose files a study may name: the parent of ``configs/``, or its own folder."""
    return folder.parent if folder.name == "configs" else folder


def _select(study: StudyFile, root: Path) -> tuple[Basket, ...]:
    """The study's lists; the pattern that names none, or a second one of an id, with its line."""
    library = replace(find_library(start=root), given=study.lists)
    patterns = study.config.baskets
    try:
        return library.select(patterns, folder=root)
    except (UnknownName, DuplicateBasket) as error:
        pattern = error.fields["pattern" if isinstance(error, DuplicateBasket) else "name"]
        raise study.located(("baskets", patterns.index(str(pattern))), error) from None


def _refuse_windows(study: StudyFile) -> None:
    """Refuse a registered window of the event study that overlaps the estimation, with its line."""
    spec, estimation = study.config.event_study, study.config.estimation
    for position, window in enumerate(() if spec is None else spec.windows):
        if window[0] <= estimation[1]:
            error = WindowInEstimation(window=list(window), estimation=list(estimation))
            raise study.located(("event_study", "windows", position), error)


def refuse_caps(study: StudyFile, baskets: tuple[Basket, ...]) -> None:
    """Refuse a cap that a list is too short for; ``InvalidFile`` with its line."""
    for position, spec in enumerate(study.config.weighting):
        for basket in baskets:
            names = len(basket.symbols)
            if spec.cap is not None and spec.cap * names < 1 - CAP_TOLERANCE:
                error = CapTooLow(
                    key=f"weighting[{position + 1}].cap",
                    cap=spec.cap,
                    basket=basket.id,
                    names=names,
                    least=math.ceil(1e4 / names) / 1e4,
                )
                raise study.located(("weighting", position, "cap"), error)


def _case(config: StudyConfig, event: Event, home: Calendar, baskets: tuple[Basket, ...]) -> Case:
    zero = day_zero(event, home)
    planned = [_windows(config, zero.session, home, basket) for basket in baskets]
    foreign = HOME_CURRENCY[home.name] != "CNY"
    mixed = (MIXED_CURRENCIES(currency=HOME_CURRENCY[home.name]),) if foreign else ()
    return Case(
        event=event,
        day_zero=zero,
        calendar=home,
        baskets=baskets,
        windows=tuple(own.windows for own in planned),
        notes=tuple((*mixed, *own.notes) for own in planned),
        undated=tuple(own.undated for own in planned),
    )


@dataclass(frozen=True)
class _Planned:
    """The windows of one list; ``undated`` are horizons that end after the calendar."""

    windows: tuple[Window, ...]
    notes: tuple[Note, ...] = ()
    undated: tuple[Window, ...] = ()


def _windows(config: StudyConfig, zero: np.datetime64, home: Calendar, basket: Basket) -> _Planned:
    """The study's windows, the two halves around the list's publication, and its horizons."""
    windows = [Window(kind="fixed", first=a, last=b) for a, b in config.windows]
    if not config.split_at_publication:
        return _Planned(tuple(windows))
    end, published = config.last_offset, basket.source.when
    try:
        known = publication(basket.source.published, home)
    except OutsideCalendar as error:
        raise PublishedOutsideCalendar(basket=basket.id, published=published, why=error) from None
    reader, notes = home.distance(zero, known.session), list[Note]()
    if reader > 0 and end >= 0:
        windows.append(Window(kind="hindsight", first=0, last=min(reader - 1, end)))
    if reader <= end:
        windows.append(Window(kind="available", first=max(reader, 0), last=end))
    else:
        last = str(home.offset(zero, end))
        notes.append(PUBLISHED_AFTER_THE_END(published=published, end=last))
    if known.during:
        values = {"session": str(known.session), "entry": str(known.entry)}
        notes.append(PUBLISHED_DURING(published=published, **values))
    # A list that was out before the event could be had from day 0 on.
    begin = max(reader, 0)
    horizons = [
        Window(kind="horizon", first=begin, last=begin + length - 1)
        for length in sorted(config.horizons)
    ]
    dated = [one for one in horizons if home.knows(zero, one.last)]
    undated = horizons[len(dated) :]
    if undated:
        names = listing(one.label for one in undated)
        last = str(home.offset(zero, home.reach(zero)))
        notes.append(HORIZONS_UNDATED(windows=names, last=last))
    return _Planned((*windows, *dated), tuple(notes), tuple(undated))


def _in_dollars(cases: tuple[Case, ...]) -> list[Note]:
    """The lists that are measured in another currency than yuan."""
    return [
        IN_HOME_CURRENCY(
            baskets=listing(basket.id for basket in case.baskets),
            currency=HOME_CURRENCY[case.calendar.name],
        )
        for case in cases
        if HOME_CURRENCY[case.calendar.name] != "CNY"
    ]


def _later_members(cases: tuple[Case, ...]) -> list[Note]:
    """Lists made from a board as it stood after the event they are studied around."""
    return [
        MEMBERS_OF_LATER(
            basket=basket.id,
            title=basket.source.title,
            day=basket.source.members_on.isoformat(),
            event=case.event.id,
        )
        for case in cases
        for basket in case.baskets
        if basket.source.members_on is not None
        and np.datetime64(basket.source.members_on, "D") > case.day_zero.session
    ]


def _idle_dates(config: StudyConfig, cases: tuple[Case, ...]) -> list[Note]:
    """Rebalance dates that no window holds: they would do nothing."""
    held = [
        (case.session(first - 1), case.session(last))
        for case in cases
        for first, last in case.starts.items()
    ]
    return [
        IDLE_REBALANCE(date=day.isoformat())
        for spec in config.rebalance
        for day in spec.dates
        if not any(base < np.datetime64(day) < end for base, end in held)
    ]


def _naming(baskets: tuple[Basket, ...]) -> list[Note]:
    """Names in the lists under which their codes are not known."""
    return [note for basket in baskets for note in naming_notes(basket)]


def _publications_overlap(config: StudyConfig, cases: tuple[Case, ...]) -> list[Note]:
    """That lists of several days p share sessions at some horizons: they are not independent."""
    days = sorted({reader for case in cases for reader in case.readers})
    if len(days) < 2 or not config.split_at_publication or not config.horizons:
        return []
    gaps = np.diff(calendar("XSHG").positions(np.array(days)))
    touched = [one for one in sorted(config.horizons) if (gaps < one).any()]
    if not touched:
        return []
    return [
        PUBLICATIONS_OVERLAP(
            count=len(days),
            first=str(days[0]),
            last=str(days[-1]),
            horizons=listing(str(one) for one in touched),
        )
    ]


def _overlaps(cases: tuple[Case, ...], own: Sequence[Event]) -> list[Note]:
    """Other events inside the windows, shipped ones or the study's ``own``.

    The exchange is named where lists of several are studied, since sessions differ between them.
    """
    several = len({case.calendar.name for case in cases}) > 1
    known = {**shipped_events(), **{event.base_id: event for event in own}}
    return [
        note
        for case in cases
        for note in overlap_notes(
            case.event,
            known.values(),
            case.calendar,
            windows=[(window.first, window.last) for window in case.distinct_windows],
            name=f"{case.event.id} ({case.calendar.name})" if several else case.event.id,
        )
    ]
