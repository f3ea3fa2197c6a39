"""The invented market: the same for everyone with the same seed, and lawful on every session."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from basketbt.errors import BadSymbol
from basketbt.market.calendars import calendar
from basketbt.market.limits import limit_fractions, limit_prices
from basketbt.market.reference import reference_price
from basketbt.market.symbols import parse_symbol
from basketbt.prices.data import MarketData, PriceRequest, SymbolBars
from basketbt.prices.panel import Status, build_panel
from basketbt.prices.sources.demo import DemoSource
from basketbt.yamlfile import load

ROOT = Path(__file__).resolve().parents[2]
FIRST, LAST = np.datetime64("2023-01-03"), np.datetime64("2025-12-31")
DAY_ZERO = np.datetime64("2025-01-21")  # of R1, in Shanghai
INDEXES = ("000300.SH", "H00300.CSI", "930713.CSI", "000985.CSI", "000688.SH", "399006.SZ")
PRICES = ("open", "high", "low", "close")


def symbols_under(folder: str) -> tuple[str, ...]:
    files = sorted((ROOT / "baskets").glob(f"{folder}/*.yaml"))
    found = [one["symbol"] for file in files for one in (load(file).data.get("constituents") or ())]
    return tuple(dict.fromkeys(found))


def request(
    symbols: tuple[str, ...],
    indexes: tuple[str, ...] = (),
    start: np.datetime64 = FIRST,
    end: np.datetime64 = LAST,
) -> PriceRequest:
    return PriceRequest(symbols=symbols, indexes=indexes, start=start, end=end, fx=("HKDCNY",))


@cache
def market(seed: int = 20250120) -> MarketData:
    """Every share of every shipped list, and one of Beijing."""
    return DemoSource(seed).load(request((*symbols_under("*"), "920819.BJ"), INDEXES))


def shares(data: MarketData) -> list[SymbolBars]:
    return [bars for bars in data.bars.values() if parse_symbol(bars.symbol).board]


def assert_same(first: SymbolBars, second: SymbolBars) -> None:
    for field in fields(SymbolBars):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))


def bounds(data: MarketData, bars: SymbolBars) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Upper and lower limit price and the reference of every bar, by the rules of the exchange."""
    cash, bonus = np.zeros(len(bars.dates)), np.zeros(len(bars.dates))
    for action in data.actions[bars.symbol]:
        at = np.searchsorted(bars.dates, action.ex_date)
        cash[at], bonus[at] = action.cash, action.bonus
    previous = np.concatenate([[np.nan], bars.close[:-1]])
    reference = reference_price(previous, cash, bonus)
    listed = np.array([data.instruments[bars.symbol].listed])
    fractions = limit_fractions([parse_symbol(bars.symbol)], bars.dates, listed=listed)
    limits = limit_prices(reference[:, None], fractions)
    return limits.up[:, 0], limits.down[:, 0], reference


# --- whose prices depend on what ---------------------------------------------------------------


def test_the_same_seed_gives_the_same_market() -> None:
    again = DemoSource().load(request(("688111.SH", "6682.HK"), INDEXES))
    for bars in again.bars.values():
        assert_same(bars, market().bars[bars.symbol])


def test_another_seed_gives_another_market() -> None:
    other = DemoSource(seed=7).load(request(("688111.SH",)))
    assert not np.array_equal(other.bars["688111.SH"].close, market().bars["688111.SH"].close)


def test_prices_depend_neither_on_the_other_symbols_nor_on_the_range() -> None:
    start, end = np.datetime64("2024-11-02"), np.datetime64("2025-03-02")
    codes = ("6682.HK", "300624.SZ", "688692.SH")
    part = DemoSource().load(request(codes, ("H00300.CSI",), start, end))
    for code in (*codes, "H00300.CSI"):
        whole, short = market().bars[code], part.bars[code]
        inside = (whole.dates >= start) & (whole.dates <= end)
        np.testing.assert_array_equal(short.dates, whole.dates[inside])
        for column in (*PRICES, "volume", "amount"):
            np.testing.assert_array_equal(getattr(short, column), getattr(whole, column)[inside])
    known = [one for one in market().actions["300624.SZ"] if start <= one.ex_date <= end]
    assert list(part.actions["300624.SZ"]) == known


