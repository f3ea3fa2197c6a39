"""Prices that cannot be right: refused or named, and never silently a wrong number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from basketbt.data.bars import (
    COLUMNS,
    Bars,
    CorporateAction,
    FxSeries,
    Instrument,
    MarketData,
    ShareCounts,
)
from basketbt.data.validation.check import check
from basketbt.data.validation.policy import DEFAULT_POLICY, RULES, Policy
from basketbt.errors import BadPrices, UnknownName
from basketbt.market.calendars import calendar
from support.bars import history

D = np.datetime64
DAYS = calendar("XSHG").between(D("2025-01-02"), D("2025-01-22"))  # 15 sessions
ROWS = ("code", "dates", *COLUMNS)


def share(symbol: str = "600000.SH", closes: float | list[float] = 10.0, **more: Any) -> Bars:
    close = np.broadcast_to(np.array(closes, dtype=float), len(DAYS)).copy()
    volume = np.full(len(DAYS), 1e5)
    fields: dict[str, Any] = {
        "open": close.copy(),
        "high": close + 0.05,
        "low": close - 0.05,
        "close": close,
    }
    fields |= {"volume": volume, "amount": volume * close, "dates": DAYS.copy(), "table": "t.csv"}
    return history(symbol, **(fields | more))


def market(*histories: Bars, **more: Any) -> MarketData:
    return MarketData(source="test", bars=Bars.joined(histories), **more)


def without(bar: Bars, row: int) -> Bars:
    return bar.rows(np.arange(len(bar)) != row)


def spoilt(column: str, value: float, row: int = 4, **more: Any) -> Bars:
    bar = share(**more)
    getattr(bar, column)[row] = value
    return bar


def refusal(data: MarketData, rule: str) -> str:
    """The message of the refusal, which must be of this rule alone."""
    with pytest.raises(BadPrices) as caught:
        check(data, {rule: "refuse"})
    message = str(caught.value)
    assert all(f"[{rule}, " in line for line in message.splitlines()[1:])
    return message


def test_good_prices_pass_without_a_word() -> None:
    clean = share()
    checked = check(market(clean))
    assert checked.notes == ()
    for name in ROWS:
        np.testing.assert_array_equal(
            getattr(checked.bars.of("600000.SH"), name), getattr(clean, name)
        )


SPOILT = [
    ("non_finite", spoilt("close", np.nan), "close nan"),
    ("non_finite", spoilt("close", np.inf), "close inf"),
    ("non_finite", spoilt("volume", np.inf), "volume inf"),
    ("non_positive", spoilt("close", 0.0), "close 0"),
    ("non_positive", spoilt("low", -9.0), "low -9"),
    ("non_positive", spoilt("volume", -1.0), "volume -1"),
    ("ohlc", spoilt("high", 9.97), "close above the high: 10"),
    ("ohlc", spoilt("low", 10.02), "close below the low: 10"),
    ("open", spoilt("open", 10.2), "open above the high: 10.2"),
]


@pytest.mark.parametrize(("rule", "bar", "said"), SPOILT)
def test_a_finding_names_symbol_date_value_rule_and_table(rule: str, bar: Bars, said: str) -> None:
    others: dict[str, Policy] = {name: "warn" for name in DEFAULT_POLICY if name != rule}
    with pytest.raises(BadPrices) as caught:
        check(market(bar), {**others, rule: "refuse"})
    line = str(caught.value).splitlines()[1]
    assert line == f"600000.SH {DAYS[4]}: {said} [{rule}, t.csv]"


@pytest.mark.parametrize("rule", ["non_finite", "non_positive"])
def test_a_row_that_is_only_warned_of_is_left_out_not_used(rule: str) -> None:
    value = np.nan if rule == "non_finite" else -1.0
    checked = check(market(spoilt("close", value)), {rule: "warn"})
    assert DAYS[4] not in checked.bars.of("600000.SH").dates
    assert len(checked.bars.of("600000.SH").dates) == len(DAYS) - 1
    assert any(
        rule in note.text("en") and str(DAYS[4]) in note.text("zh") for note in checked.notes
    )


def test_a_second_row_of_a_day_is_refused_or_the_last_one_counts() -> None:
    bar = share()
    twice = bar.rows(np.insert(np.arange(len(bar)), 5, 4))
    twice.close[5] = 10.03
    assert f"600000.SH {DAYS[4]}" in refusal(market(twice), "duplicates")
    kept = check(market(twice), {"duplicates": "warn"}).bars.of("600000.SH")
    assert kept.dates.tolist() == DAYS.tolist()
    assert kept.close[4] == 10.03


def test_unsorted_rows_are_sorted_and_said() -> None:
    bar = share(closes=list(np.linspace(10, 10.14, len(DAYS))))
    order = np.arange(len(DAYS))[::-1]
    shuffled = bar.rows(order)
    checked = check(market(shuffled))
    assert checked.bars.of("600000.SH").close.tolist() == bar.close.tolist()
    (note,) = checked.notes
    assert "unsorted" in note.text("en")
    assert "[unsorted, t.csv]" in refusal(market(shuffled), "unsorted")


def test_the_calendar_is_that_of_the_securitys_own_exchange() -> None:
    festival = D("2025-01-01")  # shut in Shanghai and Hong Kong; Hong Kong opens on 2025-01-28
    assert "no session of its exchange" in refusal(
        market(replace(share(), dates=np.concatenate([[festival], DAYS[1:]]))), "off_calendar"
    )
    late = calendar("XHKG").between(D("2025-01-14"), D("2025-02-04"))
    assert D("2025-01-28") in late
    hong_kong = share("6682.HK", currency="HKD", table="hk.csv").rows(slice(len(late)))
    hong_kong = replace(hong_kong, dates=late)
    assert check(market(hong_kong)).notes == ()
    assert "2025-01-28" in refusal(
        market(replace(hong_kong, symbols=("600000.SH",), tables=("t.csv",))), "off_calendar"
    )


@pytest.mark.parametrize(
    ("symbol", "move", "beyond"),
    [
        ("600000.SH", 1.10, False),
        ("600000.SH", 1.12, True),
        ("600000.SH", 0.88, True),
        ("300001.SZ", 1.20, False),
        ("300001.SZ", 1.22, True),
        ("688001.SH", 0.79, True),
        ("920819.BJ", 1.30, False),
        ("920819.BJ", 1.32, True),
        ("6682.HK", 1.60, False),
        ("000300.SH", 1.20, False),
    ],
)
def test_a_close_beyond_the_limit_of_its_board_is_named(
    symbol: str, move: float, beyond: bool
) -> None:
    closes = [10.0] * 5 + [10.0 * move] * (len(DAYS) - 5)
    said = [note.text("en") for note in check(market(share(symbol, closes))).notes]
    assert bool(said) == beyond
    if beyond:
        assert f"{symbol} {DAYS[5]}" in said[0]
        assert "limit" in said[0]


def test_the_limit_is_measured_from_the_restated_reference_on_an_ex_date() -> None:
    closes = [13.0] * 5 + [10.0] * (len(DAYS) - 5)
    bonus = CorporateAction(symbol="600000.SH", ex_date=DAYS[5], bonus=0.3)
    known = {"600000.SH": (bonus,)}
    assert check(market(share(closes=closes), actions=known, has_actions=True)).notes == ()
    factor = np.array([10 / 13] * 5 + [1.0] * (len(DAYS) - 5))
    assert check(market(share(closes=closes, factor=factor))).notes == ()
    assert len(check(market(share(closes=closes))).notes) == 1


def test_the_first_sessions_of_a_listing_are_free() -> None:
    closes = [10.0, 18.0] + [18.0] * (len(DAYS) - 2)
    bar = share("688001.SH", closes)
    listed = Instrument(symbol="688001.SH", listed=DAYS[0])
    assert check(market(bar, instruments={"688001.SH": listed})).notes == ()
    assert f"688001.SH {DAYS[1]}" in refusal(market(bar), "leap")


def leaping(close: float, symbol: str = "600000.SH") -> Bars:
    return share(symbol, [10.0] * 6 + [close] * (len(DAYS) - 6))


@pytest.mark.parametrize(
    ("symbol", "close", "leap"),
    [
        ("600000.SH", 100.0, True),
        ("600000.SH", 1.0, True),
        ("688001.SH", 1.0, True),
        ("920819.BJ", 1.0, True),
        ("600000.SH", 13.30, False),  # 1.1 ** 3 = 1.331, 0.9 ** 3 = 0.729
        ("600000.SH", 13.33, True),
        ("600000.SH", 7.30, False),
        ("600000.SH", 7.27, True),
        ("6682.HK", 100.0, False),
        ("000300.SH", 12.4, False),
    ],
)
def test_a_close_beyond_three_limits_in_a_row_is_refused(
    symbol: str, close: float, leap: bool
) -> None:
    bar = leaping(close, symbol)
    if leap:
        assert f"{symbol} {DAYS[6]}: return beyond three daily limits:" in refusal(
            market(bar), "leap"
        )
        (note,) = check(market(bar), {"leap": "warn"}).notes  # and not named as a limit again
        assert "check leap" in note.text("en")
    else:
        check(market(bar))


def test_a_leap_is_allowed_after_a_long_suspension_and_not_after_a_short_one() -> None:
    long = share(closes=[10.0, 10.0] + [4.0] * (len(DAYS) - 2))
    for missing, refused in ((10, True), (11, False)):
        bar = long.rows(np.delete(np.arange(len(DAYS)), np.arange(2, 2 + missing)))
        if refused:
            assert f"600000.SH {DAYS[12]}" in refusal(market(bar), "leap")
        else:
            check(market(bar))


def test_a_leap_is_allowed_in_the_first_five_sessions_of_any_board() -> None:
    # On the Beijing exchange only the first session of a listing is without a limit.
    bar = share("920819.BJ", [10.0, 10.0, 10.0, 10.0, 40.0] + [40.0] * (len(DAYS) - 5))
    listed = {"920819.BJ": Instrument(symbol="920819.BJ", listed=DAYS[0])}
    check(market(bar, instruments=listed))
    earlier = {"920819.BJ": Instrument(symbol="920819.BJ", listed=D("2024-12-31"))}
    refusal(market(bar, instruments=earlier), "leap")


def action(row: int = 5, **ratios: float) -> CorporateAction:
    return CorporateAction(symbol="600000.SH", ex_date=DAYS[row], **ratios)


WRONG_ACTIONS = [
    ([action(cash=-0.5)], "cash -0.5"),
    ([action(bonus=-0.3)], "bonus -0.3"),
    ([action(cash=np.inf)], "cash inf"),
    ([action(rights=0.1, rights_price=np.nan)], "rights_price nan"),
    ([action(cash=10.0)], "cash of the whole price before it (10): 10"),
    ([action(cash=12.0)], "cash of the whole price before it (10): 12"),
    ([action(cash=0.1), action(cash=0.1)], "a second action of the day, cash 0.1"),
]


@pytest.mark.parametrize(("actions", "said"), WRONG_ACTIONS)
def test_an_impossible_action_is_refused_by_name_or_left_out(
    actions: list[CorporateAction], said: str
) -> None:
    data = market(share(), actions={"600000.SH": tuple(actions)}, has_actions=True)
    message = refusal(data, "actions")
    assert f"600000.SH {DAYS[5]}: {said} [actions, actions]" in message
    warned = check(data, {"actions": "warn"})
    assert warned.actions["600000.SH"] == tuple(actions[:-1])
    assert any("the action is left out" in note.text("en") for note in warned.notes)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (action(5, cash=0.5), None),  # what the factor says
        (action(5, cash=5.0), "is 2 by it, by the factor 1.05263"),  # per ten shares
        (action(4, cash=0.5), "is 1.05263 by it, by the factor 1"),  # the record date
        (action(5, cash=0.1), "is 1.0101 by it, by the factor 1.05263"),  # the bonus is missing
    ],
)
def test_an_action_that_the_factor_contradicts_is_left_out(
    told: CorporateAction, said: str | None
) -> None:
    factor = np.where(DAYS[5] > DAYS, 1.0, 10.0 / 9.5)
    bar = share(closes=[10.0] * 5 + [9.5] * 10, factor=factor)
    data = market(bar, actions={"600000.SH": (told,)}, has_actions=True)
    found = check(data)
    if said is None:
        assert found.actions["600000.SH"] == (told,)
        assert found.notes == ()
    else:
        assert found.actions["600000.SH"] == ()
        assert said in refusal(data, "factor")
        assert any("the action is left out" in note.text() for note in found.notes)


def test_an_index_that_lacks_a_session_is_a_hole_and_not_suspended() -> None:
    index = without(share("000300.SH", table="indexes.csv"), 6)
    said = [note.text() for note in check(market(share(), index)).notes]
    assert any("000300.SH" in one and "sessions without a level" in one for one in said)
    assert not any("taken as suspended" in one for one in said)


@pytest.mark.parametrize(("theme", "named"), [(0.13, False), (0.2, True)])
def test_an_index_between_the_broad_ones_and_the_shares_does_not_move_alone(
    theme: float, named: bool
) -> None:
    """8 and 9 October 2024: the CSI AI index rose more than broad ones and less than its shares."""

    def history_of(symbol: str, rise: float, fall: float) -> Bars:
        closes = np.full(len(DAYS), 10.0)
        closes[6] *= 1.0 + rise
        closes[7:] = closes[6] * (1.0 - fall)
        return share(symbol, closes.tolist(), table="t.csv")

    broad = [history_of(name, 0.06, 0.073) for name in ("000300.SH", "000985.CSI", "000001.SH")]
    shares = [history_of(f"68800{number}.SH", 0.155, 0.084) for number in range(1, 7)]
    data = market(*broad, *shares, history_of("930713.CSI", theme, 0.05))
    said = [note.text() for note in check(data).notes]
    assert any("930713.CSI" in one and "moves where no other" in one for one in said) is named


def test_two_actions_during_a_suspension_are_each_measured_from_what_the_other_left() -> None:
    bar = without(without(share(closes=[10.0] * 7 + [4.0] * 8), 5), 5)
    both = (action(5, cash=6.0), action(6, cash=5.0))
    data = market(bar, actions={"600000.SH": both}, has_actions=True)
    assert f"600000.SH {DAYS[6]}: cash of the whole price before it (4): 5" in refusal(
        data, "actions"
    )


def test_an_action_before_the_prices_moves_nothing_and_is_not_judged() -> None:
    old = (replace(action(cash=-1.0), ex_date=D("2020-06-01")),)
    assert check(market(share(), actions={"600000.SH": old}, has_actions=True)).notes == ()


def counts(*rows: tuple[str, float, float]) -> dict[str, ShareCounts]:
    days, total, tradable = zip(*rows, strict=True)
    return {
        "600000.SH": ShareCounts(
            symbol="600000.SH",
            dates=np.array(days, "M8[D]"),
            total=np.array(total),
            tradable=np.array(tradable),
        )
    }


@pytest.mark.parametrize(
    ("total", "tradable", "said"),
    [
        (0.0, 1e8, "total 0"),
        (-1e9, 1e8, "total -1e+09"),
        (np.nan, 1e8, "total nan"),
        (np.inf, 1e8, "total inf"),
        (1e9, 0.0, "tradable 0"),
        (1e9, np.inf, "tradable inf"),
        (1e9, 1e10, "tradable above the total: 1e+10"),
    ],
)
def test_an_impossible_share_count_is_refused_by_name_or_left_out(
    total: float, tradable: float, said: str
) -> None:
    data = market(share(), shares=counts(("2024-01-02", 9e8, 9e7), ("2025-01-06", total, tradable)))
    assert f"600000.SH 2025-01-06: {said} [shares, shares]" in refusal(data, "shares")
    (kept,) = check(data, {"shares": "warn"}).shares.values()
    assert kept.total.tolist() == [9e8]


def test_a_second_share_count_of_a_day_is_refused() -> None:
    data = market(share(), shares=counts(("2024-01-02", 9e8, 9e7), ("2024-01-02", 8e8, 9e7)))
    said = "600000.SH 2024-01-02: a second row of the day, total 8e+08"
    assert said in refusal(data, "shares")


def test_share_counts_replaced_before_the_prices_are_not_judged_and_unknown_ones_are_no_error() -> (
    None
):
    data = market(share(), shares=counts(("1999-01-04", 9e8, 0.0), ("2010-01-04", 9e8, np.nan)))
    assert check(data).notes == ()


def test_adjusted_closes_are_allowed_their_rounding() -> None:
    # Forward-adjusted to 0.30 yuan, +10 % is 0.33 and rounding alone can make it 0.34.
    closes = [0.30] * 5 + [0.34] * (len(DAYS) - 5)
    near: dict[str, Any] = dict.fromkeys(("open", "high", "low"), np.array(closes))
    assert check(market(share(closes=closes, adjusted=True, **near))).notes == ()
    assert len(check(market(share(closes=closes, **near))).notes) == 1


def test_a_gap_is_listed_with_its_length() -> None:
    bar = without(without(share(), 7), 7)
    (note,) = check(market(bar)).notes
    assert "600000.SH (2)" in note.text("en")
    assert str(DAYS[9]) in refusal(market(bar), "gap")


def test_what_is_missing_before_the_first_or_after_the_last_row_is_no_gap() -> None:
    short = share().rows(slice(3, 9))
    assert check(market(short)).notes == ()


def cut(bar: Bars, after: int) -> Bars:
    return bar.rows(slice(after + 1))


def test_an_export_that_was_not_brought_up_to_date_is_named() -> None:
    stale, fresh = cut(share("000001.SZ"), 8), share()
    said = " ".join(note.text() for note in check(market(stale, fresh)).notes)
    assert f"000001.SZ {DAYS[8]}: last row, so many sessions before its table's end: 6" in said
    assert check(market(cut(share("000001.SZ"), 9), fresh)).notes == ()  # five are allowed
    gone = Instrument(symbol="000001.SZ", delisted=DAYS[8])
    assert check(market(stale, fresh, instruments={"000001.SZ": gone})).notes == ()
    # A table of its own may end earlier than another.
    assert check(market(replace(stale, tables=("other.csv",)), fresh)).notes == ()


def test_a_session_that_a_whole_table_lacks_is_a_hole_and_no_suspension() -> None:
    shares = [without(share(symbol), 6) for symbol in ("600000.SH", "000001.SZ")]
    said = [note.text() for note in check(market(*shares)).notes]
    assert any(f"600000.SH {DAYS[6]}: no row of any security of the table" in one for one in said)
    assert f" {DAYS[6]}: " in refusal(market(*shares), "hole")
    one_traded = check(market(shares[0], share("000001.SZ"))).notes
    assert not any("no row of any security" in note.text() for note in one_traded)


def test_rows_without_volume_are_suspensions_of_mainland_shares() -> None:
    checked = check(market(spoilt("volume", 0.0)))
    assert DAYS[4] not in checked.bars.of("600000.SH").dates
    assert any("without volume" in note.text("en") for note in checked.notes)
    flat = check(market(spoilt("volume", 0.0, symbol="000300.SH")))
    assert DAYS[4] in flat.bars.of("000300.SH").dates


def test_a_placeholder_of_zeros_is_a_suspension_and_no_bad_price() -> None:
    bar = share()
    for name in ("open", "high", "low", "volume", "amount"):
        getattr(bar, name)[4] = 0.0
    assert DAYS[4] not in check(market(bar)).bars.of("600000.SH").dates


@pytest.mark.parametrize(
    ("volume", "amount", "said"),
    [
        (1 / 100, 1, "volume looks like lots"),
        (100, 1, "volume looks like shares"),
        (1, 1e-4, "amount looks like 10k yuan"),
        (1, 1e4, "amount looks like yuan"),
        (1 / 100, 1e-3, "volume looks like lots (手) and amount like thousands"),
        (1, 7, "no common unit explains it"),
    ],
)
def test_a_wrong_unit_is_refused_and_named(volume: float, amount: float, said: str) -> None:
    bar = share()
    wrong = replace(bar, volume=bar.volume * volume, amount=bar.amount * amount)
    assert said in refusal(market(wrong), "units")


def test_one_share_in_another_unit_than_the_rest_is_found() -> None:
    good = [share(f"60000{number}.SH") for number in range(5)]
    wrong = share("000034.SZ")
    wrong = replace(wrong, volume=wrong.volume / 100)
    message = refusal(market(*good, wrong), "units")
    assert message.count("\n") == 1
    assert "000034.SZ" in message


def test_a_rate_for_a_hundred_units_is_refused() -> None:
    rate = FxSeries(base="HKD", quote="CNY", dates=DAYS, rate=np.full(len(DAYS), 92.5))
    assert "HKDCNY" in refusal(market(share(), fx={"HKDCNY": rate}), "fx")
    fine = replace(rate, rate=rate.rate / 100)
    assert check(market(share(), fx={"HKDCNY": fine})).notes == ()


def test_twenty_findings_are_listed_and_the_rest_counted() -> None:
    bars = [share(f"6000{number:02d}.SH") for number in range(4)]
    for bar in bars:
        bar.close[:10] = np.nan
    with pytest.raises(BadPrices) as caught:
        check(market(*bars))
    lines = str(caught.value).splitlines()
    assert lines[0] == "price checks failed: 40"
    assert len(lines) == 22
    assert lines[-1] == "and 20 more"


def test_a_security_that_loses_all_its_rows_has_no_prices() -> None:
    gone = share(closes=np.nan)
    checked = check(market(gone, share("600001.SH")), {"non_finite": "warn"})
    assert checked.bars.symbols == ("600001.SH",)


def test_a_check_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownName, match=r"'gaps'.*did you mean 'gap'"):
        check(market(share()), {"gaps": "warn"})


def test_every_rule_has_both_languages_and_a_default() -> None:
    assert {rule.default for rule in RULES} == {"refuse", "warn"}
    for rule in RULES:
        for said in (rule.meaning, rule.when_warned):
            assert said.text("en")
            assert said.text("zh") != said.text("en")
