"""A stored run speaks either language, and says what a run in that language would have said."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from basketbt.api import Run, run
from basketbt.report.stored import NotARun, Voice, read_run, render_again, spoken
from support import invented

CHOSEN = (
    "events=[deepseek-r1]",
    "baskets=[guojin/cybersecurity, galaxy/telecom]",
    "weighting=equal",
    "rebalance=hold",
    "event_study={placebo_dates: 100, random_baskets: 0}",
    "account={entry: [next_open, publication_open]}",
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Run, Path]]:
    """The same study in both languages, with its folder."""
    found = {}
    for language in ("en", "zh"):
        made = run(invented.STUDY, overrides=[*CHOSEN, f"language={language}"])
        folder = made.write(tmp_path_factory.mktemp(language), ("page",))
        found[language] = (made, folder)
    return found


def told(text: str, made: Run) -> str:
    """A text without what names the run: its id, its hashes, its language."""
    text = text.replace(made.run_id, "RUN")
    for value in made.result.hashes.values():
        text = text.replace(value, "HASH").replace(value[:12], "HASH")
    return re.sub(r"language: (en|zh)", "language: ?", text)


@pytest.mark.parametrize(("mine", "theirs"), [("en", "zh"), ("zh", "en")])
def test_a_run_says_what_a_run_in_the_other_language_says(
    mine: str, theirs: str, runs: dict[str, tuple[Run, Path]]
) -> None:
    (made, folder), (other, there) = runs[mine], runs[theirs]
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    aside = render_again(folder, ("page", "xlsx"), Voice(language=theirs))  # type: ignore[arg-type]
    assert aside.parent == folder.parent
    assert aside.name == f"{folder.name}-{theirs}-{'cn' if theirs == 'zh' else 'intl'}"
    for name in ("report.html", "memo.md"):
        assert told((aside / name).read_text("utf-8"), made) == told(
            (there / name).read_text("utf-8"), other
        )
    summary = openpyxl.load_workbook(aside / "summary.xlsx")["summary"]
    heads = [cell.value for cell in summary[1]]
    assert heads == [
        column.header(theirs)  # type: ignore[arg-type]
        for column in read_run(there).record.tables["summary"].layout.columns
    ]
    assert before == {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert (folder.parent / "latest").resolve() == folder


def test_every_table_says_the_same_in_the_other_language(
    runs: dict[str, tuple[Run, Path]],
) -> None:
    folder, there = runs["en"][1], runs["zh"][1]
    record, _ = spoken(folder, read_run(folder), Voice(language="zh"))
    assert record.tables == read_run(there).record.tables


def test_colours_are_chosen_on_the_command_line(runs: dict[str, tuple[Run, Path]]) -> None:
    folder = runs["en"][1]
    words = [sys.executable, "-m", "basketbt", "report", str(folder), "--colours", "cn"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = Path(done.stdout.removeprefix("page:").strip())
    assert page.parent.name == f"{folder.name}-en-cn"
    assert 'data-colours="cn"' in page.read_text("utf-8")
    assert 'data-colours="intl"' in (folder / "report.html").read_text("utf-8")


def test_a_language_that_there_is_not_is_named(runs: dict[str, tuple[Run, Path]]) -> None:
    words = [sys.executable, "-m", "basketbt", "report", str(runs["en"][1]), "--lang", "fr"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "no language is called 'fr'" in done.stderr
    assert "zh, en" in done.stderr


def test_a_run_without_its_other_language_says_so(
    runs: dict[str, tuple[Run, Path]], tmp_path: Path
) -> None:
    import shutil

    copy = Path(shutil.copytree(runs["en"][1], tmp_path / "old"))
    manifest = json.loads((copy / "manifest.json").read_bytes())
    del manifest["outputs"]["translation.json"]
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(NotARun, match=r"no translation\.json"):
        render_again(copy, ("page",), Voice(language="zh"))
    assert render_again(copy, ("page",)) == copy


def test_a_chinese_memo_is_joined_with_chinese_punctuation(folder: Path) -> None:
    """What code puts together too: ids and figures beside Chinese words."""
    said = json.loads((folder / "translation.json").read_bytes())["memo"]
    text = said.partition("\n")[2]  # the title is the study's own
    slips = re.findall(r"[\u4e00-\u9fff）][,;:!?(]|[,;:)][\u4e00-\u9fff]|\([\u4e00-\u9fff]", text)
    assert slips == []
