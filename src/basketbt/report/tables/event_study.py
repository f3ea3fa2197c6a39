"""event_study.csv: what each list did beyond what was to be expected, and whether chance would do.

The columns are explained at length in docs/event-study.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basketbt.report.model import Column, Layout, Table, Value
from basketbt.report.tables import keys, testedkeys
from basketbt.report.tables.testedkeys import everything
from basketbt.results import StudyResult

if TYPE_CHECKING:
    from basketbt.eventstudy.results import WindowTest

LAYOUT = Layout(
    "event_study",
    (
        *testedkeys.WHERE,
        testedkeys.WINDOW,
        keys.FIRST,
        keys.LAST,
        Column("sessions", "integer"),
        Column("estimation_sessions", "integer"),
        Column("beta", "ratio"),
        Column("residual_deviation", "decimal"),
        Column("car", "decimal"),
        Column("bhar", "decimal"),
        Column("mde", "decimal"),
        Column("t", "ratio"),
        Column("df", "integer"),
        Column("p", "decimal"),
        Column("joint_f", "ratio"),
        Column("joint_p", "decimal"),
        Column("kp_t", "ratio"),
        Column("kp_p", "decimal"),
        Column("kp_names", "integer"),
        Column("corrado_z", "ratio"),
        Column("corrado_p", "decimal"),
        Column("placebo_p", "decimal"),
        Column("placebo_dates", "integer"),
        Column("placebo_blocks", "ratio"),
        Column("placebo_resolution", "decimal"),
        Column("random_p", "decimal"),
        Column("random_baskets", "integer"),
        Column("random_pool", "integer"),
        Column("registered", "flag"),
        Column("holm_p", "decimal"),
        Column("romano_wolf_p", "decimal"),
        Column("bh_p", "decimal"),
        Column("holm_as_if", "decimal"),
        Column("weight_at_limit", "decimal"),
        Column("unlimited_day", "integer"),
        Column("car_to_unlimited", "decimal"),
        Column("leave_one_out_min", "decimal"),
        Column("leave_one_out_max", "decimal"),
        keys.NOTES,
    ),
)


def event_study_table(result: StudyResult) -> Table:
    """The rows of event_study.csv."""
    return Table.of(
        LAYOUT,
        (
            {
                **tested.cells(cell.basket, cell.model),
                **testedkeys.window_cells(cell.window),
                **_numbers(cell),
                "notes": tested.notes(cell.notes),
            }
            for tested in everything(result)
            for cell in tested.studied.found.tests
        ),
    )


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
        "random_p": cell.random_p,
        "random_baskets": cell.random_baskets,
        "random_pool": cell.random_pool,
        "registered": cell.in_family,
        "holm_p": cell.holm_p,
        "holm_as_if": cell.holm_as_if,
        "romano_wolf_p": cell.romano_wolf_p,
        "bh_p": cell.bh_p,
        "weight_at_limit": cell.weight_at_limit,
        "unlimited_day": cell.unlimited_day,
        "car_to_unlimited": cell.car_to_unlimited,
        "leave_one_out_min": cell.leave_one_out_min,
        "leave_one_out_max": cell.leave_one_out_max,
    }
