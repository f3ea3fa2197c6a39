"""What a section is given: the run, one event of it, and short ways to its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from basketbt.notes import Language
from basketbt.plan.model import span
from basketbt.report.choices import AFTER_PUBLICATION, entry_words
from basketbt.report.facts import EventFacts, WindowFacts
from basketbt.report.page.blocks import Block, Cell, text
from basketbt.report.palette import Look, looks
from basketbt.report.phrases import Phrase
from basketbt.report.record import Record, Row


@dataclass(frozen=True)
class Scene:
    """One event of a run; ``index`` makes ids on the page unique."""

    record: Record
    event: EventFacts
    index: int

    @property
    def language(self) -> Language:
        return self.record.facts.language

    @property
    def hindsight(self) -> str:
        """What a picture without a time axis must say of its figures."""
        sessions = sorted(self.readers)
        if not sessions:
            return ""
        phrase = UNTIL_READ if len(sessions) == 1 else UNTIL_EACH_READ
        return phrase.say(self.language, session=sessions[0], last=sessions[-1])

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """The sessions from which lists could be traded, in their order, each with its lists."""
        found: dict[str, list[str]] = {}
        for member in sorted(self.event.members, key=lambda one: one.reader_session):
            found.setdefault(member.reader_session, []).append(member.basket)
        return found

    @cached_property
    def looks(self) -> dict[str, Look]:
        return looks(list(self.record.lists))

    @property
    def group(self) -> str:
        """The charts of this event, which share one legend."""
        return f"event-{self.index}"

    def rows(self, table: str, **equal: str) -> list[Row]:
        """Rows of this event's lists."""
        mine = set(self.event.baskets)
        found = self.record.rows(table, event=self.event.id, **equal)
        return [row for row in found if row["basket"] in mine]

    def index_rows(self, table: str) -> list[Row]:
        """Rows of the memo's book: what the lists did, first weighting and rebalance."""
        return self.rows(
            table,
            book="index",
            weighting=self.event.weighting,
            rebalance=self.event.rebalance,
        )

    @cached_property
    def summary(self) -> dict[tuple[str, str], Row]:
        """(basket, window) → row of summary.csv."""
        return {(str(r["basket"]), str(r["window"])): r for r in self.index_rows("summary")}

    @cached_property
    def account_rows(self) -> list[Row]:
        """Rows of summary.csv of the accounts beside the memo's book, what a reader could do first.

        Accounts that bought after publication come before those that nobody could have kept.
        """
        rows = self.rows(
            "summary",
            book="account",
            weighting=self.event.weighting,
            rebalance=self.event.rebalance,
        )
        return sorted(rows, key=lambda row: row["entry"] != AFTER_PUBLICATION)

    def entry_words(self, entry: object, language: Language | None = None) -> str:
        """When an account bought, in words, and whether the list existed then."""
        early = any(member.reader_offset > 0 for member in self.event.members)
        hindsight = early and entry != AFTER_PUBLICATION
        return entry_words(str(entry), language or self.language, hindsight=hindsight)

    def name(self, basket: str) -> str:
        """What charts call a list: in Chinese its broker and theme, in English its id."""
        own = self.record.lists[basket]
        return basket if self.language == "en" else f"{own.broker}·{own.theme}"

    def head(self, basket: object, title: str = "") -> Cell:
        """The first cell of a list's row: its id, and in Chinese what it is."""
        name = str(basket)
        aside = "" if self.language == "en" else self.name(name)
        return text(name, title=title, aside=aside)

    @cached_property
    def quoted(self) -> tuple[WindowFacts, ...]:
        """The windows that tables quote: the headline ones, then hindsight and available."""
        return tuple(w for w in self.windows if w.headline or w.kind != "fixed")

    @cached_property
    def windows(self) -> tuple[WindowFacts, ...]:
        """Every window once: lists of several dates each have their own hindsight, in one column.

        Tables know that window by its name, so a list finds its own days under it.
        """
        return tuple({window.label: window for window in reversed(self.event.windows)}.values())[
            ::-1
        ]

    def label(self, window: WindowFacts, basket: str | None = None) -> str:
        """A window's heading in the language of the run, with its days where lists share them.

        For one ``basket`` with the days of that list.
        """
        words = {"hindsight": HINDSIGHT, "available": AVAILABLE}
        if window.kind not in words:
            return window.label
        mine = self.event.baskets if basket is None else (basket,)
        spans = {days for one in mine if (days := self._days(one, window))}
        days = f" {spans.pop()}" if len(spans) == 1 else ""
        return words[window.kind].say(self.language) + days

    def own_days(self, basket: str, window: WindowFacts) -> str:
        """A list's days in a window, where the heading cannot say them for all lists."""
        spans = {days for one in self.event.baskets if (days := self._days(one, window))}
        return self._days(basket, window) if len(spans) > 1 else ""

    def _days(self, basket: str, window: WindowFacts) -> str:
        row = self.summary.get((basket, window.label), {})
        first, last = row.get("first_day"), row.get("last_day")
        return span(first, last) if isinstance(first, int) and isinstance(last, int) else ""


UNTIL_READ = Phrase(
    "Lists could be acted on from {session}: what began before is hindsight",
    "读者最早自{session}起可据名单交易：此前开始者为事后视角",
)
UNTIL_EACH_READ = Phrase(
    "Lists could be acted on from {session} (the first) or {last} (the last): what began before is "
    "hindsight",
    "读者最早自{session}（首份）至{last}（末份）起可据名单交易：此前开始者为事后视角",
)
HINDSIGHT = Phrase("Hindsight", "公布前")
AVAILABLE = Phrase("Available", "公布后")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page: it appears if the run has every table of ``needs`` and it has something.

    ``build`` returns no blocks where there is nothing to show. A section of the ``study`` is given
    the first event and stands once, after all events.
    """

    id: str
    title: Phrase
    needs: tuple[str, ...]
    build: Callable[[Scene], list[Block]]
    scope: Literal["event", "study"] = "event"

    def blocks(self, scene: Scene) -> list[Block]:
        have = (scene.record.tables.get(name) for name in self.needs)
        return self.build(scene) if all(have) else []
