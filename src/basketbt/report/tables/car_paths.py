"""car_paths.parquet and placebo.parquet: the way to each abnormal return, and other dates'."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from basketbt.report.model import Block, Column, Layout, Table
from basketbt.report.tables import keys, testedkeys
from basketbt.report.tables.testedkeys import everything
from basketbt.results import StudyResult

PATHS = Layout(
    "car_paths",
    (
        *testedkeys.WHERE,
        Column("day", "integer"),
        Column("date", "date"),
        Column("ar", "decimal"),
        Column("car", "decimal"),
        Column("band", "decimal"),
        Column("band_low", "decimal"),
        Column("band_high", "decimal"),
        Column("weight_at_limit", "decimal"),
        Column("first_unlimited_day", "integer"),
        Column("car_to_unlimited", "decimal"),
        keys.NOTES,
    ),
    bulk=True,
)


def car_paths_table(result: StudyResult) -> Table:
    """The rows of car_paths.parquet."""
    return Table.of(PATHS, _blocks(result))


def _blocks(result: StudyResult) -> Iterator[Block]:
    for tested in everything(result):
        for path in tested.studied.found.paths:
            yield {
                **tested.cells(path.basket, path.model),
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
                "notes": tested.notes(path.notes),
            }


PLACEBO = Layout(
    "placebo",
    (
        *testedkeys.WHERE,
        testedkeys.WINDOW,
        keys.FIRST,
        keys.LAST,
        Column("date", "date"),
        Column("car", "decimal"),
        Column("t", "ratio"),
    ),
    bulk=True,
)


def placebo_table(result: StudyResult) -> Table:
    """The rows of placebo.parquet."""
    return Table.of(PLACEBO, _draws(result))


def _draws(result: StudyResult) -> Iterator[Block]:
    for tested in everything(result):
        if tested.studied.found.variant != "main":
            continue
        for draws in tested.studied.found.placebos:
            real = ~np.isnan(draws.t)  # a date that lacks returns of the list is none of its H
            yield {
                **tested.cells(draws.basket, draws.model),
                **testedkeys.window_cells(draws.window),
                "date": draws.dates[real].astype(str).tolist(),
                "car": draws.car[real].tolist(),
                "t": draws.t[real].tolist(),
            }
