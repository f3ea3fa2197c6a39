"""What the workbook holds, read back by another library."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from basketbt.report.data import ReportData
from basketbt.report.files import read_run, render_again
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
    table = Table.of_rows(Layout("settings", COLUMNS), rows)
    data = read_run(folder).data
    return workbook(ReportData(data.info, {"settings": table}), document(data))


def cells(content: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book["settings"].iter_rows(min_row=2, values_only=True))


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
    assert [row[3] for row in (first, second, third)] == pytest.approx(
        [0.1 + 0.2, 1e-300, -12345678.9], rel=1e-15
    )
    assert [row[4] for row in (first, second, third)] == [True, False, None]
    assert [str(row[2])[:10] for row in (first, third)] == ["2025-01-21", "1900-03-01"]
    assert second[2] is None


def test_a_text_longer_than_a_cell_is_cut_between_characters() -> None:
    assert shortened("short") == "short"
    assert shortened("a" * 40_000) == "a" * MOST_TEXT
    assert shortened("𝕏" * 40_000) == "𝕏" * (MOST_TEXT // 2)


def test_an_empty_table_has_its_header(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(folder, ())))
    assert [cell.value for cell in book["settings"][1]] == [
        *("basket", "list_name", "day", "value", "flag")
    ]


def test_a_table_that_is_too_long_stays_in_its_csv_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "_LONG", 1)
    row: tuple[Value, ...] = ("a", "2025-01-21", 0.1, True)
    book = openpyxl.load_workbook(io.BytesIO(made(folder, (row, row))))
    assert "settings" not in book.sheetnames
    said = [line[:5] for line in book["About"].iter_rows(values_only=True)]
    assert ("settings", "2", "settings.csv", "no") in [(line[0], *line[2:]) for line in said]


def test_yuan_are_shown_as_money(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "summary.xlsx")
    summary = book["summary"]
    place = next(cell.column for cell in summary[1] if cell.value == "capacity")
    own = [row[place - 1] for row in summary.iter_rows(min_row=2)]
    assert {cell.number_format for cell in own if cell.value is not None} == {"#,##0.00"}


def test_codes_are_words_and_a_list_has_its_name_beside_its_id(folder: Path, chinese: Path) -> None:
    first = _records(openpyxl.load_workbook(folder / "summary.xlsx")["summary"])[0]
    assert first["event"] == "DeepSeek-R1 release"
    assert (first["basket"], first["list_name"]) == (
        "guojin/cybersecurity",
        "Guojin · Network security",
    )
    render_again(chinese, ["xlsx"])
    book = openpyxl.load_workbook(chinese / "summary.xlsx")
    own = _records(book["summary"])[0]
    assert (own["名单名称"], own["加权方式"], own["再平衡"]) == (
        "国金证券·网络安全",
        "等权",
        "买入持有",
    )
    words = {row["可知性"] for row in _records(book["summary"])}
    assert words == {"公布前", "公布后", "跨越公布"}


def _records(sheet: Worksheet) -> list[dict[str, object]]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]
