"""Every vendor tells the same story: the closes of one market, through the real clients."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from basketbt.data.sources.akshare import eastmoney
from basketbt.data.sources.complete import complete_rate
from basketbt.data.sources.rate_limiter import RateLimiter
from basketbt.data.sources.vendor import History
from basketbt.market.symbols import parse_symbol
from replay.answers import NOTHING
from replay.invented import Market, Security, rates
from replay.server import Replay
from replay.setting import FIRST, LAST, earned, known
from replay.wire import Reply, Request, json_reply
from support.asked import completed

MAINLAND = ("688111.SH", "000034.SZ", "300624.SZ", "301269.SZ")
SERVED = [
    *((vendor, text) for vendor in ("sina", "eastmoney", "tencent", "yahoo") for text in MAINLAND),
    *(
        (vendor, text)
        for vendor in ("sina", "eastmoney", "yahoo")
        for text in ("6682.HK", "0700.HK")
    ),
    *((vendor, "000300.SH") for vendor in ("sina", "eastmoney", "csindex", "yahoo")),
    ("csindex", "H00300.CSI"),
    ("eastmoney", "H00300.CSI"),
    *((vendor, "510300.SH") for vendor in ("sina", "eastmoney", "yahoo")),
]


pytestmark = pytest.mark.usefixtures("replay")


def expected(security: Security) -> dict[date, float]:
    return {day: close for day, close in security.closes.items() if FIRST <= day <= LAST}


def as_dict(history: History) -> dict[date, float]:
    return dict(zip(history.bars.dates.tolist(), history.bars.close.tolist(), strict=True))


@pytest.mark.parametrize(("vendor", "text"), SERVED)
def test_closes_are_those_of_the_market(replay: Replay, vendor: str, text: str) -> None:
    history = completed(vendor, text).history
    assert as_dict(history) == pytest.approx(expected(replay.vendors.market[text]), abs=1e-9)


@pytest.mark.parametrize(("vendor", "text"), SERVED)
def test_volumes_are_in_shares_and_amounts_in_currency(
    replay: Replay, vendor: str, text: str
) -> None:
    bars = completed(vendor, text).history.bars
    known = [b for b in replay.vendors.market[text].bars if FIRST <= b.day <= LAST]
    if not np.isnan(bars.volume).all():
        assert bars.volume.tolist() == pytest.approx([b.volume for b in known], abs=1)
    if not np.isnan(bars.amount).all():
        assert bars.amount.tolist() == pytest.approx([b.amount for b in known], rel=1e-4)


@pytest.mark.parametrize("vendor", ["sina", "eastmoney", "tencent", "yahoo"])
@pytest.mark.parametrize("text", MAINLAND)
def test_total_returns_agree_with_what_a_holder_earned(
    replay: Replay, vendor: str, text: str
) -> None:
    history = completed(vendor, text).history
    truth = replay.vendors.market[text].total_return(FIRST, LAST)
    assert earned(history) == pytest.approx(truth, abs=1e-6)


def test_daily_total_returns_of_sina_and_yahoo_agree() -> None:
    def returns(vendor: str) -> np.ndarray:
        history = completed(vendor, "000034.SZ").history
        bars = history.with_factor
        return np.diff(np.log(bars.close * bars.factor))

    assert np.abs(returns("sina") - returns("yahoo")).max() < 1e-6


def test_a_hong_kong_dividend_is_reinvested_with_yahoos_factor(replay: Replay) -> None:
    history = completed("eastmoney", "0700.HK").history
    assert (history.vendor, history.steps_from) == ("eastmoney", "yahoo")
    truth = replay.vendors.market["0700.HK"].total_return(FIRST, LAST)
    assert earned(history) == pytest.approx(truth, abs=1e-6)


def test_a_bonus_issue_with_cash_is_one_action_of_each() -> None:
    for vendor in ("sina", "yahoo"):
        (action,) = known(completed(vendor, "000034.SZ").history.actions)
        assert str(action.ex_date) == "2024-06-12"
        assert (action.cash, action.bonus) == pytest.approx((0.526, 0.4), abs=1e-6)


def test_share_counts_are_those_in_force() -> None:
    shares = known(completed("sina", "000034.SZ").history.shares)
    assert shares.total.tolist() == [669_000_000]
    assert shares.tradable.tolist() == [535_200_000]


def test_share_counts_come_from_the_capital_changes_where_valuations_lack(
    replay: Replay, hosts: RateLimiter
) -> None:
    def no_valuation(request: Request, honest: Callable[[], Reply]) -> Reply | None:
        if request.query.get("reportName") == "RPT_VALUEANALYSIS_DET":
            return json_reply(NOTHING)
        return None

    replay.vendors.faults.append(no_valuation)
    shares, _ = eastmoney.share_counts(parse_symbol("688111.SH"), hosts)
    assert shares.total.tolist() == [460_000_000]


@pytest.mark.parametrize("vendor", ["eastmoney", "safe", "yahoo"])
def test_the_rate_is_yuan_for_one_hong_kong_dollar(
    replay: Replay, hosts: RateLimiter, vendor: str
) -> None:
    first, last = np.datetime64(FIRST, "D"), np.datetime64(LAST, "D")
    history = complete_rate(vendor, "HKDCNY", first, last, hosts).history
    known = {day: rate for day, rate in rates() if FIRST <= day <= LAST}
    assert as_dict(history) == pytest.approx(known, abs=1e-9)


def test_a_share_listed_later_begins_with_its_first_bar() -> None:
    history = completed("sina", "301269.SZ").history
    assert str(history.bars.dates[0]) == "2024-11-04"
    assert history.first == np.datetime64(FIRST, "D")


def test_the_clients_warnings_are_not_shown() -> None:
    with warnings.catch_warnings(record=True) as caught:
        from basketbt.data.sources.yfinance import _package

        _package()
    assert [w for w in caught if "yfinance" in str(w.filename)] == []


def test_the_market_has_no_real_price() -> None:
    # The replay invents its bars from the code alone: two markets are equal, byte for byte.
    assert Market([Security("688111.SH")])["688111.SH"].bars == Security("688111.SH").bars
