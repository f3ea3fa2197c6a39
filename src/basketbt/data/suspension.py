"""Which rows are suspensions: one rule, for whatever a source writes on a day without trading.

A session of its exchange on which a share has no row is one. So is a row that is there only to fill
the table, and sources write those in several ways: a volume of 0, an empty volume beside the last
close, a trading status of 0 or 停牌. Such rows are taken out before anything else looks at prices,
so that each of them becomes a session without a row.
"""

from __future__ import annotations

import numpy as np

from basketbt.data.bars import Bars, Flags, Floats

#: The word that mainland exports write in place of a number or as a status.
HALTED = "停牌"
#: What a column of trading statuses says, by its texts in lower case.
STATUS: dict[str, bool] = {
    **dict.fromkeys(("0", "0.0", "suspended", "halted", "全天停牌", "停牌一天", "连续停牌"), True),
    HALTED: True,
    **dict.fromkeys(("", "1", "1.0", "trading", "交易", "正常交易", "正常", "上市"), False),
    # Halted for a part of the session: it traded in the rest.
    **dict.fromkeys(("盘中停牌", "上午停牌", "下午停牌", "停牌半天", "停牌半小时"), False),
    "停牌1小时": False,
}


def suspended(bars: Bars) -> Flags:
    """(R,) rows of shares on which nothing was traded. Rows may be in any order.

    - A volume of 0 of a mainland share: the exchange's own word.
    - Another volume of 0 (Yahoo has them on half days of Hong Kong), or an empty one where other
      rows of the share have one, if no price moved: high = low and close = the close before. A
      row whose prices moved was traded, in an amount that the source does not know, and so was a
      row with an amount of money.
    - A share without any volume in its table says nothing of suspensions by it.

    Indexes and funds are never suspended.
    """
    share = bars.per_row([symbol.kind in ("share", "b_share") for symbol in bars.parsed])
    mainland = bars.per_row([symbol.calendar == "XSHG" for symbol in bars.parsed])
    zero, empty = bars.volume == 0, np.isnan(bars.volume)
    told = np.bincount(bars.code[~empty], minlength=len(bars.symbols)) > 0
    moved = (bars.high > bars.low) | (bars.close != _close_before(bars)) | (bars.amount > 0)
    idle: Flags = share & ((zero & mainland) | ((zero | empty) & bars.per_row(told) & ~moved))
    return idle


def _close_before(bars: Bars) -> Floats:
    """(R,) the close of the share's row before in time, NaN for its first."""
    order = np.lexsort((bars.dates, bars.code))
    before = np.full(len(bars), np.nan)
    before[order[1:]] = bars.close[order[:-1]]
    starts = np.flatnonzero(np.diff(bars.code[order], prepend=-1))
    before[order[starts]] = np.nan
    return before
