"""What the owner of an account decides, and why an order may be filled in part or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import SupportsIndex

from basketbt.engine.account import Dividends
from basketbt.errors import InputError
from basketbt.market.fees import Broker
from basketbt.notes import message

# Money is counted in fen and shares of it in millionths, in 64 bits: nine billion yuan fit.
_MOST_CASH = 9e9


class BadAccount(InputError):
    """A setting of the account that cannot be. Fields: key, value, allowed."""


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """One account, the same for every basket.

    ``cash`` in yuan at the start. ``participation`` the largest part of a session's volume in a
    share that the account trades. ``slippage_bps`` what a trade pays above (below) the quoted
    price, in hundredths of a percent, never beyond the price limit. ``patience`` the sessions
    after the first on which an unfilled order is tried again. ``dividends``: ``taxed`` takes the
    tax by holding period when shares are sold (``market.dividendtax``). ``follow``: the index
    book's rebalances are traded too; False buys once and holds.

    Raises ``BadAccount`` for a figure outside its range.
    """

    cash: float = 10_000_000.0
    participation: float = 0.1
    slippage_bps: float = 0.0
    patience: int = 5
    dividends: Dividends = "cash"
    follow: bool = True
    broker: Broker = field(default_factory=Broker)

    def __post_init__(self) -> None:
        volume = message("why-above-0-and-at-most")
        for key, right, allowed in (
            (
                "cash",
                0 < self.cash <= _MOST_CASH,
                message("why-above-0-and-at-most-2", most_cash=_MOST_CASH),
            ),
            ("participation", 0 < self.participation <= 1, volume),
            (
                "slippage_bps",
                0 <= self.slippage_bps <= 1000,
                message("why-between-0-and-1000-100"),
            ),
            ("patience", 0 <= self.patience <= 250, message("why-between-0-and-250-sessions")),
        ):
            if not right:
                raise BadAccount(key=key, value=getattr(self, key), allowed=allowed)

    @property
    def opening(self) -> int:
        """The cash at the start, in fen."""
        return round(self.cash * 100)


class Reason(IntEnum):
    """Why an order was filled in part or not at all.

    ``word`` as it stands in orders.parquet, empty for a full fill.
    """

    word: str

    def __new__(cls, code: SupportsIndex, word: str = "") -> Reason:
        member = int.__new__(cls, code)
        member._value_ = int(code)
        member.word = word
        return member

    FILLED = 0, ""
    LIMIT_UP = 1, "limit-up"
    LIMIT_DOWN = 2, "limit-down"
    SUSPENDED = 3, "suspended"
    CLOSED = 4, "closed"  # its own exchange had no session that day
    NOT_TRADED = 5, "not traded"  # not listed yet, delisted, or beyond its prices' end
    REFUSED = 6, "refused"  # no raw prices, or no rate to yuan: cannot be held
    PARTICIPATION = 7, "participation"
    T_PLUS_1 = 8, "T+1"
    CASH = 9, "cash"
    LOT = 10, "lot"


#: What another session may mend; an order cut to its lot is finished, and one cut for cash unless
#: sales wait (see ``planner``).
PASSING = (
    Reason.LIMIT_UP,
    Reason.LIMIT_DOWN,
    Reason.SUSPENDED,
    Reason.CLOSED,
    Reason.NOT_TRADED,
    Reason.PARTICIPATION,
    Reason.T_PLUS_1,
)
