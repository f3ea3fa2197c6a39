"""The closed forms against ordinary least squares with one dummy variable an event day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basketbt.eventstudy.models import (
    Design,
    cumulate,
    dimson,
    estimate,
    market_adjusted,
    market_model,
    sector_model,
)
from basketbt.eventstudy.placebo import placebo_dates
from basketbt.eventstudy.significance import (
    corrado,
    joint_f,
    mean_correlation,
    portfolio_t,
    scaled_ranks,
)
from basketbt.eventstudy.windows import sessions_of


def dummy_regression(
    x: np.ndarray, y: np.ndarray, days: np.ndarray
) -> tuple[float, float, float, float]:
    """CAR, its standard error, residual deviation and joint F, with a dummy for each event day.

    ``x`` (T, K), ``y`` (T,) without NaN, ``days`` positions of the event days.
    """
    dummies = np.zeros((y.shape[0], len(days)))
    dummies[days, np.arange(len(days))] = 1.0
    full = np.column_stack([x, dummies])
    solution, *_ = np.linalg.lstsq(full, y, rcond=None)
    residual = y - full @ solution
    df = y.shape[0] - full.shape[1]
    variance = residual @ residual / df
    effects = np.linalg.inv(full.T @ full)[x.shape[1] :, x.shape[1] :]
    gamma = solution[x.shape[1] :]
    f = gamma @ np.linalg.solve(effects, gamma) / (len(days) * variance)
    return gamma.sum(), np.sqrt(variance * effects.sum()), np.sqrt(variance), f


@st.composite
def markets(draw: st.DrawFn) -> tuple[Design, np.ndarray, int, int]:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    length, days = draw(st.integers(30, 130)), draw(st.integers(1, 12))
    total = length + 5 + days
    market = random.normal(0, 0.012, total)
    sector = 0.9 * market + random.normal(0, 0.008, total)
    y = random.uniform(-1, 2) * market + random.normal(0, 0.02, total)
    gaps = random.random(total) < draw(st.sampled_from([0.0, 0.1]))
    gaps[-1] = False
    y[gaps] = np.nan
    model = draw(st.sampled_from([market_model, None, market_adjusted, dimson]))
    design = sector_model(market, sector) if model is None else model(market)
    if model is dimson:  # no lead on the last session: give the data one more
        design = dimson(np.append(market, random.normal(0, 0.012)))
        design = type(design)(design.name, design.regressors[:-1], design.offset[:-1])
    return design, y, length, days


@settings(deadline=None, max_examples=150)
@given(markets())
def test_car_t_and_f_equal_the_dummy_variable_regression(
    market: tuple[Design, np.ndarray, int, int],
) -> None:
    design, y, length, days = market
    total = y.shape[0]
    estimation = np.arange(total) < length
    window = np.arange(total) >= total - days
    fitted = estimate(design, y[:, None], estimation, minimum=10)
    sums = cumulate(design, fitted, y[:, None], window)

    rows = np.flatnonzero((estimation | window) & np.isfinite(y) & design.known)
    event_days = np.flatnonzero(window[rows])
    car, error, s, f = dummy_regression(
        design.regressors[rows], (y - design.offset)[rows], event_days
    )
    assert sums.car[0] == pytest.approx(car, rel=1e-9, abs=1e-13)
    assert fitted.s[0] == pytest.approx(s, rel=1e-9)
    assert fitted.s[0] * np.sqrt(sums.g[0]) == pytest.approx(error, rel=1e-9)
    assert portfolio_t(sums, fitted.s)[0] == pytest.approx(car / error, rel=1e-8, abs=1e-10)

    used = rows[event_days]
    expected = design.offset[used] + design.regressors[used] @ fitted.coefficients[0]
    joint = joint_f(
        y[used] - expected,
        design.regressors[used],
        fitted.inverse[0],
        float(fitted.s[0]),
        int(fitted.df[0]),
    )
    assert joint.statistic == pytest.approx(f, rel=1e-8)
    assert joint.df == (used.shape[0], int(fitted.df[0]))


def test_every_placebo_date_is_a_fit_of_its_own() -> None:
    random = np.random.default_rng(5)
    market = random.normal(0, 0.012, 320)
    returns = market[:, None] * [0.8, 1.3] + random.normal(0, 0.02, (320, 2))
    returns[random.random(320) < 0.03, 1] = np.nan
    design, windows = market_model(market), ((0, 0), (0, 4), (-2, 2))
    found = placebo_dates(
        design,
        returns,
        returns,
        300,
        estimation=(-140, -21),
        windows=windows,
        usable=np.ones(320, dtype=bool),
        minimum=100,
        wanted=60,
    )
    for placebo, window in zip(found, windows, strict=True):
        assert len(placebo.rows) == 60
        assert placebo.rows[-1] + window[1] == 300 - 21
        for h in (0, 23, 59):
            row = int(placebo.rows[h])
            for b in (0, 1):
                y = returns[:, b]
                estimation = sessions_of((-140, -21), row, 320) & np.isfinite(y)
                days = sessions_of(window, row, 320)
                if not np.isfinite(y[days]).all():
                    assert np.isnan(placebo.t[h, b])
                    continue
                rows = np.flatnonzero(estimation | days)
                car, error, *_ = dummy_regression(
                    design.regressors[rows], y[rows], np.flatnonzero(days[rows])
                )
                assert placebo.t[h, b] == pytest.approx(car / error, rel=1e-9)


def test_ranks_and_correlation_equal_scipy_and_pandas() -> None:
    import pandas as pd
    from scipy.stats import rankdata

    random = np.random.default_rng(8)
    values = np.round(random.normal(size=(60, 5)), 1)  # many ties
    values[random.random((60, 5)) < 0.1] = np.nan
    ranks = rankdata(values, axis=0, nan_policy="omit")
    wanted = ranks / (np.isfinite(values).sum(axis=0) + 1) - 0.5
    np.testing.assert_allclose(scaled_ranks(values), wanted, rtol=1e-14)

    pairs = pd.DataFrame(values).corr().to_numpy()
    mean = pairs[~np.eye(5, dtype=bool)].mean()
    assert mean_correlation(values) == pytest.approx(mean, rel=1e-12)


def test_rank_test_does_not_feel_how_far_an_extreme_day_was() -> None:
    random = np.random.default_rng(4)
    abnormal = random.normal(size=(121, 6))
    in_window = np.arange(121) == 120
    abnormal[120] = 10.0
    once = corrado(scaled_ranks(abnormal), in_window)
    abnormal[120] = 1e6
    assert corrado(scaled_ranks(abnormal), in_window) == once
    assert once.p < 0.05
