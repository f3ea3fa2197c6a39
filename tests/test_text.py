"""Names from files cannot play tricks on a terminal or a reader."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.errors import InvalidFile, Problem
from basketbt.locale import catalogue
from basketbt.text import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("金山办公 688111.SH", "金山办公 688111.SH"),
        ("a\x1b]0;title\x07b", "a]0;titleb"),
        ("a\u202eb\u2066c", "abc"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x9b31mred", "31mred"),
        ("é ü ñ ＋ ½", "é ü ñ ＋ ½"),
    ],
)
def test_what_moves_cursors_or_turns_lines_around_is_left_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_else_changes(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    if text.isprintable():
        assert visible(text) == text


def test_a_file_with_hundreds_of_problems_fits_a_screen() -> None:
    error = InvalidFile([Problem("a.yaml", line, "wrong") for line in range(1, 301)])
    assert len(str(error).splitlines()) == 21
    assert "280 more" in str(error)
    assert len(error.problems) == 300


CHINESE = r"[\u4e00-\u9fff]"


def test_chinese_is_written_with_chinese_punctuation() -> None:
    """In every message: an ASCII sign between Chinese characters is a slip."""
    slip = re.compile(rf"{CHINESE}[,;:?!(]|[)]{CHINESE}|[,;]{CHINESE}")
    plain = {key: re.sub(r"[{`][^{}`]*[}`]", "", text) for key, text in catalogue("zh").items()}
    found = {key: text for key, text in plain.items() if slip.search(text)}
    assert {key for key, text in found.items() if not re.search(r"\^|sqrt\(", text)} == set()
