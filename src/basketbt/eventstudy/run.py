"""The door of the room: one event, all baskets, models and windows; or why there is nothing."""

from __future__ import annotations

import numpy as np

from basketbt.errors import DataError
from basketbt.eventstudy.inputs import EventStudyInputs
from basketbt.eventstudy.model_fit import ModelFit, Sample, fit_model, sample_of
from basketbt.eventstudy.models import Fault
from basketbt.eventstudy.multiple import adjust
from basketbt.eventstudy.paths import car_paths
from basketbt.eventstudy.portfolio import weight_at_limit
from basketbt.eventstudy.questions import answers_of
from basketbt.eventstudy.results import EventStudyResult, PlaceboDraws
from basketbt.eventstudy.testing import Findings, why_untested, window_tests
from basketbt.eventstudy.windows import LONGEST_PLACEBO, Offsets, length
from basketbt.notes import Note, NoteKind, message

LIMITS_UNKNOWN = NoteKind("empty-limits-unknown")


class NothingToTest(DataError):
    """No basket can be tested on any registered window. Fields: event, why (a note), hint."""


def event_study(inputs: EventStudyInputs) -> EventStudyResult:
    """Every number of one event and variant.

    Tests come in the order baskets, models, windows. Raises ``NothingToTest`` when no basket can
    be tested on any registered window; a test that cannot be made is NaN with its reason.
    """
    sample = sample_of(inputs)
    fits = tuple(fit_model(sample, design) for design in inputs.models)
    _refuse_nothing(sample, fits)
    share = None if inputs.at_limit is None else weight_at_limit(inputs.at_limit, inputs.weights)
    answers = answers_of(sample, fits)
    adjusted = adjust(inputs, fits[0], answers)
    found = Findings(sample=sample, fits=fits, share=share, answers=answers, adjusted=adjusted)
    notes = [*adjusted.notes, *answers.notes]
    if inputs.pool is None:
        notes.append(inputs.no_pool)
    if share is None:
        notes.append(LIMITS_UNKNOWN())
    return EventStudyResult(
        event=inputs.event,
        variant=inputs.variant,
        tests=window_tests(found),
        paths=tuple(path for fit in fits for path in car_paths(sample, fit, share)),
        placebos=tuple(draws for fit in fits for draws in _placebo_draws(inputs, fit)),
        families=adjusted.families,
        shared=inputs.common,
        notes=tuple(notes),
    )


def _placebo_draws(inputs: EventStudyInputs, fit: ModelFit) -> list[PlaceboDraws]:
    return [
        PlaceboDraws(
            event=inputs.event,
            variant=inputs.variant,
            basket=basket,
            model=fit.design.name,
            window=window,
            dates=inputs.sessions[placebo.rows],
            car=placebo.car[:, b],
            t=placebo.t[:, b],
        )
        for window, placebo in fit.placebos.items()
        if length(window) <= LONGEST_PLACEBO
        for b, basket in enumerate(inputs.baskets)
    ]


def _refuse_nothing(sample: Sample, fits: tuple[ModelFit, ...]) -> None:
    """Raise ``NothingToTest`` when no registered window can be tested under any model."""
    inputs, first = sample.inputs, fits[0]
    registered = [w for w, window in enumerate(inputs.windows) if _registered(inputs, window)]
    if any(np.isfinite(fit.p[registered]).any() for fit in fits):
        return
    # the basket that comes nearest to being testable says most about what is wrong
    nearest = int(first.baskets.count.argmax())
    raise NothingToTest(
        event=inputs.event,
        why=why_untested(inputs, first, sample, registered[0], nearest) or "",
        hint=_hint(inputs, Fault(first.baskets.fault[nearest])),
    )


def _registered(inputs: EventStudyInputs, window: Offsets) -> bool:
    return any(inputs.family(b, window) for b in range(len(inputs.baskets)))


def _hint(inputs: EventStudyInputs, fault: Fault) -> Note:
    """What to change in the study file, or which prices to give."""
    if fault == Fault.SINGULAR:
        return message("do-the-market-index-does-not")
    if fault == Fault.NO_VARIANCE:
        return message("do-name-an-index-that-is")
    if fault == Fault.TOO_FEW:
        return _too_few(inputs)
    return message("do-every-window-under-event-study", estimation=list(inputs.estimation))


def _too_few(inputs: EventStudyInputs) -> Note:
    needed, whole = inputs.options.minimum_sessions, length(inputs.estimation)
    if whole < needed:
        return message(
            "do-estimation-has-sessions-begin-it", estimation=list(inputs.estimation), whole=whole
        )
    begin, end = (inputs.day0 + day for day in inputs.estimation)
    estimation = list(inputs.estimation)
    runs = message("why-ends-before-the-first-price", estimation=estimation)
    if end >= 0:
        first, last = inputs.sessions[max(begin, 0)], inputs.sessions[end]
        runs = message("why-is-to", estimation=estimation, first=first, last=last)
    return message("do-the-estimation-window-give-prices", runs=runs)
