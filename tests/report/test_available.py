"""What a reader could have had, said of lists that were published before, after and too late."""

from __future__ import annotations

from pathlib import Path

import pytest

import basketbt as bb
from support.written import share, write_list, write_study

SHARES = (share("688111.SH", name_zh="金山办公"), share("300378.SZ", name_zh="鼎捷数智"))


def memo(folder: Path, *published: str, lang: str = "en", shares: int = 2) -> str:
    for number, day in enumerate(published):
        write_list(folder, f"mine/list{number}", *SHARES[:shares], published=day)
    asked = {"benchmarks": "000300.SH", "windows": "[[0, 20]]", "prices": "{source: sample}"}
    study = write_study(folder, baskets="mine/*", **asked)
    return bb.run(study, overrides=[f"language={lang}"]).memo


def test_a_list_published_before_the_event_has_no_hindsight_part(tmp_path: Path) -> None:
    said = memo(tmp_path, "2024-02-07")
    assert "The list was published on 2024-02-07, before day 0" in said
    assert "The list came out before day 0; from day 0 to 2025-02-26 it made" in said
    assert "a reader could trade," not in said


def test_lists_of_one_date_have_one_median(tmp_path: Path) -> None:
    said = memo(tmp_path, "2025-02-07", "2025-02-07")
    assert "the 2 lists had made a median of" in said
    assert "not one a reader could buy at" in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lists_of_several_dates_are_never_mixed(tmp_path: Path, lang: str) -> None:
    said = memo(tmp_path, "2024-02-07", "2025-02-07", "2026-01-05", lang=lang)
    if lang == "en":
        assert "The list published on 2024-02-07 came out before day 0" in said
        assert "the list published on 2025-02-07 had made" in said
        assert "The list published on 2026-01-05 came out after the study's" in said
        assert "1 lists" not in said
        assert "0 lists" not in said
        assert "median" not in said
    else:
        for day in ("2024-02-07", "2025-02-07", "2026-01-05"):
            assert day in said.split("### ")[1]
        assert "中位数" not in said


@pytest.mark.parametrize(
    ("kept", "lang", "said", "unsaid"),
    [
        (1, "en", "its one share, 金山办公 688111.SH, returned", "least ("),
        (1, "zh", "唯一成分金山办公 688111.SH收益", "贡献"),
        (2, "en", "gave", "most ("),
        (2, "zh", "贡献", "最大为"),
    ],
)
def test_one_share_is_not_compared_with_itself_nor_two_by_most_and_least(
    kept: int, lang: str, said: str, unsaid: str, tmp_path: Path
) -> None:
    told = memo(tmp_path, "2025-02-07", lang=lang, shares=kept).splitlines()
    (line,) = [line for line in told if "我的" in line or "mine · Test" in line]
    assert said in line
    assert unsaid not in line
