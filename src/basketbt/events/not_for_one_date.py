"""Tests that event-study packages print and that one date makes worthless.

They treat the names as independent draws. With one date there is one draw of whatever the names
share, and their false-positive rate at a residual correlation of 0.3 is 14 % (4 names) to 59 %
(30 names). They are computed on request only, to compare with a table made elsewhere, and each
outcome carries the mark ``NOT_FOR_ONE_DATE``.
"""

from __future__ import annotations

import numpy as np

from basketbt.events.reasons import NO_SPREAD, NOT_FOR_ONE_DATE
from basketbt.events.significance import (
    Outcome,
    cross_section_t,
    mean_correlation,
    normal_two_sided,
    t_two_sided,
    undefined,
)
from basketbt.prices.data import Floats

MARK = NOT_FOR_ONE_DATE()


def cross_section(cars: Floats) -> Outcome:
    """t = mean(CAR) sqrt(N) / sd(CAR), t(N - 1). ``cars`` (N,); NaN names are left out."""
    return _student(cars[np.isfinite(cars)])


def bmp(scars: Floats) -> Outcome:
    """The same of standardised CARs. Boehmer, Musumeci & Poulsen (1991) JFE 30:253."""
    return _student(scars[np.isfinite(scars)])


def patell(scars: Floats, df: Floats) -> Outcome:
    """sum SCAR / sqrt(sum df / (df - 2)), normal. Patell (1976) JAR 14:246. Both (N,)."""
    used = np.isfinite(scars)
    if not used.any():
        return undefined(MARK)
    z = _patell_z(scars[used], df[used])
    return Outcome(z, normal_two_sided(z), names=int(used.sum()), notes=(MARK,))


def adjusted_patell(scars: Floats, df: Floats, residuals: Floats) -> Outcome:
    """Patell's z / sqrt(1 + (N - 1) r), r floored at 0; fails when the event adds variance.

    ``residuals`` (L, N). Kolari & Pynnonen (2010) RFS 23:3996.
    """
    used = np.isfinite(scars)
    names = int(used.sum())
    if names < 2:
        return undefined(MARK, names=names)
    r = float(np.fmax(0.0, mean_correlation(residuals[:, used])))
    z = _patell_z(scars[used], df[used]) / float(np.sqrt(1.0 + (names - 1) * r))
    return Outcome(z, normal_two_sided(z), names=names, notes=(MARK,))


def generalised_sign(cars: Floats, residuals: Floats) -> Outcome:
    """Share of positive CARs against the names' usual share of positive days; normal.

    ``cars`` (N,), ``residuals`` (L, N). Cowan (1992) RQFA 2:343.
    """
    used = np.isfinite(cars)
    names = int(used.sum())
    if names == 0:
        return undefined(MARK)
    known = np.isfinite(residuals[:, used])
    usual = float(np.mean((residuals[:, used] > 0).sum(axis=0) / known.sum(axis=0)))
    if not 0.0 < usual < 1.0:
        return undefined(MARK, NO_SPREAD(), names=names)
    positive = int((cars[used] > 0).sum())
    z = (positive - names * usual) / float(np.sqrt(names * usual * (1.0 - usual)))
    return Outcome(z, normal_two_sided(z), names=names, notes=(MARK,))


def _student(values: Floats) -> Outcome:
    names = values.shape[0]
    if names < 2:
        return undefined(MARK, names=names)
    t = cross_section_t(values)
    if not np.isfinite(t):
        return undefined(MARK, NO_SPREAD(), names=names)
    return Outcome(t, float(t_two_sided(t, names - 1)), (names - 1,), names, (MARK,))


def _patell_z(scars: Floats, df: Floats) -> float:
    return float(scars.sum() / np.sqrt((df / (df - 2.0)).sum()))
