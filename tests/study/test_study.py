"""Studies on markets small enough to check by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from basketbt.api import Run
from basketbt.data.bars import CorporateAction
from basketbt.errors import DataError, NoFx, NoPrices, OutsideData
from basketbt.report.views import document
from basketbt.report.views.blocks import Prose
from support.made import Made, Study, session

A, B, C, D, HK, INDEX = "600001.SH", "000002.SZ", "300003.SZ", "600004.SH", "6682.HK", "000300.SH"


def flat(value: float, first: int = -3, last: int = 3) -> dict[int, float]:
    return dict.fromkeys(range(first, last + 1), value)


def path(*closes: float, first: int = -3) -> dict[int, float]:
    return dict(enumerate(closes, start=first))


#            day  -3    -2    -1     0     1     2     3
RISING = path(10.0, 10.0, 10.0, 11.0, 12.0, 13.0, 13.0)
FALLING = path(20.0, 20.0, 20.0, 19.0, 18.0, 17.0, 17.0)
MARKET = path(100.0, 100.0, 100.0, 101.0, 102.0, 103.0, 104.0)
PAIR = {A: RISING, B: FALLING, INDEX: MARKET}


def row(run: Run, **where: object) -> dict[str, Any]:
    frame = run.summary
    for key, value in where.items():
        frame = frame[frame[key] == value]
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_a_window_is_bought_at_the_close_before_it(study: Study) -> None:
    run = study(Made(PAIR), [A, B])
    found = row(run)
    assert found["base_date"] == pd.Timestamp(str(session(-1)))
    assert found["end_date"] == pd.Timestamp(str(session(2)))
    assert found["sessions"] == 3
    # Half in A (10 → 13), half in B (20 → 17): (0.3 - 0.15) / 2.
    assert found["total_return"] == pytest.approx(0.075, abs=1e-12)
    assert found["price_return"] == pytest.approx(0.075, abs=1e-12)
    assert found["benchmark_return"] == pytest.approx(0.03, abs=1e-12)
    assert found["excess_return"] == pytest.approx(0.045, abs=1e-12)
    assert run.levels["level"].tolist() == pytest.approx([100, 102.5, 105, 107.5], abs=1e-10)


def test_a_window_before_day_0_is_the_same_alone_as_beside_others(study: Study) -> None:
    made = Made({**PAIR, A: path(10.0, 12.0, 15.0, 11.0, 12.0, 13.0, 13.0)})
    alone = row(study(made, [A, B], windows="[[-2,-2]]"))
    beside = row(study(made, [A, B], windows="[[-2,-2],[0,2]]"), window="[-2,-2]")
    assert str(alone["base_date"])[:10] == str(session(-3))
    assert alone["total_return"] == beside["total_return"]
    assert alone["total_return"] == pytest.approx(0.1, abs=1e-12)  # 10 → 12, and nothing


def test_daily_rebalancing_resets_the_weights_at_every_close(study: Study) -> None:
    run = study(Made(PAIR), [A, B], rebalance="daily")
    by_hand = 1.0
    for a, b in ((11 / 10, 19 / 20), (12 / 11, 18 / 19), (13 / 12, 17 / 18)):
        by_hand *= (a + b) / 2
    assert row(run)["total_return"] == pytest.approx(by_hand - 1, abs=1e-12)


def test_stance_weights_recommended_shares_twice(study: Study) -> None:
    made = Made(PAIR)
    run = study(made, [A, B], stances=["recommend", "watch"], weighting="stance")
    assert row(run)["total_return"] == pytest.approx(0.3 * 2 / 3 - 0.15 / 3, abs=1e-12)


def test_market_value_weights_look_at_the_close_before_the_base(study: Study) -> None:
    jumps_at_the_base = {**RISING, -1: 12.0, 0: 13.2, 1: 14.4, 2: 15.6}
    made = Made({**PAIR, A: jumps_at_the_base}, shares={A: (100.0, 50.0), B: (150.0, 150.0)})
    run = study(made, [A, B], weighting="[market_cap, tradable_cap]")
    # Day -2: A 10 × 100 = 1000 against B 20 × 150 = 3000; tradable 500 against 3000.
    total = row(run, weighting="market_cap")["total_return"]
    assert total == pytest.approx(0.25 * 0.3 - 0.75 * 0.15, abs=1e-12)
    tradable = row(run, weighting="tradable_cap")["total_return"]
    assert tradable == pytest.approx(0.3 / 7 - 0.15 * 6 / 7, abs=1e-12)


def test_inverse_volatility_uses_the_estimation_window_and_not_suspended_days(study: Study) -> None:
    days = range(-141, 4)
    calm = {day: 10.0 * (1.01 if day % 2 else 1.0) for day in days}
    wild = {day: 10.0 * (1.03 if day % 2 else 1.0) for day in days}
    suspended = {day: close for day, close in wild.items() if day != -100}
    run = study(
        Made({A: calm, B: suspended, INDEX: flat(100.0, -141)}),
        [A, B],
        weighting="inverse_volatility",
    )
    weights = run.constituents["weight"].to_numpy()

    def deviation(closes: dict[int, float]) -> float:
        returns = [
            closes[day] / closes[day - 1] - 1
            for day in range(-140, -20)
            if day in closes and day - 1 in closes
        ]
        return float(np.std(returns, ddof=1))

    inverse = np.array([1 / deviation(calm), 1 / deviation(suspended)])
    assert weights == pytest.approx(inverse / inverse.sum(), abs=1e-12)


def test_cash_is_reinvested_in_the_total_return_and_left_out_of_the_price_return(
    study: Study,
) -> None:
    # On day 1 A pays 1.00 in cash: it opens from 11.00 - 1.00 and closes at 10.00, unmoved.
    closes = path(10.0, 10.0, 10.0, 11.0, 10.0, 10.0, 10.0)
    after = 11.0 / 10.0
    factors = {A: dict.fromkeys((1, 2, 3), after)}
    paid = CorporateAction(symbol=A, ex_date=session(1), cash=1.0)
    run = study(Made({A: closes, INDEX: MARKET}, factors=factors, actions=[paid]), [A])
    found = row(run)
    assert found["total_return"] == pytest.approx(0.1, abs=1e-12)
    assert found["price_return"] == pytest.approx(0.0, abs=1e-12)


def test_a_factor_alone_leaves_the_price_return_empty_and_says_why(study: Study) -> None:
    closes = path(10.0, 10.0, 10.0, 11.0, 10.0, 10.0, 10.0)
    factors = {A: dict.fromkeys((1, 2, 3), 1.1)}
    run = study(Made({A: closes, INDEX: MARKET}, factors=factors), [A], windows="[[0,0],[0,2]]")
    whole, first = row(run, window="[0,+2]"), row(run, window="[0,0]")
    assert np.isnan(whole["price_return"]) or whole["price_return"] is None
    assert f"price_return empty: the prices of {A}" in str(whole["notes"])
    assert whole["total_return"] == pytest.approx(0.1, abs=1e-12)
    assert first["price_return"] == pytest.approx(0.1, abs=1e-12)


def test_a_suspended_share_is_carried_at_its_last_price(study: Study) -> None:
    halted = {day: close for day, close in RISING.items() if day not in (0, 1)}
    run = study(Made({**PAIR, A: halted}), [A, B])
    assert run.levels["level"].tolist() == pytest.approx([100, 97.5, 95, 107.5], abs=1e-10)
    assert f"{A} (2)" in str(row(run)["notes"])


def test_a_share_without_prices_is_left_out_while_it_weighs_little(study: Study) -> None:
    made = Made(PAIR)
    run = study(made, [A, B, C], max_missing_weight=0.4)
    assert row(run)["names"] == 3
    assert row(run)["names_priced"] == 2
    assert row(run)["total_return"] == pytest.approx(0.075, abs=1e-12)
    assert f"no prices for {C} (33.3% of the weight)" in str(row(run)["notes"])
    with pytest.raises(NoPrices, match=f"{C}.*33.3%.*10.0%") as caught:
        study(made, [A, B, C])
    assert caught.value.exit_code == 3


def test_a_share_listed_after_the_base_follows_the_policy(study: Study) -> None:
    late = {day: RISING[day] for day in (1, 2, 3)}  # first close 12.00 on day 1
    made = Made({**PAIR, A: late})
    excluded = study(made, [A, B])
    assert row(excluded)["total_return"] == pytest.approx(-0.15, abs=1e-12)
    assert f"{A} had no price at the base" in str(row(excluded)["notes"])
    joined = study(made, [A, B], late_listing="join")
    # B alone to day 1 (18/20), then half each: 13/12 and 17/18.
    by_hand = 0.9 * (13 / 12 + 17 / 18) / 2 - 1
    assert row(joined)["total_return"] == pytest.approx(by_hand, abs=1e-12)
    assert "joined at its first close" in str(row(joined)["notes"])
    with pytest.raises(OutsideData, match=A):
        study(made, [A, B], late_listing="error")


def test_a_base_before_every_listing_is_refused(study: Study) -> None:
    late = {day: RISING[day] for day in (1, 2, 3)}
    with pytest.raises(OutsideData, match=f"begins on {session(1)}") as caught:
        study(Made({A: late, INDEX: MARKET}), [A])
    assert caught.value.exit_code == 3
    elsewhere = Made({**PAIR, A: late})
    with pytest.raises(OutsideData, match="mine/list at the base"):
        study(elsewhere, [A, B, C], max_missing_weight=1, late_listing="error")


@pytest.mark.parametrize(
    ("window", "reach"),
    [("[[0,4]]", f"ends on {session(3)}"), ("[[-3,0]]", f"begins on {session(-3)}")],
)
def test_windows_beyond_the_prices_say_which_dates_exist(
    study: Study, window: str, reach: str
) -> None:
    with pytest.raises(OutsideData) as caught:
        study(Made({A: RISING, INDEX: MARKET}), [A], windows=window)
    assert reach in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_delisted_share_becomes_cash(study: Study) -> None:
    gone = {day: RISING[day] for day in (-3, -2, -1, 0)}
    run = study(Made({**PAIR, A: gone}, delisted={A: 0}), [A, B], rebalance="hold")
    assert row(run)["total_return"] == pytest.approx((0.1 - 0.15) / 2, abs=1e-12)
    assert "delisted" in str(row(run)["notes"])


def test_hong_kong_shares_need_a_rate_or_the_word_local(study: Study) -> None:
    made = {HK: {**RISING}, A: FALLING, INDEX: MARKET}
    with pytest.raises(NoFx, match="HKDCNY") as caught:
        study(Made(made), [HK, A])
    assert caught.value.exit_code == 3
    local = study(Made(made), [HK, A], fx="local")
    assert f"{HK} in local currency" in str(row(local)["notes"])
    rates = dict.fromkeys(range(-3, 2), 0.9) | {2: 0.918}
    converted = study(Made(made, fx=rates), [HK, A])
    hong_kong = row(local)["total_return"] * 2 + 0.15
    by_hand = ((1 + hong_kong) * 1.02 - 1 - 0.15) / 2
    assert row(converted)["total_return"] == pytest.approx(by_hand, abs=1e-12)
    assert "local currency" not in str(row(converted)["notes"])


def test_a_rate_may_begin_after_the_lead_in_and_must_not_end_before_the_study(study: Study) -> None:
    long = dict.fromkeys(range(-12, 0), 10.0) | {0: 11.0, 1: 11.0, 2: 12.0}
    made = {HK: long, A: long, INDEX: MARKET}
    found = study(Made(made, fx=dict.fromkeys(range(-3, 3), 0.9)), [HK, A])
    assert row(found)["total_return"] == pytest.approx(0.2, abs=1e-12)
    with pytest.raises(NoFx, match="rates end on 2024-12"):
        study(Made(made, fx=dict.fromkeys(range(-30, -19), 0.9)), [HK, A])


def test_a_session_that_the_benchmark_lacks_is_not_carried(study: Study) -> None:
    holed = {day: level for day, level in MARKET.items() if day != 1}
    whole = row(study(Made({A: RISING, INDEX: MARKET}), [A]))
    found = row(study(Made({A: RISING, INDEX: holed}), [A]))
    assert np.isfinite(whole["benchmark_return"])
    assert found["total_return"] == whole["total_return"]
    for name in ("benchmark_return", "excess_return"):
        assert found[name] is None or np.isnan(found[name])
    assert "the benchmark lacks a session" in str(found["notes"])


def test_a_list_of_hong_kong_shares_only_needs_no_rate_and_is_measured_in_its_dollars(
    study: Study,
) -> None:
    made = {HK: RISING, INDEX: MARKET}
    without = study(Made(made), [HK])
    assert row(without)["total_return"] == pytest.approx(0.3, abs=1e-12)
    assert any("are in HKD" in note.text() for note in without.result.notes)
    assert "local currency" not in str(row(without)["notes"])
    rates = dict.fromkeys(range(-3, 2), 0.9) | {2: 0.918}
    with_rates = study(Made(made, fx=rates), [HK])
    assert row(with_rates)["total_return"] == pytest.approx(0.3, abs=1e-12)


def test_without_benchmark_levels_the_relative_columns_are_empty_with_the_reason(
    study: Study,
) -> None:
    found = row(study(Made({A: RISING}), [A]))
    assert found["total_return"] == pytest.approx(0.3, abs=1e-12)
    assert found["benchmark_return"] is None or np.isnan(found["benchmark_return"])
    assert "benchmark" in str(found["notes"])


def test_no_share_at_all_has_prices(study: Study) -> None:
    with pytest.raises(DataError):
        study(Made({INDEX: MARKET}), [A, B])


def test_prices_from_elsewhere_with_the_same_content_are_the_same_run(study: Study) -> None:
    one = study(Made(PAIR), [A, B])
    two = study(Made({symbol: dict(path) for symbol, path in PAIR.items()}), [A, B])
    other = study(Made({**PAIR, A: {**RISING, 2: 13.01}}), [A, B])
    assert one.run_id == two.run_id != other.run_id


def test_a_run_that_names_another_source_is_another_run(study: Study) -> None:
    # Memo and manifest say where prices came from, so equal ids would not mean equal bytes.
    closes = {A: RISING, INDEX: MARKET}
    one, other = (study(Made(closes, name=name), [A]) for name in ("made", "elsewhere"))
    assert one.result.hashes["data"] == other.result.hashes["data"]
    assert one.run_id != other.run_id


@pytest.mark.parametrize(
    ("closes", "said"),
    [
        (
            {A: RISING, B: FALLING, C: flat(30.0)},
            "Gu 0 600001.SH added most (+10.0 points), Gu 1 000002.SZ cost most",
        ),
        ({A: RISING, B: RISING, C: RISING}, "added most (+10.0 points), "),
        ({A: FALLING, B: FALLING, C: FALLING}, "cost most (-5.0 points), "),
    ],
)
def test_the_memo_says_who_gave_and_who_took(
    study: Study, closes: dict[str, dict[int, float]], said: str
) -> None:
    blocks = document(study(Made({**closes, INDEX: MARKET}), [A, B, C]).data).blocks
    memo = " ".join(one.text for one in blocks if isinstance(one, Prose))
    assert said in memo
    assert ("added" in said) == (" added most" in memo)
    assert ("cost" in said) == (" cost most" in memo)


def test_printing_a_run_is_one_line_and_its_dates_are_dates(study: Study) -> None:
    run = study(Made({A: RISING, INDEX: MARKET}), [A])
    assert repr(run) == (
        f"<basketbt.Run made {run.run_id}: 1 list, deepseek-r1; "
        "own tables (made), 2024-06-12 to 2025-01-23>"
    )
    assert run.levels["date"].dtype.kind == "M"
    assert run.summary["base_date"].iloc[0] == pd.Timestamp(str(session(-1)))


def test_a_window_does_not_know_who_lists_after_it(study: Study) -> None:
    """Under join the weights are the whole list's, whatever other windows a study asks for."""
    made = Made({**PAIR, C: RISING, D: path(30.0, 33.0, first=2)})
    found = [
        row(
            study(
                made,
                [A, B, C, D],
                stances=["recommend", "watch", "watch", "watch"],
                weighting="{kind: stance, cap: 0.35}",
                late_listing="join",
                max_missing_weight="0.5",
                windows=windows,
            ),
            window="[0,+1]",
        )["total_return"]
        for windows in ("[[0,1]]", "[[0,1],[0,3]]")
    ]
    # 0.35 and three times 0.65 / 3, of which the late one's part is spread in proportion.
    bought = np.array([0.35, 0.65 / 3, 0.65 / 3]) / (1 - 0.65 / 3)
    by_hand = bought @ np.array([0.2, -0.1, 0.2])
    assert found == pytest.approx([by_hand, by_hand], abs=1e-12)


