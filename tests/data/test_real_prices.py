"""The real tables beside the project: everything the lists need loads, aligns and passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from basketbt.data.bars import MarketData, PriceRequest
from basketbt.data.panel import PricePanel, Status, build_panel
from basketbt.data.sources.files import FilesSource
from basketbt.data.sources.files.folder import tables_of
from basketbt.data.validation.check import check
from basketbt.lists.library import find_library
from basketbt.market.calendars import calendar
from support.bars import each

pytestmark = pytest.mark.market
D = np.datetime64
INDEXES = (
    *("000300.SH", "000985.CSI", "000688.SH", "399006.SZ", "000001.SH", "399001.SZ"),
    *("930713.CSI", "931071.CSI", "H00300.CSI"),
)


def symbols_of(pattern: str) -> tuple[str, ...]:
    library = find_library(Path(__file__).resolve().parents[2] / "baskets")
    baskets = library.select([pattern])
    return tuple(dict.fromkeys(symbol for basket in baskets for symbol in basket.symbols))


@pytest.fixture(scope="module")
def asked() -> PriceRequest:
    return PriceRequest(
        symbols=symbols_of("*/*"), indexes=INDEXES, start=D("2024-07-01"), end=D("2025-04-30")
    )


@pytest.fixture(scope="module")
def data(market: Path, asked: PriceRequest) -> MarketData:
    return check(FilesSource(market).load(asked))


@pytest.fixture(scope="module")
def panel(data: MarketData, asked: PriceRequest) -> PricePanel:
    return build_panel(
        data,
        (*asked.symbols, *asked.indexes),
        calendar="XSHG",
        sessions=calendar("XSHG").between(asked.start, asked.end),
        fx="local",
    )


def test_all_118_shares_and_the_benchmarks_have_prices(
    panel: PricePanel, asked: PriceRequest
) -> None:
    assert len(asked.symbols) == 118
    assert panel.missing == ()
    assert len(panel.symbols) == 118 + len(INDEXES)


def test_every_guojin_a_share_trades_on_every_session_around_r1(panel: PricePanel) -> None:
    guojin = [symbol for symbol in symbols_of("guojin/*") if not symbol.endswith(".HK")]
    assert len(guojin) == 27
    rows = panel.sessions <= D("2025-03-31")
    columns = [panel.column(symbol) for symbol in guojin]
    assert rows.sum() == 182
    assert (panel.status[rows][:, columns] == Status.TRADED).all()
    assert not panel.adjusted_only[columns].any()


def test_total_return_is_raw_close_times_factor(market: Path, panel: PricePanel) -> None:
    import pandas as pd

    table = pd.read_parquet(market / "bars.parquet")
    one = table[table.symbol == "300624.SZ"].set_index("date")
    expected = (one.close * one.adj_factor).pct_change().loc["2024-07-02":"2025-04-30"]
    total = panel.total[:, panel.column("300624.SZ")]
    assert total[1:] / total[:-1] - 1 == pytest.approx(expected.to_numpy(), abs=1e-12)


def test_hong_kong_is_aligned_by_date(market: Path, panel: PricePanel) -> None:
    import pandas as pd

    table = pd.read_parquet(market / "bars.parquet")
    own = table[table.symbol == "6682.HK"].set_index("date").close
    column = panel.column("6682.HK")
    total = panel.total[:, column]
    carried = own.reindex(own.index.union(pd.DatetimeIndex(panel.sessions))).ffill()
    expected = carried.reindex(panel.sessions).to_numpy()
    # 2024-07-01 is a holiday in Hong Kong, and nothing before it was asked for.
    assert np.isnan(total[0])
    assert total[1:] / total[1] == pytest.approx(expected[1:] / expected[1], abs=1e-12)
    assert not panel.in_home_currency[column]
    easter = np.searchsorted(panel.sessions, D("2025-04-18"))
    assert panel.status[easter, column] == Status.CLOSED


def test_a_share_of_which_nothing_tells_dividends_is_named(
    market: Path, asked: PriceRequest
) -> None:
    tables = tuple(one for one in tables_of(market) if one.kind != "actions")
    data = check(FilesSource(market, tables).load(replace(asked, symbols=("6682.HK", "688111.SH"))))
    sessions = calendar("XSHG").between(asked.start, asked.end)
    panel = build_panel(data, data.bars.symbols, calendar="XSHG", sessions=sessions, fx="local")
    (said,) = [note.text("en") for note in panel.notes if note.kind.code == "no_factor"]
    assert "6682.HK" in said
    assert "688111.SH" not in said
    assert panel.price_unknown(slice(0, 5))[1:, panel.column("6682.HK")].all()


def test_only_shares_that_the_raw_table_lacks_come_from_the_adjusted_one(
    market: Path, asked: PriceRequest, panel: PricePanel
) -> None:
    assert not panel.adjusted_only.any()
    wanted = replace(asked, symbols=("688111.SH", "600519.SH"), indexes=())
    bars = FilesSource(market).load(wanted).bars
    assert dict(zip(bars.symbols, bars.adjusted.tolist(), strict=True)) == {
        "688111.SH": False,
        "600519.SH": True,
    }


def test_price_return_exists_around_the_event_where_actions_explain_the_factor(
    panel: PricePanel,
) -> None:
    day = int(np.searchsorted(panel.sessions, D("2025-01-20")))
    assert not panel.price_unknown(slice(day, day + 5)).any()


def test_no_close_of_the_raw_table_is_beyond_its_limit_but_in_the_weeks_of_a_listing(
    market: Path,
) -> None:
    import pyarrow.parquet as pq

    every = pq.read_table(market / "bars.parquet", columns=["symbol"])["symbol"].unique()
    request = PriceRequest(
        symbols=tuple(every.to_pylist()), indexes=(), start=D("2023-01-03"), end=D("2025-05-23")
    )
    notes = check(FilesSource(market).load(request)).notes
    beyond = [dict(note.values) for note in notes if dict(note.values).get("rule") == "limit"]
    assert [values["rows"] for values in beyond if "688629.SH" not in str(values["rows"])] == []
    assert all(values["count"] == 1 for values in beyond)


def test_a_narrow_request_gives_the_same_rows(market: Path, data: MarketData) -> None:
    request = PriceRequest(
        symbols=("688111.SH", "301308.SZ"), indexes=(), start=D("2025-01-02"), end=D("2025-01-27")
    )
    part = FilesSource(market).load(request)
    for symbol, bar in each(part.bars).items():
        whole = data.bars.of(symbol)
        inside = (whole.dates >= request.start) & (whole.dates <= request.end)
        assert bar.close.tolist() == whole.close[inside].tolist()
    assert FilesSource(market).load(replace(request, symbols=("600519.HK",))).bars.symbols == ()
