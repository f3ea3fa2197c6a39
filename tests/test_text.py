"""Names from files cannot play tricks on a terminal or a reader."""

from __future__ import annotations

import re
import tokenize
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.errors import InvalidFile, Problem
from basketbt.text import visible

SOURCES = Path(__file__).resolve().parents[1] / "src" / "basketbt"


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
    """In every text of the program: an ASCII sign between Chinese characters is a slip."""
    slip = re.compile(rf"{CHINESE}[,;:?!(]|[)]{CHINESE}|[,;]{CHINESE}")
    found = [
        f"{path.name}:{token.start[0]}: {token.string}"
        for path in sorted(SOURCES.rglob("*.py"))
        if "sources" not in path.parts  # headers and patterns of other people's tables
        for token in tokenize.generate_tokens(StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.STRING
        and slip.search(re.sub(r"[{`][^{}`]*[}`]", "", token.string))
        and not re.search(r"\^|sqrt\(", token.string)  # formulas
        and not token.string.startswith('"""')  # English, or a file for the user
    ]
    assert found == []
