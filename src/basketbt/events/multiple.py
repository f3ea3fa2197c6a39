"""Many baskets, many windows: what is left when every look is counted.

The family is what the study pre-registered. NaN p-values are tests that could not be made: they
are not counted and stay NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from basketbt.prices.data import Floats


def holm(p: Floats) -> Floats:
    """Holm (1979) step-down adjusted p of any shape: familywise error, any dependence."""
    return _adjust(p, _holm_sorted)


def benjamini_hochberg(p: Floats) -> Floats:
    """Benjamini-Hochberg (1995) step-up adjusted p: false discovery rate, for screening only."""
    return _adjust(p, _benjamini_hochberg_sorted)


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


def _holm_sorted(p: Floats) -> Floats:
    left = np.arange(p.shape[0], 0, -1)
    stepped: Floats = np.maximum.accumulate(p * left)
    return stepped


def _benjamini_hochberg_sorted(p: Floats) -> Floats:
    scaled = p * p.shape[0] / np.arange(1, p.shape[0] + 1)
    stepped: Floats = np.minimum.accumulate(scaled[::-1])[::-1]
    return stepped
