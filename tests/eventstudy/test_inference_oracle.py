"""Q1, Q2 and Holm against loops and one statsmodels regression a list, date and model.

Nothing here is imported from the code under test but the functions that are compared, and the
draws, which are given to both sides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

from basketbt.eventstudy.kinds import draw_of_kind, in_pool
from basketbt.eventstudy.matched import (
    Measured,
    expected_car,
    measure,
    permutation_p,
    scaled_t,
    series_of,
    variance_ratio,
)
from basketbt.eventstudy.models import cumulate, estimate, market_model
from basketbt.eventstudy.multiple import holm
from basketbt.eventstudy.residual_dates import mean_squares, resampled_p, standardised
from basketbt.eventstudy.significance import portfolio_t
from basketbt.eventstudy.windows import Offsets, sessions_of

SESSIONS, SHARES, DAY0, SIZE, DRAWS = 175, 48, 150, 4, 60
ESTIMATION: Offsets = (-140, -21)
WINDOWS: tuple[Offsets, ...] = ((0, 0), (0, 5), (3, 20))
WEIGHTS = np.array([0.4, 0.3, 0.2, 0.1])


@dataclass(frozen=True)
class Market:
    """An industry of 48 shares with a factor of its own; the list holds the first four."""

    index: np.ndarray
    returns: np.ndarray
    outside: np.ndarray  # (DRAWS, SIZE) without the list's shares
    kind: np.ndarray  # (DRAWS, SIZE) with them


def _market(gaps: float) -> Market:
    random = np.random.default_rng(21)
    index = random.normal(0, 0.012, SESSIONS)
    factor = random.standard_t(4, (SESSIONS, 1)) * 0.01
    own = random.standard_t(4, (SESSIONS, SHARES)) * 0.015
    returns = random.uniform(0.7, 1.4, SHARES) * index[:, None] + factor + own
    returns[DAY0:] *= 1.6
    returns[random.random(returns.shape) < gaps] = np.nan
    returns[:, :SIZE] = np.where(np.isnan(returns[:, :SIZE]), 0.001, returns[:, :SIZE])
    if gaps:
        returns[[30, 61, 61, DAY0 + 4, DAY0 + 4], [3, 0, 1, 0, 2]] = np.nan
    outside = np.stack(
        [random.choice(np.arange(SIZE, SHARES), SIZE, replace=False) for _ in range(DRAWS)]
    )
    kind = np.stack([random.choice(SHARES, SIZE, replace=False) for _ in range(DRAWS)])
    return Market(index, returns, outside, kind)


# --- the slow side ---------------------------------------------------------------------------


def list_return(returns: np.ndarray, names: list[int], day: int) -> float:
    """A list's return on a day: without absent shares, NaN below 80 % of the weight."""
    weight = total = 0.0
    for place, name in enumerate(names):
        if np.isfinite(returns[day, name]):
            weight += WEIGHTS[place]
            total += WEIGHTS[place] * returns[day, name]
    return total / weight if weight >= 0.8 - 1e-12 else float("nan")


@dataclass(frozen=True)
class Slow:
    """One list: its fit, and in each window CAR, t and the ratio of squares."""

    residuals: dict[int, float]  # standardised, by session
    car: list[float]
    t: list[float]
    ratio: list[float]
    df: int


def study(market: Market, names: list[int]) -> Slow:
    estimated, values = [], {}
    for day in range(SESSIONS):
        values[day] = list_return(market.returns, names, day)
        if DAY0 - 140 <= day <= DAY0 - 21 and np.isfinite(values[day]):
            estimated.append(day)
    x = np.array([[1.0, market.index[day]] for day in estimated])
    fit = sm.OLS(np.array([values[day] for day in estimated]), x).fit()
    inverse = np.linalg.inv(x.T @ x)
    car, t, ratio = [], [], []
    for first, last in WINDOWS:
        days = [d for d in range(DAY0 + first, DAY0 + last + 1) if np.isfinite(values[d])]
        total = squares = 0.0
        level = np.zeros(2)
        for day in days:
            row = np.array([1.0, market.index[day]])
            error = values[day] - float(row @ fit.params)
            total, squares, level = total + error, squares + error**2, level + row
        g = len(days) + float(level @ inverse @ level)
        car.append(total)
        t.append(total / np.sqrt(fit.mse_resid * g) if days else float("nan"))
        ratio.append(squares / (fit.mse_resid * len(days)) if days else float("nan"))
    residuals = {
        day: float(u) / np.sqrt(fit.mse_resid) for day, u in zip(estimated, fit.resid, strict=True)
    }
    return Slow(residuals, car, t, ratio, int(fit.df_resid))


