"""What a run shows is what its files hold: once for the blocks, once for every form of them."""

from __future__ import annotations

import html
import io
import math
import re
import zipfile
from datetime import datetime
from pathlib import Path
from statistics import median

import docx
import openpyxl
import pytest
from docx.text.paragraph import Paragraph
from PIL import ImageFont

from basketbt.api import Run
from basketbt.market.securities.latin import latin_name
from basketbt.report.views import document
from basketbt.report.views.blocks import Block, Bullets, Document, Prose, TableBlock
from support.pages import Grid, Row, grids, percent, rows

ENTRIES = {"publication_open": "Publication open", "next_open": "Next open (hindsight)"}

HEADS = {
    "hindsight": "Hindsight [0,+7]",
    "available": "Available [+8,+14]",
    **{
        f"[p,p+{n - 1}]" if n > 1 else "[p,p]": f"+{n} from publication" for n in (1, 5, 10, 20, 60)
    },
}
WORD = ("memo.docx", "appendix.docx")

AROUND = "Each list around"
BEYOND = "Around the event: lists whose source"

Shown = list[list[str]]  # a table's heads and rows


@pytest.fixture(scope="module")
def made(whole: Run) -> Document:
    return document(whole.data)


def lines(block: TableBlock, *, whole: bool = False) -> Shown:
    """A table as texts, ``whole`` with what stands beside them."""
    told = [[cell.whole if whole else cell.text for cell in row] for row in block.rows]
    return [[head.text for head in block.heads], *told]


def table(made: Document, start: str = "") -> TableBlock:
    """The first table whose caption begins so."""
    found = (one for one in made.blocks if isinstance(one, TableBlock))
    return next(one for one in found if one.caption.startswith(start))


def grid(made: Document, start: str) -> Grid:
    block = table(made, start)
    heads, *told = lines(block)
    return Grid(block.caption, heads, told)


def main_book(row: Row) -> bool:
    return row["book"].startswith("index") and row["weighting"] == "equal"


@pytest.mark.parametrize(("caption", "cells"), [(AROUND, 3 * 4), ("Total return of each", 3 * 10)])
def test_returns_are_those_of_the_summary(
    caption: str, cells: int, made: Document, folder: Path
) -> None:
    shown, checked = grid(made, caption), 0
    for row in filter(main_book, rows(folder, "summary")):
        head = HEADS.get(row["window"], row["window"])
        if head in shown.heads:
            assert shown.column(head)[row["basket"]] == percent(row["total_return"])
            checked += 1
    assert checked == cells


def test_the_verdict_is_beside_the_benchmark_of_its_table(made: Document, folder: Path) -> None:
    beside = grid(made, AROUND).column("Available vs CSI 300")
    for row in filter(main_book, rows(folder, "relative")):
        if row["window"] == "available" and row["benchmark"] == "000300.SH":
            assert beside[row["basket"]] == percent(row["excess_return"])


def test_every_share_is_its_row_of_the_constituents(made: Document, folder: Path) -> None:
    checked = 0
    for row in filter(main_book, rows(folder, "constituents")):
        shown = grid(made, f"Shares of {row['basket']}")
        head = HEADS.get(row["window"], row["window"])
        if f"Return {head}" not in shown.heads:
            continue
        line = next(one for one in shown.rows if one[1] == row["symbol"])
        assert line[0] == latin_name(row["name"])
        assert line[shown.heads.index(f"Return {head}")] == percent(row["return"])
        assert line[shown.heads.index(f"Adds {head}")] == percent(row["contribution"])
        checked += 1
    assert checked == (7 + 6 + 9) * 3


