"""What may be said of a list, from its tests alone, and over which window."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, cast

import pytest

from basketbt.eventstudy.windows import Offsets
from basketbt.pipeline.verdicts import kind_of, quoted_window, side

if TYPE_CHECKING:
    from basketbt.eventstudy.results import WindowTest


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
def test_a_test_that_does_not_exist_says_nothing(
    market: Numbers, sector: Numbers | None, said: str
) -> None:
    assert kind_of(cast("WindowTest", market), cast("WindowTest | None", sector)) == said


def test_a_list_is_beyond_its_sector_behind_it_or_not_told_apart() -> None:
    found = [side(cast("WindowTest | None", one)) for one in (BEYOND, BEHIND, WEAK, UNKNOWN, None)]
    assert found == [1, -1, 0, 0, 0]


@pytest.mark.parametrize(
    ("registered", "quoted"),
    [
        ({(-1, 1): True, (0, 4): True, (0, 5): True, (5, 7): True}, ((0, 5), None)),
        ({(-1, 1): True, (0, 4): True, (0, 10): True, (5, 17): True}, ((0, 10), None)),
        ({(-3, -1): True, (-1, 1): True}, ((-1, 1), None)),
        ({(-1, 1): True, (0, 0): True, (0, 5): False}, ((-1, 1), (0, 5))),
        ({(-1, 1): False, (0, 0): True, (0, 5): False}, ((0, 0), (0, 5))),
        ({(-1, 1): False, (0, 5): False}, ((0, 5), None)),
    ],
)
def test_the_favourite_window_is_quoted_or_the_first_that_can_be_tested(
    registered: dict[Offsets, bool], quoted: tuple[Offsets, Offsets | None]
) -> None:
    assert quoted_window(registered) == quoted
