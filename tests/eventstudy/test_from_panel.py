"""What an event study takes from prices: one-session returns, gaps, limits, the universe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from basketbt.data.bars import MarketData, PriceRequest, UniverseCloses
from basketbt.data.panel import PricePanel, build_panel
from basketbt.eventstudy.from_panel import (
    closes_at_limit,
    one_session_returns,
    pool_of,
)
from support.made import Made, session

A, CHINEXT, HK = "600001.SH", "300003.SZ", "6682.HK"
SESSIONS = np.array([session(offset) for offset in range(-3, 8)])

CALM = np.array([False])  # nobody is under risk warning


def panel_of(made: Made, *symbols: str) -> PricePanel:
    request = PriceRequest(symbols=symbols, indexes=(), start=SESSIONS[0], end=SESSIONS[-1])
    data: MarketData = made.load(request)
    return build_panel(data, symbols, calendar="XSHG", sessions=SESSIONS, fx="local")


def test_a_suspension_leaves_no_one_session_return_and_one_return_over_the_gap() -> None:
    closes = {-3: 10.0, -2: 11.0, 1: 13.2, 2: 13.2}
    made = Made({A: closes, "600002.SH": dict.fromkeys(range(-3, 8), 5.0)})
    returns, resumptions = one_session_returns(panel_of(made, A, "600002.SH"))
    assert returns[:, 0][np.isfinite(returns[:, 0])] == pytest.approx([0.1, 0.0])
    assert np.isfinite(returns[:, 0]).nonzero()[0].tolist() == [1, 5]
    assert np.isfinite(resumptions[:, 0]).nonzero()[0].tolist() == [4]
    assert resumptions[4, 0] == pytest.approx(0.2)
    assert not np.isfinite(resumptions[:, 1]).any()


def test_what_hong_kong_did_while_shanghai_was_shut_arrives_on_one_session() -> None:
    closes = {offset: 10.0 + offset for offset in range(-3, 12)}
    returns, resumptions = one_session_returns(panel_of(Made({HK: closes}), HK))
    assert np.isfinite(returns[1:, 0]).all()
    assert not np.isfinite(resumptions).any()
    # Hong Kong had 28 January, 3 and 4 February between Shanghai's 27 January and 5 February
    assert returns[8, 0] == pytest.approx(18.0 / 14.0 - 1.0)


@pytest.mark.parametrize(
    ("symbol", "closes", "expected"),
    [
        (A, [10.0, 11.0, 12.09, 12.1], [False, True, False, False]),  # 11 x 1.1 = 12.10
        (A, [1.15, 1.27, 1.14, 1.14], [False, True, True, False]),  # 1.265 → 1.27; 1.143 → 1.14
        (CHINEXT, [10.0, 11.0, 13.2, 10.56], [False, False, True, True]),  # 20 %
    ],
)
def test_a_close_at_the_limit_in_fen(
    symbol: str, closes: list[float], expected: list[bool]
) -> None:
    made = Made({symbol: dict(enumerate(closes, start=-3))})
    found, notes = closes_at_limit(panel_of(made, symbol), CALM)
    assert found[:4, 0].tolist() == expected
    assert notes == ()


def test_only_a_list_says_who_was_under_risk_warning() -> None:
    """A table of instruments has today's names: 5 % of what was no ST then would be hindsight."""
    made = Made({A: dict(enumerate([10.0, 10.5, 11.03, 11.0], start=-3))})
    panel = panel_of(made, A)
    renamed = replace(panel, instruments=(replace(panel.instruments[0], name="*ST某某"),))
    assert not closes_at_limit(renamed, CALM)[0].any()
    assert closes_at_limit(panel, np.array([True]))[0][1:3, 0].all()


def test_adjusted_prices_are_held_against_the_fraction_with_their_rounding() -> None:
    # raw 20.00 → 22.00, adjusted by 0.3717 and rounded: 7.43 → 8.18 is 10.09 %
    closes = dict(enumerate([7.43, 8.18, 8.90, 8.01], start=-3))
    made = Made({A: closes}, adjusted=frozenset({A}))
    found, notes = closes_at_limit(panel_of(made, A), CALM)
    assert found[:4, 0].tolist() == [False, True, False, True]
    assert "1 shares with adjusted prices only" in notes[0].text()


def test_adjusted_prices_find_the_limits_that_raw_prices_find() -> None:
    random = np.random.default_rng(7)
    raw = [10.0]
    for step in random.uniform(-0.13, 0.13, 400):
        raw.append(round(raw[-1] * (1 + np.clip(step, -0.0999, 0.0999)) + 1e-9, 2))
    # no step beyond the limit, and some exactly at it
    offsets = range(-390, 11)
    made = Made({A: dict(zip(offsets, raw, strict=True))})
    sessions = np.array([session(offset) for offset in offsets])
    request = PriceRequest(symbols=(A,), indexes=(), start=sessions[0], end=sessions[-1])
    panel = build_panel(made.load(request), (A,), calendar="XSHG", sessions=sessions)
    known, _ = closes_at_limit(panel, CALM)
    guessed, _ = closes_at_limit(replace(panel, adjusted_only=np.array([True])), CALM)
    assert known.sum() > 20
    assert (guessed | ~known).all()
    assert guessed.sum() <= 1.3 * known.sum()


def test_hong_kong_has_no_limit() -> None:
    closes = dict(enumerate([10.0, 20.0, 5.0, 50.0], start=-3))
    assert not closes_at_limit(panel_of(Made({HK: closes}), HK), CALM)[0].any()


def universe(dates: np.ndarray, close: np.ndarray) -> UniverseCloses:
    return UniverseCloses(
        symbols=("600001.SH", "300003.SZ"),
        dates=dates,
        close=close,
        industry=("软件服务", None),
        table="made",
    )


def test_a_pool_is_the_market_outside_the_lists_and_then_the_lists_own_shares() -> None:
    """On the study's sessions; an own share has the study's own prices, and once."""
    made = Made({CHINEXT: dict.fromkeys(range(-3, 8), 5.0)})
    dates = SESSIONS[[0, 1, 3, 4]]
    close = np.array([[10.0, 1.0], [11.0, np.nan], [12.0, 2.0], [12.0, 3.0]])
    market = replace(universe(dates, close), volume=np.full((4, 2), 7.0))
    pool = pool_of(market, panel_of(made, CHINEXT))
    assert (pool.industries, pool.own.tolist()) == (("软件服务", None), [1])
    assert pool.returns[:, 0][np.isfinite(pool.returns[:, 0])] == pytest.approx([0.1, 0.0])
    # the session that the table lacks is a gap: its return counts in full in an event window
    assert np.isfinite(pool.returns[:, 0]).nonzero()[0].tolist() == [1, 4]
    assert pool.event_returns[3, 0] == pytest.approx(12.0 / 11.0 - 1.0)
    assert (pool.returns[1:, 1] == 0.0).all()
    assert pool.traded is not None
    assert pool.traded[[0, 1, 3], 0].tolist() == [70.0, 77.0, 84.0]
