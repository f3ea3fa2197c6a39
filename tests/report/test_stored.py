"""A run can be rendered again from its folder, and only as it was made."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from basketbt.api import Run, run
from basketbt.report.files import run_files
from basketbt.report.stored import NotARun, read_run, render_again
from support import invented

ALL = ("page", "figures", "xlsx", "docx")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """The run's folder, to do harm to."""
    return Path(shutil.copytree(folder, tmp_path / folder.name))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_rendering_again_gives_the_same_bytes(folder: Path, copy: Path) -> None:
    (copy / "report.html").unlink()
    with pytest.raises(NotARun, match=r"report\.html is missing"):
        read_run(copy)
    shutil.copy(folder / "report.html", copy)
    render_again(copy, ALL)
    assert contents(copy) == contents(folder)


def test_the_same_run_has_the_same_bytes_in_every_form(whole: Run, folder: Path) -> None:
    assert run_files(whole.result, ALL) == contents(folder)


def test_a_page_can_be_added_to_a_run_without_one(tmp_path: Path) -> None:
    bare = run(invented.STUDY, overrides=["baskets=guojin/xinchuang", "events=deepseek-r1"])
    folder = bare.write(tmp_path, formats=())
    assert not (folder / "report.html").exists()
    render_again(folder, ("page",))
    assert (folder / "report.html").read_bytes() == run_files(bare.result, ("page",))["report.html"]
    assert "report.html" in json.loads((folder / "manifest.json").read_bytes())["outputs"]


@pytest.mark.parametrize(
    ("name", "harm", "says"),
    [
        ("levels.csv", b"event\n1\n", "was changed after the run wrote it"),
        ("facts.json", b"{}", "was changed after the run wrote it"),
        ("manifest.json", b"{", "is damaged"),
        ("manifest.json", b'{"outputs": {"../../etc/passwd": "0"}}', "is damaged"),
    ],
)
def test_a_run_that_was_touched_is_not_rendered(
    name: str, harm: bytes, says: str, copy: Path
) -> None:
    (copy / name).write_bytes(harm)
    before = contents(copy)
    with pytest.raises(NotARun, match=says):
        render_again(copy, ("page",))
    assert contents(copy) == before


def test_a_folder_that_is_no_run_is_an_error_of_the_input(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "basketbt", "report", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is not a run's folder" in done.stderr


def test_texts_that_look_like_formulas_come_back_as_they_were() -> None:
    from basketbt.report.csvfile import csv_bytes
    from basketbt.report.layout import Column, Layout, Table
    from basketbt.report.stored import table_from_csv

    layout = Layout(
        "made",
        "",
        "",
        (
            Column("name", "名", "text", "", ""),
            Column("count", "数", "integer", "", ""),
            Column("part", "份", "decimal", "", ""),
            Column("yes", "是", "flag", "", ""),
        ),
    )
    table = Table.of_rows(
        layout, (("=cmd", 3, 0.1, True), ("-1", None, 1e-17, False), (None, 0, -0.0, None))
    )
    assert table_from_csv(layout, csv_bytes(table, "zh"), "zh") == table


def test_without_a_report_nothing_of_it_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from basketbt.cli.main import app\n"
        "sys.argv = ['basketbt', 'run', sys.argv[2], '--no-report', '--quiet',"
        " '--out', sys.argv[1], '--set', 'baskets=guojin/xinchuang']\n"
        "try: app()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'jinja2', 'plotly', 'matplotlib', 'xlsxwriter', 'docx', 'basketbt.report.page'}\n"
        "found = heavy & set(sys.modules)\n"
        "assert not found, found"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), invented.STUDY],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
