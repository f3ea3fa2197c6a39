"""Names from files cannot play tricks on a terminal or a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.errors import InvalidFile, Problem
from basketbt.text import chinese, visible


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


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("收益,回撤;见下:", "收益\uff0c回撤\uff1b见下\uff1a"),
        ("{a},{b}({c}):纸面{d:,.1f}", "{a}\uff0c{b}\uff08{c}\uff09\uff1a纸面{d:,.1f}"),
        ("窗口[a,b]与[{first},{last}]不变", "窗口[a,b]与[{first},{last}]不变"),
        ("{event}: 要点", "{event}\uff1a要点"),
        ("p(Holm)与p(安慰剂)", "p(Holm)与p\uff08安慰剂\uff09"),
        ("于09:30开盘,`a,b`照旧", "于09:30开盘\uff0c`a,b`照旧"),
        ("plain, English (as it is)", "plain, English (as it is)"),
    ],
)
def test_chinese_is_printed_with_chinese_punctuation(source: str, printed: str) -> None:
    assert chinese(source) == printed
