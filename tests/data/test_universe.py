"""A whole market out of one table of adjusted prices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from basketbt.data.bars import Bars, PriceRequest, UniverseCloses
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


def test_the_equal_weighted_market_is_the_mean_of_one_session_returns(tmp_path: Path) -> None:
    """A thousand shares: all but two stand still, one joins, one misses a day."""
    rows = [f"2025-01-{day},60{n:04d}.SH,10" for n in range(998) for day in (20, 21, 22)]
    rows += ["2025-01-20,300001.SZ,10", "2025-01-22,300001.SZ,20"]  # no bar on the 21st
    rows += ["2025-01-21,300002.SZ,10", "2025-01-22,300002.SZ,11"]  # listed on the 21st
    level = bars(tmp_path, rows).of("EWA.CALC")
    assert level.dates.astype(str).tolist() == ["2025-01-20", "2025-01-21", "2025-01-22"]
    assert level.close == pytest.approx([1000.0, 1000.0, 1000.0 * (1 + 0.1 / 999)], abs=1e-9)
    assert "EWA.CALC" not in bars(tmp_path, rows[: 3 * 997]).symbols  # too few to be a market


def test_a_table_of_indexes_that_has_it_comes_first(tmp_path: Path) -> None:
    table = "date,symbol,close\n2025-01-20,EWA.CALC,1000\n2025-01-21,EWA.CALC,1010\n"
    (tmp_path / "indexes.csv").write_text(table, encoding="utf-8")
    assert bars(tmp_path, ROWS.splitlines()).of("EWA.CALC").close.tolist() == [1000.0, 1010.0]


def bars(folder: Path, rows: list[str]) -> Bars:
    (folder / "market_adjusted.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    first, last = np.datetime64("2025-01-20"), np.datetime64("2025-01-31")
    asked = PriceRequest(symbols=(), indexes=(), start=first, end=last, universe=True)
    return FilesSource(folder).load(asked).bars
