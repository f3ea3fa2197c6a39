"""How many shares an order may have, and when what was bought may be sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from basketbt.errors import DataError
from basketbt.market.calendars import Day, as_date, as_day
from basketbt.market.dated import UNCONFIRMED, DatedRule, the_rule
from basketbt.market.symbols import Symbol
from basketbt.notes import message

Ints = NDArray[np.int64]

_NO_MAXIMUM = "order maximum not recorded"


@dataclass(frozen=True, kw_only=True)
class LotRule(DatedRule):
    """Order sizes of a board, in shares.

    ``minimum`` and ``step``: a buy has ``minimum`` shares or some steps more; None where each
    share has its own lot (Hong Kong). ``order_maximum``: the most in one limit order; None where
    none is recorded. ``settlement``: sessions before bought shares may be sold (T+1: 1).
    """

    minimum: int | None
    step: int | None
    order_maximum: int | None
    settlement: int

    @property
    def value(self) -> str:
        size = f"{self.minimum} shares, then steps of {self.step}" if self.minimum else "own lot"
        most = f"at most {self.order_maximum:,} an order" if self.order_maximum else _NO_MAXIMUM
        return f"{size}, {most}, T+{self.settlement}"


_ODD = "an odd lot is sold only as a whole"

LOTS: tuple[LotRule, ...] = (
    LotRule(
        boards=("main",),
        first=date(2005, 1, 1),
        minimum=100,
        step=100,
        order_maximum=1_000_000,
        settlement=1,
        source=f"SSE and SZSE trading rules, now SSE c_20260424_10816482; {_ODD}",
    ),
    LotRule(
        boards=("chinext",),
        first=date(2009, 10, 30),
        last=date(2020, 8, 23),
        minimum=100,
        step=100,
        order_maximum=1_000_000,
        settlement=1,
        source=f"SZSE t20060515_499577; {_ODD}",
    ),
    LotRule(
        boards=("chinext",),
        first=date(2020, 8, 24),
        minimum=100,
        step=100,
        order_maximum=300_000,
        settlement=1,
        source=f"SZSE t20200612_578381; {_ODD}",
    ),
    LotRule(
        boards=("star",),
        first=date(2019, 7, 22),
        minimum=200,
        step=1,
        order_maximum=100_000,
        settlement=1,
        source=f"SSE special rules of the STAR market, edu.sse.com.cn/tib 4761956; {_ODD}",
    ),
    LotRule(
        boards=("bse",),
        first=date(2021, 11, 15),
        minimum=100,
        step=1,
        order_maximum=1_000_000,
        settlement=1,
        source=f"BSE 200010919, 200028217 ({UNCONFIRMED}order maximum); {_ODD}",
    ),
    LotRule(
        boards=("hk",),
        first=date(2005, 1, 1),
        minimum=None,
        step=None,
        order_maximum=None,
        settlement=0,
        source="HKEX: every issuer chooses its board lot; the day's purchases may be sold",
    ),
)


class NoLot(DataError):
    """A security whose lot is neither a rule of its board nor given. Field: symbol."""


@dataclass(frozen=True)
class Lots:
    """Order sizes of N securities on one day, (N,) shares; ``settlement`` in sessions.

    ``order_maximum`` is the most one order may have (the largest integer where none is recorded):
    a larger trade takes several orders.
    """

    minimum: Ints
    step: Ints
    order_maximum: Ints
    settlement: Ints


def lots_of(symbols: Sequence[Symbol], day: Day, given: Sequence[int | None]) -> Lots:
    """The order sizes of ``symbols`` on ``day``; ``given`` holds each one's own lot or None.

    A given lot counts only where the board leaves it to the issuer. Raises ``NoLot`` for a Hong
    Kong share without one, ``DataError`` for what the account does not trade (an index, a fund, a
    B share), ``NoRule`` for a day before the records of the board begin.
    """
    on = as_date(as_day(day))
    rows = [_sizes(symbol, on, lot) for symbol, lot in zip(symbols, given, strict=True)]
    minimum, step, maximum, settlement = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Lots(minimum, step, maximum, settlement)


def round_buy(wanted: NDArray[np.float64] | Ints, lots: Lots) -> Ints:
    """The most shares not above ``wanted`` (N,) that may be bought; 0 below the minimum."""
    whole = np.floor(wanted).astype(np.int64)
    steps = (whole - lots.minimum) // lots.step
    return np.where(whole >= lots.minimum, lots.minimum + steps * lots.step, 0)


def round_sell(wanted: NDArray[np.float64] | Ints, held: Ints, lots: Lots) -> Ints:
    """The most shares not above ``wanted`` (N,) that may be sold out of ``held``.

    Selling everything is always allowed, odd lot included; a part of a holding follows the sizes
    of a buy.
    """
    return np.where(wanted >= held, held, round_buy(wanted, lots))


def _sizes(symbol: Symbol, day: date, given: int | None) -> tuple[int, int, int, int]:
    if symbol.board is None:
        raise DataError(what=message("why-is-not-a-share-it", symbol=symbol))
    if symbol.kind == "b_share":
        raise DataError(what=message("why-is-a-b-share-no", symbol=symbol))
    rule = the_rule(LOTS, symbol.board, day, "order size")
    most = np.iinfo(np.int64).max if rule.order_maximum is None else rule.order_maximum
    if rule.minimum is not None and rule.step is not None:
        return rule.minimum, rule.step, most, rule.settlement
    if given is None:
        raise NoLot(symbol=symbol)
    return given, given, most, rule.settlement
