"""The price return: known wherever actions explain the factor, whichever event is studied."""

from __future__ import annotations

import pandas as pd
import pytest

from basketbt.api import Run
from support.made import Made, Study

A, B, INDEX = "600001.SH", "000002.SZ", "000300.SH"
DAYS = range(-30, 8)
MARKET = dict.fromkeys(DAYS, 100.0)


def rising(first: int = -30) -> dict[int, float]:
    return {day: 10.0 + day / 10 for day in DAYS if day >= first}


def stepped(at: int) -> dict[int, float]:
    """A factor that steps on day ``at`` and no action that explains it."""
    return {day: 1.1 if day >= at else 1.0 for day in DAYS}


def by_window(run: Run) -> pd.DataFrame:
    return run.summary.set_index(["event", "window"])


def test_a_window_wholly_after_an_unexplained_step_has_a_price_return(study: Study) -> None:
    made = Made({A: rising(), INDEX: MARKET}, factors={A: stepped(-3)})
    found = by_window(study(made, [A], windows="[[-8,-5],[-8,2],[0,2],[-3,-3],[-2,2]]"))
    price = found["price_return"].droplevel("event")
    assert price["[-8,-5]"] == pytest.approx(9.5 / 9.1 - 1)
    assert price["[0,+2]"] == pytest.approx(10.2 / 9.9 - 1)
    assert price["[-2,+2]"] == pytest.approx(10.2 / 9.7 - 1)
    assert price[["[-8,+2]", "[-3,-3]"]].isna().all()


def test_the_order_of_the_events_does_not_matter(study: Study) -> None:
    made = Made({A: rising(), B: rising(), INDEX: MARKET}, factors={A: stepped(-8)})
    tables = [
        by_window(study(made, [A, B], windows="[[-3,-1],[0,2]]", events=events)).sort_index()
        for events in ("[deepseek-v3, deepseek-r1]", "[deepseek-r1, deepseek-v3]")
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert tables[0]["price_return"].notna().all()


def test_the_note_names_every_share_whose_cash_is_not_known(study: Study) -> None:
    late = rising(first=1)
    made = Made(
        {A: rising(), B: rising(), "300003.SZ": late, INDEX: MARKET},
        factors={A: stepped(1), B: {day: 1.1 if day in (0, 1) else 1.0 for day in DAYS}},
    )
    run = study(made, [A, B, "300003.SZ"], windows="[[0,2]]", late_listing="join")
    said = str(by_window(run)["notes"].iloc[0])
    assert f"price_return empty: the prices of {A}, {B} do not tell" in said


def test_an_adjusted_price_is_named_though_the_share_ends_before_the_window(study: Study) -> None:
    gone = {day: close for day, close in rising().items() if day < 1}
    made = Made({A: gone, B: rising(), INDEX: MARKET}, adjusted=frozenset([A]), delisted={A: 0})
    run = study(made, [A, B], windows="[[0,2]]")
    assert f"the prices of {A} do not tell" in str(by_window(run)["notes"].iloc[0])
