"""The tests reject as often as they say: the simulation of the docs, smaller, same seed."""

from __future__ import annotations

import numpy as np
import pytest

import event_study_size as simulation
from basketbt.eventstudy.models import cumulate, estimate, market_model
from basketbt.eventstudy.placebo import placebo_dates
from basketbt.eventstudy.significance import portfolio_t
from basketbt.eventstudy.windows import sessions_of

REPETITIONS = 2_000
# three Monte Carlo standard errors around 5 % at 2,000 repetitions
LOWEST, HIGHEST = 3.5, 6.5


@pytest.mark.slow
@pytest.mark.parametrize(("names", "days"), [(4, 1), (4, 21), (15, 11), (30, 1)])
def test_right_tests_keep_their_size_where_the_cross_section_t_does_not(
    names: int, days: int
) -> None:
    found = simulation.rejections(names, days, REPETITIONS)
    assert LOWEST <= found["primary t"] <= HIGHEST
    assert LOWEST <= found["Kolari-Pynnonen"] <= HIGHEST
    assert found["Corrado"] <= HIGHEST
    assert found["cross-section t"] > simulation.TEETH[names] - 2
    assert found["BMP"] > simulation.TEETH[names] - 2


@pytest.mark.slow
def test_holm_keeps_the_familywise_error_that_thirty_looks_break() -> None:
    found = simulation.familywise(REPETITIONS, "normal")
    assert found["unadjusted"] > 30
    assert found["Holm"] <= 5.5


@pytest.mark.slow
def test_placebo_p_keeps_its_size() -> None:
    random = np.random.default_rng(17)
    repetitions, total, day0 = 1_000, 450, 430
    market = random.normal(0, 0.012, total)
    returns = 1.1 * market[:, None] + random.standard_t(4, (total, repetitions)) * 0.01
    design, everything = market_model(market), np.ones(total, dtype=bool)
    windows = ((0, 0), (0, 5))
    placebos = placebo_dates(
        design,
        returns,
        returns,
        day0,
        estimation=(-140, -21),
        windows=windows,
        usable=everything,
        minimum=100,
        wanted=250,
    )
    fitted = estimate(design, returns, sessions_of((-140, -21), day0, total))
    for placebo, window in zip(placebos, windows, strict=True):
        sums = cumulate(design, fitted, returns, sessions_of(window, day0, total))
        p = placebo.p(portfolio_t(sums, fitted.s))
        assert (placebo.dates == 250).all()
        # two-point-four standard errors at 1,000 repetitions, and the known drift up with n
        assert 3.0 <= 100 * (p <= 0.05).mean() <= 7.5
