"""The null distribution of Q1's statistic, from the residual dates of the estimation window.

t / sqrt(v) divides a list's sum by what outside lists did on the same sessions. What the list
shares with its kind stands in both, so the quotient has thinner tails than Student's t: with a
factor of half the variance common to the kind, t(L - K) rejects 2 % instead of 5. Drawing sessions
of the estimation window, the same for the list and for the outside lists, and forming the same
quotient of their residuals keeps that dependence and the tails of these prices, and a variance that
is larger in the event window cancels. Sizes: docs/inference-size.md. Dates are drawn together as in
``bootstrap``: Hein & Westfall (2004) JFEc 2:451.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.eventstudy.matched import Measured
from basketbt.eventstudy.models import MINIMUM_SESSIONS, Design, Mask
from basketbt.eventstudy.windows import Offsets

# Dates whose products are made at once.
_DATES = 50


def standardised(
    design: Design,
    returns: Floats,
    fitted: Measured,
    rows: NDArray[np.int64],
    estimation: Offsets,
    usable: Mask,
) -> Floats:
    """(H, B, L) residuals u / s of B lists in the estimation window of H dates; NaN where none.

    ``returns`` (T, B), ``fitted``, ``rows`` (H,) and the rest as in and from ``matched.measure``.
    """
    sessions = rows[:, None] + np.arange(estimation[0], estimation[1] + 1)
    known = design.known & usable
    x = np.where(known[:, None], design.regressors, np.nan)[sessions]
    y = (returns - design.offset[:, None])[sessions]
    expected = np.einsum("hlk,khb->hlb", x, fitted.coefficients)
    residuals = np.where(known[sessions][..., None], y - expected, np.nan)
    return np.swapaxes(residuals / np.sqrt(fitted.s2)[:, None], 1, 2)


def mean_squares(
    design: Design,
    returns: Floats,
    fitted: Measured,
    rows: NDArray[np.int64],
    estimation: Offsets,
    usable: Mask,
) -> Floats:
    """(H, L) mean over B outside lists of (u / s)^2 on each session of the estimation window.

    Arguments as of ``standardised``. Lists without a return or a fit are left out; NaN on a session
    that no list has. The squares are multiplied out, so that fifty dates of 400 lists are a few
    matrix products; more dates at once would share fewer of their sessions.
    """
    known = design.known & usable
    y = np.where(known[:, None], returns - design.offset[:, None], np.nan).T
    there = np.isfinite(y)
    y, valid = np.where(there, y, 0.0), there.astype(float)
    x = np.where(known[:, None], design.regressors, 0.0)
    sound = np.isfinite(fitted.s2)
    scale = np.where(sound, 1.0 / np.where(sound, fitted.s2, 1.0), 0.0)  # (H, B)
    b = np.where(sound, fitted.coefficients, 0.0)  # (K, H, B)
    sessions = rows[:, None] + np.arange(estimation[0], estimation[1] + 1)
    mean = np.empty(sessions.shape)
    for start in range(0, len(rows), _DATES):
        own = slice(start, start + _DATES)
        days = slice(int(sessions[own].min()), int(sessions[own].max()) + 1)
        total = scale[own] @ (y[:, days] ** 2)
        for k in range(b.shape[0]):
            total -= 2.0 * x[days, k] * ((scale[own] * b[k, own]) @ y[:, days])
            for j in range(k + 1):
                twice = 1.0 if j == k else 2.0
                both = (scale[own] * b[k, own] * b[j, own]) @ valid[:, days]
                total += twice * x[days, k] * x[days, j] * both
        count = sound[own].astype(float) @ valid[:, days]
        each = np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
        mean[own] = np.take_along_axis(each, sessions[own] - days.start, axis=1)
    return mean


def resampled_p(
    scaled: Floats,
    own: Floats,
    outside: Floats,
    lengths: NDArray[np.int64],
    *,
    draws: int,
    seed: int,
    fewest: int = MINIMUM_SESSIONS,
) -> Floats:
    """(..., W) Q1: p = (1 + #{|T*| >= |t / sqrt(v)|}) / (draws + 1).

    T* = sum(u/s) / sqrt(sum(m)) over n sessions drawn with replacement, u/s of the list and m of
    the outside lists on the same sessions. ``scaled`` (..., W) t / sqrt(v) of W windows with
    ``lengths`` (W,); ``own`` (..., L) from ``standardised``; ``outside`` (..., L) from
    ``mean_squares``. Windows share the draws. NaN where ``scaled`` is, and where fewer than
    ``fewest`` sessions have both.
    """
    random = np.random.default_rng([seed, draws])
    longest = int(lengths.max())
    picks = np.ascontiguousarray(random.random((longest, draws)))  # longer windows add sessions
    p = np.full(scaled.shape, np.nan)
    both = np.isfinite(own) & np.isfinite(outside)
    wide = np.broadcast_to(outside, own.shape)
    for place in np.ndindex(scaled.shape[:-1]):
        known = both[place]
        count = int(known.sum())
        if count < fewest or not np.isfinite(scaled[place]).any():
            continue
        dates = (picks * count).astype(np.int64)
        total = np.cumsum(own[place][known][dates], axis=0)[lengths - 1]
        square = np.cumsum(wide[place][known][dates], axis=0)[lengths - 1]
        # |T*| >= |t / sqrt(v)|, without a root or a quotient a draw
        with np.errstate(invalid="ignore"):
            reached = (total**2 >= scaled[place][:, None] ** 2 * square).sum(axis=1)
        p[place] = np.where(np.isfinite(scaled[place]), (1.0 + reached) / (draws + 1.0), np.nan)
    return p
