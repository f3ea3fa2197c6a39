"""Lists of different publication dates on one page: each says its own days, and nothing twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from basketbt.api import run
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
    data = json.loads(page.split('id="data"', 1)[1].split(">", 1)[1].split("</script>")[0])
    levels = data["levels-0"]
    readers = {mark["x"]: mark["label"] for mark in levels["marks"] if mark["kind"] == "reader"}
    assert readers == {
        "2025-02-10": "a reader can trade mine/early",
        "2025-03-03": "a reader can trade mine/late",
    }
    shaded = [shade["to"] for shade in levels["shades"] if shade["kind"] == "hindsight"]
    assert shaded == ["2025-03-03"]
    assert "of a list only what follows its own dashed line could be had" in page
    assert (
        "The list mine/early was published on 2025-02-07. A reader could trade from 2025-02-10"
        in page
    )
    assert "1 lists" not in page.partition("<script>")[0]
