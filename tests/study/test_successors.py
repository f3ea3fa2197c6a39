"""Shares that go on under another code, or as shares of the company that took them over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from basketbt.api import Run
from basketbt.config.study import load_study
from basketbt.data.bars import CorporateAction, PriceRequest
from basketbt.data.lock import LockSource, write_lock
from basketbt.data.successors import other_codes, recoded
from basketbt.market.calendars import calendar
from basketbt.market.securities import delisted_on
from basketbt.market.securities.mergers import mergers
from basketbt.pipeline.run import run_study
from basketbt.plan.study import make_plan
from support.made import ZERO, Made, Study, session
from support.written import share, write_list, write_study

# 海通证券 became 0.62 of 国泰君安, whose new shares trade from 17 March 2025 on.
GONE, HEIR, OTHER = "600837.SH", "601211.SH", "600001.SH"
RATIO = 0.62
SINCE = calendar("XSHG").distance(ZERO, np.datetime64("2025-03-17"))
LAST, END = 8, SINCE + 5  # the last bar of the share that went; the end of the windows
DAYS = range(-160, 80)
FLAT = dict.fromkeys(DAYS, 20.0)
INDEX = {"000300.SH": FLAT}
OLD, NEW = "300114.SZ", "302132.SZ"  # from 17 February 2025 on
RECODED = calendar("XSHG").distance(ZERO, np.datetime64("2025-02-17"))


def fen(price: float) -> float:
    return round(price, 2)


BEFORE = dict.fromkeys(range(-160, LAST + 1), 10.0)
AFTER = {day: fen(18.0 + 0.01 * max(day - SINCE, 0)) for day in DAYS if day <= SINCE + 1}
AFTER |= {day: fen(17.5 + 0.05 * (day - SINCE)) for day in DAYS if day > SINCE + 1}
#: A dividend before the new shares trade, which their holders did not get, and one after.
STEPS = {day: 1.0 + 0.02 * (day >= SINCE - 3) + 0.03 * (day >= SINCE + 2) for day in DAYS}


def market(**more: Any) -> Made:
    closes = {GONE: BEFORE, HEIR: AFTER, OTHER: FLAT, **INDEX}
    return replace(Made(closes, factors={HEIR: STEPS}), **more)


def only(run: Run, book: str = "index") -> dict[str, Any]:
    rows = run.summary[run.summary["book"] == book]
    assert len(rows) == 1
    return dict(rows.iloc[0])


def test_a_merged_share_is_its_successor_at_the_ratio(study: Study) -> None:
    run = study(market(), [GONE], windows=f"[[0,{END}]]")
    # 10.00 was paid; 0.62 shares were had in March, and what they earned with their dividend.
    earned = RATIO * AFTER[END] / 10.0 * STEPS[END] / STEPS[SINCE] - 1
    assert only(run)["total_return"] == pytest.approx(earned, abs=1e-12)
    levels = run.levels["level"].tolist()
    assert levels[1 : SINCE + 1] == pytest.approx([100.0] * SINCE)  # nothing could be sold
    assert levels[SINCE + 1] == pytest.approx(100 * RATIO * AFTER[SINCE] / 10.0)
    assert f"a share became 0.62 of {HEIR}" in run.memo
    assert "delisted" not in str(only(run)["notes"])


def test_the_list_may_hold_the_successor_too(study: Study) -> None:
    both = only(study(market(), [GONE, HEIR], windows=f"[[0,{END}]]"))
    gone = RATIO * AFTER[END] / 10.0 * STEPS[END] / STEPS[SINCE] - 1
    heir = AFTER[END] / AFTER[-1] * STEPS[END] / STEPS[-1] - 1
    assert both["total_return"] == pytest.approx((gone + heir) / 2, abs=1e-12)


def test_an_account_sells_the_shares_that_it_got(study: Study) -> None:
    run = study(market(), [GONE], windows=f"[[0,{END}]]", account="{cash: 500000}")
    orders, account = (
        run.frames[name].query("entry == 'next_open'") for name in ("orders", "account")
    )
    bought, sold = trades = orders.to_dict("records")
    assert (bought["side"], bought["price"], sold["side"]) == ("buy", 10.0, "sell")
    assert sold["filled"] == bought["filled"]
    got = bought["filled"] * RATIO  # of the successor
    assert sold["amount"] == pytest.approx(got * AFTER[END], rel=1e-5)
    # The dividend that its holders got, per share of the successor, before tax.
    dividend = AFTER[SINCE + 1] * (1 - STEPS[SINCE + 1] / STEPS[SINCE + 2])
    fees = sum(sum(one[fee] for fee in FEES) for one in trades)
    by_hand = 500_000 - bought["amount"] + got * AFTER[END] + got * dividend - fees
    assert account["value"].iloc[-1] == pytest.approx(by_hand, abs=got * 0.005)


FEES = ("commission", "stamp_duty", "transfer", "handling", "levy", "tax")


def test_an_account_waits_while_the_successor_is_locked_at_its_limit(study: Study) -> None:
    # 18.00 falls by 10 % to 16.20: nobody sells at that close, though 0.62 of it is no whole fen.
    locked = {**AFTER, END - 1: 18.00, END: 16.20, **dict.fromkeys(range(END + 1, 80), 16.0)}
    source = Made({GONE: BEFORE, HEIR: locked, **INDEX})
    run = study(source, [GONE], windows=f"[[0,{END}]]", account="{cash: 500000}")
    sales = [one for one in run.frames["orders"].to_dict("records") if one["side"] == "sell"]
    assert {(one["filled"], one["reason"]) for one in sales} == {(0, "limit-down")}


def test_without_the_successors_prices_the_memo_says_that_the_return_is_unknown(
    study: Study,
) -> None:
    run = study(Made({GONE: BEFORE, OTHER: FLAT, **INDEX}), [GONE, OTHER], windows=f"[[0,{END}]]")
    assert f"a share became 0.62 of {HEIR} on 2025-03-17" in run.memo
    assert "what a holder earned from its last close on is unknown" in run.memo
    assert only(run)["total_return"] == pytest.approx(0.0, abs=1e-12)
    adjusted = market(adjusted=frozenset({GONE, HEIR}))
    assert "is unknown" in study(adjusted, [GONE], windows=f"[[0,{END}]]").memo


def test_between_its_delisting_and_the_new_shares_it_is_carried(study: Study) -> None:
    run = study(market(), [GONE, OTHER], windows=f"[[0,{SINCE - 2}]]", horizons="[1]")
    assert only(run)["total_return"] == pytest.approx(0.0, abs=1e-12)
    assert "delisted" not in run.memo


def test_a_study_that_ends_before_asks_for_no_successor() -> None:
    assert other_codes([GONE], np.datetime64("2025-03-14")) == ()
    assert other_codes([GONE], np.datetime64("2025-03-17")) == (HEIR,)


@pytest.mark.parametrize("named", [OLD, NEW])
@pytest.mark.parametrize("kept", ["each", "old", "new", "both"])
def test_a_recoded_share_has_one_history_whichever_code_is_named(
    study: Study, named: str, kept: str
) -> None:
    closes = {day: fen(30.0 * 1.01 ** max(day, 0)) for day in range(-160, 30)}
    factors = {day: 1.0 + 0.01 * (day >= 4) for day in closes}
    early = {day: close for day, close in closes.items() if day < RECODED}
    late = {day: close for day, close in closes.items() if day >= RECODED}
    tables = {
        "each": {OLD: early, NEW: late},
        "old": {OLD: closes},
        "new": {NEW: closes},
        "both": {OLD: closes, NEW: closes},
    }[kept]
    # A vendor's factor begins at 1 wherever its table does.
    own = {OLD: factors, NEW: factors if NEW in tables and -1 in tables[NEW] else {}}
    run = study(Made({**tables, **INDEX}, factors=own), [named], windows="[[0,20]]")
    by_hand = closes[20] / closes[-1] * 1.01 - 1
    assert only(run)["total_return"] == pytest.approx(by_hand, abs=1e-12)
    assert len(run.levels) == 22
    assert run.constituents["suspended"].tolist() == [0]


def test_dividends_of_both_codes_count_once(study: Study) -> None:
    closes = dict.fromkeys(range(-160, 30), 30.0)
    days = (RECODED - 2, RECODED + 2)
    given = {
        code: tuple(CorporateAction(symbol=code, ex_date=session(day), cash=0.3) for day in days)
        for code in (OLD, NEW)
    }
    early = {day: close for day, close in closes.items() if day < RECODED}
    data = Made({OLD: early, NEW: closes}).load(request_of(OLD, NEW))
    data = replace(data, actions=given)
    assert [(one.symbol, one.cash) for one in recoded(data, [OLD]).actions[OLD]] == [(OLD, 0.3)] * 2


def from_day(first: int, closes: dict[int, float]) -> dict[int, float]:
    return {day: close for day, close in closes.items() if day >= first}


def request_of(*symbols: str) -> PriceRequest:
    return PriceRequest(symbols=symbols, indexes=(), start=session(-100), end=session(40))


def test_a_lock_holds_the_successor_and_gives_the_same_run(tmp_path: Path) -> None:
    write_list(tmp_path, "mine/list", share(GONE), share(NEW))
    keys = {"study": "made", "baskets": "mine/list", "windows": f"[[0,{END}]]"}
    file = load_study(write_study(tmp_path, **keys))
    request = make_plan(file).request
    first = calendar("XSHG").distance(ZERO, request.start)
    late = {day: 30.0 + max(day, 0) / 10 for day in DAYS}
    early = {day: late.pop(day) for day in list(late) if day < RECODED}
    closes = {GONE: BEFORE, HEIR: AFTER, OLD: early, NEW: late, **INDEX}
    source = Made({code: from_day(first, own) for code, own in closes.items()})
    assert set(request.also) == {HEIR, OLD}
    write_lock(tmp_path / "made.lock", source.load(request), request)
    run = Run(run_study(file, source))
    again = Run(run_study(file, LockSource(tmp_path / "made.lock")))
    assert again.run_id == run.run_id
    assert again.summary.equals(run.summary)


def test_a_delisting_that_the_tables_do_not_tell_is_known(study: Study) -> None:
    gone = "000023.SZ"  # on 2 September 2024
    days = {day: close for day, close in BEFORE.items() if day <= -100}
    run = study(Made({gone: days, OTHER: FLAT, **INDEX}), [gone, OTHER])
    assert f"{gone}: delisted" in run.memo


def test_known_mergers_name_codes_and_days_that_can_be() -> None:
    sessions = calendar("XSHG")
    for symbol, one in mergers().items():
        assert one.symbol == symbol
        assert delisted_on(symbol) == one.delisted
        assert one.successor not in mergers()  # a chain is not followed
        assert one.delisted <= one.since
        assert sessions.on_or_after(one.since) == np.datetime64(one.since)
        assert one.ratio > 0
        assert one.source


def test_a_rebalanced_account_goes_on_trading_it(study: Study) -> None:
    rising = {day: fen(20.0 * 1.01 ** max(day, 0)) for day in DAYS}
    source = market(closes={GONE: BEFORE, HEIR: AFTER, OTHER: rising, **INDEX})
    run = study(
        source, [GONE, OTHER], windows=f"[[0,{END}]]", rebalance="weekly", account="{cash: 500000}"
    )
    orders = run.frames["orders"].query("entry == 'next_open'")
    late = orders[(orders["symbol"] == GONE) & (orders["date"] >= str(session(SINCE)))]
    assert (late["side"] == "buy").any()  # the other one rose: it is brought back to half
    waiting = (orders["date"] > str(session(LAST))) & (orders["date"] < str(session(SINCE)))
    assert not (orders[waiting & (orders["symbol"] == GONE)]["filled"] > 0).any()
    for one in late[late["filled"] > 0].to_dict("records"):
        day = calendar("XSHG").distance(ZERO, np.datetime64(one["date"], "D"))
        assert one["price"] == pytest.approx(RATIO * AFTER[day], abs=1e-4)