def test_the_table_of_constituents_has_the_weights_bought(study: Study) -> None:
    late = path(30.0, 33.0, first=2)
    run = study(Made({**PAIR, C: late}), [A, B, C], late_listing="join", windows="[[0,1],[0,3]]")
    blocks = document(run.data).blocks
    said = " ".join(one.text for one in blocks if isinstance(one, Prose))
    assert "the 2 shares returned" in said  # the third joins after the window
    short = run.constituents[run.constituents["window"] == "[0,+1]"].set_index("symbol")
    assert short["weight"].to_dict() == pytest.approx({A: 0.5, B: 0.5, C: 0.0})
    assert row(run, window="[0,+1]")["names_priced"] == 2
    assert row(run, window="[0,+3]")["names_priced"] == 3


DAYS = range(-30, 8)
LONG = dict.fromkeys(DAYS, 100.0)


def rising(first: int = -30) -> dict[int, float]:
    return {day: 10.0 + day / 10 for day in DAYS if day >= first}


def stepped(at: int) -> dict[int, float]:
    """A factor that steps on day ``at`` and no action that explains it."""
    return {day: 1.1 if day >= at else 1.0 for day in DAYS}


def by_window(run: Run) -> pd.DataFrame:
    return run.summary.set_index(["event", "window"])


