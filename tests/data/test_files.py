"""Tables that an analyst already has: headers, units, layouts, encodings, precedence."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from basketbt.data.sources.files import TableSpec, formats
from basketbt.data.sources.files.arrow import shortest
from basketbt.errors import InvalidFile
from support.tables import CHINESE, ENGLISH, D, load, same_prices, write

# --- formats ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_a_csv_reads_the_same_in_any_encoding_and_language(
    tmp_path: Path, text: str, encoding: str
) -> None:
    write(tmp_path / "bars.csv", text, encoding)
    same_prices(load(tmp_path, "688111.SH", "000034.SZ"))


def test_a_single_file_is_a_source(tmp_path: Path) -> None:
    same_prices(load(write(tmp_path / "mine.csv", ENGLISH), "688111.SH", "000034.SZ"))


def test_gzip_tabs_and_semicolons_are_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bars.csv.gz", "wt", encoding="utf-8") as file:
        file.write(ENGLISH)
    same_prices(load(tmp_path, "688111.SH", "000034.SZ"))
    for separator in "\t;":
        single = write(tmp_path / "mine.csv", ENGLISH.replace(",", separator))
        same_prices(load(single, "688111.SH", "000034.SZ"))


@pytest.mark.parametrize("text_dates", [True, False])
def test_parquet_with_text_or_real_dates(tmp_path: Path, text_dates: bool) -> None:
    header, *rows = [line.split(",") for line in ENGLISH.splitlines()]
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    table = {
        name: list(values) if name in ("date", "symbol") else list(map(float, values))
        for name, values in columns.items()
    }
    if not text_dates:
        table["date"] = np.array(table["date"], "M8[D]").tolist()
    pq.write_table(pa.table(table), tmp_path / "bars.parquet", row_group_size=3)
    same_prices(load(tmp_path, "688111.SH", "000034.SZ"))


def test_a_workbook_is_read_from_its_first_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ENGLISH.splitlines():
        cells = row.split(",")
        book.active.append(
            [float(cell) if cell.replace(".", "").isdigit() else cell for cell in cells]
        )
    book.active.append(["数据来源:Choice"])
    book.save(tmp_path / "bars.xlsx")
    same_prices(load(tmp_path, "688111.SH", "000034.SZ"))


@pytest.mark.parametrize(
    "spelling",
    ["688111.SH", "sh688111", "SH688111", "688111.XSHG", "688111.SS", "SH.688111", "1.688111"],
)
def test_vendors_spellings_of_a_code_are_one_share(tmp_path: Path, spelling: str) -> None:
    write(tmp_path / "bars.csv", f"date,code,close\n2025-01-21,{spelling},10\n")
    assert list(load(tmp_path, "688111.SH").bars.symbols) == ["688111.SH"]


def test_a_code_without_exchange_is_refused_because_it_is_two_securities(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", "date,code,close\n2025-01-21,000001,10\n")
    with pytest.raises(InvalidFile, match=r"bars\.csv.*000001.*no exchange"):
        load(tmp_path, "000001.SZ")


@pytest.mark.parametrize(
    "written", ["20250121", "2025/1/21", "2025-01-21 00:00:00", "2025年1月21日"]
)
def test_days_are_read_in_the_ways_they_are_written(tmp_path: Path, written: str) -> None:
    write(tmp_path / "bars.csv", f"日期,代码,收盘\n{written},688111.SH,10\n")
    assert load(tmp_path, "688111.SH").bars.of("688111.SH").dates[0] == D("2025-01-21")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_the_unicode_text_of_excel_is_read(tmp_path: Path, encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    write(tmp_path / "bars.csv", mark + CHINESE, encoding)
    same_prices(load(tmp_path, "688111.SH", "000034.SZ"))


def test_a_single_is_read_as_its_shortest_decimal_whatever_it_is() -> None:
    random = np.random.default_rng(0)
    singles = np.concatenate(
        [
            np.round(random.uniform(0.5, 3000, 20_000), 2),
            np.round(random.uniform(0.01, 300, 20_000), 4),
            random.uniform(0, 1e9, 1_000),
            random.normal(size=1_000),
            [0.0, -0.0, np.nan, np.inf, 1e-30, 2.0**24, 2.0**24 + 2, 3e38, -1.25],
        ]
    ).astype(np.float32)
    wanted = [float(str(one)) for one in singles]
    assert np.array_equal(shortest(singles), wanted, equal_nan=True)


def test_single_precision_is_read_as_the_decimal_it_stands_for(tmp_path: Path) -> None:
    close = np.array([10.12, 1687.99, 0.001, 12.345], dtype=np.float32)
    days = np.array(["2025-01-21", "2025-01-22", "2025-01-23", "2025-01-24"], "M8[D]")
    table = pa.table({"date": days, "symbol": ["688111.SH"] * 4, "close": close})
    pq.write_table(table, tmp_path / "all_adjusted.parquet")
    bars = load(tmp_path, "688111.SH").bars
    assert bars.close.tolist() == [10.12, 1687.99, 0.001, 12.345]


def test_no_thread_holds_an_object_of_python_once_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One that lets go of it while the program ends aborts it: a run that was finished and written
    # ended in "terminate called without an active exception", one time in some hundred.
    text = ENGLISH.encode()
    monkeypatch.setattr(formats, "_as_utf8", lambda *_: text)
    path = write(tmp_path / "bars.csv", ENGLISH)
    held = [text, formats._skip_footer]
    before = [sys.getrefcount(one) for one in held]
    for _ in range(2000):
        formats.open_table(path).read(["close"], [])
        assert [sys.getrefcount(one) for one in held] == before


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_reading_does_not_wait_for_pandas(tmp_path: Path, suffix: str) -> None:
    if suffix == "csv":
        write(tmp_path / "bars.csv", CHINESE)
    else:
        columns = {"date": ["2025-01-21", None], "symbol": ["688111.SH", None], "close": [10, None]}
        pq.write_table(pa.table(columns), tmp_path / "bars.parquet")
    script = f"""
