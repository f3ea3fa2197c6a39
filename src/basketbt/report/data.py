"""A run as every rendering sees it: tables, and what no table holds. Nothing here is a sentence.

Texts that come from files are kept in both languages, everything else as notes, dates and numbers,
so a run can be rendered from its files in either language without computing anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator

from basketbt.locale import Language, say
from basketbt.notes import Note, as_data, note_from
from basketbt.plan.marks import MarkKind
from basketbt.report.model import Table, Value

#: Red up and green down, or the reverse.
Colours = Literal["cn", "intl"]

Row = dict[str, Value]
NoteData = Annotated[Note, PlainValidator(note_from), PlainSerializer(as_data)]


@dataclass(frozen=True)
class Bilingual:
    """A name from a file, in both languages."""

    en: str
    zh: str

    def say(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, kw_only=True)
class ListInfo:
    """One basket of the study: who published it, when, and how many shares the source names.

    ``composite``: ``across`` for one whose lists are equal parts, ``votes`` for one that counts the
    brokers naming a share; None for a list.
    """

    id: str
    broker: Bilingual
    theme: Bilingual
    published: str
    publisher: str
    article: str
    composite: Literal["across", "votes"] | None
    names: int
    named: int
    digest: str

    @property
    def kind(self) -> Literal["named", "mapped", "composite"]:
        """Whether it is made of others, and if not, whether its source names every share."""
        if self.composite:
            return "composite"
        return "named" if self.named == self.names else "mapped"


@dataclass(frozen=True, kw_only=True)
class BenchmarkInfo:
    """An index; ``kind`` None where it is not known whether dividends are in it."""

    code: str
    name: Bilingual
    kind: Literal["price", "total_return"] | None
    twin: str

    def say(self, language: Language) -> str:
        """The name with the code."""
        name = self.name.say(language)
        known = name != self.code
        return say("name.coded", language, name=name, code=self.code) if known else name


@dataclass(frozen=True, kw_only=True)
class MarkInfo:
    """A session worth a line in a chart.

    The name is empty for another moment of the event, and for a shock whose cause is not dated.
    """

    kind: MarkKind
    id: str
    name: Bilingual
    session: str
    offset: int
    at: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """A list as one event met it: from when a reader of it could trade."""

    basket: str
    session: str
    offset: int


@dataclass(frozen=True, kw_only=True)
class WindowInfo:
    """A window of the study; ``quoted`` if the headline has it."""

    label: str
    kind: Literal["fixed", "hindsight", "available", "horizon"]
    first: int
    last: int
    quoted: bool


@dataclass(frozen=True, kw_only=True)
class VariantInfo:
    """A variant of the event study and what it changes."""

    name: str
    changes: tuple[NoteData, ...]


@dataclass(frozen=True, kw_only=True)
class FamilyInfo:
    """Tests that are counted together: ``tests`` of ``cells`` (a list and a window) could be made.

    ``lists`` have ``windows`` each.
    """

    family: str
    lists: int
    windows: int
    cells: int
    tests: int


@dataclass(frozen=True, kw_only=True)
class TestsInfo:
    """The event study of an event: what is quoted of it, how many tests count, what bounds it.

    ``window`` is quoted of those around the event, in place of ``wanted`` where no list could be
    tested on that. ``matched`` lists were drawn for each. ``placebo_wanted`` dates need prices from
    ``placebo_from`` on; ``placebo_longest`` is the longest window with placebo dates.
    """

    window: str
    wanted: str | None
    model: str
    market: BenchmarkInfo
    sector: BenchmarkInfo | None
    families: tuple[FamilyInfo, ...]
    matched: int
    nearest: int
    variants: tuple[VariantInfo, ...]
    placebo_wanted: int
    placebo_from: str
    placebo_longest: int
    notes: tuple[NoteData, ...]
    others: tuple[NoteData, ...]


@dataclass(frozen=True, kw_only=True)
class AccountInfo:
    """The accounts of an event: starting cash in yuan, the session of the exit, paper's days, the
    part of a session's volume that they trade at most."""

    cash: float
    exit: str
    window: str
    participation: float


@dataclass(frozen=True, kw_only=True)
class EventInfo:
    """One event seen from one home calendar.

    ``closures`` are (first, last) calendar days of holidays inside the charted range. The book that
    is quoted is the first weighting and rebalance of the study, empty where only the event study
    was run. ``longest`` is the label of the window that falls are quoted of.
    """

    id: str
    name: Bilingual
    at: str
    source: str
    calendar: str
    day0: str
    weighting: str
    rebalance: str
    longest: str | None
    marks: tuple[MarkInfo, ...]
    closures: tuple[tuple[str, str], ...]
    windows: tuple[WindowInfo, ...]
    members: tuple[Member, ...]
    tests: TestsInfo | None
    account: AccountInfo | None

    @property
    def baskets(self) -> tuple[str, ...]:
        return tuple(member.basket for member in self.members)


@dataclass(frozen=True, kw_only=True)
class MethodInfo:
    """How the numbers were computed; ``estimation`` of the event study, None without one."""

    annualisation: tuple[int, ...]
    rf: float
    split_at_publication: bool
    estimation: str | None


@dataclass(frozen=True, kw_only=True)
class PricesInfo:
    """What prices an event was computed from, with the hashes of their panels."""

    calendar: str
    event: str
    source: str
    first_session: str
    last_session: str
    tables: tuple[str, ...]
    shares: str
    benchmarks: str


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """What a run says beside its tables. ``colours`` None leaves them to the language.

    ``given``: lists that stand in no file, whole; a manifest alone keeps them.

    Raises ``ValueError`` for one without an event or a benchmark, or whose events meet unknown
    lists.
    """

    format: Literal[2] = 2
    study: str
    title: Bilingual
    run: str
    language: Language
    colours: Colours | None
    source: str
    prices: NoteData
    panels: tuple[PricesInfo, ...]
    lists: tuple[ListInfo, ...]
    benchmarks: tuple[BenchmarkInfo, ...]
    events: tuple[EventInfo, ...]
    notes: tuple[NoteData, ...]
    list_notes: tuple[tuple[str, NoteData], ...]
    method: MethodInfo
    config: dict[str, Any]
    hashes: dict[str, str]
    versions: dict[str, str]
    given: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        known = {one.id for one in self.lists}
        if not (self.events and self.benchmarks):
            raise ValueError("it has no event or no benchmark")
        for event in self.events:
            if not known.issuperset(event.baskets):
                raise ValueError(f"{event.id} meets lists that are not told of")

    @property
    def last_session(self) -> str:
        """Up to when the prices of the run reach."""
        return max(one.last_session for one in self.panels)


@dataclass(frozen=True)
class ReportData:
    """All of a run that renderings read. Tables that a study did not make are absent."""

    info: RunInfo
    tables: Mapping[str, Table]

    def rows(self, name: str, **equal: Value) -> list[Row]:
        """The rows of a table whose cells equal the given ones, as mappings.

        An absent table has no rows. Raises ``KeyError`` for a column the table lacks.
        """
        table = self.tables.get(name)
        return [] if table is None else table.select(**equal)

    @cached_property
    def lists(self) -> dict[str, ListInfo]:
        """The study's baskets by id, in its order."""
        return {one.id: one for one in self.info.lists}

    def colours(self, language: Language) -> Colours:
        """The study's colours, or those that readers of a language are used to."""
        return self.info.colours or ("cn" if language == "zh" else "intl")
