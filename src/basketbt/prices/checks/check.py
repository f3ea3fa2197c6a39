"""Checks before use: what is wrong with prices, what is refused, what is only said.

``check`` takes what a source gave, in any order and quality, and hands back data in which every
security has one believable row a session, in date order; or it refuses, naming the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from basketbt.errors import BadPrices
from basketbt.notes import COUNTED, Listing, Note, NoteKind, listing
from basketbt.prices.checks import rows as rules
from basketbt.prices.checks.policy import RULES, Policy, full_policy
from basketbt.prices.checks.reference_tables import (
    Wrong,
    agreeing_actions,
    believable_actions,
    believable_shares,
)
from basketbt.prices.checks.rows import Doubt, Long
from basketbt.prices.data import MarketData, SymbolBars

_LISTED_REFUSED, _LISTED_NOTED = 20, 6


DOUBTED = NoteKind(
    "price_check",
    en="check {rule}: {meaning}; {effect}. {count} found: {rows}",
    zh="检查项{rule}：{meaning}；{effect}。共{count}处：{rows}",
    severity="warning",
)
GAPS = NoteKind(
    "price_gaps",
    en="no rows, taken as suspended: {rows}",
    zh="无行情，按停牌处理：{rows}",
)
FOUND = NoteKind("found", en="{said}", zh="{symbol} {date}: {value:.6g} [{table}]")
PLACEHOLDERS = NoteKind(
    "no_volume_rows",
    en="rows without volume are taken as suspended: {symbols}",
    zh="成交量为零的行按停牌处理：{symbols}",
)


@dataclass(frozen=True)
class Finding:
    """One thing that a check found. ``table`` names where the row came from."""

    rule: str
    symbol: str
    date: np.datetime64
    value: float
    what: str
    table: str

    def __str__(self) -> str:
        value = "" if np.isnan(self.value) and self.rule == "unsorted" else f" {self.value:.6g}"
        return f"{self.symbol} {self.date}: {self.what}{value} [{self.rule}, {self.table}]"

    @property
    def note(self) -> Note:
        """The same as part of a note, whose rule says in each language what is wrong."""
        return FOUND(said=str(self), **vars(self))


def check(data: MarketData, quality: Mapping[str, Policy] | None = None) -> MarketData:
    """The data fit for a panel: rows in order, one a day, none that a ``warn`` leaves out.

    Only rows that the source returned are judged, which are those of the range asked for. What
    was doubted and used nevertheless stands in the notes.

    Raises:
        BadPrices: findings of rules whose policy is ``refuse``; the first 20 are listed.
        UnknownName: ``quality`` names a check that does not exist.
    """
    policy = full_policy(quality)
    findings = _fx_findings(data)
    notes: list[Note] = []
    bars = [bar for bar in data.bars.values() if len(bar.dates)]
    checked: dict[str, SymbolBars] = {}
    if bars:
        long, found, notes = _checked_rows(rules.long_table(bars))
        findings += found
        checked = _apart(long)
        data, found = _checked_beside(data, checked)
        findings += found
        limits, leaps = rules.beyond_limit(long, data)
        findings += [*_named(long, "leap", leaps), *_named(long, "limit", limits)]
        findings += _named(long, "ends_early", rules.ends_early(long, data))
    refused = [finding for finding in findings if policy[finding.rule] == "refuse"]
    if refused:
        listing = [str(finding) for finding in refused[:_LISTED_REFUSED]]
        if len(refused) > _LISTED_REFUSED:
            listing.append(f"and {len(refused) - _LISTED_REFUSED} more")
        raise BadPrices(count=len(refused), listing="\n".join(listing))
    return replace(data, bars=checked, notes=(*data.notes, *notes, *_notes(findings)))


def _checked_rows(long: Long) -> tuple[Long, list[Finding], list[Note]]:
    """The rules of rows in turn; a row that one of them leaves out is not shown to the next."""
    findings = _named(long, "unsorted", rules.disorder(long))
    long = long.take(np.lexsort((long.dates, long.column)))
    idle = rules.placeholders(long)
    notes = []
    if idle.any():
        symbols = [long.bars[number].symbol for number in np.unique(long.column[idle])]
        notes.append(PLACEHOLDERS(symbols=listing(symbols)))
        long = long.take(np.flatnonzero(~idle))
    doubts = rules.duplicates(long)
    findings += _named(long, "duplicates", doubts)
    long = _without(long, [doubt.row - 1 for doubt in doubts])
    for name, rule in _ROW_RULES.items():
        doubts = rule(long)
        findings += _named(long, name, doubts)
        long = _without(long, [doubt.row for doubt in doubts])
    for name, rule in _OTHER_RULES.items():
        findings += _named(long, name, rule(long))
    return long, findings, notes


def _checked_beside(
    data: MarketData, bars: Mapping[str, SymbolBars]
) -> tuple[MarketData, list[Finding]]:
    """Actions and share counts of the securities with bars, without those that cannot be."""
    findings: list[Finding] = []
    actions, shares = dict(data.actions), dict(data.shares)
    for symbol, bar in bars.items():
        if symbol in actions:
            close = np.full(len(bar.close), np.inf) if bar.adjusted else bar.close
            actions[symbol], wrong = believable_actions(actions[symbol], bar.dates, close)
            findings += _beside("actions", symbol, wrong)
            if bar.factor is not None and not bar.adjusted:
                agreed = agreeing_actions(actions[symbol], bar.dates, bar.close, bar.factor)
                actions[symbol], wrong = agreed
                findings += _beside("factor", symbol, wrong)
        if symbol in shares:
            shares[symbol], wrong = believable_shares(shares[symbol], bar.dates[0])
            findings += _beside("shares", symbol, wrong)
    return replace(data, actions=actions, shares=shares), findings


def _beside(rule: str, symbol: str, wrong: list[Wrong]) -> list[Finding]:
    return [Finding(rule, symbol, one.date, one.value, one.what, rule) for one in wrong]


_ROW_RULES: Mapping[str, Callable[[Long], list[Doubt]]] = {
    "non_finite": rules.not_finite,
    "non_positive": rules.not_positive,
    "off_calendar": rules.off_calendar,
}
_OTHER_RULES: Mapping[str, Callable[[Long], list[Doubt]]] = {
    "ohlc": rules.close_outside,
    "open": rules.open_outside,
    "units": rules.units,
    "hole": rules.holes,
    "gap": rules.gaps,
}


def _without(long: Long, rows: list[int]) -> Long:
    if not rows:
        return long
    keep = np.ones(len(long.dates), dtype=np.bool_)
    keep[rows] = False
    return long.take(np.flatnonzero(keep))


def _named(long: Long, rule: str, doubts: list[Doubt]) -> list[Finding]:
    return [
        Finding(
            rule=rule,
            symbol=long.bars[long.column[doubt.row]].symbol,
            date=long.dates[doubt.row] if doubt.day is None else doubt.day,
            value=doubt.value,
            what=doubt.what,
            table=long.bars[long.column[doubt.row]].table,
        )
        for doubt in doubts
    ]


def _apart(long: Long) -> dict[str, SymbolBars]:
    """The rows by security again; one that lost all of them is gone."""
    edges = np.searchsorted(long.column, np.arange(len(long.bars) + 1))
    found = {}
    for number, bar in enumerate(long.bars):
        rows = slice(edges[number], edges[number + 1])
        if rows.start == rows.stop:
            continue
        found[bar.symbol] = replace(
            bar,
            dates=long.dates[rows],
            open=long.values["open"][rows],
            high=long.values["high"][rows],
            low=long.values["low"][rows],
            close=long.values["close"][rows],
            volume=long.values["volume"][rows],
            amount=long.values["amount"][rows],
            factor=None if bar.factor is None else long.values["factor"][rows],
        )
    return found


def _fx_findings(data: MarketData) -> list[Finding]:
    findings = []
    for pair, series in data.fx.items():
        strange = rules.strange_rate(series)
        if strange is not None:
            what = f"{series.quote} for one {series.base} cannot be"
            findings.append(Finding("fx", pair, strange[0], strange[1], what, "fx"))
    return findings


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
    sessions: dict[str, int] = {}
    for gap in gaps:
        sessions[gap.symbol] = sessions.get(gap.symbol, 0) + int(gap.value)
    return listing(COUNTED(name=symbol, count=count) for symbol, count in sessions.items())
