"""From a study file to a plan: which lists, which day 0, which windows, which dates of prices.

The plan is everything that can be known before a price is read. An event is planned once for each
home calendar among the baskets, because the same news meets another session in Hong Kong than in
Shanghai.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from basketbt.accountplan import exit_offset
from basketbt.baskets.catalogue import known_names
from basketbt.baskets.library import DuplicateBasket, find_library
from basketbt.baskets.model import Basket
from basketbt.baskets.names import naming_notes
from basketbt.baskets.weights import CAP_TOLERANCE
from basketbt.config import StudyConfig, StudyFile
from basketbt.errors import InfeasibleWeights, InputError, OutsideCalendar, UnknownName
from basketbt.eventplan import reach
from basketbt.market.calendars import Calendar, calendar, sessions_per_year
from basketbt.market.clock import Event, shipped_events
from basketbt.market.dayzero import DayZero, day_zero, publication_day
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Note, NoteKind, unique
from basketbt.overlaps import overlap_notes
from basketbt.prices.data import Dates, PriceRequest

# Sessions read before the first one that is needed, so that a share suspended on that day, or Hong
# Kong shut on it, still shows the price it last had.
LEAD_IN = 10

#: What a list is measured in, by its home calendar.
HOME_CURRENCY = {"XSHG": "CNY", "XHKG": "HKD"}

WindowKind = Literal["fixed", "hindsight", "available"]

PUBLISHED_AFTER_THE_END = NoteKind(
    "published_after_the_end",
    en="the list was published on {published}, after the study's last session ({end}): "
    "all of it is hindsight, nothing was available to a reader",
    zh="名单于{published}发布,晚于本研究最后一个交易日({end}):全部为事后视角,读者无法获得",
)
IN_HOME_CURRENCY = NoteKind(
    "in_home_currency",
    en="levels of {baskets}, Hong Kong shares only, are in {currency}; benchmarks are in their own",
    zh="{baskets}仅含港股,净值以{currency}计;基准按其自身货币计",
)


class PublishedOutsideCalendar(InputError):
    """Fields: basket, published, why."""

    template = "{basket}: source.published is {published}, and {why}"
    fix = "Mend `published` in the list, or set `split_at_publication: false` in the study."


class CapTooLow(InfeasibleWeights):
    """Fields: key, cap, basket, names, least."""

    template = "`{key}` {cap:g}: the {names} names of {basket} cannot sum to 1"
    fix = "Write `cap: {least:g}` or more, drop the cap, or leave the list out."


@dataclass(frozen=True, kw_only=True)
class Window:
    """Sessions ``first`` to ``last`` counted from day 0, both included."""

    kind: WindowKind
    first: int
    last: int

    @property
    def label(self) -> str:
        """The name in tables: ``[0,+5]``, or the word for the two halves around publication."""
        return span(self.first, self.last) if self.kind == "fixed" else self.kind


def span(first: int, last: int) -> str:
    """Offsets as people write them: ``[-1,+1]``, ``[0,+5]``."""
    return f"[{_signed(first)},{_signed(last)}]"


def _signed(offset: int) -> str:
    return f"{offset:+d}" if offset else "0"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One event as the baskets of one home calendar met it.

    ``windows[i]`` belong to ``baskets[i]`` (they differ where publication dates differ);
    ``notes[i]`` likewise.
    """

    event: Event
    day_zero: DayZero
    calendar: Calendar
    baskets: tuple[Basket, ...]
    windows: tuple[tuple[Window, ...], ...]
    notes: tuple[tuple[Note, ...], ...]

    def session(self, offset: int) -> np.datetime64:
        """The session ``offset`` sessions from day 0."""
        return self.calendar.offset(self.day_zero.session, offset)

    @property
    def starts(self) -> dict[int, int]:
        """First offset of the windows → the last offset any window with that start reaches."""
        reach: dict[int, int] = {}
        for window in self.distinct_windows:
            reach[window.first] = max(window.last, reach.get(window.first, window.last))
        return dict(sorted(reach.items()))

    @property
    def distinct_windows(self) -> tuple[Window, ...]:
        """Every window of any basket, once, in the order of the study."""
        return tuple(dict.fromkeys(window for one in self.windows for window in one))


@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """A study resolved against the shipped lists, events and calendars."""

    config: StudyConfig
    baskets: tuple[Basket, ...]
    cases: tuple[Case, ...]
    request: PriceRequest
    notes: tuple[Note, ...]

    def sessions(self, name: str) -> Dates:
        """The sessions of a home calendar over the dates that the study needs."""
        return calendar(name).between(self.request.start, self.request.end)

    def annualisation(self, name: str) -> int:
        """Sessions per year: the study's own figure, or the home calendar's."""
        return self.config.annualisation or sessions_per_year(name)


