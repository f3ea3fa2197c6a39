"""The door of the room: one event, all baskets, models and windows."""

from __future__ import annotations

from basketbt.events.cells import Whole, bhar_of, cells_of, fault_note
from basketbt.events.evidence import Evidence, evidence, frame_of, series_of
from basketbt.events.family import adjust
from basketbt.events.inputs import EventStudyInputs
from basketbt.events.limits import weight_at_limit
from basketbt.events.models import Fault
from basketbt.events.paths import car_paths
from basketbt.events.random_cars import random_baskets_of
from basketbt.events.reasons import LIMITS_UNKNOWN, NothingToTest
from basketbt.events.results import EventStudyResult, PlaceboDraws


def event_study(inputs: EventStudyInputs) -> EventStudyResult:
    """Every number of one event and variant.

    Cells come in the order baskets, models, windows. Raises ``NothingToTest`` when no basket can
    be fitted under any model; a cell that cannot be computed is NaN with its reason.
    """
    series, frame = series_of(inputs), frame_of(inputs)
    found = tuple(evidence(inputs, design, series, frame) for design in inputs.models)
    _refuse_nothing(inputs, found)
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
    absent = [
        note
        for missing, note in (
            (inputs.universe is None, inputs.no_universe),
            (share is None, LIMITS_UNKNOWN()),
        )
        if missing
    ]
    return EventStudyResult(
        event=inputs.event,
        variant=inputs.variant,
        cells=cells_of(whole),
        paths=tuple(path for item in found for path in car_paths(inputs, item, series, share)),
        placebos=tuple(draws for item in found for draws in _placebo_draws(inputs, item)),
        tests=adjusted.tests,
        notes=(*adjusted.notes, *absent),
    )


def _refuse_nothing(inputs: EventStudyInputs, found: tuple[Evidence, ...]) -> None:
    if any((item.baskets.fault == Fault.NONE).any() for item in found):
        return
    first = found[0]
    # the basket that comes nearest to being testable says most about what is wrong
    nearest = int(first.baskets.count.argmax())
    reason = fault_note(first, nearest, inputs.options.minimum_sessions)
    raise NothingToTest(
        event=inputs.event,
        why=reason.text() if reason else "",
        hint=_hint(inputs, Fault(first.baskets.fault[nearest])),
    )


def _hint(inputs: EventStudyInputs, fault: Fault) -> str:
    """What to change in the study file, or which prices to give."""
    if fault == Fault.SINGULAR:
        return "The market index does not move there: name another `market` under `event_study`."
    if fault == Fault.NO_VARIANCE:
        return "Name an index that is not the list itself as `market` under `event_study`."
    begin, end = (inputs.day0 + day for day in inputs.estimation)
    runs = f"{list(inputs.estimation)} ends before the first price"
    if end >= 0:
        runs = f"{list(inputs.estimation)} is {inputs.sessions[max(begin, 0)]} to "
        runs += f"{inputs.sessions[end]}"
    return (
        f"The estimation window {runs}: give prices of four fifths of a list's weight, and of the "
        "index, over it. Or set `estimation` to sessions that the prices cover, or lower "
        "`event_study.minimum_sessions` (20 at the least)."
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
