"""Tables that cannot be read: what is wrong, where, and what to do about it."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import pytest

from basketbt.data.sources.files import FilesSource, TableSpec
from basketbt.data.sources.files.folder import NoTables
from basketbt.data.sources.files.headers import near_misses
from basketbt.data.sources.files.spec import Kind
from basketbt.errors import InvalidFile, RefusedPath
from support.tables import ENGLISH, load, same_prices, write


@pytest.mark.parametrize("path", ["../bars.csv", "/etc/passwd", "sub/../../bars.csv"])
def test_a_path_outside_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    write(tmp_path / "bars.csv", ENGLISH)
    with pytest.raises(RefusedPath):
        FilesSource(folder, (TableSpec(path=path),))


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    outside = write(tmp_path / "secret.csv", ENGLISH)
    (folder / "bars.csv").symlink_to(outside)
    with pytest.raises(RefusedPath, match="leads out of"):
        FilesSource(folder)
    (folder / "bars.csv").unlink()
    write(folder / "2025.csv", ENGLISH)
    (folder / "bars.csv").symlink_to(folder / "2025.csv")
    same_prices(load(folder, "688111.SH", "000034.SZ"))


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").mkdir()
    with pytest.raises(RefusedPath, match="plain file"):
        FilesSource(tmp_path)
    (tmp_path / "bars.csv").rmdir()
    os.mkfifo(tmp_path / "bars.csv")
    with pytest.raises(RefusedPath, match="plain file"):
        FilesSource(tmp_path)


def test_a_folder_that_does_not_exist_or_holds_no_prices(tmp_path: Path) -> None:
    with pytest.raises(RefusedPath, match="no such"):
        FilesSource(tmp_path / "nowhere")
    write(tmp_path / "prices-2025.csv", ENGLISH)
    with pytest.raises(NoTables, match=r"prices-2025\.csv"):
        FilesSource(tmp_path)


def test_two_files_for_one_table_are_not_chosen_between(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", ENGLISH)
    write(tmp_path / "bars.parquet", "")
    with pytest.raises(RefusedPath, match=r"beside bars\.csv"):
        FilesSource(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,symbol,close\n2025-01-21,688111.SH,ten\n", r"bars\.csv:2: close holds 'ten'"),
        ("date,symbol,close\n21.01.2025,688111.SH,10\n", r"bars\.csv:2: date holds '21\.01\.2025'"),
        ("date,symbol,price\n2025-01-21,688111.SH,10\n", r"bars\.csv:1: no column for close"),
        ("date,symbol,收盘,收盘价\n2025-01-21,688111.SH,1,2\n", r"close could be any of .*收盘价"),
        ("date,symbol,close\n2025-01-21,688111.SH\n", r"bars\.csv:1: not a CSV table"),
        ("", r"bars\.csv:1: cannot be read"),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, text: str, said: str
) -> None:
    write(tmp_path / "bars.csv", text)
    with pytest.raises(InvalidFile, match=said):
        load(tmp_path, "688111.SH")


@pytest.mark.parametrize("name", ["bars.parquet", "bars.xlsx", "bars.csv.gz"])
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, "not at all")
    with pytest.raises(InvalidFile, match=name.replace(".", r"\.")):
        load(tmp_path, "688111.SH")


@pytest.mark.parametrize(
    ("headers", "kind", "misses"),
    [
        (["date", "symbol", "close", "adj_factr"], "bars", [("adj_factr", "adj_factor", "factor")]),
        (["date", "symbol", "close", "adj_factor", "adj_factr"], "bars", []),
        (
            ["date", "symbol", "total", "tradable_shares"],
            "shares",
            [("tradable_shares", "tradable", "tradable")],
        ),
        (["日期", "代码", "收盘价", "复权因数"], "bars", [("复权因数", "复权因子", "factor")]),
        (["date", "symbol", "close", "name", "pct_chg", "pre_close", "备注"], "bars", []),
    ],
)
def test_a_header_that_looks_like_a_slip_is_named_with_what_was_meant(
    headers: list[str], kind: Kind, misses: list[tuple[str, str, str]]
) -> None:
    assert list(near_misses(headers, kind, {})) == misses


def test_a_header_that_the_study_maps_is_no_slip() -> None:
    headers = ["date", "symbol", "close", "adj_factr"]
    assert near_misses(headers, "bars", {"adj_factr": "factor"}) == ()


@pytest.mark.parametrize("cell", ["1_000", "10。5", "0x10", "1 000"])
def test_the_line_named_is_that_of_the_cell_that_cannot_be_read(tmp_path: Path, cell: str) -> None:
    text = ENGLISH.replace("000034.SZ,20.5", f"000034.SZ,{cell}")
    write(tmp_path / "bars.csv", text)
    with pytest.raises(InvalidFile) as caught:
        load(tmp_path, "688111.SH", "000034.SZ")
    assert f"bars.csv:5: open holds '{cell}', which is no number" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff\xfed\x00a", 1),
        (ENGLISH.encode() + b"2025-01-23,688111.SH,\xe9\n", 6),
        ("日期,代码,名称,收盘\n2025-01-21,688111.SH,金".encode("gbk")[:-1] + b",10\n", 2),
    ],
    ids=["half of UTF-16", "Latin-1", "cut GBK"],
)
def test_a_text_in_no_known_encoding_is_refused_with_its_line(
    tmp_path: Path, content: bytes, line: int
) -> None:
    (tmp_path / "bars.csv").write_bytes(content)
    with pytest.raises(InvalidFile, match=rf"bars\.csv:{line}: .*neither UTF-8 nor GBK") as caught:
        load(tmp_path, "688111.SH")
    assert "Save the table as UTF-8." in str(caught.value)


def test_a_day_as_excel_counts_it_is_the_date_it_means(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", ENGLISH.replace("2025-01-22", "45679"))
    same_prices(load(tmp_path, "688111.SH", "000034.SZ"))


def test_a_gzip_that_swells_is_stopped_early(tmp_path: Path) -> None:
    header = b"date,symbol,close\n"
    with gzip.open(tmp_path / "bars.csv.gz", "wb") as file:
        file.write(header)
        for _ in range(80):
            file.write(b"\n" * 1024**2)
    tracemalloc.start()
    with pytest.raises(RefusedPath, match="more than 64 MiB of text"):
        load(tmp_path, "688111.SH")
    assert tracemalloc.get_traced_memory()[1] < 80 * 1024**2
    tracemalloc.stop()