def test_the_event_study_is_its_table(made: Document, folder: Path) -> None:
    told = {
        (row["basket"], row["window"]): row
        for row in rows(folder, "event_study")
        if row["variant"] == "main" and row["family"]
    }
    checked = 0
    for caption in ("From publication on", BEYOND, "Exploratory"):
        shown = grid(made, caption)
        for line in shown.rows:
            cells = dict(zip(shown.heads, line, strict=True))
            if cells["Verdict"] == "not counted":
                continue
            row = told[line[0], line[1].split()[-1]]
            assert cells["Beyond market"] == (percent(row["car"]) if row["car"] else "–")
            assert cells["Plain p"] == (_probability(float(row["p"])) if row["p"] else "–")
            assert cells["Verdict"].startswith("not tested")  # nothing to draw lists from
            checked += 1
    assert checked == len(told)


def _probability(p: float) -> str:
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def test_the_parts_of_the_shortfall_are_those_of_the_summary(made: Document, folder: Path) -> None:
    shown = grid(made, "Each list on paper and in an account")
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


def on_paper(made: Document) -> list[Block]:
    """The blocks without sections, columns and hints that are for the screen."""
    sections = (section for chapter in made.chapters for section in chapter.sections)
    blocks = [one for section in sections if not section.screen for one in section.blocks]
    blocks = [*made.front, *blocks]
    kept = [one for one in blocks if not (isinstance(one, Prose) and one.kind == "hint")]
    return [one.on_paper if isinstance(one, TableBlock) else one for one in kept]


def sentences(blocks: list[Block], *, whole: bool) -> list[str]:
    """The sentences of blocks; ``whole`` where lists are not cut."""
    told = [one.text for one in blocks if isinstance(one, Prose)]
    lists = [(whole and one.whole) or one.items for one in blocks if isinstance(one, Bullets)]
    return told + [said for items in lists for _, said in items]


def plain(markdown: str) -> str:
    return html.unescape(re.sub(r"\\([^\w\s]|_)", r"\1", markdown.replace("**", "")))


def words(path: Path) -> str:
    """The words of a page, a memo or a Word file, without what its format adds to them."""
    if path.suffix == ".docx":
        files = [docx.Document(str(path.with_name(name))) for name in WORD]
        paragraphs = [one for file in files for one in file.paragraphs]
        return " ".join(one.text for one in paragraphs).replace("\u2060", "").replace("−", "-")
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return plain(text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text.partition("<script")[0])).split())


def page_tiles(path: Path) -> list[str]:
    """The numbers to remember of a page, each with what stands beside it."""
    found = re.findall(r"<dd[^>]*>(.*?)</dd>", path.read_text("utf-8"))
    return [html.unescape(" ".join(pair)) for pair in zip(found[::2], found[1::2], strict=True)]


def whole_tables(path: Path) -> list[Shown]:
    """The tables of a Word file; of one that was too wide, the parts that follow each other."""
    found: list[Shown] = []
    follows = False
    for part in docx.Document(str(path)).iter_inner_content():
        if isinstance(part, Paragraph):
            follows = follows and not part.text
            continue
        told = [[cell.text.replace("\n", " ") for cell in row.cells] for row in part.rows]
        if follows:
            found[-1] = [[*old, *new[1:]] for old, new in zip(found[-1], told, strict=True)]
        else:
            found.append(told)
        follows = True
    return found


def tables(path: Path) -> list[Shown]:
    """Every table of a page, a memo or a Word file; the page has its tiles as a list."""
    if path.suffix == ".html":
        return [[one.heads, *one.rows] for one in grids(path.parent)]
    if path.suffix == ".docx":
        return [one for name in WORD for one in whole_tables(path.with_name(name))]
    memo = re.findall(r"(?:^\|.*\|\n)+", path.read_text("utf-8"), re.M)
    told = ([line for line in text.splitlines() if "| :---" not in line] for text in memo)
    return [[plain(line).strip("| ").split(" | ") for line in kept] for kept in told]


