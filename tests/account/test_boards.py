"""When an account first buys, and how it meets limits, suspensions, lots, cash and T+1: by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from basketbt.engine.account import Entry
from basketbt.engine.account.book import AccountBook
from basketbt.engine.account.schedule import Moment, entry_point
from basketbt.engine.account.settings import AccountSettings
from basketbt.engine.rebalance import Rebalance
from basketbt.market.calendars import calendar
from basketbt.market.clock import select_event
from basketbt.market.dayzero import next_open
from basketbt.market.fees import Broker
from support.account_market import FIRST, MadeMarket
from support.accounts import accounts, path_of, trades_of
from support.slow_ledger import Action, Bar, Share

FREE = Broker(rate=0.0, minimum=0.0)


def bar(open_: str, low: str, high: str, close: str, volume: int = 10_000_000) -> Bar:
    return Bar(Decimal(open_), Decimal(high), Decimal(low), Decimal(close), volume)


def flat(price: str, volume: int = 10_000_000) -> Bar:
    return bar(price, price, price, price, volume)


# 10 → 11 → 12.1 → 13.31, the last opened at the limit and then left it
BOARDS = [flat("10"), flat("11"), flat("12.1"), bar("13.31", "12.5", "13.31", "13"), flat("13")]


def run(
    bars: Sequence[Bar | None],
    entry: tuple[int, Moment] = (1, Moment.OPEN),
    *,
    board: str = "main",
    symbol: str = "600001.SH",
    actions: dict[int, Action] | None = None,
    st: bool = False,
    **own: Any,
) -> AccountBook:
    """One account of a basket of one share that last closed at 10 before the first session."""
    share = Share(board=board, bars=list(bars), before=Decimal("10"), actions=actions or {}, st=st)
    sessions = calendar("XSHG").between(FIRST, FIRST + np.timedelta64(60, "D"))[: len(bars)]
    market = MadeMarket(sessions, (symbol,), [share])
    settings = AccountSettings(**{"cash": 100_050.0, "broker": FREE, **own})
    return accounts(market, path_of(market, [[Decimal(1)]]), [entry], settings, st=[st])


def orders(book: AccountBook) -> list[tuple[int, str, int, int, str]]:
    """(row, side, wanted, filled, reason) of every order."""
    return [(one.row, one.side, one.wanted, one.filled, one.reason) for one in trades_of(book, 0)]


def test_one_word_boards_are_not_bought_until_they_open() -> None:
    book = run(BOARDS)
    assert orders(book) == [
        (1, "buy", 9095, 0, "limit-up"),
        (2, "buy", 8268, 0, "limit-up"),
        (3, "buy", 7516, 7500, "lot"),
        (4, "sell", 7500, 7500, ""),
    ]
    assert book.plan.orders.price[2] == 133_100
    # 7,500 shares from 13.31 to 13, less stamp duty 48.75 and transfer fees 1.00 and 0.98.
    assert book.books.cash[-1, 0] == 10_005_000 - 7500 * 31 - 4875 - 100 - 98


def test_what_moved_before_the_entry_is_told_from_what_the_boards_cost() -> None:
    book = run(BOARDS)
    parts = book.shortfall
    np.testing.assert_allclose(parts.paper, 0.3)
    # Bought at 11 at the open; the close before was 10, where paper was bought too.
    np.testing.assert_allclose(parts.moved, 0.3 - (13 / 11 - 1))
    np.testing.assert_allclose(parts.gap, parts.moved)
    np.testing.assert_allclose(parts.unfilled, (13 / 11 - 1) - (13 / 13.31 - 1))
    # 16.904 of 7,516.904 shares are not held, and the money for them did not lose 0.31 a share.
    np.testing.assert_allclose(parts.lots_cash, 16.904 * -0.31 / 100_050, atol=1e-8)
    np.testing.assert_allclose(parts.friction, parts.total - parts.moved, atol=1e-15)


def test_patience_ends_in_cash() -> None:
    book = run([flat("10"), flat("11"), flat("12.1"), flat("13.31"), flat("13")], patience=1)
    assert [order[4] for order in orders(book)] == ["limit-up", "limit-up"]
    assert (book.books.value == 10_005_000).all()


def test_a_share_at_its_lower_limit_is_not_sold() -> None:
    book = run([flat("10"), flat("10"), flat("9")])
    assert orders(book) == [(1, "buy", 10_005, 10_000, "lot"), (2, "sell", 10_000, 0, "limit-down")]
    assert book.books.shares[-1, 0, 0] == 10_000
    assert book.books.value[-1, 0] == 9_005_000 - 100  # a transfer fee of one yuan


def test_an_st_share_meets_five_percent() -> None:
    prices = [flat("10"), flat("10.5"), flat("10.5"), flat("10.5")]
    assert orders(run(prices, st=True))[0][4] == "limit-up"
    assert orders(run(prices))[0][4] == "lot"


def test_a_suspended_share_is_bought_when_it_trades_again() -> None:
    book = run([flat("10"), None, flat("10"), flat("10")])
    assert [(row, reason) for row, *_, reason in orders(book)] == [
        (1, "suspended"),
        (2, "lot"),
        (3, ""),
    ]


def test_what_was_bought_today_is_sold_tomorrow() -> None:
    book = run([flat("10"), flat("10"), flat("10")], (2, Moment.OPEN))
    assert orders(book) == [(2, "buy", 10_005, 10_000, "lot"), (2, "sell", 10_000, 0, "T+1")]


def test_a_tenth_of_the_volume_is_the_most() -> None:
    book = run([flat("10"), flat("10", 50_050), flat("10", 60_000), flat("10")])
    assert orders(book) == [
        (1, "buy", 10_005, 5_000, "participation"),  # 5,005, and whole lots
        (2, "buy", 5_005, 5_000, "lot"),
        (3, "sell", 10_000, 10_000, ""),
    ]


def test_fees_are_paid_out_of_the_same_cash() -> None:
    # 10,000 shares at 10 cost 100,000 and 26 in fees: one lot fewer.
    book = run([flat("10"), flat("10"), flat("10")], broker=Broker(), cash=100_000.0)
    assert orders(book)[0] == (1, "buy", 10_000, 9_900, "cash")
    assert book.plan.orders.fees[0].tolist() == [2475, 0, 99, 0, 0]


def test_star_lots_have_200_shares_at_least() -> None:
    prices = [flat("10"), flat("10"), flat("10")]
    star = run(prices, board="star", symbol="688111.SH", cash=1_995.0)
    assert orders(star) == [(1, "buy", 199, 0, "lot")]
    more = run(prices, board="star", symbol="688111.SH", cash=2_077.0)
    assert orders(more)[0] == (1, "buy", 207, 207, "")


def test_dividends_and_bonus_shares_reach_the_account() -> None:
    # 10,000 shares; 0.5 a share in cash and 3 new ones for 10: (10 - 0.5) / 1.3 = 7.31.
    action = Action(cash=Decimal("0.5"), bonus=Decimal("0.3"))
    book = run([flat("10"), flat("10"), flat("7.31"), flat("7.31")], actions={2: action})
    assert book.books.shares[:, 0, 0].tolist() == [0, 10_000, 13_000, 0]
    assert book.plan.dividends[2, 0] == 500_000
    # Sold within a month: a fifth of the dividend is taxed, if the account is.
    taxed = run(
        [flat("10"), flat("10"), flat("7.31"), flat("7.31")], actions={2: action}, dividends="taxed"
    )
    assert taxed.plan.orders.tax.sum() == 100_000
    assert book.books.cash[-1, 0] - taxed.books.cash[-1, 0] == 100_000
    np.testing.assert_allclose(taxed.shortfall.residual, 1_000 / 100_050)


def test_a_purchase_waits_for_the_money_of_a_sale_that_waits() -> None:
    # The first has risen and closes at its lower limit on the day of the reset: it is sold at the
    # next open, and only that money buys the second.
    sessions = calendar("XSHG").between(FIRST, FIRST + np.timedelta64(60, "D"))[:7]
    first: list[Bar | None] = [
        flat(price) for price in ("10", "10", "11", "12.1", "10.89", "10.89", "10.89")
    ]
    shares = [Share(board="main", bars=bars, before=Decimal(10)) for bars in (first, _tens(7))]
    market = MadeMarket(sessions, ("600001.SH", "600002.SH"), shares)
    path = path_of(market, [[Decimal("0.5")] * 2], Rebalance("dates", dates=(sessions[4],)))
    own = AccountSettings(cash=1_000_020.0, broker=FREE)
    made = orders(accounts(market, path, [(1, Moment.OPEN)], own))
    assert [order for order in made if order[0] in (4, 5)] == [
        (4, "sell", 2042, 0, "limit-down"),
        (4, "buy", 2225, 0, "cash"),
        (5, "sell", 2042, 2000, "lot"),
        (5, "buy", 2225, 2100, "cash"),
    ]


def _tens(rows: int) -> list[Bar | None]:
    return [flat("10") for _ in range(rows)]


def test_the_tax_on_a_dividend_rounds_half_a_fen_up() -> None:
    # 100 shares x 0.3333 = 33.33 yuan; a fifth of it is 6.666.
    action = Action(cash=Decimal("0.3333"))
    bars = [flat("10"), flat("10"), flat("9.67"), flat("9.67")]
    book = run(bars, actions={2: action}, dividends="taxed", cash=1_001.0)
    assert book.plan.dividends[2, 0] == 3333
    assert book.plan.orders.tax.sum() == 667


def test_slippage_never_passes_the_limit() -> None:
    book = run([flat("10"), bar("10.9", "10.5", "11", "11"), flat("11")], slippage_bps=500.0)
    assert book.plan.orders.price[0] == 110_000


R1 = select_event("deepseek-r1")
PUBLISHED = date(2025, 2, 7)


@pytest.mark.parametrize(
    ("entry", "session", "moment"),
    [
        ("next_open", "2025-01-21", Moment.OPEN),  # released at 20:19 the evening before
        ("day0_close", "2025-01-21", Moment.CLOSE),
        ("publication_open", "2025-02-10", Moment.OPEN),  # a Friday: the Monday after it
    ],
)
def test_r1(entry: Entry, session: str, moment: Moment) -> None:
    point = entry_point(entry, R1, PUBLISHED, calendar("XSHG"))
    assert (str(point.session), point.moment) == (session, moment)


@pytest.mark.parametrize(
    ("exchange", "at", "session"),
    [
        ("XSHG", "2025-01-21T09:24", "2025-01-21"),  # still in time for the opening auction
        ("XSHG", "2025-01-21T09:25", "2025-01-22"),
        ("XSHG", "2025-01-21T11:00", "2025-01-22"),
        ("XSHG", "2025-01-27T16:00", "2025-02-05"),  # Spring Festival
        ("XHKG", "2025-01-21T09:19", "2025-01-21"),
        ("XHKG", "2025-01-21T09:21", "2025-01-22"),
    ],
)
def test_the_next_open(exchange: str, at: str, session: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert next_open(moment, calendar(exchange)) == np.datetime64(session)


def test_an_event_known_by_its_date_alone_is_bought_the_next_session() -> None:
    assert next_open(date(2025, 1, 24), calendar("XSHG")) == np.datetime64("2025-01-27")


@pytest.mark.parametrize(
    ("published", "session"),
    [
        ("2025-02-10T08:30+08:00", "2025-02-10"),  # before the open: at that open
        ("2025-02-10T10:00+08:00", "2025-02-11"),  # during the session: at the next open
        ("2025-02-10T18:00+08:00", "2025-02-11"),
        ("2025-02-10", "2025-02-11"),  # a bare date counts as after that day's close
    ],
)
def test_a_reader_buys_at_the_first_open_after_the_note(published: str, session: str) -> None:
    kind = datetime if "T" in published else date
    point = entry_point("publication_open", R1, kind.fromisoformat(published), calendar("XSHG"))
    assert (str(point.session), point.moment) == (session, Moment.OPEN)
