"""Random baskets: fair draws, the same whatever else is drawn, and an honest p."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from basketbt.engine.batch.draws import SERIES, draw_names
from basketbt.eventstudy.random_baskets import RandomBaskets, Shortage, two_sided_p


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


def test_a_basket_does_not_depend_on_which_others_were_drawn_before() -> None:
    cars = np.random.default_rng(2).normal(size=(60, 3))
    weights = np.array([0.5, 0.3, 0.2])
    alone = RandomBaskets(cars, None, 2000, seed=9).of(weights)
    assert not isinstance(alone, Shortage)
    after = RandomBaskets(cars, None, 2000, seed=9)
    after.of(np.full(7, 1 / 7))
    np.testing.assert_array_equal(after.of(weights), alone)
    # mean and variance of a weighted draw without replacement
    assert alone.mean(axis=0) == pytest.approx(cars.mean(axis=0), abs=0.05)
    variance = cars.var(axis=0) * ((weights**2).sum() - (1 - (weights**2).sum()) / 59)
    assert alone.var(axis=0) == pytest.approx(variance, rel=0.15)


def test_a_mix_is_kept() -> None:
    cars = np.repeat([[0.0], [1.0]], [30, 20], axis=0)
    strata = np.repeat([0, 1], [30, 20])
    random = RandomBaskets(cars, strata, 500, seed=1)
    found = random.of(np.array([0.5, 0.2, 0.3]), np.array([0, 1, 1]))
    assert found == pytest.approx(np.full((500, 1), 0.5))
    assert random.of(np.full(21, 1 / 21), np.ones(21, np.int64)) == Shortage(20, 21)


def test_shares_without_returns_do_not_take_part() -> None:
    cars = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan]])
    random = RandomBaskets(cars, None, 10, seed=1)
    assert random.usable == 2
    assert random.computable.tolist() == [True, False]
    assert RandomBaskets(np.full((3, 2), np.nan), None, 10, seed=1).usable == 0


def test_p_is_twice_the_smaller_tail_and_never_zero() -> None:
    random = np.arange(1.0, 100.0)[:, None] + 1000.0  # far from 0: only rank matters
    assert two_sided_p(np.array([2000.0]), random) == pytest.approx([2 / 100])
    assert two_sided_p(np.array([1002.0]), random) == pytest.approx([2 * 3 / 100])
    assert two_sided_p(np.array([1050.0]), random) == pytest.approx([1.0])
    assert np.isnan(two_sided_p(np.array([np.nan]), random)).all()
