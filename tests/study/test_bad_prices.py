"""Prices that cannot be right end in one message that names the row, never in a wrong number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from basketbt.api import run
from basketbt.errors import BadPrices, BasketbtError, InvalidFile
from basketbt.lists.library import find_library
from support import invented

SHARE, DAY = "002230.SZ", "2025-01-22"
STUDY = ["baskets=guojin/edge-hardware", "windows=[[0,5]]", "split_at_publication=false"]
Fields = list[str]  # date, symbol, open, high, low, close, volume, amount, adj_factor
Change = Callable[[Fields], list[Fields]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented market of one list as an analyst's tables."""
    folder = tmp_path_factory.mktemp("tables")
    held = [*find_library().select(["guojin/edge-hardware"])[0].symbols, "000300.SH"]
    for name in ("bars", "indexes", "actions", "shares"):
        path, ours = invented.MARKET / f"{name}.parquet", pc.field("symbol").isin(held)
        options = csv.WriteOptions(quoting_style="none")
        csv.write_csv(pq.read_table(path, filters=ours), folder / f"{name}.csv", options)
    return folder


def changed(tables: Path, folder: Path, change: Change = lambda fields: [fields]) -> Path:
    """A copy of the tables; the row of SHARE on DAY becomes what ``change`` gives."""
    for path in tables.iterdir():
        lines = path.read_text(encoding="utf-8").splitlines()
        if path.name == "bars.csv":
            at = next(i for i, line in enumerate(lines) if line.startswith(f"{DAY},{SHARE}"))
            lines[at : at + 1] = [",".join(fields) for fields in change(lines[at].split(","))]
        (folder / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def field(position: int, value: str) -> Change:
    return lambda fields: [[*fields[:position], value, *fields[position + 1 :]]]


def study(folder: Path, *more: str) -> float:
    done = run(
        invented.STUDY, source=f"files:{folder}", overrides=[*STUDY, *more, "weighting=equal"]
    )
    row = done.summary.query("event == 'deepseek-r1' and rebalance == 'hold'").iloc[0]
    return float(row["total_return"])


def test_the_tables_give_what_the_demo_gives(tables: Path, tmp_path: Path) -> None:
    demo = run(invented.STUDY, overrides=[*STUDY, "weighting=equal"]).summary
    row = demo.query("event == 'deepseek-r1' and rebalance == 'hold'").iloc[0]
    assert study(changed(tables, tmp_path)) == row["total_return"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (field(5, "nan"), "close"),
        (field(5, "0"), "close"),
        (field(5, "-3.2"), "close"),
        (field(5, "99999"), "close"),
        (field(4, "99999"), "low"),
        (field(0, "2025-01-25"), "2025-01-25"),
        (lambda fields: [fields, fields], "duplicate"),
    ],
    ids=["nan", "zero", "negative", "close", "low", "saturday", "twice"],
)
def test_an_impossible_row_is_refused_by_name(
    tables: Path, tmp_path: Path, change: Change, words: str
) -> None:
    with pytest.raises(BadPrices) as caught:
        study(changed(tables, tmp_path, change))
    message = str(caught.value)
    assert caught.value.exit_code == 3
    assert SHARE in message
    assert words in message
    assert "prices.quality" in caught.value.hint


@pytest.mark.parametrize(
    ("table", "rows", "words"),
    [
        ("actions", ["2025-01-22,{0},0.1,0,0,0"] * 2, "a second action of the day"),
        ("actions", ["2025-01-22,{0},-1,0,0,0"], "cash -1"),
        ("actions", ["2025-01-22,{0},9999,0,0,0"], "cash of the whole price"),
        ("shares", ["2025-01-22,{0},9e9,1e8", "2025-01-22,{0},8e9,1e8"], "a second row"),
        ("shares", ["2025-01-22,{0},1e9,2e9"], "tradable above the total"),
        ("shares", ["2025-01-22,{0},-1e9,1e8"], "total -1e+09"),
    ],
)
def test_an_impossible_row_beside_the_prices_is_refused_by_name(
    tables: Path, tmp_path: Path, table: str, rows: list[str], words: str
) -> None:
    folder = changed(tables, tmp_path)
    with (folder / f"{table}.csv").open("a") as file:
        file.writelines(f"{row.format(SHARE)}\n" for row in rows)
    with pytest.raises(BadPrices, match=rf"{SHARE} 2025-01-22: .*\[{table}, ") as caught:
        study(folder)
    assert words in str(caught.value)
    assert caught.value.exit_code == 3


