"""The checks by name: what each finds, whether it refuses, and what happens where it only warns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from basketbt.errors import unknown
from basketbt.notes import Note, NoteKind

Policy = Literal["refuse", "warn"]


@dataclass(frozen=True)
class Rule:
    """A check: its name in ``prices.quality``, what it finds, and what ``warn`` does then."""

    name: str
    default: Policy

    @property
    def meaning(self) -> Note:
        """What it finds."""
        return NoteKind(f"{self.name}-found")()

    @property
    def when_warned(self) -> Note:
        """What is done with a row that is found and not refused."""
        return NoteKind(f"{self.name}-warned")()


RULES: tuple[Rule, ...] = (
    Rule("unsorted", "warn"),
    Rule("duplicates", "refuse"),
    Rule("non_finite", "refuse"),
    Rule("non_positive", "refuse"),
    Rule("off_calendar", "refuse"),
    Rule("ohlc", "refuse"),
    Rule("open", "warn"),
    Rule("swapped", "refuse"),
    Rule("repeated", "warn"),
    Rule("units", "refuse"),
    Rule("mean_price", "warn"),
    Rule("fx", "refuse"),
    Rule("actions", "refuse"),
    Rule("factor", "warn"),
    Rule("falling", "refuse"),
    Rule("step", "warn"),
    Rule("adjusted", "refuse"),
    Rule("shares", "refuse"),
    Rule("counts", "warn"),
    Rule("leap", "refuse"),
    Rule("limit", "warn"),
    Rule("index", "warn"),
    Rule("shifted", "warn"),
    Rule("ends_early", "warn"),
    Rule("hole", "warn"),
    Rule("gap", "warn"),
)
DEFAULT_POLICY: Mapping[str, Policy] = {rule.name: rule.default for rule in RULES}


def full_policy(chosen: Mapping[str, Policy] | None) -> dict[str, Policy]:
    """The defaults with a study's choices over them.

    Raises:
        UnknownName: a check that does not exist.
    """
    for name in chosen or {}:
        if name not in DEFAULT_POLICY:
            raise unknown("check", name, DEFAULT_POLICY)
    return {**DEFAULT_POLICY, **(chosen or {})}
