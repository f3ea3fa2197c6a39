"""What one model says about all baskets and windows of a study, as arrays (W, B)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.eventstudy.inputs import EventStudyInputs
from basketbt.eventstudy.models import (
    Design,
    Estimate,
    Mask,
    WindowSum,
    abnormal,
    cumulate,
    estimate,
)
from basketbt.eventstudy.placebo import Placebo, placebo_dates
from basketbt.eventstudy.portfolio import (
    basket_returns,
    first_unlimited,
    with_resumptions,
    without_each_name,
)
from basketbt.eventstudy.significance import detectable, portfolio_t, scaled_ranks, t_two_sided
from basketbt.eventstudy.windows import LONGEST_RATED, Offsets, length, sessions_of


@dataclass(frozen=True)
class Sample:
    """The return series and the sessions of a study, made once for all models.

    Each pair of series is (estimation returns, event-window returns): the latter count resumptions.
    """

    inputs: EventStudyInputs
    baskets: tuple[Floats, Floats]  # (T, B)
    names: tuple[Floats, Floats]  # (T, N)
    without_one: tuple[Floats, Floats]  # (T, sum of basket sizes)
    owner: tuple[slice, ...]  # B: which of the latter belong to a basket
    last: NDArray[np.intp]  # (B,) the last row with a basket return, -1 for none
    estimation: Mask  # (T,)
    windows: Mask  # (W, T), all False for a window that cannot be tested


@dataclass(frozen=True)
class ModelFit:
    """One model's fits, sums and tests; the first axis of arrays is the window."""

    design: Design
    baskets: Estimate
    reaches: Mask  # (W, B) whether a basket's returns go on to the window's end
    sums: WindowSum  # (W, B), car and g NaN where they do not
    abnormal: Floats  # (T, B) with event-window returns
    residuals: Floats  # (L, B) of the estimation sessions
    t: Floats
    p: Floats
    mde: Floats
    scars: Floats  # (W, N)
    name_residuals: Floats  # (L, N)
    ranks: tuple[Floats, ...]  # W of (L + n, N)
    leave_one_out: tuple[Floats, Floats]  # smallest and largest CAR, (W, B) each
    placebos: dict[Offsets, Placebo]


def sample_of(inputs: EventStudyInputs) -> Sample:
    """Basket, name and leave-one-out return series, and the sessions that count."""
    event_returns = with_resumptions(inputs.returns, inputs.resumptions)
    reduced = [without_each_name(row) for row in inputs.weights]
    ends = np.cumsum([len(rows) for rows in reduced]).tolist()
    stacked = np.concatenate(reduced)
    in_windows, valid = basket_returns(event_returns, inputs.weights)
    ends_at = len(valid) - 1 - valid[::-1].argmax(axis=0)
    total = len(inputs.sessions)
    windows = [
        sessions_of(window, inputs.day0, total) & inputs.testable(window)
        for window in inputs.windows
    ]
    return Sample(
        inputs=inputs,
        baskets=(basket_returns(inputs.returns, inputs.weights)[0], in_windows),
        names=(inputs.returns, event_returns),
        without_one=(
            basket_returns(inputs.returns, stacked)[0],
            basket_returns(event_returns, stacked)[0],
        ),
        owner=tuple(map(slice, [0, *ends], ends)),
        last=np.where(valid.any(axis=0), ends_at, -1),
        estimation=sessions_of(inputs.estimation, inputs.day0, total) & inputs.usable,
        windows=np.stack(windows) & inputs.usable,
    )


def fit_model(sample: Sample, design: Design) -> ModelFit:
    """Fit one model to baskets, names and leave-one-out baskets, and test every window."""
    inputs, estimation, windows = sample.inputs, sample.estimation, sample.windows
    minimum = inputs.options.minimum_sessions
    fitted = estimate(design, sample.baskets[0], estimation, minimum)
    sums = cumulate(design, fitted, sample.baskets[1], windows)
    reaches = np.stack([inputs.day0 + window[1] <= sample.last for window in inputs.windows])
    sums = replace(
        sums, car=np.where(reaches, sums.car, np.nan), g=np.where(reaches, sums.g, np.nan)
    )
    t = portfolio_t(sums, fitted.s)
    names = estimate(design, sample.names[0], estimation, minimum)
    name_residuals = abnormal(design, names, sample.names[0])[estimation]
    name_abnormal = abnormal(design, names, sample.names[1])
    lowest, highest = _leave_one_out(sample, design)
    return ModelFit(
        design=design,
        baskets=fitted,
        reaches=reaches,
        sums=sums,
        abnormal=abnormal(design, fitted, sample.baskets[1]),
        residuals=abnormal(design, fitted, sample.baskets[0])[estimation],
        t=t,
        p=t_two_sided(t, fitted.df),
        mde=detectable(fitted.s, sums.g),
        scars=portfolio_t(cumulate(design, names, sample.names[1], windows), names.s),
        name_residuals=name_residuals,
        ranks=tuple(
            scaled_ranks(np.concatenate([name_residuals, name_abnormal[window]]))
            for window in windows
        ),
        leave_one_out=(np.where(reaches, lowest, np.nan), np.where(reaches, highest, np.nan)),
        placebos=_placebos(sample, design),
    )


def car_to_unlimited(
    inputs: EventStudyInputs, daily: Floats, share: Floats, first: int, begin: int, end: int
) -> tuple[int | None, float]:
    """The first day of ``begin`` to ``end`` on which a basket closes without a limit, and the sum
    of its ``daily`` (T,) abnormal returns from day ``first`` to it.

    ``share`` (T,) is its weight at limit. None and NaN without such a close.
    """
    later = first_unlimited(share, inputs.day0 + begin, inputs.day0 + end)
    if later is None:
        return None, np.nan
    rows = inputs.rows((first, begin + later))
    known = inputs.usable[rows] & np.isfinite(daily[rows])
    return begin + later, float(daily[rows][known].sum()) if known.any() else np.nan


def _leave_one_out(sample: Sample, design: Design) -> tuple[Floats, Floats]:
    minimum = sample.inputs.options.minimum_sessions
    fitted = estimate(design, sample.without_one[0], sample.estimation, minimum)
    cars = cumulate(design, fitted, sample.without_one[1], sample.windows).car
    smallest = [np.fmin.reduce(cars[:, own], axis=1, initial=np.nan) for own in sample.owner]
    largest = [np.fmax.reduce(cars[:, own], axis=1, initial=np.nan) for own in sample.owner]
    return np.stack(smallest, axis=1), np.stack(largest, axis=1)


def _placebos(sample: Sample, design: Design) -> dict[Offsets, Placebo]:
    inputs = sample.inputs
    found = placebo_dates(
        design,
        *sample.baskets,
        inputs.day0,
        estimation=inputs.estimation,
        windows=tuple(
            window
            for window in inputs.windows
            if length(window) <= LONGEST_RATED and inputs.testable(window)
        ),
        usable=inputs.usable,
        minimum=inputs.options.minimum_sessions,
        wanted=inputs.options.placebo_dates,
    )
    return {placebo.window: placebo for placebo in found}
