"""What docs/ says about the tables of a grid is what the code writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.grid.dictionary import CHOICE_VALUES, CURVE, ROWS, STANDING, columns_page
from basketbt.report.layout import Layout

PAGE = Path(__file__).resolve().parents[2] / "docs" / "grid-columns.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == columns_page(), "run `make docs`"


@pytest.mark.parametrize(
    "layout", [ROWS, STANDING, CHOICE_VALUES, CURVE], ids=lambda layout: layout.name
)
def test_every_column_has_a_name_and_a_meaning_in_both_languages(layout: Layout) -> None:
    for column in layout.columns:
        assert column.zh, column.key
        assert column.description_en, column.key
        assert column.description_zh, column.key
        assert bool(column.empty_en) == bool(column.empty_zh), column.key
    assert len(set(layout.keys)) == len(layout.columns)
