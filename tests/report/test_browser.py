"""The page in a real browser, opened from disk with no network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basketbt.api import run
from basketbt.lists.library import find_library

Show = Callable[..., Any]

DRAWN = """
return [...document.querySelectorAll('[data-chart]')].map(plot => [
  plot.dataset.chart,
  [...plot.querySelectorAll('.scatterlayer .js-line, .bars path, .barlayer path')]
    .filter(path => path.getTotalLength() > 0).length,
])
"""


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


def traces(browser: Any, chart: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.execute_script(
        "return document.querySelector(`[data-chart='${arguments[0]}']`).data"
        ".map(t => ({meta: t.meta, visible: t.visible !== false, fill: t.fill}))",
        chart,
    )
    return found


def axis(browser: Any, chart: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = browser.execute_script(
        "const a = document.querySelector(`[data-chart='${arguments[0]}']`).layout[arguments[1]];"
        "return {type: a.type, range: a.range}",
        chart,
        name,
    )
    return found


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
    drawn = dict(show(folder).execute_script(DRAWN))
    kinds = {"levels-0", "underwater-0", "car-0", "shortfall-0", "placebo-0", "publication-0-0"}
    assert set(drawn) == kinds
    assert all(count > 0 for count in drawn.values()), drawn


def test_every_chart_says_inside_itself_what_was_hindsight(folder: Path, show: Show) -> None:
    said = show(folder).execute_script(
        "return [...document.querySelectorAll('[data-chart]')]"
        ".map(p => [p.dataset.chart, p.textContent])"
    )
    assert said
    for chart, text in said:  # the curves after publication hold nothing of it
        assert ("hindsight" in text) != chart.startswith("publication-"), chart


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

    heading = find(browser, "#verdict-0 thead .sort", "[0,+5]")
    as_written = browser.execute_script(column)
    heading.click()
    assert browser.execute_script(column) == sorted(as_written, reverse=True)
    heading.send_keys(Keys.ENTER)
    assert browser.execute_script(column) == sorted(as_written)
    state = browser.execute_script("return arguments[0].closest('th').ariaSort", heading)
    assert state == "ascending"


def test_a_line_can_be_hidden_in_all_charts_of_an_event_and_shown_again(
    folder: Path, show: Show
) -> None:
    browser = show(folder)
    key = find(browser, "[data-line='galaxy/telecom']")
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    for chart in ("levels-0", "underwater-0", "car-0"):
        hidden = [t["meta"] for t in traces(browser, chart) if not t["visible"]]
        assert hidden == ["galaxy/telecom"]
    find(browser, "[data-all='false']").click()
    assert not any(t["visible"] for t in traces(browser, "levels-0"))
    find(browser, "[data-all='true']").click()
    assert all(t["visible"] for t in traces(browser, "levels-0"))


def test_presets_choose_a_range_and_the_log_switch_a_scale(folder: Path, show: Show) -> None:
    browser = show(folder)
    preset = find(browser, "#chart-levels-0 .tools button", "[0,+5]")
    preset.click()
    assert axis(browser, "levels-0", "xaxis")["range"] == ["2025-01-20", "2025-02-05"]
    assert preset.get_attribute("aria-pressed") == "true"
    log = find(browser, "#chart-levels-0 .tools [data-log]")
    log.click()
    assert axis(browser, "levels-0", "yaxis")["type"] == "log"
    log.click()
    assert axis(browser, "levels-0", "yaxis")["type"] == "linear"


def test_choosing_a_list_shows_its_band(folder: Path, show: Show) -> None:
    from selenium.webdriver.support.select import Select

    browser = show(folder)
    choice = Select(find(browser, "#chart-car-0 select"))
    choice.select_by_visible_text("guojin/xinchuang")
    shown = traces(browser, "car-0")
    assert {trace["meta"] for trace in shown} == {"guojin/xinchuang"}
    assert [trace["fill"] for trace in shown].count("tonexty") == 1


def test_a_line_that_is_pointed_at_stands_out_in_all_charts_of_its_event(
    folder: Path, show: Show
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    browser = show(folder)
    bright = """
    return ['levels-0', 'underwater-0', 'car-0'].map(id =>
      [...document.querySelectorAll(`[data-chart='${id}'] .scatterlayer .trace`)]
        .filter(trace => trace.style.opacity !== '0.15').length)
    """
    everything = browser.execute_script(bright)
    key = find(browser, "[data-line='galaxy/telecom']")
    ActionChains(browser).move_to_element(key).perform()
    assert browser.execute_script(bright) == [1, 1, 1]
    heading = find(browser, "#chart-levels-0 figcaption")
    ActionChains(browser).move_to_element(heading).perform()
    assert browser.execute_script(bright) == everything == [4, 3, 3]


def test_the_lines_are_named_at_their_ends_where_there_is_room(folder: Path, show: Show) -> None:
    said = "return document.querySelector(\"[data-chart='levels-0']\").textContent"
    names = ("guojin/cybersecurity", "guojin/xinchuang", "galaxy/telecom")
    assert all(name in show(folder).execute_script(said) for name in names)
    assert not any(name in show(folder, width=390).execute_script(said) for name in names)


def test_on_paper_charts_are_as_wide_as_a_page_and_whole(folder: Path, show: Show) -> None:
    browser = show(folder, width=1440)
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    widths = browser.execute_script(
        "return [...document.querySelectorAll('[data-chart]')].map(p => p.layout.width)"
    )
    assert widths
    assert max(widths) <= 184 / 25.4 * 96  # the text width of A4 in CSS pixels
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    again = browser.execute_script(
        "return document.querySelector(\"[data-chart='levels-0']\").layout.width"
    )
    assert again > 1000


def test_no_column_of_the_verdict_is_out_of_sight_on_a_desk(
    folder: Path, chinese: Path, show: Show
) -> None:
    for made in (folder, chinese):
        hidden = show(made, width=1440).execute_script(
            "const box = document.querySelector('#verdict-0 .scroll');"
            "return box.scrollWidth - box.clientWidth"
        )
        assert hidden <= 0


def test_dark_follows_the_system_and_the_button_turns_it(folder: Path, show: Show) -> None:
    browser = show(folder, dark=True)
    ground = "return getComputedStyle(document.body).backgroundColor"
    paper = "return document.querySelector('[data-chart]').layout.paper_bgcolor"
    assert browser.execute_script(ground) == "rgb(20, 23, 28)"
    assert browser.execute_script(paper) == "#14171c"
    find(browser, "#theme").click()
    assert browser.execute_script(ground) == "rgb(255, 255, 255)"
    assert browser.execute_script(paper) == "#fff"
    assert messages(browser) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_scrolls_only_downwards(
    language: str, dark: bool, folder: Path, chinese: Path, show: Show
) -> None:
    browser = show(folder if language == "en" else chinese, width=390, height=844, dark=dark)
    assert overflow(browser) <= 0
    assert all(count > 0 for _, count in browser.execute_script(DRAWN))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(
    language: str, dark: bool, folder: Path, chinese: Path, show: Show
) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core is not installed")
    browser = show(folder if language == "en" else chinese, dark=dark)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    source = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    browser.execute_script(source)
    report = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(done)"
    )
    serious = [
        (found["id"], [node["target"] for node in found["nodes"]][:3])
        for found in report["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_it_prints_on_a4_with_every_list_open(folder: Path, show: Show) -> None:
    browser = show(folder, dark=True)
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert len(printed["data"]) > 50_000
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.execute_script("return document.querySelector('.fold:not([open])')") is None
    assert browser.execute_script("return document.documentElement.dataset.theme") == "light"
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert browser.execute_script("return document.documentElement.dataset.theme") == "dark"


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
    folder = made.write(tmp_path / "results", ("page", "figures", "xlsx", "docx"))
    browser = show(folder, width=390, height=844)
    assert messages(browser) == []
    assert requests(browser) == []
    assert overflow(browser) <= 0
    assert browser.title == NAMES[0]
    assert NAMES[0] in browser.execute_script("return document.querySelector('h1').textContent")
    assert all(count > 0 for _, count in browser.execute_script(DRAWN))
    shares = browser.execute_script(
        "return Math.max(...[...document.querySelectorAll('#lists-0 tbody')]"
        ".map(b => b.rows.length))"
    )
    assert shares == 118
    assert (folder / "report.html").stat().st_size < 6_000_000
    browser = show(folder, width=1440)
    assert overflow(browser) <= 0
    assert messages(browser) == []
    opens_as_office_files(folder)


def opens_as_office_files(folder: Path) -> None:
    """No text of the workbook is a formula, and the Word file holds the names as they are."""
    import docx
    import openpyxl

    book = openpyxl.load_workbook(folder / "summary.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    names = {row[0] for row in book["constituents"].iter_rows(values_only=True)}
    assert names
    document = docx.Document(str(folder / "appendix.docx"))
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    assert NAMES[0] in words
    assert len(document.inline_shapes) > 0
