"""Studies with an `account:` section: what they write, say and refuse, what they import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.api import Run
from basketbt.api import run as run_study_file
from basketbt.config.study import load_study
from basketbt.data.bars import Bars, CorporateAction
from basketbt.engine.account.quotes import MissingQuote
from basketbt.engine.account.settings import AccountSettings, BadAccount
from basketbt.errors import BasketbtError, NoFx, OutsideData
from basketbt.market.lots import NoLot
from basketbt.pipeline.accounts import NoAccounts
from basketbt.pipeline.run import run_study
from basketbt.pipeline.screening import LotsDisagree, WarningsDisagree
from basketbt.plan.request import ExitBeforeEntry, NoEntry
from basketbt.report.views.context import contexts
from basketbt.report.views.headline import account_tables
from support import invented
from support.made import Made, Study, session
from support.written import share, write_list

RISING = {day: 10.0 * 1.01 ** max(day, 0) for day in range(-160, 20)}
FLAT = dict.fromkeys(range(-160, 20), 20.0)
INDEX = {"000300.SH": FLAT}
FIRST, SECOND = TWO = ("600001.SH", "600002.SH")


@pytest.fixture
def made() -> Made:
    return Made({TWO[0]: RISING, TWO[1]: FLAT, **INDEX})


@pytest.fixture
def calm() -> Made:
    return Made({FIRST: FLAT, SECOND: FLAT, **INDEX})


def accounts(run: Run) -> dict[str, dict[str, Any]]:
    """The account rows of the summary by entry."""
    rows = run.summary[run.summary["book"] == "account"].to_dict("records")
    return {row["entry"]: {str(key): cell for key, cell in row.items()} for row in rows}


def account_row(run: Run) -> dict[str, Any]:
    """The account of the next open, which every study with the section has."""
    return accounts(run)["next_open"]


def test_the_summary_has_the_account_beside_the_index_book(study: Study, made: Made) -> None:
    run = study(made, TWO, account="{}")
    row = account_row(run)
    assert row["entry"] == "next_open"
    assert (row["window"], str(row["base_date"].date())) == ("[0,+2]", "2025-01-20")
    index = run.summary[run.summary["book"] == "index"].iloc[0]
    assert row["paper_return"] == pytest.approx(index["total_return"], abs=1e-12)
    parts = [name for name in row if name.startswith("shortfall_")]
    assert len(parts) == 4
    assert sum(float(row[name]) for name in parts) == pytest.approx(row["friction"], abs=1e-12)
    whole = row["moved_before_entry"] + row["friction"]
    assert whole == pytest.approx(row["shortfall"], abs=1e-12)
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
    assert row["holdable"] == 0.5
    assert row["covered"] == 1
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
    assert row["holdable"] == 0.5
    assert row["covered"] == 1
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
    falling = dict.fromkeys(range(-160, 1), 1.0) | dict.fromkeys(range(1, 20), 0.98)
    lower = study(Made(made, fx=falling), ("6682.HK",), account="{}")
    index = lower.summary[lower.summary["book"] == "index"].iloc[0]
    assert index["total_return"] == pytest.approx(0.0, abs=1e-12)
    assert account_row(lower)["paper_return"] == pytest.approx(-0.02, abs=1e-12)
    steady = study(Made(made, fx=dict.fromkeys(range(-160, 20), 1.0)), ("6682.HK",), account="{}")
    assert steady.run_id != lower.run_id


BOTH = "[next_open, publication_open]"


def test_an_entry_that_comes_too_late_does_not_stop_the_other(study: Study, calm: Made) -> None:
    run = study(calm, TWO, account=f"{{entry: {BOTH}}}")
    rows = accounts(run)
    assert np.isfinite(rows["next_open"]["total_return"])
    late = rows["publication_open"]
    assert np.isnan(late["total_return"])
    why = "no account: its first order (open of 2025-02-10) would not come before its end"
    assert why in str(late["notes"])
    assert set(run.frames["orders"]["entry"]) == {"next_open"}
    assert f"mine/list**: {why}" in run.memo
    (shown,) = account_tables(contexts(run.data, "en")[0])
    assert shown.caption.startswith("Next open (hindsight), to the end")


def test_a_reader_is_compared_with_paper_from_the_close_before_he_could_buy(study: Study) -> None:
    # A percent a session until 7 February, then two down; the list appeared on the 7th, day +7.
    up = {day: 10.0 * 1.01 ** max(day, 0) for day in range(-160, 8)}
    down = {day: up[7] * 0.98 ** (day - 7) for day in range(8, 20)}
    made = Made({FIRST: up | down, **INDEX})
    run = study(made, (FIRST,), account=f"{{entry: {BOTH}}}", windows="[[0, 18], [8, 18]]")
    rows, index = accounts(run), run.summary.set_index("window")["total_return"]
    late, soon = rows["publication_open"], rows["next_open"]
    assert late["paper_since_entry"] == pytest.approx(index["[+8,+18]"].iloc[0], abs=1e-12)
    assert late["paper_return"] == pytest.approx(index["[0,+18]"].iloc[0], abs=1e-12)
    assert (late["paper_window"], late["window"]) == ("[0,+18]", "[+8,+18]")
    assert soon["paper_since_entry"] == pytest.approx(soon["paper_return"], abs=1e-12)
    assert (late["knowledge"], soon["knowledge"]) == ("available", "hindsight")
    # It rose 7.2 % and a made bar opens at its close, two percent down: of the return at the end
    # that is the difference to a list bought at 98 % of the level of the 7th.
    before = 0.98**11 * 1.01**7 - 0.98**10
    assert late["moved_before_entry"] == pytest.approx(before, abs=1e-12)
    assert late["entry_gap"] == pytest.approx(0.98**11 - 0.98**10, abs=1e-12)
    paper = 100 * (0.98**11 * 1.01**7 - 1)
    said = f"paper {paper:+.1f}%, {100 * before:+.1f} points of it from before the price"
    assert said in run.memo
    first, second = (run.memo.index(f"bought at the {one}") for one in ("open after", "next open"))
    assert first < second
    assert "(2025-01-21; hindsight, the list is of 2025-02-07)" in run.memo


def test_many_stopped_orders_are_counted_instead_of_named(study: Study) -> None:
    names = [f"60000{number}.SH" for number in range(1, 6)]
    made = Made({**dict.fromkeys(names, FLAT), **INDEX})
    run = study(made, names, account="{cash: 900000000}", windows="[[0, 5]]")
    assert (
        "Too large for the session's volume: 5 shares on 6 sessions from 2025-01-21 to 2025-02-05, "
        "see orders.parquet." in run.memo
    )


def test_an_exit_on_a_holiday_is_named_as_it_was_written(study: Study, calm: Made) -> None:
    said = "2024-12-31, the last session by 2025-01-01"
    with pytest.raises(ExitBeforeEntry, match=said) as caught:
        study(calm, TWO, account="{exit: 2025-01-01}")
    assert caught.value.exit_code == 2


def test_an_entry_before_the_list_is_followed_is_refused(study: Study, calm: Made) -> None:
    # Published before Christmas: its first open is long before the close of day -1.
    run = study(calm, TWO, published="2024-12-20", account=f"{{entry: {BOTH}}}")
    row = accounts(run)["publication_open"]
    assert (
        "no account: its first order (open of 2024-12-23) would come before 2025-01-20, from whose "
        "close the list is followed" in str(row["notes"])
    )
    assert np.isfinite(accounts(run)["next_open"]["total_return"])


def test_when_no_entry_is_possible_the_study_is_refused_with_every_reason(
    study: Study, calm: Made
) -> None:
    with pytest.raises(
        NoEntry, match=r"mine/list: its first order \(open of 2025-02-10\)"
    ) as caught:
        study(calm, TWO, account="{entry: publication_open}")
    assert caught.value.exit_code == 2
    assert "later `exit`" in caught.value.hint


def test_the_page_shows_what_part_of_a_list_an_account_is_of(
    study: Study, calm: Made, tmp_path: Path
) -> None:
    whole = study(calm, TWO, account="{}").write(tmp_path / "whole")
    some = Made(calm.closes, adjusted=frozenset({SECOND}))
    part = study(some, TWO, account="{}").write(tmp_path / "part")
    pages = [(folder / "report.html").read_text(encoding="utf-8") for folder in (whole, part)]
    verdicts = [page.partition('id="verdict-0"')[2].partition("</section>")[0] for page in pages]
    assert verdicts[1].count("50.0%") > verdicts[0].count("50.0%")


def test_a_list_whose_prices_end_before_the_account_has_none(study: Study) -> None:
    class TwoTables(Made):
        def _bars(self, symbol: str) -> Bars:
            return replace(super()._bars(symbol), tables=("short" if symbol == SECOND else "made",))

    short = {day: price for day, price in FLAT.items() if day <= 5}
    made = TwoTables({FIRST: FLAT, SECOND: short, **INDEX})
    with pytest.raises(NoAccounts, match=r"prices of 600002\.SH end on 2025-02-05") as caught:
        study(made, TWO, account="{exit: 2025-02-10}")
    assert "before its end (2025-02-10)" in str(caught.value)
    assert caught.value.exit_code == 3
    assert len(accounts(study(made, TWO, account="{exit: 2025-02-05}"))) == 2


def test_what_was_bought_on_the_last_day_is_named_as_unsold(study: Study, calm: Made) -> None:
    account = "{cash: 1000000, exit: 2025-01-21}"  # bought at the open, to be sold at the close
    run = study(calm, TWO, account=account)
    row = accounts(run)["next_open"]
    assert (row["sold_ratio"], row["fill_ratio"]) == (0.0, pytest.approx(0.998, abs=0.003))
    held = run.frames["positions"]
    worth = held[held["date"] == "2025-01-21"]["value"].sum()
    end = run.frames["account"]["value"].iloc[-1]
    assert row["unsold"] == pytest.approx(worth / end, abs=1e-12)
    assert "Not yet to be sold (T+1): 600001.SH (2025-01-21), 600002.SH (2025-01-21)." in run.memo
    part = f"{worth / end:.1%}"
    assert f"Not sold at the end, ¥{worth:,.0f} or {part} of the account: " in run.memo
    assert "600001.SH (24,900 shares, T+1), 600002.SH (24,900 shares, T+1)." in run.memo
    assert "sets out to sell all at the close of 2025-01-21" in run.memo


def test_what_was_too_large_to_sell_is_named_as_unsold(study: Study, calm: Made) -> None:
    # 250,000 shares a name against a tenth of a million: bought over three days, sold on none.
    run = study(calm, TWO, account="{cash: 10000000}", windows="[[0, 4]]")
    row = accounts(run)["next_open"]
    assert row["sold_ratio"] == pytest.approx(200_000 / 499_800, abs=0.001)
    assert "Too large for the session's volume" in run.memo
    assert "600002.SH (149,900 shares, share of volume)" in run.memo
    assert f"| {row['sold_ratio']:.1%} |" in run.memo


def test_everything_sold_leaves_nothing_to_name(study: Study, calm: Made) -> None:
    run = study(calm, TWO, account="{cash: 100000}")
    row = accounts(run)["next_open"]
    assert (row["sold_ratio"], row["unsold"]) == (1.0, 0.0)
    assert "Not sold at the end" not in run.memo


def test_an_order_of_less_than_a_share_is_listed(study: Study) -> None:
    dear = dict.fromkeys(range(-160, 20), 1500.0)
    run = study(Made({FIRST: FLAT, SECOND: dear, **INDEX}), TWO, account="{cash: 2900}")
    orders = run.frames["orders"]
    (small,) = orders[orders["symbol"] == SECOND].to_dict("records")
    assert (small["side"], small["wanted"], small["filled"]) == ("buy", 0, 0)
    assert (small["reason"], small["price"]) == ("lot", 1500.0)
    assert "Not bought, worth less than a lot: 600001.SH, 600002.SH." in run.memo


class TestTaxedDividends:
    """600001.SH falls by one yuan on day +2, and its factor says that nothing was lost."""

    def run(self, study: Study, actions: list[CorporateAction]) -> str:
        falls = {**FLAT, **dict.fromkeys(range(2, 20), 19.0)}
        factor = {day: 1.0 if day < 2 else 20 / 19 for day in FLAT}
        made = Made({FIRST: falls, SECOND: FLAT, **INDEX}, factors={FIRST: factor}, actions=actions)
        run = study(made, TWO, account="{cash: 1000000, dividends: taxed}", windows="[[0, 4]]")
        row = accounts(run)["next_open"]
        self.tax = run.frames["orders"]["tax"].sum()
        return str(row["notes"])

    def test_cash_that_no_action_explains_is_said_to_be_untaxed(self, study: Study) -> None:
        notes = self.run(study, [])
        assert "no corporate action names the cash of 600001.SH a dividend" in notes
        assert self.tax == 0

    def test_a_named_dividend_is_taxed_and_nothing_is_said(self, study: Study) -> None:
        paid = CorporateAction(symbol=FIRST, ex_date=session(2), cash=1.0)
        notes = self.run(study, [paid])
        assert "taxed" not in notes
        assert self.tax == pytest.approx(24_900 * 1.0 * 0.2)

    def test_without_an_actions_table_it_is_said_that_nothing_can_be_taxed(
        self, study: Study, calm: Made
    ) -> None:
        row = accounts(study(calm, TWO, account="{dividends: taxed}"))["next_open"]
        assert "`dividends: taxed` took no tax: no table of corporate actions" in str(row["notes"])
        plain = accounts(study(calm, TWO, account="{}"))["next_open"]
        assert "taxed" not in str(plain["notes"])


class TestListsThatDisagree:
    """The first list gives 6682.HK a lot of 100 and calls 600001.SH 股0."""

    @pytest.fixture
    def both(self, study: Study, tmp_path: Path) -> Callable[..., Run]:
        def run(*, lot: int | None = None, name: str = "股0") -> Run:
            rates = dict.fromkeys(range(-160, 20), 1.0)
            made = Made({FIRST: FLAT, "6682.HK": FLAT, **INDEX}, fx=rates)
            rows = (share(FIRST, name_zh=name), share("6682.HK", name_zh="股1", lot=lot))
            write_list(tmp_path, "mine/second", *rows)
            return study(made, (FIRST, "6682.HK"), account="{}", baskets='"mine/*"')

        return run

    def test_a_lot_that_one_list_gives_holds_for_the_other(self, both: Callable[..., Run]) -> None:
        bought = both().frames["orders"].query("symbol == '6682.HK' and side == 'buy'")
        assert (bought["filled"] % 100 == 0).all()
        assert set(zip(bought["currency"], bought["rate"], strict=True)) == {("HKD", 1.0)}
        assert (bought.groupby("basket")["filled"].sum() > 0).tolist() == [True, True]

    def test_two_lots_for_one_share_are_refused(self, both: Callable[..., Run]) -> None:
        with pytest.raises(LotsDisagree) as caught:
            both(lot=200)
        assert (
            str(caught.value) == "6682.HK has a lot of 100 in mine/list and of 200 in mine/second"
        )
        assert caught.value.exit_code == 2

    def test_a_risk_warning_in_one_list_only_is_refused(self, both: Callable[..., Run]) -> None:
        with pytest.raises(WarningsDisagree) as caught:
            both(name="'*ST零'")
        assert str(caught.value) == (
            "600001.SH is under risk warning in mine/second (*ST零) and not in mine/list (股0): "
            "its price limits differ"
        )
