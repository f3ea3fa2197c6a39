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
from basketbt.eventstudy.portfolio import basket_returns, with_resumptions, without_each_name
from basketbt.eventstudy.significance import detectable, portfolio_t, scaled_ranks, t_two_sided
from basketbt.eventstudy.windows import LONGEST_PLACEBO, Window, length, sessions_of


@dataclass(frozen=True)
class Series:
    """The return series of a study, made once for all models.

    Each pair is (estimation returns, event-window returns): the latter count resumptions.
    """

    baskets: tuple[Floats, Floats]  # (T, B)
    names: tuple[Floats, Floats]  # (T, N)
    without_one: tuple[Floats, Floats]  # (T, sum of basket sizes)
    last: NDArray[np.intp]  # (B,) the last row with a basket return, -1 for none
    owner: tuple[slice, ...]  # B: which of the latter belong to a basket


@dataclass(frozen=True)
class Frame:
    """Which sessions the study looks at."""

    estimation: Mask  # (T,)
    windows: Mask  # (W, T), all False for a window that cannot be tested
    usable: Mask  # (T,)


@dataclass(frozen=True)
class Evidence:
    """One model's fits, sums and tests; the first axis of arrays is the window."""

    design: Design
    baskets: Estimate
    last: NDArray[np.intp]  # (B,) the last row with a basket return
    reaches: Mask  # (W, B) whether a basket's returns go on to the window's end
    sums: WindowSum  # (W, B), car and g NaN where they do not
    abnormal: Floats  # (T, B) with event-window returns
    residuals: Floats  # (L, B) of the estimation sessions
    t: Floats
    p: Floats
    mde: Floats
    names: Estimate
    name_sums: WindowSum  # (W, N)
    scars: Floats  # (W, N)
    name_residuals: Floats  # (L, N)
    ranks: tuple[Floats, ...]  # W of (L + n, N)
    in_window: tuple[Mask, ...]  # W of (L + n,)
    leave_one_out: tuple[Floats, Floats]  # smallest and largest CAR, (W, B) each
    placebos: dict[Window, Placebo]


def series_of(inputs: EventStudyInputs) -> Series:
    """Basket, name and leave-one-out return series."""
    event_returns = with_resumptions(inputs.returns, inputs.resumptions)
    reduced = [without_each_name(row) for row in inputs.weights]
    ends = np.cumsum([rows.shape[0] for rows in reduced])
    owner = tuple(
        slice(int(end) - rows.shape[0], int(end)) for rows, end in zip(reduced, ends, strict=True)
    )
    stacked = np.concatenate(reduced)
    in_windows, valid = basket_returns(event_returns, inputs.weights)
    ends_at = valid.shape[0] - 1 - valid[::-1].argmax(axis=0)
    return Series(
        baskets=(basket_returns(inputs.returns, inputs.weights)[0], in_windows),
        names=(inputs.returns, event_returns),
        without_one=(
            basket_returns(inputs.returns, stacked)[0],
            basket_returns(event_returns, stacked)[0],
        ),
        owner=owner,
        last=np.where(valid.any(axis=0), ends_at, -1),
    )


def frame_of(inputs: EventStudyInputs) -> Frame:
    """Estimation and window sessions; windows beyond the data or into estimation are emptied."""
    total = len(inputs.sessions)
    windows = [
        sessions_of(window, inputs.day0, total) & testable(inputs, window)
        for window in inputs.windows
    ]
    return Frame(
        estimation=sessions_of(inputs.estimation, inputs.day0, total) & inputs.usable,
        windows=np.stack(windows) & inputs.usable,
        usable=inputs.usable,
    )


def testable(inputs: EventStudyInputs, window: Window) -> bool:
    """Whether a window lies inside the data and after the estimation window."""
    return inside_data(inputs, window) and window[0] > inputs.estimation[1]


def inside_data(inputs: EventStudyInputs, window: Window) -> bool:
    """Whether all sessions of a window exist."""
    return inputs.day0 + window[0] >= 0 and inputs.day0 + window[1] < inputs.sessions.shape[0]


def evidence(inputs: EventStudyInputs, design: Design, series: Series, frame: Frame) -> Evidence:
    """Fit one model to baskets, names and leave-one-out baskets, and test every window."""
    minimum = inputs.options.minimum_sessions
    fitted = estimate(design, series.baskets[0], frame.estimation, minimum)
    sums = cumulate(design, fitted, series.baskets[1], frame.windows)
    reaches = np.stack([inputs.day0 + window[1] <= series.last for window in inputs.windows])
    sums = replace(
        sums, car=np.where(reaches, sums.car, np.nan), g=np.where(reaches, sums.g, np.nan)
    )
    lowest, highest = _leave_one_out(design, series, frame, minimum)
    t = portfolio_t(sums, fitted.s)
    names = estimate(design, series.names[0], frame.estimation, minimum)
    name_sums = cumulate(design, names, series.names[1], frame.windows)
    name_residuals = abnormal(design, names, series.names[0])[frame.estimation]
    name_abnormal = abnormal(design, names, series.names[1])
    ranks = [
        scaled_ranks(np.concatenate([name_residuals, name_abnormal[window]]))
        for window in frame.windows
    ]
    estimation_length = name_residuals.shape[0]
    return Evidence(
        design=design,
        baskets=fitted,
        last=series.last,
        reaches=reaches,
        sums=sums,
        abnormal=abnormal(design, fitted, series.baskets[1]),
        residuals=abnormal(design, fitted, series.baskets[0])[frame.estimation],
        t=t,
        p=t_two_sided(t, fitted.df),
        mde=detectable(fitted.s, sums.g),
        names=names,
        name_sums=name_sums,
        scars=portfolio_t(name_sums, names.s),
        name_residuals=name_residuals,
        ranks=tuple(ranks),
        in_window=tuple(np.arange(rank.shape[0]) >= estimation_length for rank in ranks),
        leave_one_out=(np.where(reaches, lowest, np.nan), np.where(reaches, highest, np.nan)),
        placebos=_placebos(inputs, design, series, frame),
    )


def _leave_one_out(
    design: Design, series: Series, frame: Frame, minimum: int
) -> tuple[Floats, Floats]:
    fitted = estimate(design, series.without_one[0], frame.estimation, minimum)
    cars = cumulate(design, fitted, series.without_one[1], frame.windows).car
    smallest = [np.fmin.reduce(cars[:, own], axis=1, initial=np.nan) for own in series.owner]
    largest = [np.fmax.reduce(cars[:, own], axis=1, initial=np.nan) for own in series.owner]
    return np.stack(smallest, axis=1), np.stack(largest, axis=1)


def _placebos(
    inputs: EventStudyInputs, design: Design, series: Series, frame: Frame
) -> dict[Window, Placebo]:
    windows = tuple(
        window
        for window in inputs.windows
        if length(window) <= LONGEST_PLACEBO and testable(inputs, window)
    )
    found = placebo_dates(
        design,
        *series.baskets,
        inputs.day0,
        estimation=inputs.estimation,
        windows=windows,
        usable=frame.usable,
        minimum=inputs.options.minimum_sessions,
        wanted=inputs.options.placebo_dates,
    )
    return {placebo.window: placebo for placebo in found}
