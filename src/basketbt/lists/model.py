"""What a basket is: shares that a broker named, where and when, and how they group into blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from basketbt.locale import Language
from basketbt.market.clock import SHANGHAI, Event, Moment, moment_text

#: What the source says of a share: it would hold the first two, and not the last two.
Stance = Literal["recommend", "watch", "neutral", "avoid"]
HELD: tuple[Stance, ...] = ("recommend", "watch")
Origin = Literal["named", "mapped"]
#: Lists that answer different questions are never counted together.
ListKind = Literal["named", "mapped", "composite"]


@dataclass(frozen=True, kw_only=True)
class Constituent:
    """One share of a basket.

    ``symbol`` is canonical (688111.SH, 6682.HK). ``origin`` says whether the source names the
    share or it was chosen here for a theme that the source names; then ``reason`` says why.
    ``evidence`` are the source's words that the draft of the list rests on.
    ``weight`` is the weight the list itself gives, as a fraction. ``lot`` is the board lot in
    shares, where the exchange lets each issuer choose one (Hong Kong). ``votes`` is the number of
    brokers that name the share; more than 1 only in a composite that counts votes.
    """

    symbol: str
    name_zh: str
    stance: Stance
    origin: Origin
    former_names: tuple[str, ...] = ()
    segment_zh: str | None = None
    segment_en: str | None = None
    weight: float | None = None
    reason: str | None = None
    lot: int | None = None
    votes: int = 1
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a list was published, and from which day on a reader could know it.

    ``published`` is a timestamp in Shanghai's time, or a date where no more is known.
    ``members_on`` is the day whose members the list holds, where it was made from a board.
    """

    publisher: str
    title: str
    published: Moment
    note: str = ""
    members_on: date | None = None
    url: str = ""

    @property
    def day(self) -> date:
        """The calendar day of publication in Shanghai."""
        return self.published.date() if isinstance(self.published, datetime) else self.published

    @property
    def known(self) -> datetime:
        """The moment from which the list was surely public: of a bare date, the end of that day."""
        if isinstance(self.published, datetime):
            return self.published
        return datetime.combine(self.published, time(23, 59, 59), SHANGHAI)

    @property
    def when(self) -> str:
        """The publication as people write it: ``2025-02-07``, ``2025-03-05 22:00+08:00``."""
        return moment_text(self.published)


def publication_event(source: Source) -> Event:
    """A publication as an event of its own, public from the moment it was surely known: its day 0
    is day p of :func:`basketbt.market.dayzero.publication`."""
    when = source.when
    return Event(
        id=f"publication-{when.removesuffix('+08:00').replace(' ', '-').replace(':', '')}",
        name_en=f"Publication of {when}",
        name_zh=f"{when}公布",
        at=source.known,
        zone="Asia/Shanghai",
        source=f"{source.publisher}: {source.title}",
    )


@dataclass(frozen=True, kw_only=True)
class Place:
    """A constituent as one block sees it.

    ``member`` is its position in ``Basket.constituents``. Stance, segment and given weight belong
    to the block: two lists of a composite may recommend and merely watch the same share.
    """

    member: int
    stance: Stance
    segment: str | None = None
    weight: float | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """A part of a basket that is weighted by itself and then takes ``share`` of the whole."""

    share: float
    places: tuple[Place, ...]

    @property
    def members(self) -> tuple[int, ...]:
        """Positions in ``Basket.constituents``, each at most once."""
        return tuple(place.member for place in self.places)


@dataclass(frozen=True, kw_only=True)
class Basket:
    """A list, or a composite of lists, ready to be weighted.

    A list has one block; so has a composite that counts votes. A composite that is equal across
    its ``components`` (ids; empty for a list) has one block for each of them. A symbol stands once
    in ``constituents``, in as many blocks as name it. ``digest`` is the SHA-256 of the content
    alone: the same for another file name, folder or layout.
    """

    id: str
    broker: str
    broker_zh: str
    broker_en: str
    theme_zh: str
    theme_en: str
    source: Source
    notes: str
    constituents: tuple[Constituent, ...]
    blocks: tuple[Block, ...]
    components: tuple[str, ...]
    digest: str

    def broker_in(self, language: Language) -> str:
        """The broker's name."""
        return self.broker_en if language == "en" else self.broker_zh

    def theme_in(self, language: Language) -> str:
        """What the list is about."""
        return self.theme_en if language == "en" else self.theme_zh

    @property
    def symbols(self) -> tuple[str, ...]:
        """The canonical symbols, in the order of ``constituents``."""
        return tuple(constituent.symbol for constituent in self.constituents)

    @property
    def is_held(self) -> bool:
        """Whether the source would hold these shares; not what it is neutral on, or avoids."""
        return all(constituent.stance in HELD for constituent in self.constituents)

    @property
    def kind(self) -> ListKind:
        """``composite`` of other lists; else ``named`` if its source names every share."""
        if self.components:
            return "composite"
        named = all(constituent.origin == "named" for constituent in self.constituents)
        return "named" if named else "mapped"
