"""The section ``event_study:`` of a study: what is tested, against what, and what is counted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from basketbt.config.strict import (
    Code,
    Estimation,
    Many,
    Several,
    Window,
    Windows,
    short_form,
)
from basketbt.notes import message
from basketbt.yamlmodel import NAME, Strict

Model = Literal["market", "market+sector", "market-adjusted", "dimson"]

# Around the event: to the last session before R1's Spring Festival, across it, two weeks.
REGISTERED: tuple[tuple[int, int], ...] = ((0, 4), (0, 5), (0, 10))
SHOWN: tuple[tuple[int, int], ...] = ((-5, -1), (-1, 1), (0, 0), (5, 7), (0, 20))
# After publication, what a reader could have had: a day, a week, a month.
HORIZONS: tuple[int, ...] = (1, 5, 20)
SHIPPED_VARIANTS = ("estimation-270", "without-2024-rally", "without-reopening")


class VariantSpec(Strict):
    """A sensitivity: the same study with one choice changed. Never an extra test."""

    name: str = Field(
        pattern=NAME,
        description="estimation-270, without-2024-rally or without-reopening, or a name of your "
        "own beside the change it stands for.",
    )
    estimation: Estimation | None = Field(None, description="Another estimation window.")
    without_dates: (
        Annotated[tuple[Annotated[date, Field(strict=False)], ...], Field(strict=False)] | None
    ) = Field(None, min_length=2, max_length=2, description="First and last date left out.")
    without_days: Several[int] = Field((), description="Event days left out.")
    closed_days: int | None = Field(
        None,
        ge=2,
        description="Left out: the first session in a window after the exchange was shut for so "
        "many calendar days.",
    )

    @property
    def shipped(self) -> bool:
        """Whether the name alone says what is changed."""
        changes = (self.estimation, self.without_dates, self.without_days, self.closed_days)
        return not any(changes)

    @model_validator(mode="after")
    def _says_what_changes(self) -> Self:
        if self.shipped and self.name not in SHIPPED_VARIANTS:
            known = ", ".join(SHIPPED_VARIANTS)
            raise ValueError(
                message("why-variant-says-nothing-to-change", name=self.name, known=known)
            )
        if self.without_dates and self.without_dates[0] > self.without_dates[1]:
            raise ValueError(message("why-without-dates-ends-before-it"))
        return self


class EventStudySpec(Strict):
    """Is it more than chance? ``event_study: {}`` asks with these defaults."""

    windows: Windows = Field(
        REGISTERED, description="Windows around the event: each is a test for every list."
    )
    horizons: Several[Annotated[int, Field(ge=1, le=250)]] = Field(
        HORIZONS,
        description="Sessions from each list's publication on: each is a test, counted apart from "
        "the windows around the event.",
    )
    also: Several[Window] = Field(SHOWN, description="Windows shown beside them and not counted.")
    models: Many[Model] = Field(
        ("market", "market+sector"), description="The first one is tested, the others are shown."
    )
    market: Code | None = Field(
        None, description="Index of the market model; None: the study's first benchmark."
    )
    sector: Code = Field(
        "930713.CSI", description="Sector index; it may hold names of the lists, and notes say so."
    )
    variants: Several[Annotated[VariantSpec, short_form("name", VariantSpec)]] = tuple(
        VariantSpec(name=name) for name in SHIPPED_VARIANTS
    )
    alternatives: bool = Field(
        True, description="Each alternative moment of the event is a variant with its own day 0."
    )
    stop_before: Several[str] = Field(
        ("deepseek-r1",), description="Events whose first leak no window of another one may reach."
    )
    minimum_sessions: int = Field(
        100, ge=20, description="Valid sessions that an estimation needs."
    )
    placebo_dates: int = Field(250, ge=100, le=2000, description="Earlier pseudo events wanted.")
    matched_lists: int = Field(
        10_000,
        ge=0,
        le=1_000_000,
        description="Random lists of a list's kind (as many shares of the same industries) that "
        "it is tested beside; 0: none, and no verdict.",
    )
    placebo_lists: int = Field(
        400,
        ge=100,
        le=10_000,
        description="The same at each placebo date, for the test's own rate.",
    )
    nearest: int = Field(
        20,
        ge=2,
        le=200,
        description="Sensitivity: each share is replaced by one of so many of its industry that "
        "are nearest by liquidity, beta, volatility and momentum.",
    )
    seed: int = Field(20250120, ge=0, description="Seed of every draw.")

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [variant.name for variant in self.variants]
        for what, many in (("models", self.models), ("variants", names)):
            if len(set(many)) < len(many):
                raise ValueError(message("why-names-one-twice", what=what))
        if self.models[0] == "market+sector":
            raise ValueError(message("why-models-begins-with-one-against"))
        return self

    @property
    def all_windows(self) -> tuple[tuple[int, int], ...]:
        """Registered windows, then the shown ones, each once."""
        return tuple(dict.fromkeys((*self.windows, *self.also)))
