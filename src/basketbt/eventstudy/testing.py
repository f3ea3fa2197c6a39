"""The tests of a study one by one: the numbers of each, and why any of them is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Floats
from basketbt.eventstudy.inputs import MAIN, EventStudyInputs
from basketbt.eventstudy.model_fit import ModelFit, Sample, car_to_unlimited
from basketbt.eventstudy.models import DIMSON, MARKET, SECTOR, Fault
from basketbt.eventstudy.multiple import AdjustedP
from basketbt.eventstudy.placebo import FEWEST_DATES
from basketbt.eventstudy.portfolio import buy_and_hold
from basketbt.eventstudy.questions import Answers
from basketbt.eventstudy.results import WindowTest
from basketbt.eventstudy.significance import (
    Significance,
    corrado,
    joint_f,
    kolari_pynnonen,
    undefined,
)
from basketbt.eventstudy.windows import LONGEST_PLACEBO, Offsets, length
from basketbt.notes import Note, NoteKind, unique

# Kinds whose code starts with ``empty-`` explain a missing number; the others stand beside one.
TOO_FEW_SESSIONS = NoteKind("empty-too-few-sessions")
SINGULAR_MODEL = NoteKind("empty-singular-model")
NO_VARIANCE = NoteKind("empty-no-variance")
WINDOW_OUTSIDE = NoteKind("empty-window-outside")
WINDOW_IN_ESTIMATION = NoteKind("empty-window-in-estimation")
NO_SESSION_IN_WINDOW = NoteKind("empty-no-session")
LIST_ENDED = NoteKind("empty-list-ended")
SESSIONS_LEFT_OUT = NoteKind("sessions-left-out")
NAMES_LEFT_OUT = NoteKind("names-left-out")
PLACEBO_TOO_FEW = NoteKind("empty-placebo-too-few")
PLACEBO_THIN = NoteKind("placebo-thin")
PLACEBO_TOO_LONG = NoteKind("empty-placebo-too-long")
NOT_IN_FAMILY = NoteKind("empty-not-in-family")
NOT_ASKED = NoteKind("empty-not-asked")
ONE_NAME = NoteKind("empty-one-name")
NO_BHAR = NoteKind("empty-bhar")
CENSORED_END = NoteKind("censored-end")
SECTOR_HOLDS_NAMES = NoteKind("sector-holds-names")


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All that is known of a study before it is told test by test."""

    sample: Sample
    fits: tuple[ModelFit, ...]  # M
    share: Floats | None  # (T, B) weight at limit
    answers: Answers
    adjusted: AdjustedP

    @property
    def inputs(self) -> EventStudyInputs:
        return self.sample.inputs


def window_tests(found: Findings) -> tuple[WindowTest, ...]:
    """Baskets, then models, then windows."""
    earned = _buy_and_hold(found.sample)
    return tuple(
        _window_test(found, m, w, b, float(earned[w, b]))
        for b in range(len(found.inputs.baskets))
        for m in range(len(found.fits))
        for w, window in enumerate(found.inputs.windows)
        if found.inputs.applies(b, window)
    )


def _buy_and_hold(sample: Sample) -> Floats:
    """(W, B) buy-and-hold return beyond the benchmark's; NaN for a window beyond the data.

    Of every session of the window: nobody could leave one out.
    """
    inputs = sample.inputs
    earned = np.full((len(inputs.windows), len(inputs.baskets)), np.nan)
    for w, window in enumerate(inputs.windows):
        if inputs.holds(window):
            held = inputs.rows(window)
            own = buy_and_hold(sample.names[1][held], inputs.weights, inputs.benchmark[held])
            earned[w] = np.where(held.stop - 1 <= sample.last, own, np.nan)
    return earned


