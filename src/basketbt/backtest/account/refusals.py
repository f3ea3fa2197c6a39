"""What an account cannot hold, and why: one cause a share."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from basketbt.market.symbols import parse_symbol
from basketbt.prices.data import Floats
from basketbt.prices.panel import PricePanel

Bools = NDArray[np.bool_]


class Cause(Enum):
    """Why a share cannot be held, in both languages; of several causes the first one counts."""

    ADJUSTED = ("only adjusted prices", "仅有复权价")
    NO_RULES = ("B share, whose rules are not recorded", "B股，未录入其规则")
    NO_RATE = ("no rate to yuan", "无兑人民币汇率")

    @property
    def en(self) -> str:
        return self.value[0]

    @property
    def zh(self) -> str:
        return self.value[1]


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


def said(panel: PricePanel, refused: dict[Cause, Bools], weights: Floats) -> dict[str, str]:
    """The refused shares of some weights (N,) with their causes, as values of a note.

    ``shares`` and ``shares_zh``: ``603039.SH, 688369.SH (only adjusted prices); 6682.HK (…)``.
    """
    symbols = np.array(panel.symbols)
    held = [(cause, ", ".join(symbols[which & (weights > 0)])) for cause, which in refused.items()]
    return {
        "shares": "; ".join(f"{names} ({cause.en})" for cause, names in held if names),
        "shares_zh": "；".join(
            f"{names.replace(', ', '、')}（{cause.zh}）" for cause, names in held if names
        ),
    }
