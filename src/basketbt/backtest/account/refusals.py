"""What an account cannot hold, and why: one cause a share."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from basketbt.market.symbols import parse_symbol
from basketbt.notes import Listing, NoteKind, listing
from basketbt.prices.data import Floats
from basketbt.prices.panel import PricePanel

Bools = NDArray[np.bool_]


REFUSED = NoteKind("refused_shares", en="{symbols} ({cause})", zh="{symbols}（{cause}）")


class Cause(Enum):
    """Why a share cannot be held; of several causes the first one counts."""

    ADJUSTED = NoteKind("refused-adjusted", en="only adjusted prices", zh="仅有复权价")
    NO_RULES = NoteKind(
        "refused-no-rules", en="B share, whose rules are not recorded", zh="B股，未录入其规则"
    )
    NO_RATE = NoteKind("refused-no-rate", en="no rate to yuan", zh="无兑人民币汇率")


def refused_shares(panel: PricePanel) -> dict[Cause, Bools]:
    """(N,) the shares that each cause refuses; no share is refused twice."""
    b_share = np.array([parse_symbol(name).kind == "b_share" for name in panel.symbols])
    found: dict[Cause, Bools] = {}
    left = np.ones(len(panel.symbols), dtype=np.bool_)
    for cause, which in (
        (Cause.ADJUSTED, panel.adjusted_only),
        (Cause.NO_RULES, b_share),
        (Cause.NO_RATE, ~panel.in_home_currency),
    ):
        found[cause] = which & left
        left &= ~which
    return found


def shares_with_causes(panel: PricePanel, refused: dict[Cause, Bools], weights: Floats) -> Listing:
    """The refused shares of some weights (N,), each cause with its shares."""
    symbols = np.array(panel.symbols)
    held = ((cause, symbols[which & (weights > 0)].tolist()) for cause, which in refused.items())
    return listing(
        (REFUSED(symbols=listing(names), cause=cause.value()) for cause, names in held if names),
        "semicolon",
    )
