"""Our statistics equal those of independent libraries wherever these agree with the definition."""

from __future__ import annotations

import numpy as np
import pytest

from basketbt.metrics import drawdowns, relative, returns, risk

N = 243
COLUMNS = 4


def market(sessions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Levels (T+1, COLUMNS) with fat tails and a common factor, and benchmark levels (T+1,)."""
    random = np.random.default_rng(seed)
    benchmark = 0.012 * random.standard_t(4, sessions)
    own = 0.02 * random.standard_t(4, (sessions, COLUMNS))
    basket = benchmark[:, None] * np.linspace(0.5, 1.6, COLUMNS) + own
    return grown(basket), grown(benchmark)


def grown(simple: np.ndarray) -> np.ndarray:
    """Levels from returns, the base row of 100 first."""
    growth = np.cumprod(1 + simple, axis=0)
    return 100.0 * np.concatenate([np.ones_like(growth[:1]), growth])


@pytest.fixture(params=[(121, 1), (180, 2), (243, 3)], ids=lambda p: f"{p[0]} sessions")
def case(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    return market(*request.param)


def same(ours: np.ndarray, theirs: list[float], rtol: float = 1e-10) -> None:
    assert ours.shape == (len(theirs),)
    assert np.isfinite(theirs).all()
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-13)


def test_returns_and_risk_equal_empyrical(case: tuple[np.ndarray, np.ndarray]) -> None:
    import empyrical as ep

    levels, _ = case
    r = returns.simple_returns(levels)
    columns = list(r.T)
    same(returns.total_return(levels), [ep.cum_returns_final(c) for c in columns])
    same(returns.annual_return(levels, N), [ep.annual_return(c, annualization=N) for c in columns])
    same(risk.volatility(r, N), [ep.annual_volatility(c, annualization=N) for c in columns])
    same(risk.value_at_risk(r), [ep.value_at_risk(c, 0.05) for c in columns])
    same(risk.expected_shortfall(r), [ep.conditional_value_at_risk(c, 0.05) for c in columns])
    same(risk.tail_ratio(r), [ep.tail_ratio(c) for c in columns])
    same(drawdowns.max_drawdown(levels), [ep.max_drawdown(c) for c in columns])
    same(drawdowns.calmar(levels, N), [ep.calmar_ratio(c, annualization=N) for c in columns])


@pytest.mark.parametrize("rf_annual", [0.0, 0.02])
def test_sharpe_and_sortino_equal_empyrical_when_it_is_told_the_rate_of_one_session(
    case: tuple[np.ndarray, np.ndarray], rf_annual: float
) -> None:
    import empyrical as ep

    r = returns.simple_returns(case[0])
    rate = 1.02 ** (1 / N) - 1 if rf_annual else 0.0
    same(
        risk.sharpe(r, N, rf_annual),
        [ep.sharpe_ratio(c, risk_free=rate, annualization=N) for c in r.T],
    )
    same(
        risk.sortino(r, N, rf_annual),
        [ep.sortino_ratio(c, required_return=rate, annualization=N) for c in r.T],
    )


def test_figures_beside_a_benchmark_equal_empyrical(case: tuple[np.ndarray, np.ndarray]) -> None:
    import empyrical as ep

    levels, benchmark_levels = case
    r, b = returns.simple_returns(levels), returns.simple_returns(benchmark_levels)[:, 0]
    columns = list(r.T)
    same(relative.beta(r, b), [ep.beta(c, b) for c in columns])
    same(relative.alpha(r, b, N), [ep.alpha(c, b, annualization=N) for c in columns], rtol=1e-9)
    # empyrical's information ratio ("excess_sharpe") is per session; ours is annualised.
    same(
        relative.information_ratio(r, b, N), [ep.excess_sharpe(c, b) * np.sqrt(N) for c in columns]
    )
    same(relative.correlation(r, b), [np.corrcoef(c, b)[0, 1] for c in columns])
    same(relative.r_squared(r, b), [np.corrcoef(c, b)[0, 1] ** 2 for c in columns])
    same(relative.tracking_error(r, b, N), [np.std(c - b, ddof=1) * np.sqrt(N) for c in columns])


def test_captures_equal_empyrical_in_its_year_of_252_sessions(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    import empyrical as ep

    r, b = (returns.simple_returns(part) for part in case)
    benchmark = b[:, 0]
    same(relative.up_capture(r, benchmark, 252), [ep.up_capture(c, benchmark) for c in r.T])
    same(relative.down_capture(r, benchmark, 252), [ep.down_capture(c, benchmark) for c in r.T])


def test_skewness_and_kurtosis_equal_scipy_bias_corrected(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    from scipy import stats

    r = returns.simple_returns(case[0])
    same(risk.skew(r), list(stats.skew(r, bias=False)))
    same(risk.kurtosis(r), list(stats.kurtosis(r, bias=False)))


@pytest.mark.slow
def test_drawdowns_equal_vectorbt_on_prices(case: tuple[np.ndarray, np.ndarray]) -> None:
    import pandas as pd
    import vectorbt  # noqa: F401 (its import registers the .vbt accessor)

    levels = case[0]
    for column in levels.T:
        index = pd.bdate_range("2024-01-02", periods=len(column))
        records = pd.Series(column, index).vbt.drawdowns
        same(drawdowns.max_drawdown(column), [records.max_drawdown()])
        theirs = records.records
        ours = drawdowns.episodes(column)
        assert [e.peak for e in ours] == list(theirs["peak_idx"])
        assert [e.trough for e in ours] == list(theirs["valley_idx"])
        ends = [len(column) - 1 if e.recovery is None else e.recovery for e in ours]
        assert ends == list(theirs["end_idx"])
        assert [e.recovery is not None for e in ours] == list(theirs["status"] == 1)
        depths = theirs["valley_val"] / theirs["peak_val"] - 1
        np.testing.assert_allclose([e.depth for e in ours], depths, rtol=1e-10, atol=1e-13)


@pytest.mark.slow
def test_drawdowns_equal_ffn_on_prices_that_hold_the_base(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    import ffn
    import pandas as pd

    frame = pd.DataFrame(case[0], pd.bdate_range("2024-01-02", periods=len(case[0])))
    same(drawdowns.max_drawdown(case[0]), list(ffn.calc_max_drawdown(frame)))
    np.testing.assert_allclose(
        drawdowns.drawdown_path(case[0]), ffn.to_drawdown_series(frame), rtol=1e-10, atol=1e-13
    )
    for position in range(COLUMNS):
        path = ffn.to_drawdown_series(frame[position])
        table = ffn.drawdown_details(path, index_type=pd.DatetimeIndex)
        ours = drawdowns.episodes(case[0][:, position])
        np.testing.assert_allclose(
            [e.depth for e in ours], table["drawdown"].astype(float), rtol=1e-10
        )
