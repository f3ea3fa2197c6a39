"""Runs side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from basketbt.api import run
from basketbt.data.sources.vendor import NoData
from basketbt.report.compare import TooFewRuns, comparison
from basketbt.report.files import read_run
from support import invented
from support.written import command
from support.written import table as rows

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
    assert "guojin/xinchuang" in page
    assert "Prices: own tables (bars.parquet" in page


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
