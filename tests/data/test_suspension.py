"""However a table writes a day without trading, the share is suspended on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.data.bars import Bars, MarketData, PriceRequest
from basketbt.data.sources.files import FilesSource
from basketbt.data.suspension import suspended
from basketbt.data.validation.check import check
from basketbt.errors import InvalidFile
from support.bars import history

A, B, INDEX = "600001.SH", "600002.SH", "000300.SH"
D = np.datetime64
DAYS = [D("2025-01-20"), D("2025-01-21"), D("2025-01-22"), D("2025-01-23")]
HEAD = "date,symbol,open,high,low,close,volume,amount"
#: 22 January, on which A did not trade, in the ways in which tables write it.
HALTS = {
    "no row": None,
    "volume 0": "10,10,10,10,0,0",
    "prices and volume 0": "0,0,0,0,0,0",
    "an empty volume beside the last close": "10,10,10,10,,",
    "the last close alone": ",,,10,,",
    "停牌 in place of the volume": "10,10,10,10,停牌,",
    "停牌 in place of every number": "停牌,停牌,停牌,停牌,停牌,停牌",
}


def rows(halt: str | None, symbol: str = A) -> list[str]:
    traded = ["9.9,10.1,9.8,10,1000,10000", "9.9,10.1,9.8,10,1000,10000"]
    after = "10.5,11,10.4,10.8,2000,21000"
    days = [*traded, halt, after]
    return [f"{day},{symbol},{row}" for day, row in zip(DAYS, days, strict=True) if row is not None]


def loaded(folder: Path, lines: list[str], head: str = HEAD) -> MarketData:
    (folder / "bars.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    request = PriceRequest(symbols=(A, B), indexes=(), start=DAYS[0], end=DAYS[-1])
    return check(FilesSource(folder).load(request), {"gap": "warn"})


@pytest.mark.parametrize("halt", HALTS.values(), ids=HALTS)
def test_a_day_without_trading_has_no_row_however_it_is_written(
    tmp_path: Path, halt: str | None
) -> None:
    data = loaded(tmp_path, rows(halt))
    assert data.bars.of(A).dates.tolist() == [D(day).item() for day in (*DAYS[:2], DAYS[3])]
    said = " ".join(note.text("en") for note in data.notes)
    assert ("without volume" in said) == (halt is not None)


@pytest.mark.parametrize("status", ["0", "停牌", "停牌一天", "suspended"])
def test_a_trading_status_says_it_even_beside_prices_and_volume(
    tmp_path: Path, status: str
) -> None:
    lines = [f"{row},1" for row in rows("9.9,10.1,9.8,10,1000,10000")]
    lines[2] = lines[2][:-1] + status
    data = loaded(tmp_path, lines, HEAD + ",tradestatus")
    assert DAYS[2] not in data.bars.of(A).dates


def test_a_share_halted_for_an_hour_traded(tmp_path: Path) -> None:
    lines = [f"{row},停牌1小时" for row in rows("9.9,10.1,9.8,10,1000,10000")]
    assert len(loaded(tmp_path, lines, HEAD + ",交易状态").bars) == 4


def test_a_status_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    lines = [f"{row},maybe" for row in rows(None)]
    with pytest.raises(InvalidFile, match=r"bars.csv:2.*'maybe', which is no trading status"):
        loaded(tmp_path, lines, HEAD + ",tradestatus")


def share(symbol: str = A, **columns: Any) -> Bars:
    close = np.array([10.0, 10.0, 10.2, 10.2])
    plain = {
        "open": close, "high": close + 0.1, "low": close - 0.1, "close": close,
        "volume": np.full(4, 1e5), "amount": np.full(4, 1e6),
    }  # fmt: skip
    given: dict[str, Any] = {name: np.array(values, float) for name, values in columns.items()}
    return history(symbol, **{"dates": np.array(DAYS), **plain, **given})


NAN = np.nan


@pytest.mark.parametrize(
    ("why", "bars", "expected"),
    [
        ("no volume known at all", share(volume=[NAN] * 4, amount=[NAN] * 4), []),
        ("prices moved in the day", share(volume=[1e5, NAN, 1e5, NAN], amount=[NAN] * 4), []),
        (
            "closed elsewhere than before",
            share(high=[10, 10, 10.2, 10.2], low=[10, 10, 10.2, 10.2],
                  volume=[1e5, 1e5, NAN, 1e5], amount=[NAN] * 4),
            [],
        ),
        (
            "money changed hands",
            share(high=[10, 10, 10.2, 10.2], low=[10, 10, 10.2, 10.2], volume=[1e5, NAN, 1e5, 1e5]),
            [],
        ),
        (
            "nothing moved",
            share(high=[10, 10, 10.2, 10.2], low=[10, 10, 10.2, 10.2],
                  volume=[1e5, NAN, 1e5, NAN], amount=[NAN] * 4),
            [1, 3],
        ),
        ("the exchange says 0", share(volume=[1e5, 0, 1e5, 1e5]), [1]),
        (
            "a half day in Hong Kong, whose close moved",
            share("6682.HK", high=[11, 11, 10.2, 11], low=[9, 9, 10.2, 9],
                  volume=[1e5, 1e5, 0, 1e5], amount=[NAN] * 4),
            [],
        ),
        (
            "a still day in Hong Kong",
            share("6682.HK", high=[11, 10, 11, 11], low=[9, 10, 9, 9], volume=[1e5, 0, 1e5, 1e5],
                  amount=[NAN] * 4),
            [1],
        ),
        ("an index is never suspended", share(INDEX, volume=[0, 0, 0, 0]), []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_counts_as_trading(why: str, bars: Bars, expected: list[int]) -> None:
    assert np.flatnonzero(suspended(bars)).tolist() == expected, why
    mixed = bars.rows(np.array([2, 0, 3, 1]))  # in whatever order the table has them
    assert sorted(np.array([2, 0, 3, 1])[suspended(mixed)].tolist()) == expected


@pytest.mark.market
def test_unknown_volumes_of_real_trades_are_no_suspensions(market: Path) -> None:
    """98 rows of 688066, 688256 and 002315 have prices that moved and no volume."""
    request = PriceRequest(
        symbols=("688066.SH", "688256.SH", "002315.SZ", "6682.HK"),
        indexes=(),
        start=D("2021-01-04"),
        end=D("2026-01-30"),
    )
    bars = FilesSource(market).load(request).bars
    unknown = np.isnan(bars.volume)
    assert unknown.sum() == 98
    assert not suspended(bars)[unknown].any()
