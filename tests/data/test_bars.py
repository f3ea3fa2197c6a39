"""One long table of bars: joined, cut and looked at, never out of step with its securities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from basketbt.data.bars import COLUMNS, Bars
from support.bars import history

DAYS = np.array(["2025-01-20", "2025-01-21", "2025-01-22"], "datetime64[D]")


def part(symbol: str, closes: list[float], **more: Any) -> Bars:
    close = np.array(closes)
    return history(symbol, DAYS[: len(closes)], close=close, table=f"{symbol}.csv", **more)


TABLE = Bars.joined(
    [
        part("688111.SH", [1.0, 2.0, 3.0], factor=np.array([1.0, np.nan, 2.0])),
        part("6682.HK", [], currency="HKD"),
        part("000034.SZ", [7.0, 8.0], adjusted=True),
    ]
)


def test_the_rows_of_several_securities_stand_one_below_the_other() -> None:
    assert TABLE.symbols == ("688111.SH", "6682.HK", "000034.SZ")
    assert TABLE.code.tolist() == [0, 0, 0, 2, 2]
    assert TABLE.edges.tolist() == [0, 3, 3, 5]
    assert TABLE.first.tolist() == [True, False, False, True, False]
    assert TABLE.has_factor.tolist() == [True, False, False]
    assert TABLE.per_row(TABLE.adjusted).tolist() == [False, False, False, True, True]
    assert np.isnan(TABLE.volume).all()


def test_securities_are_chosen_in_the_order_asked_for_and_empty_ones_left_out() -> None:
    chosen = TABLE.only(["000034.SZ", "6682.HK", "600000.SH", "688111.SH"])
    assert chosen.symbols == ("000034.SZ", "688111.SH")
    assert chosen.close.tolist() == [7, 8, 1, 2, 3]
    assert chosen.code.tolist() == [0, 0, 1, 1, 1]
    assert chosen.tables == ("000034.SZ.csv", "688111.SH.csv")
    assert chosen.adjusted.tolist() == [True, False]
    with pytest.raises(KeyError):
        TABLE.of("6682.HK")


def test_a_range_keeps_every_column_in_step() -> None:
    later = TABLE.between(DAYS[1], DAYS[1])
    assert (later.close.tolist(), later.code.tolist()) == ([2, 8], [0, 2])
    assert {len(getattr(later, name)) for name in ("dates", *COLUMNS)} == {2}


def test_nothing_joined_is_an_empty_table_and_taking_apart_is_undone_by_joining() -> None:
    empty = Bars.joined([])
    assert (len(empty), empty.symbols, empty.edges.tolist()) == (0, (), [0])
    again = Bars.joined([TABLE.of("688111.SH"), TABLE.of("000034.SZ")])
    for name in ("dates", *COLUMNS):
        np.testing.assert_array_equal(getattr(again, name), getattr(TABLE, name))