def test_nothing_is_invented_outside_the_period() -> None:
    late = DemoSource().load(
        request(("688111.SH",), INDEXES, np.datetime64("2026-01-05"), np.datetime64("2026-03-02"))
    )
    assert late.bars == {}


def test_it_says_that_it_is_invented_and_knows_all_actions() -> None:
    assert market().invented
    assert market().has_actions
    assert market().source == DemoSource().name == "demo"


def test_a_code_without_its_exchange_is_refused() -> None:
    with pytest.raises(BadSymbol):
        DemoSource().load(request(("688111",)))


# --- every bar is possible ---------------------------------------------------------------------


def test_every_price_is_on_the_tick_and_inside_its_day() -> None:
    for bars in shares(market()):
        for column in PRICES:
            price = getattr(bars, column)
            assert (price > 0).all()
            assert (price == np.round(price, 2)).all()
        assert (bars.low <= np.minimum(bars.open, bars.close)).all()
        assert (bars.high >= np.maximum(bars.open, bars.close)).all()


@pytest.mark.parametrize("seed", [20250120, 7])
def test_no_share_ever_trades_beyond_its_limits(seed: int) -> None:
    data = market(seed)
    limited = 0
    for bars in shares(data):
        up, down, _ = bounds(data, bars)
        assert not (bars.high > up).any(), bars.symbol
        assert not (bars.low < down).any(), bars.symbol
        limited += int(np.isfinite(up).sum())
    assert limited > 60_000


def test_every_bar_is_on_a_session_of_its_own_exchange() -> None:
    for bars in market().bars.values():
        assert calendar(parse_symbol(bars.symbol).calendar).are_sessions(bars.dates).all()
        assert (np.diff(bars.dates) > np.timedelta64(0)).all()


def test_volumes_are_shares_and_amounts_are_yuan() -> None:
    for bars in shares(market()):
        assert (bars.volume > 0).all()
        assert (bars.volume % 100 == 0).all()
        mean = (bars.open + bars.high + bars.low + bars.close) / 4
        np.testing.assert_allclose(bars.amount / (bars.volume * mean), 1.0, atol=0.01)
        traded_at = bars.amount / bars.volume
        assert (traded_at >= bars.low - 1e-9).all()
        assert (traded_at <= bars.high + 1e-9).all()


# --- corporate actions -------------------------------------------------------------------------


def test_actions_explain_every_step_of_the_factor() -> None:
    for bars in shares(market()):
        assert bars.factor is not None
        actions = {action.ex_date: action for action in market().actions[bars.symbol]}
        assert set(actions) <= set(bars.dates)
        for row in range(1, len(bars.dates)):
            step = bars.factor[row] / bars.factor[row - 1]
            action = actions.get(bars.dates[row])
            if action is None:
                assert abs(step - 1) < 1e-12
                continue
            before = bars.close[row - 1]
            assert step == pytest.approx(
                before * (1 + action.bonus) / (before - action.cash), rel=1e-9
            )
            assert step > 1


def test_bonus_issues_raise_the_share_count_from_their_ex_date() -> None:
    issues = 0
    for code, actions in market().actions.items():
        counts = market().shares[code]
        assert counts.dates[0] <= market().bars[code].dates[0]
        assert (counts.tradable <= counts.total).all()
        bonus = [action for action in actions if action.bonus]
        assert list(counts.dates[1:]) == [action.ex_date for action in bonus]
        for action, (old, new) in zip(bonus, pairwise(counts.total), strict=True):
            assert new == pytest.approx(old * (1 + action.bonus), abs=0.5)
        issues += len(bonus)
    assert issues >= 5


