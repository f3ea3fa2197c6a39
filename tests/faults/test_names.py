"""No file of a run holds a sign of a name that turns a line around or that nobody sees."""

from __future__ import annotations

import shutil
from pathlib import Path

from basketbt.api import run
from basketbt.text import shortened, visible
from faults import world
from faults.damage import edit

_TURNED = "\\u202eabc\\u2066/\\u200f"


def test_pages_and_pictures_have_no_mark_that_turns_a_line(tmp_path: Path) -> None:
    here = world.make(tmp_path / "world")
    shutil.rmtree(here / "results")
    edit(here / "mine.yaml", {"{zh: 测试, en: Test}": f'{{zh: "{_TURNED}", en: "{_TURNED}"}}'})
    folder = run(here / "s.yaml").write(here / "results", ["figures"])
    texts = [one for one in folder.rglob("*") if one.suffix in (".svg", ".html", ".md")]
    assert len(texts) > 3
    for one in texts:
        text = one.read_text(encoding="utf-8")
        assert visible(text) == text, one.name


def test_a_text_is_cut_to_its_width() -> None:
    assert shortened("abcd", 4) == "abcd"
    assert shortened("abcde", 4) == "abc…"
    assert shortened("a 字字", 4) == "a…"
    assert shortened("字" * 1_000_000, 5) == "字字…"
