"""What keeps many looks and many baskets honest: adjusted p-values, and draws."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from basketbt.engine.batch.draws import SERIES, draw_names
from basketbt.eventstudy.bootstrap import draw_dates, null_statistics, path_band
from basketbt.eventstudy.multiple import benjamini_hochberg, holm, romano_wolf

probabilities = st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=40)


@given(probabilities)
def test_benjamini_hochberg_equals_scipy(p: list[float]) -> None:
    wanted = false_discovery_control(np.array(p), method="bh")
    np.testing.assert_allclose(benjamini_hochberg(np.array(p)), wanted, rtol=1e-12)


@given(probabilities, st.sampled_from([0.01, 0.05, 0.2, 0.5]))
def test_holm_rejects_exactly_what_the_step_down_rule_rejects(p: list[float], level: float) -> None:
    rejected = set()
    for step, i in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[i] * (len(p) - step) > level:
            break
        rejected.add(i)
    assert set(np.flatnonzero(holm(np.array(p)) <= level)) == rejected


def test_a_test_that_could_not_be_made_is_not_counted() -> None:
    p = np.array([[0.01, np.nan], [0.04, 0.03]])
    assert holm(p) == pytest.approx(np.array([[0.03, np.nan], [0.06, 0.06]]), nan_ok=True)
    assert np.isnan(holm(np.array([np.nan]))).all()
    assert np.isnan(romano_wolf(np.array([np.nan]), np.zeros((9, 1)))).all()


def test_romano_wolf_by_hand() -> None:
    t = np.array([1.0, -3.0, np.nan, 2.0])
    resampled = np.array(
        [[0.5, 0.1, 9.0, -2.5], [-1.5, 0.2, 9.0, 0.3], [0.1, 3.5, 9.0, 0.0], [0.2, 0.2, 9.0, 0.2]]
    )
    # |t| in order 3, 2, 1 with maxima over what is left:
    # 3: (2.5, 1.5, 3.5, 0.2) one reaches; 2: (2.5, 1.5, 0.1, 0.2) one; 1: (0.5, 1.5, 0.1, 0.2) one
    assert romano_wolf(t, resampled) == pytest.approx([0.4, 0.4, np.nan, 0.4], nan_ok=True)


def test_resampled_statistics_keep_what_baskets_share_and_have_unit_variance() -> None:
    random = np.random.default_rng(3)
    common = random.standard_t(5, (300, 1))
    residuals = 0.02 * (common + 0.3 * random.normal(size=(300, 2)))
    residuals -= residuals.mean(axis=0)
    null = null_statistics(residuals, ((0, 0), (0, 4), (2, 4)), draws=20_000, seed=1)
    assert null.shape == (20_000, 2, 3)
    assert null.std(axis=0) == pytest.approx(1.0, abs=0.03)
    wanted = np.corrcoef(*residuals.T)[0, 1]
    for w in range(3):
        assert np.corrcoef(null[:, 0, w], null[:, 1, w])[0, 1] == pytest.approx(wanted, abs=0.02)
    # [0,4] holds [2,4]: correlation of the sums is sqrt(3/5)
    nested = np.corrcoef(null[:, 0, 1], null[:, 0, 2])[0, 1]
    assert nested == pytest.approx(np.sqrt(3 / 5), abs=0.02)


def test_resampled_band_is_the_normal_band_for_normal_residuals() -> None:
    random = np.random.default_rng(6)
    residuals = random.normal(0, 0.01, 4000)
    residuals -= residuals.mean()
    g = np.arange(1.0, 8.0) * 1.2
    low, high = path_band(residuals, 0.01, g, draw_dates(4000, 7, 20_000, seed=2))
    assert high == pytest.approx(1.96 * 0.01 * np.sqrt(g), rel=0.04)
    assert low == pytest.approx(-1.96 * 0.01 * np.sqrt(g), rel=0.04)


def test_every_ordered_choice_is_as_likely_and_none_repeats_a_name() -> None:
    draws = draw_names(pool=4, size=3, draws=24_000, seed=1)
    counts = Counter(map(tuple, draws.tolist()))
    assert set(counts) == set(permutations(range(4), 3))
    # 24 choices, 1000 each expected: chi-squared with 23 degrees of freedom, 99.9 % at 49.7
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 49.7


def test_more_draws_only_add_draws() -> None:
    few, many = (draw_names(50, 5, draws, seed=3) for draws in (SERIES + 7, 3 * SERIES))
    np.testing.assert_array_equal(few, many[: SERIES + 7])
    assert (draw_names(50, 5, SERIES, seed=4) != many[:SERIES]).any()
