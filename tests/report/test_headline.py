"""Which window an event study is quoted by."""

from __future__ import annotations

import pytest

from basketbt.report.headline import quoted_window


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
def test_the_favourite_or_the_first_that_can_be_tested(registered, quoted):
    assert quoted_window(registered) == quoted
