"""What leaves the program as a memo, a Word file and pictures goes together."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from basketbt.api import Run, event_study, run
from basketbt.locale import Language
from basketbt.report.compare import NothingToCompare, comparison
from basketbt.report.files import read_run
from basketbt.report.render import markdown, rendered
from basketbt.report.views import document
from basketbt.report.views.blocks import Chapter, Head, Section, TableBlock, probability
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
    assert set(shown) <= set(made)
    inside = []
    for name in ("memo.docx", "appendix.docx"):
        with zipfile.ZipFile(io.BytesIO(files[name])) as archive:
            inside += [one for one in archive.namelist() if one.startswith("word/media/")]
    assert len(inside) == len({files[name] for name in shown})  # one of a list is of both moments


def test_a_p_below_5_percent_is_bold_in_the_memo(one: Run) -> None:
    values = [0.0001, 0.049, 0.05, 0.8, None]
    shown = TableBlock(
        caption="", heads=(Head("p"),), rows=tuple((probability(value),) for value in values)
    )
    section = Section("tests", "Tests", (shown,))
    made = document(one.data)
    memo = markdown.memo(replace(made, chapters=(Chapter("event", "Event", (section,)),), front=()))
    cells = [line.strip("| ") for line in memo.splitlines() if line.startswith("|")]
    assert cells[2:] == ["**<0.001**", "**0.049**", "0.050", "0.800", "–"]


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
    words = b""
    for name in ("memo.docx", "appendix.docx"):
        with zipfile.ZipFile(io.BytesIO(files[name])) as archive:
            words += archive.read("word/document.xml") + archive.read("docProps/core.xml")
    with zipfile.ZipFile(io.BytesIO(files["summary.xlsx"])) as archive:
        words += b"".join(archive.read(name) for name in archive.namelist())
    words += files["memo.md"] + files["report.html"].split(b"<script")[0]
    assert b"safegnp" in words
    assert "\u202e".encode() not in words
