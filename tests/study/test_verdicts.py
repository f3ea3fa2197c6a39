"""What may be said of a list, from its tests alone, and over which window."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, cast

import pytest

from basketbt.eventstudy.windows import Offsets
from basketbt.pipeline.verdicts import kind_of, quoted_window

if TYPE_CHECKING:
    from basketbt.eventstudy.results import WindowTest


@dataclass(frozen=True)
class Numbers:
    """The fields of an event-study cell that a verdict reads."""

    q1_holm_p: float
    q2_holm_p: float


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (0.01, 0.01, "stood_out"),
        (0.01, 0.05, "moved_with_kind"),
        (0.05, 0.001, "chance"),
        (0.9, nan, "chance"),
        (0.01, nan, "untested"),
        (nan, nan, "untested"),
    ],
)
def test_a_verdict_is_what_both_questions_allow(first: float, second: float, said: str) -> None:
    assert kind_of(cast("WindowTest", Numbers(first, second))) == said


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
