"""The specification curve of R1 in the case study is the one that the program makes."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import numpy as np
import pytest

from basketbt.config.study import load_study
from basketbt.grid.curve import QUANTILES, Results, choice_values, read_results, standings
from basketbt.grid.planner import plan_grid
from basketbt.grid.run import GridOptions, run_grid
from basketbt.prices.sources.files import FilesSource
from basketbt.report.phrases import percent

ROOT = Path(__file__).resolve().parents[2]
MARKET = ROOT / "../shared/market"

pytestmark = [pytest.mark.market, pytest.mark.slow]
MEDIAN = QUANTILES.index(0.5)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    if not MARKET.is_dir():
        pytest.skip("the real prices are not beside the project (../shared/market)")
    plan = plan_grid(load_study(ROOT / "configs" / "deepseek-r1.yaml"), FilesSource(MARKET))
    folder = run_grid(plan, tmp_path_factory.mktemp("r1"), GridOptions(csv=False))
    return read_results(folder / "grid.parquet", "excess_return")


def window_lines(results: Results) -> list[str]:
    stands = standings(results)
    lines = []
    for code, window in enumerate(results.labels["window"]):
        own = [stand for stand in stands if stand.window == window]
        values = results.value[results.codes["window"] == code]
        beyond = sum((stand.below_random or 0.0) > 0.975 for stand in own)
        one_sided = sum(stand.quantiles[0] > 0 or stand.quantiles[-1] < 0 for stand in own)
        cells = [
            window,
            percent(float(np.median([stand.value for stand in own]))),
            percent(float(np.median(values))),
            f"{(values > 0).mean():.0%}",
            f"{np.median([stand.below for stand in own]):.0%}",
            f"{one_sided} of {len(own)}",
            f"{beyond} of {len(own)}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def choice_lines(results: Results) -> list[str]:
    lines = []
    for one in choice_values(results):
        if one.choice in ("left_out",):
            continue
        moved = f"{one.moved:.1%}"
        above = "" if isnan(one.positive) else f"{one.positive:.0%}"
        cells = [one.choice, one.label, moved, percent(one.shifts[MEDIAN]), above]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def test_the_tables_of_the_case_study(results: Results) -> None:
    page = (ROOT / "docs" / "case-study.md").read_text(encoding="utf-8")
    assert len(results.value) >= 5_000
    assert f"{len(results.value):,} variants" in page
    for line in (*window_lines(results), *choice_lines(results)):
        assert line in page, line


def test_the_sentences_of_the_case_study(results: Results) -> None:
    """What the three sentences say in numbers of their own."""
    page = " ".join((ROOT / "docs" / "case-study.md").read_text(encoding="utf-8").split())
    left_out = next(one.moved for one in choice_values(results) if one.choice == "left_out")
    assert f"{(results.value > 0).mean():.0%} of all variants" in page
    moved = {one.choice: one.moved for one in choice_values(results)}
    assert sum(moved[choice] for choice in ("weighting", "cap", "rebalance")) < 0.01
    assert f"entry delay {moved['entry_delay']:.1%}" in page
    stands = standings(results)
    early = [one.below for one in stands if one.window == "[0,+5]"]
    assert f"stands above {100 * np.median(early):.0f} % of its own variants" in page
    late = [one for one in stands if one.window == "[0,+60]"]
    median = percent(float(np.median([one.value for one in late])))
    beyond = sum((one.below_random or 0.0) > 0.975 for one in late)
    assert f"published median is {median}, and {beyond} of {len(late)} lists lie beyond" in page
    assert f"leaving out one share {left_out:.1%}" in page
