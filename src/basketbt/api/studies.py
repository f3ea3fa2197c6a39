"""A study from what a notebook has: a file's path, or lists, events and prices as objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from basketbt.config.study import StudyFile, load_study
from basketbt.data.bars import PriceSource
from basketbt.errors import InputError
from basketbt.pipeline.sources import Access, choose_source
from basketbt.shipped import find_study


class StudyAndObjects(InputError):
    """Field: given."""


class NoStudy(InputError):
    """It has no fields."""


class TwoSources(InputError):
    """It has no fields."""


@dataclass(frozen=True)
class Objects:
    """What stands for a study's file; see ``basketbt.run`` for each."""

    lists: Any = None
    events: str | Sequence[str] | None = None
    windows: Sequence[Sequence[int]] | None = None
    published: str | date | None = None
    since: str | date | None = None
    until: str | date | None = None
    name: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def given(self) -> list[str]:
        """The names of what is given."""
        own = [
            name for name, value in vars(self).items() if name != "settings" and value is not None
        ]
        return [*own, *self.settings]


def study_from(study: str | Path | None, objects: Objects, overrides: Sequence[str]) -> StudyFile:
    """The study of a file, or of objects.

    Raises ``StudyAndObjects``, ``NoStudy`` and what reading either raises.
    """
    if study is not None:
        if objects.given:
            raise StudyAndObjects(given=", ".join(objects.given))
        return load_study(find_study(Path(study)), overrides)
    if objects.lists is None:
        raise NoStudy
    from basketbt.market.clock import SHANGHAI
    from basketbt.plan.adhoc import Question, ad_hoc
    from basketbt.plan.objects import lists_of

    events = [objects.events] if isinstance(objects.events, str) else objects.events or ()
    settings = {key: _plain(value) for key, value in objects.settings.items()}
    if objects.windows is not None:
        settings["windows"] = [[int(day) for day in pair] for pair in objects.windows]
    question = Question(
        lists=lists_of(objects.lists),
        events=[_text(one) for one in events],
        published=_day(objects.published),
        since=_day(objects.since),
        until=_day(objects.until),
        name=objects.name,
        settings=settings,
    )
    return ad_hoc(question, datetime.now(SHANGHAI).date(), overrides).study


def prices_of(
    study: StudyFile, prices: Any, source: str | None, access: Access | None
) -> PriceSource:
    """The prices of a run: frames, or what ``source`` or the study names.

    Raises ``TwoSources`` and what opening the source raises.
    """
    if prices is None:
        return choose_source(study, source, access)
    if source is not None:
        raise TwoSources
    from basketbt.data.sources.memory import FrameSource

    return FrameSource(prices)


def _day(value: str | date | None) -> str | None:
    return None if value is None else _text(value)


def _text(value: object) -> str:
    """A moment as people write it; a text as it is."""
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _plain(value: Any) -> Any:
    """Tuples as the lists that YAML has."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
