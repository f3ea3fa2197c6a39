"""What a basket is: shares that a broker named, where and when, and how they group into blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from basketbt.locale import Language

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

    ``members_on`` is the day whose members the list holds, where it was made from a board.
    """

    publisher: str
    title: str
    published: date
    note: str = ""
    members_on: date | None = None
    url: str = ""


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
