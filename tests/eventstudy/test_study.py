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
    Universe,
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
    returns = inputs.returns.copy()
    returns[rows, column] = value
    return replace(inputs, returns=returns)


class TestWhole:
    def test_every_basket_model_and_window_has_its_cell(self, small: Inputs) -> None:
        found = event_study(small)
        assert len(found.tests) == 3 * 2 * 3
        assert len(found.paths) == 3 * 2
        assert found.family_size == 3 * 3  # the primary model only
        for cell in found.tests:
            numbers = [cell.car, cell.bhar, cell.t, cell.p, cell.mde, cell.random_p]
            assert np.isfinite(numbers).all()
            assert cell.leave_one_out_min < cell.leave_one_out_max
            assert np.isfinite(cell.holm_p) == (cell.model == "market") == cell.in_family

    def test_an_effect_that_is_there_is_found_by_every_test(self, small: Inputs) -> None:
        lifted = changed(small, slice(0, 5), slice(420, 425), 0.12)
        cell = cell_of(lifted)
        ps = [cell.p, cell.joint.p, cell.corrado.p, cell.placebo_p, cell.random_p, cell.holm_p]
        assert max(ps) < 0.01
        assert cell.car == pytest.approx(0.6, abs=0.15)
        assert cell.placebo_dates == 250
        assert cell.placebo_p == pytest.approx(1 / 251)
        assert (cell.placebo_blocks, cell.placebo_resolution) == (50, 5 / 250)

    def test_another_basket_in_the_study_changes_no_raw_number(self, small: Inputs) -> None:
        alone = replace(small, baskets=("first",), weights=small.weights[:1])
        here, there = cell_of(small), cell_of(alone)
        for name in ("car", "t", "p", "placebo_p", "random_p", "leave_one_out_max"):
            assert getattr(here, name) == pytest.approx(getattr(there, name), rel=1e-12)
        assert here.holm_p >= there.holm_p

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
        options = replace(
            small.options, family_windows=((0, 4),), family_models=("market", "market+sector")
        )
        found = event_study(replace(small, options=options))
        assert found.family_size == 3 * 1 * 2
        assert {cell.window for cell in found.tests if cell.in_family} == {(0, 4)}
        outside = next(cell for cell in found.tests if not cell.in_family)
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

    def test_a_variant_has_no_family_but_an_answer_to_compare(self, small: Inputs) -> None:
        found = event_study(Variant(name="long", estimation=(-280, -21)).apply(small))
        asked = event_study(replace(small, estimation=(-280, -21)))
        assert found.family_size == 0
        for cell, registered in zip(found.tests, asked.tests, strict=True):
            assert not cell.in_family
            assert np.isnan([cell.holm_p, cell.bh_p, cell.romano_wolf_p]).all()
            assert cell.holm_as_if == pytest.approx(registered.holm_p, nan_ok=True)


class TestEmptyCells:
    """Never NaN or 0 that looks like a result: the reason stands beside it."""

    def check(self, cell: WindowTest, code: str, *empty: str) -> None:
        assert code in codes(cell.notes)
        for name in empty:
            value = getattr(cell, name)
            assert np.isnan(getattr(value, "statistic", value)), name

    TESTED = ("t", "p", "mde", "joint", "holm_p", "placebo_p", "random_p")

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
                universe=None,
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
        assert np.isfinite([near.t, near.random_p]).all()
        assert near.holm_p == pytest.approx(cell_of(replace(inputs, windows=((0, 4),))).holm_p)

    def test_no_trade_in_the_window(self, small: Inputs) -> None:
        halted = changed(small, slice(0, 5), slice(420, 425), np.nan)
        self.check(cell_of(halted), "empty-no-session", "car", *self.TESTED)

    def test_a_universe_without_the_dates_or_too_small(self, small: Inputs) -> None:
        empty = Universe(np.full((450, 20), np.nan))
        cell = cell_of(replace(small, universe=empty))
        self.check(cell, "empty-universe-lacks-dates", "random_p")
        assert small.universe is not None
        few = Universe(small.universe.returns[:, :3])
        self.check(cell_of(replace(small, universe=few)), "empty-universe-too-small", "random_p")

    def test_a_window_that_the_universe_reaches_has_no_reason_of_another(
        self, small: Inputs
    ) -> None:
        assert small.universe is not None
        returns = small.universe.returns.copy()
        returns[430:] = np.nan  # [0, 4] ends before, [0, 20] does not
        inputs = replace(small, universe=Universe(returns))
        far, near = cell_of(inputs, window=(0, 20)), cell_of(inputs)
        self.check(far, "empty-universe-lacks-dates", "random_p")
        assert far.random_baskets == 0
        assert near.random_p > 0
        assert "empty-universe-lacks-dates" not in codes(near.notes)

    def test_nothing_given_is_said_once(self, small: Inputs) -> None:
        found = event_study(replace(small, universe=None, at_limit=None))
        assert {"empty-no-universe", "empty-limits-unknown"} <= codes(found.notes)
        assert all(np.isnan(cell.random_p) for cell in found.tests)
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

    @pytest.mark.parametrize("what", ["returns", "weights", "benchmark", "models", "universe"])
    def test_arrays_of_another_shape(self, small: Inputs, what: str) -> None:
        wrong: dict[str, Any] = {
            "returns": np.zeros((450, 3)),
            "weights": np.zeros((2, 8)),
            "benchmark": np.zeros(9),
            "models": (),
            "universe": Universe(np.zeros((9, 3))),
        }
        with pytest.raises(ValueError, match=r"shape|empty|sessions"):
            replace(small, **{what: wrong[what]})

    def test_strata_come_for_both_sides(self) -> None:
        with pytest.raises(ValueError, match="together"):
            Universe(np.zeros((3, 2)), strata=np.zeros(2, np.int64))


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
        small.options.random_baskets = 3  # type: ignore[misc]
