"""The page, the workbook, the memo and the CSV files say the same, cell by cell."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from support.pages import Row, grid, percent, rows

ENTRIES = {
    "publication_open": "Publication open",
    "next_open": "Next open (hindsight)",
}

HEADS = {"hindsight": "Hindsight [0,+7]", "available": "Available [+8,+14]"}


def main_book(row: Row) -> bool:
    return row["book"].startswith("index") and row["weighting"] == "equal"


def test_the_verdict_is_the_summary(folder: Path) -> None:
    verdict = grid(folder, "Each list around")
    checked = 0
    for row in filter(main_book, rows(folder, "summary")):
        head = HEADS.get(row["window"], row["window"])
        if head in verdict.heads:
            assert verdict.column(head)[row["basket"]] == percent(row["total_return"])
            checked += 1
    assert checked == 3 * 4
    for row in filter(main_book, rows(folder, "relative")):
        if row["window"] == "available" and row["benchmark"] == "000300.SH":
            shown = verdict.column("Available vs CSI 300")[row["basket"]]
            assert shown == percent(row["excess_return"])


def test_the_verdict_is_the_headline_of_the_memo(folder: Path) -> None:
    memo = (folder / "memo.md").read_text("utf-8")
    lines = [line for line in memo.splitlines() if line.startswith("| guojin/xinchuang ")]
    from_memo = [cell.strip() for cell in lines[0].strip("|").split("|")]
    shown = next(row for row in grid(folder, "Each list around").rows if row[0] == from_memo[0])
    assert from_memo[1:8] == shown[1:8]


def test_every_window_of_the_heat_map_is_the_summary(folder: Path) -> None:
    heat = grid(folder, "Total return of each list in each window")
    found = list(filter(main_book, rows(folder, "summary")))
    assert len(found) == sum(len(row) - 1 for row in heat.rows)
    for row in found:
        head = HEADS.get(row["window"], row["window"])
        assert heat.column(head)[row["basket"]] == percent(row["total_return"])


@pytest.mark.slow
def test_every_share_is_its_row_of_the_constituents(folder: Path) -> None:
    found = [row for row in rows(folder, "constituents") if main_book(row)]
    checked = 0
    for row in found:
        shown = grid(folder, f"Shares of {row['basket']}")
        head = HEADS.get(row["window"], row["window"])
        if f"Return {head}" not in shown.heads:
            continue
        line = next(one for one in shown.rows if one[1] == row["symbol"])
        assert line[0] == row["name"]
        assert line[shown.heads.index(f"Return {head}")] == percent(row["return"])
        assert line[shown.heads.index(f"Adds {head}")] == percent(row["contribution"])
        checked += 1
    assert checked == (7 + 6 + 9) * 3


def test_the_event_study_is_its_table(folder: Path) -> None:
    shown = grid(folder, "Return beyond what the model market expects")
    for row in rows(folder, "event_study"):
        if (row["variant"], row["model"], row["window"]) == ("main", "market", "[0,+5]"):
            assert shown.column("vs market")[row["basket"]] == percent(row["car"])
            p = float(row["holm_p"])
            assert shown.column("Holm p")[row["basket"]] == ("<0.001" if p < 0.0005 else f"{p:.3f}")


def test_the_parts_of_the_shortfall_are_those_of_the_summary(folder: Path) -> None:
    shown = grid(folder, "Each list on paper and in an account")
    accounts = [
        row
        for row in rows(folder, "summary")
        if row["book"].startswith("account") and row["weighting"] == "equal"
    ]
    assert len(accounts) == len(shown.rows) == 6
    for row in accounts:
        line = next(one for one in shown.rows if one[:2] == [row["basket"], ENTRIES[row["entry"]]])
        cells = dict(zip(shown.heads, line, strict=True))
        assert cells["Paper"] == percent(row["paper_return"])
        assert cells["Achievable"] == percent(row["total_return"])
        assert cells["Unfilled"] == percent(str(-float(row["shortfall_unfilled"])))[:-1]


@pytest.mark.slow
def test_every_cell_of_the_workbook_is_the_cell_of_the_csv_file(full: Path) -> None:
    book = openpyxl.load_workbook(full / "summary.xlsx")
    checked = 0
    for sheet in book.worksheets[2:]:
        lines = sheet.iter_rows(values_only=True)
        with (full / f"{sheet.title}.csv").open(encoding="utf-8-sig", newline="") as handle:
            for mine, theirs in zip(csv.reader(handle), lines, strict=True):
                for text, cell in zip(mine, theirs, strict=True):
                    assert as_text(cell) == (text.removeprefix("'") if cell else text), sheet.title
                    checked += 1
    assert checked > 50_000
    assert {sheet.title for sheet in book.worksheets[2:]} >= {"summary", "levels", "event_study"}


def test_the_workbook_opens_with_the_table_of_the_memo(folder: Path) -> None:
    memo = (folder / "memo.md").read_text("utf-8")
    sheet = openpyxl.load_workbook(folder / "summary.xlsx").worksheets[0]
    lines = {line[0]: line for line in sheet.iter_rows(values_only=True)}
    heads = list(lines["Basket"])
    for basket in ("guojin/cybersecurity", "guojin/xinchuang", "galaxy/telecom"):
        quoted = next(li for li in memo.splitlines() if li.startswith(f"| {basket} |"))
        shown = lines[basket][heads.index("Named") + 1 :][:5]
        assert [percent(str(cell)) for cell in shown] == quoted.strip("| ").split(" | ")[3:8]


def as_text(cell: object) -> str:
    """A cell of the workbook as the CSV file writes it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell if isinstance(cell, str) else Number(cell)


