"""A list's excess in three parts, and the industries that one part is made of."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from basketbt.eventstudy.attribution import ThreeParts, three_parts
from basketbt.eventstudy.models import estimate, market_model
from basketbt.eventstudy.peers import industry_peers

NO = np.nan
T, ESTIMATED, WINDOW = 160, slice(10, 130), slice(140, 151)
INDUSTRIES = ("软件", "软件", "银行", "软件", "通信", "银行", "通信", "软件")
INSIDE = np.array([True, False, False, False, False, False, True, False])
OWN = ("软件", "通信", "银行", "软件")


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns of a market index (T,), of eight shares of a market and of four of two lists."""
    random = np.random.default_rng(7)
    index = random.normal(0, 0.01, T)
    market = 0.9 * index[:, None] + random.normal(0, 0.02, (T, 8))
    market[random.random((T, 8)) < 0.02] = NO
    return index, market, 1.2 * index[:, None] + random.normal(0, 0.03, (T, 4))


def slope(returns: np.ndarray, index: np.ndarray) -> float:
    known = np.isfinite(returns)
    return float(sm.OLS(returns[known], sm.add_constant(index[known])).fit().params[1])


def industry(market: np.ndarray, name: str, day: int) -> float:
    own = [
        market[day, n]
        for n, (one, inside) in enumerate(zip(INDUSTRIES, INSIDE, strict=True))
        if one == name and not inside and not np.isnan(market[day, n])
    ]
    return sum(own) / len(own) if own else NO


def parts(made: tuple[np.ndarray, ...], weights: np.ndarray, own: tuple[str, ...]) -> ThreeParts:
    index, market, shares = made
    peers = industry_peers(market, INDUSTRIES, INSIDE, own)
    sessions = np.zeros(T, dtype=bool)
    sessions[ESTIMATED] = True
    lists = shares @ weights.T
    return three_parts(
        returns=lists[WINDOW],
        market=index[WINDOW],
        industries=peers.returns[WINDOW],
        weights=weights,
        beta=estimate(market_model(index), lists, sessions).coefficients[:, 1],
        industry_betas=estimate(market_model(index), peers.returns, sessions).coefficients[:, 1],
    )


def test_the_parts_add_up_and_equal_plain_loops_and_statsmodels(
    made: tuple[np.ndarray, ...],
) -> None:
    index, market, shares = made
    market = market.copy()
    market[WINDOW] = np.where(np.isnan(market[WINDOW]), 0.001, market[WINDOW])
    weights = np.array([[0.25, 0.25, 0.25, 0.25], [0.6, 0.0, 0.4, 0.0]])
    found = parts((index, market, shares), weights, OWN)
    for row, own in enumerate(weights):
        listed = shares @ own
        moved = sum(index[day] for day in range(140, 151))
        beta = slope(listed[ESTIMATED], index[ESTIMATED])
        of_industries = 0.0
        for weight, name in zip(own, OWN, strict=True):
            path = np.array([industry(market, name, day) for day in range(T)])
            beta_of_it = slope(path[ESTIMATED], index[ESTIMATED])
            of_industries += weight * (sum(path[WINDOW]) - beta_of_it * moved)
        whole = sum(listed[WINDOW])
        assert found.beta[row] == pytest.approx(beta, abs=1e-9)
        assert found.market[row] == pytest.approx((beta - 1) * moved, abs=1e-9)
        assert found.industries[row] == pytest.approx(of_industries, abs=1e-9)
        assert found.selection[row] == pytest.approx(whole - beta * moved - of_industries, abs=1e-9)
    total = found.market + found.industries + found.selection
    assert np.abs(total - found.excess).max() < 1e-12


def test_shares_of_lists_are_no_yardstick() -> None:
    market = np.zeros((3, 8))
    market[:, INSIDE] = 9.0
    assert (industry_peers(market, INDUSTRIES, INSIDE, OWN).returns == 0.0).all()


def test_a_share_alone_in_its_industry_has_no_peers(made: tuple[np.ndarray, ...]) -> None:
    peers = industry_peers(made[1], INDUSTRIES, INSIDE, ("软件", "水泥", "", "通信"))
    assert peers.outside.tolist() == [3, 0, 0, 1]
    assert np.isnan(peers.returns[:, 1:3]).all()
    assert peers.outside_of(np.array([True, True, False, True])) == 4


@pytest.mark.parametrize(("alone", "stands"), [(0.2, True), (0.21, False)])
def test_four_fifths_of_the_weight_must_have_an_industry(
    made: tuple[np.ndarray, ...], alone: float, stands: bool
) -> None:
    index, market, shares = made
    market = np.where(np.isnan(market), 0.0, market)
    weights = np.array([[1.0 - alone, alone, 0.0, 0.0]])
    found = parts((index, market, shares), weights, ("软件", "水泥", "", ""))
    assert found.covered[0] == pytest.approx(1.0 - alone)
    assert np.isfinite(found.industries[0]) == stands
    assert np.isfinite(found.market[0])  # the market part needs no industry
    if stands:  # the others count for more
        whole = parts((index, market, shares), np.array([[1.0, 0, 0, 0]]), ("软件", "", "", ""))
        assert found.industries[0] == pytest.approx(whole.industries[0], abs=1e-15)


def test_an_industry_that_lacks_a_session_of_the_window_is_left_out(
    made: tuple[np.ndarray, ...],
) -> None:
    index, market, shares = made
    market = np.where(np.isnan(market), 0.0, market)
    market[145, 4] = NO  # the only outside share of its industry
    found = parts((index, market, shares), np.array([[0.5, 0.5, 0.0, 0.0]]), OWN)
    assert found.covered[0] == 0.5
    assert np.isnan([found.industries[0], found.selection[0]]).all()
