"""Many baskets, many windows: what is left when every look is counted.

The family is what the study pre-registered. NaN p-values are tests that could not be made: they
are not counted and stay NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Floats
from basketbt.eventstudy.bootstrap import null_statistics
from basketbt.eventstudy.inputs import MAIN, EventStudyInputs
from basketbt.eventstudy.model_fit import ModelFit
from basketbt.eventstudy.models import Mask
from basketbt.notes import Note, NoteKind

ROMANO_WOLF_TOO_FEW = NoteKind("empty-romano-wolf-too-few")

# Below this many shared residual dates Romano-Wolf rejects too often (5.7-7.4 % at 120).
RESIDUAL_DATES = 250


@dataclass(frozen=True)
class AdjustedP:
    """Adjusted p, (models, W, B) each; NaN outside the family. ``tests`` were counted.

    ``as_if`` is Holm's p had the study been registered as it stands, in a variant too: by it the
    answers of a study and of its variants can be compared. A variant has no family and no tests.
    """

    member: Mask
    holm: Floats
    romano_wolf: Floats
    benjamini_hochberg: Floats
    as_if: Floats
    tests: int
    notes: tuple[Note, ...]


def adjust(inputs: EventStudyInputs, fits: tuple[ModelFit, ...]) -> AdjustedP:
    """Holm, Romano-Wolf and Benjamini-Hochberg over baskets x registered windows x models."""
    p = np.stack([fit.p for fit in fits])
    registered = _registered(inputs, fits)
    counted = np.where(registered, p, np.nan)
    as_if = holm(counted)
    if inputs.variant != MAIN:
        none = np.full(p.shape, np.nan)
        return AdjustedP(np.zeros_like(registered), none, none, none, as_if, 0, ())
    stepped, notes = _romano_wolf(inputs, fits, np.isfinite(counted))
    return AdjustedP(
        member=registered,
        holm=as_if,
        romano_wolf=stepped,
        benjamini_hochberg=benjamini_hochberg(counted),
        as_if=as_if,
        tests=int(np.isfinite(counted).sum()),
        notes=notes,
    )


def _registered(inputs: EventStudyInputs, fits: tuple[ModelFit, ...]) -> Mask:
    """(models, W, B) what the study file registers."""
    options = inputs.options
    models = options.family_models or (inputs.models[0].name,)
    of_models = np.array([fit.design.name in models for fit in fits])
    windows = np.array([window in inputs.registered for window in inputs.windows])
    shape = (len(fits), len(windows), len(inputs.baskets))
    return np.broadcast_to((of_models[:, None] & windows)[:, :, None], shape)


def _romano_wolf(
    inputs: EventStudyInputs, fits: tuple[ModelFit, ...], tested: Mask
) -> tuple[Floats, tuple[Note, ...]]:
    """Adjusted p (models, W, B) from residual dates that all tested series share."""
    adjusted = np.full(tested.shape, np.nan)
    used: Mask = np.asarray(tested.any(axis=1))  # (models, B)
    residuals = np.concatenate(
        [fit.residuals[:, keep] for fit, keep in zip(fits, used, strict=True)], axis=1
    )
    shared = residuals[np.isfinite(residuals).all(axis=1)]
    if not tested.any() or shared.shape[0] < RESIDUAL_DATES:
        return adjusted, (ROMANO_WOLF_TOO_FEW(needed=RESIDUAL_DATES, count=shared.shape[0]),)
    options = inputs.options
    kept = [w for w in range(tested.shape[1]) if tested[:, w].any()]
    null = null_statistics(
        shared, tuple(inputs.windows[w] for w in kept), options.bootstrap_draws, options.seed
    )
    # tests in the order of null_statistics: series (model, basket), then window
    t = np.stack([fit.t for fit in fits])
    t = np.where(tested, t, np.nan).transpose(0, 2, 1)[used][:, kept]
    p = romano_wolf(t.ravel(), null.reshape(null.shape[0], -1)).reshape(t.shape)
    by_series = adjusted.transpose(0, 2, 1)
    rows = np.argwhere(used)
    for row, (m, b) in enumerate(rows):
        by_series[m, b, kept] = p[row]
    return adjusted, ()


def holm(p: Floats) -> Floats:
    """Holm (1979) step-down adjusted p of any shape: familywise error, any dependence."""
    return _adjust(p, lambda p: np.maximum.accumulate(p * np.arange(len(p), 0, -1)))


def benjamini_hochberg(p: Floats) -> Floats:
    """Benjamini-Hochberg (1995) step-up adjusted p: false discovery rate, for screening only."""

    def stepped(p: Floats) -> Floats:
        scaled = p * len(p) / np.arange(1, len(p) + 1)
        return np.asarray(np.minimum.accumulate(scaled[::-1])[::-1])

    return _adjust(p, stepped)


def romano_wolf(t: Floats, resampled: Floats) -> Floats:
    """Romano-Wolf step-down adjusted p: familywise error that uses the tests' correlation.

    ``t`` (S,) statistics, ``resampled`` (D, S) the same statistics under the null, drawn together
    (``bootstrap.null_statistics``). Romano & Wolf (2005) Ecta 73:1237, (2016) SPL 113:38.
    """
    adjusted = np.full(t.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(t))
    order = tested[np.argsort(-np.abs(t[tested]), kind="stable")]
    if order.size == 0:
        return adjusted
    largest_left = np.maximum.accumulate(np.abs(resampled[:, order])[:, ::-1], axis=1)[:, ::-1]
    reached = (largest_left >= np.abs(t[order])).sum(axis=0)
    adjusted[order] = np.maximum.accumulate((1.0 + reached) / (resampled.shape[0] + 1.0))
    return adjusted


def _adjust(p: Floats, rule: Callable[[Floats], Floats]) -> Floats:
    flat = p.ravel()
    tested = np.flatnonzero(np.isfinite(flat))
    order = tested[np.argsort(flat[tested], kind="stable")]
    adjusted = np.full(flat.shape, np.nan)
    adjusted[order] = np.minimum(rule(flat[order]), 1.0)
    return adjusted.reshape(p.shape)
