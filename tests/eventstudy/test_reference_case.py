"""covid7: seven names, one date, values from two independent implementations, to 1e-9."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from basketbt.eventstudy.inputs import EventStudyInputs, Options
from basketbt.eventstudy.models import market_model
from basketbt.eventstudy.portfolio import buy_and_hold
from basketbt.eventstudy.results import EventStudyResult, WindowTest
from basketbt.eventstudy.run import event_study
from basketbt.eventstudy.windows import Offsets

if TYPE_CHECKING:
    from eventstudy.conftest import Case

Answer = dict[str, Any]
Study = tuple[dict[tuple[str, Offsets], WindowTest], EventStudyResult]

WINDOWS = ((0, 0), (-1, 1), (0, 5), (0, 10), (-5, -1))


def close(value: object) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-300)


@pytest.fixture(scope="module")
def study(covid7: Case) -> Study:
    names = len(covid7.names)
    singles = np.eye(names)
    inputs = EventStudyInputs(
        event="covid",
        sessions=covid7.sessions,
        day0=covid7.day0,
        names=covid7.names,
        returns=covid7.returns,
        baskets=("equal", "rising", *covid7.names),
        weights=np.vstack(
            [np.full(names, 1 / names), np.array(covid7.answers["weights_w"]), singles]
        ),
        benchmark=covid7.market,
        models=(market_model(covid7.market),),
        windows=WINDOWS,
        options=Options(placebo_dates=20),
    )
    result = event_study(inputs)
    return {(cell.basket, cell.window): cell for cell in result.tests}, result


@pytest.mark.parametrize("window", WINDOWS)
class TestWindow:
    @pytest.fixture
    def answer(self, covid7: Case, window: Offsets) -> Answer:
        found: Answer = next(a for a in covid7.answers["windows"] if tuple(a["window"]) == window)
        return found

    def test_the_equal_weight_basket_and_its_exact_t(
        self, study: Study, window: Offsets, answer: Answer
    ) -> None:
        cell, expected = study[0]["equal", window], answer["portfolio_ew"]
        assert cell.car == close(expected["car"]) == close(answer["CAAR"])
        assert cell.s == close(expected["s"])
        assert cell.t == close(expected["t"])
        assert cell.df == expected["df"]
        assert cell.p == close(expected["p"])
        assert cell.mde == close(2.8 * expected["se"])

    def test_the_joint_f_of_all_days(self, study: Study, window: Offsets, answer: Answer) -> None:
        joint, expected = study[0]["equal", window].joint, answer["portfolio_ew"]
        assert joint.statistic == close(expected["F_joint"])
        assert joint.df == tuple(expected["F_df"])

    def test_a_basket_of_unequal_weights(
        self, study: Study, window: Offsets, answer: Answer
    ) -> None:
        cell, expected = study[0]["rising", window], answer["portfolio_w"]
        assert (cell.car, cell.s, cell.t, cell.p) == close(
            (expected["car"], expected["s"], expected["t"], expected["p"])
        )

    def test_each_name_alone(
        self, study: Study, covid7: Case, window: Offsets, answer: Answer
    ) -> None:
        for i, name in enumerate(covid7.names):
            cell = study[0][name, window]
            assert cell.car == close(answer["CAR"][name])
            assert cell.t == close(answer["SCAR"][name])
            assert cell.beta == close(covid7.answers["beta"][i])
            assert cell.s == close(covid7.answers["s"][i])
            assert (cell.mde / 2.8 / cell.s) ** 2 == close(answer["g_forecast"])

    def test_kolari_pynnonen(self, study: Study, window: Offsets, answer: Answer) -> None:
        kp = study[0]["equal", window].kolari_pynnonen
        assert (kp.statistic, kp.p) == close((answer["kp_t"], answer["kp_p"]))
        assert (kp.df, kp.names) == ((6,), 7)

    def test_corrado_rank(self, study: Study, window: Offsets, answer: Answer) -> None:
        rank = study[0]["equal", window].corrado
        assert (rank.statistic, rank.p) == close((answer["corrado_z"], answer["corrado_p"]))

    def test_buy_and_hold_beyond_the_market(
        self, covid7: Case, window: Offsets, answer: Answer
    ) -> None:
        rows = slice(covid7.day0 + window[0], covid7.day0 + window[1] + 1)
        simple, market = np.expm1(covid7.returns[rows]), np.expm1(covid7.market[rows])
        alone = buy_and_hold(simple, np.eye(7), market)
        assert alone == close([answer["bhar_mkt"][name] for name in covid7.names])
        together = buy_and_hold(simple, np.full((1, 7), 1 / 7), market)
        assert together[0] == close(answer["bhar_mkt_mean"])


def test_abnormal_returns_day_by_day(study: Study, covid7: Case) -> None:
    paths = {path.basket: path for path in study[1].paths}
    for i, name in enumerate(covid7.names):
        path = paths[name]
        wanted = [day["ar"][i] for day in covid7.answers["AR"]]
        assert path.days.tolist() == [day["rel"] for day in covid7.answers["AR"]]
        assert path.ar == close(wanted)
        assert path.car == pytest.approx(np.cumsum(wanted), rel=1e-9, abs=1e-12)