def test_infinity_is_no_number_and_its_line_says_so(tables: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with pytest.raises(InvalidFile, match=r"bars\.csv:\d+: close holds inf"):
        study(changed(tables, tmp_path / "one", field(5, "inf")))
    folder = changed(tables, tmp_path / "two")
    with (folder / "actions.csv").open("a") as file:
        file.write(f"2025-01-22,{SHARE},inf,0,0,0\n")
    with pytest.raises(InvalidFile, match=r"actions\.csv:\d+: cash holds inf"):
        study(folder)


def test_a_decimal_point_in_the_wrong_place_is_refused(tables: Path, tmp_path: Path) -> None:
    def tenfold(fields: Fields) -> list[Fields]:
        prices = [str(float(price) * 10) for price in fields[2:6]]
        return [[*fields[:2], *prices, fields[6], str(float(fields[7]) * 10), *fields[8:]]]

    with pytest.raises(BadPrices, match=rf"{SHARE} {DAY}: return beyond three daily limits"):
        study(changed(tables, tmp_path, tenfold))


def test_a_misspelt_factor_is_named_and_leaves_the_price_return_empty(
    tables: Path, tmp_path: Path
) -> None:
    folder = changed(tables, tmp_path)
    (folder / "actions.csv").unlink()
    lines = (folder / "bars.csv").read_text().replace("adj_factor", "adj_factr", 1)
    (folder / "bars.csv").write_text(lines)
    done = run(
        invented.STUDY,
        source=f"files:{folder}",
        overrides=[*STUDY, "weighting=equal", "prices.quality.leap=warn"],
    )
    assert np.isnan(done.summary["price_return"].astype(float)).all()
    assert any(
        "bars.csv: adj_factr is not read; did you mean adj_factor (factor)?" in note.text("en")
        for note in done.result.notes
    )


def test_a_row_out_of_order_changes_nothing(tables: Path, tmp_path: Path) -> None:
    folder = changed(tables, tmp_path)
    lines = (folder / "bars.csv").read_text().splitlines()
    (folder / "bars.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    assert study(folder) == study(tables)


def test_a_missing_session_is_a_suspension(tables: Path, tmp_path: Path) -> None:
    folder = changed(tables, tmp_path, lambda fields: [])
    assert study(folder) == study(tables)  # carried, and back at its price by the end
    done = run(invented.STUDY, source=f"files:{folder}", overrides=[*STUDY, "weighting=equal"])
    assert f"{SHARE} (1)" in done.summary.iloc[0]["notes"]


def test_lots_that_were_declared_as_shares_are_recognised(tables: Path, tmp_path: Path) -> None:
    folder = changed(tables, tmp_path)
    lines = (folder / "bars.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[6] = str(float(row[6]) / 100)
    text = "\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n"
    (folder / "bars.csv").write_text(text)
    with pytest.raises(BadPrices, match="lots"):
        study(folder)


@pytest.mark.parametrize("text", ["", "date,symbol\n", "\x00\x01\x02", "a,b,c\n1,2,3\n"])
def test_a_table_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "bars.csv").write_text(text)
    with pytest.raises(BasketbtError) as caught:
        study(tmp_path)
    assert caught.value.exit_code in (2, 3)
    assert "bars.csv" in str(caught.value)


def test_an_empty_folder_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(BasketbtError) as caught:
        study(tmp_path)
    assert "bars" in f"{caught.value} {caught.value.hint}"


def test_a_table_outside_its_folder_is_refused(tables: Path, tmp_path: Path) -> None:
    (tmp_path / "bars.csv").symlink_to(tables / "bars.csv")
    with pytest.raises(BasketbtError) as caught:
        study(tmp_path)
    assert caught.value.exit_code == 2