def test_a_window_wholly_after_an_unexplained_step_has_a_price_return(study: Study) -> None:
    made = Made({A: rising(), INDEX: LONG}, factors={A: stepped(-3)})
    found = by_window(study(made, [A], windows="[[-8,-5],[-8,2],[0,2],[-3,-3],[-2,2]]"))
    price = found["price_return"].droplevel("event")
    assert price["[-8,-5]"] == pytest.approx(9.5 / 9.1 - 1)
    assert price["[0,+2]"] == pytest.approx(10.2 / 9.9 - 1)
    assert price["[-2,+2]"] == pytest.approx(10.2 / 9.7 - 1)
    assert price[["[-8,+2]", "[-3,-3]"]].isna().all()


def test_the_order_of_the_events_does_not_matter(study: Study) -> None:
    made = Made({A: rising(), B: rising(), INDEX: LONG}, factors={A: stepped(-8)})
    tables = [
        by_window(study(made, [A, B], windows="[[-3,-1],[0,2]]", events=events)).sort_index()
        for events in ("[deepseek-v3, deepseek-r1]", "[deepseek-r1, deepseek-v3]")
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert tables[0]["price_return"].notna().all()


def test_the_note_names_every_share_whose_cash_is_not_known(study: Study) -> None:
    late = rising(first=1)
    made = Made(
        {A: rising(), B: rising(), C: late, INDEX: LONG},
        factors={A: stepped(1), B: {day: 1.1**day for day in DAYS}},
    )
    run = study(made, [A, B, C], windows="[[0,2]]", late_listing="join")
    said = str(by_window(run)["notes"].iloc[0])
    assert f"price_return empty: the prices of {A}, {B} do not tell" in said


def test_an_adjusted_price_is_named_though_the_share_ends_before_the_window(study: Study) -> None:
    gone = {day: close for day, close in rising().items() if day < 1}
    made = Made({A: gone, B: rising(), INDEX: LONG}, adjusted=frozenset([A]), delisted={A: 0})
    run = study(made, [A, B], windows="[[0,2]]")
    assert f"the prices of {A} do not tell" in str(by_window(run)["notes"].iloc[0])
