"""Small invented markets for the account: one description, read by the panel and by the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from basketbt.data.bars import Bars, CorporateAction, FxSeries, MarketData
from basketbt.data.panel import PricePanel, build_panel
from basketbt.market.calendars import as_date, calendar
from basketbt.market.symbols import parse_symbol
from support.bars import history
from support.slow_ledger import LIMIT, Action, Bar, Share

SYMBOLS = ("600001.SH", "300750.SZ", "688111.SH", "000001.SZ", "830799.BJ", "6682.HK")
HONG_KONG_LOT = 300
FIRST = np.datetime64("2025-03-03")
FEN = Decimal("0.01")


@dataclass(frozen=True)
class MadeMarket:
    """Sessions from the base row on, and one oracle share for each symbol."""

    sessions: np.ndarray
    symbols: tuple[str, ...]
    shares: list[Share]

    @property
    def days(self) -> list[date]:
        return [as_date(day) for day in self.sessions]

    @property
    def lots(self) -> list[int | None]:
        return [share.lot for share in self.shares]

    def panel(self) -> PricePanel:
        """The same market as the program reads it: row 0 is the session before the base."""
        before = calendar("XSHG").last_before(self.sessions[0])
        days = np.concatenate([[before], self.sessions])
        bars = Bars.joined(
            _bars(symbol, share, days)
            for symbol, share in zip(self.symbols, self.shares, strict=True)
        )
        actions = {
            symbol: tuple(
                CorporateAction(
                    symbol=symbol,
                    ex_date=self.sessions[row],
                    cash=float(action.cash),
                    bonus=float(action.bonus),
                )
                for row, action in share.actions.items()
            )
            for symbol, share in zip(self.symbols, self.shares, strict=True)
        }
        rates = next((share.rates for share in self.shares if share.rates), None)
        fx = {}
        if rates is not None:
            values = np.array([float(rates[0]), *map(float, rates)])
            fx["HKDCNY"] = FxSeries(base="HKD", quote="CNY", dates=days, rate=values)
        data = MarketData(source="made", bars=bars, actions=actions, fx=fx, has_actions=True)
        return build_panel(data, self.symbols, calendar="XSHG", sessions=days)


def made_market(seed: int, rows: int, symbols: tuple[str, ...], *, wild: float) -> MadeMarket:
    """A market of ``rows`` sessions; ``wild`` (0 to 1) is how often a session is special."""
    draw = np.random.default_rng(seed)
    sessions = calendar("XSHG").between(FIRST, FIRST + np.timedelta64(60, "D"))[:rows]
    shares = [_share(draw, symbol, rows, wild) for symbol in symbols]
    return MadeMarket(sessions, symbols, shares)


def _share(draw: np.random.Generator, symbol: str, rows: int, wild: float) -> Share:
    board = parse_symbol(symbol).board
    assert board is not None
    before = Decimal(int(draw.integers(200, 9000))) / 100
    bars: list[Bar | None] = []
    actions: dict[int, Action] = {}
    last, pending = before, Action()
    for row in range(rows):
        if board != "hk" and row > 0 and draw.random() < 0.1 * wild:
            actions[row] = Action(
                cash=Decimal(int(draw.integers(0, 4000))) / 10_000,
                bonus=Decimal(int(draw.integers(0, 500))) / 1000,
            )
            pending = actions[row]
            last = ((last - pending.cash) / (1 + pending.bonus)).quantize(FEN, ROUND_HALF_UP)
        if 0 < row < rows - 1 and draw.random() < 0.2 * wild and row not in actions:
            bars.append(None)
            continue
        bar = _bar(draw, board, last, wild)
        bars.append(bar)
        last = bar.close
    rates = None
    if board == "hk":
        rates = [Decimal(int(n)) / 10_000 for n in draw.integers(9000, 9500, rows)]
    lot = HONG_KONG_LOT if board == "hk" else None
    return Share(board=board, bars=bars, before=before, actions=actions, lot=lot, rates=rates)


def _bar(draw: np.random.Generator, board: str, reference: Decimal, wild: float) -> Bar:
    percent = LIMIT.get(board, 15)
    up = (reference * (100 + percent) / 100).quantize(FEN, ROUND_HALF_UP)
    down = (reference * (100 - percent) / 100).quantize(FEN, ROUND_HALF_UP)
    volume = int(draw.choice([0, 900, 20_000, 3_000_000], p=[0.02, 0.08, 0.2, 0.7]))
    kind = draw.random()
    if kind < 0.15 * wild:
        return Bar(up, up, up, up, volume)
    if kind < 0.3 * wild:
        return Bar(down, down, down, down, volume)
    prices = [Decimal(int(n)) / 100 for n in draw.integers(int(down * 100), int(up * 100) + 1, 4)]
    open_, close = prices[0], prices[1]
    if kind < 0.4 * wild:
        open_ = up
    elif kind < 0.5 * wild:
        open_ = down
    elif kind < 0.6 * wild:
        close = up
    elif kind < 0.7 * wild:
        close = down
    return Bar(open_, max(open_, close, *prices), min(open_, close, *prices), close, volume)


def _bars(symbol: str, share: Share, days: np.ndarray) -> Bars:
    before = share.before
    assert before is not None
    rows = [(days[0], Bar(before, before, before, before, 1_000_000))]
    rows += [(day, bar) for day, bar in zip(days[1:], share.bars, strict=True) if bar is not None]

    names = ("open", "high", "low", "close", "volume")
    known: dict[str, Any] = {
        name: np.array([float(getattr(bar, name)) for _, bar in rows]) for name in names
    }
    return history(
        symbol,
        dates=np.array([day for day, _ in rows]),
        **known,
        amount=known["volume"] * known["close"],
        currency=parse_symbol(symbol).currency,
        table="made",
    )
