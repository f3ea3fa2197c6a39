"""CAR paths: how a basket got to its number, and how far chance alone would have gone."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from basketbt.data.bars import Floats
from basketbt.eventstudy.bootstrap import draw_dates, path_band
from basketbt.eventstudy.inputs import EventStudyInputs
from basketbt.eventstudy.model_fit import ModelFit, Sample, car_to_unlimited
from basketbt.eventstudy.models import cumulate
from basketbt.eventstudy.results import CarPath
from basketbt.eventstudy.windows import sessions_of
from basketbt.notes import NoteKind

ALWAYS_AT_LIMIT = NoteKind("empty-always-at-limit")
_UPPER = 0.975  # 95 % bands


def car_paths(sample: Sample, fit: ModelFit, share: Floats | None) -> tuple[CarPath, ...]:
    """The path of every basket under one model, over the span of all windows inside the data.

    ``share`` (T, B) weight at limit, None when unknown. Empty when no window is inside the data.
    """
    inputs = sample.inputs
    windows = [window for window in inputs.windows if inputs.holds(window)]
    if not windows:
        return ()
    start, end = min(first for first, _ in windows), max(last for _, last in windows)
    days = np.arange(start, end + 1)
    total = len(inputs.sessions)
    spans = np.stack([sessions_of((start, int(day)), inputs.day0, total) for day in days])
    sums = cumulate(fit.design, fit.baskets, sample.baskets[1], spans & inputs.usable)
    half = stdtrit(fit.baskets.df, _UPPER) * fit.baskets.s * np.sqrt(sums.g)
    rows = inputs.day0 + days
    paths = []
    for b, basket in enumerate(inputs.baskets):
        low, high = _resampled(inputs, fit, b, sums.g[:, b])
        unlimited, carried = None, np.nan
        at_limit = np.full(len(rows), np.nan)
        if share is not None:
            at_limit = share[rows, b]
            unlimited, carried = car_to_unlimited(
                inputs, fit.abnormal[:, b], share[:, b], 0, 0, max(end, 0)
            )
        paths.append(
            CarPath(
                event=inputs.event,
                variant=inputs.variant,
                basket=basket,
                model=fit.design.name,
                days=days,
                dates=inputs.sessions[rows],
                ar=np.where(inputs.usable[rows], fit.abnormal[rows, b], np.nan),
                car=np.where(rows <= sample.last[b], sums.car[:, b], np.nan),
                band=half[:, b],
                low=low,
                high=high,
                weight_at_limit=at_limit,
                first_unlimited=unlimited,
                car_to_unlimited=carried,
                notes=() if share is None or unlimited is not None else (ALWAYS_AT_LIMIT(),),
            )
        )
    return tuple(paths)


def _resampled(
    inputs: EventStudyInputs, fit: ModelFit, basket: int, g: Floats
) -> tuple[Floats, Floats]:
    residuals = fit.residuals[:, basket]
    residuals = residuals[np.isfinite(residuals)]
    if not residuals.size:
        return np.full_like(g, np.nan), np.full_like(g, np.nan)
    options = inputs.options
    dates = draw_dates(len(residuals), len(g), options.bootstrap_draws, options.seed)
    return path_band(residuals, float(fit.baskets.s[basket]), g, dates)
