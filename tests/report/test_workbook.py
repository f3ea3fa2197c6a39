"""What the workbook holds, read back by another library."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from basketbt.report.data import ReportData
from basketbt.report.files import read_run
from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.render import xlsx
from basketbt.report.render.xlsx import MOST_TEXT, shortened, workbook
from basketbt.report.views import document
from basketbt.text import visible

COLUMNS = (
    Column("basket", "text"),
    Column("day", "date"),
    Column("value", "decimal"),
    Column("flag", "flag"),
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


def made(folder: Path, rows: tuple[tuple[Value, ...], ...]) -> bytes:
    """The workbook of a run whose only table holds these rows."""
    table = Table.of_rows(Layout("own", COLUMNS), rows)
    data = read_run(folder).data
    return workbook(ReportData(data.info, {"own": table}), document(data))


def cells(content: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book["own"].iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_the_text_it_is(text: str, folder: Path) -> None:
    content = made(folder, ((text, "2025-01-21", 0.1, True),))
    [row] = cells(content)
    assert row[0] == visible(text)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet4.xml").decode()
    assert "<f>" not in sheet


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
    assert [row[2] for row in (first, second, third)] == pytest.approx(
        [0.1 + 0.2, 1e-300, -12345678.9], rel=1e-15
    )
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
    monkeypatch.setattr(xlsx, "_LONG", 1)
    row: tuple[Value, ...] = ("a", "2025-01-21", 0.1, True)
    book = openpyxl.load_workbook(io.BytesIO(made(folder, (row, row))))
    assert "own" not in book.sheetnames
    said = [str(line[0]) for line in book.worksheets[2].iter_rows(values_only=True)]
    assert any(line.startswith("own: 2 rows, only in own.csv") for line in said)


def test_yuan_are_shown_as_money(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "summary.xlsx")
    account = book["account"]
    formats = {cell.value: account.cell(2, cell.column).number_format for cell in account[1]}
    assert formats["cash"] == formats["value"] == "#,##0.00"
