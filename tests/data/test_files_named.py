"""Codes without an exchange, one file a share, patterns, and what `prices inspect` says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from basketbt.cli.main import app
from basketbt.config.user import prices_folder, set_prices_folder
from basketbt.data.sources.files import FilesSource, TableSpec
from basketbt.data.sources.files.codes import canonical, code_in_name
from basketbt.data.sources.files.layouts import LAYOUTS, adjustment_of
from basketbt.data.validation.check import check
from basketbt.errors import BadPrices, InvalidFile, RefusedPath
from support.tables import ENGLISH, load, write
from support.zoo import LAYOUTS as ZOO
from support.zoo_market import truth
from support.zoo_writing import indexes

HEADER = "date,code,close\n"


@pytest.mark.parametrize("code", ["688111", "'688111", "６８８１１１", '"=""688111"""'])
def test_a_code_that_is_one_security_needs_no_exchange(tmp_path: Path, code: str) -> None:
    write(tmp_path / "bars.csv", f"{HEADER}2025-01-21,{code},10\n")
    assert load(tmp_path, "688111.SH").bars.symbols == ("688111.SH",)


@pytest.mark.parametrize("digits", ["000001", "000688", "1"])
def test_a_code_that_is_two_securities_is_refused_with_both(tmp_path: Path, digits: str) -> None:
    write(tmp_path / "bars.csv", f"{HEADER}2025-01-21,{digits},10\n2025-01-21,600519,10\n")
    whole = digits.zfill(6)
    with pytest.raises(
        InvalidFile, match=rf"{whole}\.SH is an index, {whole}\.SZ is a share"
    ) as no:
        load(tmp_path, f"{whole}.SZ")
    assert "`exchange:` or `symbol:`" in str(no.value)


