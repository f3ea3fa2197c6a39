"""Prices end where their table ends: before that a share without rows is suspended, not after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from basketbt.data.bars import MarketData, PriceRequest
from basketbt.data.lock import LockSource, write_lock
from basketbt.data.panel import PricePanel, Status, build_panel
from basketbt.data.sources.files import FilesSource, TableSpec
from basketbt.data.validation.check import check
from basketbt.market.calendars import calendar

D = np.datetime64
A, OTHER, HK, INDEX = "600001.SH", "000002.SZ", "6682.HK", "000300.SH"
DAYS = calendar("XSHG").between(D("2025-02-10"), D("2025-02-28"))
FIVE = DAYS[:5]


def lines(symbol: str, days: np.ndarray, row: str = "9.9,10.1,9.8,10,1000,10000") -> list[str]:
    return [f"{day},{symbol},{row}" for day in days]


def write(path: Path, *rows: list[str]) -> Path:
    head = "date,symbol,open,high,low,close,volume,amount"
    path.write_text("\n".join([head, *(line for part in rows for line in part)]) + "\n")
    return path


def asked(*symbols: str, end: np.datetime64 = DAYS[-1]) -> PriceRequest:
    return PriceRequest(symbols=symbols, indexes=(), start=DAYS[0], end=end)


def loaded(folder: Path, *symbols: str, tables: tuple[TableSpec, ...] | None = None) -> MarketData:
    return FilesSource(folder, tables).load(asked(*symbols))


def panel(data: MarketData, symbol: str = A) -> PricePanel:
    return build_panel(check(data), [symbol], calendar="XSHG", sessions=DAYS, fx="local")


def statuses(found: PricePanel) -> set[Status]:
    return set(map(Status, found.status[len(FIVE) :, 0].tolist()))


def test_a_share_suspended_to_the_end_is_carried_while_others_of_its_table_trade(
    tmp_path: Path,
) -> None:
    write(tmp_path / "bars.csv", lines(A, FIVE), lines(OTHER, DAYS))
    data = loaded(tmp_path, A)  # the study holds this share alone
    found = panel(data)
    assert statuses(found) == {Status.SUSPENDED}
    assert found.total[-1, 0] == 10
    said = " ".join(note.text("en") for note in check(data).notes)
    assert f"{A} {FIVE[-1]}: last row, so many sessions before its table's end: 10" in said


@pytest.mark.parametrize(
    "beside", [[], lines(INDEX, DAYS, ",,,4000,,"), lines(HK, DAYS)], ids=["alone", "index", "HK"]
)
def test_a_late_table_is_no_suspension(tmp_path: Path, beside: list[str]) -> None:
    """An index and another exchange go on; that says nothing of the shares of this one."""
    write(tmp_path / "bars.csv", lines(A, FIVE), lines(OTHER, FIVE[:3]), beside)
    found = panel(loaded(tmp_path, A))
    assert statuses(found) == {Status.ENDED}
    assert np.isnan(found.total[len(FIVE) :, 0]).all()


def test_another_table_that_goes_on_says_nothing_of_this_one(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", lines(A, FIVE))
    write(tmp_path / "other_adjusted.csv", lines(OTHER, DAYS))
    assert statuses(panel(loaded(tmp_path, A, OTHER))) == {Status.ENDED}


def test_rows_without_volume_up_to_the_end_are_a_suspension_up_to_the_end(tmp_path: Path) -> None:
    filler = lines(A, DAYS[5:], "10,10,10,10,0,0")
    write(tmp_path / "bars.csv", lines(A, FIVE), filler)
    assert statuses(panel(loaded(tmp_path, A))) == {Status.SUSPENDED}


def test_a_wide_table_ends_with_its_last_filled_day(tmp_path: Path) -> None:
    rows = [f"{day},{10 if day in FIVE else ''},20" for day in DAYS]
    (tmp_path / "close.csv").write_text("\n".join([f"date,{A},{OTHER}", *rows]) + "\n")
    spec = TableSpec(path="close.csv", layout="wide", field="close")
    assert statuses(panel(loaded(tmp_path, A, tables=(spec,)))) == {Status.SUSPENDED}
    cut = [f"{day},{10 if day in FIVE else ''}," for day in DAYS]
    (tmp_path / "close.csv").write_text("\n".join([f"date,{A},{OTHER}", *cut]) + "\n")
    assert statuses(panel(loaded(tmp_path, A, tables=(spec,)))) == {Status.ENDED}


def test_what_lies_after_the_days_asked_for_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", lines(A, FIVE), lines(OTHER, DAYS))
    data = FilesSource(tmp_path).load(asked(A, end=DAYS[6]))
    assert max(data.ends.values()) == DAYS[6]


def test_a_lock_knows_where_the_tables_ended(tmp_path: Path) -> None:
    write(tmp_path / "bars.csv", lines(A, FIVE), lines(OTHER, DAYS))
    data = loaded(tmp_path, A)
    write_lock(tmp_path / "prices.lock", data, asked(A))
    locked = LockSource(tmp_path / "prices.lock").load(asked(A))
    assert panel(locked).digest == panel(data).digest
    assert statuses(panel(locked)) == {Status.SUSPENDED}
