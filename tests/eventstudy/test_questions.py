"""Q1 and Q2 of a whole study: against plain loops, by family, and without a look ahead."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from zlib import crc32

import numpy as np
import pytest
import statsmodels.api as sm

from basketbt.eventstudy.inputs import EventStudyInputs as Inputs
from basketbt.eventstudy.inputs import Options, Pool, Variant
from basketbt.eventstudy.kinds import draw_of_kind
from basketbt.eventstudy.models import market_model
from basketbt.eventstudy.multiple import counted_together
from basketbt.eventstudy.results import EventStudyResult, WindowTest
from basketbt.eventstudy.run import event_study
from basketbt.eventstudy.windows import Offsets

T, DAY0, OUTSIDE, OWN = 420, 390, 60, 6
OPTIONS = Options(
    matched_lists=40, placebo_lists=30, placebo_dates=110, nearest=5, bootstrap_draws=50
)


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """Two lists over two industries, with suspensions; day 0 at row 390 of 420.

    The first is named and published on day 6, the second is mapped.
    """
    random = np.random.default_rng(21)
    market = random.normal(0, 0.01, T)
    every = 0.9 * market[:, None] + random.normal(0, 0.02, (T, OUTSIDE + OWN))
    every[random.random(every.shape) < 0.004] = np.nan
    weights = np.array([[0.4, 0.3, 0.3, 0, 0, 0], [0, 0, 0.25, 0.25, 0.25, 0.25]])
    own = slice(OUTSIDE, None)
    return Inputs(
        event="R1",
        sessions=np.datetime64("2023-01-01") + np.arange(T),
        day0=DAY0,
        names=tuple("ABCDEF"),
        returns=every[:, own],
        baskets=("named", "mapped"),
        weights=weights,
        benchmark=market,
        models=(market_model(market),),
        windows=((0, 0), (0, 5), (6, 10), (-5, -1)),
        shared=((0, 0), (0, 5), (-5, -1)),
        horizons=(((6, 10),), ((6, 10),)),
        named=(True, False),
        published=(6, 6),
        pool=Pool(
            returns=every,
            event_returns=every,
            industries=tuple("steel" if k % 3 else "software" for k in range(OUTSIDE + OWN)),
            own=np.arange(OUTSIDE, OUTSIDE + OWN),
            traded=random.lognormal(size=every.shape),
        ),
        options=replace(OPTIONS, family_windows=((0, 0), (0, 5))),
    )


@pytest.fixture(scope="module")
def found(inputs: Inputs) -> EventStudyResult:
    return event_study(inputs)


def cell(found: EventStudyResult, basket: str, window: Offsets) -> WindowTest:
    return next(one for one in found.tests if (one.basket, one.window) == (basket, window))


def slow_series(returns: np.ndarray, names: list[int], weights: list[float]) -> list[float]:
    """A list's returns session by session: those who trade, if they are four fifths of it."""
    series = []
    for row in returns:
        there = [(w, row[k]) for w, k in zip(weights, names, strict=True) if row[k] == row[k]]
        carried = sum(w for w, _ in there)
        known = carried >= 0.8 * sum(weights) - 1e-12 and carried > 0
        series.append(sum(w * r for w, r in there) / carried if known else float("nan"))
    return series


def slow_measure(
    series: list[float], market: np.ndarray, day0: int, window: Offsets
) -> tuple[float, float, float]:
    """CAR, the sum of squares over s^2 n, and t, by one regression."""
    rows = [row for row in range(day0 - 140, day0 - 20) if series[row] == series[row]]
    fit = sm.OLS([series[row] for row in rows], sm.add_constant(market[rows])).fit()
    days = [d for d in range(day0 + window[0], day0 + window[1] + 1) if series[d] == series[d]]
    errors = [series[d] - fit.params[0] - fit.params[1] * market[d] for d in days]
    x = np.array([[1.0, market[d]] for d in days]).sum(axis=0)
    g = len(days) + x @ fit.normalized_cov_params @ x
    s2 = fit.mse_resid
    return (
        sum(errors),
        sum(e * e for e in errors) / (s2 * len(days)),
        sum(errors) / sqrt(s2 * g),
    )


