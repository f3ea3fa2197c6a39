"""Where libraries disagree: our choice, held by numbers worked out by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from basketbt.metrics import drawdowns, relative, returns, risk


def levels_of(*simple: float) -> np.ndarray:
    return 100.0 * np.cumprod([1.0, *(1.0 + r for r in simple)])


def test_a_loss_on_the_first_session_counts_as_a_drawdown() -> None:
    # Low after the fourth session: 0.90 * 1.01 * 1.01 * 0.98 = 0.8997282, and 0.90 before that.
    # 0.8997282 / 1 - 1 = -10.027 %; without the base row it would read -2 %.
    levels = levels_of(-0.10, 0.01, 0.01, -0.02, 0.0, 0.03)
    assert drawdowns.max_drawdown(levels)[0] == pytest.approx(-0.1002718, abs=1e-12)


def test_a_drawdown_that_starts_at_the_base_is_listed() -> None:
    (episode,) = drawdowns.episodes(levels_of(-0.02, -0.01, 0.005))
    assert (episode.peak, episode.trough, episode.recovery) == (0, 2, None)
    assert episode.depth == pytest.approx(0.98 * 0.99 - 1)


def test_episodes_and_their_durations_in_sessions_and_calendar_days() -> None:
    levels = np.array([100.0, 110.0, 110.0, 99.0, 104.5, 110.0, 121.0, 120.0])
    dates = (
        "2025-01-22 2025-01-23 2025-01-24 2025-01-27 2025-02-05 2025-02-06 2025-02-07 2025-02-10"
    )
    sessions = np.array(dates.split(), dtype="datetime64[D]")
    first, second = drawdowns.episodes(levels)
    # The peak is the last session at the high, the recovery the first one back at it.
    assert (first.peak, first.trough, first.recovery) == (2, 3, 5)
    assert first.depth == pytest.approx(-0.10)
    assert (second.peak, second.trough, second.recovery) == (6, 7, None)

    spans, open_end = drawdowns.falls(levels, sessions)
    assert (spans.sessions_to_trough, spans.sessions_to_recovery, spans.sessions_total) == (1, 2, 3)
    days = [
        (date(2025, 1, 27) - date(2025, 1, 24)).days,
        (date(2025, 2, 6) - date(2025, 1, 27)).days,
        (date(2025, 2, 6) - date(2025, 1, 24)).days,
    ]
    assert [spans.days_to_trough, spans.days_to_recovery, spans.days_total] == days

    assert (open_end.sessions_to_trough, open_end.days_to_trough) == (1, 3)
    assert open_end.sessions_to_recovery is None
    assert open_end.sessions_total is None
    assert open_end.days_to_recovery is None
    assert open_end.days_total is None


def test_ulcer_index_counts_the_base_row_and_is_a_decimal() -> None:
    # Drawdowns 0, -10 %, -10 %, 0: sqrt((0.01 + 0.01) / 4).
    levels = np.array([100.0, 90.0, 90.0, 100.0])
    assert drawdowns.ulcer_index(levels)[0] == pytest.approx(math.sqrt(0.02 / 4))


def test_the_risk_free_rate_is_annual_and_taken_apart_geometrically() -> None:
    # 10 % a year over 2 "sessions" a year is sqrt(1.1) - 1 = 4.8809 % a session, not 5 %.
    assert returns.per_session_rate(0.10, 2) == pytest.approx(math.sqrt(1.1) - 1)
    r = np.tile([0.02, -0.01], 70)
    rate = 1.02 ** (1 / 243) - 1
    expected = (0.005 - rate) / np.std(r, ddof=1) * math.sqrt(243)
    assert risk.sharpe(r, 243, 0.02)[0] == pytest.approx(expected, rel=1e-12)


def test_value_at_risk_is_historical_and_its_shortfall_averages_what_lies_at_or_below() -> None:
    # 21 returns: the 5 % quantile is the second smallest, position (21 - 1) * 0.05 = 1.
    r = np.array([-0.08, -0.04, *np.linspace(0.0, 0.03, 19)])
    assert risk.value_at_risk(r)[0] == pytest.approx(-0.04)
    assert risk.expected_shortfall(r)[0] == pytest.approx(-0.06)
    # 31 returns: position 1.5, half way between -4 % and 0.
    r = np.array([-0.08, -0.04, *np.linspace(0.0, 0.03, 29)])
    assert risk.value_at_risk(r)[0] == pytest.approx(-0.02)
    assert risk.expected_shortfall(r)[0] == pytest.approx(-0.06)


def test_alpha_is_compounded_and_the_information_ratio_annualised() -> None:
    b = np.tile([0.01, -0.01], 70)
    r = 0.001 + 1.5 * b
    assert relative.beta(r, b)[0] == pytest.approx(1.5)
    assert relative.alpha(r, b, 243)[0] == pytest.approx(1.001**243 - 1)
    active = 0.001 + 0.5 * b
    spread = 0.005 * math.sqrt(140 / 139)
    assert relative.tracking_error(r, b, 243)[0] == pytest.approx(spread * math.sqrt(243))
    assert relative.information_ratio(r, b, 243)[0] == pytest.approx(
        active.mean() / spread * math.sqrt(243)
    )


def test_excess_return_is_a_difference_and_geometrically_a_quotient() -> None:
    basket, benchmark = np.array([100.0, 121.0]), np.array([50.0, 55.0])
    assert relative.excess_return(basket, benchmark)[0] == pytest.approx(0.11)
    assert relative.geometric_excess_return(basket, benchmark)[0] == pytest.approx(0.10)


def test_capture_leaves_out_sessions_on_which_the_benchmark_did_not_move() -> None:
    b = np.tile([0.01, -0.01, 0.0, 0.0], 35)
    r = np.tile([0.02, -0.005, 0.5, -0.3], 35)
    expected_up = (1.02**243 - 1) / (1.01**243 - 1)
    expected_down = (0.995**243 - 1) / (0.99**243 - 1)
    assert relative.up_capture(r, b, 243)[0] == pytest.approx(expected_up)
    assert relative.down_capture(r, b, 243)[0] == pytest.approx(expected_down)


def test_a_session_without_a_move_is_no_hit() -> None:
    assert returns.hit_ratio(np.array([0.01, 0.0, -0.01, 0.02]))[0] == 0.5


def test_episodes_refuse_several_series_at_once() -> None:
    with pytest.raises(ValueError, match="one level series"):
        drawdowns.episodes(np.ones((3, 2)))
