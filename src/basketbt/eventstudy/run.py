"""The door of the room: one event, all baskets, models and windows; or why there is nothing."""

from __future__ import annotations

import numpy as np

from basketbt.eventstudy.cells import Whole, bhar_of, cells_of, why_untested
from basketbt.eventstudy.evidence import Evidence, evidence, frame_of, series_of
from basketbt.eventstudy.inputs import EventStudyInputs
from basketbt.eventstudy.models import Fault
from basketbt.eventstudy.multiple import adjust
from basketbt.eventstudy.paths import car_paths
from basketbt.eventstudy.portfolio import weight_at_limit
from basketbt.eventstudy.random_cars import random_baskets_of
from basketbt.eventstudy.reasons import DRAWN_FROM, LIMITS_UNKNOWN, NothingToTest
from basketbt.eventstudy.results import EventStudyResult, PlaceboDraws
from basketbt.eventstudy.windows import length


def event_study(inputs: EventStudyInputs) -> EventStudyResult:
    """Every number of one event and variant.

    Cells come in the order baskets, models, windows. Raises ``NothingToTest`` when no basket can
    be tested on any registered window; a cell that cannot be computed is NaN with its reason.
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


def _refuse_nothing(inputs: EventStudyInputs, found: tuple[Evidence, ...]) -> None:
    """Raise ``NothingToTest`` when no registered window can be tested under any model."""
    registered = [w for w, window in enumerate(inputs.windows) if window in inputs.registered]
    if any(np.isfinite(item.p[registered]).any() for item in found):
        return
    first = found[0]
    # the basket that comes nearest to being testable says most about what is wrong
    nearest = int(first.baskets.count.argmax())
    reason = why_untested(inputs, first, registered[0], nearest)
    raise NothingToTest(
        event=inputs.event,
        why=reason or "",
        hint=_hint(inputs, Fault(first.baskets.fault[nearest])),
    )


def _hint(inputs: EventStudyInputs, fault: Fault) -> str:
    """What to change in the study file, or which prices to give."""
    if fault == Fault.SINGULAR:
        return "The market index does not move there: name another `market` under `event_study`."
    if fault == Fault.NO_VARIANCE:
        return "Name an index that is not the list itself as `market` under `event_study`."
    if fault == Fault.TOO_FEW:
        return _too_few(inputs)
    return (
        f"Every window under `event_study` must begin after the estimation window "
        f"({list(inputs.estimation)}) and end within the prices of four fifths of a list's weight."
    )


def _too_few(inputs: EventStudyInputs) -> str:
    needed, whole = inputs.options.minimum_sessions, length(inputs.estimation)
    if whole < needed:
        return (
            f"`estimation` {list(inputs.estimation)} has {whole} sessions: begin it earlier, or "
            "lower `event_study.minimum_sessions` (20 at the least)."
        )
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