def slow_residuals(series: list[float], market: np.ndarray, day0: int) -> dict[int, float]:
    """u / s by session of the estimation window."""
    rows = [row for row in range(day0 - 140, day0 - 20) if series[row] == series[row]]
    fit = sm.OLS([series[row] for row in rows], sm.add_constant(market[rows])).fit()
    return {row: u / sqrt(fit.mse_resid) for row, u in zip(rows, fit.resid, strict=True)}


def slow_p(
    scaled: float, own: dict[int, float], outside: list[dict[int, float]], days: int, draws: int
) -> float:
    """Q1's p: the same quotient of the residuals on sessions that are drawn with replacement."""
    sessions = [row for row in sorted(own) if any(row in one for one in outside)]
    squares = {row: np.mean([one[row] ** 2 for one in outside if row in one]) for row in sessions}
    picks = np.random.default_rng([OPTIONS.seed, draws]).random((days, draws))
    reached = 0
    for draw in range(draws):
        drawn = [sessions[int(picks[step, draw] * len(sessions))] for step in range(days)]
        quotient = sum(own[row] for row in drawn) / sqrt(sum(squares[row] for row in drawn))
        reached += abs(quotient) >= abs(scaled)
    return (1 + reached) / (draws + 1)


@pytest.mark.parametrize("window", [(0, 0), (0, 5), (6, 10)])
def test_both_questions_equal_one_regression_a_random_list(
    inputs: Inputs, found: EventStudyResult, window: Offsets
) -> None:
    pool, weights = inputs.pool, [0.4, 0.3, 0.3]
    assert pool is not None
    codes = np.array([crc32(str(one).encode()) for one in pool.industries])
    own = [OUTSIDE, OUTSIDE + 1, OUTSIDE + 2]
    outside = np.arange(OUTSIDE + OWN) < OUTSIDE
    drawn: dict[str, list[list[int]]] = {}
    for name, who in (("outside", outside), ("kind", outside | np.isin(np.arange(66), own))):
        rows = draw_of_kind(who, codes, codes[own], draws=40, seed=inputs.options.seed)
        assert isinstance(rows, np.ndarray)
        drawn[name] = rows.tolist()
    market = inputs.benchmark

    def measured(names: list[int]) -> tuple[float, float, float]:
        return slow_measure(slow_series(pool.returns, names, weights), market, DAY0, window)

    v = np.mean([measured(row)[1] for row in drawn["outside"]])
    car, _, t = measured(own)
    told = cell(found, "named", window)
    assert told.car == pytest.approx(car, rel=1e-9)
    assert told.t == pytest.approx(t, rel=1e-9)
    assert told.variance_ratio == pytest.approx(v, rel=1e-9)
    assert told.q1_t == pytest.approx(t / sqrt(v), rel=1e-9)
    residuals = [
        slow_residuals(slow_series(pool.returns, names, weights), market, DAY0)
        for names in (own, *drawn["outside"])
    ]
    days = window[1] - window[0] + 1
    assert told.q1_p == pytest.approx(slow_p(t / sqrt(v), residuals[0], residuals[1:], days, 40))
    assert told.q1_mde == pytest.approx(told.mde * sqrt(v), rel=1e-9)
    cars = [measured(row)[0] for row in drawn["kind"]]
    expected = 0.0
    for weight, share in zip(weights, own, strict=True):
        same = [k for k in (*range(OUTSIDE), *own) if codes[k] == codes[share]]
        alone = [
            slow_measure(pool.returns[:, k].tolist(), market, DAY0, window)[0]
            for k in same
            if np.isfinite(pool.returns[DAY0 + window[0] : DAY0 + window[1] + 1, k]).any()
        ]
        expected += weight * float(np.mean(alone))
    assert told.q2_expected == pytest.approx(expected, rel=1e-9)
    known = [one for one in cars if one == one]
    reached = sum(abs(one - expected) >= abs(car - expected) - 1e-15 for one in known)
    assert told.q2_p == pytest.approx((1 + reached) / (len(known) + 1), rel=1e-12)
    assert told.q2_lists == 40


