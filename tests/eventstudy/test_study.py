"""One event as a whole: what is in the result, what changes it, and why a cell is empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from basketbt.errors import OutsideData
from basketbt.eventstudy.inputs import (
    CLOSED_DAYS,
    LONG_ESTIMATION,
    WITHOUT_RALLY,
    WITHOUT_REOPENING,
    Pool,
    Variant,
)
from basketbt.eventstudy.inputs import EventStudyInputs as Inputs
from basketbt.eventstudy.models import market_model
from basketbt.eventstudy.results import WindowTest
from basketbt.eventstudy.run import NothingToTest, event_study
from basketbt.eventstudy.windows import BadWindows, Offsets, cut_before, reopenings
from basketbt.market.calendars import calendar
from basketbt.notes import Note


def cell_of(
    inputs: Inputs, basket: str = "first", model: str = "market", window: Offsets = (0, 4)
) -> WindowTest:
    found = event_study(inputs)
    return next(
        cell
        for cell in found.tests
        if (cell.basket, cell.model, cell.window) == (basket, model, window)
    )


def codes(notes: Iterable[Note]) -> set[str]:
    return {note.kind.code for note in notes}


def changed(
    inputs: Inputs, column: int | slice, rows: int | slice, value: float | np.ndarray
) -> Inputs:
    """The study with other returns of its shares, in the pool as well."""
    returns = inputs.returns.copy()
    returns[rows, column] = value
    pool = inputs.pool
    if pool is not None:
        every = np.concatenate([pool.returns[:, : -returns.shape[1]], returns], axis=1)
        pool = replace(pool, returns=every, event_returns=every)
    return replace(inputs, returns=returns, pool=pool)


class TestWhole:
    def test_every_basket_model_and_window_has_its_cell(self, small: Inputs) -> None:
        found = event_study(small)
        assert len(found.tests) == 3 * 2 * 3
        assert len(found.paths) == 3 * 2
        (family,) = found.families  # of the primary model only
        assert (family.family, family.tests) == ("event", 3 * 3)
        for cell in found.tests:
            numbers = [cell.car, cell.bhar, cell.t, cell.p, cell.mde, cell.q1_p, cell.q2_p]
            assert np.isfinite(numbers).all()
            assert cell.leave_one_out_min < cell.leave_one_out_max
            counted = cell.family == "event"
            assert np.isfinite(cell.q1_holm_p) == (cell.model == "market") == counted
            assert np.isfinite(cell.q2_holm_p) == counted

    def test_an_effect_that_is_there_is_found_by_every_test(self, small: Inputs) -> None:
        lifted = changed(small, slice(0, 5), slice(420, 425), 0.12)
        cell = cell_of(lifted)
        ps = [cell.p, cell.joint.p, cell.corrado.p, cell.placebo_p, cell.q1_p, cell.q2_p]
        assert max(ps) < 0.01
        assert cell.q1_holm_p < 0.02  # nine tests and 500 draws: no smaller p is possible
        assert cell.car == pytest.approx(0.6, abs=0.15)
        assert cell.placebo_dates == 250
        assert cell.placebo_p == pytest.approx(1 / 251)
        assert (cell.placebo_blocks, cell.placebo_resolution) == (50, 5 / 250)

    def test_another_basket_in_the_study_changes_no_raw_number(self, small: Inputs) -> None:
        alone = replace(small, baskets=("first",), weights=small.weights[:1])
        here, there = cell_of(small), cell_of(alone)
        for name in ("car", "p", "placebo_p", "q1_p", "q1_rate", "q2_p", "leave_one_out_max"):
            assert getattr(here, name) == pytest.approx(getattr(there, name), rel=1e-12)
        assert here.q1_holm_p >= there.q1_holm_p

    def test_a_path_adds_up_to_the_cell_and_its_band_widens(self, small: Inputs) -> None:
        found = event_study(small)
        path = found.paths[0]
        assert path.days.tolist() == list(range(21))
        cell = cell_of(small, window=(0, 20))
        assert path.car[-1] == pytest.approx(cell.car, rel=1e-12)
        assert path.car == pytest.approx(np.cumsum(path.ar), rel=1e-9, abs=1e-14)
        assert (np.diff(path.band) > 0).all()
        assert path.band[-1] == pytest.approx(1.98 * cell.mde / 2.8, rel=0.01)
        assert (path.low < 0).all()
        assert (path.high > 0).all()

    def test_the_registered_family_is_what_is_counted(self, small: Inputs) -> None:
        options = replace(small.options, family_windows=((0, 4),))
        found = event_study(replace(small, options=options))
        assert [(one.family, one.tests) for one in found.families] == [("event", 3)]
        assert {cell.window for cell in found.tests if cell.family} == {(0, 4)}
        outside = next(cell for cell in found.tests if not cell.family)
        assert "empty-not-in-family" in codes(outside.notes)


class TestLimits:
    def test_weight_at_limit_and_car_to_the_first_free_close(self, small: Inputs) -> None:
        limit = np.zeros((450, 8), dtype=bool)
        limit[420:423, 0] = True
        inputs = replace(small, at_limit=limit)
        cell = cell_of(inputs)
        assert cell.weight_at_limit == pytest.approx(0.2)
        assert "censored-end" not in codes(cell.notes)
        assert "censored-end" in codes(cell_of(inputs, window=(0, 0)).notes)
        path = event_study(inputs).paths[0]
        assert path.weight_at_limit[:4] == pytest.approx([0.2, 0.2, 0.2, 0.0])
        assert path.first_unlimited == 3
        assert path.car_to_unlimited == pytest.approx(path.ar[:4].sum())
        # a window is carried on from its own last close
        assert cell.unlimited_day == 4
        assert cell.car_to_unlimited == pytest.approx(cell.car)
        first = cell_of(inputs, window=(0, 0))
        assert first.unlimited_day == 3
        assert first.car_to_unlimited == pytest.approx(path.ar[:4].sum())

    def test_never_free_says_so(self, small: Inputs) -> None:
        limit = np.ones((450, 8), dtype=bool)
        found = event_study(replace(small, at_limit=limit))
        assert found.tests[0].unlimited_day is None
        assert np.isnan(found.tests[0].car_to_unlimited)
        path = found.paths[0]
        assert path.first_unlimited is None
        assert np.isnan(path.car_to_unlimited)
        assert codes(path.notes) == {"empty-always-at-limit"}


class TestVariants:
    def test_dates_left_out_of_the_estimation(self, small: Inputs) -> None:
        first = small.sessions[300].astype(date)
        last = small.sessions[309].astype(date)
        variant = Variant(name="calm", without_dates=(first, last))
        wild = changed(small, slice(None), slice(300, 310), 0.5)
        assert cell_of(variant.apply(wild)).t == cell_of(variant.apply(small)).t
        assert cell_of(variant.apply(small)).estimation_sessions == 110

    def test_an_event_day_left_out(self, small: Inputs) -> None:
        variant = Variant(name="no day 2", without_days=(2,))
        wild = changed(small, slice(None), 422, 5.0)
        cell = cell_of(variant.apply(wild))
        assert (cell.sessions, cell.car) == (4, cell_of(variant.apply(small)).car)
        assert "sessions-left-out" in codes(cell.notes)

    def test_the_session_after_a_long_closure_is_left_out_of_the_windows_only(
        self, small: Inputs
    ) -> None:
        shut = small.sessions.copy()
        for row, days in ((350, 9), (418, 3), (423, 5)):  # an estimation row, a long weekend
            shut[row:] += days
        inputs = replace(small, sessions=shut)
        assert WITHOUT_REOPENING.changes(inputs)
        without = WITHOUT_REOPENING.apply(inputs)
        assert np.flatnonzero(~without.usable).tolist() == [423]
        cell, whole = cell_of(without), cell_of(inputs)
        assert (cell.sessions, cell.estimation_sessions, cell.s) == (4, 120, whole.s)
        assert cell.bhar == whole.bhar  # nobody could have left the day out

    def test_a_variant_that_meets_no_session_changes_nothing(self, small: Inputs) -> None:
        assert not WITHOUT_REOPENING.changes(small)
        assert not WITHOUT_RALLY.changes(small)
        assert WITHOUT_RALLY.changes(replace(small, sessions=small.sessions + 300))
        assert LONG_ESTIMATION.changes(small)

    def test_a_variant_is_in_no_family(self, small: Inputs) -> None:
        found = event_study(Variant(name="long", estimation=(-280, -21)).apply(small))
        assert found.families == ()
        for cell in found.tests:
            assert cell.family is None
            assert np.isnan([cell.q1_holm_p, cell.q1_bh_p, cell.romano_wolf_p]).all()


class TestEmptyCells:
    """Never NaN or 0 that looks like a result: the reason stands beside it."""

    def check(self, cell: WindowTest, code: str, *empty: str) -> None:
        assert code in codes(cell.notes)
        for name in empty:
            value = getattr(cell, name)
            assert np.isnan(getattr(value, "statistic", value)), name

    TESTED = ("t", "p", "mde", "joint", "placebo_p", "q1_p", "q1_holm_p", "q2_p")

    def test_too_few_sessions(self, small: Inputs) -> None:
        short = changed(small, slice(0, 2), slice(290, 320), np.nan)
        cell = cell_of(short)
        self.check(cell, "empty-too-few-sessions", "car", "corrado", *self.TESTED)
        assert cell.estimation_sessions == 90
        assert "90 valid estimation sessions, 100 needed" in {n.text() for n in cell.notes}

    @pytest.mark.parametrize("scale", [0.0, 1.0])
    def test_nothing_left_to_explain(self, small: Inputs, scale: float) -> None:
        flat = changed(small, slice(0, 5), slice(None), scale * small.benchmark[:, None])
        self.check(cell_of(flat), "empty-no-variance", "car", *self.TESTED)

    def test_a_name_that_cannot_be_fitted_leaves_the_name_tests(self, small: Inputs) -> None:
        short = changed(small, 0, slice(0, 400), np.nan)
        cell = cell_of(short)
        assert cell.kolari_pynnonen.names == 4
        assert "names-left-out" in codes(cell.notes)

    def test_short_history_for_placebo_dates(self, small: Inputs) -> None:
        def cut(rows: int) -> Inputs:
            return replace(
                small,
                sessions=small.sessions[rows:],
                day0=small.day0 - rows,
                returns=small.returns[rows:],
                benchmark=small.benchmark[rows:],
                models=(market_model(small.benchmark[rows:]),),
                at_limit=None,
                pool=None,
            )

        cell = cell_of(cut(200))
        self.check(cell, "empty-placebo-too-few", "placebo_p")
        assert np.isfinite(cell.t)
        thin = cell_of(cut(100))
        assert 100 <= thin.placebo_dates < 250
        assert "placebo-thin" in codes(thin.notes)
        assert np.isfinite(thin.placebo_p)

    def test_a_window_inside_the_estimation_or_beyond_the_prices_disturbs_no_other(
        self, small: Inputs
    ) -> None:
        inputs = replace(small, windows=((0, 4), (0, 60), (-25, -1)))
        inside = cell_of(inputs, window=(-25, -1))
        self.check(inside, "empty-window-in-estimation", "car", *self.TESTED)
        near = cell_of(inputs)
        assert np.isfinite([near.t, near.q1_p, near.q2_p]).all()
        alone = cell_of(replace(inputs, windows=((0, 4),)))
        assert near.q1_holm_p == pytest.approx(alone.q1_holm_p)

    def test_no_trade_in_the_window(self, small: Inputs) -> None:
        halted = changed(small, slice(0, 5), slice(420, 425), np.nan)
        self.check(cell_of(halted), "empty-no-session", "car", *self.TESTED)

    def test_too_few_outside_shares_of_a_kind_says_how_many(self, small: Inputs) -> None:
        """The pair asks for eight, the lists of five for twenty; the others stand."""
        pool = small.pool
        assert pool is not None
        few = replace(pool, industries=("software",) * 10 + ("steel",) * 50 + ("software",) * 8)
        inputs = replace(small, pool=few)
        self.check(cell_of(inputs), "empty-too-few-of-kind", "q1_p", "q1_rate", "q2_p")
        said = {note.text() for note in cell_of(inputs).notes}
        assert any("of software there are 10 outside shares" in one for one in said)
        assert any("20 are needed" in one for one in said)
        pair = cell_of(inputs, basket="pair")
        assert np.isfinite([pair.q1_p, pair.q2_p]).all()
        self.check(pair, "empty-too-few-near", "q2_nearest_p")

    def test_a_pool_without_the_dates_is_no_pool(self, small: Inputs) -> None:
        pool = small.pool
        assert pool is not None
        returns = pool.returns.copy()
        returns[:400, :60] = np.nan
        cell = cell_of(replace(small, pool=replace(pool, returns=returns)))
        self.check(cell, "empty-only-one-of-kind", "q1_p", "q2_p")
        assert np.isfinite(cell.p)

    def test_a_share_of_unknown_industry_empties_its_lists_alone(self, small: Inputs) -> None:
        pool = small.pool
        assert pool is not None
        industries = (*pool.industries[:-1], None)
        inputs = replace(small, pool=replace(pool, industries=industries))
        self.check(cell_of(inputs, basket="second"), "empty-no-industry", "q1_p", "q2_p")
        told = [note.text() for note in cell_of(inputs, basket="second").notes]
        assert "no Q1 and no Q2: the industry of H is unknown" in told
        assert np.isfinite(cell_of(inputs).q1_p)

    def test_nothing_given_is_said_once(self, small: Inputs) -> None:
        found = event_study(replace(small, pool=None, at_limit=None))
        assert {"empty-no-universe", "empty-limits-unknown"} <= codes(found.notes)
        assert all(np.isnan([cell.q1_p, cell.q2_p]).all() for cell in found.tests)
        assert all(np.isnan(cell.weight_at_limit) for cell in found.tests)

    def test_one_name_cannot_be_left_out(self, small: Inputs) -> None:
        weights = np.eye(8)[:1]
        single = replace(small, baskets=("first",), weights=weights)
        self.check(cell_of(single), "empty-one-name", "leave_one_out_min", "leave_one_out_max")

    def test_a_sector_index_that_may_hold_the_basket(self, small: Inputs) -> None:
        inputs = replace(small, sector_holds=np.array([True, False, False]))
        assert "sector-holds-names" in codes(cell_of(inputs, model="market+sector").notes)
        assert "sector-holds-names" not in codes(cell_of(inputs).notes)


class TestRefused:
    def test_nothing_at_all_can_be_tested(self, small: Inputs) -> None:
        empty = changed(small, slice(None), slice(None), np.nan)
        with pytest.raises(NothingToTest, match="0 valid estimation sessions") as caught:
            event_study(empty)
        assert caught.value.exit_code == 3
        first, last = small.sessions[[280, 399]]
        assert f"[-140, -21] is {first} to {last}" in caught.value.hint
        assert "`event_study.minimum_sessions`" in caught.value.hint

    def test_an_event_without_day_0(self, small: Inputs) -> None:
        with pytest.raises(OutsideData, match="day 0 is not among the sessions"):
            replace(small, day0=450)

    def test_windows_that_contradict(self, small: Inputs) -> None:
        with pytest.raises(BadWindows, match="ends before it starts"):
            replace(small, windows=((3, 1),))
        with pytest.raises(BadWindows, match="must end before day 0"):
            replace(small, estimation=(-140, 0))

    @pytest.mark.parametrize("what", ["returns", "weights", "benchmark", "models", "pool"])
    def test_arrays_of_another_shape(self, small: Inputs, what: str) -> None:
        wrong: dict[str, Any] = {
            "returns": np.zeros((450, 3)),
            "weights": np.zeros((2, 8)),
            "benchmark": np.zeros(9),
            "models": (),
            "pool": Pool(
                returns=np.zeros((9, 3)),
                event_returns=np.zeros((9, 3)),
                industries=("a",) * 3,
                own=np.arange(3),
            ),
        }
        with pytest.raises(ValueError, match=r"shape|empty|sessions"):
            replace(small, **{what: wrong[what]})


@pytest.mark.parametrize(
    ("exchange", "first", "last", "shut"),
    [
        ("XSHG", "2024-12-20", "2025-02-26", ["2025-02-05"]),  # Spring Festival
        ("XSHG", "2024-04-01", "2024-12-20", ["2024-05-06", "2024-10-08"]),
        ("XHKG", "2024-12-20", "2025-02-26", ["2025-02-03"]),
        ("XHKG", "2024-03-01", "2024-12-20", []),  # Easter is shorter
    ],
)
def test_reopenings_are_those_of_the_long_holidays(
    exchange: str, first: str, last: str, shut: list[str]
) -> None:
    sessions = calendar(exchange).between(np.datetime64(first), np.datetime64(last))
    assert sessions[reopenings(sessions, CLOSED_DAYS)].astype(str).tolist() == shut


def test_windows_are_cut_before_the_next_event_speaks() -> None:
    windows = ((-1, 1), (0, 10), (0, 20), (0, 14), (16, 18))
    kept, notes = cut_before(windows, last=14, event="V3", other="R1", other_day=-1)
    assert kept == ((-1, 1), (0, 10), (0, 14))
    assert [note.text() for note in notes] == [
        "V3 [0, 20] reaches day -1 of R1: cut there",
        "V3 [16, 18] reaches day -1 of R1: cut there",
    ]


def test_options_and_inputs_cannot_be_changed_behind_a_result(small: Inputs) -> None:
    with pytest.raises(AttributeError):
        small.day0 = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        small.options.matched_lists = 3  # type: ignore[misc]
