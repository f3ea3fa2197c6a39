"""Baskets are found by id, glob or path, nearest folder first."""

from __future__ import annotations

from pathlib import Path

import pytest

from basketbt.errors import InvalidFile, RefusedPath
from basketbt.lists.checks import naming_notes
from basketbt.lists.library import find_library
from basketbt.shipped import shipped
from support.written import Lists, share, write_lines

SHARE = "688111.SH"


def test_an_id_a_glob_and_a_path_find_the_same_basket(lists: Lists) -> None:
    path = lists.write("mine/a", SHARE)
    library = find_library(lists.folder)
    (by_id,) = library.select(["mine/a"])
    assert library.select(["mine/*"]) == library.select([str(path)]) == (by_id,)
    assert by_id.symbols == ("688111.SH",)


def test_patterns_keep_their_order_and_a_basket_comes_once(lists: Lists) -> None:
    for name in ("b", "a", "c"):
        lists.write(f"mine/{name}", SHARE)
    chosen = find_library(lists.folder).select(["mine/c", "mine/*"])
    assert [basket.id for basket in chosen] == ["mine/c", "mine/a", "mine/b"]


def test_a_list_of_your_own_stands_in_for_the_shipped_one(lists: Lists) -> None:
    lists.write("guojin/software", SHARE)
    library = find_library(lists.folder)
    assert library.select(["guojin/software"])[0].symbols == ("688111.SH",)
    assert len(library.select(["guojin/cybersecurity"])[0].symbols) == 7


def test_the_nearest_folder_above_a_study_is_used(lists: Lists, tmp_path: Path) -> None:
    lists.write("mine/a", SHARE)
    below = tmp_path / "studies" / "2025"
    below.mkdir(parents=True)
    assert find_library(start=below).roots == (lists.folder.resolve(), shipped("baskets"))


def test_without_a_folder_of_your_own_there_are_the_shipped_lists(tmp_path: Path) -> None:
    assert find_library(start=tmp_path).roots == (shipped("baskets"),)


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedPath, match="not a folder"):
        find_library(tmp_path / "none")


def test_a_study_cannot_reach_a_file_outside_its_folder(lists: Lists, tmp_path: Path) -> None:
    lists.write("mine/a", SHARE)
    study = tmp_path / "study"
    study.mkdir()
    (study / "link.yaml").symlink_to(lists.folder / "mine/a.yaml")
    for place in ("../baskets/mine/a.yaml", "link.yaml"):
        with pytest.raises(RefusedPath, match="outside the folder"):
            lists.library.select([place], folder=study)


def test_a_link_out_of_the_library_is_refused(lists: Lists, tmp_path: Path) -> None:
    path = lists.write("mine/a", SHARE)
    outside = tmp_path / "outside.yaml"
    path.rename(outside)
    path.symlink_to(outside)
    with pytest.raises(RefusedPath, match="outside the folder"):
        lists.library.files()


def test_a_list_in_another_brokers_folder_is_a_problem(lists: Lists) -> None:
    path = lists.write("mine/a", SHARE)
    (lists.folder / "other").mkdir()
    path.rename(lists.folder / "other" / "a.yaml")
    with pytest.raises(InvalidFile, match=r"a\.yaml:1: broker is 'mine'.*folder 'other'"):
        lists.basket("other/a")


class TestDigest:
    def test_is_the_same_for_another_place_and_layout(self, lists: Lists, tmp_path: Path) -> None:
        lists.write("mine/a", share("688111.SH", name_zh="金山办公"), "6682.HK")
        block = [
            "- symbol: '688111.SH'   # a comment",
            "  origin: named",
            "  stance: watch",
            "  name_zh: 金山办公",
            "- {origin: named, lot: 100, symbol: 06682.hk, name_zh: 名, stance: watch}",
        ]
        written = write_lines(lists.project, "mine/b", "constituents:", *block)
        one = lists.basket("mine/a")
        other = lists.library.load(written.rename(tmp_path / "elsewhere.yaml"))
        assert one.digest == other.digest
        assert one.id != other.id

    def test_changes_with_the_content(self, lists: Lists) -> None:
        lists.write("mine/a", SHARE)
        lists.write("mine/b", share(SHARE, stance="recommend"))
        assert lists.basket("mine/a").digest != lists.basket("mine/b").digest


class TestNames:
    @pytest.mark.parametrize(
        ("symbol", "name"),
        [
            *(
                ("300378.SZ", name)
                for name in ("鼎捷数智", "鼎捷软件", "'*ST鼎捷数智'", "鼎捷数智-U")
            ),
            ("600519.SH", "茅台"),  # a part of its name
            ("000004.SZ", "ST国华"),  # names of special treatment are names
            ("871888.BJ", "某某"),  # the table lacks it: it may be called anything
        ],
    )
    def test_a_known_or_former_name_is_fine(self, lists: Lists, symbol: str, name: str) -> None:
        lists.write("mine/a", share(symbol, name_zh=name))
        assert naming_notes(lists.basket("mine/a")) == ()
