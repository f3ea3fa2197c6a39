"""Runs side by side."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from basketbt.api import run
from basketbt.data.sources.vendor import NoData
from basketbt.report.compare import TooFewRuns, compared, comparison, screens
from basketbt.report.files import read_run
from support import invented
from support.written import command
from support.written import table as rows

PAIR = "baskets=[guojin/xinchuang, guojin/software]"
LITTLE = ("events=[deepseek-r1]", "baskets=[guojin/xinchuang, galaxy/telecom]", "rebalance=hold")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two demo runs that differ in one window."""
    folder = tmp_path_factory.mktemp("runs")
    one = run(invented.STUDY, overrides=[*LITTLE, "weighting=equal"])
    other = run(invented.STUDY, overrides=[*LITTLE, "weighting=equal", "windows=[[0,5],[0,20]]"])
    return one.write(folder), other.write(folder)


def test_compare_shows_what_was_set_otherwise_and_what_it_did(
    runs: tuple[Path, Path], tmp_path: Path
) -> None:
    done = command("compare", *runs, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "latest"
    settings = {row["setting"] for row in rows(folder / "settings.csv")}
    assert "windows" in settings
    assert "weighting" not in settings
    one, other = (f"demo {path.name[:6]}" for path in runs)
    shared = [row for row in rows(folder / "statistics.csv") if row[one] and row[other]]
    assert shared
    for row in shared:
        assert float(row[f"{other} - {one}"]) == float(row[other]) - float(row[one])
    assert {row["window"] for row in shared} >= {"[0,+5]"}
    alone = [row for row in rows(folder / "statistics.csv") if row["window"] == "[0,+20]"]
    assert alone
    assert all(not row[one] and not row[f"{other} - {one}"] for row in alone)
    page = (folder / "compare.html").read_text("utf-8")
    assert "Guojin · Domestic IT substitution (Xinchuang)" in page
    assert "Prices: own tables (bars.parquet" in page


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs around different events, with two lists in common and one each of their own."""
    folder = tmp_path_factory.mktemp("apart")
    both = "guojin/xinchuang, guojin/software"
    chosen = {"deepseek-v3": "galaxy/telecom", "deepseek-r1": "csc/compute"}
    made = [
        run(
            invented.STUDY,
            overrides=[
                f"events=[{event}]",
                f"baskets=[{both}, {own}]",
                "rebalance=hold",
                "weighting=equal",
            ],
        ).write(folder)
        for event, own in chosen.items()
    ]
    return made[0], made[1]


def test_runs_of_different_events_are_matched_by_list_with_the_medians_of_both(
    apart: tuple[Path, Path], tmp_path: Path
) -> None:
    done = command("compare", *apart, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    one, other = (f"demo {path.name[:6]}" for path in apart)
    told = pd.read_csv(tmp_path / "latest" / "returns.csv", encoding="utf-8-sig")
    sides = [
        pd.read_csv(path / "summary.csv", encoding="utf-8-sig").set_index(["basket", "window"])
        for path in apart
    ]
    returns = pd.concat([side["total_return"] for side in sides], axis=1, keys=[one, other])
    shared = returns.loc[["guojin/xinchuang", "guojin/software"]]
    shared = shared[shared.index.get_level_values("window").isin(told["window"])]
    lists = told[told["basket"] != "median"].set_index(["basket", "window"])
    pd.testing.assert_frame_equal(lists[[one, other]].sort_index(), shared.sort_index())
    apart_by = lists[other] - lists[one]
    apart_by[apart_by.index.get_level_values("window") == "hindsight"] = None  # V3 ends earlier
    pd.testing.assert_series_equal(lists[f"{other} - {one}"], apart_by, check_names=False)
    medians = told[told["basket"] == "median"].set_index("window")[[one, other]]
    wanted = shared.dropna().groupby("window").median()
    pd.testing.assert_frame_equal(medians.sort_index(), wanted, check_exact=True)


def test_the_screen_shows_both_runs_what_differs_and_which_lists_have_no_match(
    apart: tuple[Path, Path], tmp_path: Path
) -> None:
    said = command("compare", *apart, "--out", tmp_path).stdout
    assert "Not compared before publication" in said  # V3's windows end before it, R1's do not
    assert "A: demo" in said and "DeepSeek-V3 release · day 0 = 2024-12-27" in said  # noqa: PT018
    [heads] = [line for line in said.splitlines() if line.startswith("List ")]
    assert "B - A" in heads
    assert heads.count("+5  ") == 1  # a reader got the same in both: told once
    assert "Only in A: China Galaxy · Telecom" in said
    assert "Only in B: CSC Financial · Compute supply chain" in said
    assert "Median of named lists" in said
    assert "events" in said.partition("settings and inputs differ")[2]


def test_a_run_whose_lists_are_each_their_own_event_is_matched_by_list_and_day_p(
    apart: tuple[Path, Path], tmp_path: Path
) -> None:
    own = run(
        invented.STUDY,
        overrides=["events=publication", "grid=null", *LITTLE[2:], "weighting=equal", PAIR],
    ).write(tmp_path)
    files = comparison([read_run(apart[0]).data, read_run(own).data])
    told = pd.read_csv(io.BytesIO(files["returns.csv"]), encoding="utf-8-sig")
    horizons = told[told["window"].str.startswith("[p") & (told["basket"] != "median")]
    assert {"guojin/xinchuang", "guojin/software"} == set(horizons["basket"])
    values = horizons.filter(regex=r"^demo \w{6}$")
    assert values.notna().all(axis=None)
    pd.testing.assert_series_equal(
        values.iloc[:, 0], values.iloc[:, 1], check_names=False, rtol=1e-12
    )


def test_of_three_runs_a_window_stands_under_those_that_have_it(
    apart: tuple[Path, Path], runs: tuple[Path, Path]
) -> None:
    """The third run has no window [0,+14]; the others have."""
    stored = [read_run(path).data for path in (runs[0], apart[1], runs[1])]
    [screen, *_] = screens(compared(stored))
    assert {"[0,+14], A", "[0,+14], B"} <= {*screen.header}
    assert "[0,+14], C" not in screen.header
    files = comparison(stored)
    told = pd.read_csv(io.BytesIO(files["returns.csv"]), encoding="utf-8-sig")
    rows = told[told["window"] == "[0,+5]"].set_index("basket")
    names = [name for name in told.columns if re.fullmatch(r"demo \w{6}", name)]
    assert rows[names].notna().all(axis=None)
    assert (rows.loc["median", names] == rows.loc["guojin/xinchuang", names]).all()


def test_a_comparison_in_chinese_says_everything_in_chinese(
    apart: tuple[Path, Path], tmp_path: Path
) -> None:
    said = command("compare", *apart, "--out", tmp_path, "--lang", "zh").stdout
    assert "国金证券·信创" in said
    assert "点名名单中位数" in said
    assert "仅A有：银河证券·通信" in said
    assert "百分点" in said
    memo = (tmp_path / "latest" / "compare.md").read_text("utf-8")
    assert "点名名单中位数" in memo


def test_a_run_beside_itself_differs_in_nothing(runs: tuple[Path, Path]) -> None:
    data = read_run(runs[0]).data
    files = comparison([data, data])
    assert files["settings.csv"].count(b"\n") == 1
    assert b"made of the same things" in files["compare.html"]


def test_runs_on_different_prices_say_each_where_its_own_are_from(runs: tuple[Path, Path]) -> None:
    one, other = (read_run(path).data for path in runs)
    real = replace(other, info=replace(other.info, prices=NoData.word()))
    page = comparison([real, one])["compare.html"].decode()
    first, second = (f"demo {path.name[:6]}" for path in reversed(runs))
    assert f"Prices: {first}: has no data; {second}: own tables (" in page


def test_one_run_cannot_be_compared(runs: tuple[Path, Path]) -> None:
    with pytest.raises(TooFewRuns):
        comparison([read_run(runs[0]).data])


def test_settings_are_words_and_lists_of_one_run_are_named_once(tmp_path: Path) -> None:
    one = run(invented.STUDY, overrides=[*LITTLE, "weighting=equal"])
    lists = "baskets=[galaxy/telecom, csc/compute]"
    other = run(invented.STUDY, overrides=[LITTLE[0], lists, LITTLE[2]])
    files = comparison([read_run(made.write(tmp_path)).data for made in (one, other)])
    settings = files["settings.csv"].decode("utf-8-sig")
    assert "guojin/xinchuang,csc/compute" in settings
    assert "list.csc/compute" not in settings
    assert not set("{}") & set(settings)
    assert "null" not in settings
