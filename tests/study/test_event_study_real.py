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
from basketbt.baskets.library import find_library
from basketbt.events.from_panel import closes_at_limit

ROOT = Path(__file__).resolve().parents[2]
GUOJIN = ("cybersecurity", "edge-hardware", "software", "xinchuang")
LISTS = 19

pytestmark = pytest.mark.market


@pytest.fixture(scope="module")
def r1(market: Path) -> Run:
    return event_study(ROOT / "configs/deepseek-r1-events.yaml", source=f"files:{market}")


@pytest.fixture(scope="module")
def v3(market: Path) -> Run:
    return event_study(ROOT / "configs/deepseek-v3-events.yaml", source=f"files:{market}")


def main(run: Run, model: str = "market") -> pd.DataFrame:
    frame = run.frames["event_study"]
    return frame[(frame["variant"] == "main") & (frame["model"] == model)]


@pytest.fixture(scope="module")
def returns(market: Path) -> pd.DataFrame:
    """One-session total returns of the shares of bars.parquet and of the indexes, by date.

    Empty where a share did not trade on both mainland sessions (6682.HK on Hong Kong's holidays).
    """
    bars = pd.read_parquet(market / "bars.parquet")
    factor = bars["adj_factor"].fillna(1.0)  # Hong Kong's closes are adjusted already
    bars["total"] = bars["close"] * factor
    indexes = pd.read_parquet(market / "indexes.parquet").assign(total=lambda one: one["close"])
    both = pd.concat([bars, indexes])
    wide = both.pivot(index="date", columns="symbol", values="total")
    mainland = sorted(set(indexes[indexes["symbol"] == "000300.SH"]["date"]))
    traded = wide.loc[mainland].notna()
    moved = wide.ffill().loc[mainland].pct_change(fill_method=None)
    return moved.where(traded & traded.shift(1, fill_value=False))


@pytest.mark.parametrize("name", GUOJIN)
@pytest.mark.parametrize("window", [(0, 0), (0, 4), (0, 5), (5, 7), (0, 10)])
def test_guojin_equals_a_regression_with_dummies(
    r1: Run, returns: pd.DataFrame, name: str, window: tuple[int, int]
) -> None:
    symbols = find_library(start=ROOT).select((f"guojin/{name}",), folder=ROOT)[0].symbols
    zero = returns.index.get_loc(pd.Timestamp("2025-01-21"))
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
    for model in ("market", "market+sector"):
        frame = main(run, model)
        assert frame["basket"].nunique() == LISTS
        assert len(frame) == LISTS * 8
        assert frame[["car", "t", "p", "mde", "corrado_p", "random_p"]].notna().all(axis=None)
        assert (frame["weight_at_limit"] <= 1).all()
        assert (frame["leave_one_out_min"] <= frame["leave_one_out_max"]).all()
    words = run.memo
    assert "The study registers 114 tests (19 lists × 6 windows, model market)" in words
    for basket in frame["basket"].unique():
        (said,) = [line for line in words.splitlines() if line.startswith(f"- **{basket}**")]
        assert "could have been seen" in said
        assert "Beyond market and sector" in said


def test_r1_has_a_hundred_placebo_dates_and_says_how_fine_they_are(r1: Run) -> None:
    frame = main(r1)
    short = frame[frame["last_day"] - frame["first_day"] < 11]
    assert (short["placebo_dates"] >= 100).all()
    assert (short["placebo_p"] >= 1 / 251).all()
    assert short["notes"].str.contains("placebo dates, 250 wanted").all()
    assert "nothing finer than 0.055 can be told, and a smaller p is printed as ≤0.055" in r1.memo
    assert "| 0.084 | ≤0.055 | 0.004 |" in r1.memo  # guojin/software: KP, placebo, Holm
    assert "250 need prices of four fifths of a list's weight from 2023-04-21 on" in r1.memo