def make_plan(study: StudyFile) -> StudyPlan:
    """Resolve a study file.

    Raises ``InvalidFile`` or ``RefusedPath`` for lists that cannot be had, ``OutsideCalendar`` for
    dates no calendar covers.
    """
    config = study.config
    root = project_root(study.folder)
    baskets = _select(study, root)
    events = tuple(spec.event() for spec in config.events)
    homes: dict[str, list[Basket]] = {}
    for basket in baskets:
        homes.setdefault(home_calendar(basket), []).append(basket)
    cases = tuple(
        _case(config, event, calendar(home), tuple(members))
        for event in events
        for home, members in homes.items()
    )
    return StudyPlan(
        config=config,
        baskets=baskets,
        cases=cases,
        request=_request(config, baskets, cases),
        notes=unique([*_naming(baskets), *_in_dollars(cases), *_overlaps(cases)]),
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
    library, patterns = find_library(start=root), study.config.baskets
    try:
        return library.select(patterns, folder=root)
    except (UnknownName, DuplicateBasket) as error:
        pattern = error.fields["pattern" if isinstance(error, DuplicateBasket) else "name"]
        raise study.located(("baskets", patterns.index(str(pattern))), error) from None


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
    return Case(
        event=event,
        day_zero=zero,
        calendar=home,
        baskets=baskets,
        windows=tuple(windows for windows, _ in planned),
        notes=tuple(notes for _, notes in planned),
    )


def _windows(
    config: StudyConfig, zero: np.datetime64, home: Calendar, basket: Basket
) -> tuple[tuple[Window, ...], tuple[Note, ...]]:
    """The study's windows, and the two halves around the list's publication."""
    windows = [Window(kind="fixed", first=a, last=b) for a, b in config.windows]
    if not config.split_at_publication:
        return tuple(windows), ()
    end = config.last_offset
    try:
        available = publication_day(basket.source.published, home)
    except OutsideCalendar as error:
        published = basket.source.published.isoformat()
        raise PublishedOutsideCalendar(basket=basket.id, published=published, why=error) from None
    reader = home.distance(zero, available)
    if reader > 0 and end >= 0:
        windows.append(Window(kind="hindsight", first=0, last=min(reader - 1, end)))
    if reader <= end:
        windows.append(Window(kind="available", first=max(reader, 0), last=end))
        return tuple(windows), ()
    note = PUBLISHED_AFTER_THE_END(
        published=basket.source.published.isoformat(), end=str(home.offset(zero, end))
    )
    return tuple(windows), (note,)


def _request(
    config: StudyConfig, baskets: tuple[Basket, ...], cases: tuple[Case, ...]
) -> PriceRequest:
    """Prices from two sessions before the earliest base (or estimation start) to the last end.

    The base is the close before a window's first session; capitalisation weights look at the close
    before the base. An event study reaches further back, and its indexes and the universe join.
    """
    earliest = min(min(case.starts) for case in cases)
    first = min(config.estimation[0] - 1, earliest - 2)
    if _estimates_volatility(config):
        # It is estimated before the purchase, however early that is.
        first = min(first, config.estimation[0] - 1 + earliest - 1 - config.estimation[1])
    last = max(max(case.starts.values()) for case in cases)
    spec = config.event_study
    if spec is not None:
        for case in cases:
            begin, end = reach(spec, config.estimation, case.event, case.calendar)
            first, last = min(first, begin), max(last, end)
    if config.account is not None:
        first = min(first, -2)
        last = max(last, *(account_exit(config, case) for case in cases))
    symbols = tuple(dict.fromkeys(symbol for basket in baskets for symbol in basket.symbols))
    codes = [*config.benchmarks]
    if spec is not None:
        codes += [code for code in (spec.market, spec.sector) if code]
    benchmarks = tuple(dict.fromkeys(parse_symbol(code).canonical for code in codes))
    return PriceRequest(
        symbols=symbols,
        indexes=benchmarks,
        start=min(case.session(first - LEAD_IN) for case in cases),
        end=max(case.session(last) for case in cases),
        fx=_pairs(cases, in_yuan=config.account is not None),
        universe=spec is not None and spec.random_baskets > 0,
    )


def _pairs(cases: tuple[Case, ...], *, in_yuan: bool) -> tuple[str, ...]:
    """The exchange rates of shares that are not priced in the currency of their list.

    ``in_yuan``: those into yuan too, in which accounts are kept.
    """
    needed = {
        (parse_symbol(symbol).currency, home)
        for case in cases
        for home in (HOME_CURRENCY[case.calendar.name], *(["CNY"] if in_yuan else []))
        for basket in case.baskets
        for symbol in basket.symbols
    }
    return tuple(sorted(f"{currency}{home}" for currency, home in needed if currency != home))


def _in_dollars(cases: tuple[Case, ...]) -> list[Note]:
    """The lists that are measured in another currency than yuan."""
    return [
        IN_HOME_CURRENCY(
            baskets=", ".join(basket.id for basket in case.baskets),
            currency=HOME_CURRENCY[case.calendar.name],
        )
        for case in cases
        if HOME_CURRENCY[case.calendar.name] != "CNY"
    ]


def _estimates_volatility(config: StudyConfig) -> bool:
    varied = config.grid.weighting if config.grid is not None else ()
    return any(one.kind == "inverse_volatility" for one in (*config.weighting, *varied))


def _naming(baskets: tuple[Basket, ...]) -> list[Note]:
    """Names in the lists under which their codes are not known."""
    table = known_names()
    return [note for basket in baskets for note in naming_notes(basket, table)]


def account_exit(config: StudyConfig, case: Case) -> int:
    """The last offset of a case's accounts; the study must have a section ``account:``.

    Raises ``ExitBeforeEntry`` for an exit before day 0.
    """
    assert config.account is not None
    return exit_offset(
        config.account,
        case.event.id,
        case.day_zero.session,
        case.calendar,
        config.last_offset,
    )


def _overlaps(cases: tuple[Case, ...]) -> list[Note]:
    """Other events inside the windows, shipped ones or the study's own.

    The exchange is named where lists of several are studied, since sessions differ between them.
    """
    several = len({case.calendar.name for case in cases}) > 1
    known = {**shipped_events(), **{case.event.base_id: case.event for case in cases}}
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
