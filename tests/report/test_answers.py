"""What the memo may say of a list, from its tests alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import pytest

from basketbt.report.memo.answers import side, verdict


@dataclass(frozen=True)
class Numbers:
    """The fields of an event-study cell that a verdict reads."""

    car: float = 0.1
    p: float = 0.5
    holm_as_if: float = 1.0


STRONG, ALONE, WEAK = Numbers(p=0.0001, holm_as_if=0.01), Numbers(p=0.02), Numbers()
BEYOND, BEHIND = Numbers(car=0.05, p=0.01), Numbers(car=-0.05, p=0.01)
UNKNOWN = Numbers(car=nan, p=nan, holm_as_if=nan)


@pytest.mark.parametrize(
    ("market", "sector", "said"),
    [
        (STRONG, BEYOND, "both"),
        (STRONG, BEHIND, "behind_sector"),
        (STRONG, WEAK, "market_only"),
        (STRONG, UNKNOWN, "sector_unknown"),
        (STRONG, None, "sector_unknown"),
        (ALONE, BEYOND, "alone"),
        (ALONE, None, "alone"),
        (WEAK, BEHIND, "sector_only"),
        (WEAK, UNKNOWN, "chance"),
        (WEAK, WEAK, "chance"),
    ],
)
def test_a_test_that_does_not_exist_says_nothing(market, sector, said):
    assert verdict(market, sector) == said


def test_a_list_is_beyond_its_sector_behind_it_or_not_told_apart():
    assert [side(one) for one in (BEYOND, BEHIND, WEAK, UNKNOWN, None)] == [1, -1, 0, 0, 0]