def test_total_and_price_return_differ_by_the_cash_only() -> None:
    codes = tuple(bars.symbol for bars in shares(market()) if bars.currency == "CNY")
    sessions = calendar("XSHG").between(FIRST, LAST)
    panel = build_panel(market(), codes, calendar="XSHG", sessions=sessions)
    ratio = panel.total / panel.price
    moved = np.abs(ratio[1:] / ratio[:-1] - 1) > 1e-12
    paid = np.zeros_like(moved)
    for action in panel.actions:
        row = int(np.searchsorted(sessions, action.ex_date))
        if action.cash:
            paid[row - 1, panel.column(action.symbol)] = True
            before = panel.close[row - 1, panel.column(action.symbol)]
            gain = (
                ratio[row, panel.column(action.symbol)]
                / ratio[row - 1, panel.column(action.symbol)]
            )
            assert gain == pytest.approx(before / (before - action.cash), rel=1e-9)
    np.testing.assert_array_equal(moved, paid)
    assert panel.invented
    assert panel.notes == ()


# --- what a demonstration must show ------------------------------------------------------------


@pytest.mark.parametrize("seed", [20250120, 7])
def test_a_guojin_share_is_suspended_inside_the_weeks_after_r1(seed: int) -> None:
    sessions = calendar("XSHG").between(DAY_ZERO, calendar("XSHG").offset(DAY_ZERO, 20))
    codes = symbols_under("guojin")
    panel = build_panel(market(seed), codes, calendar="XSHG", sessions=sessions)
    suspended = panel.status == Status.SUSPENDED
    column = panel.column("002439.SZ")
    assert suspended[:, column].any()
    assert not suspended[[0, -1], column].any()


def test_late_listings_have_no_bar_before_their_day() -> None:
    assert market().bars["688692.SH"].dates[0] == np.datetime64("2024-06-12")
    newest = max(shares(market()), key=lambda bars: bars.dates[0])
    assert DAY_ZERO < newest.dates[0] <= np.datetime64("2025-02-10")
    assert newest.symbol in symbols_under("guojin")
    for bars in shares(market()):
        assert market().instruments[bars.symbol].listed <= bars.dates[0]


def test_several_shares_open_after_the_festival_with_one_word_boards() -> None:
    found = set()
    for bars in shares(market()):
        up, _, _ = bounds(market(), bars)
        one_word = (bars.low == bars.high) & (bars.high == up)
        at = np.flatnonzero(one_word)
        if bars.dates[at].size:
            assert bars.dates[at][0] == np.datetime64("2025-02-05")
            assert bars.dates[at][-1] <= np.datetime64("2025-02-07")
            found.add(bars.symbol)
    assert len(found) >= 4
    assert found & set(symbols_under("guojin"))


def test_the_sector_rises_around_r1_more_than_the_market() -> None:
    def gain(code: str) -> float:
        bars = market().bars[code]
        base = np.searchsorted(bars.dates, np.datetime64("2025-01-20"))
        return float(bars.close[base + 7] / bars.close[base] - 1)

    assert gain("930713.CSI") > 0.05
    assert gain("930713.CSI") > gain("000300.SH") + 0.05


def test_the_total_return_index_is_its_price_twin_and_dividends() -> None:
    twin, total = market().bars["000300.SH"], market().bars["H00300.CSI"]
    ahead = total.close / twin.close
    assert (np.diff(ahead) > -1e-5).all()
    assert ahead[-1] == pytest.approx(np.exp(3 * 0.026), rel=1e-3)


def test_hong_kong_shares_have_a_lot_and_a_rate() -> None:
    assert market().instruments["6682.HK"].lot == 100
    rate = market().fx["HKDCNY"]
    assert ((rate.rate > 0.7) & (rate.rate < 1.1)).all()
    panel = build_panel(
        market(),
        ("6682.HK",),
        calendar="XSHG",
        sessions=calendar("XSHG").between(np.datetime64("2025-01-02"), LAST),
    )
    assert panel.in_home_currency.all()
    assert np.isfinite(panel.total).all()
