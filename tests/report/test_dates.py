"""Lists of different dates: each says its own days, and what a reader could have had."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import basketbt as bb
from basketbt.api import run
from basketbt.report.views import document
from basketbt.report.views.blocks import Prose
from support.pages import grid, percent, rows
from support.written import share, write_list, write_study


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of one list of 7 February and one of 28 February."""
    home = tmp_path_factory.mktemp("dated")
    first = share("688111.SH", name_zh="金山办公")
    write_list(home, "mine/early", first, share("002230.SZ", name_zh="科大讯飞"))
    late = share("600588.SH", name_zh="用友网络")
    write_list(home, "mine/late", first, late, published="2025-02-28")
    lists = {"baskets": "[mine/early, mine/late]", "prices": "{source: sample}"}
    return run(write_study(home, **lists)).write(home / "results", ["page"])


def test_each_window_has_one_column_and_each_list_its_own_days_in_it(dated: Path) -> None:
    verdict = grid(dated, "Each list around")
    assert len(set(verdict.heads)) == len(verdict.heads)
    for row in rows(dated, "summary"):
        head = {"hindsight": "Hindsight", "available": "Available"}.get(row["window"])
        if head:
            assert verdict.column(head)[row["basket"]] == percent(row["total_return"])
    every = grid(dated, "Total return of each list in each window")
    assert len(set(every.heads)) == len(every.heads)
    page = (dated / "report.html").read_text("utf-8")
    for days in ("[0,+7]", "[+8,+60]", "[0,+22]", "[+23,+60]"):
        assert f"<small>{days}</small>" in page
        assert f"Return {'Hindsight' if days[1] == '0' else 'Available'} {days}" in page


def test_a_chart_names_the_list_at_its_line_and_is_hindsight_until_the_last_is_out(
    dated: Path,
) -> None:
    page = (dated / "report.html").read_text("utf-8")
    drawn = page.split('id="chart-levels-0"', 1)[1].split('class="narrow"')[0]
    lists = dict(re.findall(r">(2025-\d\d-\d\d) a reader can trade ([^<]+)<", drawn))
    assert {day: name.split("(")[-1].rstrip(")") for day, name in lists.items()} == {
        "2025-02-10": "mine/early",
        "2025-03-03": "mine/late",
    }
    assert "hindsight: not all published yet" in drawn
    assert "of a list only what follows its own dashed line could be had" in page
    assert (
        "The list mine/early was published on 2025-02-07. A reader could trade from 2025-02-10"
        in page
    )
    assert "1 lists" not in page.partition("<script>")[0]


SHARES = (share("688111.SH", name_zh="金山办公"), share("300378.SZ", name_zh="鼎捷数智"))


def memo(folder: Path, *published: str, lang: str = "en") -> str:
    return made(folder, *published, lang=lang).memo


def made(folder: Path, *published: str, lang: str = "en", shares: int = 2) -> bb.Run:
    for number, day in enumerate(published):
        write_list(folder, f"mine/list{number}", *SHARES[:shares], published=day)
    asked = {"benchmarks": "000300.SH", "windows": "[[0, 20]]", "prices": "{source: sample}"}
    study = write_study(folder, baskets="mine/*", **asked)
    return bb.run(study, overrides=[f"language={lang}"])


def test_a_list_published_before_the_event_has_no_hindsight_part(tmp_path: Path) -> None:
    said = memo(tmp_path, "2024-02-07")
    assert "The list was published on 2024-02-07, before day 0" in said
    assert "Out before the event and so from day 0, 2025-01-21, 1 named list had made" in said
    assert "by the study's end (2025-02-26)" in said
    assert "a reader could trade," not in said


def test_lists_of_one_date_have_one_median(tmp_path: Path) -> None:
    said = memo(tmp_path, "2025-02-07", "2025-02-07")
    assert "2 named lists had made a median of" in said
    assert "not one a reader could buy at" in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lists_of_several_dates_are_never_mixed(tmp_path: Path, lang: str) -> None:
    said = memo(tmp_path, "2024-02-07", "2025-02-07", "2026-01-05", lang=lang)
    if lang == "en":
        assert "Out before the event and so from day 0, 2025-01-21, 1 named list" in said
        assert "From 2025-02-10, when a reader could first trade, 1 named list had made" in said
        assert "The study's last session came before a reader of 1 named list could trade" in said
        assert "Not over yet: 1 session (2026-01-06), 5 sessions (2026-01-12)" in said
        assert "1 named lists" not in said
        assert "a median" not in said
    else:
        for day in ("2025-01-21", "2025-02-10", "2026-01-06"):
            assert day in said.split("### ")[1]
        assert "收益中位数" not in said


@pytest.mark.parametrize(
    ("kept", "lang", "said", "unsaid"),
    [
        (1, "en", "its one share, Jinshan Bangong 688111.SH, returned", "least ("),
        (1, "zh", "唯一成分股金山办公 688111.SH收益", "贡献"),
        (2, "en", "gave", "most ("),
        (2, "zh", "贡献", "最大为"),
    ],
)
def test_one_share_is_not_compared_with_itself_nor_two_by_most_and_least(
    kept: int, lang: str, said: str, unsaid: str, tmp_path: Path
) -> None:
    blocks = document(made(tmp_path, "2025-02-07", lang=lang, shares=kept).data).blocks
    lines = [one.text for one in blocks if isinstance(one, Prose)]
    assert sum(said in line for line in lines) == 1
    assert not any(unsaid in line for line in lines)
