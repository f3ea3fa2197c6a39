"""Checks before use: what is wrong with prices, what is refused, what is only said.

``check`` takes what a source gave, in any order and quality, and hands back data in which every
security has one believable row a session, in date order; or it refuses, naming the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from basketbt.data.bars import Bars, MarketData
from basketbt.data.ends import known_ends
from basketbt.data.suspension import suspended
from basketbt.data.validation import beside, counts, money, moves, rates, steps
from basketbt.data.validation import rows as rules
from basketbt.data.validation.findings import Finding
from basketbt.data.validation.policy import RULES, Policy, full_policy
from basketbt.data.validation.reference_tables import (
    agreeing_actions,
    believable_actions,
    believable_shares,
)
from basketbt.errors import BadPrices
from basketbt.notes import COUNTED, Listing, Note, NoteKind, listing, message

_LISTED_REFUSED, _LISTED_NOTED = 20, 6


DOUBTED = NoteKind("price_check", severity="warning")
GAPS = NoteKind("price_gaps")
PLACEHOLDERS = NoteKind("no_volume_rows")


def check(data: MarketData, quality: Mapping[str, Policy] | None = None) -> MarketData:
    """The data fit for a panel: rows in order, one a day, none that a ``warn`` leaves out.

    Only rows that the source returned are judged, which are those of the range asked for. What
    was doubted and used nevertheless stands in the notes.

    Raises:
        BadPrices: findings of rules whose policy is ``refuse``; the first 20 are listed.
        UnknownName: ``quality`` names a check that does not exist.
    """
    policy = full_policy(quality)
    data, findings = examined(data)
    refused = [finding for finding in findings if policy[finding.rule] == "refuse"]
    if refused:
        told = listing(map(_refusal, refused), "line", most=_LISTED_REFUSED)
        raise BadPrices(count=len(refused), listing=told)
    return replace(data, notes=(*data.notes, *_notes(findings)))


def examined(data: MarketData) -> tuple[MarketData, list[Finding]]:
    """The data as :func:`check` gives it, and everything that is doubted, by symbol and day."""
    findings = [one for series in data.fx.values() for one in rates.wrong_rates(series)]
    # Rows that are taken out below say nevertheless how far their table goes.
    data = replace(data, ends=known_ends(data))
    bars = data.bars
    idle = suspended(bars)
    if idle.any():
        symbols = [bars.symbols[number] for number in np.unique(bars.code[idle])]
        data = replace(data, notes=(*data.notes, PLACEHOLDERS(symbols=listing(symbols))))
        bars = bars.rows(~idle)
    bars, found = rules.judged(bars)
    findings += found
    bars = bars.only(bars.symbols)
    if bars.symbols:
        data, found = _checked_beside(data, bars)
        findings += found
        findings += _held_together(bars, data)
    findings.sort(key=lambda one: (one.symbol, one.date))
    return replace(data, bars=bars), findings


def _refusal(one: Finding) -> Note:
    return message("refused-finding", found=one.note, meaning=message(f"{one.rule}-found"))


def _checked_beside(data: MarketData, bars: Bars) -> tuple[MarketData, list[Finding]]:
    """Actions and share counts of the securities with bars, without those that cannot be."""
    findings: list[Finding] = []
    actions, shares = dict(data.actions), dict(data.shares)
    for number, symbol in enumerate(bars.symbols):
        own = bars.own(number)
        dates, close = bars.dates[own], bars.close[own]
        if symbol in actions:
            adjusted = bars.adjusted[number]
            most = np.full(len(close), np.inf) if adjusted else close
            actions[symbol], wrong = believable_actions(actions[symbol], dates, most)
            findings += wrong
            if bars.has_factor[number] and not adjusted:
                agreed = agreeing_actions(actions[symbol], dates, close, bars.factor[own])
                actions[symbol], wrong = agreed
                findings += wrong
        if symbol in shares:
            shares[symbol], wrong = believable_shares(shares[symbol], dates[0])
            findings += wrong
    return replace(data, actions=actions, shares=shares), findings


def _held_together(bars: Bars, data: MarketData) -> list[Finding]:
    """What rows show beside each other, beside the actions, and beside other securities."""
    beyond = moves.beyond_limit(bars, data)
    returns = beside.returns_of(bars)
    return [
        *beyond,
        *moves.adjusted_beside(bars, data, beyond),
        *steps.doubtful_steps(bars, data),
        *money.mean_prices(bars),
        *counts.doubtful_counts(bars, data),
        *beside.swapped(bars),
        *beside.lone_moves(bars, returns),
        *beside.shifted(bars, returns),
        *rules.ends_early(bars, data),
    ]


def _notes(findings: list[Finding]) -> list[Note]:
    notes = []
    for rule in RULES:
        own = [finding for finding in findings if finding.rule == rule.name]
        if not own:
            continue
        if rule.name == "gap":
            notes.append(GAPS(rows=_gap_rows(own)))
            continue
        notes.append(
            DOUBTED(
                rule=rule.name,
                meaning=rule.meaning,
                effect=rule.when_warned,
                count=len(own),
                rows=listing((one.note for one in own), "semicolon", most=_LISTED_NOTED),
            )
        )
    return notes


def _gap_rows(gaps: list[Finding]) -> Listing:
    """Sessions without a row, by security."""
    sessions: Counter[str] = Counter()
    for gap in gaps:
        sessions[gap.symbol] += int(gap.value)
    return listing(COUNTED(name=symbol, count=count) for symbol, count in sessions.items())