@pytest.mark.parametrize("name", ["report.html", "memo.md", "memo.docx"])
def test_a_form_shows_every_cell_and_every_sentence_of_its_blocks(
    name: str, made: Document, folder: Path
) -> None:
    screen = name == "report.html"
    blocks = made.blocks if screen else on_paper(made)
    shown = [one for one in blocks if isinstance(one, TableBlock)]
    tiles = [one for one in shown if one.kind == "tiles"]
    wanted = [lines(one, whole=not screen) for one in shown if not (screen and one in tiles)]
    assert tables(folder / name) == wanted
    assert len(wanted) == (24 if screen else 13)
    if screen:
        assert [cell.whole for one in tiles for cell in one.rows[0]] == page_tiles(folder / name)
    said, there = sentences(blocks, whole=screen), words(folder / name)
    assert len(said) > 20
    assert [one for one in said if one not in there] == []


@pytest.mark.parametrize(
    ("sheet", "caption", "first"),
    [
        ("Front page", "On paper from the close before a reader could trade", "List"),
        ("Headline", AROUND, "Basket"),
    ],
)
def test_the_workbook_opens_with_the_first_tables_and_their_numbers(
    sheet: str, caption: str, first: str, made: Document, folder: Path
) -> None:
    book = openpyxl.load_workbook(folder / "summary.xlsx")
    lines = list(book[sheet].iter_rows(values_only=True))
    found = {line[0]: line for line in lines}
    block = table(made, caption)
    top = next(place for place, line in enumerate(lines) if line[0] == first)
    groups: list[object] = []
    for own in lines[top - 1]:
        groups.append(own or (groups[-1] if groups else None))
    heads = list(zip(groups, lines[top], strict=True))
    for row in block.rows:
        cells = dict(zip(heads, found[row[0].text], strict=True))
        for head, cell in zip(block.heads[1:], row[1:], strict=True):
            shown = cells[head.group or None, head.text]
            told = cell.sort if isinstance(cell.sort, float) and "/" not in cell.text else cell.text
            assert same(told, shown)


@pytest.mark.slow
def test_every_cell_of_the_workbook_is_the_cell_of_its_table(whole: Run, full: Path) -> None:
    book = openpyxl.load_workbook(full / "tables.xlsx")
    checked = 0
    for name, table in whole.data.tables.items():
        told = table.worded("en")
        heads, *shown = book[name].iter_rows(values_only=True)
        assert list(heads) == [told.layout.header(one, "en") for one in told.layout.columns]
        for mine, theirs in zip(told.rows, shown, strict=True):
            assert all(map(same, mine, theirs)), (name, mine, theirs)
            checked += len(mine)
    assert checked > 50_000


