"""What a view is given: the run, one event of it, the reader's language, short ways to its rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from basketbt.locale import Language, count, say
from basketbt.market.indexes import OWN_INDUSTRIES
from basketbt.market.securities.latin import share_name
from basketbt.notes import Listing, Note, Shorten
from basketbt.plan.model import span
from basketbt.report.data import EventInfo, Member, ReportData, Row, WindowInfo
from basketbt.report.model import Value
from basketbt.report.views.blocks import Block, Cell, text
from basketbt.report.views.choices import AFTER_PUBLICATION, choice_words, entry_words

# Texts that a sentence lists one by one; of more it names the first few.
_LISTED, _NAMED = 10, 3


@dataclass(frozen=True)
class Context:
    """One event of a run in one language; ``index`` makes ids in a document unique."""

    data: ReportData
    event: EventInfo
    index: int
    language: Language

    def say(self, phrase: str, /, **values: object) -> str:
        return say(phrase, self.language, **values)

    def count(self, what: str, number: int) -> str:
        """How many lists, tests or windows."""
        return count(f"count.{what}", number, self.language)

    def comma(self, items: list[str]) -> str:
        return self.say("joint.comma").join(items)

    def choice(self, label: Value) -> str:
        """A weighting, rebalance, model or reason in words."""
        return choice_words(str(label), self.language)

    def notes(self, value: Value, shorten: Shorten | None = None) -> str:
        """The notes of a cell as one text."""
        notes = value if isinstance(value, tuple) else ()
        return Listing(notes, "semicolon").text(self.language, shorten)

    @property
    def benchmark(self) -> str:
        """The first benchmark's name."""
        return self.data.info.benchmarks[0].name.say(self.language)

    @property
    def hindsight(self) -> str:
        """What a picture without a time axis must say of its figures."""
        sessions = sorted(self.readers)
        if not sessions:
            return ""
        phrase = "context.until_read" if len(sessions) == 1 else "context.until_each_read"
        return self.say(phrase, session=sessions[0], last=sessions[-1])

    @cached_property
    def readers(self) -> dict[str, list[Member]]:
        """The sessions from which lists could be traded, in their order, each with its lists."""
        found: dict[str, list[Member]] = {}
        for member in sorted(self.event.members, key=lambda one: one.session):
            found.setdefault(member.session, []).append(member)
        return found

    @property
    def stem(self) -> str:
        """What ends the names of this event's pictures, which are files."""
        twice = sum(other.id == self.event.id for other in self.data.info.events) > 1
        name = f"{self.event.id}-{self.event.calendar}" if twice else self.event.id
        return re.sub(r"[^A-Za-z0-9.-]+", "-", name)

    def rows(self, table: str, **equal: Value) -> list[Row]:
        """Rows of this event's lists."""
        mine = set(self.event.baskets)
        found = self.data.rows(table, event=self.event.id, **equal)
        return [row for row in found if row.get("basket") in mine]

    def book_rows(self, table: str, book: str = "index") -> list[Row]:
        """Rows of the quoted book: the study's first weighting and rebalance."""
        event = self.event
        return self.rows(table, book=book, weighting=event.weighting, rebalance=event.rebalance)

    @cached_property
    def summary(self) -> dict[tuple[str, str], Row]:
        """(basket, window) → row of summary.csv."""
        return {(str(r["basket"]), str(r["window"])): r for r in self.book_rows("summary")}

    @cached_property
    def stopped(self) -> dict[str, Row]:
        """The lists whose part before publication ends with the study's windows, before it."""
        rows = {one: self.summary.get((one.basket, "hindsight"), {}) for one in self.event.members}
        return {
            one.basket: row
            for one, row in rows.items()
            if (last := real(row.get("last_day"))) is not None and last < one.offset - 1
        }

    @cached_property
    def share_rows(self) -> dict[tuple[str, str], list[Row]]:
        """(basket, window) → rows of constituents.csv."""
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.book_rows("constituents"):
            found.setdefault((str(row["basket"]), str(row["window"])), []).append(row)
        return found

    @cached_property
    def orders(self) -> dict[tuple[str, str], list[Row]]:
        """(basket, entry) → rows of orders.parquet of the accounts beside the quoted book."""
        return _by_account(self.book_rows("orders", "account"))

    @cached_property
    def positions(self) -> dict[tuple[str, str], list[Row]]:
        """(basket, entry) → rows of positions.parquet of these accounts."""
        return _by_account(self.book_rows("positions", "account"))

    @property
    def breadth(self) -> list[Row]:
        """Rows of breadth.csv of this event's lists in the quoted book and its accounts."""
        return self.quoted_rows("breadth")

    @property
    def curve(self) -> list[Row]:
        """Rows of publication_curve.csv of this event's lists in the quoted book."""
        return self.quoted_rows("publication_curve")

    def quoted_rows(self, table: str) -> list[Row]:
        """Rows of a table without lists: of this event and calendar in the quoted book."""
        event = self.event
        return self.data.rows(
            table,
            event=event.id,
            calendar=event.calendar,
            weighting=event.weighting,
            rebalance=event.rebalance,
        )

    @cached_property
    def account_rows(self) -> list[Row]:
        """Rows of summary.csv of the accounts beside the quoted book, list by list.

        Of each list those come first that a reader of it could have kept.
        """
        place = {basket: number for number, basket in enumerate(self.event.baskets)}
        rows = self.book_rows("summary", "account")
        return sorted(rows, key=lambda r: (place[str(r["basket"])], r["knowledge"] == "hindsight"))

    @cached_property
    def accounts(self) -> dict[str, list[Row]]:
        """Basket → rows of account.csv of the accounts beside the quoted book, day by day."""
        found: dict[str, list[Row]] = {}
        for row in self.book_rows("account", "account"):
            found.setdefault(str(row["basket"]), []).append(row)
        return found

    def entry(self, row: Row) -> str:
        """When an account bought, in words, and whether the list existed then."""
        return entry_words(
            str(row["entry"]), self.language, hindsight=row["knowledge"] == "hindsight"
        )

    @cached_property
    def entries(self) -> list[str]:
        """The entries of the study's accounts, the one after publication first."""
        found = dict.fromkeys(str(row["entry"]) for row in self.account_rows)
        return sorted(found, key=lambda entry: entry != AFTER_PUBLICATION)

    def entry_name(self, entry: str) -> str:
        """An entry in words, marked where it came before lists were published."""
        early = any(member.offset > 0 for member in self.event.members)
        hindsight = early and entry != AFTER_PUBLICATION
        return entry_words(entry, self.language, hindsight=hindsight)

    def called(self, basket: str) -> str:
        """A list by its broker and theme, as people call it; by its id too if two are called so."""
        name = self._names[basket]
        twice = sum(name == other for other in self._names.values()) > 1
        return self.say("name.coded", name=name, code=basket) if twice else name

    @cached_property
    def _names(self) -> dict[str, str]:
        lists = self.data.lists.items()
        if self.language == "zh":
            return {basket: _joined(own.broker.zh, "·", own.theme.zh) for basket, own in lists}
        return {
            basket: _joined(own.broker.en.removesuffix(" Securities"), " · ", own.theme.en)
            for basket, own in lists
        }

    def head(self, basket: Value, title: str = "") -> Cell:
        """The first cell of a list's row: its id, and what people call it."""
        return text(basket, title=title, aside=self.called(str(basket)))

    @cached_property
    def quoted(self) -> tuple[WindowInfo, ...]:
        """The windows that tables quote: the headline ones, then hindsight and available."""
        return tuple(w for w in self.windows if w.quoted or w.kind in ("hindsight", "available"))

    @cached_property
    def windows(self) -> tuple[WindowInfo, ...]:
        """Every window once: lists of several dates each have their own hindsight, in one column.

        Tables know that window by its name, so a list finds its own days under it.
        """
        last_first = {window.label: window for window in reversed(self.event.windows)}
        return tuple(last_first.values())[::-1]

    def label(self, window: WindowInfo, basket: str | None = None) -> str:
        """A window's heading, with its days where lists share them; or those of one ``basket``."""
        words = {"hindsight": "context.hindsight", "available": "context.available"}
        if window.kind == "horizon":
            return self.say("context.horizon", sessions=window.last - window.first + 1)
        if window.kind not in words:
            return window.label
        mine = self.event.baskets if basket is None else (basket,)
        spans = {days for one in mine if (days := self._days(one, window))}
        days = f" {spans.pop()}" if len(spans) == 1 else ""
        return self.say(words[window.kind]) + days

    @cached_property
    def sector(self) -> dict[str, str]:
        """Code and name of what stands in for the sector: each list's own industries.

        Where no list has these, the study's last benchmark; nothing if that is the first.
        """
        rows = self.book_rows("relative")
        if any(r["benchmark"] == OWN_INDUSTRIES and r["excess_return"] is not None for r in rows):
            return {OWN_INDUSTRIES: self.say("headline.own_industries")}
        _, *others = self.data.info.benchmarks
        return {others[-1].code: others[-1].name.say(self.language)} if others else {}

    def own_days(self, basket: str, window: WindowInfo) -> str:
        """A list's days in a window, where the heading cannot say them for all lists."""
        spans = {days for one in self.event.baskets if (days := self._days(one, window))}
        return self._days(basket, window) if len(spans) > 1 else ""

    def _days(self, basket: str, window: WindowInfo) -> str:
        row = self.summary.get((basket, window.label))
        return "" if row is None else days_of(row)

    def shorten(self, where: str) -> Shorten:
        """How more than ten codes are said in few; ``where`` is the file with all of them."""
        names = self._share_names

        def shortened(codes: tuple[str, ...], language: Language) -> str | None:
            if len(codes) <= _LISTED:
                return None
            known = (share_name(names.get(code, ""), language) for code in codes[:_NAMED])
            first = [f"{name} {code}".strip() for name, code in zip(known, codes, strict=False)]
            return say(
                "context.named_more",
                language,
                first=say("joint.comma", language).join(first),
                rest=len(codes) - _NAMED,
                count=len(codes),
                where=where,
            )

        return shortened

    @cached_property
    def _share_names(self) -> dict[str, str]:
        table = self.data.tables.get("constituents")
        if table is None:
            return {}
        pairs = zip(table.column("symbol"), table.column("name"), strict=True)
        return {str(symbol): str(name) for symbol, name in dict.fromkeys(pairs)}


