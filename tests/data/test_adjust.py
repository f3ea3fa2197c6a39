"""Ex-dates: references, factors, and what a factor alone cannot tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basketbt.data.adjust import action_steps, adjust, factor_steps
from basketbt.data.bars import CorporateAction

DATES = np.array(["2025-01-02", "2025-01-03", "2025-01-06", "2025-01-07"], "datetime64[D]")


def action(ex_date: str, **what: float) -> CorporateAction:
    return CorporateAction(symbol="000034.SZ", ex_date=np.datetime64(ex_date), **what)


def test_a_dividend_that_the_price_drops_by_is_no_loss_in_total_return() -> None:
    close = np.array([10.0, 10.0, 9.5, 9.5])
    result = adjust(DATES, close, None, [action("2025-01-06", cash=0.5)])
    assert result.total == pytest.approx([9.5, 9.5, 9.5, 9.5])
    assert result.price == pytest.approx(close)
    assert result.reference == pytest.approx([np.nan, 10.0, 9.5, 9.5], nan_ok=True)


def test_a_bonus_issue_is_no_loss_in_either_return() -> None:
    close = np.array([13.0, 13.0, 10.0, 10.0])
    result = adjust(DATES, close, None, [action("2025-01-06", bonus=0.3)])
    assert result.total == pytest.approx([10.0] * 4)
    assert result.price == pytest.approx([10.0] * 4)


def test_rights_restate_the_price_by_the_rule_of_the_exchange() -> None:
    # (10 + 0.3 x 6) / 1.3 = 9.0769 -> 9.08
    result = adjust(
        DATES,
        np.array([10.0, 10.0, 9.08, 9.08]),
        None,
        [action("2025-01-06", rights=0.3, rights_price=6.0)],
    )
    assert result.reference[2] == 9.08
    assert result.total[1] == pytest.approx(10 * (11.8 / 1.3) / 10)


def test_cash_and_bonus_on_one_day_separate_into_both_returns() -> None:
    # 10送3派5: (10 - 0.5) / 1.3 = 7.3077 -> 7.31
    close = np.array([10.0, 10.0, 7.31, 7.31])
    result = adjust(DATES, close, None, [action("2025-01-06", cash=0.5, bonus=0.3)])
    assert result.reference[2] == 7.31
    assert result.price[1] == pytest.approx(10 / 1.3)
    assert result.total[1] == pytest.approx(9.5 / 1.3)


def test_an_action_during_a_suspension_takes_effect_on_the_next_bar() -> None:
    dates = np.array(["2025-01-02", "2025-01-07"], "datetime64[D]")
    steps = action_steps(dates, np.array([10.0, 9.0]), [action("2025-01-03", cash=1.0)])
    assert steps.total.tolist() == [1.0, pytest.approx(10 / 9)]


def test_a_factor_step_without_an_action_ends_the_price_return() -> None:
    close = np.array([10.0, 10.0, 9.5, 9.6])
    factor = np.array([0.95, 0.95, 1.0, 1.0])
    result = adjust(DATES, close, factor)
    assert result.breaks.tolist() == [0, 0, 1, 1]
    assert result.total == pytest.approx([9.5, 9.5, 9.5, 9.6])


def test_price_returns_measured_after_an_unexplained_step_do_exist() -> None:
    close = np.array([10.0, 10.0, 9.5, 9.6])
    factor = np.array([0.95, 0.95, 1.0, 1.0])
    result = adjust(DATES, close, factor)
    assert result.price[2:] == pytest.approx([9.5, 9.6])
    assert result.breaks[2] == result.breaks[3]


def test_without_a_step_price_and_total_return_are_the_same() -> None:
    close = np.array([10.0, 11.0, 9.5, 9.6])
    result = adjust(DATES, close, np.full(4, 0.3))
    assert result.price.tolist() == result.total.tolist() == close.tolist()


def test_a_vendor_factor_made_from_the_rounded_reference_counts_as_explained() -> None:
    # 2.13 - 0.013 = 2.117, published as 2.12; the factor step is 2.13/2.12.
    close = np.array([2.13, 2.13, 2.12, 2.12])
    factor = np.array([2.12 / 2.13, 2.12 / 2.13, 1.0, 1.0])
    result = adjust(DATES, close, factor, [action("2025-01-06", cash=0.013)])
    assert not result.breaks.any()


def test_a_vendor_factor_that_contradicts_the_action_is_not_explained_by_it() -> None:
    close = np.array([10.0, 10.0, 9.5, 9.5])
    factor = np.array([0.9, 0.9, 1.0, 1.0])
    result = adjust(DATES, close, factor, [action("2025-01-06", cash=0.5)])
    assert result.breaks.tolist() == [0, 0, 1, 1]


def test_noise_in_a_factor_is_no_ex_date() -> None:
    assert factor_steps(np.array([0.3, 0.3 * (1 + 1e-12), 0.3])).tolist() == [1.0, 1.0, 1.0]


def test_an_action_worth_more_than_the_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"000034\.SZ 2025-01-06"):
        adjust(DATES, np.full(4, 10.0), None, [action("2025-01-06", cash=10.0)])


@given(
    st.floats(1, 500), st.floats(0, 0.5), st.floats(0, 2), st.floats(0, 0.5), st.floats(0.1, 0.9)
)
def test_whoever_holds_through_an_ex_date_at_the_reference_has_what_they_had(
    price: float, cash: float, bonus: float, rights: float, discount: float
) -> None:
    # An independent ledger: one share, its cash, and shares bought at the rights price.
    paid = price * discount
    reference = (price - cash + rights * paid) / (1 + bonus + rights)
    worth = (1 + bonus + rights) * reference + cash - rights * paid
    assert worth == pytest.approx(price)
    event = action("2025-01-06", cash=cash, bonus=bonus, rights=rights, rights_price=paid)
    close = np.array([price, price, reference, reference])
    result = adjust(DATES, close, None, [event], fen=False)
    assert result.total == pytest.approx(np.full(4, reference))
