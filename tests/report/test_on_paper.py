"""What leaves the program as a memo, a Word file and pictures goes together."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from basketbt.api import Run, event_study, run
from basketbt.locale import Language
from basketbt.report.compare import NothingToCompare, comparison
from basketbt.report.files import read_run, run_files
from basketbt.report.render import rendered
from support import invented

MOMENTS = ("events=[deepseek-r1, deepseek-r1@leak]", "weighting=equal", "rebalance=hold")
ONE = (*MOMENTS, "baskets=[guojin/xinchuang]")


@pytest.fixture(scope="module")
def one() -> Run:
    """One list beside two moments of an event."""
    return run(invented.STUDY, overrides=ONE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_picture_of_an_event_is_where_memo_and_word_look_for_it(
    one: Run, language: Language
) -> None:
    files = rendered(one.data, ("figures", "docx"), language=language)
    shown = re.findall(r"\]\((figures/\S+?\.png)\)", files["memo.md"].decode())
    made = [name for name in files if name.endswith(".png")]
    assert len(shown) == 8
    assert sorted(shown) == sorted(made)
    with zipfile.ZipFile(io.BytesIO(files["memo.docx"])) as archive:
        inside = [name for name in archive.namelist() if name.startswith("word/media/")]
    assert len(inside) == len({files[name] for name in made})  # one of a list is of both moments


def test_a_p_below_5_percent_is_bold_in_the_memo(whole: Run) -> None:
    memo = run_files(whole.data)["memo.md"].decode()
    bold = 0
    for table in memo.split("| List | Window |")[1:]:
        heads, _, *rows = table.split("\n\n")[0].splitlines()
        place = [cell.strip() for cell in heads.split("|")].index("p") + 3
        for row in rows:
            cell = row.split("|")[place].strip()
            p = cell.strip("*")
            assert cell.startswith("**") == (p.startswith("<") or (p != "–" and float(p) < 0.05))
            bold += cell.startswith("**")
    assert bold


def test_runs_of_an_event_study_alone_hold_nothing_to_compare(tmp_path: Path) -> None:
    alone = event_study(
        invented.STUDY,
        overrides=[*ONE[1:], "events=[deepseek-r1]", "event_study={matched_lists: 0}"],
    )
    stored = read_run(alone.write(tmp_path)).data
    with pytest.raises(NothingToCompare, match="only an event study"):
        comparison([stored, stored])


def test_names_cannot_turn_a_line_around_in_any_form() -> None:
    made = run(invented.STUDY, overrides=[*ONE, "title=safe\u202egnp"])
    files = rendered(made.data, ("page", "docx", "xlsx"))
    with zipfile.ZipFile(io.BytesIO(files["memo.docx"])) as archive:
        words = archive.read("word/document.xml") + archive.read("docProps/core.xml")
    with zipfile.ZipFile(io.BytesIO(files["summary.xlsx"])) as archive:
        words += b"".join(archive.read(name) for name in archive.namelist())
    words += files["memo.md"] + files["report.html"].split(b"<script")[0]
    assert b"safegnp" in words
    assert "\u202e".encode() not in words