def test_the_rate_is_how_often_q1_rejects_on_the_placebo_dates(
    inputs: Inputs, found: EventStudyResult
) -> None:
    pool, weights = inputs.pool, [0.4, 0.3, 0.3]
    assert pool is not None
    codes = np.array([crc32(str(one).encode()) for one in pool.industries])
    own = [OUTSIDE, OUTSIDE + 1, OUTSIDE + 2]
    drawn = draw_of_kind(
        np.arange(66) < OUTSIDE, codes, codes[own], draws=40, seed=inputs.options.seed
    )
    assert isinstance(drawn, np.ndarray)
    outside = [slow_series(pool.returns, row, weights) for row in drawn[:30].tolist()]
    mine = slow_series(pool.returns, own, weights)
    rejected = []
    last = DAY0 - 21 - 5
    for day0 in range(last - 109, last + 1):
        t = slow_measure(mine, inputs.benchmark, day0, (0, 5))[2]
        if any(mine[day] != mine[day] for day in range(day0, day0 + 6)):
            continue  # a placebo date has every session
        ratios = [slow_measure(one, inputs.benchmark, day0, (0, 5))[1] for one in outside[:30]]
        residuals = [slow_residuals(one, inputs.benchmark, day0) for one in (mine, *outside)]
        p = slow_p(t / sqrt(np.mean(ratios)), residuals[0], residuals[1:], 6, 200)
        rejected.append(p < 0.05)
    told = cell(found, "named", (0, 5))
    assert told.q1_dates == len(rejected)
    assert told.q1_rate == pytest.approx(np.mean(rejected), abs=1e-12)


def test_named_lists_from_publication_come_first_and_each_family_is_counted_alone(
    found: EventStudyResult,
) -> None:
    assert [(one.family, one.lists, one.windows, one.tests) for one in found.families] == [
        ("publication", 1, 1, 1),
        ("event", 1, 2, 2),
        ("exploratory", 1, 3, 3),
    ]
    horizon = cell(found, "named", (6, 10))
    assert (horizon.family, horizon.chosen_after) == ("publication", False)
    assert horizon.q1_holm_p == horizon.q1_p
    assert horizon.q2_holm_p == horizon.q2_p
    around = cell(found, "named", (0, 5))
    assert (around.family, around.chosen_after) == ("event", True)
    assert cell(found, "mapped", (6, 10)).family == "exploratory"
    shown = cell(found, "named", (-5, -1))
    assert shown.family is None
    assert np.isfinite(shown.p)
    assert np.isnan([shown.q1_p, shown.q2_p, shown.q1_holm_p, shown.q1_rate]).all()


def test_lists_that_are_their_own_events_are_counted_as_one_family(
    found: EventStudyResult,
) -> None:
    """Ten notes of ten days are ten tests, not ten studies of one test each."""
    alone = cell(found, "named", (6, 10))
    ten = counted_together([found] * 10)
    for study in ten:
        (publication, *_) = study.families
        assert (publication.family, publication.lists, publication.tests) == ("publication", 10, 10)
        told = cell(study, "named", (6, 10))
        assert told.q1_holm_p == pytest.approx(min(1.0, 10 * alone.q1_p), abs=1e-12)
        assert told.q2_holm_p == pytest.approx(min(1.0, 10 * alone.q2_p), abs=1e-12)
        assert (told.q1_p, told.q2_p) == (alone.q1_p, alone.q2_p)


def test_what_follows_a_publication_is_asked_both_questions_and_counts_as_no_test(
    inputs: Inputs, found: EventStudyResult
) -> None:
    followed = replace(inputs, windows=(*inputs.windows, (6, 15)), beside=(((6, 15),), ()))
    more = event_study(followed)
    told = cell(more, "named", (6, 15))
    assert told.family is None
    assert np.isfinite([told.q1_p, told.q2_p, told.q1_rate]).all()
    assert np.isnan([told.q1_holm_p, told.q2_holm_p]).all()
    assert more.families == found.families
    assert not any(one.window == (6, 15) for one in more.tests if one.basket == "mapped")
    assert cell(more, "named", (0, 5)).q1_holm_p == cell(found, "named", (0, 5)).q1_holm_p