def test_v3_is_cut_before_r1_and_has_too_little_history_for_placebo_dates(v3: Run) -> None:
    frame = main(v3)
    assert frame["last_day"].max() == 14
    assert "deepseek-v3 [0, 20] reaches day -1 of deepseek-r1: cut there" in v3.memo.replace(
        "\\", ""
    )
    assert frame["placebo_p"].isna().all()
    assert "no placebo p" in v3.memo


def test_the_software_list_is_more_than_the_market_but_its_shares_disagree(r1: Run) -> None:
    frame = main(r1)
    found = frame[(frame["basket"] == "guojin/software") & (frame["window"] == "[0,+5]")].iloc[0]
    assert found["car"] == pytest.approx(0.2625, abs=1e-4)
    assert found["holm_p"] < 0.01
    assert found["kp_p"] > 0.05
    (said,) = [one for one in r1.memo.splitlines() if one.startswith("- **guojin/software**")]
    assert "not settled: as one series consistent with more than chance" in said
    assert "share by share consistent with chance (KP p 0.084)" in said
    assert "without-reopening" in said


def test_lists_of_the_same_industries_are_a_harder_comparison(market: Path) -> None:
    run = event_study(
        ROOT / "configs/deepseek-r1-events.yaml",
        source=f"files:{market}",
        overrides=["baskets=guojin/*", "event_study.same_mix=industry", "event_study.variants=[]"],
    )
    frame = main(run)
    found = frame[frame["window"] == "[0,+5]"].set_index("basket")["random_p"]
    assert found["guojin/software"] == pytest.approx(2 / 10_001)
    assert found["guojin/edge-hardware"] == pytest.approx(0.040, abs=0.006)
    assert found["guojin/cybersecurity"] == pytest.approx(0.070, abs=0.008)
    assert found["guojin/xinchuang"] == pytest.approx(0.70, abs=0.02)


def test_limits_told_from_adjusted_prices_are_those_of_raw_prices(r1: Run) -> None:
    panel = r1.result.cases[0].panel
    raw = ~panel.adjusted_only
    calm = np.zeros(len(panel.symbols), dtype=bool)
    known = closes_at_limit(panel, calm)[0][:, raw]
    everyone = np.ones_like(panel.adjusted_only)
    told = closes_at_limit(replace(panel, adjusted_only=everyone), calm)[0][:, raw]
    assert (int(known.sum()), int((known & ~told).sum()), int((told & ~known).sum())) == (328, 0, 8)


def table_rows(run: Run) -> list[str]:
    """The rows of the table in docs/case-study.md."""
    market, sector = main(run), main(run, "market+sector")
    beside = sector.set_index(["basket", "window"])
    rows = []
    for one in market.to_dict("records"):
        shown = one["window"] in ("[0,+4]", "[0,+5]", "[+5,+7]", "[0,+10]")
        if not (shown and one["basket"].startswith("guojin/")):
            continue
        other = beside.loc[(one["basket"], one["window"])]
        cells = [
            one["basket"],
            one["window"],
            f"{one['car']:+.1%}",
            *(text_of(one[key]) for key in ("p", "kp_p")),
            placebo_of(one),
            text_of(one["holm_p"]),
            f"{one['mde']:.1%}",
            f"{one['leave_one_out_min']:+.1%} to {one['leave_one_out_max']:+.1%}",
            f"{one['weight_at_limit']:.0%}",
            f"{other['car']:+.1%}",
            text_of(other["p"]),
            text_of(other["kp_p"]),
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def placebo_of(row: dict[str, Any]) -> str:
    p, finest = row["placebo_p"], row["placebo_resolution"]
    return f"≤{finest:.3f}" if p <= finest else f"{p:.2f}"


def text_of(p: float) -> str:
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def test_the_table_of_the_case_study_is_the_run_s(r1: Run) -> None:
    page = (ROOT / "docs/case-study.md").read_text(encoding="utf-8")
    table = page.split("<!-- guojin-r1-chance")[1].split("<!-- end -->")[0]
    written = [line for line in table.splitlines() if line.startswith("| guojin/")]
    assert written == table_rows(r1)
