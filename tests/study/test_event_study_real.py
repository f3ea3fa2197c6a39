"""R1 and V3 on real prices, against a second computation that shares no code with the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from basketbt import event_study
from basketbt.api import Run
from basketbt.eventstudy.from_panel import closes_at_limit
from basketbt.lists.library import find_library
from basketbt.report.views import document
from basketbt.report.views.blocks import TableBlock
from basketbt.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]
GUOJIN = ("cybersecurity", "edge-hardware", "software", "xinchuang")
LISTS = 19

SAMPLE = shipped("sample")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def r1() -> Run:
    return event_study(ROOT / "configs/deepseek-r1-events.yaml")


@pytest.fixture(scope="module")
def v3() -> Run:
    return event_study(ROOT / "configs/deepseek-v3-events.yaml")


def main(run: Run, model: str = "market") -> pd.DataFrame:
    frame = run.frames["event_study"]
    return frame[(frame["variant"] == "main") & (frame["model"] == model)]


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """One-session total returns in yuan of the shares of bars.parquet and the indexes, by date.

    Empty where a share did not trade on both mainland sessions (6682.HK on Hong Kong's holidays).
    """
    bars = pd.read_parquet(SAMPLE / "bars.parquet")
    factor = bars["adj_factor"].fillna(1.0)  # Hong Kong's closes are adjusted already
    bars["total"] = bars["close"] * factor
    indexes = pd.read_parquet(SAMPLE / "indexes.parquet").assign(total=lambda one: one["close"])
    both = pd.concat([bars, indexes])
    wide = both.pivot(index="date", columns="symbol", values="total")
    wide.index = pd.DatetimeIndex(wide.index)
    rate = pd.read_parquet(SAMPLE / "fx.parquet").set_index("date")["rate"]
    rate.index = pd.DatetimeIndex(rate.index)
    mainland = wide.index[wide["000300.SH"].notna()]
    traded = wide.loc[mainland].notna()
    total = wide.ffill().loc[mainland]
    total["6682.HK"] *= rate.reindex(rate.index.union(mainland)).ffill().loc[mainland]
    moved = total.pct_change(fill_method=None)
    return moved.where(traded & traded.shift(1, fill_value=False))


@pytest.mark.parametrize("name", GUOJIN)
@pytest.mark.parametrize("window", [(0, 0), (0, 4), (0, 5), (5, 7), (0, 10)])
def test_guojin_equals_a_regression_with_dummies(
    r1: Run, returns: pd.DataFrame, name: str, window: tuple[int, int]
) -> None:
    symbols = find_library(start=ROOT).select((f"guojin/{name}",), folder=ROOT)[0].symbols
    zero = int(returns.index.searchsorted(pd.Timestamp("2025-01-21")))
    size = window[1] - window[0] + 1
    rows = [*range(zero - 140, zero - 20), *range(zero + window[0], zero + window[1] + 1)]
    basket = returns.iloc[rows][list(symbols)].mean(axis=1).to_numpy()
    dummies = np.vstack([np.zeros((120, size)), np.eye(size)])
    for model, indexes in (
        ("market", ["H00300.CSI"]),
        ("market+sector", ["H00300.CSI", "930713.CSI"]),
    ):
        x = np.column_stack([np.ones(len(rows)), returns.iloc[rows][indexes], dummies])
        contrast = np.r_[np.zeros(1 + len(indexes)), np.ones(size)]
        expected = sm.OLS(basket, x).fit().t_test(contrast)
        frame = main(r1, model)
        found = frame[
            (frame["basket"] == f"guojin/{name}")
            & (frame["first_day"] == window[0])
            & (frame["last_day"] == window[1])
        ].iloc[0]
        assert found["estimation_sessions"] == 120
        assert found["car"] == pytest.approx(float(expected.effect[0]), rel=1e-9)
        assert found["t"] == pytest.approx(float(expected.tvalue[0, 0]), rel=1e-9)


@pytest.mark.parametrize("event", ["r1", "v3"])
def test_every_list_has_its_answer_in_every_window(
    event: str, request: pytest.FixtureRequest
) -> None:
    run: Run = request.getfixturevalue(event)
    followed = 3 if event == "r1" else 2  # 10, 60 and the end; V3's windows end before publication
    for model in ("market", "market+sector"):
        frame = main(run, model)
        assert frame["basket"].nunique() == LISTS
        assert len(frame) == LISTS * (8 + 3 + followed)
        assert frame[["car", "t", "p", "mde", "corrado_p"]].notna().all(axis=None)
        answered = frame["q1_p"].notna()
        assert (answered == frame["q2_p"].notna()).all()
        after = frame["first_day"] == (8 if event == "r1" else 24)
        asked = after | frame["window"].isin(["[0,+4]", "[0,+5]", "[0,+10]"])
        told = frame[asked & ~answered]
        assert told["notes"].str.contains("outside share").all()
        assert not told["basket"].str.startswith("guojin/").any()
        assert not answered[~asked].any()
        unasked = frame.loc[~asked, "notes"]
        assert unasked.str.contains("asked of tests and of horizons after publication only").all()
        assert (frame["weight_at_limit"] <= 1).all()
        assert (frame["leave_one_out_min"] <= frame["leave_one_out_max"]).all()
    words = run.memo
    assert "12 tests (4 lists whose source names its shares × 3 windows)" in words
    (blocks,) = [
        one for one in document(run.data).blocks
        if isinstance(one, TableBlock) and one.caption.startswith("Each list over")
    ]  # fmt: skip
    assert [row[0].text for row in blocks.rows] == list(frame["basket"].unique())
    assert all(")" in row[4].text for row in blocks.rows)  # beyond market and sector, with its p


@pytest.mark.parametrize("event", ["r1", "v3"])
def test_there_are_250_placebo_dates_and_it_is_said_how_fine_they_are(
    event: str, request: pytest.FixtureRequest
) -> None:
    run: Run = request.getfixturevalue(event)
    frame = main(run)
    short = frame[frame["last_day"] - frame["first_day"] < 11]
    fewer = short["placebo_dates"] < 250
    # Of a horizon long after the event the prices have as many dates as the windows around it left.
    assert not (fewer & (short["first_day"] <= 8)).any()
    assert (short["placebo_dates"] >= 239).all()
    assert (short["placebo_p"] >= 1 / (short["placebo_dates"] + 1)).all()
    assert (fewer == short["notes"].str.contains("placebo dates, 250 wanted")).all()
    assert "nothing finer than 0.024 can be told, and a smaller p is printed as ≤0.024" in run.memo


def test_v3_is_cut_before_r1_and_horizons_after_publication_are_not(v3: Run) -> None:
    frame = main(v3)
    around = frame[frame["first_day"] < 24]
    assert around["last_day"].max() == 14
    said = v3.memo.replace("\\", "")
    assert "deepseek-v3 [0, 20] reaches day -1 of deepseek-r1: cut there" in said
    after = frame[frame["first_day"] == 24].groupby("basket")["sessions"]
    assert after.apply(sorted).tolist() == [[1, 5, 10, 20, 60]] * LISTS


def test_software_stood_out_before_it_was_named_and_one_list_after(r1: Run) -> None:
    frame: Any = main(r1).set_index(["basket", "window"])
    found = frame.loc[("guojin/software", "[0,+5]")]
    assert found["car"] == pytest.approx(0.2620, abs=1e-3)
    assert found["kp_p"] > 0.05  # a guard, and no more
    assert found["chosen_after"]
    verdicts: Any = r1.frames["verdicts"].set_index(["basket", "window"])
    assert verdicts.loc[("guojin/software", "[0,+5]"), "verdict"] == "stood_out"
    each = r1.memo.partition("the list was chosen after these moves")[0].splitlines()
    said = [one for one in each if one.startswith("| Guojin · Application software")][-1]
    assert "stood out\\*" in said
    assert "without-reopening" not in said  # the plain p stays below 5 % without that day
    named = verdicts[verdicts["family"] == "publication"]
    assert named.index[named["verdict"] == "stood_out"].tolist() == [
        ("guojin/cybersecurity", "[+8,+12]")
    ]
    assert not named["chosen_after"].any()


@pytest.mark.market
def test_the_whole_market_gives_every_named_list_its_answer(market: Path) -> None:
    run = event_study(
        ROOT / "configs/deepseek-r1-events.yaml",
        source=f"files:{market}",
        overrides=["baskets=guojin/*", "event_study.variants=[]"],
    )
    frame = main(run)
    found: Any = frame[frame["window"] == "[0,+5]"].set_index("basket")
    assert found.loc["guojin/software", "q2_p"] < 0.001
    assert found.loc["guojin/software", "q2_nearest_p"] < 0.001
    assert found.loc["guojin/xinchuang", "q2_p"] > 0.5
    assert found["q1_rate"].between(0.0, 0.12).all()
    tested = frame[frame["family"].isin(["publication", "event"])]
    assert tested[["q1_p", "q2_p", "q2_nearest_p", "q1_rate"]].notna().all(axis=None)


def test_limits_told_from_adjusted_prices_are_those_of_raw_prices(r1: Run) -> None:
    panel = r1.result.cases[0].panel
    raw = ~panel.adjusted_only
    calm = np.zeros(len(panel.symbols), dtype=bool)
    known = closes_at_limit(panel, calm)[0][:, raw]
    everyone = np.ones_like(panel.adjusted_only)
    told = closes_at_limit(replace(panel, adjusted_only=everyone), calm)[0][:, raw]
    assert (int(known.sum()), int((known & ~told).sum()), int((told & ~known).sum())) == (
        932,
        0,
        26,
    )
