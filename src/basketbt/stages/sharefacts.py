"""What lists say of shares that the market's rules depend on: board lots and risk warnings.

A share is one thing in the market, whatever list it stands in; so lists that contradict each other
are refused instead of one of them being believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.backtest.account.quotes import risk_warnings
from basketbt.baskets.model import Basket
from basketbt.errors import InputError
from basketbt.prices.data import Instrument


class LotsDisagree(InputError):
    """Fields: symbol, one, other (list and its lot each)."""

    template = "{symbol} has a lot of {one} and of {other}"
    fix = "Mend `lot` in one of the lists: an issuer has one board lot."


class WarningsDisagree(InputError):
    """Fields: symbol, one, other (list and its name each)."""

    template = "{symbol} is under risk warning in {one} and not in {other}: its price limits differ"
    fix = "Name the share alike in both lists (`name_zh`), or study them one by one."


@dataclass(frozen=True, kw_only=True, eq=False)
class ShareFacts:
    """N shares: ``lots`` given by a list, else by the prices' instruments; ``risk_warning`` (N,)
    whether the lists name a share ST."""

    lots: tuple[int | None, ...]
    risk_warning: NDArray[np.bool_]


def facts_of(baskets: Sequence[Basket], instruments: Sequence[Instrument]) -> ShareFacts:
    """What the lists say of each of the N shares of a panel.

    Raises ``LotsDisagree`` and ``WarningsDisagree``, when two lists say different things of one.
    """
    lots, names = _given_lots(baskets), _given_names(baskets)
    symbols = [one.symbol for one in instruments]
    return ShareFacts(
        lots=tuple(lots.get(one.symbol) or one.lot for one in instruments),
        risk_warning=risk_warnings([names.get(symbol, "") for symbol in symbols]),
    )


def _given_lots(baskets: Sequence[Basket]) -> dict[str, int]:
    """The lot of each share that a list gives one for."""
    found: dict[str, tuple[str, int]] = {}
    for basket in baskets:
        for one in basket.constituents:
            if one.lot is None:
                continue
            first, lot = found.setdefault(one.symbol, (basket.id, one.lot))
            if lot != one.lot:
                raise LotsDisagree(
                    symbol=one.symbol,
                    one=f"{lot} in {first}",
                    other=f"{one.lot} in {basket.id}",
                )
    return {symbol: lot for symbol, (_, lot) in found.items()}


def _given_names(baskets: Sequence[Basket]) -> dict[str, str]:
    """What the lists call each share, once they agree whether it is under risk warning."""
    found: dict[str, tuple[str, str]] = {}
    for basket in baskets:
        for one in basket.constituents:
            first, name = found.setdefault(one.symbol, (basket.id, one.name_zh))
            warned, also = risk_warnings([name, one.name_zh])
            if warned != also:
                calm, alarmed = (f"{basket.id} ({one.name_zh})", f"{first} ({name})")
                if also:
                    calm, alarmed = alarmed, calm
                raise WarningsDisagree(symbol=one.symbol, one=alarmed, other=calm)
    return {symbol: name for symbol, (_, name) in found.items()}
