"""Prices of different exchanges, lengths and currencies, aligned on one home calendar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from basketbt.data.bars import Bars, CorporateAction, FxSeries, Instrument, MarketData
from basketbt.data.panel import PricePanel, Status, build_panel
from basketbt.errors import BadPrices, NoFx
from basketbt.market.calendars import calendar
from support.bars import history

NAN = np.nan
# 2025-01-28 .. 2025-02-04 is the Spring Festival on the mainland; Hong Kong trades on
# 2025-01-28 (half a day) and again from 2025-02-03.
SESSIONS = calendar("XSHG").between(np.datetime64("2025-01-22"), np.datetime64("2025-02-10"))


def bars(
    symbol: str, dates: list[str], closes: list[float], *, table: str = "bars.csv", **more: Any
) -> Bars:
    close = np.array(closes)
    fields = dict.fromkeys(("open", "high", "low"), close) | {"close": close}
    fields |= {"volume": np.full(len(close), 1e6), "amount": close * 1e6}
    currency = "HKD" if symbol.endswith("HK") else "CNY"
    return history(
        symbol,
        dates=np.array(dates, "datetime64[D]"),
        currency=currency,
        table=table,
        **(fields | more),
    )


def market(*histories: Bars, **more: Any) -> MarketData:
    return MarketData(source="test", bars=Bars.joined(histories), **more)


def panel(data: MarketData, *symbols: str, **more: Any) -> PricePanel:
    return build_panel(data, symbols, calendar="XSHG", sessions=SESSIONS, **more)


FULL = bars("000300.SH", [str(day) for day in SESSIONS], [100.0] * len(SESSIONS))


def test_a_session_without_a_bar_carries_the_last_price_and_is_called_suspended() -> None:
    share = bars("688111.SH", ["2025-01-22", "2025-01-24", "2025-02-10"], [10.0, 11.0, 12.0])
    result = panel(market(share, FULL), "688111.SH")
    assert result.total[:, 0].tolist() == [10, 10, 11, 11, 11, 11, 11, 12]
    assert np.isnan(result.close[1, 0])
    assert result.status[:, 0].tolist() == [0, 1, 0, 1, 1, 1, 1, 0]


def test_before_its_first_bar_a_share_is_unlisted_and_has_no_price() -> None:
    share = bars("688111.SH", ["2025-02-06", "2025-02-10"], [10.0, 11.0])
    result = panel(market(share, FULL), "688111.SH")
    assert set(result.status[:5, 0]) == {Status.UNLISTED}
    assert np.isnan(result.total[:5, 0]).all()


def test_a_bar_before_the_first_session_gives_the_price_at_it() -> None:
    share = bars("688111.SH", ["2025-01-20", "2025-02-10"], [9.0, 11.0])
    result = panel(market(share, FULL), "688111.SH")
    assert result.total[0, 0] == 9
    assert result.status[0, 0] == Status.SUSPENDED


def test_when_a_table_ends_its_shares_are_not_carried_as_if_suspended() -> None:
    early = bars("688111.SH", ["2025-01-22", "2025-01-24"], [10.0, 11.0], table="old.csv")
    result = panel(market(early, FULL), "688111.SH", "000300.SH")
    assert set(result.status[3:, 0]) == {Status.ENDED}
    assert np.isnan(result.total[3:, 0]).all()
    assert np.isnan(result.price[3:, 0]).all()


def test_a_delisted_share_is_carried_at_its_last_price() -> None:
    share = bars("688111.SH", ["2025-01-22", "2025-01-23"], [10.0, 8.0])
    gone = Instrument(symbol="688111.SH", delisted=np.datetime64("2025-01-24"))
    result = panel(market(share, FULL, instruments={"688111.SH": gone}), "688111.SH")
    assert result.status[2, 0] == Status.SUSPENDED
    assert set(result.status[3:, 0]) == {Status.DELISTED}
    assert result.total[-1, 0] == 8


HONG_KONG = bars(
    "6682.HK",
    ["2025-01-27", "2025-01-28", "2025-02-03", "2025-02-04", "2025-02-05", "2025-02-10"],
    [50.0, 51.0, 53.0, 54.0, 55.0, 60.0],
)


def test_hong_kong_moves_during_the_mainland_holiday_arrive_on_its_next_session() -> None:
    dropped = HONG_KONG.rows(np.arange(len(HONG_KONG)) != 4)
    result = panel(market(dropped, FULL), "6682.HK", fx="local")
    reopening = SESSIONS.tolist().index(np.datetime64("2025-02-05").item())
    assert result.total[reopening, 0] == 54
    assert np.isnan(result.close[reopening, 0])
    assert result.status[reopening, 0] == Status.SUSPENDED


def test_a_mainland_session_on_which_hong_kong_is_shut_is_no_suspension() -> None:
    days = calendar("XSHG").between(np.datetime64("2025-04-16"), np.datetime64("2025-04-23"))
    share = bars("6682.HK", ["2025-04-16", "2025-04-17", "2025-04-22"], [50.0, 51.0, 52.0])
    result = build_panel(market(share), ["6682.HK"], calendar="XSHG", sessions=days, fx="local")
    # Good Friday and Easter Monday 2025: 18 and 21 April; nothing is known after the 22nd.
    expected = [Status.TRADED, Status.TRADED, Status.CLOSED, Status.CLOSED, Status.TRADED]
    assert result.status[:5, 0].tolist() == expected
    assert result.status[5, 0] == Status.ENDED


def test_a_foreign_share_is_turned_into_home_currency_at_the_last_known_rate() -> None:
    rate = FxSeries(
        base="HKD",
        quote="CNY",
        dates=np.array(["2025-01-26", "2025-02-06"], "datetime64[D]"),
        rate=np.array([0.9, 0.8]),
    )
    result = panel(market(HONG_KONG, FULL, fx={"HKDCNY": rate}), "6682.HK")
    assert result.in_home_currency.tolist() == [True]
    at = {str(day): row for row, day in enumerate(SESSIONS)}
    assert result.total[at["2025-02-05"], 0] == pytest.approx(55 * 0.9)
    assert result.total[at["2025-02-07"], 0] == pytest.approx(55 * 0.8)
    assert result.close[at["2025-02-05"], 0] == 55


def test_without_a_rate_the_policy_decides() -> None:
    with pytest.raises(NoFx, match=r"6682\.HK is priced in HKD.*HKDCNY"):
        panel(market(HONG_KONG, FULL), "6682.HK")
    result = panel(market(HONG_KONG, FULL), "6682.HK", fx="local")
    assert result.in_home_currency.tolist() == [False]
    assert any("HKDCNY" in note.text("en") for note in result.notes)


def rates(*days: str, value: float = 0.9) -> dict[str, FxSeries]:
    dates = np.array(days, "datetime64[D]")
    series = FxSeries(base="HKD", quote="CNY", dates=dates, rate=np.full(len(dates), value))
    return {"HKDCNY": series}


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((), "no HKDCNY rate is given"),
        (("2025-02-10",), "the HKDCNY rates begin on 2025-02-10, but one is needed on 2025-01-27"),
        (("2024-11-29",), "the HKDCNY rates end on 2024-11-29, but one is needed on 2025-01-27"),
        (
            ("2025-01-16", "2025-02-10"),
            "the HKDCNY rates have a gap after 2025-01-16, but one is needed on 2025-01-27",
        ),
    ],
    ids=["none", "begins", "ends", "gap"],
)
def test_a_rate_that_does_not_cover_the_prices_is_refused_with_what_exists(
    days: tuple[str, ...], words: str
) -> None:
    given = rates(*days) if days else {}
    with pytest.raises(NoFx) as caught:
        panel(market(HONG_KONG, FULL, fx=given), "6682.HK")
    assert words in str(caught.value)
    assert caught.value.exit_code == 3
    local = panel(market(HONG_KONG, FULL, fx=given), "6682.HK", fx="local")
    assert local.in_home_currency.tolist() == [False]
    assert local.total[-1, 0] == 60


def test_a_rate_holds_for_ten_days() -> None:
    until = panel(market(HONG_KONG, FULL, fx=rates("2025-01-27", "2025-02-06")), "6682.HK")
    assert until.total[-1, 0] == pytest.approx(60 * 0.9)
    ten = panel(market(HONG_KONG, FULL, fx=rates("2025-01-26", "2025-02-05")), "6682.HK")
    assert np.isfinite(ten.total[-1, 0])
    with pytest.raises(NoFx, match="have a gap after 2025-01-26"):
        panel(market(HONG_KONG, FULL, fx=rates("2025-01-26", "2025-02-07")), "6682.HK")


def test_a_rate_is_needed_from_the_day_on_whose_prices_matter() -> None:
    data = market(HONG_KONG, FULL, fx=rates("2025-02-06"))
    result = panel(data, "6682.HK", rates_from=np.datetime64("2025-02-06"))
    at = {str(day): row for row, day in enumerate(SESSIONS)}
    assert result.in_home_currency.tolist() == [True]
    assert np.isnan(result.total[at["2025-02-05"], 0])
    assert result.status[at["2025-02-05"], 0] == Status.TRADED
    assert result.total[at["2025-02-06"], 0] == pytest.approx(55 * 0.9)
    assert any("no price, on 2 session(s) up to 2025-02-05" in n.text() for n in result.notes)
    with pytest.raises(NoFx, match="begin on 2025-02-06, but one is needed on 2025-02-05"):
        panel(data, "6682.HK", rates_from=np.datetime64("2025-02-05"))


def test_adjusted_prices_fill_total_return_only() -> None:
    share = bars("688111.SH", ["2025-01-22", "2025-02-10"], [10.0, 12.0], adjusted=True)
    result = panel(market(share, FULL), "688111.SH")
    assert result.total[-1, 0] == 12
    raw = (result.close, result.open, result.volume, result.reference, result.price)
    assert all(np.isnan(array).all() for array in raw)
    assert result.adjusted_only.tolist() == [True]


def test_a_symbol_without_rows_is_missing_and_repeats_are_dropped() -> None:
    result = panel(market(FULL), "688111.SH", "000300.SH", "000300.SH")
    assert result.symbols == ("000300.SH",)
    assert result.missing == ("688111.SH",)
    with pytest.raises(KeyError):
        result.column("688111.SH")


def test_shares_without_factor_or_actions_are_named_and_indexes_are_not() -> None:
    share = bars("688111.SH", ["2025-01-22", "2025-02-10"], [10.0, 12.0])
    said = [note.text("en") for note in panel(market(share, FULL), "688111.SH", "000300.SH").notes]
    assert len(said) == 1
    assert "688111.SH" in said[0]
    assert "000300.SH" not in said[0]


def test_a_price_return_needs_a_factor_or_actions_to_tell_of_dividends() -> None:
    share = bars("688111.SH", ["2025-01-22", "2025-02-10"], [10.0, 12.0])
    untold = panel(market(share, FULL), "688111.SH", "000300.SH")
    assert np.isnan(untold.price[:, 0]).all()
    assert untold.price_unknown(slice(0, None))[-1].tolist() == [True, False]
    assert untold.total[-1, 0] == 12
    assert untold.price[-1, 1] == 100  # an index is its own price level
    for told in (
        market(replace(share, factor=np.ones(2)), FULL),
        market(share, FULL, has_actions=True),
    ):
        assert panel(told, "688111.SH").price[-1, 0] == 12


def test_only_actions_within_the_sessions_are_kept() -> None:
    inside = CorporateAction(symbol="000300.SH", ex_date=np.datetime64("2025-02-05"), cash=1.0)
    outside = replace(inside, ex_date=np.datetime64("2024-02-05"))
    data = market(FULL, actions={"000300.SH": (outside, inside)}, has_actions=True)
    assert panel(data, "000300.SH").actions == (inside,)


def test_rows_out_of_order_are_never_aligned() -> None:
    share = bars("688111.SH", ["2025-02-10", "2025-01-22"], [10.0, 12.0])
    with pytest.raises(BadPrices, match=r"688111\.SH 2025-01-22"):
        panel(market(share), "688111.SH")


def test_the_digest_follows_the_content_and_not_where_it_came_from() -> None:
    share = bars("688111.SH", ["2025-01-22", "2025-02-10"], [10.0, 12.0])
    one = panel(market(share, FULL), "688111.SH")
    moved = panel(market(replace(share, tables=("lock.parquet",)), FULL), "688111.SH")
    changed = panel(market(replace(share, close=np.array([10.0, 12.0 + 1e-12])), FULL), "688111.SH")
    assert one.digest == panel(market(share, FULL), "688111.SH").digest
    assert one.digest != changed.digest
    assert len(one.digest) == 64
    assert moved.tables != one.tables
