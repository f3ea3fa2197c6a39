"""CSV files that Excel opens right and that lose nothing."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.report.csvfile import csv_bytes
from basketbt.report.model import Column, Layout, Table, Value
from basketbt.text import visible

LAYOUT = Layout("sample", (Column("basket", "text"), Column("value", "decimal")))


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_chinese_excel_sees_the_byte_order_mark_and_chinese_headers() -> None:
    data = csv_bytes(Table.of(LAYOUT, [{"basket": "金山办公", "value": 0.5}]), "zh")
    assert data.startswith(b"\xef\xbb\xbf")
    assert rows_of(data) == [["名单", "数值"], ["金山办公", "0.5"]]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_exactly(value: float) -> None:
    data = csv_bytes(Table.of(LAYOUT, [{"basket": "", "value": value}]), "en")
    assert float(rows_of(data)[1][1]) == value


def test_what_does_not_exist_is_an_empty_cell() -> None:
    nothing: tuple[Value, ...] = (float("nan"), None)
    rows = [{"basket": "a", "value": cell} for cell in nothing]
    assert [row[1] for row in rows_of(csv_bytes(Table.of(LAYOUT, rows), "en"))[1:]] == ["", ""]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\tx"])
def test_a_text_never_becomes_a_formula(text: str) -> None:
    cell = rows_of(csv_bytes(Table.of(LAYOUT, [{"basket": text, "value": -1.0}]), "en"))[1]
    assert cell == [f"'{text}", "-1.0"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_on_one_line(text: str) -> None:
    cell = rows_of(csv_bytes(Table.of(LAYOUT, [{"basket": text, "value": 1.0}]), "en"))[1][0]
    line = visible(" ".join(text.splitlines()))
    assert cell.removeprefix("'") == line.removeprefix("'")
    assert not cell.startswith(("=", "+", "-", "@"))


def test_a_row_with_a_wrong_column_is_refused() -> None:
    with pytest.raises(ValueError, match="valeu"):
        Table.of(LAYOUT, [{"basket": "a", "valeu": 1.0}])
