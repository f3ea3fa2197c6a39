"""Reading a grid whose answer is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from basketbt.sweep.curve import Results, standings, varied_choices
from basketbt.sweep.dictionary import CHOICES
from basketbt.sweep.views import agreement


def results(value: np.ndarray, random: np.ndarray | None = None, **codes: np.ndarray) -> Results:
    """Variants with these values of these choices; every other choice has one value."""
    count = len(value)
    published = np.zeros(count, dtype=bool)
    published[0] = True
    filled = {name: codes.get(name, np.zeros(count, dtype=np.int64)) for name in CHOICES}
    return Results(
        variant=np.arange(count),
        value=value,
        published=published,
        shares=np.full(count, 4),
        codes=filled,
        labels={
            name: tuple(f"{name}{code}" for code in range(own.max() + 1))
            for name, own in filled.items()
        },
        random={}
        if random is None
        else {("event0", "rebalance0", "window0"): {3: random, 30: -9.0 - random}},
        undefined=Counter(),
    )


def test_the_choice_that_moves_the_answer_comes_first() -> None:
    grid = np.array(list(np.ndindex(2, 3, 2)))  # basket, weighting, cost
    value = 1.0 * grid[:, 0] + 0.10 * grid[:, 1] + 0.02 * grid[:, 2]
    first, second = varied_choices(
        results(value, basket=grid[:, 0], weighting=grid[:, 1], cost=grid[:, 2])
    )
    assert (first.choice, len(first.values)) == ("weighting", 3)
    assert (second.choice, len(second.values)) == ("cost", 2)
    # variance of 0, .1, .2 against that of 0, .02: 2/300 and 1/10000
    assert first.moved == pytest.approx((2 / 300) / (2 / 300 + 1e-4))
    assert second.moved == pytest.approx(1e-4 / (2 / 300 + 1e-4))
    # the baskets' levels differ by 1 and do not show: shifts are inside a list and window
    assert first.values[0].shifts[2] == pytest.approx(-0.1)
    assert first.values[2].shifts[2] == pytest.approx(0.1)


def test_a_value_that_only_some_lists_have_is_not_compared_by_its_sign() -> None:
    """A share is left out of its own lists only: more positive variants would say nothing of it."""
    basket = np.array([0, 0, 1, 1])
    left_out, cost = np.array([0, 1, 0, 2]), np.array([0, 1, 0, 1])
    value = np.array([0.1, 0.4, -0.1, 0.2])
    found = varied_choices(results(value, basket=basket, left_out=left_out, cost=cost))
    positive = {one.choice: {value.positive for value in one.values} for one in found}
    assert positive == {"left_out": {None}, "cost": {0.5, 1.0}}


def test_the_share_whose_absence_moves_most_comes_first() -> None:
    left_out = np.arange(4)
    found = results(np.array([0.0, 0.01, -0.3, 0.1]), left_out=left_out)
    found.labels["left_out"] = ("none", "a", "b", "c")
    (choice,) = varied_choices(found)
    assert [one.label for one in choice.values] == ["none", "b", "c", "a"]


def test_equal_variants_are_moved_by_nothing() -> None:
    codes = np.arange(6) % 2
    assert [one.moved for one in varied_choices(results(np.full(6, 0.1), cap=codes))] == [0.0]


def test_a_published_result_stands_among_its_own_list_and_window() -> None:
    basket = np.repeat([0, 1], 4)
    value = np.array([0.2, -0.1, 0.1, 0.2, 9.0, 9.0, 9.0, 9.0])
    random = np.array([-0.3, 0.0, 0.3, 0.2])
    (stand,) = standings(results(value, random, basket=basket, cost=np.arange(8) % 4))
    assert stand.variants == 4
    assert stand.below == 0.5 + 0.25  # two smaller, two equal counted half
    assert stand.same_sign == 0.75
    # of the drawn sizes, 3 and 30, the one next to the list's 4 shares
    assert (stand.shares, stand.random_size, stand.below_random) == (4, 3, 0.5 + 0.125)


def test_the_curve_runs_from_the_smallest_to_the_largest() -> None:
    found = results(np.array([0.3, -0.1, 0.3, 0.0]))
    assert found.order.tolist() == [1, 3, 0, 2]


def test_the_sentence_on_agreement_counts_what_it_says() -> None:
    """Four lists: two never change sign, one does so in 4 of 100 choices, one in 40; three lie
    above the median of their variants."""
    (one,) = standings(results(np.linspace(0.9, 0.1, 9)))
    stands = (
        one,
        replace(one, below=0.2),
        replace(one, same_sign=0.96, variants=4000),
        replace(one, same_sign=0.6),
    )
    assert agreement(stands, "en") == (
        "4 results, a list in a window each, under up to 4,000 combinations of choices: 2 keep "
        "their sign under every one, 3 under at least 95 of 100. 3 of the 4 lie above the median "
        "of their variants."
    )
    assert "2个在所有选法下同号，3个在至少95%的选法下同号" in agreement(stands, "zh")
