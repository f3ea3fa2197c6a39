"""What a study chooses between, and `grid:` varies: events, weightings, rules of rebalancing."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from basketbt.config.strict import Many, Several, distinct, short_form
from basketbt.errors import InputError
from basketbt.lists.weighting import Kind, Weighting
from basketbt.market.clock import (
    Event,
    make_alternative,
    make_event,
    select_event,
    shipped_events,
)
from basketbt.notes import message
from basketbt.yamlmodel import EVENT_NAME, NAME, Strict, as_problem


class WeightingSpec(Strict):
    """How a list becomes weights."""

    kind: Kind
    recommend: float = Field(2.0, gt=0, description="Stance weight of a recommended share (看好).")
    watch: float = Field(1.0, gt=0, description="Stance weight of a watched share (关注).")
    cap: float | None = Field(None, gt=0, le=1, description="Largest weight of one share.")

    @property
    def label(self) -> str:
        """Its name in tables: two weightings of one name would be one row."""
        return Weighting(**self.model_dump()).label


class RebalanceSpec(Strict):
    """When weights are reset to their targets, always at a session's close."""

    kind: Literal["hold", "daily", "weekly", "monthly", "quarterly", "dates", "band"]
    dates: Several[Annotated[date, Field(strict=False)]] = Field(
        (), description="Sessions to rebalance on (kind: dates)."
    )
    width: float | None = Field(
        None, gt=0, lt=1, description="Largest absolute drift of a weight (kind: band)."
    )

    @model_validator(mode="after")
    def _fields_fit_the_kind(self) -> Self:
        if (self.kind == "dates") != bool(self.dates):
            raise ValueError(message("why-dates-belongs-to-kind-dates"))
        if (self.kind == "band") != (self.width is not None):
            raise ValueError(message("why-width-belongs-to-kind-band"))
        return self

    @property
    def label(self) -> str:
        """What tells it from another rule."""
        return " ".join([self.kind, *sorted({str(day) for day in self.dates}), f"{self.width}"])


class AlternativeSpec(Strict):
    """Another moment from which the event could have been known."""

    id: str = Field(pattern=NAME)
    at: str = Field(description="Timestamp with its UTC offset, or a bare date.")
    why: str = ""


class TakenEventId(InputError):
    """Field: event."""


#: What stands for each list's own publication in place of an event.
PUBLICATION = "publication"


class ReservedEventId(InputError):
    """It has no fields."""


class EventSpec(Strict):
    """A shipped event by its id (see ``basketbt events``), or one of your own with ``at``."""

    id: str = Field(
        pattern=EVENT_NAME,
        description="deepseek-r1, or deepseek-r1@leak for an alternative moment; publication, "
        "alone: each list's own, so that lists of different days stand in one study.",
    )
    at: str | None = Field(
        None, description="Timestamp with its UTC offset, or a bare date; makes it an own event."
    )
    name: str | None = None
    name_zh: str | None = None
    source: str = Field("", description="Where the moment is known from.")
    alternatives: Several[AlternativeSpec] = ()

    @model_validator(mode="after")
    def _can_be_placed(self) -> Self:
        if self == EventSpec.model_construct(id=PUBLICATION):
            return self
        try:
            self.event()
        except InputError as error:
            raise as_problem(error) from None
        return self

    def event(self) -> Event:
        """The event that is meant.

        Raises ``UnknownName``, ``BadEvent`` for a moment that cannot be used, ``TakenEventId``,
        ``ReservedEventId``.
        """
        if self.id.partition("@")[0] == PUBLICATION:
            raise ReservedEventId
        if self.at is None:
            return select_event(self.id)
        if self.id.partition("@")[0] in shipped_events():
            raise TakenEventId(event=self.id)
        return make_event(
            self.id,
            self.at,
            name_en=self.name or "",
            name_zh=self.name_zh or "",
            source=self.source,
            alternatives=tuple(
                make_alternative(self.id, other.id, other.at, why=other.why)
                for other in self.alternatives
            ),
        )


Events = Annotated[
    Many[Annotated[EventSpec, short_form("id", EventSpec)]], distinct(lambda one: one.id)
]
Weightings = Annotated[
    Many[Annotated[WeightingSpec, short_form("kind", WeightingSpec)]],
    distinct(lambda one: one.label),
]
Rebalances = Annotated[
    Many[Annotated[RebalanceSpec, short_form("kind", RebalanceSpec)]],
    distinct(lambda one: one.label),
]
