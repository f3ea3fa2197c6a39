"""From the price a share would have to the price it was allowed to have. Plain arrays, (T, N).

The ideal price knows neither tick nor limit nor suspension. The quoted close follows it as far as
the rules of the day permit, so a move larger than the limit takes several sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.market.limits import LimitFractions, limit_prices
from basketbt.market.reference import half_up_fen, reference_price
from basketbt.prices.data import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Plot:
    """What is settled before the first price, (T, N)."""

    traded: Flags  # there is a bar
    one_word: Flags  # only the upper limit is quoted, whatever the ideal price says
    payout: Floats  # cash on its ex-date, as a fraction of the previous price
    bonus: Floats  # bonus shares per share on their ex-date
    up: Floats  # price limits as fractions, NaN where none holds
    down: Floats


@dataclass(frozen=True)
class Closes:
    """Closes and the day's rules, (T, N); NaN before the first bar, carried while suspended.

    ``reference`` is the previous close restated on ex-dates; ``up`` and ``down`` are the limit
    prices, NaN where none holds.
    """

    close: Floats
    reference: Floats
    up: Floats
    down: Floats


@dataclass(frozen=True)
class Shocks:
    """Independent standard normal numbers of every session, (T, N) each."""

    own: Floats  # the share's own return
    activity: Floats  # how lively the session is: scales own return and turnover
    opening: Floats
    above: Floats  # how far the high and the low reach
    below: Floats


@dataclass(frozen=True)
class Candles:
    """Prices on the tick, volume in whole hundreds of shares, amount in currency, (T, N)."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    amount: Floats


def quoted_closes(ideal: Floats, cash: Floats, plot: Plot) -> Closes:
    """Walk the sessions in order; everything is (T, N).

    Args:
        ideal: prices to follow, already lowered on ex-dates.
        cash: dividends per share on their ex-date, 0 elsewhere.
        plot: an ex-date in it must be a session with a bar.
    """
    wanted = half_up_fen(ideal)
    changes = np.any((cash > 0) | (plot.bonus > 0), axis=1).tolist()
    walk = Closes(*(np.full(ideal.shape, np.nan) for _ in range(4)))
    last = np.full(ideal.shape[1], np.nan)
    for t in range(len(ideal)):
        base = reference_price(last, cash[t], plot.bonus[t]) if changes[t] else last
        up, down = limit_prices(base, LimitFractions(plot.up[t], plot.down[t]))
        # fmin and fmax ignore the NaN of a limit that does not hold.
        price = np.where(plot.one_word[t], up, np.fmin(np.fmax(wanted[t], down), up))
        last = np.where(plot.traded[t], price, last)
        walk.close[t], walk.reference[t], walk.up[t], walk.down[t] = last, base, up, down
    return walk


def candles(
    walk: Closes, shocks: Shocks, volatility: Floats, quiet_volume: Floats, one_word: Flags
) -> Candles:
    """Give every close a session around it, inside the limits.

    Args:
        volatility: (N,) daily, of each share's own log returns.
        quiet_volume: (T, N) shares traded on a session without news.
        one_word: (T, N) sessions with a single price.
    """
    base = np.where(np.isnan(walk.reference), walk.close, walk.reference)
    change = np.log(walk.close / base)
    begun = base * np.exp(0.4 * change + 0.3 * volatility * shocks.opening)
    opened = np.fmin(np.fmax(half_up_fen(begun), walk.down), walk.up)
    opened = np.where(one_word, walk.close, opened)
    reach = np.where(one_word, 0.0, 0.4 * volatility)
    high = np.maximum(opened, walk.close) * np.exp(reach * np.abs(shocks.above))
    low = np.minimum(opened, walk.close) * np.exp(-reach * np.abs(shocks.below))
    high = np.fmin(half_up_fen(high), walk.up)
    low = np.fmax(half_up_fen(low), walk.down)
    # On a one-word board the sellers have gone, and most buyers wait in vain.
    liveliness = np.where(one_word, -1.6, 8.0 * np.abs(change)) + 0.35 * shocks.activity
    hundreds = np.rint(quiet_volume * np.exp(liveliness) / 100)
    volume = 100 * np.maximum(hundreds, 1.0)
    mean_price = (opened + high + low + walk.close) / 4
    amount = np.rint(volume * mean_price * 100) / 100
    return Candles(opened, high, low, walk.close, volume, amount)
