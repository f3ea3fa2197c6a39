"""Checks of what stands beside the bars: corporate actions and share counts.

Only what can move a number is judged: actions after the first bar of their share, counts in force
on it or later. Each function gives what may be used and what is wrong with the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from basketbt.data.adjust import action_steps, factor_steps, unexplained_steps
from basketbt.data.bars import RATIOS, CorporateAction, Dates, Floats, ShareCounts
from basketbt.data.validation.findings import Finding


def believable_actions(
    actions: Iterable[CorporateAction], dates: Dates, close: Floats
) -> tuple[tuple[CorporateAction, ...], list[Finding]]:
    """The actions of one share that can be applied, in order, and what is wrong with the others.

    Args:
        dates: (T,) days with a bar, ascending. close: (T,) raw closes.
    """
    kept: list[CorporateAction] = []
    wrong: list[Finding] = []
    references: dict[int, float] = {}  # of a bar, after the actions on it that were kept
    for action in sorted(actions, key=lambda action: action.ex_date):
        bar = int(np.searchsorted(dates, action.ex_date))
        if bar == 0:
            kept.append(action)  # before the second bar: no previous close, so no effect
            continue
        before = references.get(bar, float(close[bar - 1]))
        found = _wrong_action(action, kept, before)
        if found is None:
            kept.append(action)
            references[bar] = action.restated(before)
        else:
            wrong.append(found)
    return tuple(kept), wrong


def agreeing_actions(
    actions: tuple[CorporateAction, ...], dates: Dates, close: Floats, factor: Floats
) -> tuple[tuple[CorporateAction, ...], list[Finding]]:
    """The actions that the share's factor confirms, and what is wrong with the others.

    Both restate a previous close; where they do it differently (an ex-date that is a record date,
    cash per ten shares, a table of dividends without its bonus shares), the factor stands, because
    returns are made of it, and money booked by the action would not belong to them.
    """
    steps = factor_steps(factor)
    known = action_steps(dates, close, actions)
    differs = unexplained_steps(steps, known, close)
    kept: list[CorporateAction] = []
    wrong: list[Finding] = []
    for action in actions:
        bar = int(np.searchsorted(dates, action.ex_date))
        if 0 < bar < len(dates) and differs[bar]:
            what = f"previous close / reference is {known.total[bar]:.6g} by it, by the factor"
            wrong.append(_about(action, float(steps[bar]), what, rule="factor"))
        else:
            kept.append(action)
    return tuple(kept), wrong


def _wrong_action(
    action: CorporateAction, kept: list[CorporateAction], before: float
) -> Finding | None:
    for name in RATIOS:
        value = float(getattr(action, name))
        if not (np.isfinite(value) and value >= 0):
            return _about(action, value, name)
    if kept and kept[-1].ex_date == action.ex_date:
        return _about(action, action.cash, "a second action of the day, cash")
    if not action.restated(before) > 0:
        return _about(action, action.cash, f"cash of the whole price before it ({before:.6g}):")
    return None


def _about(action: CorporateAction, value: float, what: str, rule: str = "actions") -> Finding:
    return Finding(rule, action.symbol, action.ex_date, value, what, rule)


def believable_shares(
    counts: ShareCounts, first: np.datetime64
) -> tuple[ShareCounts, list[Finding]]:
    """The rows of one share's counts that can be used, and what is wrong with the others.

    Args:
        counts: with dates ascending. A tradable count of NaN is unknown, which is not wrong.
        first: the first day with a bar; a row that another replaced by then is not judged.
    """
    total, tradable = counts.total, counts.tradable
    second = np.concatenate([[False], counts.dates[1:] == counts.dates[:-1]])
    judged = np.append(counts.dates[1:], np.datetime64("9999-12-31")) > first
    tests: tuple[tuple[NDArray[np.bool_], Floats, str], ...] = (
        (second, total, "a second row of the day, total"),
        (~(np.isfinite(total) & (total > 0)), total, "total"),
        (np.isinf(tradable) | (tradable <= 0), tradable, "tradable"),
        (tradable > total, tradable, "tradable above the total:"),
    )
    wrong: list[Finding] = []
    bad = np.zeros(len(total), dtype=np.bool_)
    for flags, values, what in tests:
        rows = np.flatnonzero(flags & judged & ~bad)
        wrong += [
            Finding("shares", counts.symbol, counts.dates[row], float(values[row]), what, "shares")
            for row in rows
        ]
        bad |= flags & judged
    if not wrong:
        return counts, []
    rest = replace(counts, dates=counts.dates[~bad], total=total[~bad], tradable=tradable[~bad])
    return rest, sorted(wrong, key=lambda one: one.date)
