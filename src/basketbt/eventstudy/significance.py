"""The tests that are right for one date and correlated names.

Sizes by simulation: docs/event-study-size.md, beside those of tests that take the names as
independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, ndtr, stdtr

from basketbt.data.bars import Floats
from basketbt.eventstudy.models import Mask, WindowSum
from basketbt.notes import Note, NoteKind

TOO_FEW_NAMES = NoteKind("empty-too-few-names")
NO_SPREAD = NoteKind("empty-no-spread")

SMALLEST_NUMBER_OF_NAMES = 4
# (z_0.975 + z_0.80), rounded as in the definitions: 80 % power, two-sided 5 %
DETECTABLE = 2.8
# A cross-section this flat relative to its mean is one number repeated, not a spread.
_FLAT = 1e-12


@dataclass(frozen=True)
class Significance:
    """One test: statistic, two-sided p, degrees of freedom (none: normal), names that entered.

    NaN statistic and p come with the reason in ``notes``.
    """

    statistic: float
    p: float
    df: tuple[int, ...] = ()
    names: int = 0
    notes: tuple[Note, ...] = ()


def undefined(*notes: Note, names: int = 0) -> Significance:
    """The outcome of a test that does not exist here."""
    return Significance(np.nan, np.nan, names=names, notes=notes)


def t_two_sided(t: Floats | float, df: Floats | float) -> Floats:
    """Two-sided p of Student's t; NaN stays NaN."""
    return np.asarray(2.0 * stdtr(df, -np.abs(t)))


def portfolio_t(window: WindowSum, s: Floats) -> Floats:
    """(..., B) exact prediction-error t of each series: CAR / (s sqrt(g)) ~ t(L - K).

    Exact under iid normal residuals whatever the correlation between the names, because a basket
    is one series. Schipper & Thompson (1983) JAR 21:184; Salinger (1992) JFQA 27:39.
    """
    return np.asarray(window.car / (s * np.sqrt(window.g)))


def detectable(s: Floats, g: Floats) -> Floats:
    """Smallest true effect seen with 80 % power at two-sided 5 %: 2.8 s sqrt(g)."""
    return np.asarray(DETECTABLE * s * np.sqrt(g))


def joint_f(
    abnormal: Floats, regressors: Floats, inverse: Floats, s: float, df: int
) -> Significance:
    """Is any session of the window abnormal? F(n, L - K) of the n abnormal returns together.

    ``abnormal`` (n,) of one series, ``regressors`` (n, K) of the same sessions, ``inverse``
    (K, K) and ``s``, ``df`` from its estimate. Equals the F test of n day dummies.
    """
    known = np.isfinite(abnormal)
    errors, x = abnormal[known], regressors[known]
    n = errors.shape[0]
    covariance = np.eye(n) + x @ inverse @ x.T
    f = float(errors @ np.linalg.solve(covariance, errors)) / (n * s * s)
    return Significance(f, float(fdtrc(n, df, f)), (n, df))


def mean_correlation(residuals: Floats) -> float:
    """Mean off-diagonal correlation of N residual series (L, N), pair by pair over shared sessions.

    Pairs that never trade together say nothing and are left out; NaN when no pair is left.
    """
    names = residuals.shape[1]
    if names < 2:
        return float("nan")
    known = np.isfinite(residuals)
    u, m = np.where(known, residuals, 0.0), known.astype(float)
    shared = np.maximum(m.T @ m, 1.0)
    sums = u.T @ m
    covariance = u.T @ u - sums * sums.T / shared
    variance = (u * u).T @ m - sums * sums / shared
    product = variance * variance.T
    pairs = (product > 0) & ~np.eye(names, dtype=bool)
    if not pairs.any():
        return float("nan")
    return float(np.mean(covariance[pairs] / np.sqrt(product[pairs])))


def kolari_pynnonen(scars: Floats, residuals: Floats) -> Significance:
    """Cross-section test of standardised CARs, adjusted for their correlation; t(N - 1).

    t_BMP sqrt((1 - r) / (1 + (N - 1) r)) with r the mean residual correlation, floored at 0
    because names inside their own benchmark can make it negative, which would *raise* t.
    ``scars`` (N,) and estimation ``residuals`` (L, N) of the basket's names, NaN columns for names
    that cannot be used. Needs 4 names. Kolari & Pynnonen (2010) RFS 23:3996.
    """
    used = np.isfinite(scars)
    names = int(used.sum())
    if names < SMALLEST_NUMBER_OF_NAMES:
        return undefined(TOO_FEW_NAMES(names=names), names=names)
    unadjusted = cross_section_t(scars[used])
    if not np.isfinite(unadjusted):
        return undefined(NO_SPREAD(), names=names)
    r = float(np.fmax(0.0, mean_correlation(residuals[:, used])))
    t = unadjusted * np.sqrt((1.0 - r) / (1.0 + (names - 1) * r))
    return Significance(float(t), float(t_two_sided(t, names - 1)), (names - 1,), names)


def cross_section_t(values: Floats) -> float:
    """mean sqrt(N) / sd (ddof 1); NaN where the values do not differ."""
    spread = float(np.std(values, ddof=1))
    if spread <= _FLAT * float(np.abs(values).max()):
        return float("nan")
    return float(np.mean(values) * np.sqrt(values.shape[0]) / spread)


def corrado(scaled: Floats, in_window: Mask) -> Significance:
    """Rank test over several days; normal. Little hurt by fat tails and by limit-censored days.

    ``scaled`` (T, N) are ``scaled_ranks`` of the abnormal returns on the estimation sessions and
    the tested window, so that baskets can share their names' ranks; ``in_window`` (T,). Corrado
    (1989) JFE 23:385; several days: Cowan (1992) RQFA 2:343.
    """
    known = np.isfinite(scaled)
    present = known.sum(axis=1)
    names = int(known[in_window].any(axis=0).sum())
    sessions = present > 0
    if names == 0:
        return undefined()
    mean = np.where(known, scaled, 0.0).sum(axis=1)[sessions] / present[sessions]
    tested = mean[in_window[sessions]]
    spread = float(np.sqrt(np.mean(mean**2)))
    if spread <= _FLAT:
        return undefined(NO_SPREAD(), names=names)
    z = float(tested.sum() / (np.sqrt(tested.shape[0]) * spread))
    return Significance(z, float(2.0 * ndtr(-abs(z))), names=names)


def scaled_ranks(values: Floats) -> Floats:
    """(T, N) rank / (T_i + 1) - 1/2 down each column; ties share their mean rank, NaN stays NaN.

    Scaled so that names with gaps compare: Corrado & Zivney (1992) JFQA 27:465.
    """
    order = np.argsort(values, axis=0)  # NaN last
    ordered = np.take_along_axis(values, order, axis=0)
    rows = np.broadcast_to(np.arange(values.shape[0])[:, None], values.shape)
    edge = np.ones((1, values.shape[1]), dtype=bool)
    changes = ordered[1:] != ordered[:-1]
    first = np.maximum.accumulate(np.where(np.vstack([edge, changes]), rows, 0), axis=0)
    ends = np.where(np.vstack([changes, edge]), rows, values.shape[0])
    last = np.minimum.accumulate(ends[::-1], axis=0)[::-1]
    ranks = np.empty_like(values)
    np.put_along_axis(ranks, order, (first + last) / 2.0 + 1.0, axis=0)
    known = np.isfinite(values)
    return np.where(known, ranks / (known.sum(axis=0) + 1.0) - 0.5, np.nan)
