"""The page in a real browser, opened from disk with no network."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basketbt.api import run
from basketbt.lists.library import find_library

Show = Callable[..., Any]

ROOT = Path(__file__).parents[2]

DRAWN = """
return [...document.querySelectorAll('[data-chart]')].map(plot => {
  const seen = [...plot.querySelectorAll('svg')].filter(svg => svg.getClientRects().length);
  const marks = seen.map(svg => svg.querySelectorAll('path, rect').length);
  return [plot.dataset.chart, marks.reduce((sum, one) => sum + one, 0)];
})
"""


def unfold(browser: Any) -> Any:
    """Every fold of the page opened."""
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    return browser


def find(browser: Any, selector: str, text: str = "") -> Any:
    """The first element that a selector finds, of this text where one is given."""
    found = browser.find_elements("css selector", selector)
    return next(one for one in found if text in ("", one.text.strip()))


def messages(browser: Any) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


def requests(browser: Any) -> list[str]:
    """Addresses the page asked for, besides itself and what it carries."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return [url for url in found if not url.startswith(("data:", "blob:", browser.current_url))]


def overflow(browser: Any) -> int:
    return int(
        browser.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_opens_without_a_word_in_the_console_and_asks_nobody(
    language: str, folder: Path, chinese: Path, show: Show
) -> None:
    browser = show(folder if language == "en" else chinese)
    assert messages(browser) == []
    assert requests(browser) == []
    lang = browser.execute_script("return document.documentElement.lang")
    assert lang == {"en": "en", "zh": "zh-CN"}[language]


def test_every_chart_draws_something(folder: Path, show: Show) -> None:
    drawn = dict(unfold(show(folder)).execute_script(DRAWN))
    kinds = {"levels-0", "underwater-0", "car-0", "shortfall-0", "placebo-0", "publication-0-0"}
    assert set(drawn) == kinds
    assert all(count > 0 for count in drawn.values()), drawn


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_screen_of_a_desk_answers(
    language: str, folder: Path, chinese: Path, show: Show
) -> None:
    """Verdict, tiles, the head of the table and the median curve, before anybody scrolls."""
    browser = show(folder if language == "en" else chinese, width=1440, height=900)
    for what in ("#front .lead", ".tiles", "table.front thead", "#front .plot"):
        bottom = browser.execute_script(
            "return [...document.querySelectorAll(arguments[0])].at(-1)"
            ".getBoundingClientRect().bottom",
            what,
        )
        assert 0 < bottom <= 900, what


def test_all_else_is_folded_under_headings_and_a_link_opens_its_own(
    folder: Path, show: Show
) -> None:
    browser = show(folder)
    folds = browser.execute_script(
        "return [...document.querySelectorAll('main .part')]"
        ".map(d => [d.id, d.open, d.querySelector('summary h3').textContent])"
    )
    assert len(folds) > 8
    assert not any(is_open for _, is_open, _ in folds)
    assert all(title.strip() for _, _, title in folds)
    browser.execute_script("location.hash = '#chance-0'")
    opened = "return document.getElementById('chance-0').open"
    wait(browser, opened)
    assert browser.execute_script("return document.querySelectorAll('.part[open]').length") == 1


def wait(browser: Any, condition: str) -> None:
    """Until a script says so; ten seconds at most."""
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 10).until(lambda one: one.execute_script(condition))


@pytest.mark.slow
def test_the_page_of_r1_with_accounts_and_tests_is_small_enough_to_mail(
    tmp_path: Path, show: Show
) -> None:
    """Nineteen lists of the sample with all that a study can ask for."""
    whole = ["account={}", "event_study={}", "language=zh"]
    made = run(ROOT / "configs/deepseek-r1.yaml", overrides=whole).write(tmp_path, ["page"])
    assert (made / "report.html").stat().st_size < 3_000_000
    browser = show(made, width=390, height=844)
    assert overflow(browser) <= 0
    unfold(browser)
    assert overflow(browser) <= 0
    panels = browser.execute_script(
        "return document.querySelectorAll(\"[data-chart='levels-0'] .narrow .hit\").length"
    )
    assert panels == 19
    assert serious(browser) == []


def test_every_chart_says_what_was_hindsight_and_whose_prices_it_shows(
    folder: Path, show: Show
) -> None:
    said = show(folder).execute_script(
        "return [...document.querySelectorAll('.chart')].map(p => [p.id, p.textContent])"
    )
    assert said
    for chart, text in said:  # the curves after publication hold nothing of it
        assert ("hindsight" in text) != chart.startswith("chart-publication-"), chart
        assert "Source: " in text or chart == "chart-publication-0-0", chart
    front = show(folder).execute_script("return document.querySelector('#front').textContent")
    assert "Source: " in front


