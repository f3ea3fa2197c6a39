"""Lists of a list's kind, and the two questions asked of them."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from basketbt.eventstudy.kinds import (
    Shortage,
    complete_features,
    draw_nearest,
    draw_of_kind,
    in_pool,
    nearest,
)
from basketbt.eventstudy.matched import (
    expected_car,
    measure,
    permutation_p,
    scaled_t,
    series_of,
    variance_ratio,
)
from basketbt.eventstudy.models import (
    cumulate,
    estimate,
    market_adjusted,
    market_model,
    sector_model,
)
from basketbt.eventstudy.portfolio import basket_returns
from basketbt.eventstudy.windows import sessions_of

RANDOM = np.random.default_rng(7)
SESSIONS, SHARES, DAY0 = 190, 40, 150
MARKET = RANDOM.normal(0, 0.01, SESSIONS)
SECTOR = MARKET + RANDOM.normal(0, 0.008, SESSIONS)
RETURNS = MARKET[:, None] + RANDOM.normal(0, 0.02, (SESSIONS, SHARES))
RETURNS[RANDOM.random(RETURNS.shape) < 0.02] = np.nan
STRATA = np.repeat([3, 8], 20)
EVERYONE = np.ones(SHARES, dtype=bool)
WINDOWS = ((0, 0), (0, 5), (3, 22))


def _draws(count: int = 12) -> np.ndarray:
    drawn = draw_of_kind(EVERYONE, STRATA, np.array([3, 3, 8]), draws=count, seed=1)
    assert isinstance(drawn, np.ndarray)
    return drawn


def test_a_random_list_has_the_industries_of_the_list_place_by_place_and_no_share_twice() -> None:
    wanted = np.array([8, 3, 8, 8])
    drawn = draw_of_kind(EVERYONE, STRATA, wanted, draws=500, seed=5)
    assert isinstance(drawn, np.ndarray)
    assert (STRATA[drawn] == wanted).all()
    assert all(len(set(row)) == 4 for row in drawn.tolist())


def test_draws_do_not_hang_on_what_else_is_drawn() -> None:
    """The part of one industry is the same whatever other industries a list has."""
    alone = draw_of_kind(EVERYONE, STRATA, np.array([8, 8]), draws=50, seed=5)
    mixed = draw_of_kind(EVERYONE, STRATA, np.array([3, 8, 8]), draws=50, seed=5)
    assert isinstance(alone, np.ndarray)
    assert isinstance(mixed, np.ndarray)
    np.testing.assert_array_equal(alone, mixed[:, 1:])


def test_a_pool_that_is_too_small_says_how_small() -> None:
    wanted = np.array([3] * 6)
    assert draw_of_kind(EVERYONE, STRATA, wanted, draws=9, seed=1, fewest=4) == Shortage(3, 20, 24)


def test_who_may_be_drawn_is_known_before_the_window() -> None:
    """A share counts by its returns in the estimation window, not by what it does later."""
    estimation = np.arange(SESSIONS) < 120
    later = RETURNS.copy()
    later[120:, ::2] = np.nan
    before = in_pool(RETURNS, estimation, 110)
    np.testing.assert_array_equal(before, in_pool(later, estimation, 110))
    later[:20, 4] = np.nan
    assert not in_pool(later, estimation, 110)[4]


def test_random_lists_are_made_into_series_as_lists_are() -> None:
    weights = np.array([0.5, 0.3, 0.2])
    drawn = _draws()
    rows = np.zeros((len(drawn), SHARES))
    for number, names in enumerate(drawn):
        rows[number, names] = weights
    wanted, _ = basket_returns(RETURNS, rows)
    np.testing.assert_allclose(series_of(RETURNS, drawn, weights), wanted, atol=1e-15)


@pytest.mark.parametrize("model", ["market", "sector"])
def test_cars_and_ratios_are_those_of_one_regression_a_list_and_date(model: str) -> None:
    design = market_model(MARKET) if model == "market" else sector_model(MARKET, SECTOR)
    series = series_of(RETURNS, _draws(), np.full(3, 1 / 3))
    usable = np.arange(SESSIONS) % 37 != 5
    dates = np.array([141, 146, 150])
    found = measure(
        design,
        series,
        series,
        dates,
        estimation=(-140, -21),
        windows=WINDOWS,
        usable=usable,
        minimum=80,
    )
    for h, date in enumerate(dates.tolist()):
        for b in range(series.shape[1]):
            good = np.isfinite(series[:, b]) & usable
            rows = np.arange(date - 140, date - 20)
            rows = rows[good[rows]]
            fit = sm.OLS(series[rows, b], design.regressors[rows]).fit()
            for w, (first, last) in enumerate(WINDOWS):
                days = np.arange(date + first, date + last + 1)
                days = days[good[days]]
                if not days.size:
                    assert np.isnan(found.car[h, w, b])
                    continue
                errors = series[days, b] - fit.predict(design.regressors[days])
                ratio = np.sum(errors**2) / (fit.mse_resid * len(days))
                assert found.car[h, w, b] == pytest.approx(errors.sum(), abs=1e-12)
                assert found.ratio[h, w, b] == pytest.approx(ratio, rel=1e-9)


def test_models_without_anything_to_estimate_and_indexes_that_stand_still() -> None:
    """Market-adjusted returns as the study has them; a model that is singular has no numbers."""
    series = series_of(RETURNS, _draws(), np.full(3, 1 / 3))
    everything = np.ones(SESSIONS, dtype=bool)
    for design in (market_adjusted(MARKET), market_model(np.zeros(SESSIONS))):
        found = measure(
            design,
            series,
            series,
            np.array([DAY0]),
            estimation=(-140, -21),
            windows=WINDOWS,
            usable=everything,
            minimum=80,
        )
        fitted = estimate(design, series, sessions_of((-140, -21), DAY0, SESSIONS), 80)
        for w, window in enumerate(WINDOWS):
            wanted = cumulate(design, fitted, series, sessions_of(window, DAY0, SESSIONS)).car
            np.testing.assert_allclose(found.car[0, w], wanted, atol=1e-14)


def test_a_gap_before_the_first_estimation_window_does_not_matter() -> None:
    """A share that was listed a year before the event was not listed two years before it."""
    series = np.where(np.isfinite(RETURNS[:, :3]), RETURNS[:, :3], 0.0)
    late = series.copy()
    late[:4] = np.nan
    dates = np.array([145, 148, DAY0])
    before, after = (
        measure(
            market_model(MARKET),
            one,
            one,
            dates,
            estimation=(-140, -21),
            windows=WINDOWS,
            usable=np.ones(SESSIONS, dtype=bool),
            minimum=80,
        )
        for one in (series, late)
    )
    for name, values in vars(before).items():
        np.testing.assert_allclose(getattr(after, name), values, rtol=1e-9, err_msg=name)


def test_nothing_after_a_window_moves_its_numbers() -> None:
    series = series_of(RETURNS, _draws(), np.full(3, 1 / 3))
    later = series.copy()
    later[DAY0 + 6 :] = 9.9
    design = market_model(MARKET)
    before, after = (
        measure(
            design,
            one,
            one,
            np.array([DAY0]),
            estimation=(-140, -21),
            windows=((0, 0), (0, 5)),
            usable=np.ones(SESSIONS, dtype=bool),
            minimum=80,
        )
        for one in (series, later)
    )
    np.testing.assert_array_equal(before.car, after.car)
    np.testing.assert_array_equal(before.ratio, after.ratio)


def test_the_variance_ratio_is_a_mean_without_a_floor() -> None:
    ratios = np.array([[0.2, 0.4, np.nan], [np.nan] * 3])
    np.testing.assert_allclose(variance_ratio(ratios), [0.3, np.nan])
    assert scaled_t(np.array([2.0]), np.array([0.25]))[0] == 4.0


def test_permutation_p_counts_draws_as_far_from_what_is_expected() -> None:
    cars = np.array([0.1, -0.3, 0.45, 0.2, np.nan])
    # |CAR - mu| = 0.2: two of four draws are as far (-0.3 and 0.45)
    p = permutation_p(np.array(0.3), cars, np.array(0.1))
    assert p == pytest.approx((1 + 2) / 5)
    assert np.isnan(permutation_p(np.array(np.nan), cars, np.array(0.1)))


def test_the_expected_car_is_the_mean_over_all_lists_that_can_be_drawn() -> None:
    """Every list of two from one pool of three and one from another of two, equally weighted."""
    cars = np.array([[0.1, 0.4, -0.2, 0.3, 0.7]])
    pools = [np.arange(3), np.arange(3), np.array([3, 4])]
    every = [
        cars[0, [i, j, k]].mean() for i in range(3) for j in range(3) if i != j for k in (3, 4)
    ]
    found = expected_car(cars, pools, np.full(3, 1 / 3))
    assert found[0] == pytest.approx(np.mean(every), abs=1e-15)


def test_the_nearest_shares_are_of_the_same_industry_and_begin_with_the_share_itself() -> None:
    features = RANDOM.normal(size=(SHARES, 3))
    features[21] = features[30] * 1.0001
    found = nearest(features, EVERYONE, STRATA, np.array([2, 30]), 5)
    assert isinstance(found, np.ndarray)
    assert (STRATA[found] == [[3], [8]]).all()
    assert found[0, 0] == 2
    assert found[1, :2].tolist() == [30, 21]
    assert nearest(features, EVERYONE, STRATA, np.array([2]), 21) == Shortage(3, 20, 21)


def test_a_feature_that_one_share_lacks_is_dropped_for_the_whole_pool() -> None:
    features = RANDOM.normal(size=(SHARES, 3))
    features[7, 1] = np.nan
    assert complete_features(features, EVERYONE).tolist() == [True, False, True]


def test_each_share_is_replaced_by_one_of_its_neighbours_and_none_stands_twice() -> None:
    neighbours = np.array([[0, 1, 2, 3], [1, 0, 2, 9], [2, 8, 1, 7]])
    drawn = draw_nearest(neighbours, draws=2_000, seed=3)
    for place, allowed in enumerate(neighbours):
        assert set(drawn[:, place]) == set(allowed)
    assert all(len(set(row)) == 3 for row in drawn.tolist())
