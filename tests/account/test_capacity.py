"""How much money a list takes on the day one enters, what is locked then: by loops, by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basketbt.engine.account.book import AccountBook
from basketbt.engine.account.capacity import capacities
from basketbt.engine.account.schedule import Moment
from basketbt.engine.account.settings import AccountSettings
from basketbt.market.calendars import calendar
from basketbt.market.fees import Broker
from support.account_market import FIRST, SYMBOLS, MadeMarket, made_market
from support.accounts import accounts, path_of, random_weights
from support.slow_ledger import LIMIT, Bar, Share

FREE = Broker(rate=0.0, minimum=0.0)
ENTRY = (1, Moment.OPEN)


def bar(open_: str, low: str, high: str, close: str, volume: int) -> Bar:
    return Bar(Decimal(open_), Decimal(high), Decimal(low), Decimal(close), volume)


def two_shares(first: Bar | None, second: Bar | None, **own: Any) -> AccountBook:
    """An account of three quarters of one share and a quarter of another, both at 10 before."""
    calm = bar("10", "10", "10", "10", 1_000_000)
    shares = [
        Share(board="main", bars=[calm, own_bar, calm, calm], before=Decimal(10))
        for own_bar in (first, second)
    ]
    sessions = calendar("XSHG").between(FIRST, FIRST + np.timedelta64(60, "D"))[:4]
    market = MadeMarket(sessions, ("600001.SH", "600002.SH"), shares)
    path = path_of(market, [[Decimal("0.75"), Decimal("0.25")]])
    entry = own.pop("entry", ENTRY)
    return accounts(market, path, [entry], AccountSettings(**own))


def test_the_tightest_share_limits_what_a_list_takes() -> None:
    # A tenth of 300,000 shares at 10 is ¥300,000, for three quarters of the money: ¥400,000 in all.
    # A tenth of 200,000 at 10 is ¥200,000 for the other quarter: ¥800,000.
    many, few = (bar("10", "9.9", "10.1", "10", volume) for volume in (300_000, 200_000))
    book = two_shares(many, few)
    assert book.first.capacity[0] == pytest.approx(400_000, rel=1e-12)
    assert book.first.tightest[0] == 0
    # Of K above ¥400,000 the first share fills ¥300,000 and the other K / 4: nine tenths of
    # K = 300,000 / (0.9 - 0.25).
    assert book.first.capacity_90[0] == pytest.approx(300_000 / 0.65, rel=1e-12)
    half = two_shares(many, few, participation=0.05)
    np.testing.assert_allclose(half.first.capacity, 200_000, rtol=1e-12)


def test_a_share_that_opened_at_its_limit_is_locked_and_one_that_stayed_there_has_no_room() -> None:
    calm = bar("10", "9.9", "10.1", "10", 300_000)
    left = two_shares(bar("11", "10.5", "11", "10.8", 300_000), calm)
    assert (left.first.locked_weight[0], left.first.shut.sum()) == (0.75, 0)
    assert left.first.open.all()
    stayed = two_shares(bar("11", "11", "11", "11", 300_000), calm)
    assert (stayed.first.locked_weight[0], stayed.first.shut.sum()) == (0.75, 1)
    # What is left is all in the other share: a tenth of its volume at 10.
    assert stayed.first.capacity[0] == pytest.approx(300_000, rel=1e-12)
    assert stayed.first.tightest[0] == 1
    suspended = two_shares(None, calm)
    assert (suspended.first.locked_weight[0], suspended.first.open.sum()) == (0, 1)


def test_where_nothing_can_be_bought_there_is_no_capacity() -> None:
    shut = bar("11", "11", "11", "11", 300_000)
    first = two_shares(shut, shut).first
    assert first.locked_weight[0] == 1
    assert np.isnan(first.capacity[0])
    assert np.isnan(first.capacity_90[0])
    assert first.tightest[0] == -1


def test_an_entry_at_a_close_has_room_but_no_open_to_be_locked_at() -> None:
    calm = bar("10", "9.9", "10.1", "10", 300_000)
    first = two_shares(
        bar("11", "10.5", "11", "10.8", 300_000), calm, entry=(1, Moment.CLOSE)
    ).first
    assert np.isnan(first.locked_weight[0])
    assert first.capacity[0] == pytest.approx(30_000 * 10.8 / 0.75, rel=1e-12)


def slow(weights: list[float], room: list[float]) -> tuple[float, float, int]:
    """The same three figures by plain loops and bisection."""
    could = [n for n in range(len(weights)) if weights[n] > 0 and room[n] > 0]
    if not could:
        return float("nan"), float("nan"), -1
    total = sum(weights[n] for n in could)
    part = {n: weights[n] / total for n in could}
    tightest = could[0]
    for n in could:
        if room[n] / part[n] < room[tightest] / part[tightest]:
            tightest = n
    capacity = room[tightest] / part[tightest]
    low, high = capacity, 2 * sum(room[n] for n in could) / 0.9
    for _ in range(200):
        middle = (low + high) / 2
        filled = sum(min(middle * part[n], room[n]) for n in could)
        low, high = (middle, high) if filled >= 0.9 * middle else (low, middle)
    return capacity, low, tightest


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60)
def test_capacities_are_those_of_plain_loops(seed: int) -> None:
    draw = np.random.default_rng(seed)
    shape = (4, int(draw.integers(1, 9)))
    weights = draw.dirichlet(np.ones(shape[1]), size=4) * (draw.random(shape) < 0.8)
    room = draw.lognormal(14, 2, shape) * (draw.random(shape) < 0.8)
    found = capacities(weights, room)
    for row in range(4):
        capacity, most, tightest = slow(weights[row].tolist(), room[row].tolist())
        np.testing.assert_allclose(found[0][row], capacity, rtol=1e-9)
        np.testing.assert_allclose(found[1][row], most, rtol=1e-9)
        assert found[2][row] == tightest


@pytest.mark.parametrize("seed", range(8))
def test_on_wild_markets_room_and_locks_are_read_off_the_bars(seed: int) -> None:
    market = made_market(seed, 8, SYMBOLS[:5], wild=0.8)
    weights = random_weights(seed, 5)
    row = 1 + seed % 4
    own = AccountSettings(participation=0.07, broker=FREE)
    book = accounts(market, path_of(market, [weights]), [(row, Moment.OPEN)], own)
    room, locked = [], 0.0
    for share, weight in zip(market.shares, weights, strict=True):
        today = share.bars[row]
        if today is None:
            room.append(0.0)
            continue
        limit = _limit(share, row)
        at_limit = today.open >= limit
        locked += float(weight) if at_limit else 0.0
        could = not (at_limit and today.low >= limit)
        room.append(float(int(today.volume * Decimal("0.07")) * today.open) if could else 0.0)
    capacity, most, tightest = slow([float(one) for one in weights], room)
    first = book.first
    np.testing.assert_allclose(first.locked_weight[0], locked, atol=1e-12)
    np.testing.assert_allclose(first.capacity[0], capacity, rtol=1e-9)
    np.testing.assert_allclose(first.capacity_90[0], most, rtol=1e-9)
    assert first.tightest[0] == tightest


def _limit(share: Share, row: int) -> Decimal:
    """The upper limit of a session: the close before, restated for what was paid since."""
    assert share.before is not None
    before = share.before
    for earlier in range(row + 1):
        if earlier in share.actions:
            action = share.actions[earlier]
            before = (before - action.cash) / (1 + action.bonus)
            before = before.quantize(Decimal("0.01"), "ROUND_HALF_UP")
        own = share.bars[earlier]
        if own is not None and earlier < row:
            before = own.close
    percent = LIMIT[share.board]
    return (before * (100 + percent) / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")


@pytest.mark.parametrize("seed", range(4))
def test_an_account_of_that_much_money_is_filled_so_far_on_its_first_day(seed: int) -> None:
    market = made_market(seed, 6, SYMBOLS[:4], wild=0.0)
    path = path_of(market, [random_weights(seed, 4)])
    first = accounts(market, path, [ENTRY], AccountSettings(broker=FREE)).first
    if not first.open[0, first.weights[0] > 0].all():
        pytest.skip("a share of this market could not be bought")
    for cash, least in ((first.capacity[0], 1.0), (first.capacity_90[0], 0.9)):
        money = AccountSettings(cash=float(cash), broker=FREE)
        book = accounts(market, path, [ENTRY], money)
        bought = (book.plan.orders.row == 1) & ~book.plan.orders.sell
        part = book.plan.orders.amount[bought].sum() / (100 * cash)
        lots = 200 * 100 * 4 / cash  # a lot of each share at most, and fees, are not placed
        assert least - lots - 0.001 < part <= least + 1e-6
