"""What docs/ says about the tables is what the code writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.metrics.measures import MEASURES
from basketbt.report.dictionary import generated
from basketbt.report.layouts import LAYOUTS
from basketbt.report.model import Layout
from basketbt.sweep.dictionary import CHOICE_VALUES, ROWS, STANDING, columns_page

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", generated(ROOT), ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generated(ROOT)[path], "run `make docs`"


def test_the_page_on_grids_is_up_to_date() -> None:
    page = ROOT / "docs" / "grid-columns.md"
    assert page.read_text(encoding="utf-8") == columns_page(), "run `make docs`"


@pytest.mark.parametrize(
    "layout", [*LAYOUTS, ROWS, STANDING, CHOICE_VALUES], ids=lambda layout: layout.name
)
def test_every_column_has_a_name_and_a_meaning_in_both_languages(layout: Layout) -> None:
    for column in layout.columns:
        assert layout.words(column, "zh"), column.key
        assert layout.words(column, "en", ".about"), column.key
        assert layout.words(column, "zh", ".about"), column.key
    assert len({layout.header(column, "zh") for column in layout.columns}) == len(layout.columns)
    assert len(set(layout.keys)) == len(layout.columns)


def test_the_summary_has_every_registered_statistic() -> None:
    assert {measure.key for measure in MEASURES} <= set(LAYOUTS[0].keys)