def _window_test(found: Findings, m: int, w: int, b: int, bhar: float) -> WindowTest:
    inputs, fit, adjusted = found.inputs, found.fits[m], found.adjusted
    window, answers = inputs.windows[w], found.answers
    family = inputs.family(b, window) if inputs.variant == MAIN and not m else None
    failed = why_untested(inputs, fit, found.sample, w, b)
    # a basket that cannot be tested is not tested on whichever of its names are left
    joint, kp, rank = (undefined(),) * 3 if failed else _outcomes(found.sample, fit, w, b)
    placebo_p, dates = _placebo(fit, w, b, window)
    unlimited, carried = _to_unlimited(found, fit, w, b)
    at_limit = _at_limit(found, window, b)
    return WindowTest(
        event=inputs.event,
        variant=inputs.variant,
        basket=inputs.baskets[b],
        model=fit.design.name,
        window=window,
        sessions=int(fit.sums.count[w, b]),
        estimation_sessions=int(fit.baskets.count[b]),
        beta=_beta(fit, b),
        s=float(fit.baskets.s[b]),
        car=float(fit.sums.car[w, b]),
        bhar=bhar,
        mde=float(fit.mde[w, b]),
        t=float(fit.t[w, b]),
        df=float(fit.baskets.df[b]),
        p=float(fit.p[w, b]),
        joint=joint,
        kolari_pynnonen=kp,
        corrado=rank,
        placebo_p=placebo_p,
        placebo_dates=dates,
        placebo_blocks=dates / length(window),
        placebo_resolution=length(window) / dates if dates else np.nan,
        family=family,
        chosen_after=inputs.chosen_after(b, window),
        variance_ratio=float(answers.ratio[m, w, b]),
        q1_t=float(answers.t[m, w, b]),
        q1_p=float(answers.p[m, w, b]),
        q1_mde=float(answers.mde[m, w, b]),
        q1_rate=float(answers.rate[m, w, b]),
        q1_dates=int(answers.rate_dates[m, w, b]),
        q1_holm_p=np.nan if m else float(adjusted.first[w, b]),
        q1_bh_p=np.nan if m else float(adjusted.screened[w, b]),
        q2_p=float(answers.q2_p[m, w, b]),
        q2_expected=float(answers.expected[m, w, b]),
        q2_pool=int(answers.pool[b]),
        q2_lists=int(answers.lists[b]),
        q2_nearest_p=float(answers.nearest_p[m, w, b]),
        q2_holm_p=np.nan if m else float(adjusted.second[w, b]),
        romano_wolf_p=np.nan if m else float(adjusted.stepped[w, b]),
        weight_at_limit=float(at_limit.max()) if at_limit.size else np.nan,
        unlimited_day=unlimited,
        car_to_unlimited=carried,
        leave_one_out_min=float(fit.leave_one_out[0][w, b]),
        leave_one_out_max=float(fit.leave_one_out[1][w, b]),
        notes=unique(
            [
                *([failed] if failed else _read_with_care(found, fit, w, b)),
                *([] if failed else [*kp.notes, *rank.notes, *_placebo_notes(inputs, w, dates)]),
                *([] if failed else _unanswered(inputs, answers, w, b)),
                *_bhar_notes(inputs, window),
                *([] if family else [NOT_IN_FAMILY()]),
                *(CENSORED_END(weight=float(end)) for end in at_limit[-1:] if end > 0),
            ]
        ),
    )


def why_untested(
    inputs: EventStudyInputs, fit: ModelFit, sample: Sample, w: int, b: int
) -> Note | None:
    """The one reason why nothing in a test could be computed; None when it could."""
    first, last = inputs.windows[w]
    fault = Fault(fit.baskets.fault[b])
    if not inputs.holds((first, last)):
        return WINDOW_OUTSIDE(first=first, last=last)
    if not inputs.testable((first, last)):
        return WINDOW_IN_ESTIMATION(first=first, last=last)
    if fault == Fault.TOO_FEW:
        needed = inputs.options.minimum_sessions
        return TOO_FEW_SESSIONS(count=int(fit.baskets.count[b]), needed=needed)
    if fault == Fault.SINGULAR:
        return SINGULAR_MODEL(model=fit.design.name)
    if fault == Fault.NO_VARIANCE:
        return NO_VARIANCE()
    if not fit.reaches[w, b]:
        return LIST_ENDED(last=inputs.sessions[sample.last[b]])
    return None if fit.sums.count[w, b] else NO_SESSION_IN_WINDOW()


