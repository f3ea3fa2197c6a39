"""Baskets are found by id, glob or path, nearest folder first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from basketbt.baskets.catalogue import known_names
from basketbt.baskets.checks import naming_notes
from basketbt.baskets.library import Library, find_library
from basketbt.errors import InvalidFile, RefusedPath, UnknownName
from basketbt.shipped import shipped

Write = Callable[..., Path]

SHARE = "  - {symbol: 688111.SH, name_zh: 金山办公, stance: recommend, origin: named}"
OTHER = "  - {symbol: 6682.HK, name_zh: 第四范式, stance: watch, origin: named, lot: 100}"


def test_an_id_a_glob_and_a_path_find_the_same_basket(write: Write, library_folder: Path) -> None:
    path = write("mine/a", "constituents:", SHARE)
    library = find_library(library_folder)
    (by_id,) = library.select(["mine/a"])
    assert library.select(["mine/*"]) == library.select([str(path)]) == (by_id,)
    assert by_id.symbols == ("688111.SH",)


def test_patterns_keep_their_order_and_a_basket_comes_once(
    write: Write, library_folder: Path
) -> None:
    for name in ("b", "a", "c"):
        write(f"mine/{name}", "constituents:", SHARE)
    chosen = find_library(library_folder).select(["mine/c", "mine/*"])
    assert [basket.id for basket in chosen] == ["mine/c", "mine/a", "mine/b"]


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'guojin/software'"):
        find_library().select(["guojin/sofware"])


def test_a_glob_without_a_match_is_an_error() -> None:
    with pytest.raises(UnknownName):
        find_library().select(["nobody/*"])


def test_a_list_of_your_own_stands_in_for_the_shipped_one(
    write: Write, library_folder: Path
) -> None:
    write("guojin/software", "constituents:", SHARE)
    library = find_library(library_folder)
    assert library.basket("guojin/software").symbols == ("688111.SH",)
    assert len(library.basket("guojin/cybersecurity").symbols) == 7


def test_the_nearest_folder_above_a_study_is_used(
    write: Write, library_folder: Path, tmp_path: Path
) -> None:
    write("mine/a", "constituents:", SHARE)
    below = tmp_path / "studies" / "2025"
    below.mkdir(parents=True)
    assert find_library(start=below).roots == (library_folder.resolve(), shipped("baskets"))


def test_without_a_folder_of_your_own_there_are_the_shipped_lists(tmp_path: Path) -> None:
    assert find_library(start=tmp_path).roots == (shipped("baskets"),)


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedPath, match="not a folder"):
        find_library(tmp_path / "none")


def test_a_study_cannot_reach_a_file_outside_its_folder(
    write: Write, library_folder: Path, tmp_path: Path
) -> None:
    write("mine/a", "constituents:", SHARE)
    study = tmp_path / "study"
    study.mkdir()
    with pytest.raises(RefusedPath, match="outside the folder"):
        Library((library_folder,)).select(["../baskets/mine/a.yaml"], folder=study)


def test_a_link_out_of_the_library_is_refused(
    write: Write, library_folder: Path, tmp_path: Path
) -> None:
    path = write("mine/a", "constituents:", SHARE)
    outside = tmp_path / "outside.yaml"
    path.rename(outside)
    path.symlink_to(outside)
    with pytest.raises(RefusedPath, match="outside the folder"):
        Library((library_folder,)).files()


def test_a_list_in_another_brokers_folder_is_a_problem(write: Write, library_folder: Path) -> None:
    path = write("mine/a", "constituents:", SHARE)
    (library_folder / "other").mkdir()
    path.rename(library_folder / "other" / "a.yaml")
    with pytest.raises(InvalidFile, match=r"a\.yaml:1: broker is 'mine'.*folder 'other'"):
        Library((library_folder,)).basket("other/a")


class TestDigest:
    def test_is_the_same_for_another_place_and_layout(
        self, write: Write, library_folder: Path, tmp_path: Path
    ) -> None:
        write("mine/a", "constituents:", SHARE, OTHER)
        block = [
            "constituents:",
            "- symbol: '688111.SH'   # a comment",
            "  origin: named",
            "  stance: recommend",
            "  name_zh: 金山办公",
            "- symbol: 06682.hk",
            "  name_zh: 第四范式",
            "  stance: watch",
            "  origin: named",
            "  lot: 100",
        ]
        elsewhere = write("mine/b", *block).rename(tmp_path / "elsewhere.yaml")
        library = Library((library_folder,))
        one, other = library.basket("mine/a"), library.load(elsewhere)
        assert one.digest == other.digest
        assert one.id != other.id

    def test_changes_with_the_content(self, write: Write, library_folder: Path) -> None:
        write("mine/a", "constituents:", SHARE)
        write("mine/b", "constituents:", SHARE.replace("recommend", "watch"))
        library = Library((library_folder,))
        assert library.basket("mine/a").digest != library.basket("mine/b").digest


class TestNames:
    @pytest.mark.parametrize("name", ["鼎捷数智", "鼎捷软件", "*ST鼎捷数智", "鼎捷数智-U"])
    def test_a_known_or_former_name_is_fine(
        self, write: Write, library_folder: Path, name: str
    ) -> None:
        row = f"  - {{symbol: 300378.SZ, name_zh: '{name}', stance: watch, origin: named}}"
        write("mine/a", "constituents:", row)
        basket = Library((library_folder,)).basket("mine/a")
        assert naming_notes(basket, known_names()) == ()

    def test_an_unknown_name_is_a_note_in_both_languages(
        self, write: Write, library_folder: Path
    ) -> None:
        row = "  - {symbol: 300378.SZ, name_zh: 鼎龙股份, stance: watch, origin: named}"
        write("mine/a", "constituents:", row)
        (note,) = naming_notes(Library((library_folder,)).basket("mine/a"), known_names())
        assert note.kind.severity == "warning"
        assert "known as 鼎捷数智 (formerly 鼎捷软件)" in note.text("en")
        assert "300378.SZ" in note.text("zh")

    def test_a_share_that_no_shipped_list_holds_may_be_called_anything(
        self, write: Write, library_folder: Path
    ) -> None:
        row = "  - {symbol: 600519.SH, name_zh: 茅台, stance: watch, origin: named}"
        write("mine/a", "constituents:", row)
        basket = Library((library_folder,)).basket("mine/a")
        assert naming_notes(basket, known_names()) == ()
