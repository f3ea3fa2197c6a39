"""verify: a run is what its manifest says, or the user sees where it is not."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from basketbt.api import event_study, run
from basketbt.config.study import load_study
from basketbt.notes import Note
from basketbt.pipeline.sources import choose_source
from basketbt.report.files import NotARun
from basketbt.sweep.planner import plan_grid
from basketbt.sweep.run import GridOptions, run_grid
from basketbt.verification import PricesNotNamed, verify
from support import invented

STUDY = """\
study: again
events: deepseek-r1
baskets: guojin/software
benchmarks: [000300.SH]
windows: [[0, 5]]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    return run("study.yaml", source="sample").write(tmp_path / "results")


def test_a_run_that_was_left_alone_reproduces(folder: Path) -> None:
    assert verify(folder, source="sample") == ()


def test_a_run_knows_where_its_prices_came_from(folder: Path) -> None:
    assert verify(folder, source=None) == ()


def test_a_run_written_with_pictures_and_then_without_keeps_them_and_reproduces(
    folder: Path,
) -> None:
    again = run("study.yaml", source="sample")
    assert again.write("results", ("page", "figures")) == Path("results/again") / folder.name
    shown = (folder / "memo.md").read_bytes()
    again.write("results", ())
    assert b"figures/" in shown
    assert (folder / "memo.md").read_bytes() == shown
    assert verify(folder, source="sample") == ()


def test_own_tables_must_be_named_again(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"source": "sample"', '"source": "files"'))
    with pytest.raises(PricesNotNamed, match="came from files") as caught:
        verify(folder, source=None)
    assert "--source files:FOLDER" in caught.value.hint


def test_an_event_study_alone_reproduces_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    folder = event_study("study.yaml", source="sample").write(tmp_path / "results")
    assert verify(folder, source=None) == ()


@pytest.fixture
def grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = STUDY + "grid: {weighting: [equal, stance], entry_delay: [0, 1]}\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    file = load_study(tmp_path / "study.yaml")
    plan = plan_grid(file, choose_source(file, "sample", None))
    return run_grid(plan, tmp_path / "results", GridOptions())


def test_a_grid_reproduces_and_what_was_changed_in_it_is_named(grid: Path) -> None:
    assert verify(grid, source=None) == ()
    path = grid / "standing.csv"
    path.write_text(path.read_text(encoding="utf-8") + "one more\n", encoding="utf-8")
    (difference,) = verify(grid, source="sample")
    assert difference.name == "standing.csv"
    assert any("one more" in line for line in difference.diff)


def test_a_run_with_an_account_reproduces_and_an_order_that_was_changed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.yaml").write_text(STUDY + "account: {}\n", encoding="utf-8")
    folder = run("study.yaml", source="sample").write(tmp_path / "results")
    assert verify(folder, source=None) == ()
    orders = folder / "orders.parquet"
    table = pq.read_table(orders)
    pq.write_table(table.slice(1), orders)
    (difference,) = verify(folder, source=None)
    assert difference.name == "orders.parquet"


def test_a_run_that_was_stored_with_other_numbers_says_so(folder: Path) -> None:
    again = run("study.yaml", source="sample")
    told: list[Note] = []
    assert again.write("results", tell=told.extend) == Path("results/again") / folder.name
    assert told == []
    path = folder / "summary.csv"
    path.write_bytes(path.read_bytes().replace(b"0.0", b"0.1", 1))
    again.write("results", tell=told.extend)
    (note,) = told
    assert "summary.csv" in note.text("en")
    assert verify(folder, source="sample") == ()


def test_a_changed_cell_is_shown_with_both_values(folder: Path) -> None:
    path = folder / "levels.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:-1], lines[-1] + "9"]) + "\n", encoding="utf-8")
    (difference,) = verify(folder, source="sample")
    assert (difference.name, str(difference.what)) == (
        "levels.csv",
        "was changed after it was written",
    )
    assert f"-{lines[-1]}9" in "\n".join(difference.diff)
    assert f"+{lines[-1]}" in difference.diff


def test_a_missing_and_a_foreign_file_are_named(folder: Path) -> None:
    (folder / "memo.md").unlink()
    (folder / "notes.txt").write_text("mine")
    found = {
        difference.name: str(difference.what) for difference in verify(folder, source="sample")
    }
    assert found == {"memo.md": "is missing", "notes.txt": "does not belong to the run"}


def test_other_prices_make_the_outputs_differ(folder: Path) -> None:
    names = {difference.name for difference in verify(folder, source=invented.SOURCE)}
    assert {"levels.csv", "summary.csv", "manifest.json"} <= names


@pytest.mark.parametrize("content", [None, "", "[]", '{"config": {}}'])
def test_what_is_no_run_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(NotARun) as caught:
        verify(tmp_path, source="sample")
    assert caught.value.exit_code == 2
