"""Studies with an `account:` section: what they write, what they refuse, what they import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.api import Run
from basketbt.api import run as run_study_file
from basketbt.config.study import load_study
from basketbt.data.bars import Bars
from basketbt.engine.account.quotes import MissingQuote
from basketbt.engine.account.settings import AccountSettings, BadAccount
from basketbt.errors import BasketbtError, NoFx, OutsideData
from basketbt.market.lots import NoLot
from basketbt.pipeline.accounts import NoAccounts
from basketbt.pipeline.run import run_study
from basketbt.plan.request import NoEntry
from support import invented
from support.made import Made, Study

RISING = {day: 10.0 * 1.01 ** max(day, 0) for day in range(-160, 20)}
FLAT = dict.fromkeys(range(-160, 20), 20.0)
INDEX = {"000300.SH": FLAT}
TWO = ("600001.SH", "600002.SH")


@pytest.fixture
def made() -> Made:
    return Made({TWO[0]: RISING, TWO[1]: FLAT, **INDEX})


def account_row(run: Run) -> dict[str, Any]:
    summary = run.summary
    (row,) = summary[summary["book"] == "account"].to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_the_summary_has_the_account_beside_the_index_book(study: Study, made: Made) -> None:
    run = study(made, TWO, account="{}")
    row = account_row(run)
    assert row["entry"] == "next_open"
    assert (row["window"], str(row["base_date"].date())) == ("[0,+2]", "2025-01-20")
    index = run.summary[run.summary["book"] == "index"].iloc[0]
    assert row["paper_return"] == pytest.approx(index["total_return"], abs=1e-12)
    parts = [name for name in row if name.startswith("shortfall_")]
    assert len(parts) == 5
    assert sum(float(row[name]) for name in parts) == pytest.approx(row["shortfall"], abs=1e-12)
    assert row["shortfall"] == pytest.approx(row["paper_return"] - row["total_return"], abs=1e-12)
    assert np.isnan(index["paper_return"])
    sections = [("achievable" in found.memo) for found in (run, study(made, TWO))]
    assert sections == [True, False]


def test_cash_and_positions_are_the_value_to_the_fen(study: Study, made: Made) -> None:
    frames = study(made, TWO, account="{entry: day0_close}").frames
    held = frames["positions"].groupby("date")["value"].sum()
    for row in frames["account"].to_dict("records"):
        assert round(row["cash"] + held.get(row["date"], 0.0), 2) == row["value"]
    orders = frames["orders"]
    assert set(orders["side"]) == {"buy", "sell"}
    fees = orders[["commission", "stamp_duty", "transfer", "handling", "levy", "tax"]].to_numpy()
    sign = np.where(orders["side"] == "sell", 1, -1)
    end = 10_000_000 + (sign * orders["amount"]).sum() - fees.sum()
    assert frames["account"]["cash"].iloc[-1] == pytest.approx(end, abs=1e-6)


def test_a_share_with_adjusted_prices_only_is_left_out_by_name(study: Study, made: Made) -> None:
    # The account and its paper are of the other share; the whole list stands beside them.
    some = Made(made.closes, adjusted=frozenset({TWO[1]}))
    run = study(some, TWO, account="{cash: 1000000}")
    row = account_row(run)
    assert f"the account cannot hold {TWO[1]} (only adjusted prices): 50.0%" in str(row["notes"])
    assert row["covered"] == 0.5
    assert row["paper_return"] == pytest.approx(1.01**2 - 1, abs=1e-12)
    assert row["list_return"] == pytest.approx((1.01**2 - 1) / 2, abs=1e-12)
    assert row["fill_ratio"] > 0.99
    assert set(run.frames["orders"]["symbol"]) == {TWO[0]}
    assert (
        f"mine/list**: accounts can hold 1 of its 2 shares, 50.0% of its weight, and not {TWO[1]} "
        "(only adjusted prices). The whole list made +1.0% on paper." in run.memo
    )


def test_its_weight_stays_in_cash_when_the_study_says_so(study: Study, made: Made) -> None:
    some = Made(made.closes, adjusted=frozenset({TWO[1]}))
    run = study(some, TWO, account="{cash: 1000000, refused: cash}")
    row = account_row(run)
    assert "50.0% of the weight stays in cash" in str(row["notes"])
    assert row["covered"] == 0.5
    assert row["paper_return"] == row["list_return"]
    assert row["fill_ratio"] == pytest.approx(0.5, abs=0.01)
    assert "their weight stays in cash. The whole list" in run.memo


def test_a_list_of_which_too_little_can_be_held_has_no_account(study: Study, made: Made) -> None:
    some = Made(made.closes, adjusted=frozenset({TWO[1]}))
    with pytest.raises(NoAccounts, match=f"{TWO[1]}.*only adjusted prices") as caught:
        study(some, TWO, account="{least_covered: 0.6}")
    assert caught.value.exit_code == 3
    assert "50.0% of the weight, and at least 60.0% must be" in str(caught.value)
    with pytest.raises(NoAccounts, match=r"0\.0% of the weight"):
        study(Made(made.closes, adjusted=frozenset(TWO)), TWO, account="{least_covered: 0}")


def test_each_refused_share_is_told_its_own_reason(study: Study) -> None:
    names = (*TWO, "6682.HK", "900901.SH")
    closes = dict.fromkeys(names, RISING)
    source = Made({**closes, **INDEX}, adjusted=frozenset({TWO[1]}))
    row = account_row(study(source, names, account="{least_covered: 0.2}", fx="local"))
    assert (
        "the account cannot hold 600002.SH (only adjusted prices); 900901.SH (B share, whose rules "
        "are not recorded); 6682.HK (no rate to yuan): 75.0% of the weight" in str(row["notes"])
    )


def test_a_hong_kong_share_needs_a_rate(study: Study) -> None:
    source = Made({TWO[0]: RISING, "6682.HK": FLAT, **INDEX})
    with pytest.raises(NoFx):
        study(source, (TWO[0], "6682.HK"), account="{}")
    with pytest.raises(NoAccounts, match=r"6682\.HK \(no rate to yuan\)") as caught:
        study(source, ("6682.HK", TWO[0]), account="{least_covered: 0.9}", fx="local")
    assert "adjusted" not in str(caught.value)
    rated = Made(source.closes, fx=dict.fromkeys(range(-160, 20), 0.93))
    assert account_row(study(rated, (TWO[0], "6682.HK"), account="{}"))["names_priced"] == 2


def test_a_hong_kong_share_needs_a_lot(study: Study, tmp_path: Path) -> None:
    rated = Made({"6682.HK": FLAT, **INDEX}, fx=dict.fromkeys(range(-160, 20), 0.93))
    study(rated, ("6682.HK",), account="{}")
    path = tmp_path / "baskets/mine/list.yaml"
    path.write_text(path.read_text().replace(", lot: 100", ""))
    with pytest.raises(NoLot, match=r"6682\.HK"):
        run_study(load_study(tmp_path / "study.yaml"), rated)


@pytest.mark.parametrize(
    ("key", "value"),
    [("cash", 0.0), ("cash", float("nan")), ("participation", 0.0), ("patience", -1)],
)
def test_settings_guard_themselves(key: str, value: float) -> None:
    with pytest.raises(BadAccount, match=f"account.{key}"):
        AccountSettings(**{key: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account", "error", "code"),
    [("{entry: day0_close, exit: 2025-01-21}", NoEntry, 2), ("{exit: 2025-03-31}", OutsideData, 3)],
)
def test_accounts_that_cannot_be(
    study: Study, made: Made, account: str, error: type[BasketbtError], code: int
) -> None:
    with pytest.raises(error) as caught:
        study(made, TWO, account=account)
    assert caught.value.exit_code == code


def test_an_account_that_begins_before_the_prices_is_refused(study: Study) -> None:
    late = dict.fromkeys(range(3, 20), 20.0)
    with pytest.raises(OutsideData, match="run from 2025-01-20") as caught:
        study(Made({TWO[0]: late, **INDEX}), TWO[:1], account="{}", windows="[[5, 8]]")
    assert "prices exist from 2025-01-24" in str(caught.value)
    assert caught.value.exit_code == 3
    assert "`exit`" in caught.value.hint


def test_a_session_without_an_open_is_refused(study: Study, made: Made) -> None:
    class WithoutOpen(Made):
        def _bars(self, symbol: str) -> Bars:
            bars = super()._bars(symbol)
            on_the_day = bars.dates == np.datetime64("2025-01-22")
            return replace(bars, open=np.where(on_the_day, np.nan, bars.open))

    with pytest.raises(MissingQuote, match=r"600001\.SH 2025-01-22: the bar has no open"):
        study(WithoutOpen(made.closes), TWO, account="{}")


def test_a_share_listed_later_is_waited_for(study: Study, made: Made) -> None:
    # It joins the index book at its first close, on day +2; the account buys it there too.
    late = {day: 20.0 + day for day in range(2, 20)}
    source = Made({TWO[0]: FLAT, TWO[1]: late, **INDEX})
    run = study(source, TWO, account="{cash: 1000000}", late_listing="join", windows="[[0, 5]]")
    orders = run.frames["orders"]
    bought = orders[(orders["symbol"] == TWO[1]) & (orders["side"] == "buy")]
    assert (bought["filled"] > 0).any()
    assert account_row(run)["names_priced"] == 2


@pytest.mark.parametrize("entry", ["next_open", "day0_close"])
def test_a_share_listed_on_the_day_of_the_entry_is_bought_at_its_close(
    study: Study, entry: str
) -> None:
    # At its first close it joins the index book; the account has begun at the open, or begins now.
    late = dict.fromkeys(range(20), 20.0)
    run = study(
        Made({TWO[0]: FLAT, TWO[1]: late, **INDEX}),
        TWO,
        account=f"{{cash: 1000000, entry: {entry}}}",
        late_listing="join",
        windows="[[0, 5]]",
    )
    orders = run.frames["orders"].query(f"symbol == '{TWO[1]}' and side == 'buy'")
    first = orders.iloc[0]
    assert (str(first["date"].date()), first["moment"]) == ("2025-01-21", "close")
    assert orders["filled"].sum() > 20_000


def test_a_delisted_share_keeps_its_last_price(study: Study, made: Made) -> None:
    gone = {day: price for day, price in FLAT.items() if day <= 1}
    source = Made({TWO[0]: FLAT, TWO[1]: gone, **INDEX}, delisted={TWO[1]: 1})
    run = study(source, TWO, account="{cash: 1000000}", windows="[[0, 5]]")
    orders = run.frames["orders"]
    last = orders[(orders["symbol"] == TWO[1]) & (orders["side"] == "sell")].iloc[-1]
    assert (last["filled"], last["reason"]) == (0, "not traded")
    account = run.frames["account"]
    assert account["value"].iloc[-1] == pytest.approx(999_000, abs=900)


def test_a_share_of_another_exchange_is_not_taken_for_consolidated_after_a_holiday() -> None:
    """Hong Kong traded on 3 and 4 February 2025, while the mainland was shut."""
    kept = run_study_file(
        invented.STUDY,
        overrides=[
            "baskets=guojin/software",
            "weighting=equal",
            "rebalance=hold",
            "events=deepseek-r1",
            "account={}",
        ],
    )
    rows = kept.summary[kept.summary["book"].str.startswith("account")]
    assert len(rows)
    assert rows["total_return"].notna().all()
    traded = kept.frames["orders"].query("symbol == '6682.HK'")
    assert (traded["filled"] > 0).any()


def test_a_hong_kong_account_is_kept_in_yuan_beside_levels_in_dollars(study: Study) -> None:
    made = {"6682.HK": FLAT, **INDEX}
    with pytest.raises(NoFx, match="HKDCNY"):
        study(Made(made), ("6682.HK",), account="{}")
    falling = dict.fromkeys(range(-160, 1), 1.0) | dict.fromkeys(range(1, 20), 0.9)
    lower = study(Made(made, fx=falling), ("6682.HK",), account="{}")
    index = lower.summary[lower.summary["book"] == "index"].iloc[0]
    assert index["total_return"] == pytest.approx(0.0, abs=1e-12)
    assert account_row(lower)["paper_return"] == pytest.approx(-0.1, abs=1e-12)
    steady = study(Made(made, fx=dict.fromkeys(range(-160, 20), 1.0)), ("6682.HK",), account="{}")
    assert steady.run_id != lower.run_id