def test_a_horizon_is_of_its_own_list_and_does_not_move_with_another_day_0(
    inputs: Inputs,
) -> None:
    apart = replace(inputs, windows=(*inputs.windows, (9, 13)), horizons=(((6, 10),), ((9, 13),)))
    windows: dict[str, list[Offsets]] = {"named": [], "mapped": []}
    for one in event_study(apart).tests:
        windows[one.basket].append(one.window)
    assert windows["named"] == [*inputs.windows]
    assert windows["mapped"] == [(0, 0), (0, 5), (-5, -1), (9, 13)]
    moved = Variant(name="day0-leak", day0=DAY0 - 1).apply(inputs)
    assert moved.windows == ((0, 0), (0, 5), (-5, -1))


def test_prices_after_a_window_change_none_of_its_figures(inputs: Inputs) -> None:
    """Every price after day 5 is another one: of the lists, the pool and the market."""
    pool = inputs.pool
    assert pool is not None
    random = np.random.default_rng(1)
    after = slice(DAY0 + 6, None)
    every, traded = pool.returns.copy(), np.asarray(pool.traded).copy()
    every[after] = random.normal(0, 0.3, every[after].shape)
    every[after, ::4] = np.nan
    traded[after] = 1e9
    market = inputs.benchmark.copy()
    market[after] = random.normal(0, 0.2, market[after].shape)
    other = replace(
        inputs,
        returns=every[:, OUTSIDE:],
        benchmark=market,
        models=(market_model(market),),
        pool=replace(pool, returns=every, event_returns=every, traded=traded),
    )
    for basket in inputs.baskets:
        for window in ((0, 0), (0, 5), (-5, -1)):
            one, two = (cell(event_study(given), basket, window) for given in (inputs, other))
            for name in (
                "car", "p", "variance_ratio", "q1_p", "q1_rate", "q2_p", "q2_expected",
                "q2_nearest_p", "q2_pool", "placebo_p",
            ):  # fmt: skip
                left, right = getattr(one, name), getattr(two, name)
                assert left == pytest.approx(right, rel=1e-12, nan_ok=True), (window, name)


def test_what_is_unknown_of_one_share_is_left_out_for_all_and_said(inputs: Inputs) -> None:
    pool = inputs.pool
    assert pool is not None
    traded = np.asarray(pool.traded).copy()
    traded[:, 3] = np.nan
    blind = event_study(replace(inputs, pool=replace(pool, traded=traded)))
    said = [note.text() for note in blind.notes]
    assert (
        "nearest shares are sought without liquidity: it is unknown for some share of the pool"
        in said
    )
    none = event_study(replace(inputs, pool=replace(pool, traded=None)))
    for window in ((0, 0), (0, 5), (6, 10)):
        left, right = cell(blind, "named", window), cell(none, "named", window)
        assert left.q2_nearest_p == right.q2_nearest_p


def test_a_window_that_the_outside_shares_do_not_reach_has_no_answer_and_says_so(
    inputs: Inputs, found: EventStudyResult
) -> None:
    """Else the list's six sessions would be compared with the others' four."""
    pool = inputs.pool
    assert pool is not None
    ended = pool.event_returns.copy()
    ended[DAY0 + 4 :, :OUTSIDE] = np.nan
    short = event_study(replace(inputs, pool=replace(pool, event_returns=ended)))
    told = cell(short, "named", (0, 5))
    assert np.isfinite([told.car, told.p]).all()
    assert np.isnan([told.q1_p, told.q2_p, told.q2_expected, told.variance_ratio]).all()
    assert any("outside shares have no returns on" in note.text() for note in told.notes)
    assert cell(short, "named", (0, 0)).q2_p == cell(found, "named", (0, 0)).q2_p


def test_a_list_of_one_share_is_tested(inputs: Inputs) -> None:
    alone = replace(inputs, weights=np.array([[0.0, 1, 0, 0, 0, 0], [0, 0, 1.0, 0, 0, 0]]))
    told = cell(event_study(alone), "named", (0, 5))
    assert np.isfinite([told.q1_p, told.q2_p, told.q2_nearest_p, told.q1_rate]).all()
