"""The factor against the prices and actions beside it: whether an ex-date was one.

On an ex-date the price opens lower by what was paid, so a step of the factor that neither an
action nor the opening shows moves a return that nobody earned.
"""

from __future__ import annotations

import numpy as np

from basketbt.data.adjust import action_steps, unexplained_steps
from basketbt.data.bars import Bars, Flags, Floats, MarketData
from basketbt.data.validation.beside import quantiles
from basketbt.data.validation.findings import Finding, findings_of, of_kind
from basketbt.data.validation.moves import factor_growth

_FALL = 0.002  # of a factor; less is the noise of a division
_STEP = 0.005  # smaller ones no opening tells from none
_OVERNIGHT, _OVER_A_DAY = 0.015, 0.03  # what a share moves beside the market, one sd
_LIKELIER = 2.0  # how much likelier, in logs, the price was never restated


def doubtful_steps(bars: Bars, data: MarketData) -> list[Finding]:
    """Steps of a factor that cannot be, and steps that nothing shows.

    ``falling``: a factor only grows, but where shares were merged, which the price shows.
    ``step``: neither an action explains it nor did the price open lower by it. A share whose
    actions are known needs one, unless the price shows what the table of actions lacks.
    """
    steps = np.where(bars.per_row(bars.has_factor), factor_growth(bars), 1.0)
    steps = np.where(of_kind(bars, "share", "b_share") & (steps > 0), steps, 1.0)
    if (np.abs(steps - 1.0) < _FALL).all():
        return []
    unrestated = _likelier_unrestated(bars, np.log(steps))
    falling = (steps < 1.0 - _FALL) & (unrestated > -_LIKELIER)
    needed, explained = _actions_say(bars, data, steps)
    doubted = np.where(needed, -_LIKELIER, _LIKELIER)
    unshown = (steps > 1.0 + _STEP) & ~explained & (unrestated > doubted)
    return [
        *findings_of(bars, "falling", falling, steps, "the factor falls, growth"),
        *findings_of(bars, "step", unshown, steps, "the factor grows, and no price falls by it,"),
    ]


def _actions_say(bars: Bars, data: MarketData, steps: Floats) -> tuple[Flags, Flags]:
    """(R,) rows of shares whose actions are known, and steps that an action explains."""
    needed, explained = np.zeros(len(bars), dtype=np.bool_), np.zeros(len(bars), dtype=np.bool_)
    for number in np.unique(bars.code[np.abs(steps - 1.0) >= _FALL]).tolist():
        own, actions = bars.own(number), data.actions.get(bars.symbols[number], ())
        dates, close = bars.dates[own], bars.close[own]
        if not actions:
            continue
        known = action_steps(dates, close, actions)
        explained[own] = ~unexplained_steps(steps[own], known, close)
        needed[own] = True
    return needed, explained


def _likelier_unrestated(bars: Bars, step: Floats) -> Floats:
    """(R,) how much likelier, in logs, the first price of a row followed no step than the step."""
    before = np.append(np.nan, bars.close[:-1])[: len(bars)]
    opened = np.isfinite(bars.open)
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.log(np.where(opened, bars.open, bars.close) / before)
    moved[bars.first] = np.nan
    moved = moved - _crowd(bars, np.where(step == 0.0, moved, np.nan))
    scale = np.where(opened, _OVERNIGHT, _OVER_A_DAY)
    found: Floats = np.nan_to_num(((moved + step) ** 2 - moved**2) / (2.0 * scale**2))
    return found


def _crowd(bars: Bars, moved: Floats) -> Floats:
    """(R,) the median move of the shares on the day of each row; 0 where there are few."""
    days, at = np.unique(bars.dates, return_inverse=True)
    grid = np.full((len(days), len(bars.symbols)), np.nan)
    grid[at, bars.code] = np.where(of_kind(bars, "share"), moved, np.nan)
    medians: Floats = np.nan_to_num(quantiles(grid, 0.5)[:, 0])[at]
    return medians