def test_a_heading_sorts_its_column_both_ways_and_from_the_keyboard(
    folder: Path, show: Show
) -> None:
    browser = show(folder)
    column = """
    const table = [...document.querySelectorAll('#verdict-0 table')]
      .find(one => one.tHead.textContent.includes('[0,+5]'));
    const heads = [...table.tHead.rows].at(-1).cells;
    const place = [...heads].findIndex(c => c.textContent.trim() === '[0,+5]');
    return [...table.tBodies[0].rows].map(row => Number(row.cells[place].dataset.sort))
    """
    from selenium.webdriver.common.keys import Keys

    heading = find(unfold(browser), "#verdict-0 thead .sort", "[0,+5]")
    as_written = browser.execute_script(column)
    heading.click()
    assert browser.execute_script(column) == sorted(as_written, reverse=True)
    heading.send_keys(Keys.ENTER)
    assert browser.execute_script(column) == sorted(as_written)
    state = browser.execute_script("return arguments[0].closest('th').ariaSort", heading)
    assert state == "ascending"


def test_each_list_has_a_panel_of_its_own_with_the_others_grey_behind_it(
    folder: Path, show: Show
) -> None:
    browser = unfold(show(folder, width=1440))
    panels = """
    const svg = document.querySelector(`[data-chart='${arguments[0]}'] .wide svg`);
    return [...svg.querySelectorAll('.hit')].map(hit => [
      hit.dataset.panel,
      hit.parentNode.querySelectorAll('.own').length,
      svg.querySelector(hit.parentNode.querySelector('use').getAttribute('href'))
        .querySelectorAll('.other').length,
    ])
    """
    for chart in ("levels-0", "underwater-0", "car-0"):
        found = browser.execute_script(panels, chart)
        assert [name for name, _, _ in found] == [
            "Guojin · Network security",
            "Guojin · Domestic IT substitution (Xinchuang)",
            "China Galaxy · Telecom",
        ]
        assert {(own, others) for _, own, others in found} == {(1, 3)}
    bands = "return document.querySelectorAll(\"[data-chart='car-0'] .wide .band\").length"
    assert browser.execute_script(bands) == 3


def test_pointing_at_a_session_reads_its_date_and_values(folder: Path, show: Show) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    browser = show(folder, width=1440, height=900)
    plot = find(browser, "#front .wide .hit")
    tip = find(browser, "#tip")
    assert not tip.is_displayed()
    ActionChains(browser).move_to_element(plot).perform()
    assert tip.is_displayed()
    first, *lines = tip.text.splitlines()
    assert re.fullmatch(r"2025-\d\d-\d\d · day \+\d+", first)
    assert [line.rsplit(" ", 1)[0] for line in lines] == [
        "named lists, median",
        "mapped lists, median",
        "CSI 300",
    ]
    ActionChains(browser).move_to_element(find(browser, "h1")).perform()
    assert not tip.is_displayed()


def test_no_column_of_the_verdict_is_out_of_sight_on_a_desk(
    folder: Path, chinese: Path, show: Show
) -> None:
    for made in (folder, chinese):
        hidden = unfold(show(made, width=1440)).execute_script(
            "const box = document.querySelector('#verdict-0 .scroll');"
            "return box.scrollWidth - box.clientWidth"
        )
        assert hidden <= 0


def test_dark_follows_the_system_and_the_button_turns_it(folder: Path, show: Show) -> None:
    browser = show(folder, dark=True)
    ground = "return getComputedStyle(document.body).backgroundColor"
    ink = "return getComputedStyle(document.querySelector('#front .wide text')).fill"
    assert browser.execute_script(ground) == "rgb(20, 23, 28)"
    assert browser.execute_script(ink) == "rgb(232, 235, 239)"
    find(browser, "#theme").click()
    assert browser.execute_script(ground) == "rgb(255, 255, 255)"
    assert browser.execute_script(ink) == "rgb(27, 31, 36)"
    assert messages(browser) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_scrolls_only_downwards(
    language: str, dark: bool, folder: Path, chinese: Path, show: Show
) -> None:
    browser = show(folder if language == "en" else chinese, width=390, height=844, dark=dark)
    assert overflow(browser) <= 0
    unfold(browser)
    assert overflow(browser) <= 0
    assert all(count > 0 for _, count in browser.execute_script(DRAWN))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_every_horizon_and_says_where_a_table_goes_on(
    language: str, folder: Path, chinese: Path, show: Show
) -> None:
    browser = show(folder if language == "en" else chinese, width=390, height=844)
    right = browser.execute_script(
        "const cell = [...document.querySelectorAll('table.front thead th')]"
        ".find(head => head.textContent.startsWith('+60'));"
        "return cell.getBoundingClientRect().right"
    )
    assert right <= 390
    going_on = """
    const box = document.querySelector('.said .scroll');
    return [box.scrollWidth > box.clientWidth + 4, box.classList.contains('more'),
            getComputedStyle(box, '::before').content.length > 6];
    """
    wait(browser, f"return (() => {{{going_on}}})()[1]")
    assert browser.execute_script(going_on) == [True, True, True]
    browser.execute_script("document.querySelector('.said .scroll').scrollLeft = 9999")
    wait(browser, "return !document.querySelector('.said .scroll').classList.contains('more')")