def _outcomes(
    sample: Sample, fit: ModelFit, w: int, b: int
) -> tuple[Significance, Significance, Significance]:
    """The joint test of the sessions, then the two that take the names one by one."""
    chosen = sample.windows[w] & fit.design.known
    joint = joint_f(
        fit.abnormal[chosen, b],
        fit.design.regressors[chosen],
        fit.baskets.inverse[b],
        float(fit.baskets.s[b]),
        int(fit.baskets.df[b]),
    )
    held = np.flatnonzero(sample.inputs.weights[b] > 0)
    usable = held[np.isfinite(fit.scars[w, held])]
    in_window = np.arange(len(fit.ranks[w])) >= len(fit.name_residuals)
    return (
        joint,
        kolari_pynnonen(fit.scars[w, usable], fit.name_residuals[:, usable]),
        corrado(fit.ranks[w][:, usable], in_window),
    )


def _placebo(fit: ModelFit, w: int, b: int, window: Offsets) -> tuple[float, int]:
    """The p-value among placebo dates, and how many there are."""
    placebo = fit.placebos.get(window)
    if placebo is None or length(window) > LONGEST_PLACEBO or not np.isfinite(fit.t[w, b]):
        return np.nan, 0
    return float(placebo.p(fit.t[w])[b]), int(placebo.dates[b])


def _placebo_notes(inputs: EventStudyInputs, w: int, dates: int) -> list[Note]:
    sessions, wanted = length(inputs.windows[w]), inputs.options.placebo_dates
    if sessions > LONGEST_PLACEBO:
        return [PLACEBO_TOO_LONG(sessions=sessions, most=LONGEST_PLACEBO)]
    if dates < FEWEST_DATES:
        return [PLACEBO_TOO_FEW(dates=dates, needed=FEWEST_DATES)]
    return [PLACEBO_THIN(dates=dates, wanted=wanted)] if dates < wanted else []


def _read_with_care(found: Findings, fit: ModelFit, w: int, b: int) -> list[Note]:
    inputs = found.inputs
    notes = []
    size, valid = length(inputs.windows[w]), int(fit.sums.count[w, b])
    if valid < size:
        notes.append(SESSIONS_LEFT_OUT(count=size - valid, whole=size))
    held = inputs.weights[b] > 0
    lost = int((held & ~np.isfinite(fit.scars[w])).sum())
    if lost:
        notes.append(NAMES_LEFT_OUT(count=lost, whole=int(held.sum())))
    if held.sum() == 1:
        notes.append(ONE_NAME())
    if fit.design.name == SECTOR and inputs.sector_holds is not None and inputs.sector_holds[b]:
        notes.append(SECTOR_HOLDS_NAMES())
    return notes


def _at_limit(found: Findings, window: Offsets, b: int) -> Floats:
    """(n,) weight at limit on the window's sessions; empty where that is not known."""
    if found.share is None or not found.inputs.holds(window):
        return np.empty(0)
    return found.share[found.inputs.rows(window), b]


def _to_unlimited(found: Findings, fit: ModelFit, w: int, b: int) -> tuple[int | None, float]:
    """The first day from the window's last on that closes without a limit, and the CAR to it.

    Looked for as far as the longest window inside the data; None, NaN without such a close.
    """
    inputs = found.inputs
    if found.share is None or not np.isfinite(fit.t[w, b]):
        return None, np.nan
    first, last = inputs.windows[w]
    end = max(window[1] for window in inputs.windows if inputs.holds(window))
    return car_to_unlimited(inputs, fit.abnormal[:, b], found.share[:, b], first, last, end)


def _unanswered(inputs: EventStudyInputs, answers: Answers, w: int, b: int) -> list[Note]:
    """Why a list that can be tested has neither question answered, or no nearest lists."""
    if inputs.pool is None:
        return [inputs.no_pool]
    if not inputs.asked(b, inputs.windows[w]):
        return [NOT_ASKED()]
    if beyond := answers.beyond.get(inputs.windows[w]):
        return [beyond]
    return [note for note in (answers.reasons[b], answers.near[b]) if note is not None]


def _bhar_notes(inputs: EventStudyInputs, window: Offsets) -> list[Note]:
    if not inputs.holds(window) or np.isfinite(inputs.benchmark[inputs.rows(window)]).all():
        return []
    return [NO_BHAR()]


def _beta(fit: ModelFit, basket: int) -> float:
    coefficients = fit.baskets.coefficients[basket]
    if fit.design.name == DIMSON:
        return float(coefficients[1:].sum())
    return float(coefficients[1]) if fit.design.name in (MARKET, SECTOR) else np.nan
