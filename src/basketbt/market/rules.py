"""All dated rules at once: what holds on a day, and a digest that changes when a rule does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from basketbt.durable import sha256
from basketbt.errors import InputError
from basketbt.market.dated import DatedRule
from basketbt.market.dividendtax import DIVIDEND_TAX
from basketbt.market.feerules import FEES
from basketbt.market.limits import LIMITS
from basketbt.market.lots import LOTS
from basketbt.market.symbols import Board, parse_symbol
from basketbt.notes import message


@dataclass(frozen=True)
class RuleLine:
    """One rule, ready to print. ``last`` is None while it stands.

    Where nothing is recorded for a day, ``value`` says so, ``first`` is None and ``last`` is the
    day before the records begin.
    """

    topic: str
    boards: tuple[Board, ...]
    value: str
    first: date | None
    last: date | None
    source: str


def board_of(text: str) -> Board:
    """The board whose rules a security trades under. Raises ``BadSymbol``, ``InputError``."""
    symbol = parse_symbol(text)
    if symbol.board is None:
        raise InputError(what=message("why-is-no-share-rules-are", symbol=symbol))
    if symbol.kind == "b_share":
        raise InputError(what=message("why-is-a-b-share-rules", symbol=symbol))
    return symbol.board


def rules_on(day: date, board: Board | None = None) -> tuple[RuleLine, ...]:
    """The rules in force on ``day``, of one board or of all, by topic.

    A rule of which nothing is recorded yet on that day is a line too: it was not absent.
    """
    found: list[RuleLine] = []
    for topic, group in groupby(_all_rules(), key=itemgetter(0)):
        rules = [rule for _, rule in group]
        found += [
            RuleLine(topic, rule.boards, rule.value, rule.first, rule.last, rule.source)
            for rule in rules
            if rule.holds_on(day) and (board is None or board in rule.boards)
        ]
        found += _unrecorded(topic, rules, day, board)
    return tuple(found)


def _unrecorded(
    topic: str, rules: Sequence[DatedRule], day: date, board: Board | None
) -> Iterator[RuleLine]:
    """A line for each kind of rule and day its records begin, of the boards they are silent on."""
    begins: dict[tuple[str, Board], date] = {}
    for rule in rules:
        for one in rule.boards:
            key = (rule.kind_of_case, one)
            begins[key] = min(rule.first, begins.get(key, rule.first))
    silent: dict[tuple[str, date], list[Board]] = {}
    for (case, one), first in begins.items():
        if day < first and board in (None, one):
            silent.setdefault((case, first), []).append(one)
    for (case, first), boards in silent.items():
        yield RuleLine(
            topic,
            tuple(boards),
            f"{case}not recorded",
            None,
            first - timedelta(days=1),
            f"the records begin on {first}",
        )


def rules_digest() -> str:
    """SHA-256 of every rule here: a run's id contains it, so changed rules make another run."""
    lines = "\n".join(repr(rule) for _, rule in _all_rules())
    return sha256(lines)


def _all_rules() -> Iterator[tuple[str, DatedRule]]:
    yield from (("price limit", rule) for rule in LIMITS)
    yield from (("order size", rule) for rule in LOTS)
    yield from ((rule.name, rule) for rule in FEES)
    yield from (("dividend tax", rule) for rule in DIVIDEND_TAX)