def serious(browser: Any) -> list[tuple[str, Any]]:
    """What axe-core finds that would keep somebody out, everything unfolded."""
    axe = pytest.importorskip("axe_core_python", reason="axe-core is not installed")
    unfold(browser)
    source = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    browser.execute_script(source)
    report = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done)"
    )
    return [
        (found["id"], [node["target"] for node in found["nodes"]][:3])
        for found in report["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(
    language: str, dark: bool, folder: Path, chinese: Path, show: Show
) -> None:
    assert serious(show(folder if language == "en" else chinese, dark=dark)) == []


def test_it_prints_light_on_a4_with_every_fold_open(folder: Path, show: Show) -> None:
    import pypdf

    browser = show(folder, dark=True)
    printed = browser.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
    )
    pages = pypdf.PdfReader(io.BytesIO(base64.b64decode(printed["data"]))).pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} <= {
        (595, 842),
        (596, 842),
    }
    words = " ".join(page.extract_text() for page in pages)
    assert "How to read" in words
    assert "Placebo dates" in words
    assert len(pages) > 5  # what is folded on the screen is not on paper
    assert browser.execute_script("return document.querySelector('.part[open]')") is None
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert ground == "rgb(255, 255, 255)"


LIST = """\
broker: mine
broker_zh: "{name}"
theme: {{zh: "{name}", en: "{name}"}}
source: {{publisher: "{name}", title: "{name}", published: 2025-02-07}}
constituents:
{rows}
"""
NAMES = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=document.title='taken'>",
    "'=cmd|' /C calc'!A0",
    "=HYPERLINK(1)",
    "\u202eright to left\u2066",
    "长" * 200,
    "W" * 200,
    "</script><b>%{{x}} {{name}} ${{y}}</b>",
)


def hostile(folder: Path) -> Path:
    """A study of 40 lists with names that would break a careless page, one of every share."""
    lists = folder / "baskets" / "mine"
    lists.mkdir(parents=True)
    codes = sorted({s for basket in find_library().select(["*"]) for s in basket.symbols})
    for number in range(40):
        name = NAMES[number % len(NAMES)].format().replace('"', '\\"')
        held = codes if number == 0 else codes[number * 2 : number * 2 + 6]
        rows = "\n".join(
            f'  - {{symbol: {code}, name_zh: "{name}", stance: watch, origin: named}}'
            for code in held
        )
        stem = "<script>alert(1)<" if number == 1 else f"list-{number}"
        path = lists / f"{stem}.yaml"
        path.write_text(LIST.format(name=name, rows=rows), encoding="utf-8")
    study = folder / "hostile.yaml"
    study.write_text(
        "study: hostile\n"
        f'title: "{NAMES[0]}"\n'
        f'events: [{{id: own, at: "2025-01-20T20:19:44+08:00", name: "{NAMES[0]}"}}]\n'
        'baskets: ["mine/*"]\nprices: {source: sample}\nwindows: [[-5,-1], [0,5], [0,20]]\n',
        encoding="utf-8",
    )
    return study


@pytest.mark.slow
def test_a_hostile_study_is_text_and_stays_usable(tmp_path: Path, show: Show) -> None:
    made = run(hostile(tmp_path))
    folder = made.write(tmp_path / "results", ("page", "figures", "xlsx", "docx"), full=True)
    browser = show(folder, width=390, height=844)
    assert messages(browser) == []
    assert requests(browser) == []
    assert overflow(browser) <= 0
    assert browser.title == NAMES[0]
    assert NAMES[0] in browser.execute_script("return document.querySelector('h1').textContent")
    assert all(count > 0 for _, count in unfold(browser).execute_script(DRAWN))
    assert overflow(browser) <= 0
    shares = browser.execute_script(
        "return Math.max(...[...document.querySelectorAll('#lists-0 tbody')]"
        ".map(b => b.rows.length))"
    )
    assert shares == 118
    assert (folder / "report.html").stat().st_size < 3_000_000
    browser = show(folder, width=1440)
    assert overflow(browser) <= 0
    assert messages(browser) == []
    opens_as_office_files(folder)


def opens_as_office_files(folder: Path) -> None:
    """No text of the workbook is a formula, and the Word file holds the names as they are."""
    import docx
    import openpyxl

    book = openpyxl.load_workbook(folder / "tables.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    names = {row[0] for row in book["constituents"].iter_rows(values_only=True)}
    assert names
    document = docx.Document(str(folder / "appendix.docx"))
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    assert NAMES[0] in words
    assert len(document.inline_shapes) > 0