def test_digits_of_a_share_whose_index_nobody_uses_are_the_share(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", f"{HEADER}2025-01-21,000977,10\n2025-01-21,2230,11\n")
    found = load(tmp_path, "000977.SZ", "002230.SZ").bars
    assert dict(zip(found.symbols, found.close, strict=True)) == {"000977.SZ": 10, "002230.SZ": 11}


def test_a_table_of_indexes_holds_indexes(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", ENGLISH)
    write(tmp_path / "indexes.csv", f"{HEADER}2025-01-21,000300,3800\n")
    assert "000300.SH" in load(tmp_path, "688111.SH", indexes=("000300.SH",)).bars.symbols


def test_a_study_can_say_the_exchange_or_the_symbol(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", f"{HEADER}2025-01-21,000001,10\n")
    write(tmp_path / "b.csv", "date,close\n2025-01-21,3200\n")
    tables = (
        TableSpec(path="a.csv", exchange="SZ"),
        TableSpec(path="b.csv", kind="indexes", symbol="000001.SH"),
    )
    found = load(tmp_path, "000001.SZ", indexes=("000001.SH",), tables=tables).bars
    assert found.of("000001.SZ").close[0] == 10
    assert found.of("000001.SH").close[0] == 3200


def test_a_table_of_several_is_not_of_one(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", f"{HEADER}2025-01-21,600519,10\n2025-01-21,600000,11\n")
    with pytest.raises(InvalidFile, match=r"is said to be of 600519\.SH and has 2 codes"):
        load(tmp_path, "600519.SH", tables=(TableSpec(path="a.csv", symbol="600519.SH"),))


@pytest.mark.parametrize(
    ("stem", "code"),
    [
        ("600519.SH", "600519.SH"),
        ("SH#600519", "600519.SH"),
        ("sz000001", "000001.SZ"),
        ("000001.XSHE_2024", "000001.SZ"),
        ("600519.SS", "600519.SH"),
        ("600519_贵州茅台", "600519"),
        ("贵州茅台-600519-20240101-20250101", "600519"),
        ("0700.HK", "0700.HK"),
        ("bars_202406", None),
        ("600519_000001", None),
        ("20240603", None),
        ("close", None),
    ],
)
def test_the_code_in_the_name_of_a_file(stem: str, code: str | None) -> None:
    assert code_in_name(stem) == code


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("688111 CH Equity", "688111.SH"),
        ("000977 CS", "000977.SZ"),
        ("700 HK Equity", "0700.HK"),
        ("SHSZ300 Index", "000300.SH"),
        ("SHSE.600519", "600519.SH"),
        ("600519.XSHG", "600519.SH"),
        ("１６８８１１１", None),
        ("AAPL US Equity", None),
    ],
)
def test_codes_of_terminals(written: str, meant: str | None) -> None:
    assert (None if written.isdigit() else canonical(written)) == meant


def test_only_files_that_are_asked_for_are_opened(tmp_path: Path) -> None:
    (tmp_path / "bars").mkdir()
    write(tmp_path / "bars/600519.SH.csv", "date,close\n2025-01-21,10\n2025-12-31,11\n")
    (tmp_path / "bars/600000.SH.csv").write_bytes(b"\xff\xfe\x00")  # no table at all
    assert load(tmp_path, "600519.SH").bars.close.tolist() == [10, 11]
    with pytest.raises(InvalidFile, match=r"600000\.SH\.csv"):
        load(tmp_path, "600000.SH")


def test_a_folder_an_exchange_says_what_digits_are(tmp_path: Path) -> None:
    for folder, close in (("sz", 10), ("sh", 3200)):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "000001.csv", f"date,close\n2025-01-21,{close}\n")
    found = load(tmp_path, "000001.SZ", indexes=("000001.SH",)).bars
    assert [found.of(one).close[0] for one in ("000001.SZ", "000001.SH")] == [10, 3200]


def test_two_files_of_one_code_are_one_table_or_refused(tmp_path: Path) -> None:
    write(tmp_path / "600519_2024.csv", "date,close\n2025-01-20,10\n")
    write(tmp_path / "600519_2025.csv", "date,close\n2025-01-21,11\n")
    assert load(tmp_path, "600519.SH").bars.close.tolist() == [10, 11]
    write(tmp_path / "600519_b.csv", "date,close\n2025-01-21,12\n")
    with pytest.raises(BadPrices, match="a second row of the day"):
        check(load(tmp_path, "600519.SH"))


def test_a_pattern_stays_in_its_folder_and_has_files(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", ENGLISH)
    for pattern, why in (("../*.csv", "stays in its folder"), ("b*.csv", "no table")):
        with pytest.raises(RefusedPath, match=why):
            FilesSource(tmp_path, (TableSpec(path=pattern),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("600519 贵州茅台 日线 前复权", "adjusted"),
        ("600519_hfq", "adjusted"),
        ("日线 不复权", "raw"),
        ("复权因子", None),
        ("收盘价", None),
    ],
)
def test_what_a_title_says_of_adjustment(text: str, said: str | None) -> None:
    assert adjustment_of(text) == said


def test_every_layout_has_a_date_and_marks() -> None:
    for one in LAYOUTS:
        assert np.datetime64(one.seen) > np.datetime64("2026-01-01")
        assert one.marks


def test_previous_closes_and_a_factor_that_disagree_are_refused(tmp_path: Path) -> None:
    rows = "2025-01-20,600519.SH,10.00,10.00,1\n2025-01-21,600519.SH,9.00,9.00,1\n"
    write(tmp_path / "bars.csv", f"date,code,close,pre_close,factor\n{rows}")
    with pytest.raises(InvalidFile, match="different stories on 2025-01-21"):
        load(tmp_path, "600519.SH")


def test_a_declaration_that_the_table_contradicts_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"2025-01-{day},600519.SH,10.1234,3\n" for day in (20, 21, 22))
    write(tmp_path / "bars.csv", f"date,code,close,adjustflag\n{rows}")
    for declared in (True, False):
        with pytest.raises(InvalidFile, match=r"adjusted|raw"):
            load(tmp_path, "600519.SH", tables=(TableSpec(path="bars.csv", adjusted=declared),))


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_inspect_says_what_was_recognised_and_writes_the_section(tmp_path: Path) -> None:
    (zoo,) = (one for one in ZOO if one.name == "baostock, raw")
    zoo.write(tmp_path, truth())
    indexes(tmp_path)
    said = run("prices", "inspect", str(tmp_path))
    for words in (
        "bars.csv · bars · baostock",
        "3: 600519.SH, 000977.SZ, 688111.SH",
        "2024-06-03 to 2025-02-28",
        "shares; amount / (volume x close) = 1",
        "3 raw, whole fen and previous closes",
        "suspended    5 rows; 0 sessions",
        "prices:\n  source: files\n  #",
        f"  path: {tmp_path}",
    ):
        assert words in said


def test_inspect_finds_tables_that_are_called_otherwise(tmp_path: Path) -> None:
    write(tmp_path / "export (1).csv", ENGLISH)
    write(tmp_path / "notes.csv", "a,b\n1,2\n")
    said = run("prices", "inspect", str(tmp_path))
    assert "- {path: export (1).csv, kind: bars}" in said
    assert "notes.csv" not in said


def test_the_folder_of_the_user_is_set_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASKETBT_CONFIG", str(tmp_path / "own/config.yaml"))
    assert prices_folder() is None
    assert "no folder is set" in run("config", "prices")
    run("config", "prices", str(tmp_path))
    assert prices_folder() == tmp_path.resolve()
    assert run("config", "prices").strip() == str(tmp_path.resolve())
    with pytest.raises(RefusedPath, match="no such folder"):
        set_prices_folder(tmp_path / "nowhere")
