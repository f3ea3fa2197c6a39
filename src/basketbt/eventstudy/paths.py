"""CAR paths: how a basket got to its number, and how far chance alone would have gone."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from basketbt.data.bars import Floats
from basketbt.eventstudy.bootstrap import draw_dates, path_band
from basketbt.eventstudy.evidence import Evidence, Series, inside_data
from basketbt.eventstudy.inputs import EventStudyInputs
from basketbt.eventstudy.models import cumulate
from basketbt.eventstudy.portfolio import first_unlimited
from basketbt.eventstudy.reasons import ALWAYS_AT_LIMIT
from basketbt.eventstudy.results import CarPath
from basketbt.eventstudy.windows import sessions_of
from basketbt.notes import Note

_UPPER = 0.975  # 95 % bands


def car_paths(
    inputs: EventStudyInputs, item: Evidence, series: Series, share: Floats | None
) -> tuple[CarPath, ...]:
    """The path of every basket under one model, over the span of all windows inside the data.

    ``share`` (T, B) weight at limit, None when unknown. Empty when no window is inside the data.
    """
    windows = [window for window in inputs.windows if inside_data(inputs, window)]
    if not windows:
        return ()
    start, end = min(first for first, _ in windows), max(last for _, last in windows)
    total = inputs.sessions.shape[0]
    days = np.arange(start, end + 1)
    spans = np.stack([sessions_of((start, int(day)), inputs.day0, total) for day in days])
    sums = cumulate(item.design, item.baskets, series.baskets[1], spans & inputs.usable)
    half = stdtrit(item.baskets.df, _UPPER) * item.baskets.s * np.sqrt(sums.g)
    rows = inputs.day0 + days
    unlimited = _to_first_unlimited(inputs, item, share, end)
    paths = []
    for b, basket in enumerate(inputs.baskets):
        low, high = _resampled(inputs, item, b, sums.g[:, b])
        day, car, notes = unlimited[b]
        paths.append(
            CarPath(
                event=inputs.event,
                variant=inputs.variant,
                basket=basket,
                model=item.design.name,
                days=days,
                dates=inputs.sessions[rows],
                ar=np.where(inputs.usable[rows], item.abnormal[rows, b], np.nan),
                car=np.where(rows <= series.last[b], sums.car[:, b], np.nan),
                band=half[:, b],
                low=low,
                high=high,
                weight_at_limit=np.full(days.shape, np.nan) if share is None else share[rows, b],
                first_unlimited=day,
                car_to_unlimited=car,
                notes=notes,
            )
        )
    return tuple(paths)


def _resampled(
    inputs: EventStudyInputs, item: Evidence, basket: int, g: Floats
) -> tuple[Floats, Floats]:
    residuals = item.residuals[:, basket]
    residuals = residuals[np.isfinite(residuals)]
    if not residuals.size:
        return np.full_like(g, np.nan), np.full_like(g, np.nan)
    options = inputs.options
    dates = draw_dates(residuals.shape[0], g.shape[0], options.bootstrap_draws, options.seed)
    return path_band(residuals, float(item.baskets.s[basket]), g, dates)


def _to_first_unlimited(
    inputs: EventStudyInputs, item: Evidence, share: Floats | None, end: int
) -> list[tuple[int | None, float, tuple[Note, ...]]]:
    """Per basket: day of the first close without weight at a limit, CAR up to it, and why not."""
    if share is None:
        return [(None, np.nan, ())] * len(inputs.baskets)
    found: list[tuple[int | None, float, tuple[Note, ...]]] = []
    for b, day in enumerate(first_unlimited(share, inputs.day0, inputs.day0 + max(end, 0))):
        if day is None:
            found.append((None, np.nan, (ALWAYS_AT_LIMIT(),)))
            continue
        daily = item.abnormal[inputs.day0 : inputs.day0 + day + 1, b]
        known = np.isfinite(daily) & inputs.usable[inputs.day0 : inputs.day0 + day + 1]
        found.append((day, float(daily[known].sum()) if known.any() else np.nan, ()))
    return found
