"""docs/case-study.md says what the shipped studies give on the sample: anyone can make it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import case_study as tool
from basketbt.api import run
from basketbt.report.views.numbers import percent
from basketbt.sweep.curve import standings, varied_choices

ROOT = Path(__file__).resolve().parents[1]
COMPOSITES = ("guojin/all", "consensus/compute", "consensus/applications")
GUOJIN = (*("guojin/cybersecurity", "guojin/edge-hardware", "guojin/software", "guojin/xinchuang"),)
SECTOR = "market+sector"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("case study")]


@pytest.fixture(scope="module")
def case() -> tool.Case:
    return tool.Case()


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs/case-study.md").read_text(encoding="utf-8")


def test_every_table_is_what_the_studies_give(case: tool.Case, page: str) -> None:
    for name, lines in tool.tables(case).items():
        assert tool.written(page, name) == lines, f"{name}: run `python tools/case_study.py`"


def test_the_curve_is_what_the_grid_gives(case: tool.Case) -> None:
    assert tool.CURVE.read_text(encoding="utf-8") == case.r1_grid.curve


def flat(page: str) -> str:
    return " ".join(page.split())


def test_what_it_says_of_the_end_date(page: str) -> None:
    found = run("deepseek-r1", overrides=["windows=[[8,20],[8,60]]", "split_at_publication=false"])
    summary = found.summary[~found.summary["basket"].isin(COMPOSITES)]
    for window, words in (
        ("[+8,+20]", "had a median of {median} since publication and {rose} of them had risen"),
        ("[+8,+60]", "to 24 April the median was {median} and none had"),
    ):
        returns = summary[summary["window"] == window]["total_return"]
        rose = int((returns > 0).sum())
        said = words.format(median=percent(float(returns.median())), rose=rose)
        assert said in flat(page)
        assert len(returns) == 16
        assert ("none" in words) == (rose == 0)


def test_what_it_says_of_v3(case: tool.Case, page: str) -> None:
    rows = case.v3.summary[case.v3.summary["window"] == "[0,+5]"].set_index("basket")
    four = rows.loc[[name for name in rows.index if name in GUOJIN]]
    lost, more = -four["total_return"], -four["excess_return"]
    assert f"lost between {lost.min():.1%} and {lost.max():.1%}" in page
    assert f"{100 * more.min():.1f} to {100 * more.max():.1f} points more" in page
    assert f"which lost {-four['benchmark_return'].iloc[0]:.1%}" in page
    tests, beside = (tool.main_tests(case.v3_events, model) for model in ("market", SECTOR))
    at, under = (frame[frame["window"] == "[0,+5]"] for frame in (tests, beside))
    verdicts = case.v3_events.frames["verdicts"]
    assert set(verdicts[verdicts["family"] == "event"]["verdict"]) == {"chance"}
    assert f"the median list of the 19 lost {-at['car'].median():.1%} more" in flat(page)
    assert f"smallest p {under['p'].min():.2f}" in page
    assert f"the smallest placebo p is {at['placebo_p'].min():.2f}" in flat(page)


def test_what_it_says_of_chance(case: tool.Case, page: str) -> None:
    every = case.r1_events.frames["event_study"]
    at = every[(every["window"] == "[0,+5]") & (every["model"] == "market")]
    main: Any = at[at["variant"] == "main"].set_index("basket")
    without: Any = at[at["variant"] == "without-reopening"].set_index("basket")
    software, hardware = "guojin/software", "guojin/edge-hardware"
    verdicts = case.r1_events.frames["verdicts"].set_index(["basket", "window"])["verdict"]
    security = "guojin/cybersecurity"
    assert verdicts[security, "[+8,+12]"] == "stood_out"
    assert verdicts[software, "[0,+4]"] == verdicts[software, "[0,+5]"] == "stood_out"
    assert verdicts[hardware, "[0,+5]"] == "moved_with_kind"
    week: Any = every[(every["basket"] == security) & (every["window"] == "[+8,+12]")].iloc[0]
    assert f"({week['car']:+.1%}, its kind {week['q2_expected']:+.1%})" in flat(page)
    of_kind = main.loc[software]
    assert f"({of_kind['car']:+.1%} against {of_kind['q2_expected']:+.1%} of its kind)" in page
    assert f"hardware ({main.loc[hardware, 'car']:+.1%} over [0,+5])" in flat(page)
    kept = without.loc[software]
    assert f"software keeps {kept['car']:+.1%} (p {kept['p']:.3f})" in flat(page)
    composite = without.loc["guojin/all"]
    assert f"composite {composite['car']:+.1%} (p {composite['p']:.3f})" in flat(page)
    assert without.loc["guojin/xinchuang", "car"] < 0
    four = main.loc[[name for name in main.index if name in GUOJIN]]
    assert f"below {four['q1_mde'].min():.1%} to {four['q1_mde'].max():.1%}" in flat(page)
    before = tool.main_tests(case.r1_events)
    before = before[(before["window"] == "[-5,-1]") & before["basket"].str.startswith("guojin/")]
    assert (before["car"].abs() < before["mde"] / 2).all()


def test_what_it_says_of_accounts(case: tool.Case, page: str) -> None:
    summary = case.r1_account.summary
    kept = summary[(summary["book"] == "account") & ~summary["basket"].isin(COMPOSITES)]
    late, early = (kept[kept["entry"] == one] for one in ("publication_open", "next_open"))
    assert (kept["covered"] == 1).all()
    assert len(late) == 16
    assert f"after publication is {percent(float(late['total_return'].median()))}" in flat(page)
    four = late[late["basket"].isin(GUOJIN)]
    delay = 100 * four["shortfall_delay"]
    assert f"{delay.min():.0f} to {delay.max():.0f} points of paper were made before" in flat(page)
    took = 100 * (four["paper_since_entry"] - four["total_return"])
    assert f"another {took.min():.1f} to {took.max():.1f} points" in flat(page)
    cost = 100 * early[early["basket"].isin(GUOJIN)]["shortfall"]
    assert f"for at most {cost.max():.1f} points" in flat(page)
    orders = case.r1_account.frames["orders"]
    shut = orders[orders["reason"] == "limit-up"]
    assert set(shut["symbol"]) == {"002261.SZ", "002881.SZ"}
    assert set(shut["entry"]) == {"publication_open"}


def test_what_it_says_of_the_grid(case: tool.Case, page: str) -> None:
    results = case.r1_grid.results
    moved = {one.choice: one.moved for one in varied_choices(results)}
    assert f"{len(results.value):,} variants" in flat(page)
    assert f"{(results.value > 0).mean():.0%} of all variants" in flat(page)
    assert sum(moved[choice] for choice in ("weighting", "cap", "rebalance")) < 0.01
    said = f"entry delay {moved['entry_delay']:.1%}, leaving out one share {moved['left_out']:.1%}"
    assert said in flat(page)
    stands = standings(results)
    early = [one.below for one in stands if one.window == "[0,+5]"]
    assert f"stands above {100 * np.median(early):.0f} % of its own variants" in flat(page)
    late = [one for one in stands if one.window == "[0,+60]"]
    median = percent(float(np.median([one.value for one in late])))
    beyond = sum((one.below_random or 0.0) > 0.975 for one in late)
    assert f"published median is {median}, and {beyond} of {len(late)} lists lie" in flat(page)