def contexts(data: ReportData, language: Language) -> list[Context]:
    """A context for each event of a run."""
    return [Context(data, event, place, language) for place, event in enumerate(data.info.events)]


def _by_account(rows: list[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((str(row["basket"]), str(row["entry"])), []).append(row)
    return found


def days_of(row: Row) -> str:
    """The days of a row's window as people write them."""
    first, last = row["first_day"], row["last_day"]
    return span(first, last) if isinstance(first, int) and isinstance(last, int) else ""


def real(value: Value) -> float | None:
    """A number, or None."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known else None  # type: ignore[arg-type]


def said(notes: tuple[Note, ...], language: Language) -> list[str]:
    """Notes as texts."""
    return [note.text(language) for note in notes]


@dataclass(frozen=True, kw_only=True)
class View:
    """A section of every report: it appears if the run has every table of ``needs``.

    ``build`` returns no blocks where there is nothing to show. A view of the ``study`` is given
    the first event and stands once, after all events. ``screen``: on the page only.
    """

    id: str
    title: str
    needs: tuple[str, ...]
    build: Callable[[Context], list[Block]]
    scope: Literal["event", "study"] = "event"
    screen: bool = False

    def blocks(self, context: Context) -> list[Block]:
        have = (context.data.tables.get(name) for name in self.needs)
        return self.build(context) if all(have) else []


def _joined(broker: str, dot: str, theme: str) -> str:
    """An unnamed list of one's own is called so once."""
    return theme if broker == theme else f"{broker}{dot}{theme}"
