"""Tables that an analyst already has: headers, units, layouts, encodings, precedence, refusals."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from basketbt.errors import InvalidFile, RefusedPath
from basketbt.prices.data import MarketData, PriceRequest
from basketbt.prices.sources.files import FilesSource, TableSpec
from basketbt.prices.sources.files.folder import NoTables
from basketbt.prices.sources.files.headers import near_misses
from basketbt.prices.sources.files.spec import Kind

D = np.datetime64
ENGLISH = """\
date,symbol,open,high,low,close,volume,amount,adj_factor
2025-01-21,688111.SH,10,10.5,9.9,10.2,100000,1020000,0.5
2025-01-22,688111.SH,10.2,10.6,10.1,10.4,200000,2080000,1
2025-01-21,000034.SZ,20,21,19,20.5,300000,6150000,1
2025-01-22,000034.SZ,20.5,21,20,20.1,300000,6030000,1
"""
CHINESE = """\
日期,股票代码,名称,开盘价,最高价,最低价,收盘价,成交量(手),成交额(万元),复权因子
2025/1/21,sh688111,金山办公,10,10.5,9.9,10.2,"1,000",102,0.5
2025/1/22,sh688111,金山办公,10.2,10.6,10.1,10.4,"2,000",208,1
2025/1/21,sz000034,神州数码,20,21,19,20.5,"3,000",615,1
2025/1/22,sz000034,神州数码,20.5,21,20,20.1,"3,000",603,1
数据来源:Wind
"""


def load(
    root: Path,
    *symbols: str,
    indexes: tuple[str, ...] = (),
    tables: tuple[TableSpec, ...] | None = None,
    start: str = "2025-01-01",
    end: str = "2025-12-31",
    fx: tuple[str, ...] = (),
) -> MarketData:
    request = PriceRequest(symbols=symbols, indexes=indexes, start=D(start), end=D(end), fx=fx)
    return FilesSource(root, tables).load(request)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def same_prices(data: MarketData) -> None:
    """What ENGLISH says, whichever way it was written."""
    assert set(data.bars) == {"688111.SH", "000034.SZ"}
    share = data.bars["688111.SH"]
    assert share.dates.astype(str).tolist() == ["2025-01-21", "2025-01-22"]
    assert share.open.tolist() == [10, 10.2]
    assert share.high.tolist() == [10.5, 10.6]
    assert share.low.tolist() == [9.9, 10.1]
    assert share.close.tolist() == [10.2, 10.4]
    assert share.volume.tolist() == [100000, 200000]
    assert share.amount.tolist() == [1020000, 2080000]
    assert share.factor is not None
    assert share.factor.tolist() == [0.5, 1]


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
    assert list(load(tmp_path, "688111.SH").bars) == ["688111.SH"]


def test_a_code_without_exchange_is_refused_because_it_is_two_securities(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", "date,code,close\n2025-01-21,000001,10\n")
    with pytest.raises(InvalidFile, match=r"bars\.csv.*000001.*no exchange"):
        load(tmp_path, "000001.SZ")


@pytest.mark.parametrize(
    "written", ["20250121", "2025/1/21", "2025-01-21 00:00:00", "2025年1月21日"]
)
def test_days_are_read_in_the_ways_they_are_written(tmp_path: Path, written: str) -> None:
    write(tmp_path / "bars.csv", f"日期,代码,收盘\n{written},688111.SH,10\n")
    assert load(tmp_path, "688111.SH").bars["688111.SH"].dates[0] == D("2025-01-21")


# --- units -------------------------------------------------------------------------------------


def test_declared_units_become_shares_and_yuan(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", "date,code,close,volume,amount\n2025-01-21,688111.SH,10,1000,100\n")
    spec = TableSpec(path="x.csv", volume_unit="lots", amount_unit="10k")
    share = load(tmp_path, "688111.SH", tables=(spec,)).bars["688111.SH"]
    assert (share.volume[0], share.amount[0]) == (100_000, 1_000_000)


def test_own_headers_can_be_named(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", "T,S,Last\n2025-01-21,688111.SH,10\n")
    spec = TableSpec(path="x.csv", columns={"T": "date", "S": "symbol", "Last": "close"})
    assert load(tmp_path, "688111.SH", tables=(spec,)).bars["688111.SH"].close[0] == 10


# --- wide ----------------------------------------------------------------------------------------

WIDE = """\
日期,688111.SH,000034.SZ,600000.SH
2025-01-21,10.2,20.5,7
2025-01-22,10.4,--,7
2025-01-23,,20.2,7
"""


def test_a_wide_export_is_seen_from_its_headers(tmp_path: Path) -> None:
    data = load(write(tmp_path / "close.csv", WIDE, "gbk"), "688111.SH", "000034.SZ")
    assert data.bars["688111.SH"].close.tolist() == [10.2, 10.4]
    assert data.bars["000034.SZ"].dates.astype(str).tolist() == ["2025-01-21", "2025-01-23"]
    assert "600000.SH" not in data.bars


def test_a_wide_export_with_a_row_of_names_below_the_codes(tmp_path: Path) -> None:
    text = WIDE.replace("2025-01-21,", "名称,金山办公,神州数码,浦发银行\n2025-01-21,", 1)
    data = load(write(tmp_path / "close.csv", text), "688111.SH")
    assert data.bars["688111.SH"].close.tolist() == [10.2, 10.4]


def test_wide_tables_of_several_fields_are_put_together(tmp_path: Path) -> None:
    write(tmp_path / "close.csv", WIDE)
    write(tmp_path / "volume.csv", "日期,000034.SZ,688111.SH\n2025-01-22,5,20\n2025-01-21,4,10\n")
    tables = (
        TableSpec(path="close.csv", layout="wide"),
        TableSpec(path="volume.csv", layout="wide", field="volume", volume_unit="lots"),
    )
    data = load(tmp_path, "688111.SH", "000034.SZ", tables=tables)
    assert data.bars["688111.SH"].volume.tolist() == [1000, 2000]
    assert data.bars["000034.SZ"].volume.tolist() == [400, pytest.approx(np.nan, nan_ok=True)]
    assert data.bars["688111.SH"].table == "close.csv + volume.csv"


# --- folder, precedence, tables beside the prices ------------------------------------------------


def test_a_share_comes_whole_from_the_first_table_that_has_it_in_the_range(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", "date,symbol,close\n2025-01-22,688111.SH,10\n")
    write(
        tmp_path / "market_adjusted.csv",
        "date,symbol,close\n2025-01-21,688111.SH,5\n2025-01-21,000034.SZ,8\n",
    )
    data = load(tmp_path, "688111.SH", "000034.SZ")
    assert data.bars["688111.SH"].close.tolist() == [10]
    assert not data.bars["688111.SH"].adjusted
    assert data.bars["000034.SZ"].adjusted
    said = [note.text("en") for note in data.notes]
    assert any("000034.SZ" in text and "adjusted" in text for text in said)
    assert not any("688111.SH" in text for text in said)
    before = load(tmp_path, "688111.SH", end="2025-01-21")
    assert before.bars["688111.SH"].close.tolist() == [5]


def test_tables_named_in_a_study_keep_their_order(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "date,symbol,close\n2025-01-21,688111.SH,1\n")
    write(tmp_path / "b.csv", "date,symbol,close\n2025-01-21,688111.SH,2\n")
    first, second = TableSpec(path="a.csv"), TableSpec(path="b.csv")
    assert load(tmp_path, "688111.SH", tables=(first, second)).bars["688111.SH"].close[0] == 1
    assert load(tmp_path, "688111.SH", tables=(second, first)).bars["688111.SH"].close[0] == 2


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
    assert (action.cash, action.bonus) == (pytest.approx(0.5), pytest.approx(0.3))
    assert data.has_actions
    instrument = data.instruments["688111.SH"]
    assert (instrument.name, instrument.lot, instrument.industry) == ("金山办公", 200, "软件")
    assert instrument.listed == D("2019-11-18")


def test_a_factor_that_is_empty_throughout_is_none(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", "date,symbol,close,adj_factor\n2025-01-21,6682.HK,10,\n")
    share = load(tmp_path, "6682.HK").bars["6682.HK"]
    assert share.factor is None
    assert share.currency == "HKD"


def test_rows_that_the_table_doubts_itself_are_named(tmp_path: Path) -> None:
    text = (
        "date,symbol,close,quality\n2025-01-21,688111.SH,10,suspect\n2025-01-22,688111.SH,10,ok\n"
    )
    write(tmp_path / "bars.csv", text)
    (note,) = load(tmp_path, "688111.SH").notes
    assert "688111.SH 2025-01-21" in note.text("en")
    assert "2025-01-22" not in note.text("zh")
    assert load(tmp_path, "688111.SH", start="2025-01-22").notes == ()


# --- refusals ------------------------------------------------------------------------------------


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
from basketbt.prices.data import PriceRequest
from basketbt.prices.sources.files import FilesSource
day = np.datetime64("2025-01-21")
asked = PriceRequest(symbols=("688111.SH",), indexes=(), start=day, end=day)
assert FilesSource(Path({str(tmp_path)!r})).load(asked).bars
assert "pandas" not in sys.modules, "pandas was imported"
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


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


@pytest.mark.parametrize("cell", ["1_000", "１０.５", "0x10", "1 000"])
def test_the_line_named_is_that_of_the_cell_that_cannot_be_read(tmp_path: Path, cell: str) -> None:
    text = ENGLISH.replace("000034.SZ,20.5", f"000034.SZ,{cell}")
    write(tmp_path / "bars.csv", text)
    with pytest.raises(InvalidFile) as caught:
        load(tmp_path, "688111.SH", "000034.SZ")
    assert f"bars.csv:5: open holds '{cell}', which is no number" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_the_unicode_text_of_excel_is_read(tmp_path: Path, encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    write(tmp_path / "bars.csv", mark + CHINESE, encoding)
    same_prices(load(tmp_path, "688111.SH", "000034.SZ"))


def test_a_broken_unicode_text_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_bytes(b"\xff\xfed\x00a")
    with pytest.raises(InvalidFile, match=r"bars\.csv:1: .*save it as UTF-8"):
        load(tmp_path, "688111.SH")


def test_a_day_as_excel_counts_it_is_refused_with_the_date_it_means(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", ENGLISH.replace("2025-01-22", "45679"))
    with pytest.raises(InvalidFile, match=r"bars\.csv:3: .*'45679'.*no date") as caught:
        load(tmp_path, "688111.SH")
    assert "how Excel counts days (2025-01-22): format the column as a date" in str(caught.value)


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


def test_single_precision_is_read_as_the_decimal_it_stands_for(tmp_path: Path) -> None:
    close = np.array([10.12, 1687.99, 0.001, 12.345], dtype=np.float32)
    days = np.array(["2025-01-21", "2025-01-22", "2025-01-23", "2025-01-24"], "M8[D]")
    table = pa.table({"date": days, "symbol": ["688111.SH"] * 4, "close": close})
    pq.write_table(table, tmp_path / "all_adjusted.parquet")
    (bars,) = load(tmp_path, "688111.SH").bars.values()
    assert bars.close.tolist() == [10.12, 1687.99, 0.001, 12.345]
