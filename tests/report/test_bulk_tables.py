"""Tables of many rows are Parquet; CSV and sheets of them are there for who asks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from basketbt.api import Run, event_study
from basketbt.report.files import read_run, render_again
from basketbt.report.layouts import LAYOUTS
from basketbt.report.model import Column, Layout, Table
from basketbt.verification import verify
from support import invented

pytestmark = pytest.mark.slow

BULK = ("orders", "positions", "car_paths", "placebo")


def sheets(folder: Path, name: str = "summary.xlsx") -> set[str]:
    return set(openpyxl.load_workbook(folder / name, read_only=True).sheetnames)


def change(path: Path, column: str, row: int, value: object) -> None:
    """Write another value into one cell of a Parquet file."""
    table = pq.read_table(path)
    place = table.column_names.index(column)
    cells = table.column(column).to_pylist()
    cells[row] = value
    changed = pa.array(cells, table.schema.field(column).type)
    pq.write_table(table.set_column(place, column, changed), path)


def test_bulk_tables_are_parquet_and_nothing_else(folder: Path) -> None:
    assert {layout.name for layout in LAYOUTS if layout.bulk} == set(BULK)
    assert {path.stem for path in folder.glob("*.parquet")} == set(BULK)
    assert not [name for name in BULK if (folder / f"{name}.csv").exists()]
    assert not sheets(folder) & set(BULK)


def test_a_bulk_table_knows_days_counts_and_numbers(folder: Path) -> None:
    types = {f.name: f.type for f in pq.read_schema(folder / "car_paths.parquet")}
    assert (types["date"], types["day0"]) == (pa.date32(), pa.date32())
    assert (types["day"], types["car"]) == (pa.int64(), pa.float64())
    assert types["basket"] == pa.string()


def test_full_adds_csv_and_a_workbook_of_every_table_and_changes_nothing_else(
    folder: Path, full: Path
) -> None:
    assert (full / "summary.xlsx").read_bytes() == (folder / "summary.xlsx").read_bytes()
    detail = {one.name for one in LAYOUTS if one.detail}
    assert sheets(full, "tables.xlsx") - sheets(folder) == {*BULK, *detail}
    same = [*folder.glob("*.csv"), *folder.glob("*.parquet"), folder / "report.html"]
    assert all((full / path.name).read_bytes() == path.read_bytes() for path in same)
    extra = {path.name for path in full.glob("*.csv")} - {path.name for path in same}
    assert extra == {f"{name}.csv" for name in BULK}


def test_the_workbook_says_where_the_other_tables_are(folder: Path) -> None:
    about = openpyxl.load_workbook(folder / "summary.xlsx")["About"]
    files = {row[0]: row[3:5] for row in about.iter_rows(max_row=40, values_only=True)}
    for name in BULK:
        assert files[name] == (f"{name}.parquet", "no")
    assert files["levels"] == ("levels.csv", "no")
    assert files["breadth"] == ("breadth.csv", "yes")
    assert any("--full" in str(said) for said in files)


def test_a_run_written_again_without_full_keeps_what_full_added(
    whole: Run, folder: Path, tmp_path: Path
) -> None:
    first = whole.write(tmp_path, ("page", "xlsx"))
    assert whole.write(tmp_path, ["page"], full=True) == first
    whole.write(tmp_path, ["xlsx"])
    assert sheets(first, "tables.xlsx") >= set(BULK)
    assert verify(first, source=invented.SOURCE) == ()


def test_report_can_add_the_csv_of_bulk_tables(copy: Path, full: Path) -> None:
    render_again(copy, ["page", "xlsx"], full=True)
    for name in BULK:
        assert (copy / f"{name}.csv").read_bytes() == (full / f"{name}.csv").read_bytes()
    for name in ("summary.xlsx", "tables.xlsx"):
        assert (copy / name).read_bytes() == (full / name).read_bytes()
    assert verify(copy, source=invented.SOURCE) == ()


def test_a_changed_parquet_file_is_named_with_the_row(copy: Path) -> None:
    before = pq.read_table(copy / "placebo.parquet").column("t").to_pylist()[41]
    change(copy / "placebo.parquet", "t", 41, 123.25)
    (difference,) = verify(copy, source=invented.SOURCE)
    assert difference.name == "placebo.parquet"
    assert str(difference.what) == "was changed after it was written"
    old, new = (line for line in difference.diff if line[0] in "+-" and "," in line)
    assert (old[0], old.rsplit(",", 2)[1]) == ("-", "123.25")
    assert (new[0], new.rsplit(",", 2)[1]) == ("+", repr(before))
    assert "@@ -43 +43 @@" in difference.diff  # of the lines of the table, the header is the first


def test_many_changed_rows_are_shown_in_eight_lines(copy: Path) -> None:
    table = pq.read_table(copy / "positions.parquet")
    pq.write_table(table.slice(0, 5), copy / "positions.parquet")
    (difference,) = verify(copy, source=invented.SOURCE)
    assert len(difference.diff) == 9
    assert difference.diff[-1].endswith("more lines")


def test_a_parquet_file_of_other_bytes_and_the_same_rows_is_said_to_be_that(copy: Path) -> None:
    path = copy / "orders.parquet"
    pq.write_table(pq.read_table(path), path, compression="gzip")
    (difference,) = verify(copy, source=invented.SOURCE)
    assert difference.diff == ("the same lines, in other bytes",)


def test_what_is_no_parquet_any_more_shows_no_garbage(copy: Path) -> None:
    (copy / "orders.parquet").write_bytes(b"\x00\x01 not a table")
    (difference,) = verify(copy, source=invented.SOURCE)
    assert "-it cannot be read as Parquet" in difference.diff


def test_a_run_of_which_bulk_tables_are_only_csv_is_still_read(full: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(full, tmp_path / full.name))
    manifest = json.loads((older / "manifest.json").read_bytes())
    for name in BULK:
        (older / f"{name}.parquet").unlink()
        del manifest["outputs"][f"{name}.parquet"]
    (older / "manifest.json").write_text(json.dumps(manifest))
    assert read_run(older).data == read_run(full).data


def test_an_event_study_alone_has_its_bulk_tables_as_parquet(tmp_path: Path) -> None:
    tests = "event_study={placebo_dates: 100, matched_lists: 0}"
    asked = ["baskets=guojin/xinchuang", "events=deepseek-r1", tests]
    found = event_study(invented.STUDY, overrides=asked)
    plain = found.write(tmp_path / "plain")
    full = found.write(tmp_path / "full", full=True)
    more = {path.name for path in full.iterdir()} - {path.name for path in plain.iterdir()}
    assert more == {"car_paths.csv", "placebo.csv"}
    assert verify(full, source=invented.SOURCE) == ()


def test_a_block_of_rows_shares_its_single_cells() -> None:
    columns = (Column("a", "text"), Column("b", "decimal"))
    layout = Layout("made", columns)
    table = Table.of(layout, [{"a": "x", "b": [1.0, float("nan")]}, {"a": "y", "b": 2.0}])
    assert table.rows == (("x", 1.0), ("x", None), ("y", 2.0))
    with pytest.raises(ValueError, match="different lengths"):
        Table.of(layout, [{"a": ["x"], "b": [1.0, 2.0]}])
