"""From arrays to the records a reader sees: one cell with its numbers, and why any is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Floats
from basketbt.eventstudy.evidence import Evidence, Frame, Series, inside_data
from basketbt.eventstudy.inputs import EventStudyInputs
from basketbt.eventstudy.models import DIMSON, MARKET, SECTOR, Fault
from basketbt.eventstudy.multiple import Adjusted
from basketbt.eventstudy.placebo import FEWEST_DATES
from basketbt.eventstudy.portfolio import buy_and_hold, first_unlimited
from basketbt.eventstudy.random_cars import RandomEvidence
from basketbt.eventstudy.reasons import (
    CENSORED_END,
    LIST_ENDED,
    NAMES_LEFT_OUT,
    NO_BHAR,
    NO_SESSION_IN_WINDOW,
    NO_VARIANCE,
    NOT_IN_FAMILY,
    ONE_NAME,
    PLACEBO_THIN,
    PLACEBO_TOO_FEW,
    PLACEBO_TOO_LONG,
    SECTOR_HOLDS_NAMES,
    SESSIONS_LEFT_OUT,
    SINGULAR_MODEL,
    TOO_FEW_SESSIONS,
    WINDOW_IN_ESTIMATION,
    WINDOW_OUTSIDE,
)
from basketbt.eventstudy.results import Cell
from basketbt.eventstudy.significance import (
    Outcome,
    corrado_of_ranks,
    joint_f,
    kolari_pynnonen,
    undefined,
)
from basketbt.eventstudy.windows import LONGEST_PLACEBO, Window, length
from basketbt.notes import Note, unique


@dataclass(frozen=True)
class Whole:
    """All that is known before cells are cut out of it."""

    inputs: EventStudyInputs
    series: Series
    frame: Frame
    found: tuple[Evidence, ...]
    share: Floats | None  # (T, B) weight at limit
    random: RandomEvidence
    adjusted: Adjusted
    bhar: Floats  # (W, B)


def bhar_of(inputs: EventStudyInputs, series: Series) -> Floats:
    """(W, B) buy-and-hold return beyond the benchmark's; NaN for a window beyond the data.

    Of every session of the window: nobody could leave one out.
    """
    rows = []
    for window in inputs.windows:
        if not inside_data(inputs, window):
            rows.append(np.full(len(inputs.baskets), np.nan))
            continue
        held = slice(inputs.day0 + window[0], inputs.day0 + window[1] + 1)
        earned = buy_and_hold(series.names[1][held], inputs.weights, inputs.benchmark[held])
        rows.append(np.where(held.stop - 1 <= series.last, earned, np.nan))
    return np.stack(rows)


def cells_of(whole: Whole) -> tuple[Cell, ...]:
    """Baskets, then models, then windows."""
    inputs = whole.inputs
    return tuple(
        _cell(whole, m, w, b)
        for b in range(len(inputs.baskets))
        for m in range(len(whole.found))
        for w in range(len(inputs.windows))
    )


def _fault_note(item: Evidence, basket: int, needed: int) -> Note | None:
    """Why a basket could not be fitted; None when it was."""
    fault = Fault(item.baskets.fault[basket])
    if fault == Fault.TOO_FEW:
        return TOO_FEW_SESSIONS(count=int(item.baskets.count[basket]), needed=needed)
    if fault == Fault.SINGULAR:
        return SINGULAR_MODEL(model=item.design.name)
    if fault == Fault.NO_VARIANCE:
        return NO_VARIANCE()
    return None


def _cell(whole: Whole, m: int, w: int, b: int) -> Cell:
    inputs, item, adjusted = whole.inputs, whole.found[m], whole.adjusted
    window = inputs.windows[w]
    placebo = _placebo(item, window, b, float(item.t[w, b]))
    limit, limit_notes = _limit(whole, w, b)
    unlimited, carried = _to_unlimited(whole, item, w, b)
    lowest, highest = (float(edge[w, b]) for edge in item.leave_one_out)
    member = bool(adjusted.member[m, w, b])
    failed = why_untested(inputs, item, w, b)
    # a basket that cannot be tested is not tested on whichever of its names are left
    kp, rank = (undefined(), undefined()) if failed else _name_tests(whole, item, w, b)
    tested = [] if failed else [*kp.notes, *rank.notes, *_placebo_notes(inputs, window, placebo)]
    return Cell(
        event=inputs.event,
        variant=inputs.variant,
        basket=inputs.baskets[b],
        model=item.design.name,
        window=window,
        sessions=int(item.sums.count[w, b]),
        estimation_sessions=int(item.baskets.count[b]),
        beta=_beta(item, b),
        s=float(item.baskets.s[b]),
        car=float(item.sums.car[w, b]),
        bhar=float(whole.bhar[w, b]),
        mde=float(item.mde[w, b]),
        t=float(item.t[w, b]),
        df=float(item.baskets.df[b]),
        p=float(item.p[w, b]),
        joint=undefined() if failed else _joint(whole, item, w, b),
        kolari_pynnonen=kp,
        corrado=rank,
        placebo_p=placebo.p,
        placebo_dates=placebo.dates,
        placebo_blocks=placebo.dates / length(window),
        placebo_resolution=placebo.resolution,
        random_p=float(whole.random.p[m, w, b]),
        random_baskets=whole.random.draws if np.isfinite(whole.random.p[m, w, b]) else 0,
        random_pool=whole.random.pool,
        in_family=member,
        holm_p=float(adjusted.holm[m, w, b]),
        holm_as_if=float(adjusted.as_if[m, w, b]),
        romano_wolf_p=float(adjusted.romano_wolf[m, w, b]),
        bh_p=float(adjusted.benjamini_hochberg[m, w, b]),
        weight_at_limit=limit,
        unlimited_day=unlimited,
        car_to_unlimited=carried,
        leave_one_out_min=lowest,
        leave_one_out_max=highest,
        notes=unique([*_notes(whole, m, w, b, failed, tested), *limit_notes]),
    )


def _notes(
    whole: Whole, m: int, w: int, b: int, failed: Note | None, tested: list[Note]
) -> list[Note]:
    """Why a cell was not tested, or what its tests and numbers say of themselves."""
    notes = [failed] if failed else [*_read_with_care(whole, whole.found[m], w, b), *tested]
    if not failed:
        notes += whole.random.why_empty(m, w, b)
    notes += _bhar_notes(whole.inputs, whole.inputs.windows[w])
    return notes if whole.adjusted.member[m, w, b] else [*notes, NOT_IN_FAMILY()]


@dataclass(frozen=True)
class _PlaceboNumbers:
    p: float
    dates: int
    resolution: float


def _placebo(item: Evidence, window: Window, basket: int, t: float) -> _PlaceboNumbers:
    placebo = item.placebos.get(window)
    if placebo is None or not np.isfinite(t):
        return _PlaceboNumbers(np.nan, 0, np.nan)
    one = placebo.of(basket)
    return _PlaceboNumbers(
        float(one.p(np.array([t]))[0]), int(one.dates[0]), float(one.resolution()[0])
    )


def _placebo_notes(
    inputs: EventStudyInputs, window: Window, placebo: _PlaceboNumbers
) -> list[Note]:
    if length(window) > LONGEST_PLACEBO:
        return [PLACEBO_TOO_LONG(sessions=length(window), most=LONGEST_PLACEBO)]
    if placebo.dates < FEWEST_DATES:
        return [PLACEBO_TOO_FEW(dates=placebo.dates, needed=FEWEST_DATES)]
    if placebo.dates < inputs.options.placebo_dates:
        return [PLACEBO_THIN(dates=placebo.dates, wanted=inputs.options.placebo_dates)]
    return []


def why_untested(inputs: EventStudyInputs, item: Evidence, w: int, b: int) -> Note | None:
    """The one reason why nothing in a cell could be tested; None when it could."""
    first, last = inputs.windows[w]
    if not inside_data(inputs, (first, last)):
        return WINDOW_OUTSIDE(first=first, last=last)
    if first <= inputs.estimation[1]:
        return WINDOW_IN_ESTIMATION(first=first, last=last)
    fault = _fault_note(item, b, inputs.options.minimum_sessions)
    if fault is not None:
        return fault
    if not item.reaches[w, b]:
        return LIST_ENDED(last=inputs.sessions[item.last[b]])
    return None if item.sums.count[w, b] else NO_SESSION_IN_WINDOW()


def _read_with_care(whole: Whole, item: Evidence, w: int, b: int) -> list[Note]:
    inputs = whole.inputs
    notes = []
    size, valid = length(inputs.windows[w]), int(item.sums.count[w, b])
    if valid < size:
        notes.append(SESSIONS_LEFT_OUT(count=size - valid, whole=size))
    held = inputs.weights[b] > 0
    lost = int((held & ~np.isfinite(item.scars[w])).sum())
    if lost:
        notes.append(NAMES_LEFT_OUT(count=lost, whole=int(held.sum())))
    if held.sum() == 1:
        notes.append(ONE_NAME())
    if item.design.name == SECTOR and inputs.sector_holds is not None and inputs.sector_holds[b]:
        notes.append(SECTOR_HOLDS_NAMES())
    return notes


def _name_tests(whole: Whole, item: Evidence, w: int, b: int) -> tuple[Outcome, Outcome]:
    held = np.flatnonzero(whole.inputs.weights[b] > 0)
    usable = held[np.isfinite(item.scars[w, held])]
    scars, residuals = item.scars[w, usable], item.name_residuals[:, usable]
    kp = kolari_pynnonen(scars, residuals)
    return kp, corrado_of_ranks(item.ranks[w][:, usable], item.in_window[w])


def _joint(whole: Whole, item: Evidence, w: int, b: int) -> Outcome:
    chosen = whole.frame.windows[w] & item.design.known
    return joint_f(
        item.abnormal[chosen, b],
        item.design.regressors[chosen],
        item.baskets.inverse[b],
        float(item.baskets.s[b]),
        int(item.baskets.df[b]),
    )


def _limit(whole: Whole, w: int, b: int) -> tuple[float, list[Note]]:
    if whole.share is None or not inside_data(whole.inputs, whole.inputs.windows[w]):
        return float("nan"), []
    first, last = (whole.inputs.day0 + day for day in whole.inputs.windows[w])
    share = whole.share[first : last + 1, b]
    notes = [CENSORED_END(weight=float(share[-1]))] if share[-1] > 0 else []
    return float(share.max()), notes


def _to_unlimited(whole: Whole, item: Evidence, w: int, b: int) -> tuple[int | None, float]:
    """The first day from the window's last on that closes without a limit, and the CAR to it.

    Looked for as far as the longest window inside the data; None, NaN without such a close.
    """
    inputs, window = whole.inputs, whole.inputs.windows[w]
    if whole.share is None or not np.isfinite(item.t[w, b]):
        return None, float("nan")
    ends = [last for first, last in inputs.windows if inside_data(inputs, (first, last))]
    begin, stop = inputs.day0 + window[1], inputs.day0 + max(ends)
    later = first_unlimited(whole.share[:, b : b + 1], begin, stop)[0]
    if later is None:
        return None, float("nan")
    day = window[1] + later
    daily = item.abnormal[inputs.day0 + window[0] : inputs.day0 + day + 1, b]
    usable = whole.frame.usable[inputs.day0 + window[0] : inputs.day0 + day + 1]
    return day, float(daily[usable & np.isfinite(daily)].sum())


def _bhar_notes(inputs: EventStudyInputs, window: Window) -> list[Note]:
    if not inside_data(inputs, window):
        return []
    first, last = (inputs.day0 + day for day in window)
    whole = bool(np.isfinite(inputs.benchmark[first : last + 1]).all())
    return [] if whole else [NO_BHAR()]


def _beta(item: Evidence, basket: int) -> float:
    coefficients = item.baskets.coefficients[basket]
    if item.design.name == DIMSON:
        return float(coefficients[1:].sum())
    return float(coefficients[1]) if item.design.name in (MARKET, SECTOR) else float("nan")
