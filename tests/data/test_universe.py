"""A whole market out of one table of adjusted prices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from basketbt.data.bars import PriceRequest, UniverseCloses
from basketbt.data.sources.files import FilesSource
from basketbt.errors import InvalidFile
from replay.setting import known

HEADER = "date,symbol,close\n"
ROWS = """\
2025-01-20,600001.SH,10.00
2025-01-20,sz300003,5.00
2025-01-20,6682.HK,40.00
2025-01-20,000300.SH,3800.00
2025-01-21,600001.SH,11.00
2025-01-21,600001.SH,11.50
2025-01-22,300003.SZ,0
2025-01-22,600001.SH,
2025-02-10,600001.SH,12.00
"""


def load(
    folder: Path, rows: str = ROWS, *, universe: bool = True, **more: str
) -> UniverseCloses | None:
    (folder / "market_adjusted.csv").write_text(HEADER + rows, encoding="utf-8")
    for name, text in more.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    request = PriceRequest(
        symbols=("600001.SH",),
        indexes=(),
        start=np.datetime64("2025-01-20"),
        end=np.datetime64("2025-01-31"),
        universe=universe,
    )
    return FilesSource(folder).load(request).universe


def test_shares_of_the_mainland_by_day_within_the_range(tmp_path: Path) -> None:
    found = known(load(tmp_path))
    assert found.symbols == ("600001.SH", "300003.SZ")
    assert found.dates.astype(str).tolist() == ["2025-01-20", "2025-01-21", "2025-01-22"]
    nan = np.nan
    # the later of two rows for one day; neither a zero nor an empty cell is a price
    expected = [[10.0, 5.0], [11.5, nan], [nan, nan]]
    assert np.array_equal(found.close, expected, equal_nan=True)
    assert found.table == "market_adjusted.csv"
    assert found.industry == (None, None)


def test_industries_come_from_the_instruments(tmp_path: Path) -> None:
    found = known(load(tmp_path, instruments="symbol,industry\n300003.SZ,软件服务\n"))
    assert found.industry == (None, "软件服务")


def test_it_is_read_only_when_asked_for(tmp_path: Path) -> None:
    assert load(tmp_path, universe=False) is None


def test_no_day_in_the_range_is_no_universe(tmp_path: Path) -> None:
    assert load(tmp_path, rows="2024-01-02,600001.SH,10\n") is None


def test_a_code_without_its_exchange_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"market_adjusted\.csv.*000001"):
        load(tmp_path, rows="2025-01-20,000001,10\n")
