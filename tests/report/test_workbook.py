"""What the workbook holds, read back by another library."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from basketbt.report.layout import Cell, Column, Layout, Table
from basketbt.report.record import Record
from basketbt.report.stored import read_run
from basketbt.report.workbook import build, workbook
from basketbt.report.workbook.rows import MOST_TEXT, column_name, shortened

COLUMNS = (
    Column("basket", "组合", "text", "who", "谁"),
    Column("day", "日", "date", "when", "何时"),
    Column("value", "值", "decimal", "what", "何"),
    Column("flag", "标记", "flag", "whether", "是否"),
)
HOSTILE = (
    "=HYPERLINK(1)",
    "'=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-1+1",
    "<script>alert(1)</script>",
    "</t></is></c>&amp;",
    "  two spaces around  ",
    "\u202eright to left\u2066",
    "_x0041_",
    "a\x01b\x1fc",
    "𝕏 长" * 40,
)


def made(folder: Path, rows: tuple[tuple[Cell, ...], ...]) -> bytes:
    """The workbook of a run whose only table holds these rows."""
    table = Table.of_rows(Layout("own", "a row", "一行", COLUMNS), rows)
    return workbook(Record(read_run(folder).record.facts, {"own": table}))


def cells(content: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book["own"].iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_the_text_it_is(text: str, folder: Path) -> None:
    content = made(folder, ((text, "2025-01-21", 0.1, True),))
    [row] = cells(content)
    assert openpyxl.utils.escape.unescape(str(row[0])) == text
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in sheet
    assert 't="inlineStr"' in sheet


def test_numbers_dates_and_flags_are_what_they_were(folder: Path) -> None:
    content = made(
        folder,
        (
            ("a", "2025-01-21", 0.1 + 0.2, True),
            ("b", None, 1e-300, False),
            ("c", "1900-03-01", -12345678.9, None),
            (None, None, None, None),
        ),
    )
    first, second, third = cells(content)[:3]
    assert [row[2] for row in (first, second, third)] == [0.1 + 0.2, 1e-300, -12345678.9]
    assert [row[3] for row in (first, second, third)] == [True, False, None]
    assert [str(row[1])[:10] for row in (first, third)] == ["2025-01-21", "1900-03-01"]
    assert second[1] is None


def test_a_text_longer_than_a_cell_is_cut_between_characters() -> None:
    assert shortened("short") == "short"
    assert shortened("a" * 40_000) == "a" * MOST_TEXT
    assert shortened("𝕏" * 40_000) == "𝕏" * (MOST_TEXT // 2)


def test_an_empty_table_has_its_header(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(folder, ())))
    assert [cell.value for cell in book["own"][1]] == ["basket", "day", "value", "flag"]


def test_a_table_that_is_too_long_stays_in_its_csv_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_LONG", 1)
    row: tuple[Cell, ...] = ("a", "2025-01-21", 0.1, True)
    book = openpyxl.load_workbook(io.BytesIO(made(folder, (row, row))))
    assert "own" not in book.sheetnames
    said = [str(line[0]) for line in book.worksheets[0].iter_rows(values_only=True)]
    assert any(line.startswith("own: 2 rows, only in own.csv") for line in said)


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [column_name(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_the_same_run_gives_the_same_workbook(folder: Path) -> None:
    record = read_run(folder).record
    assert workbook(record) == workbook(record)


def test_yuan_are_shown_as_money(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "summary.xlsx")
    account = book["account"]
    formats = {cell.value: account.cell(2, cell.column).number_format for cell in account[1]}
    assert formats["cash"] == formats["value"] == "#,##0.00"