def slow_resampled_p(
    scaled: float, own: Slow, outside: list[Slow], length: int, draws: int, seed: int
) -> float:
    """Draw sessions, form the quotient of the list's sum and the outside lists' squares, count."""
    sessions = [
        day for day in sorted(own.residuals) if any(day in one.residuals for one in outside)
    ]
    longest = max(last - first + 1 for first, last in WINDOWS)
    uniform = np.random.default_rng([seed, draws]).random((longest, draws))
    reached = 0
    for draw in range(draws):
        total = square = 0.0
        for step in range(length):
            day = sessions[int(uniform[step, draw] * len(sessions))]
            known = [one.residuals[day] ** 2 for one in outside if day in one.residuals]
            total += own.residuals[day]
            square += sum(known) / len(known)
        reached += abs(total / np.sqrt(square)) >= abs(scaled)
    return (1 + reached) / (draws + 1)


# --- the fast side ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Fast:
    car: np.ndarray  # (W,)
    t: np.ndarray
    v: np.ndarray
    scaled: np.ndarray
    q1: np.ndarray
    q2: np.ndarray
    expected: np.ndarray


def answers(market: Market, draws: int = 99, seed: int = 3) -> Fast:
    design, usable = market_model(market.index), np.ones(SESSIONS, dtype=bool)
    rows = np.array([DAY0])
    own, outside, kind = (
        series_of(market.returns, names, WEIGHTS)
        for names in (np.arange(SIZE)[None], market.outside, market.kind)
    )
    fitted = estimate(design, own, sessions_of(ESTIMATION, DAY0, SESSIONS))
    sums = cumulate(
        design, fitted, own, np.stack([sessions_of(w, DAY0, SESSIONS) for w in WINDOWS])
    )
    t = portfolio_t(sums, fitted.s)[:, 0]

    def measured(series: np.ndarray) -> Measured:
        return measure(
            design,
            series,
            series,
            rows,
            estimation=ESTIMATION,
            windows=WINDOWS,
            usable=usable,
            minimum=100,
        )

    away, here, every = measured(outside), measured(own), measured(kind)
    shares = measured(market.returns)
    v = variance_ratio(away.ratio[0])
    scaled = scaled_t(t, v)
    residuals = standardised(design, own, here, rows, estimation=ESTIMATION, usable=usable)
    squares = mean_squares(design, outside, away, rows, estimation=ESTIMATION, usable=usable)
    q1 = resampled_p(
        scaled,
        residuals[0, 0],
        squares[0],
        np.array([last - first + 1 for first, last in WINDOWS]),
        draws=draws,
        seed=seed,
    )
    expected = expected_car(shares.car[0], [np.arange(SHARES)] * SIZE, WEIGHTS)
    q2 = permutation_p(here.car[0, :, 0], every.car[0], expected)
    return Fast(here.car[0, :, 0], t, v, scaled, q1, q2, expected)


@pytest.mark.parametrize("gaps", [0.0, 0.02])
def test_variance_ratio_and_both_questions_equal_loops_and_regressions(gaps: float) -> None:
    market = _market(gaps)
    found = answers(market)
    own = study(market, list(range(SIZE)))
    outside = [study(market, names) for names in market.outside.tolist()]
    kind = [study(market, names) for names in market.kind.tolist()]
    for w, (first, last) in enumerate(WINDOWS):
        ratios = [one.ratio[w] for one in outside if np.isfinite(one.ratio[w])]
        v = sum(ratios) / len(ratios)
        scaled = own.t[w] / np.sqrt(v)
        assert found.t[w] == pytest.approx(own.t[w], rel=1e-9)
        assert found.v[w] == pytest.approx(v, rel=1e-9)
        assert found.scaled[w] == pytest.approx(scaled, rel=1e-9)
        length = last - first + 1
        assert found.q1[w] == pytest.approx(
            slow_resampled_p(scaled, own, outside, length, 99, 3), rel=1e-12
        )
        mu = slow_expected(market, w)
        assert found.expected[w] == pytest.approx(mu, abs=1e-12)
        far = [abs(one.car[w] - mu) for one in kind if np.isfinite(one.ratio[w])]
        count = sum(one >= abs(own.car[w] - mu) - 1e-12 for one in far)
        assert found.q2[w] == pytest.approx((1 + count) / (len(far) + 1), rel=1e-12)