class Number(str):
    """A number as text that equals any text of the same one to 16 digits, as Excel keeps them."""

    __slots__ = ()

    def __new__(cls, value: object) -> Number:
        return super().__new__(cls, repr(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and math.isclose(float(self), float(other), rel_tol=1e-15)

    __hash__ = str.__hash__


def test_the_workbook_is_ready_to_use(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "summary.xlsx")
    explained = {row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    for sheet in book.worksheets[2:]:
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref is not None
        assert {cell.value for cell in sheet[1]} <= explained
    summary = book["summary"]
    formats = {cell.value: summary.cell(2, cell.column).number_format for cell in summary[1]}
    assert formats["total_return"] == "0.00%"
    assert formats["day0"] == "yyyy-mm-dd"


def test_the_word_file_says_what_the_memo_says(folder: Path) -> None:
    import docx

    document = docx.Document(str(folder / "memo.docx"))
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    words = words.replace("\u2060", "").replace("\u2212", "-")  # which hold a line together
    words += " ".join(cell.text for table in document.tables for cell in table._cells)
    memo = (folder / "memo.md").read_text("utf-8")
    numbers = re.findall(r"[+-]\d+\.\d%", memo)
    assert len(numbers) > 50
    assert all(number in words for number in numbers)
    pictures = memo.count("![")
    assert pictures == 5
    assert len(document.inline_shapes) == pictures


def test_pictures_named_in_the_memo_exist(folder: Path) -> None:
    memo = (folder / "memo.md").read_text("utf-8")
    for name in re.findall(r"\]\((figures/[^)]+)\)", memo):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
        svg = (folder / name).with_suffix(".svg").read_text("utf-8")
        assert "<dc:date>" not in svg


@pytest.mark.parametrize("name", ["summary.xlsx", "memo.docx"])
def test_office_files_carry_no_clock(name: str, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO((folder / name).read_bytes())) as archive:
        years = {member.date_time[0] for member in archive.infolist()}
        core = archive.read("docProps/core.xml").decode()
    assert years == {1980}
    assert set(re.findall(r">(\d{4})-\d\d-\d\dT", core)) == {"2000"}


def test_the_tables_of_the_word_file_break_no_word(folder: Path) -> None:
    import docx

    document = docx.Document(str(folder / "memo.docx"))
    for table in document.tables:
        widths = [column.width.cm for column in table.columns]
        assert 16.9 < sum(widths) < 17.1
        for row in table.rows:
            for width, cell in zip(widths, row.cells, strict=True):
                size = max((run.font.size.pt for run in cell.paragraphs[0].runs), default=0)
                longest = max(map(len, re.split(r"[\s/-]", cell.text)))
                assert longest * size * 0.0212 < width, cell.text  # 0.6 em a letter
        for width, cell in zip(widths, table.rows[0].cells, strict=True):
            size = max(run.font.size.pt for run in cell.paragraphs[0].runs)
            longest = max(map(len, cell.text.split()))
            assert longest * size * 0.0280 + 0.2 < width, cell.text  # 0.79 em: wide and bold


def test_no_line_of_the_word_file_ends_between_a_minus_and_its_number(folder: Path) -> None:
    with zipfile.ZipFile(folder / "memo.docx") as archive:
        body = archive.read("word/document.xml").decode()
        styles = archive.read("word/styles.xml").decode()
    flowing = re.sub(r"<w:tbl>.*?</w:tbl>", "", body, flags=re.DOTALL)  # cells fit their numbers
    texts = re.findall(r"<w:t[^>]*>([^<]*)</w:t>", flowing)
    assert not [text for text in texts if re.search(r"-\d", text)]
    assert flowing.count("\u2212\u2060") > 10
    assert 'w:eastAsia="zh-CN"' in styles


def test_what_nobody_could_have_had_is_marked_wherever_accounts_are_shown(folder: Path) -> None:
    verdict = grid(folder, "Each list around")
    assert verdict.heads.index("Publication open") < verdict.heads.index("Next open (hindsight)")
    memo = (folder / "memo.md").read_text("utf-8")
    assert "| Next open (hindsight) |" in memo
    assert "| Publication open |" in memo
    assert "| Next open |" not in memo


def test_the_page_settles_each_list_as_the_memo_does(folder: Path) -> None:
    memo = (folder / "memo.md").read_text("utf-8")
    shown = grid(folder, "Return beyond what the model market expects").column("Verdict")
    assert set(shown) == {"guojin/cybersecurity", "guojin/xinchuang", "galaxy/telecom"}
    page = (folder / "report.html").read_text("utf-8")
    for basket, said in shown.items():
        line = next(li for li in memo.splitlines() if li.startswith(f"- **{basket}**: "))
        assert ("not settled" in line) == (said == "not settled")
        counted = "consistent with more than chance" in line and "not settled" not in line
        assert counted == said.startswith("more than chance")
    settled = sum(said.startswith("more than chance") for said in shown.values())
    assert f"{settled or 'none'} moved by more than chance" in page
    warned = "do not measure DeepSeek-R1 release alone"
    assert page.count(warned) >= 1


def test_the_verdict_says_what_an_account_after_publication_made_and_by_when(
    folder: Path,
) -> None:
    page = (folder / "report.html").read_text("utf-8").partition('id="levels-0"')[0]
    made = sorted(
        float(row["total_return"])
        for row in rows(folder, "summary")
        if row["entry"] == "publication_open" and row["weighting"] == "equal"
    )
    low, middle, high = (f"{value * 100:+.1f}%" for value in made)
    assert "Accounts that bought at the open after publication had made a median of" in page
    assert f"{middle} by the close of 2025-02-18 ({low} to {high};" in page


def test_a_placebo_p_is_as_fine_as_its_dates_everywhere(folder: Path) -> None:
    shown = grid(folder, "Return beyond what the model market expects").column("Placebo p")
    page = (folder / "report.html").read_text("utf-8")
    first = next(iter(shown))
    assert re.search(rf"First shown: {first}, the event: t [-\d.]+, p {shown[first]}\.", page)
    drawn = [row for row in rows(folder, "placebo") if row["window"] == "[0,+5]"]
    dates = sorted(row["date"] for row in drawn if row["model"] == "market")
    assert f"{dates[0]} to {dates[-1]}, whatever happened on them" in page


def test_rounding_to_whole_lots_is_no_order_cut_short(folder: Path) -> None:
    orders = [
        row
        for row in rows(folder, "orders")
        if (row["entry"], row["weighting"]) == ("publication_open", "equal")
    ]
    assert any(row["reason"] == "lot" for row in orders)
    for basket in {row["basket"] for row in orders}:
        shown = grid(folder, f"Shares of {basket}")
        for line in shown.rows:
            mine = [r for r in orders if (r["basket"], r["symbol"]) == (basket, line[1])]
            cut = sum(row["reason"] not in ("", "lot") for row in mine)
            told = [line[shown.heads.index(head)] for head in ("Orders", "Cut short")]
            assert told == ([str(len(mine)), str(cut)] if mine else ["–", "–"])


@pytest.mark.parametrize("model", ["market", "market+sector"])
def test_what_a_caption_promises_in_brackets_stands_in_the_cells(model: str, folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    table = page.partition(f"<caption>CAR by list and window, model {model}; in brackets p")[2]
    body = table.partition("</table>")[0]
    asked = [
        row
        for row in rows(folder, "event_study")
        if (row["variant"], row["model"]) == ("main", model) and row["p"]
    ]
    assert asked
    assert body.count("<small>(") == len(asked)
    assert ("strong" in body) <= (model == "market")
