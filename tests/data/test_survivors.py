"""Whether the market that random baskets are drawn from knows of shares that were given up."""

from __future__ import annotations

import numpy as np
import pytest

from basketbt.data.bars import UniverseCloses
from basketbt.data.survivors import POOL_ENDED, SURVIVORS_ONLY, survivorship
from basketbt.locale import Language
from basketbt.market.calendars import calendar

DAYS = calendar("XSHG").between(np.datetime64("2023-01-03"), np.datetime64("2025-01-27"))


def universe(*last_rows: int, first: int = 0) -> UniverseCloses:
    close = np.full((len(DAYS), len(last_rows)), np.nan)
    for column, last in enumerate(last_rows):
        close[first : last + 1, column] = 10.0
    return UniverseCloses(
        symbols=tuple(f"60{1000 + n}.SH" for n in range(len(last_rows))),
        dates=DAYS,
        close=close,
        industry=(None,) * len(last_rows),
        table="market",
    )


def test_a_pool_in_which_nobody_ends_holds_survivors_only() -> None:
    end = len(DAYS) - 1
    note = survivorship(universe(end, end, end - 5))  # suspended for a week at the end
    assert note.kind is SURVIVORS_ONLY
    assert "3 had prices in the first year" in note.text("en")
    assert "survivors only" in note.text("en")


def test_shares_that_end_early_are_counted() -> None:
    end = len(DAYS) - 1
    note = survivorship(universe(end, 300, 100, end))
    assert note.kind is POOL_ENDED
    assert "4 had prices in the first year" in note.text("en")
    assert "2 of these have none in the month before 2025-01-27" in note.text("en")


def test_one_long_suspension_among_a_thousand_is_no_sign_of_delisted_shares() -> None:
    end = len(DAYS) - 1
    assert survivorship(universe(300, *[end] * 999)).kind is SURVIVORS_ONLY
    assert survivorship(universe(*[300] * 10, *[end] * 990)).kind is POOL_ENDED


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_share_that_came_after_the_first_year_is_not_counted(language: Language) -> None:
    note = survivorship(universe(300, 310, first=250))
    assert note.kind is SURVIVORS_ONLY
    assert "0" in note.text(language)
