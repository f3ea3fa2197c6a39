"""What all market rules share: the days on which they hold, and where they are from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from basketbt.errors import DataError
from basketbt.market.symbols import Board

# Sources marked so are common knowledge that no document at hand confirms.
UNCONFIRMED = "unconfirmed: "


@dataclass(frozen=True, kw_only=True)
class DatedRule:
    """A rule of one or more boards, in force from ``first`` to ``last``, both included.

    ``last`` is None while the rule stands. ``source`` names the document that sets it.
    """

    boards: tuple[Board, ...]
    first: date
    last: date | None = None
    source: str

    def holds_on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def kind_of_case(self) -> str:
        """Which shares it is for, where a topic tells them apart: ``ST: ``; else empty."""
        return ""

    @property
    def value(self) -> str:
        """What the rule says, for people."""
        raise NotImplementedError


class NoRule(DataError):
    """No rule is recorded for a date. Fields: what, board, date, first."""


R = TypeVar("R", bound=DatedRule)


def in_force(rules: Iterable[R], board: Board, day: date) -> tuple[R, ...]:
    """The rules of ``board`` that hold on ``day``, in the order they are written."""
    return tuple(rule for rule in rules if board in rule.boards and rule.holds_on(day))


def the_rule(rules: Iterable[R], board: Board, day: date, what: str) -> R:
    """The one rule of ``board`` on ``day``; raises :class:`NoRule` if none is recorded."""
    known = [rule for rule in rules if board in rule.boards]
    for rule in known:
        if rule.holds_on(day):
            return rule
    first = min((rule.first for rule in known), default=None)
    raise NoRule(what=what, board=board, date=day, first=first)
