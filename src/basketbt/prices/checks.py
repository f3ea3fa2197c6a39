"""Checks before use: what is wrong with prices, what is refused, what is only said.

``check`` takes what a source gave, in any order and quality, and hands back data in which every
security has one believable row a session, in date order; or it refuses, naming the rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from basketbt.errors import BadPrices, UnknownName
from basketbt.notes import Note, NoteKind
from basketbt.prices import check_rules as rules
from basketbt.prices.check_beside import (
    Wrong,
    agreeing_actions,
    believable_actions,
    believable_shares,
)
from basketbt.prices.check_rules import Doubt, Long
from basketbt.prices.data import MarketData, SymbolBars

Policy = Literal["refuse", "warn"]
_LISTED_REFUSED, _LISTED_NOTED = 20, 6


@dataclass(frozen=True)
class Rule:
    """A check: its name in ``prices.quality``, what it finds, and what ``warn`` does then."""

    name: str
    default: Policy
    meaning: str
    meaning_zh: str
    when_warned: str
    when_warned_zh: str


_DROPPED = ("the row is left out, as if suspended", "该行剔除，视同停牌")
_KEPT = ("the row is used as it is", "按原值使用")

RULES: tuple[Rule, ...] = (
    Rule(
        "unsorted",
        "warn",
        "rows out of date order",
        "日期未按升序排列",
        "the rows are sorted",
        "已重新排序",
    ),
    Rule(
        "duplicates",
        "refuse",
        "two rows of one security and day",
        "同一证券同一日期有多行",
        "the last row of the day is used",
        "取当日最后一行",
    ),
    Rule(
        "non_finite",
        "refuse",
        "an empty close or factor, or an infinite value",
        "收盘价或复权因子为空，或数值为无穷",
        *_DROPPED,
    ),
    Rule(
        "non_positive",
        "refuse",
        "a price or factor of zero or less, a negative volume or amount",
        "价格或因子小于等于零，或成交量、成交额为负",
        *_DROPPED,
    ),
    Rule(
        "off_calendar",
        "refuse",
        "a row on a day that was no session of the security's exchange",
        "日期不是该证券交易所的交易日",
        *_DROPPED,
    ),
    Rule(
        "ohlc",
        "refuse",
        "a close outside [low, high], or a low above the high",
        "收盘价超出最低价至最高价区间，或最低价高于最高价",
        *_KEPT,
    ),
    Rule(
        "open",
        "warn",
        "an open outside [low, high] (some vendors give the price of the opening auction)",
        "开盘价超出最低价至最高价区间（部分数据商给出的是集合竞价价格）",
        *_KEPT,
    ),
    Rule(
        "units",
        "refuse",
        "amount / (volume x mean price) is not about 1",
        "成交额÷（成交量×均价）不约等于1",
        *_KEPT,
    ),
    Rule(
        "fx",
        "refuse",
        "an exchange rate that cannot be for one unit",
        "汇率不是每1单位外币",
        *_KEPT,
    ),
    Rule(
        "actions",
        "refuse",
        "a corporate action that is negative or infinite, there twice, or takes the whole price",
        "公司行为为负值或无穷、同日重复，或派现不低于前收盘价",
        "the action is left out",
        "剔除该公司行为",
    ),
    Rule(
        "factor",
        "warn",
        "a corporate action that restates the previous close otherwise than the share's factor "
        "(its record date, cash per ten shares, a dividend without its bonus shares)",
        "公司行为与复权因子对前收盘价的调整不一致（登记日、每十股派现、缺送转等）",
        "the action is left out and the factor stands",
        "剔除该公司行为，以复权因子为准",
    ),
    Rule(
        "shares",
        "refuse",
        "a share count that is not positive, there twice, or tradable above the total",
        "股本不为正、同日重复，或流通股大于总股本",
        "the row is left out, the counts before it hold",
        "剔除该行，沿用此前股本",
    ),
    Rule(
        "leap",
        "refuse",
        "a close beyond three daily limits in a row from the reference price (not in a share's "
        "first five sessions, nor after more than ten without a row)",
        "收盘价超出连续三个涨跌停的幅度（上市前五日、缺行超过十日之后除外）",
        *_KEPT,
    ),
    Rule(
        "limit",
        "warn",
        "a close beyond the board's daily limit from the reference price",
        "收盘价超出该板块涨跌幅限制",
        *_KEPT,
    ),
    Rule(
        "ends_early",
        "warn",
        "a security whose rows end more than five sessions before its table's (suspended, or an "
        "export that was not brought up to date)",
        "证券行情比所在表早止五个交易日以上（停牌，或导出未更新）",
        "the price is carried and the sessions count as suspended",
        "沿用前价，计为停牌",
    ),
    Rule(
        "hole",
        "warn",
        "a session on which no security of a table has a row, or an index no level",
        "某交易日整表无任何证券的行，或指数无点位",
        "shares count as suspended; returns beside the index are unknown on that session",
        "个股计为停牌；该日相对指数的收益未知",
    ),
    Rule(
        "gap",
        "warn",
        "sessions without a row between two rows (a suspension, or missing data)",
        "两行之间缺少交易日（停牌或缺数据）",
        "the price is carried and the sessions count as suspended",
        "沿用前价，计为停牌",
    ),
)
DEFAULT_POLICY: Mapping[str, Policy] = {rule.name: rule.default for rule in RULES}

DOUBTED = NoteKind(
    "price_check",
    en="check {rule}: {meaning}; {effect}. {count} found: {rows}",
    zh="检查项{rule}：{meaning_zh}；{effect_zh}。共{count}处：{rows_zh}",
    severity="warning",
)
GAPS = NoteKind(
    "price_gaps",
    en="no rows, taken as suspended: {rows}",
    zh="无行情，按停牌处理：{rows}",
)
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
    def row(self) -> str:
        """Where and how much, for a sentence that says what in another language."""
        return f"{self.symbol} {self.date}: {self.value:.6g} [{self.table}]"


def full_policy(chosen: Mapping[str, Policy] | None) -> dict[str, Policy]:
    """The defaults with a study's choices over them.

    Raises:
        UnknownName: a check that does not exist.
    """
    for name in chosen or {}:
        if name not in DEFAULT_POLICY:
            near = difflib.get_close_matches(name, DEFAULT_POLICY, 1)
            nearest = f"; did you mean {near[0]!r}?" if near else ""
            known = ", ".join(DEFAULT_POLICY)
            raise UnknownName(kind="price check", name=name, nearest=nearest, known=known)
    return {**DEFAULT_POLICY, **(chosen or {})}


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
        notes.append(PLACEHOLDERS(symbols=", ".join(symbols)))
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
        more = f" (+{len(own) - _LISTED_NOTED})" if len(own) > _LISTED_NOTED else ""
        notes.append(
            DOUBTED(
                rule=rule.name,
                meaning=rule.meaning,
                meaning_zh=rule.meaning_zh,
                effect=rule.when_warned,
                effect_zh=rule.when_warned_zh,
                count=len(own),
                rows="; ".join(map(str, own[:_LISTED_NOTED])) + more,
                rows_zh=";".join(finding.row for finding in own[:_LISTED_NOTED]) + more,
            )
        )
    return notes


def _gap_rows(gaps: list[Finding]) -> str:
    """``301269.SZ 12``: sessions without a row, by security."""
    sessions: dict[str, int] = {}
    for gap in gaps:
        sessions[gap.symbol] = sessions.get(gap.symbol, 0) + int(gap.value)
    return ", ".join(f"{symbol} {count}" for symbol, count in sessions.items())
