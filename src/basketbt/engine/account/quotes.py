"""What the market offered an account: what can be held, prices, what was blocked and why.

Rows are R sessions of a panel, columns its N symbols; ``Moment`` comes first where the open and
the close differ. A share that did not trade shows its last known price, so that an order in it can
be expressed, and is blocked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.data.panel import PricePanel, Status
from basketbt.engine.account.settings import AccountSettings, Reason
from basketbt.engine.account.sizing import MILLION, PRICE_UNIT, Numbers
from basketbt.errors import DataError
from basketbt.market.limits import PriceLimits, limit_fractions, limit_prices
from basketbt.market.symbols import parse_symbol
from basketbt.notes import Listing, NoteKind, listing

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]

_UNTRADED = {
    Status.SUSPENDED: Reason.SUSPENDED,
    Status.CLOSED: Reason.CLOSED,
    Status.UNLISTED: Reason.NOT_TRADED,
    Status.DELISTED: Reason.NOT_TRADED,
    Status.ENDED: Reason.NOT_TRADED,
}
_FEN = PRICE_UNIT // 100
# Half a unit is rounded up, also where the product of price and rate has no exact double.
_TIE = 1e-6


class MissingQuote(DataError):
    """A session with a bar but without a figure the account needs. Fields: symbol, date, field."""


REFUSED = NoteKind("refused_shares")
_ADJUSTED = NoteKind("refused-adjusted")
_NO_RULES = NoteKind("refused-no-rules")
_NO_RATE = NoteKind("refused-no-rate")


def refused_shares(panel: PricePanel) -> dict[NoteKind, Bools]:
    """(N,) the shares that each cause refuses; of several causes the first one counts."""
    b_share = np.array([parse_symbol(name).kind == "b_share" for name in panel.symbols])
    foreign = ~panel.in_home_currency
    return {
        _ADJUSTED: panel.adjusted_only,
        _NO_RULES: b_share & ~panel.adjusted_only,
        _NO_RATE: foreign & ~b_share & ~panel.adjusted_only,
    }


def shares_with_causes(
    panel: PricePanel, refused: dict[NoteKind, Bools], weights: Floats
) -> Listing:
    """The refused shares of some weights (N,), each cause with its shares."""
    symbols = np.array(panel.symbols)
    held = ((cause, symbols[which & (weights > 0)].tolist()) for cause, which in refused.items())
    return listing(
        (REFUSED(symbols=listing(names), cause=cause()) for cause, names in held if names),
        "semicolon",
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Quotes:
    """The market over R sessions; prices in the units of ``sizing``.

    ``buy`` and ``sell`` (2, R, N): what a trade pays or gets, slippage included. ``mark`` (R, N):
    the close that values a holding, carried; 0 before the first. ``no_buy`` and ``no_sell``
    (2, R, N): a :class:`Reason`, 0 where an order can be filled. ``capacity`` (R, N): the most
    shares that the account may trade in the session.
    """

    buy: Numbers
    sell: Numbers
    mark: Numbers
    no_buy: Codes
    no_sell: Codes
    capacity: Numbers


def check_quotes(panel: PricePanel, rows: slice, held: Bools) -> None:
    """Refuse a traded session of a ``held`` (N,) share that lacks a price or its volume.

    Raises ``MissingQuote`` for the first one.
    """
    traded = (panel.status[rows] == Status.TRADED) & held
    for field in ("open", "high", "low", "close", "volume"):
        missing = traded & ~np.isfinite(getattr(panel, field)[rows])
        if missing.any():
            row, column = np.argwhere(missing)[0]
            raise MissingQuote(
                symbol=panel.symbols[column], date=panel.sessions[rows][row], field=field
            )


def fractions_of(panel: PricePanel, rows: slice, risk_warning: Bools) -> PriceLimits:
    """The price limits of R sessions and N shares; ``risk_warning`` (N,) marks ST shares."""
    listed = ["NaT" if one.listed is None else one.listed for one in panel.instruments]
    return limit_fractions(
        [parse_symbol(symbol) for symbol in panel.symbols],
        panel.sessions[rows],
        listed=np.array(listed, dtype="datetime64[D]"),
        is_st=risk_warning,
    )


def quoted_limits(panel: PricePanel, rows: slice, fractions: PriceLimits) -> PriceLimits:
    """The limits of R sessions and N shares, in the prices of the panel: of a merged share those
    of its successor."""
    units = panel.units[rows]
    found = limit_prices(panel.reference[rows] / units, fractions)
    return PriceLimits(up=found.up * units, down=found.down * units)


def price_limits(panel: PricePanel, rows: slice, risk_warning: Bools) -> PriceLimits:
    """The limits of R sessions in 1e-4 yuan; one that no price can reach where none holds."""
    prices = quoted_limits(panel, rows, fractions_of(panel, rows, risk_warning))
    most = np.iinfo(np.int64).max
    return PriceLimits(
        up=_counted(prices.up, 1.0, otherwise=most),
        down=_counted(prices.down, 1.0, otherwise=0),
    )


def raw_quotes(
    panel: PricePanel, rows: slice, settings: AccountSettings, limits: PriceLimits, refused: Bools
) -> Quotes:
    """Raw prices in yuan, as an account of whole shares meets them.

    ``refused`` (N,) shares are blocked throughout.
    """
    rates = panel.rate[rows]
    close = _counted(panel.close[rows], rates)
    closes = _counted(panel.close[: rows.stop], panel.rate[: rows.stop])
    mark = carried(closes, closes > 0)[rows]
    open_ = np.where(close > 0, _counted(panel.open[rows], rates), mark)
    quoted = np.stack([open_, np.where(close > 0, close, mark)])
    foreign = np.array([currency != "CNY" for currency in panel.currencies])
    tick = np.where(foreign | (panel.units[rows] != 1.0), 1, _FEN)
    no_buy, no_sell = blocked(panel, rows, limits, refused)
    volume = np.where(np.isfinite(panel.volume[rows]), panel.volume[rows], 0.0).astype(np.int64)
    return Quotes(
        buy=_slipped(quoted, settings.slippage_bps, tick, limits.up, sign=1),
        sell=_slipped(quoted, settings.slippage_bps, tick, limits.down, sign=-1),
        mark=mark,
        no_buy=no_buy,
        no_sell=no_sell,
        capacity=volume * round(settings.participation * MILLION) // MILLION,
    )


def total_return_quotes(
    panel: PricePanel,
    rows: slice,
    participation: float,
    limits_and_refused: tuple[PriceLimits, Bools] | None,
) -> Quotes:
    """The prices behind the index book, cash dividends reinvested, for an account of fractions.

    Without ``limits_and_refused`` everything trades at its last known price, in any amount.
    """
    mark = np.nan_to_num(panel.total[rows]) * PRICE_UNIT
    before = np.nan_to_num(np.vstack([panel.total[:1], panel.total[:-1]])[rows]) * PRICE_UNIT
    ratio = panel.open[rows] / panel.close[rows]
    open_ = np.where(np.isfinite(ratio), mark * np.nan_to_num(ratio), before)
    quoted = np.stack([open_, mark])
    capacity = np.full(mark.shape, np.inf)
    if limits_and_refused is None:
        no_buy = no_sell = np.where(quoted > 0, Reason.FILLED, Reason.NOT_TRADED).astype(np.int8)
    else:
        no_buy, no_sell = blocked(panel, rows, *limits_and_refused)
        # A total-return price stands for another number of shares than the raw one.
        value = panel.volume[rows] * panel.close[rows] * panel.rate[rows]
        capacity = np.nan_to_num(participation * value / panel.total[rows])
    return Quotes(
        buy=quoted, sell=quoted, mark=mark, no_buy=no_buy, no_sell=no_sell, capacity=capacity
    )


def blocked(
    panel: PricePanel, rows: slice, limits: PriceLimits, refused: Bools
) -> tuple[Codes, Codes]:
    """(2, R, N) why a buy and why a sale could not be filled, 0 where it could.

    At the open: a board that opened at the limit and never left it (one word, 一字板) fills nobody;
    one that opened at the limit and left it fills at the open. At the close: a share that closed at
    the limit fills nobody, because the queue was not served.
    """
    status = panel.status[rows]
    untraded = np.zeros(status.shape, dtype=np.int8)
    for state, reason in _UNTRADED.items():
        untraded[status == state] = reason
    untraded[:, refused] = Reason.REFUSED
    open_, high, close = (
        _counted(getattr(panel, name)[rows], 1.0) for name in ("open", "high", "close")
    )
    _, one_word = opened_at_limit(panel, rows, limits)
    up = np.stack([one_word, close >= limits.up])
    down = np.stack([(open_ <= limits.down) & (high <= limits.down), close <= limits.down])
    no_buy = np.where(untraded > 0, untraded, np.where(up, Reason.LIMIT_UP, 0))
    no_sell = np.where(untraded > 0, untraded, np.where(down, Reason.LIMIT_DOWN, 0))
    return no_buy.astype(np.int8), no_sell.astype(np.int8)


def opened_at_limit(panel: PricePanel, rows: slice, limits: PriceLimits) -> tuple[Bools, Bools]:
    """(R, N) shares that opened at their upper limit, and those of them that never left it."""
    open_, low = (_counted(getattr(panel, name)[rows], 1.0) for name in ("open", "low"))
    at_limit = open_ >= limits.up
    return at_limit, at_limit & (low >= limits.up)


def carried(values: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[Any]:
    """(T, N) the last ``known`` value at or before each row, else that of row 0."""
    rows = np.where(known, np.arange(len(values))[:, None], 0)
    last = np.maximum.accumulate(rows, axis=0)
    return np.take_along_axis(values, last, axis=0)


def _counted(prices: Floats, rates: Floats | float, *, otherwise: int = 0) -> NDArray[np.int64]:
    """Prices in 1e-4 yuan; ``otherwise`` where there is none."""
    counted = np.floor(prices * rates * PRICE_UNIT + 0.5 + _TIE)
    known = np.isfinite(counted)
    return np.where(known, np.where(known, counted, 0.0).astype(np.int64), otherwise)


def _slipped(
    quoted: NDArray[np.int64],
    bps: float,
    tick: NDArray[np.int64],
    limit: NDArray[np.int64],
    *,
    sign: int,
) -> NDArray[np.int64]:
    """The price a trade gets: worse by ``bps``, to the tick against it, within the limit."""
    moved = quoted * (MILLION + sign * round(bps * 100))
    unit = MILLION * tick
    if sign > 0:
        paid = -(-moved // unit) * tick
        return np.where(quoted > 0, np.minimum(paid, np.maximum(limit, quoted)), 0)
    got = np.maximum(moved // unit, 1) * tick
    return np.where(quoted > 0, np.maximum(got, np.minimum(limit, quoted)), 0)
