"""The memo is one page of A4, whatever the study: in Word, and as a PDF."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from pypdf import PageObject, PdfReader

from basketbt.api import Run, run
from basketbt.report.render import Format, pdf, rendered
from support.written import share, write_lines, write_study

pytestmark = pytest.mark.slow

QUICK = "event_study={matched_lists: 0, placebo_dates: 100}"
SHARES = ("688111.SH", "300378.SZ", "002230.SZ", "600588.SH", "603019.SH", "000034.SZ")


def shipped(_: Path) -> Run:
    return run("deepseek-r1-events", overrides=[QUICK])


def two_events(_: Path) -> Run:
    """Two events, with accounts and tests."""
    events = ["events=[deepseek-r1, deepseek-v3]", "account={}", QUICK]
    return run("deepseek-r1-events", overrides=events)


def three_days(folder: Path) -> Run:
    """Three lists, each its own event on the day of its publication."""
    for place, day in enumerate(("2025-01-27", "2025-02-07", "2025-03-03")):
        listed(folder, f"mine/list-{place}", SHARES[place : place + 3], day)
    return run(study(folder, events="publication"))


def forty(folder: Path) -> Run:
    """Forty lists of several days, their names longer than a line."""
    for place in range(40):
        day = f"2025-02-{5 + place % 6:02}"
        listed(folder, f"mine/list-{place}", SHARES[place % 4 : place % 4 + 2], day)
    return run(study(folder))


def one(folder: Path) -> Run:
    listed(folder, "mine/only", SHARES[:1], "2025-02-07")
    return run(study(folder))


def listed(folder: Path, name: str, symbols: tuple[str, ...], published: str) -> None:
    number = name.rpartition("-")[2]
    path = write_lines(folder, name, "constituents:", *map(share, symbols), published=published)
    english = f"Large models for companies, part {number}"
    theme = f"theme: {{zh: 面向企业客户的国产大模型应用第{number}组, en: '{english}'}}"
    path.write_text(re.sub("theme: .*", theme, path.read_text("utf-8")), "utf-8")


def study(folder: Path, **keys: str) -> str:
    more = {"horizons": "[1, 5, 20, 60]", "prices": "{source: sample}", **keys}
    return str(write_study(folder, baskets='"mine/*"', **more))


Study = tuple[str, Callable[[Path], Run]]
STUDIES: list[Study] = [
    (made.__name__, made) for made in (shipped, two_events, three_days, forty, one)
]


@pytest.fixture(scope="module", params=STUDIES, ids=[name for name, _ in STUDIES])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    name, make = request.param
    found: Run = make(tmp_path_factory.mktemp(name))
    return found


@pytest.fixture(scope="module", params=["en", "zh"])
def files(made: Run, request: pytest.FixtureRequest) -> dict[str, bytes]:
    return rendered(made.data, ("docx", "pdf"), language=request.param)


def test_the_pdf_of_typst_is_one_page_of_a4(files: dict[str, bytes]) -> None:
    (page,) = _pages(files["memo.pdf"])
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)


def test_the_word_memo_is_one_page_in_libreoffice(files: dict[str, bytes], tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    (tmp_path / "memo.docx").write_bytes(files["memo.docx"])
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(tmp_path / "memo.docx")], check=True, capture_output=True)
    assert len(PdfReader(tmp_path / "memo.pdf").pages) == 1


def test_the_pdf_has_the_numbers_of_the_word_memo(files: dict[str, bytes]) -> None:
    told = _squeezed("".join(page.extract_text() for page in _pages(files["memo.pdf"])))
    tables = docx.Document(io.BytesIO(files["memo.docx"])).tables
    cells = {cell.text for table in tables for row in table.rows for cell in row.cells}
    assert len(cells) > 10
    assert [cell for cell in cells if _squeezed(cell) not in told] == []


def _pages(content: bytes) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(content)).pages)


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_same_run_gives_the_same_bytes_of_pdf(tmp_path: Path) -> None:
    made = one(tmp_path)
    forms: tuple[Format, ...] = ("pdf",)
    first, again = rendered(made.data, forms), rendered(made.data, forms)
    assert first == again
    assert re.findall(rb"CreationDate ?\(D:(\d{8})", first["memo.pdf"]) == [
        made.data.info.last_session.replace("-", "").encode()
    ]


def test_chinese_without_a_font_for_it_is_refused_with_those_that_fit() -> None:
    with pytest.raises(pdf.NoChineseFont, match="Noto Sans CJK SC") as refused:
        pdf._fonts(["Libertinus Serif"], "国金证券")
    assert "fonts-noto-cjk" in refused.value.hint
    assert pdf._fonts(["Libertinus Serif"], "Guojin") == ["Libertinus Serif"]
