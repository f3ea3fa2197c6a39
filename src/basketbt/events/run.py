"""The door of the room: one event, all baskets, models and windows."""

from __future__ import annotations

from basketbt.events.cells import Whole, bhar_of, cells_of
from basketbt.events.evidence import Evidence, evidence, frame_of, series_of
from basketbt.events.family import adjust
from basketbt.events.inputs import EventStudyInputs
from basketbt.events.limits import weight_at_limit
from basketbt.events.paths import car_paths
from basketbt.events.random_cars import random_baskets_of
from basketbt.events.reasons import DRAWN_FROM, LIMITS_UNKNOWN
from basketbt.events.refusals import refuse_nothing
from basketbt.events.results import EventStudyResult, PlaceboDraws


def event_study(inputs: EventStudyInputs) -> EventStudyResult:
    """Every number of one event and variant.

    Cells come in the order baskets, models, windows. Raises ``NothingToTest`` when no basket can
    be tested on any registered window; a cell that cannot be computed is NaN with its reason.
    """
    series, frame = series_of(inputs), frame_of(inputs)
    found = tuple(evidence(inputs, design, series, frame) for design in inputs.models)
    refuse_nothing(inputs, found)
    share = None if inputs.at_limit is None else weight_at_limit(inputs.at_limit, inputs.weights)
    adjusted = adjust(inputs, found)
    whole = Whole(
        inputs=inputs,
        series=series,
        frame=frame,
        found=found,
        share=share,
        random=random_baskets_of(inputs, found, frame),
        adjusted=adjusted,
        bhar=bhar_of(inputs, series),
    )
    said = [
        note
        for holds, note in (
            (inputs.universe is None, inputs.no_universe),
            (whole.random.pool > 0, DRAWN_FROM(count=f"{whole.random.pool:,}")),
            (share is None, LIMITS_UNKNOWN()),
        )
        if holds
    ]
    return EventStudyResult(
        event=inputs.event,
        variant=inputs.variant,
        cells=cells_of(whole),
        paths=tuple(path for item in found for path in car_paths(inputs, item, series, share)),
        placebos=tuple(draws for item in found for draws in _placebo_draws(inputs, item)),
        tests=adjusted.tests,
        notes=(*adjusted.notes, *said),
    )


def _placebo_draws(inputs: EventStudyInputs, item: Evidence) -> list[PlaceboDraws]:
    return [
        PlaceboDraws(
            event=inputs.event,
            variant=inputs.variant,
            basket=basket,
            model=item.design.name,
            window=window,
            dates=inputs.sessions[placebo.rows],
            car=placebo.car[:, b],
            t=placebo.t[:, b],
        )
        for window, placebo in item.placebos.items()
        for b, basket in enumerate(inputs.baskets)
    ]
