"""What part of a list a figure is of: counted against the whole list, alike wherever it stands."""

from __future__ import annotations

import numpy as np
import pytest

from basketbt.api import Run
from basketbt.locale import Language
from basketbt.pipeline.accounts import NoAccounts
from basketbt.report.render.terminal import headlines
from support.made import Made, Study

INDEX = {"000300.SH": dict.fromkeys(range(-160, 20), 4000.0)}
TWELVE = tuple(f"60{1000 + number}.SH" for number in range(12))
NINE = TWELVE[:9]
RISING = {day: 20.0 * 1.01 ** max(day, 0) for day in range(-160, 20)}
LATE = {day: close for day, close in RISING.items() if day >= 1}
ASKED = {"max_missing_weight": 0.3, "windows": "[[0,2]]"}
ACCOUNT = "{entry: next_open, cash: 10000000}"


def nine(**more: object) -> Made:
    return Made({**dict.fromkeys(NINE, RISING), **INDEX}, **more)  # type: ignore[arg-type]


def only(run: Run, book: str) -> dict[str, object]:
    (row,) = run.summary[run.summary["book"] == book].to_dict("records")
    return {str(key): value for key, value in row.items()}


def counts(row: dict[str, object]) -> tuple[object, ...]:
    return row["names"], row["names_priced"], row["covered"]


def test_three_of_twelve_shares_without_prices_leave_three_quarters(study: Study) -> None:
    run = study(nine(), TWELVE, account=ACCOUNT, **ASKED)
    index, account = only(run, "index"), only(run, "account")
    assert counts(index) == counts(account) == (12, 9, pytest.approx(0.75, abs=1e-12))
    assert account["holdable"] == pytest.approx(0.75, abs=1e-12)
    assert account["names_held"] == 9
    for row in run.frames["breadth"].to_dict("records"):
        found = (row["names"], row["names_priced"], row["lowest_covered"])
        assert found == (12, 9, pytest.approx(0.75, abs=1e-12))
    assert "no prices for" in str(account["notes"])
    assert "25.0% of the weight" in str(account["notes"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_headline_and_the_terminal_say_how_many_are_priced(
    study: Study, language: Language
) -> None:
    run = study(nine(), TWELVE, language=language, **ASKED)
    assert "9/12 (75.0%)" in run.memo
    (screen,) = headlines(run.data)
    assert "9/12" in screen.rows[0][1]
    whole = study(nine(), NINE, language=language, windows="[[0,2]]")
    assert "| 9/9 |" in whole.memo
    assert whole.summary["covered"].tolist() == [1.0]


def test_what_an_account_can_hold_is_a_figure_of_its_own(study: Study) -> None:
    """Nine of twelve are priced, three of these by adjusted prices alone."""
    some = nine(adjusted=frozenset(NINE[:3]))
    account = only(study(some, TWELVE, account=ACCOUNT, **ASKED), "account")
    assert counts(account) == (12, 9, pytest.approx(0.75, abs=1e-12))
    assert account["holdable"] == pytest.approx(0.5, abs=1e-12)
    assert "25.0% of the weight, left out of it" in str(account["notes"])
    with pytest.raises(NoAccounts, match=f"{TWELVE[11]} .no prices.") as caught:
        study(some, TWELVE, account="{least_covered: 0.6}", **ASKED)
    assert "50.0% of the weight, and at least 60.0% must be" in str(caught.value)


def test_stances_weigh_what_is_missing(study: Study) -> None:
    stances = ["watch"] * 9 + ["recommend"] * 3  # 2:1, so the missing three are 6 of 15
    run = study(
        nine(), TWELVE, stances=stances, weighting="stance", windows="[[0,2]]",
        max_missing_weight=0.5,
    )  # fmt: skip
    assert only(run, "index")["covered"] == pytest.approx(9 / 15, abs=1e-12)


@pytest.mark.parametrize(
    ("policy", "wanted"), [("exclude", (12, 11, 11 / 12)), ("join", (12, 12, 1))]
)
def test_a_share_that_lists_later_counts_once_it_is_held(
    study: Study, policy: str, wanted: tuple[float, ...]
) -> None:
    made = Made({**dict.fromkeys(TWELVE[:11], RISING), TWELVE[11]: LATE, **INDEX})
    run = study(made, TWELVE, late_listing=policy, windows="[[0,0],[0,2]]")
    first, second = run.summary.to_dict("records")
    assert counts({str(key): value for key, value in second.items()}) == pytest.approx(wanted)
    assert first["covered"] == pytest.approx(11 / 12)


def test_shares_that_no_market_value_is_known_of_count_equally(study: Study) -> None:
    made = nine(shares={name: (100.0 * (n + 1), 100.0) for n, name in enumerate(NINE[:8])})
    run = study(made, NINE, weighting="market_cap", max_missing_weight=0.2, windows="[[0,2]]")
    assert counts(only(run, "index")) == (9, 8, pytest.approx(8 / 9, abs=1e-12))
    weights = run.constituents["weight"].to_numpy()
    assert np.count_nonzero(weights) == 8
