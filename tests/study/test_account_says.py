"""What an account says: of each entry, what it could not sell, tax, lists that disagree."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.api import Run
from basketbt.data.bars import Bars, CorporateAction
from basketbt.pipeline.accounts import NoAccounts
from basketbt.pipeline.screening import LotsDisagree, WarningsDisagree
from basketbt.plan.request import ExitBeforeEntry, NoEntry
from support.made import Made, Study, session
from support.written import share, write_list

FLAT = dict.fromkeys(range(-160, 20), 20.0)
INDEX = {"000300.SH": FLAT}
ONE, TWO = "600001.SH", "600002.SH"
BOTH = "[next_open, publication_open]"


@pytest.fixture
def made() -> Made:
    return Made({ONE: FLAT, TWO: FLAT, **INDEX})


def accounts(run: Run) -> dict[str, dict[Hashable, Any]]:
    """The account rows of the summary by entry."""
    rows = run.summary[run.summary["book"] == "account"].to_dict("records")
    return {str(row["entry"]): row for row in rows}


def test_an_entry_that_comes_too_late_does_not_stop_the_other(study: Study, made: Made) -> None:
    run = study(made, (ONE, TWO), account=f"{{entry: {BOTH}}}")
    rows = accounts(run)
    assert np.isfinite(rows["next_open"]["total_return"])
    late = rows["publication_open"]
    assert np.isnan(late["total_return"])
    why = "no account: its first order (open of 2025-02-10) would not come before its end"
    assert why in str(late["notes"])
    assert set(run.frames["orders"]["entry"]) == {"next_open"}
    assert f"mine/list**: {why}" in run.memo


def test_a_reader_is_compared_with_paper_from_the_close_before_he_could_buy(study: Study) -> None:
    # A percent a session until 7 February, then two down; the list appeared on the 7th, day +7.
    up = {day: 10.0 * 1.01 ** max(day, 0) for day in range(-160, 8)}
    down = {day: up[7] * 0.98 ** (day - 7) for day in range(8, 20)}
    made = Made({ONE: up | down, **INDEX})
    run = study(made, (ONE,), account=f"{{entry: {BOTH}}}", windows="[[0, 18], [8, 18]]")
    rows, index = accounts(run), run.summary.set_index("window")["total_return"]
    late, soon = rows["publication_open"], rows["next_open"]
    assert late["paper_since_entry"] == pytest.approx(index["[+8,+18]"].iloc[0], abs=1e-12)
    assert late["paper_return"] == pytest.approx(index["[0,+18]"].iloc[0], abs=1e-12)
    assert (late["paper_window"], late["window"]) == ("[0,+18]", "[+8,+18]")
    assert soon["paper_since_entry"] == pytest.approx(soon["paper_return"], abs=1e-12)
    assert (late["knowledge"], soon["knowledge"]) == ("available", "hindsight")
    before = 100 * 0.98**11 * (1.01**7 - 1)
    assert f"what moved before the entry cost {before:.1f} points" in run.memo
    assert "and -19.9% from the close of 2025-02-07 on, achievable" in run.memo
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


def test_an_exit_on_a_holiday_is_named_as_it_was_written(study: Study, made: Made) -> None:
    said = "2024-12-31, the last session by 2025-01-01"
    with pytest.raises(ExitBeforeEntry, match=said) as caught:
        study(made, (ONE, TWO), account="{exit: 2025-01-01}")
    assert caught.value.exit_code == 2


def test_an_entry_before_the_list_is_followed_is_refused(study: Study, made: Made) -> None:
    # Published before Christmas: its first open is long before the close of day -1.
    run = study(made, (ONE, TWO), published="2024-12-20", account=f"{{entry: {BOTH}}}")
    row = accounts(run)["publication_open"]
    assert (
        "no account: its first order (open of 2024-12-23) would come before 2025-01-20, from whose "
        "close the list is followed" in str(row["notes"])
    )
    assert np.isfinite(accounts(run)["next_open"]["total_return"])


def test_when_no_entry_is_possible_the_study_is_refused_with_every_reason(
    study: Study, made: Made
) -> None:
    with pytest.raises(
        NoEntry, match=r"mine/list: its first order \(open of 2025-02-10\)"
    ) as caught:
        study(made, (ONE, TWO), account="{entry: publication_open}")
    assert caught.value.exit_code == 2
    assert "later `exit`" in caught.value.hint


def test_the_page_shows_what_part_of_a_list_an_account_is_of(
    study: Study, made: Made, tmp_path: Path
) -> None:
    whole = study(made, (ONE, TWO), account="{}").write(tmp_path / "whole")
    some = Made(made.closes, adjusted=frozenset({TWO}))
    part = study(some, (ONE, TWO), account="{}").write(tmp_path / "part")
    pages = [(folder / "report.html").read_text(encoding="utf-8") for folder in (whole, part)]
    verdicts = [page.partition('id="verdict-0"')[2].partition("</section>")[0] for page in pages]
    assert ["Covers" in verdict for verdict in verdicts] == [False, True]
    assert "50.0%" in verdicts[1]


def test_a_list_whose_prices_end_before_the_account_has_none(study: Study) -> None:
    class TwoTables(Made):
        def _bars(self, symbol: str) -> Bars:
            return replace(super()._bars(symbol), tables=("short" if symbol == TWO else "made",))

    short = {day: price for day, price in FLAT.items() if day <= 5}
    made = TwoTables({ONE: FLAT, TWO: short, **INDEX})
    with pytest.raises(NoAccounts, match=r"prices of 600002\.SH end on 2025-02-05") as caught:
        study(made, (ONE, TWO), account="{exit: 2025-02-10}")
    assert "before its end (2025-02-10)" in str(caught.value)
    assert caught.value.exit_code == 3
    assert len(accounts(study(made, (ONE, TWO), account="{exit: 2025-02-05}"))) == 1


def test_what_was_bought_on_the_last_day_is_named_as_unsold(study: Study, made: Made) -> None:
    account = "{cash: 1000000, exit: 2025-01-21}"  # bought at the open, to be sold at the close
    run = study(made, (ONE, TWO), account=account)
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


def test_what_was_too_large_to_sell_is_named_as_unsold(study: Study, made: Made) -> None:
    # 250,000 shares a name against a tenth of a million: bought over three days, sold on none.
    run = study(made, (ONE, TWO), account="{cash: 10000000}", windows="[[0, 4]]")
    row = accounts(run)["next_open"]
    assert row["sold_ratio"] == pytest.approx(200_000 / 499_800, abs=0.001)
    assert "Too large for the session's volume" in run.memo
    assert "600002.SH (149,900 shares, share of volume)" in run.memo
    assert f"| {row['sold_ratio']:.1%} |" in run.memo


def test_everything_sold_leaves_nothing_to_name(study: Study, made: Made) -> None:
    run = study(made, (ONE, TWO), account="{cash: 100000}")
    row = accounts(run)["next_open"]
    assert (row["sold_ratio"], row["unsold"]) == (1.0, 0.0)
    assert "Not sold at the end" not in run.memo


def test_an_order_of_less_than_a_share_is_listed(study: Study) -> None:
    dear = dict.fromkeys(range(-160, 20), 1500.0)
    run = study(Made({ONE: FLAT, TWO: dear, **INDEX}), (ONE, TWO), account="{cash: 2900}")
    orders = run.frames["orders"]
    (small,) = orders[orders["symbol"] == TWO].to_dict("records")
    assert (small["side"], small["wanted"], small["filled"]) == ("buy", 0, 0)
    assert (small["reason"], small["price"]) == ("lot", 1500.0)
    assert "Not bought, worth less than a lot: 600001.SH, 600002.SH." in run.memo


class TestTaxedDividends:
    """600001.SH falls by one yuan on day +2, and its factor says that nothing was lost."""

    def run(self, study: Study, actions: list[CorporateAction]) -> str:
        falls = {**FLAT, **dict.fromkeys(range(2, 20), 19.0)}
        factor = {day: 1.0 if day < 2 else 20 / 19 for day in FLAT}
        made = Made({ONE: falls, TWO: FLAT, **INDEX}, factors={ONE: factor}, actions=actions)
        run = study(
            made, (ONE, TWO), account="{cash: 1000000, dividends: taxed}", windows="[[0, 4]]"
        )
        row = accounts(run)["next_open"]
        self.tax = run.frames["orders"]["tax"].sum()
        return str(row["notes"])

    def test_cash_that_no_action_explains_is_said_to_be_untaxed(self, study: Study) -> None:
        notes = self.run(study, [])
        assert "no corporate action names the cash of 600001.SH a dividend" in notes
        assert self.tax == 0

    def test_a_named_dividend_is_taxed_and_nothing_is_said(self, study: Study) -> None:
        paid = CorporateAction(symbol=ONE, ex_date=session(2), cash=1.0)
        notes = self.run(study, [paid])
        assert "taxed" not in notes
        assert self.tax == pytest.approx(24_900 * 1.0 * 0.2)

    def test_without_an_actions_table_it_is_said_that_nothing_can_be_taxed(
        self, study: Study, made: Made
    ) -> None:
        row = accounts(study(made, (ONE, TWO), account="{dividends: taxed}"))["next_open"]
        assert "`dividends: taxed` took no tax: no table of corporate actions" in str(row["notes"])
        calm = accounts(study(made, (ONE, TWO), account="{}"))["next_open"]
        assert "taxed" not in str(calm["notes"])


class TestListsThatDisagree:
    """The first list gives 6682.HK a lot of 100 and calls 600001.SH 股0."""

    @pytest.fixture
    def both(self, study: Study, tmp_path: Path) -> Callable[..., Run]:
        def run(*, lot: int | None = None, name: str = "股0") -> Run:
            rates = dict.fromkeys(range(-160, 20), 1.0)
            made = Made({ONE: FLAT, "6682.HK": FLAT, **INDEX}, fx=rates)
            rows = (share(ONE, name_zh=name), share("6682.HK", name_zh="股1", lot=lot))
            write_list(tmp_path, "mine/second", *rows)
            return study(made, (ONE, "6682.HK"), account="{}", baskets='"mine/*"')

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
