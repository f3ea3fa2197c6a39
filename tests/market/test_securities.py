"""What shares are called: on a day, formerly, in Hong Kong, under old and new codes."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from basketbt.lists.library import find_library
from basketbt.market import securities
from basketbt.market.securities import (
    current_code,
    fits,
    key_of,
    names_of,
    namings,
    shares_called,
)
from basketbt.market.securities.characters import plain, simplified
from basketbt.market.securities.latin import latin_name, share_name
from basketbt.market.symbols import parse_symbol

FOLDER = Path(securities.__file__).parent
SOURCE = Path(__file__).resolve().parents[2] / "../shared/securities"


@pytest.fixture(scope="module")
def source() -> Path:
    if not (SOURCE / "names.csv").is_file():
        pytest.skip("the dated names (../shared/securities) are not beside the project")
    return SOURCE


@pytest.mark.parametrize(
    ("name", "day", "symbols"),
    [
        ("金山办公", date(2025, 2, 7), ["688111.SH"]),
        ("鼎捷软件", date(2023, 5, 4), ["300378.SZ"]),  # its name then
        ("鼎捷软件", date(2026, 5, 4), ["300378.SZ"]),  # no longer: the share that had it
        ("鼎捷數智", date(2025, 2, 7), ["300378.SZ"]),  # traditional characters
        ("第四范式", date(2025, 2, 7), ["6682.HK"]),
        ("奇安信-U", None, ["688561.SH"]),
        ("XD贵州茅", None, []),  # cut by the exchange: unknown, not guessed
        ("XD五粮液", None, ["000858.SZ"]),
        ("深振业Ａ", None, ["000006.SZ"]),
        ("红 太 阳", None, ["000525.SZ"]),
        ("没有这家公司", None, []),
    ],
)
def test_a_name_on_a_day_gives_the_share(name: str, day: date | None, symbols: list[str]) -> None:
    assert list(shares_called(name, day)) == symbols


def test_a_name_that_two_shares_had_is_told_apart_by_the_day() -> None:
    assert shares_called("金冠电气") == ("300510.SZ", "688517.SH")
    assert shares_called("金冠电气", date(2017, 3, 1)) == ("300510.SZ",)
    assert shares_called("金冠电气", date(2022, 3, 1)) == ("688517.SH",)


def test_a_company_listed_twice_has_one_name_for_two_shares() -> None:
    assert shares_called("大众公用", date(2024, 3, 1)) == ("1635.HK", "600635.SH")


def test_between_two_sightings_both_names_fit() -> None:
    old, new = (run for run in namings("300378.SZ") if run.name in ("鼎捷软件", "鼎捷数智"))
    assert old.last is not None
    assert new.first is not None
    between = date.fromordinal((old.last.toordinal() + new.first.toordinal()) // 2)
    assert old.last < between < new.first
    for name in (old.name, new.name):
        assert fits("300378.SZ", name, between)
    assert not fits("300378.SZ", new.name, old.last)
    assert not fits("300378.SZ", old.name, new.first)


def test_a_name_comes_back() -> None:
    assert names_of("300682.SZ") == ("朗新科技", "朗新集团")
    assert shares_called("朗新科技", date(2022, 7, 1)) == ("300682.SZ",)


def test_a_recoded_share_goes_on_under_its_new_code() -> None:
    assert current_code("835185.BJ") == "920185.BJ"
    assert shares_called("贝特瑞", date(2024, 1, 2)) == ("920185.BJ",)
    assert current_code("300114.SZ") == "302132.SZ"
    assert names_of("302132.SZ") == ("中航成飞", "中航电测")
    assert current_code("688111.SH") == "688111.SH"


def test_a_delisted_share_gives_its_name_free() -> None:
    assert not fits("600837.SH", "海通证券", date(2025, 6, 2))
    assert fits("600837.SH", "海通证券", date(2024, 6, 3))


def test_every_symbol_of_the_table_is_a_share_and_every_run_lies_in_order() -> None:
    symbols = [
        line.split("\t")[0]
        for line in (FOLDER / "names.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert len(symbols) > 9000
    assert symbols == sorted(set(symbols))
    for symbol in symbols:
        exchange = symbol.rpartition(".")[2]
        assert exchange == "BJ" or parse_symbol(symbol).canonical == symbol
        assert all(
            run.first is None or run.last is None or run.first <= run.last
            for run in namings(symbol)
        )


def test_characters_keep_their_places() -> None:
    text = "看好螢石網絡、虹軟科技（６８８０８８），關注漢王科技。"
    assert plain(text) == "看好萤石网络、虹软科技(688088),关注汉王科技。"
    assert len(plain(text)) == len(text)
    assert simplified("ASCII") == "ASCII"
    assert key_of("乾照光电") == key_of("乾照光電")


def test_the_table_is_small_and_read_quickly() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.txt")) <= 600_000
    code = (
        "import time; begun = time.process_time(); from basketbt.market import securities; "
        "securities.shares_called('平安银行'); print(time.process_time() - begun)"
    )
    took = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    )
    assert took <= 0.15
    begun = time.perf_counter()
    for _ in range(1000):
        shares_called("金冠电气", date(2022, 3, 1))
    assert time.perf_counter() - begun < 0.5


def test_the_command_line_starts_without_the_table() -> None:
    code = "import basketbt.cli.main, sys; print('basketbt.market.securities' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


class TestAgainstTheSource:
    def test_the_same_files_give_the_same_bytes(self, source: Path) -> None:
        import make_securities

        names, beijing = (
            make_securities._rows(source / f"{one}.csv") for one in ("names", "bse_map")
        )
        text = make_securities.names_text(names, beijing)
        assert text.encode() == (FOLDER / "names.txt").read_bytes()
        assert make_securities.names_text(names[::-1], beijing[::-1]) == text

    def test_every_row_is_found_on_the_days_it_was_seen(self, source: Path) -> None:
        """Read with plain loops: each listed name leads back to its share on both of its days."""
        with (source / "names.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["kind"] != "written"]
        missed = []
        for row in rows:
            code, exchange = row["symbol"].split(".")
            second = exchange == "HK" and re.fullmatch("29..|8....", code)
            if exchange == "US" or second:
                continue
            for text in {row["first_seen"], row["last_seen"]} - {""}:
                found = shares_called(row["name"], date.fromisoformat(text))
                if current_code(row["symbol"]) not in found:
                    missed.append((row["symbol"], row["name"], text))
        assert missed == []

    def test_ambiguous_names_say_that_two_fit(self, source: Path) -> None:
        known = json.loads((source / "ambiguous.json").read_text(encoding="utf-8"))
        for name, symbols in known.items():
            assert set(symbols) <= set(shares_called(name)), name


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("科德数控", "Kede Shukong"),
        ("银之杰", "Yinzhijie"),
        ("*ST天源", "*ST Tianyuan"),
        ("TCL科技", "TCL Keji"),
        ("万科A", "Wanke A"),
        ("重庆啤酒", "Chongqing Pijiu"),  # 重 is zhong elsewhere
        ("龘科技", "龘科技"),
        ("", ""),
    ],
)
def test_a_name_is_read_in_latin_letters(name: str, latin: str) -> None:
    assert latin_name(name) == latin
    assert share_name(name, "en") == latin
    assert share_name(name, "zh") == name


def test_every_share_of_the_shipped_lists_has_a_latin_name() -> None:
    library = find_library()
    baskets = library.select(["*"])
    names = {one.name_zh for basket in baskets for one in basket.constituents}
    assert len(names) > 100
    assert [name for name in names if re.search("[\u4e00-\u9fff]", latin_name(name))] == []
