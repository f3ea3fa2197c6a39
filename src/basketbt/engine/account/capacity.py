"""What the session of an account's first orders offered: shares locked at its open, room for money.

*Locked* is a share that opened at its upper limit: the opening auction matched at the limit, where
buyers queue, so an order of a reader was not sure to be served. The account itself buys a share
that left the limit during the session (``quotes.blocked``); one that never left it is not bought.

*Capacity* is the money of orders at the target weights of the shares that could be bought, which
that session's volume takes at the account's participation and at the account's price:

    room_i      = participation x volume_i x price_i
    part_i      = w_i / sum of w over the shares that could be bought
    capacity    = min room_i / part_i                       every order filled whole
    capacity_90 = max K: sum min(K part_i, room_i) >= 0.9 K  nine tenths of the money filled

Lots and fees are left aside, and what the orders would have moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel
from basketbt.engine.account.quotes import opened_at_limit, raw_quotes
from basketbt.engine.account.schedule import Moment, weights_at_entry
from basketbt.engine.account.settings import AccountSettings
from basketbt.engine.account.sizing import PRICE_UNIT
from basketbt.engine.index import IndexPath
from basketbt.market.limits import PriceLimits

Bools = NDArray[np.bool_]

#: The part of the money that ``capacity_90`` fills.
MOST = 0.9


@dataclass(frozen=True, kw_only=True, eq=False)
class FirstSession:
    """B accounts at the moment of their first orders, N shares.

    ``weights`` (B, N) are those that the account sets out for; zero without an account.
    ``locked`` (B, N) of its shares that opened at their upper limit, ``shut`` (B, N) those of them
    that never left it, ``open`` (B, N) those that could be bought. Money in yuan, NaN where nothing
    could be bought; ``tightest`` (B,) is the column that limits ``capacity``, -1 for none.
    ``locked_weight`` (B,) is a part of the weights, NaN for an account that enters at a close.
    """

    weights: Floats
    locked: Bools
    shut: Bools
    open: Bools
    locked_weight: Floats
    capacity: Floats
    capacity_90: Floats
    tightest: NDArray[np.intp]


def first_session(
    panel: PricePanel,
    rows: slice,
    path: IndexPath,
    *,
    entry: NDArray[np.intp],
    moments: NDArray[np.int8],
    settings: AccountSettings,
    limits: PriceLimits,
    refused: Bools,
) -> FirstSession:
    """See :class:`FirstSession`; ``rows`` are the panel's rows of the path, ``limits`` theirs."""
    opened = entry >= 0
    weights = weights_at_entry(path, entry, moments) * opened[:, None]
    locked, shut = (np.zeros(weights.shape, dtype=np.bool_) for _ in range(2))
    room = np.zeros(weights.shape)
    for row in np.unique(entry[opened]).tolist():
        day = slice(rows.start + row, rows.start + row + 1)
        that_day = PriceLimits(up=limits.up[row : row + 1], down=limits.down[row : row + 1])
        quotes = raw_quotes(panel, day, settings, that_day, refused)
        at_limit, all_day = (one[0] for one in opened_at_limit(panel, day, that_day))
        for moment in Moment:
            mine = (entry == row) & (moments == moment)
            money = quotes.capacity[0] * (quotes.buy[moment, 0] / PRICE_UNIT)
            room[mine] = np.where(quotes.no_buy[moment, 0] > 0, 0.0, money)
            if moment == Moment.OPEN:
                locked[mine], shut[mine] = at_limit & ~refused, all_day & ~refused
    wanted = weights > 0
    capacity, most, tightest = capacities(weights, room)
    total = np.where(opened, weights.sum(axis=1), 1.0)
    known = np.where(opened & (moments == Moment.OPEN), 1.0, np.nan)
    return FirstSession(
        weights=weights,
        locked=locked & wanted,
        shut=shut & wanted,
        open=(room > 0) & wanted,
        locked_weight=(weights * locked).sum(axis=1) / total * known,
        capacity=capacity,
        capacity_90=most,
        tightest=tightest,
    )


def capacities(weights: Floats, room: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """``capacity``, ``capacity_90`` and the ``tightest`` share of B baskets, (B,) each.

    ``weights`` (B, N), of any sum; ``room`` (B, N) the money that a share takes, 0 for one that
    cannot be bought.
    """
    parts = np.where(room > 0, weights, 0.0)
    total = parts.sum(axis=1, keepdims=True)
    parts = parts / np.where(total > 0, total, 1.0)
    full = np.divide(room, parts, out=np.full(room.shape, np.inf), where=parts > 0)
    some = total[:, 0] > 0
    # Orders of K in all: the shares whose room is exhausted at K come first.
    order = np.argsort(full, axis=1, kind="stable")
    at = np.take_along_axis(full, order, axis=1)
    taken = np.where(np.isfinite(at), np.take_along_axis(room, order, axis=1), 0.0).cumsum(axis=1)
    rest = 1.0 - np.take_along_axis(parts, order, axis=1).cumsum(axis=1)
    filled = np.where(np.isfinite(at), taken / at + rest, 0.0)  # of the money K = at
    last = np.maximum((filled >= MOST).sum(axis=1) - 1, 0)[:, None]
    most = np.take_along_axis(taken, last, axis=1) / (MOST - np.take_along_axis(rest, last, axis=1))
    return (
        np.where(some, at[:, 0], np.nan),
        np.where(some, most[:, 0], np.nan),
        np.where(some, order[:, 0], -1),
    )
