"""The rows of event studies: every test, what the tests allow to be said, paths, placebo dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basketbt.notes import Note, unique
from basketbt.plan.model import span
from basketbt.report import layouts
from basketbt.report.model import Block, Table, Value
from basketbt.results import CaseResult, EventStudied, StudyResult, Verdict

if TYPE_CHECKING:
    from basketbt.eventstudy.results import WindowTest


@dataclass(frozen=True)
class Study:
    """One event study of one case, with the cells that its rows share."""

    studied: EventStudied

    def cells(self, basket: str, model: str) -> dict[str, Value]:
        """The cells that say which list and which model a row is of."""
        return {
            "event": self.studied.found.event,
            "day0": str(self.studied.day_zero),
            "basket": basket,
            "weighting": self.studied.weighting,
            "variant": self.studied.found.variant,
            "model": model,
        }

    def notes(self, notes: Iterable[Note]) -> tuple[Note, ...]:
        """Notes of a row, with what empties cells of every row."""
        of_all = [one for one in self.studied.found.notes if one.kind.code.startswith("empty-")]
        return unique([*notes, *of_all])


def _studies(result: StudyResult) -> Iterator[Study]:
    """Every event study of a result: each event as registered, then its variants."""
    for case in result.cases:
        for studied in case.event_studies:
            yield Study(studied)


def event_study_tables(result: StudyResult) -> tuple[Table, Table, Table, Table]:
    """The four tables of a result's event studies."""
    verdicts = (_verdict(case, one) for case in result.cases for one in case.verdicts)
    return (
        Table.of(layouts.EVENT_STUDY, _tests(result)),
        Table.of(layouts.VERDICTS, verdicts),
        Table.of(layouts.CAR_PATHS, _paths(result)),
        Table.of(layouts.PLACEBO, _placebo(result)),
    )


def _tests(result: StudyResult) -> Iterator[dict[str, Value]]:
    for study in _studies(result):
        for test in study.studied.found.tests:
            yield {
                **study.cells(test.basket, test.model),
                **_window_cells(test.window),
                **_numbers(test),
                "notes": study.notes(test.notes),
            }


def _numbers(cell: WindowTest) -> dict[str, Value]:
    return {
        "sessions": cell.sessions,
        "estimation_sessions": cell.estimation_sessions,
        "beta": cell.beta,
        "residual_deviation": cell.s,
        "car": cell.car,
        "bhar": cell.bhar,
        "mde": cell.mde,
        "t": cell.t,
        "df": None if cell.df != cell.df else int(cell.df),
        "p": cell.p,
        "joint_f": cell.joint.statistic,
        "joint_p": cell.joint.p,
        "kp_t": cell.kolari_pynnonen.statistic,
        "kp_p": cell.kolari_pynnonen.p,
        "kp_names": cell.kolari_pynnonen.names,
        "corrado_z": cell.corrado.statistic,
        "corrado_p": cell.corrado.p,
        "placebo_p": cell.placebo_p,
        "placebo_dates": cell.placebo_dates,
        "placebo_blocks": cell.placebo_blocks,
        "placebo_resolution": cell.placebo_resolution,
        "family": cell.family or "",
        "chosen_after": cell.chosen_after,
        "variance_ratio": cell.variance_ratio,
        "q1_t": cell.q1_t,
        "q1_p": cell.q1_p,
        "q1_mde": cell.q1_mde,
        "q1_rate": cell.q1_rate,
        "q1_dates": cell.q1_dates,
        "q1_holm_p": cell.q1_holm_p,
        "q1_bh_p": cell.q1_bh_p,
        "q2_p": cell.q2_p,
        "q2_expected": cell.q2_expected,
        "q2_pool": cell.q2_pool,
        "q2_lists": cell.q2_lists,
        "q2_nearest_p": cell.q2_nearest_p,
        "q2_holm_p": cell.q2_holm_p,
        "romano_wolf_p": cell.romano_wolf_p,
        "weight_at_limit": cell.weight_at_limit,
        "unlimited_day": cell.unlimited_day,
        "car_to_unlimited": cell.car_to_unlimited,
        "leave_one_out_min": cell.leave_one_out_min,
        "leave_one_out_max": cell.leave_one_out_max,
    }


def _verdict(case: CaseResult, one: Verdict) -> dict[str, Value]:
    return {
        "event": case.case.event.id,
        "day0": str(case.case.day_zero.session),
        "basket": one.basket,
        **_window_cells(one.window),
        "model": one.model,
        "family": one.family,
        "chosen_after": one.chosen_after,
        "verdict": one.kind,
        "car": one.car,
        "q1_mde": one.mde,
        "q1_holm_p": one.q1_holm_p,
        "q2_holm_p": one.q2_holm_p,
        "changed": " ".join(one.changed),
        "compared": one.compared,
        "not_compared": " ".join(one.not_compared),
        "notes": one.notes,
    }


def _paths(result: StudyResult) -> Iterator[Block]:
    for study in _studies(result):
        for path in study.studied.found.paths:
            yield {
                **study.cells(path.basket, path.model),
                "day": path.days.tolist(),
                "date": np.asarray(path.dates).astype(str).tolist(),
                "ar": path.ar.tolist(),
                "car": path.car.tolist(),
                "band": path.band.tolist(),
                "band_low": path.low.tolist(),
                "band_high": path.high.tolist(),
                "weight_at_limit": path.weight_at_limit.tolist(),
                "first_unlimited_day": path.first_unlimited,
                "car_to_unlimited": path.car_to_unlimited,
                "notes": study.notes(path.notes),
            }


def _placebo(result: StudyResult) -> Iterator[Block]:
    for study in _studies(result):
        if study.studied.found.variant != "main":
            continue
        for draws in study.studied.found.placebos:
            real = ~np.isnan(draws.t)  # a date that lacks returns of the list is none of its H
            yield {
                **study.cells(draws.basket, draws.model),
                **_window_cells(draws.window),
                "date": draws.dates[real].astype(str).tolist(),
                "car": draws.car[real].tolist(),
                "t": draws.t[real].tolist(),
            }


def _window_cells(window: tuple[int, int]) -> dict[str, Value]:
    """The cells under WINDOW, FIRST and LAST."""
    return {"window": span(*window), "first_day": window[0], "last_day": window[1]}
