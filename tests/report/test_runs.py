"""A run is found by what a person calls it, and only by what can mean nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from basketbt.report.publish import point_latest
from basketbt.report.runs import (
    AmbiguousRun,
    Kind,
    RunPlace,
    UnknownRun,
    find_run,
    removable,
    remove,
    run_line,
    run_places,
    write_index,
)

GRID: tuple[Kind, ...] = ("grid",)


def made(root: Path, name: str, written: int, *, title: str | None = None) -> Path:
    """A folder with the manifest of a run, of which ``latest`` is the last one made."""
    folder = root / name
    folder.mkdir(parents=True)
    config = {"title": title, "language": "en", "events": [{"id": "deepseek-r1"}]}
    content = {"config": config, "baskets": {"mine/a": "0"}, "data": [{"source": "sample"}]}
    path = folder / "manifest.json"
    path.write_text(json.dumps({**content, "outputs": {}}), encoding="utf-8")
    os.utime(path, (written, written))
    point_latest(folder)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "results"
    made(root, "r1/aaa111bbb222", 1000)
    made(root, "r1/aaa999ccc333", 2000)
    made(root, "v3/ddd444eee555", 3000)
    made(root, "v3/event-study/fff666aaa777", 4000)
    made(root, "v3/grid/abc888abc999", 5000)
    (root / "compare" / "aaa111-ddd444").mkdir(parents=True)  # no run
    (root / "r1" / "aaa999ccc333-zh-cn").mkdir()  # the same run in Chinese
    return root


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("latest", "v3/event-study/fff666aaa777"),
        ("r1", "r1/aaa999ccc333"),
        ("r1/latest", "r1/aaa999ccc333"),
        ("v3", "v3/ddd444eee555"),  # the whole run before the newer event study
        ("bbb222", "r1/aaa111bbb222"),
        ("r1/aaa1", "r1/aaa111bbb222"),
        ("event-study", "v3/event-study/fff666aaa777"),
    ],
)
def test_a_run_is_found_by_study_latest_or_a_piece_of_its_id(
    text: str, folder: str, root: Path
) -> None:
    assert find_run(text, root).resolve() == (root / folder).resolve()


def test_a_folder_is_a_run_wherever_it_lies(root: Path, tmp_path: Path) -> None:
    folder = made(tmp_path / "elsewhere", "x/123456789abc", 1)
    assert find_run(str(folder), root) == folder
    assert find_run(str(folder.with_name("latest")), root).resolve() == folder


def test_where_links_do_not_exist_latest_is_a_file(root: Path) -> None:
    latest = root / "r1" / "latest"
    latest.unlink()
    latest.write_text("aaa111bbb222\n", encoding="utf-8")
    for text in ("r1", "r1/latest", str(latest)):
        assert find_run(text, root) == root / "r1" / "aaa111bbb222"


def test_what_could_be_several_runs_is_none(root: Path) -> None:
    with pytest.raises(AmbiguousRun, match=r"3 runs: v3/event-study/fff666aaa777, r1/aaa999") as no:
        find_run("aaa", root)
    assert no.value.exit_code == 2


def test_what_is_no_run_is_said_with_those_there_are(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownRun, match=r"called 'r11'.*did you mean 'r1'") as error:
        find_run("r11", root)
    assert "v3/ddd444eee555" in error.value.hint
    with pytest.raises(UnknownRun):
        find_run("aa", root)  # too short to mean one
    with pytest.raises(UnknownRun):
        find_run("abc888", root)  # a grid cannot be rendered again
    assert find_run("abc888", root, GRID).name == "abc888abc999"
    with pytest.raises(UnknownRun, match="no run") as error:
        find_run("latest", tmp_path / "nothing")
    assert "Known: none" in error.value.hint


def test_runs_are_listed_newest_first_with_what_they_are(root: Path) -> None:
    places = run_places(root)
    assert [one.name for one in places] == [
        *("v3/grid/abc888abc999", "v3/event-study/fff666aaa777", "v3/ddd444eee555"),
        *("r1/aaa999ccc333", "r1/aaa111bbb222"),
    ]
    line = run_line(places[-1])
    assert (line.events, line.lists, line.source) == (("deepseek-r1",), ("mine/a",), "sample")
    assert line.written == "1970-01-01T00:16:40+00:00"
    assert line.size == (root / "r1/aaa111bbb222/manifest.json").stat().st_size


def test_a_damaged_run_is_listed_as_one(root: Path) -> None:
    (root / "r1/aaa111bbb222/manifest.json").write_text("{", encoding="utf-8")
    assert [one.damaged for one in map(run_line, run_places(root))].count(True) == 1


def names(places: list[RunPlace]) -> set[str]:
    return {one.name for one in places}


def test_pruning_keeps_the_newest_of_each_and_what_latest_names(root: Path) -> None:
    assert names(removable(run_places(root), keep=1)) == {"r1/aaa111bbb222"}
    assert names(removable(run_places(root), before=3500)) == {"r1/aaa111bbb222"}
    assert names(removable(run_places(root), before=500)) == set()
    point_latest(root / "r1/aaa111bbb222")
    assert names(removable(run_places(root), keep=0)) == {"r1/aaa999ccc333"}


def test_a_run_goes_with_its_renderings_and_nothing_else(root: Path) -> None:
    point_latest(root / "r1/aaa111bbb222")
    (one,) = removable(run_places(root), keep=0)
    remove(one)
    assert {path.name for path in (root / "r1").iterdir()} == {"aaa111bbb222", "latest"}


def test_the_page_of_all_runs_escapes_what_files_say(root: Path) -> None:
    made(root, "x/123456789abc", 9000, title="<script>alert(1)</script>")
    page = write_index(root, "zh")
    assert page is not None
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert text.index("123456789abc") < text.index("abc888abc999")  # newest first
    assert write_index(root / "nothing", "en") is None
    assert write_index(root, "en") == page
    page.write_text("<!doctype html>my own page", encoding="utf-8")
    assert write_index(root, "en") is None
