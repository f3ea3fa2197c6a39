"""A mean over lists of many days, and an interval that knows which of them share dates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.metrics.pooling import FEWEST_SEPARATE, PooledMean, pooled_mean


def by_loops(values: list[float], days: list[int], length: int) -> tuple[float, float]:
    """The mean and its variance from the definition, pair of lists by pair of lists."""
    mean = math.fsum(values) / len(values)
    apart, free = 0, -math.inf
    for day in sorted(set(days)):
        if day >= free:
            apart, free = apart + 1, day + length
    total = 0.0
    for one, a in zip(values, days, strict=True):
        for two, b in zip(values, days, strict=True):
            common = max(0, length - abs(a - b)) / length
            total += common * (one - mean) * (two - mean)
    return mean, total / len(values) ** 2 * apart / (apart - 1) if apart > 1 else math.nan


def pooled(values: list[float], days: list[int], length: int) -> PooledMean:
    return pooled_mean(np.array(values), np.array(days), length)


@given(
    st.lists(st.tuples(st.floats(-0.5, 0.5), st.integers(0, 60)), min_size=2, max_size=25),
    st.integers(1, 30),
)
def test_the_interval_is_the_one_of_the_definition(
    lists: list[tuple[float, int]], length: int
) -> None:
    from scipy.stats import t

    values, days = [one for one, _ in lists], [day for _, day in lists]
    mean, variance = by_loops(values, days, length)
    found = pooled(values, days, length)
    assert found.mean == pytest.approx(mean, abs=1e-12)
    if found.separate < FEWEST_SEPARATE:
        assert math.isnan(found.low)
        assert math.isnan(found.high)
        assert not (math.isnan(variance) and found.separate > 1)
    else:
        half = t.ppf(0.975, found.separate - 1) * math.sqrt(max(variance, 0.0))
        assert found.high - found.mean == pytest.approx(half, abs=1e-7)
        assert found.mean - found.low == pytest.approx(half, abs=1e-7)


def test_it_is_driscoll_and_kraay_as_statsmodels_has_it() -> None:
    import statsmodels.api as sm
    from scipy.stats import t

    draws, length = np.random.default_rng(5), 6
    days = np.repeat(np.arange(40), 3)  # statsmodels takes one day for the next: no gaps
    values = draws.normal(0.01, 0.05, len(days)) + draws.normal(0, 0.05, 40)[days]
    fit = sm.OLS(values, np.ones_like(values)).fit(
        cov_type="hac-groupsum",
        cov_kwds={"time": days, "maxlags": length - 1, "use_correction": False},
    )
    found = pooled_mean(values, days, length)
    separate = math.ceil(40 / length)
    assert found.separate == separate
    half = t.ppf(0.975, separate - 1) * fit.bse[0] * math.sqrt(separate / (separate - 1))
    assert found.mean == pytest.approx(fit.params[0], abs=1e-12)
    assert found.high - found.mean == pytest.approx(half, rel=1e-9)


def test_lists_of_one_day_are_one_observation() -> None:
    many, one = pooled([0.1, 0.1, 0.1, -0.2], [0, 0, 0, 9], 5), pooled([0.1, -0.2], [0, 9], 5)
    assert (many.dates, one.dates) == (2, 2)
    assert many.separate == one.separate == 2
    alone = pooled([0.1, 0.3, 0.2], [4, 4, 4], 5)
    assert (alone.dates, alone.separate) == (1, 1)
    assert math.isnan(alone.low)


def test_lists_without_a_value_are_left_out() -> None:
    found = pooled([0.1, math.nan, 0.3], [0, 3, 9], 2)
    assert (found.count, found.dates) == (2, 2)
    assert found.mean == pytest.approx(0.2)
    none = pooled([math.nan], [0], 2)
    assert (none.count, none.dates, none.separate) == (0, 0, 0)
    assert math.isnan(none.mean)


@pytest.mark.parametrize("length", [1, 5, 20])
def test_the_interval_misses_the_mean_about_as_often_as_it_says(length: int) -> None:
    """Where one that clusters by day alone misses it up to three times as often."""
    draws, missed, alone = np.random.default_rng(11), 0, 0
    for _ in range(400):
        days = np.sort(draws.choice(240, 60, replace=False))
        walk = np.concatenate([[0.0], np.cumsum(draws.normal(0, 0.01, 240 + length))])
        values = walk[days + length] - walk[days] + draws.normal(0, 0.02, 60) * length**0.5
        found = pooled_mean(values, days, length)
        missed += not found.low <= 0.0 <= found.high
        alone += abs(values.mean()) > 2.0 * values.std(ddof=1) / 60**0.5
    assert missed <= 0.095 * 400
    assert length < 20 or alone > 1.5 * missed
