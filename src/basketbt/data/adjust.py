"""Adjustment of one security's history: factors, reference prices, price and total return.

The truth is the raw close and a multiplicative factor f: C·f is a total-return price up to a
constant. An ex-date multiplies f by C_prev / reference, where the reference is the previous close
restated by the rule of the exchanges (``market.limits.ex_price``). Price return moves with share
changes only (bonus issues, splits, rights), total return also reinvests cash.

Pure functions. ``dates`` are the T days with a bar, strictly increasing; all arrays are (T,).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Bars, CorporateAction, Dates, Flags, Floats
from basketbt.market.limits import half_up_fen

# A step of the factor smaller than this is the noise of a division, not an ex-date: the smallest
# dividend that moves a reference price is one fen on a price below 10,000 yuan.
_STEP = 1e-6
# Vendors build the step from a reference rounded to the fen, some from the unrounded one.
_HALF_FEN = 0.005
_RATIO_TOLERANCE = 2e-4


@dataclass(frozen=True)
class ActionSteps:
    """What the corporate actions do on each bar: ratios of previous close to reference, (T,).

    1 where nothing happens. ``total`` counts cash, bonus and rights, ``price`` not the cash.
    An action on a day without a bar (suspended) takes effect on the next bar; one before the
    second bar has no previous close and no effect.
    """

    total: Floats
    price: Floats


def action_steps(dates: Dates, close: Floats, actions: Iterable[CorporateAction]) -> ActionSteps:
    """The steps that the actions of one share imply; several on one bar are applied in turn.

    Raises:
        ValueError: an action takes away the whole price (cash at or above the previous close).
    """
    total, price = np.ones(len(dates)), np.ones(len(dates))
    for action in sorted(actions, key=lambda action: action.ex_date):
        bar = int(np.searchsorted(dates, action.ex_date))
        if not 0 < bar < len(dates):
            continue
        before = close[bar - 1] / total[bar]
        reference = action.restated(before)
        if not reference > 0:
            raise ValueError(f"{action.symbol} {action.ex_date}: the action leaves no price")
        total[bar] *= before / reference
        value = action.rights_price * action.rights
        price[bar] *= before * (1.0 + action.bonus + action.rights) / (before + value)
    return ActionSteps(total, price)


def factor_steps(factor: Floats) -> Floats:
    """f_t / f_{t-1} of a factor, (T,); exactly 1 on the first bar and where only noise differs."""
    steps = np.ones(len(factor))
    with np.errstate(divide="ignore", invalid="ignore"):  # a factor of 0 is refused by its check
        np.divide(factor[1:], factor[:-1], out=steps[1:])
    steps[np.abs(steps - 1.0) < _STEP] = 1.0
    return steps


def unexplained_steps(steps: Floats, actions: ActionSteps, close: Floats) -> NDArray[np.bool_]:
    """Where a vendor's factor and the actions tell different stories, (T,).

    They agree when the ratio differs by no more than a reference rounded to the fen explains.
    """
    previous = np.concatenate([[np.nan], close[:-1]])
    reference = previous / actions.total
    tolerance = _RATIO_TOLERANCE + _HALF_FEN / reference
    differs: NDArray[np.bool_] = np.abs(steps / actions.total - 1.0) > tolerance
    return differs


@dataclass(frozen=True)
class Adjusted:
    """One security on its own bars: C·f for both kinds of return, and the reference price.

    ``breaks`` counts, up to each bar, the steps of the factor that no action explains: a price
    return is known between bars of equal count.
    """

    total: Floats
    price: Floats
    breaks: Floats
    reference: Floats


def adjust(
    dates: Dates,
    close: Floats,
    factor: Floats | None,
    actions: Iterable[CorporateAction] = (),
    *,
    fen: bool = True,
) -> Adjusted:
    """Total- and price-return prices and the reference prices of one security.

    The factor is the vendor's if there is one, else that of the actions. ``total`` and ``price``
    are the raw close on the last bar. A step of the factor that no action explains is left out of
    ``price``, because a factor alone does not tell cash from shares, and counted in ``breaks``.
    ``reference`` is NaN on the first bar.

    Args:
        fen: restated references are rounded half up to 0.01, the rule of the mainland exchanges.
    """
    known = action_steps(dates, close, actions)
    steps = known.total if factor is None else factor_steps(factor)
    unknown = unexplained_steps(steps, known, close)
    return Adjusted(
        total=close * _factor(steps),
        price=close * _factor(known.price),
        breaks=np.cumsum(unknown).astype(np.float64),
        reference=reference_prices(close, steps, fen=fen),
    )


def reference_prices(close: Floats, steps: Floats, *, fen: bool = True) -> Floats:
    """The previous close divided by the step, (T,); restated only where there is one."""
    reference = np.full(len(close), np.nan)
    reference[1:] = close[:-1]
    moved = steps != 1.0
    restated = reference[moved] / steps[moved]
    reference[moved] = half_up_fen(restated) if fen else restated
    return reference


def _factor(steps: Floats) -> Floats:
    """The factor that makes the steps, 1 on the last bar."""
    factor: Floats = np.cumprod(steps, dtype=np.float64)
    return factor / factor[-1:]


def whole_ticks(close: Floats, tick: float) -> Flags:
    """(R,) closes that are whole multiples of a tick, but for what single precision loses."""
    slack = np.minimum(np.maximum(1e-4 * tick / 0.01, np.abs(close) * 2e-7), 0.3 * tick)
    whole: Flags = np.abs(close - np.round(close / tick) * tick) <= slack
    return whole


def restated_steps(
    place: NDArray[np.intp], close: Floats, previous: Floats, tolerance: Floats | float
) -> tuple[Floats, Flags]:
    """Previous close / reference on each row, (T,), from the previous closes that a vendor gives.

    The exchange restates the previous close on an ex-date; where a vendor's differs from the close
    of the row before by more than ``tolerance``, their ratio is the step of the factor. After
    missing sessions (``place`` is the number of the row's session) a difference may as well be a
    row that is missing: no step is made, and the row is doubtful.
    """
    steps, doubtful = np.ones(len(close)), np.zeros(len(close), dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(close))
    before, row = known[:-1], known[1:]
    with np.errstate(invalid="ignore"):  # an unknown previous close differs from none
        off = np.abs(close[before] - previous[row])
        differs = off > np.broadcast_to(tolerance, close.shape)[row]
    before, row = before[differs], row[differs]
    # Rows between them that have no close are sessions that are there, and were not traded.
    next_session = place[row] - place[before] == row - before
    steps[row[next_session]] = (close[before] / previous[row])[next_session]
    doubtful[row[~next_session]] = True
    return steps, doubtful


# A share's return of one session is about so large; the most that one ex-date tells.
_ONE_SESSION, _MOST_OF_ONE = 0.03, 8.0


def evidence_of_adjusted(bars: Bars, actions: Mapping[str, Sequence[CorporateAction]]) -> float:
    """How much likelier closes that are adjusted already make the moves on ex-dates, in logs.

    Above zero: the closes move on ex-dates as on any other day. Below: they fall by the step, as
    raw ones do. Around zero: there are too few ex-dates, or too small ones. Rows in any order.
    """
    found = 0.0
    for number, symbol in enumerate(bars.symbols):
        own = bars.own(number)
        order = np.argsort(bars.dates[own], kind="stable")
        dates, close, factor = (
            bars.dates[own][order],
            bars.close[own][order],
            bars.factor[own][order],
        )
        if bars.adjusted[number] or len(close) < 2:
            continue
        if np.isfinite(factor).all():
            steps = factor_steps(factor)
        else:
            steps = _steps_or_none(dates, close, actions.get(symbol, ()))
        at = np.flatnonzero((steps != 1.0) & (steps > 0))
        at = at[at > 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = np.log(close[at] / close[at - 1])
        one = ((moved + np.log(steps[at])) ** 2 - moved**2) / (2.0 * _ONE_SESSION**2)
        found += float(np.clip(one[np.isfinite(one)], -_MOST_OF_ONE, _MOST_OF_ONE).sum())
    return found


def _steps_or_none(dates: Dates, close: Floats, actions: Iterable[CorporateAction]) -> Floats:
    try:
        return action_steps(dates, close, actions).total
    except ValueError:  # an action that cannot be, which is refused elsewhere
        return np.ones(len(dates))