def same(value: object, cell: object) -> bool:
    """Whether a cell of Excel, which keeps 16 digits of a number, is the value."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() == value
    if isinstance(value, float) and isinstance(cell, float | int):
        return math.isclose(value, cell, rel_tol=1e-15)
    return value == cell


def test_the_workbook_is_ready_to_use(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "summary.xlsx")
    front = book.worksheets[0]
    assert front.title == "Front page"
    assert len(front._charts) == 1
    assert front.page_setup.orientation == "landscape"
    assert front.sheet_properties.pageSetUpPr.fitToPage
    explained = {row[1] for row in book.worksheets[2].iter_rows(values_only=True)}
    for sheet in book.worksheets[3:]:
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref is not None
        assert {cell.value for cell in sheet[1]} <= explained
    summary = book["summary"]
    formats = {cell.value: summary.cell(2, cell.column).number_format for cell in summary[1]}
    assert formats["total_return"] == "0.00%"
    assert formats["day0"] == "yyyy-mm-dd"


def test_pictures_stand_in_the_word_file_and_where_the_memo_names_them(folder: Path) -> None:
    memo = (folder / "memo.md").read_text("utf-8")
    named = re.findall(r"!\[.*\]\((figures/[^)]+)\)", memo)
    for name in named:
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
        assert "<dc:date>" not in (folder / name).with_suffix(".svg").read_text("utf-8")
    inside = [len(docx.Document(str(folder / name)).inline_shapes) for name in WORD]
    assert inside == [1, len(named) - 1]
    assert len(named) == 5


@pytest.mark.parametrize("name", ["summary.xlsx", *WORD])
def test_office_files_carry_no_clock(name: str, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO((folder / name).read_bytes())) as archive:
        years = {member.date_time[0] for member in archive.infolist()}
        core = archive.read("docProps/core.xml").decode()
    assert years == {1980}
    assert set(re.findall(r">(\d{4})-\d\d-\d\dT", core)) == {"2000"}


@pytest.fixture(scope="module")
def arial() -> ImageFont.FreeTypeFont:
    """Arial, or its twin of the same widths, bold: the wider one."""
    from matplotlib import font_manager

    installed = {(one.name, one.weight): one.fname for one in font_manager.fontManager.ttflist}
    for family in ("Arial", "Liberation Sans", "Arimo"):
        if path := installed.get((family, 700)):
            return ImageFont.truetype(path, 90)
    pytest.skip("neither Arial nor Liberation Sans is installed")


@pytest.mark.parametrize("name", WORD)
def test_the_tables_of_the_word_file_break_no_word(
    name: str, folder: Path, arial: ImageFont.FreeTypeFont
) -> None:
    document = docx.Document(str(folder / name))
    wide = max(one.page_width or 0 for one in document.sections) / 360000 - 3.0
    for table in document.tables:
        widths = [column.width.cm for column in table.columns]
        assert sum(widths) < wide + 0.1
        for row in table.rows:
            for width, cell in zip(widths, row.cells, strict=True):
                assert cell.paragraphs[0].style.font.size.pt >= 9
                for word in re.split(r"\s|(?<=[a-z]-)", cell.text):
                    points = arial.getlength(word) / 10  # of letters of 9 points
                    assert points / 72 * 2.54 + 0.2 < width or "/" in word, cell.text


@pytest.mark.parametrize("name", WORD)
def test_no_letter_of_the_word_file_is_smaller_than_9_points(name: str, folder: Path) -> None:
    document = docx.Document(str(folder / name))
    paragraphs = [
        *document.paragraphs,
        *(one for table in document.tables for row in table.rows for cell in row.cells
          for one in cell.paragraphs),
    ]  # fmt: skip
    written = [one for one in paragraphs if one.text]
    assert written
    for one in written:
        assert one.style.font.size.pt >= 9, one.text
        assert all(run.font.size is None for run in one.runs), one.text


def test_no_line_of_the_word_file_ends_between_a_minus_and_its_number(folder: Path) -> None:
    body = ""
    for name in WORD:
        with zipfile.ZipFile(folder / name) as archive:
            body += archive.read("word/document.xml").decode()
            assert 'w:eastAsia="zh-CN"' in archive.read("word/styles.xml").decode()
    flowing = re.sub(r"<w:tbl>.*?</w:tbl>", "", body, flags=re.DOTALL)  # cells fit their numbers
    texts = re.findall(r"<w:t[^>]*>([^<]*)</w:t>", flowing)
    assert not [text for text in texts if re.search(r"-\d", text)]
    assert flowing.count("\u2212\u2060") > 5


def test_what_nobody_could_have_had_is_marked_where_accounts_are_shown(made: Document) -> None:
    heads = grid(made, AROUND).heads
    assert heads.index("Publication open") < heads.index("Next open (hindsight)")
    assert "Next open" not in heads


def test_for_each_entry_paper_less_what_moved_before_and_friction_is_achieved(
    made: Document, folder: Path
) -> None:
    own = [row for row in rows(folder, "summary") if row["book"] == "account"]
    for entry, words in ENTRIES.items():
        shown = grid(made, f"{words}, to the end: paper less")
        assert len(shown.rows) == 3
        for line in shown.rows:
            (row,) = (
                one
                for one in own
                if (one["entry"], one["basket"], one["weighting"]) == (entry, line[0], "equal")
            )
            cells = dict(zip(shown.heads, line, strict=True))
            paper, moved, friction, achieved = (
                float(cells[head].strip("%"))
                for head in ("Paper", "Moved before", "Own friction", "Achievable")
            )
            assert paper - moved + friction == pytest.approx(achieved, abs=0.21)  # as rounded
            assert cells["Moved before"] == percent(row["moved_before_entry"])
            assert cells["Locked at open"] == percent(row["locked_at_open"]).lstrip("+")
            assert float(cells["Capacity"][1:-1]) == pytest.approx(
                float(row["capacity"]) / 1e6, abs=0.5
            )


def test_the_page_says_of_each_list_what_the_memo_says(made: Document, folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    verdicts = grid(made, "Each list over [0,+5]").column("Verdict")
    for row in rows(folder, "verdicts"):
        if row["window"] == "[0,+5]":
            assert row["verdict"] == "untested"
            assert verdicts[row["basket"]].startswith("not tested")
    memo = (folder / "memo.md").read_text("utf-8")
    assert memo.count("the study switches them off") >= 3
    assert "could not be tested" in page
    warned = "do not measure DeepSeek-R1 release alone"
    assert page.count(warned) >= 1


def test_the_verdict_says_what_an_account_after_publication_made_and_by_when(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8").partition('id="levels-0"')[0]
    kinds = {"named": "guojin/", "mapped": "csc/", "composite": "consensus/"}
    for kind, start in list(kinds.items())[:2]:
        made = sorted(
            float(row["total_return"])
            for row in rows(folder, "summary")
            if row["entry"] == "publication_open" and row["weighting"] == "equal"
            if row["basket"].startswith(start)
        )
        if not made:
            continue
        middle = f"{median(made) * 100:+.1f}%"
        told = f"{middle} by the exit (2025-02-18)"
        assert f"{len(made)} {kind} list" in page
        assert told in page


def test_a_placebo_p_is_as_fine_as_its_dates_everywhere(made: Document, folder: Path) -> None:
    block = grid(made, BEYOND)
    shown = {
        line[0]: line[block.heads.index("Placebo p")] for line in block.rows if line[1] == "[0,+5]"
    }
    page = (folder / "report.html").read_text("utf-8")
    for p in shown.values():  # below the name of each list in the chart
        assert re.search(rf">the event: t [-\d.]+, p {p}</text>", page)
    drawn = [row for row in rows(folder, "placebo") if row["window"] == "[0,+5]"]
    dates = sorted(row["date"] for row in drawn if row["model"] == "market")
    assert f"{dates[0]} to {dates[-1]}, whatever happened on them" in page


def test_rounding_to_whole_lots_is_no_order_cut_short(made: Document, folder: Path) -> None:
    orders = [
        row
        for row in rows(folder, "orders")
        if (row["entry"], row["weighting"]) == ("publication_open", "equal")
    ]
    assert any(row["reason"] == "lot" for row in orders)
    for basket in {row["basket"] for row in orders}:
        shown = grid(made, f"Shares of {basket}")
        for line in shown.rows:
            mine = [r for r in orders if (r["basket"], r["symbol"]) == (basket, line[1])]
            cut = sum(row["reason"] not in ("", "lot") for row in mine)
            told = [line[shown.heads.index(head)] for head in ("Orders", "Cut short")]
            assert told == ([str(len(mine)), str(cut)] if mine else ["–", "–"])


@pytest.mark.parametrize("model", ["market", "market+sector"])
def test_what_a_caption_promises_in_brackets_stands_in_the_cells(
    model: str, made: Document, folder: Path
) -> None:
    block = table(
        made, f"CAR by list and window around the event, model {model}; in brackets the plain p"
    )
    cells = [cell for row in block.rows for cell in row[1:]]
    main = [row for row in rows(folder, "event_study") if row["variant"] == "main"]
    around = [row for row in main if int(row["first_day"]) < 8]  # day p
    asked = [row for row in around if row["model"] == model and row["p"]]
    assert asked
    assert sum(cell.aside.startswith("(") for cell in cells) == len(asked)
