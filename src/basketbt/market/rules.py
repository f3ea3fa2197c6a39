"""All dated rules at once: what holds on a day, and a digest that changes when a rule does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from basketbt.market.dated import DatedRule
from basketbt.market.dividendtax import DIVIDEND_TAX
from basketbt.market.feerules import FEES
from basketbt.market.limits import LIMITS
from basketbt.market.lots import LOTS
from basketbt.market.symbols import Board


@dataclass(frozen=True)
class RuleLine:
    """One rule, ready to print. ``last`` is None while it stands."""

    topic: str
    boards: tuple[Board, ...]
    value: str
    first: date
    last: date | None
    source: str


def rules_on(day: date, board: Board | None = None) -> tuple[RuleLine, ...]:
    """The rules in force on ``day``, of one board or of all, by topic."""
    return tuple(
        RuleLine(topic, rule.boards, rule.value, rule.first, rule.last, rule.source)
        for topic, rule in _all_rules()
        if rule.holds_on(day) and (board is None or board in rule.boards)
    )


def rules_digest() -> str:
    """SHA-256 of every rule here: a run's id contains it, so changed rules make another run."""
    lines = "\n".join(repr(rule) for _, rule in _all_rules())
    return hashlib.sha256(lines.encode()).hexdigest()


def _all_rules() -> Iterator[tuple[str, DatedRule]]:
    yield from (("price limit", rule) for rule in LIMITS)
    yield from (("order size", rule) for rule in LOTS)
    yield from ((rule.name, rule) for rule in FEES)
    yield from (("dividend tax", rule) for rule in DIVIDEND_TAX)