def slow_expected(market: Market, w: int) -> float:
    """The mean CAR of the shares that have one, a place of the list at a time."""
    first, last = WINDOWS[w]
    cars = []
    for share in range(SHARES):
        y = market.returns[:, share]
        rows = [d for d in range(DAY0 - 140, DAY0 - 20) if np.isfinite(y[d])]
        days = [d for d in range(DAY0 + first, DAY0 + last + 1) if np.isfinite(y[d])]
        if len(rows) < 100 or not days:
            continue
        fit = sm.OLS(y[rows], sm.add_constant(market.index[rows])).fit()
        cars.append(sum(y[d] - fit.params[0] - fit.params[1] * market.index[d] for d in days))
    return float(sum(weight * sum(cars) / len(cars) for weight in WEIGHTS))


def test_holm_in_each_family_equals_statsmodels() -> None:
    random = np.random.default_rng(2)
    for count in (1, 2, 12, 57):
        p = np.round(random.random(count) ** 3, 3)
        wanted = multipletests(p, method="holm")[1]
        np.testing.assert_allclose(holm(p), wanted, rtol=1e-12)
        with_gap = np.append(p, np.nan)
        np.testing.assert_allclose(holm(with_gap), np.append(wanted, np.nan), rtol=1e-12)


def test_prices_after_a_window_change_nothing_of_it() -> None:
    market = _market(0.02)
    later = market.returns.copy()
    later[DAY0 + 6 :] = np.random.default_rng(1).normal(0, 0.5, later[DAY0 + 6 :].shape)
    index = market.index.copy()
    index[DAY0 + 6 :] = 0.3
    before = answers(market)
    after = answers(replace(market, returns=later, index=index))
    for name, values in vars(before).items():
        np.testing.assert_array_equal(values[:2], getattr(after, name)[:2], err_msg=name)
    assert before.car[2] != after.car[2]


def test_who_is_drawn_does_not_depend_on_the_window() -> None:
    """Not on its returns, and not on who is suspended or delisted in it."""
    market = _market(0.02)
    estimation = sessions_of(ESTIMATION, DAY0, SESSIONS)
    changed = market.returns.copy()
    changed[DAY0:] = np.nan
    drawn = [
        draw_of_kind(
            in_pool(returns, estimation, 100),
            np.zeros(SHARES, np.int64),
            np.zeros(SIZE, np.int64),
            draws=50,
            seed=9,
        )
        for returns in (market.returns, changed)
    ]
    assert isinstance(drawn[0], np.ndarray)
    np.testing.assert_array_equal(drawn[0], drawn[1])


def test_a_variance_that_grows_for_all_changes_neither_answer() -> None:
    """Q1 divides it out, Q2 compares inside the window; the plain t takes it for an event."""
    market = _market(0.0)
    design = market_model(market.index)
    estimation = sessions_of(ESTIMATION, DAY0, SESSIONS)
    fitted = estimate(design, market.returns, estimation)
    expected = design.regressors @ fitted.coefficients.T
    louder = market.returns.copy()
    louder[DAY0:] = expected[DAY0:] + 3.0 * (market.returns - expected)[DAY0:]
    once, thrice = answers(market), answers(replace(market, returns=louder))
    np.testing.assert_allclose(thrice.t, 3.0 * once.t, rtol=1e-9)
    np.testing.assert_allclose(thrice.v, 9.0 * once.v, rtol=1e-9)
    np.testing.assert_allclose(thrice.scaled, once.scaled, rtol=1e-9)
    np.testing.assert_allclose(thrice.q1, once.q1, rtol=1e-12)
    np.testing.assert_allclose(thrice.q2, once.q2, rtol=1e-12)


def test_a_window_has_the_same_p_whatever_longer_windows_stand_beside_it() -> None:
    random = np.random.default_rng(4)
    own, outside = random.normal(size=120), random.chisquare(3, 120)
    scaled = np.array([1.4, -2.1, 0.3])
    together = resampled_p(scaled, own, outside, np.array([1, 6, 18]), draws=500, seed=1)
    alone = resampled_p(scaled[:2], own, outside, np.array([1, 6]), draws=500, seed=1)
    np.testing.assert_array_equal(together[:2], alone)


def test_without_a_hundred_shared_residuals_there_is_no_p() -> None:
    own, outside = np.ones(120), np.ones(120)
    own[:21] = np.nan
    p = resampled_p(np.array([1.0]), own, outside, np.array([1]), draws=9, seed=1)
    assert np.isnan(p).all()
    p = resampled_p(np.array([np.nan, 1.0]), outside, outside, np.array([1, 2]), draws=9, seed=1)
    assert np.isnan(p[0])
    assert np.isfinite(p[1])
