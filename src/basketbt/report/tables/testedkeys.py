"""Columns that the three tables of the event study share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from basketbt.notes import Note, unique
from basketbt.plan.model import span
from basketbt.report.model import Column, Value
from basketbt.report.tables import keys
from basketbt.results import EventStudied, StudyResult

WEIGHTING = Column("weighting", "text")
VARIANT = Column("variant", "text")
MODEL = Column("model", "text")
WINDOW = Column("window", "text")


@dataclass(frozen=True)
class Tested:
    """One event study of one case, with the cells that its rows share."""

    studied: EventStudied

    def cells(self, basket: str, model: str) -> dict[str, Value]:
        """The cells under ``WHERE``."""
        return {
            "event": self.studied.found.event,
            "day0": str(self.studied.day_zero),
            "basket": basket,
            "weighting": self.studied.weighting,
            "variant": self.studied.found.variant,
            "model": model,
        }

    def notes(self, notes: Iterable[Note]) -> tuple[Note, ...]:
        """Notes of a row, with what empties cells of every row."""
        of_all = [one for one in self.studied.found.notes if one.kind.code.startswith("empty-")]
        return unique([*notes, *of_all])


WHERE = (keys.EVENT, keys.DAY_ZERO, keys.BASKET, WEIGHTING, VARIANT, MODEL)


def everything(result: StudyResult) -> Iterator[Tested]:
    """Every event study of a result: each event as registered, then its variants."""
    for case in result.cases:
        for studied in case.event_studies:
            yield Tested(studied)


def window_cells(window: tuple[int, int]) -> dict[str, Value]:
    """The cells under WINDOW, FIRST and LAST."""
    return {"window": span(*window), "first_day": window[0], "last_day": window[1]}
