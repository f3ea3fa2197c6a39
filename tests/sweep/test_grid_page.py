"""The page of a grid says what its tables say, and works in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basketbt.config.study import load_study
from basketbt.data.sources.sample import SampleSource
from basketbt.sweep.planner import plan_grid
from basketbt.sweep.run import GridOptions, run_grid
from support.pages import grids, percent, rows

STUDY = """\
study: choices
title: "<script>document.title='taken'</script>"
events: [deepseek-r1]
baskets: [guojin/xinchuang, galaxy/telecom]
prices: {source: sample}
language: %s
windows: [[0, 5], [0, 20]]
grid: {weighting: [equal, stance], rebalance: [hold, weekly], entry_delay: [0, 2]}
"""


def made(folder: Path, language: str) -> Path:
    path = folder / "choices.yaml"
    path.write_text(STUDY % language, encoding="utf-8")
    plan = plan_grid(load_study(path), SampleSource())
    return run_grid(plan, folder / "results", GridOptions())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("en"), "en")


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("zh"), "zh")


def test_published_results_and_choices_are_those_of_the_tables(folder: Path) -> None:
    on_page = [row for grid in grids(folder) for row in grid.rows]
    standing = rows(folder, "standing")
    assert len(standing) == 2 * 2
    for row in standing:
        quantiles = [percent(row[f"p{q}"]) for q in ("05", "25", "50", "75", "95")]
        line = [row["basket"], row["window"], percent(row["value"]), *quantiles]
        assert [one for one in on_page if one[:8] == line], line
    for row in rows(folder, "choices"):
        quantiles = [percent(row[f"shift_p{q}"]) for q in ("05", "25", "50", "75", "95")]
        line = [row["label"], row["variants"], *quantiles]
        assert [one for one in on_page if one[2:9] == line], line


def test_the_study_on_the_page_is_the_study(folder: Path, tmp_path: Path) -> None:
    from html import unescape

    page = (folder / "report.html").read_text("utf-8").partition("<script>")[0]
    code = unescape(re.findall(r"<code>(.*?)</code>", page, re.DOTALL)[-1])
    path = tmp_path / "choices.yaml"
    path.write_text(code, encoding="utf-8")
    again = plan_grid(load_study(path), SampleSource())
    assert again.id == folder.name


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_opens_in_a_browser_with_every_chart_drawn(
    language: str, width: int, folder: Path, chinese: Path, show: Callable[..., Any]
) -> None:
    browser = show(folder if language == "en" else chinese, width=width, dark=width < 500)
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    assert browser.title.startswith("<script>document.title='taken'</script>")
    drawn = browser.execute_script(
        "return [...document.querySelectorAll('[data-chart]')].map(p => [p.dataset.chart,"
        "p.querySelectorAll('svg path, svg rect').length])"
    )
    assert {name.partition("-")[0] for name, _ in drawn} == {"standing", "curve"}
    assert all(count > 0 for _, count in drawn)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(f"return {wide}") <= 0
    word = "hindsight" if language == "en" else "事后"
    assert word in browser.execute_script("return document.body.textContent")
