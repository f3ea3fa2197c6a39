"""What a trade costs, by board, date and side: duties, exchange fees and the broker's commission.

All amounts are in the currency of the listing. Every fee is computed on the amount of one trade,
in whole fen (cents), and rounded half up, except the Hong Kong stamp duty, which is rounded up to
the dollar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.errors import InputError
from basketbt.market.calendars import Day, as_date, as_day
from basketbt.market.dated import NoRule, in_force
from basketbt.market.feerules import FEES, FeeKind, FeeRule
from basketbt.market.symbols import Board
from basketbt.notes import message

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Rates are counted in units of 1e-8, so that rate x fen is exact in 64 bits (up to 10¹¹ yuan).
_UNITS = 100_000_000


@dataclass(frozen=True)
class Broker:
    """What a broker charges: ``rate`` x amount, at least ``minimum`` a trade.

    ``includes_exchange_fees``: on the mainland the handling fee and the levy are usually inside
    the quoted commission (含规费); then they are not charged a second time. Hong Kong brokers
    charge them on top, whatever this says.
    """

    rate: float = 0.00025
    minimum: float = 5.0
    includes_exchange_fees: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 0.01 or not 0 <= self.minimum <= 1000:
            raise InputError(
                what=message(
                    "why-commission-with-a-minimum-of", rate=self.rate, minimum=self.minimum
                )
            )


@dataclass(frozen=True)
class Fees:
    """Fees of trades by kind, each an array shaped like the amounts, in whole fen as currency."""

    commission: Floats
    stamp_duty: Floats
    transfer: Floats
    handling: Floats
    levy: Floats


def fees(amount: Floats, is_sell: Flags, *, board: Board, day: Day, broker: Broker) -> Fees:
    """The fees of trades on one day and one board.

    ``amount``: price x shares of each trade, not negative, taken to the nearest fen; a trade of
    nothing costs nothing, not the minimum. ``is_sell`` broadcasts against it. Raises ``NoRule`` for
    a fee that is not recorded for that day.
    """
    fen = np.rint(np.asarray(amount, dtype=np.float64) * 100).astype(np.int64)
    sells = np.broadcast_to(is_sell, fen.shape)
    inside = broker.includes_exchange_fees and board != "hk"
    on = as_date(as_day(day))

    def of(kind: FeeKind) -> Floats:
        rules = in_force(FEES, board, on)
        charged = [_charge(fen, sells, rule) for rule in rules if rule.kind == kind]
        if not charged:
            first = min(r.first for r in FEES if r.kind == kind and board in r.boards)
            raise NoRule(what=kind.replace("_", " "), board=board, date=day, first=first)
        return np.asarray(np.sum(charged, axis=0) / 100)

    return Fees(
        commission=_at_least(_half_up(fen, broker.rate), fen, broker.minimum) / 100,
        stamp_duty=of("stamp_duty"),
        transfer=of("transfer"),
        handling=np.zeros(fen.shape) if inside else of("handling"),
        levy=np.zeros(fen.shape) if inside else of("levy"),
    )


def _charge(fen: Ints, sells: Flags, rule: FeeRule) -> Ints:
    """One fee in fen."""
    exact = _dollar_up(fen, rule.rate) if rule.whole_dollars else _half_up(fen, rule.rate)
    bounded = _at_least(exact, fen, rule.minimum)
    if rule.maximum is not None:
        bounded = np.minimum(bounded, round(rule.maximum * 100))
    return np.where(sells, bounded, 0) if rule.sell_only else bounded


def _half_up(fen: Ints, rate: float) -> Ints:
    return (2 * fen * round(rate * _UNITS) + _UNITS) // (2 * _UNITS)


def _dollar_up(fen: Ints, rate: float) -> Ints:
    return -(-fen * round(rate * _UNITS) // (100 * _UNITS)) * 100


def _at_least(fee: Ints, fen: Ints, minimum: float) -> Ints:
    return np.where(fen > 0, np.maximum(fee, round(minimum * 100)), 0)
