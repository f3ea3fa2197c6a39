"""Daily price limits: how far from the reference price a share may trade, by board and date.

A limit is a fraction of the reference price (the previous close, restated on an ex-date; see
``data.adjust``), rounded half up to the fen. Hong Kong has none. Sources: the exchanges' trading
rules by their document ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from basketbt.market.calendars import Dates, calendar
from basketbt.market.dated import UNCONFIRMED, DatedRule
from basketbt.market.symbols import Symbol

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# In fen: above the rounding error of a double (under 1e-9 for prices up to 10,000 yuan) and below
# the distance of any other quotient from a tie (1e-7, with ratios of up to six decimals).
_TIE = 1e-8


@dataclass(frozen=True, kw_only=True)
class LimitRule(DatedRule):
    """A price limit of a board.

    ``state``: ``normal`` all shares, ``st`` shares under risk warning, ``listing`` the first
    ``sessions`` sessions of a share that was listed while the rule held. ``up`` and ``down`` are
    fractions of the reference price; None: no limit.
    """

    state: Literal["normal", "st", "listing"] = "normal"
    up: float | None
    down: float | None
    sessions: int = 0

    @property
    def kind_of_case(self) -> str:
        return {"normal": "", "st": "ST: ", "listing": "first sessions: "}[self.state]

    @property
    def value(self) -> str:
        listing = self.state == "listing"
        who = f"first {self.sessions} session(s): " if listing else self.kind_of_case
        if self.up is None or self.down is None:
            return f"{who}no limit"
        return f"{who}+{self.up:.0%} / -{self.down:.0%}"


_SSE_2026 = "SSE c_20260424_10816482, SZSE W020260424690713155663"

# Later rows override earlier ones: normal, then risk warning, then the first sessions.
LIMITS: tuple[LimitRule, ...] = (
    LimitRule(
        boards=("main",),
        first=date(1996, 12, 16),
        up=0.10,
        down=0.10,
        source=f"SSE c_20230418_5720136, SZSE t20060515_499577; now {_SSE_2026}",
    ),
    LimitRule(
        boards=("chinext",),
        first=date(2009, 10, 30),
        last=date(2020, 8, 23),
        up=0.10,
        down=0.10,
        source="SZSE t20060515_499577, t20200710_579459",
    ),
    LimitRule(
        boards=("chinext",),
        first=date(2020, 8, 24),
        up=0.20,
        down=0.20,
        source="SZSE t20200612_578381",
    ),
    LimitRule(
        boards=("star",),
        first=date(2019, 7, 22),
        up=0.20,
        down=0.20,
        source="SSE special rules of the STAR market",
    ),
    LimitRule(
        boards=("bse",),
        first=date(2021, 11, 15),
        up=0.30,
        down=0.30,
        source="BSE 200010919, 200028217",
    ),
    LimitRule(
        boards=("main",),
        state="st",
        first=date(1998, 4, 28),  # Shanghai six days earlier
        last=date(2026, 7, 5),
        up=0.05,
        down=0.05,
        source="SSE c_20210531_5478105, SZSE t20060515_499577",
    ),
    LimitRule(
        boards=("main",),
        state="st",
        first=date(2026, 7, 6),
        up=0.10,
        down=0.10,
        source=f"{_SSE_2026}; notes SSE c_20260424_10816474, SZSE t20260630_621404",
    ),
    LimitRule(
        boards=("chinext",),
        state="st",
        first=date(2009, 10, 30),
        last=date(2020, 8, 23),
        up=0.05,
        down=0.05,
        source="SZSE t20200710_579459",
    ),
    LimitRule(
        boards=("main",),
        state="listing",
        sessions=1,
        first=date(2014, 1, 1),
        last=date(2023, 4, 9),
        up=0.44,
        down=0.36,
        source="SSE c_20230418_5720136, SZSE t20140613_518480",
    ),
    LimitRule(
        boards=("chinext",),
        state="listing",
        sessions=1,
        first=date(2014, 1, 1),
        last=date(2020, 8, 23),
        up=0.44,
        down=0.36,
        source="SZSE t20140613_518480",
    ),
    LimitRule(
        boards=("main",),
        state="listing",
        sessions=5,
        first=date(2023, 4, 10),
        up=None,
        down=None,
        source="SSE c_20230201_5715605, SZSE t20230404_599697",
    ),
    LimitRule(
        boards=("chinext",),
        state="listing",
        sessions=5,
        first=date(2020, 8, 24),
        up=None,
        down=None,
        source="SZSE t20200612_578381",
    ),
    LimitRule(
        boards=("star",),
        state="listing",
        sessions=5,
        first=date(2019, 7, 22),
        up=None,
        down=None,
        source="SSE special rules of the STAR market",
    ),
    LimitRule(
        boards=("bse",),
        state="listing",
        sessions=1,
        first=date(2021, 11, 15),
        up=None,
        down=None,
        source="BSE 200028217",
    ),
    LimitRule(
        boards=("hk",),
        first=date(1986, 4, 2),
        up=None,
        down=None,
        source=f"{UNCONFIRMED}HKEX sets no daily limit",
    ),
)


class PriceLimits(NamedTuple):
    """The limits of T sessions and N securities: fractions of the reference price, yuan, or counts.

    NaN where no limit holds, and where a price has no reference.
    """

    up: NDArray[Any]
    down: NDArray[Any]


def ex_price(close: float, cash: float, bonus: float, rights: float, rights_price: float) -> float:
    """What a close counts for on an ex-date, unrounded; the SSE and SZSE trading rules' formula.

    Yuan. ``cash`` per share held; ``bonus`` (bonus and converted shares) and ``rights`` are shares
    per share held.
    """
    return (close - cash + rights_price * rights) / (1.0 + bonus + rights)


def limit_fractions(
    symbols: Sequence[Symbol],
    sessions: Dates,
    *,
    listed: Dates | None = None,
    is_st: Flags | None = None,
) -> PriceLimits:
    """The price limits of N securities on T ``sessions`` of the mainland; NaN for what is no share.

    ``listed`` (N,) dates, NaT for a share listed long ago: they decide whether a share's first
    sessions are free, because the reforms applied to shares listed after them. ``is_st`` (T, N) or
    (N,): under risk warning (ST, *ST).
    """
    shape = (len(sessions), len(symbols))
    boards = np.array([symbol.board or "" for symbol in symbols])
    started = np.full(len(symbols), np.datetime64("NaT", "D")) if listed is None else listed
    age = _sessions_since(started, sessions)
    warned = np.broadcast_to(np.False_ if is_st is None else is_st, shape)
    up, down = np.full(shape, np.nan), np.full(shape, np.nan)
    for rule in LIMITS:
        if rule.state == "listing":
            where = _covers(rule, started) & (age >= 0) & (age < rule.sessions)
        else:
            where = np.broadcast_to(_covers(rule, sessions)[:, None], shape)
            where = where & warned if rule.state == "st" else where
        where = where & np.isin(boards, rule.boards)
        up[where] = np.nan if rule.up is None else rule.up
        down[where] = np.nan if rule.down is None else rule.down
    return PriceLimits(up, down)


def limit_prices(reference: Floats, fractions: PriceLimits) -> PriceLimits:
    """The limits in yuan: reference x (1 ± fraction), rounded half up to the fen.

    Counted in whole fen: ``round`` on floats misses one price in sixty (1.15 x 1.1 is 1.27, not
    1.26). ``reference`` must be a price in whole fen and have the shape of the fractions.
    """
    fen = np.rint(reference * 100)
    return PriceLimits(_part(fen, fractions.up), _part(fen, -fractions.down))


def half_up_fen(amount: Floats) -> Floats:
    """Yuan rounded half up to two decimals, also where the tie has no exact double (1.005)."""
    return np.asarray(np.floor(amount * 100 + 0.5 + _TIE) / 100)


def _part(fen: Floats, fraction: Floats) -> Floats:
    """(1 + fraction) of an amount in fen, half up, in yuan; fractions are whole percents."""
    percent = np.rint(fraction * 100)
    return np.asarray(np.floor((2 * fen * (100 + percent) + 100) / 200) / 100)


def _covers(rule: LimitRule, days: Dates) -> Flags:
    """Where the rule holds; False on NaT."""
    begun: Flags = days >= np.datetime64(rule.first, "D")
    return begun if rule.last is None else begun & (days <= np.datetime64(rule.last, "D"))


def _sessions_since(listed: Dates, sessions: Dates) -> Floats:
    """(T, N) sessions since listing, 0 on the first; NaN where the listing date is NaT."""
    mainland = calendar("XSHG")
    known = np.where(np.isnat(listed), mainland.first, listed)
    age = mainland.positions(sessions)[:, None] - mainland.positions(known)[None, :]
    return np.where(np.isnat(listed), np.nan, age)