import sys, numpy as np
from pathlib import Path
from basketbt.data.bars import PriceRequest
from basketbt.data.sources.files import FilesSource
day = np.datetime64("2025-01-21")
asked = PriceRequest(symbols=("688111.SH",), indexes=(), start=day, end=day)
assert FilesSource(Path({str(tmp_path)!r})).load(asked).bars
assert "pandas" not in sys.modules, "pandas was imported"
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# --- units -------------------------------------------------------------------------------------


def test_declared_units_become_shares_and_yuan(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", "date,code,close,volume,amount\n2025-01-21,688111.SH,10,1000,100\n")
    spec = TableSpec(path="x.csv", volume_unit="lots", amount_unit="10k")
    share = load(tmp_path, "688111.SH", tables=(spec,)).bars.of("688111.SH")
    assert (share.volume[0], share.amount[0]) == (100_000, 1_000_000)


def test_own_headers_can_be_named(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", "T,S,Last\n2025-01-21,688111.SH,10\n")
    spec = TableSpec(path="x.csv", columns={"T": "date", "S": "symbol", "Last": "close"})
    assert load(tmp_path, "688111.SH", tables=(spec,)).bars.of("688111.SH").close[0] == 10


# --- wide ----------------------------------------------------------------------------------------

WIDE = """\
日期,688111.SH,000034.SZ,600000.SH
2025-01-21,10.2,20.5,7
2025-01-22,10.4,--,7
2025-01-23,,20.2,7
"""


def test_a_wide_export_is_seen_from_its_headers(tmp_path: Path) -> None:
    data = load(write(tmp_path / "close.csv", WIDE, "gbk"), "688111.SH", "000034.SZ")
    assert data.bars.of("688111.SH").close.tolist() == [10.2, 10.4]
    assert data.bars.of("000034.SZ").dates.astype(str).tolist() == ["2025-01-21", "2025-01-23"]
    assert "600000.SH" not in data.bars.symbols


def test_a_wide_export_with_a_row_of_names_below_the_codes(tmp_path: Path) -> None:
    text = WIDE.replace("2025-01-21,", "名称,金山办公,神州数码,浦发银行\n2025-01-21,", 1)
    data = load(write(tmp_path / "close.csv", text), "688111.SH")
    assert data.bars.of("688111.SH").close.tolist() == [10.2, 10.4]


def test_wide_tables_of_several_fields_are_put_together(tmp_path: Path) -> None:
    write(tmp_path / "close.csv", WIDE)
    write(tmp_path / "volume.csv", "日期,000034.SZ,688111.SH\n2025-01-22,5,20\n2025-01-21,4,10\n")
    tables = (
        TableSpec(path="close.csv", layout="wide"),
        TableSpec(path="volume.csv", layout="wide", field="volume", volume_unit="lots"),
    )
    data = load(tmp_path, "688111.SH", "000034.SZ", tables=tables)
    assert data.bars.of("688111.SH").volume.tolist() == [1000, 2000]
    assert data.bars.of("000034.SZ").volume.tolist() == [400, pytest.approx(np.nan, nan_ok=True)]
    assert data.bars.of("688111.SH").tables == ("close.csv + volume.csv",)


# --- folder, precedence, tables beside the prices ------------------------------------------------


def test_a_share_comes_whole_from_the_first_table_that_has_it_in_the_range(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", "date,symbol,close\n2025-01-22,688111.SH,10\n")
    write(
        tmp_path / "market_adjusted.csv",
        "date,symbol,close\n2025-01-21,688111.SH,5\n2025-01-21,000034.SZ,8\n",
    )
    data = load(tmp_path, "688111.SH", "000034.SZ")
    assert data.bars.of("688111.SH").close.tolist() == [10]
    assert not data.bars.of("688111.SH").adjusted
    assert data.bars.of("000034.SZ").adjusted
    said = [note.text("en") for note in data.notes]
    assert any("000034.SZ" in text and "adjusted" in text for text in said)
    assert not any("688111.SH" in text for text in said)
    before = load(tmp_path, "688111.SH", end="2025-01-21")
    assert before.bars.of("688111.SH").close.tolist() == [5]


def test_tables_named_in_a_study_keep_their_order(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "date,symbol,close\n2025-01-21,688111.SH,1\n")
    write(tmp_path / "b.csv", "date,symbol,close\n2025-01-21,688111.SH,2\n")
    first, second = TableSpec(path="a.csv"), TableSpec(path="b.csv")
    assert load(tmp_path, "688111.SH", tables=(first, second)).bars.of("688111.SH").close[0] == 1
    assert load(tmp_path, "688111.SH", tables=(second, first)).bars.of("688111.SH").close[0] == 2


def test_the_tables_beside_the_prices(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", "date,symbol,close\n2025-01-21,688111.SH,10\n")
    write(tmp_path / "fx.csv", "日期,HKD/CNY\n2024-12-31,0.93\n2025-01-21,0.94\n")
    write(
        tmp_path / "shares.csv",
        "变动日期,证券代码,总股本(万股),流通股本(万股)\n2024-01-02,688111.SH,46000,40000\n",
    )
    write(
        tmp_path / "actions.csv",
        "除权除息日,代码,每10股派息,每10股送转\n2025-01-22,688111.SH,5,3\n",
    )
    write(
        tmp_path / "instruments.csv",
        "代码,名称,上市日期,每手股数,行业\n688111.SH,金山办公,2019-11-18,200,软件\n",
    )
    write(tmp_path / "notes.csv", "this,file,is,ignored\n")
    data = load(tmp_path, "688111.SH", fx=("HKDCNY",))
    assert data.fx["HKDCNY"].rate.tolist() == [0.93, 0.94]
    assert data.shares["688111.SH"].total.tolist() == [460_000_000]
    assert data.shares["688111.SH"].tradable.tolist() == [400_000_000]
    (action,) = data.actions["688111.SH"]
    assert (action.cash, action.bonus) == pytest.approx((0.5, 0.3))
    assert data.has_actions
    instrument = data.instruments["688111.SH"]
    assert (instrument.name, instrument.lot, instrument.industry) == ("金山办公", 200, "软件")
    assert instrument.listed == D("2019-11-18")


def test_a_factor_that_is_empty_throughout_is_none(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", "date,symbol,close,adj_factor\n2025-01-21,6682.HK,10,\n")
    share = load(tmp_path, "6682.HK").bars.of("6682.HK")
    assert not share.has_factor.any()
    assert share.currencies == ("HKD",)


def test_rows_that_the_table_doubts_itself_are_named(tmp_path: Path) -> None:
    text = (
        "date,symbol,close,quality\n2025-01-21,688111.SH,10,suspect\n2025-01-22,688111.SH,10,ok\n"
    )
    write(tmp_path / "bars.csv", text)
    (note,) = load(tmp_path, "688111.SH").notes
    assert "688111.SH 2025-01-21" in note.text("en")
    assert "2025-01-22" not in note.text("zh")
    assert load(tmp_path, "688111.SH", start="2025-01-22").notes == ()
