"""What the owner of an account decides, and why an order may be filled in part or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from basketbt.backtest.account.choices import Dividends
from basketbt.errors import InputError
from basketbt.market.fees import Broker

# Money is counted in fen and shares of it in millionths, in 64 bits: nine billion yuan fit.
_MOST_CASH = 9e9


class BadAccount(InputError):
    """A setting of the account that cannot be. Fields: key, value, allowed."""

    template = "account.{key}: {value} is not {allowed}"


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
        checks: tuple[tuple[str, float, bool, str], ...] = (
            ("cash", self.cash, 0 < self.cash <= _MOST_CASH, f"above 0 and at most {_MOST_CASH:g}"),
            (
                "participation",
                self.participation,
                0 < self.participation <= 1,
                "above 0 and at most 1 (0.1: a tenth of the session's volume)",
            ),
            (
                "slippage_bps",
                self.slippage_bps,
                0 <= self.slippage_bps <= 1000,
                "between 0 and 1000 (100: one percent)",
            ),
            ("patience", self.patience, 0 <= self.patience <= 250, "between 0 and 250 sessions"),
        )
        for key, value, right, allowed in checks:
            if not right:
                raise BadAccount(key=key, value=value, allowed=allowed)


class Reason(IntEnum):
    """Why an order was filled in part or not at all."""

    FILLED = 0
    LIMIT_UP = 1
    LIMIT_DOWN = 2
    SUSPENDED = 3
    CLOSED = 4  # its own exchange had no session that day
    NOT_TRADED = 5  # not listed yet, delisted, or beyond the end of its prices
    REFUSED = 6  # no raw prices, or no rate to yuan: the account cannot hold it
    PARTICIPATION = 7
    T_PLUS_1 = 8
    CASH = 9
    LOT = 10

    @property
    def word(self) -> str:
        """As it stands in orders.parquet: ``limit-up``, ``T+1``; empty for a full fill."""
        return _WORDS[self][0]

    @property
    def word_zh(self) -> str:
        return _WORDS[self][1]


_WORDS = {
    Reason.FILLED: ("", ""),
    Reason.LIMIT_UP: ("limit-up", "涨停"),
    Reason.LIMIT_DOWN: ("limit-down", "跌停"),
    Reason.SUSPENDED: ("suspended", "停牌"),
    Reason.CLOSED: ("closed", "休市"),
    Reason.NOT_TRADED: ("not traded", "未交易"),
    Reason.REFUSED: ("refused", "拒绝"),
    Reason.PARTICIPATION: ("participation", "成交量上限"),
    Reason.T_PLUS_1: ("T+1", "T+1"),
    Reason.CASH: ("cash", "现金"),
    Reason.LOT: ("lot", "整手"),
}

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
