"""Expected-return models, and their least-squares fit to many series at once.

A model is a design matrix that all series share; each series has its own missing sessions. Every
sum of products that a fit needs is ``sessions @ products`` with a 0/1 row per estimation window,
so one fit and 250 rolling refits are the same computation with one or 250 rows.

Source of the formulas: MacKinlay (1997) JEL 35:13 for the market model; Salinger (1992) JFQA
27:39 for the forecast variance of a cumulated abnormal return.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats

Mask = NDArray[np.bool_]

MINIMUM_SESSIONS = 100
# Smallest eigenvalue of the regressors' correlation matrix that still counts as two variables:
# two index series this close differ by rounding only.
SMALLEST_EIGENVALUE = 1e-8
# Residual share of the sum of squares below which a series has no variance of its own.
SMALLEST_RESIDUAL_SHARE = 1e-12


class Fault(IntEnum):
    """Why a series could not be fitted."""

    NONE = 0
    TOO_FEW = 1  # fewer valid estimation sessions than the minimum
    SINGULAR = 2  # regressors are linearly dependent there (sector = benchmark, a flat index)
    NO_VARIANCE = 3  # nothing is left to be explained: a constant series, or the benchmark itself


@dataclass(frozen=True)
class Design:
    """A model of the expected return: ``offset + regressors @ coefficients``.

    ``regressors`` (T, K) holds the constant where the model has one, K may be 0. ``offset`` (T,)
    is subtracted before the fit. A NaN in either makes the session unusable for every series.
    """

    name: str
    regressors: Floats
    offset: Floats

    @property
    def known(self) -> Mask:
        """(T,) sessions on which the model says anything."""
        return np.asarray(np.isfinite(self.regressors).all(axis=1) & np.isfinite(self.offset))


MARKET = "market"
SECTOR = "market+sector"
ADJUSTED = "market-adjusted"
DIMSON = "dimson"


def market_model(benchmark: Floats) -> Design:
    """R = a + b R_m. ``benchmark`` (T,) simple returns."""
    return _regression(MARKET, benchmark)


def sector_model(benchmark: Floats, sector: Floats) -> Design:
    """R = a + b R_m + c R_s: what the sector's own wild week explains is not the event's."""
    return _regression(SECTOR, benchmark, sector)


def market_adjusted(benchmark: Floats) -> Design:
    """R - R_m, nothing estimated (K = 0); its standard deviation is taken around 0."""
    return Design(ADJUSTED, np.empty((benchmark.shape[0], 0)), benchmark)


def dimson(benchmark: Floats, reach: int = 1) -> Design:
    """The market model with ``reach`` leads and lags, for names that trade with gaps.

    Dimson (1979) JFE 7:197. The first and last ``reach`` sessions have no lag or lead and are
    unusable.
    """
    shifted = [_shift(benchmark, by) for by in range(-reach, reach + 1)]
    return _regression(DIMSON, *shifted)


def _regression(name: str, *series: Floats) -> Design:
    constant = np.ones(series[0].shape[0])
    return Design(name, np.column_stack([constant, *series]), np.zeros_like(constant))


def _shift(series: Floats, by: int) -> Floats:
    moved = np.full_like(series, np.nan)
    if by >= 0:
        moved[by:] = series[: series.shape[0] - by]
    else:
        moved[:by] = series[-by:]
    return moved


@dataclass(frozen=True)
class Estimate:
    """A model fitted to B series over one estimation window, or over H of them.

    Leading axes ``...`` are () or (H,). Where ``fault`` is not NONE, all numbers but ``count``
    are NaN.
    """

    coefficients: Floats  # (..., B, K)
    inverse: Floats  # (..., B, K, K) of the regressors' cross-product matrix
    s: Floats  # (..., B) residual standard deviation a session, RSS / (count - K)
    df: Floats  # (..., B) count - K
    count: NDArray[np.int64]  # (..., B) valid estimation sessions
    fault: NDArray[np.int8]  # (..., B) values of Fault

    def select(self, windows: slice) -> Estimate:
        """The estimates of some of the H windows."""
        return Estimate(**{name: values[windows] for name, values in vars(self).items()})


@dataclass(frozen=True)
class WindowSum:
    """Cumulated abnormal return of B series over one window, or over H of them."""

    car: Floats  # (..., B) sum of abnormal returns; NaN without a valid session
    g: Floats  # (..., B) forecast variance factor: Var(car) = s^2 g
    count: NDArray[np.int64]  # (..., B) valid sessions in the window


def estimate(
    design: Design, returns: Floats, sessions: Mask, minimum: int = MINIMUM_SESSIONS
) -> Estimate:
    """Least squares of every series on the design over the chosen sessions.

    ``returns`` (T, B) simple returns, NaN where a series has none. ``sessions`` (T,) or (H, T)
    marks the estimation window(s). A series needs ``minimum`` valid sessions, and always more
    than K.
    """
    used = _used(sessions)
    chosen = sessions[..., used].astype(float)
    valid, x, y = _usable(design, returns, used)
    count = np.rint(chosen @ valid)
    gram = _gram(chosen, x, valid)
    moment = _moments(chosen, x, y)
    square = chosen @ (y * y)
    few = (count < minimum) | (count <= x.shape[1])
    inverse, singular = invert(gram, few)
    coefficients = np.einsum("...kl,...l->...k", inverse, moment)
    rss = square - np.einsum("...k,...k->...", coefficients, moment)
    df = count - x.shape[1]
    flat = rss <= SMALLEST_RESIDUAL_SHARE * square
    fault = np.select(
        [few, singular, flat], [Fault.TOO_FEW, Fault.SINGULAR, Fault.NO_VARIANCE], Fault.NONE
    ).astype(np.int8)
    sound = fault == Fault.NONE
    return Estimate(
        coefficients=np.where(sound[..., None], coefficients, np.nan),
        inverse=np.where(sound[..., None, None], inverse, np.nan),
        s=np.sqrt(np.where(sound, rss, np.nan) / np.where(sound, df, 1)),
        df=np.where(sound, df, np.nan),
        count=count.astype(np.int64),
        fault=fault,
    )


def cumulate(design: Design, fitted: Estimate, returns: Floats, sessions: Mask) -> WindowSum:
    """CAR and its forecast factor g = n + 1'X_v (X_e'X_e)^-1 X_v'1 over the window(s).

    ``returns`` (T, B); ``sessions`` (T,) or (H, T), as many as the estimate has. Sessions without
    a return are left out of the sum and of n.
    """
    used = _used(sessions)
    chosen = sessions[..., used].astype(float)
    valid, x, y = _usable(design, returns, used)
    count = np.rint(chosen @ valid)
    total = _moments(chosen, x, valid)
    expected = np.einsum("...k,...k->...", total, fitted.coefficients)
    spread = np.einsum("...k,...kl,...l->...", total, fitted.inverse, total)
    known = (count > 0) & (fitted.fault == Fault.NONE)
    return WindowSum(
        car=np.where(known, chosen @ y - expected, np.nan),
        g=np.where(known, count + spread, np.nan),
        count=count.astype(np.int64),
    )


def abnormal(design: Design, fitted: Estimate, returns: Floats) -> Floats:
    """(T, B) abnormal returns on every session; NaN where either side is missing."""
    expected = design.offset[:, None] + design.regressors @ fitted.coefficients.T
    return returns - expected


def _used(sessions: Mask) -> Mask:
    """(T,) sessions in any of the windows."""
    return np.asarray(np.asarray(sessions.reshape(-1, sessions.shape[-1]).any(axis=0)))


def _usable(design: Design, returns: Floats, used: Mask) -> tuple[Floats, Floats, Floats]:
    """Validity (t, B) as 0/1, regressors (t, K) and returns (t, B), zero where not usable."""
    known = design.known[used]
    x = np.where(known[:, None], design.regressors[used], 0.0)
    explained = returns[used] - design.offset[used][:, None]
    valid = np.isfinite(explained) & known[:, None]
    return valid.astype(float), x, np.where(valid, explained, 0.0)


def _moments(chosen: Floats, x: Floats, y: Floats) -> Floats:
    """(..., B, K) cross-products of the regressors with every series."""
    moments = np.empty((*chosen.shape[:-1], y.shape[1], x.shape[1]))
    for k in range(x.shape[1]):
        moments[..., k] = chosen @ (x[:, [k]] * y)
    return moments


def _gram(chosen: Floats, x: Floats, valid: Floats) -> Floats:
    """(..., B, K, K) cross-products of the regressors over each series' valid sessions."""
    size = x.shape[1]
    gram = np.empty((*chosen.shape[:-1], valid.shape[1], size, size))
    for k in range(size):
        for j in range(k + 1):
            gram[..., k, j] = gram[..., j, k] = chosen @ (x[:, [k]] * x[:, [j]] * valid)
    return gram


def invert(gram: Floats, skip: Mask) -> tuple[Floats, Mask]:
    """Inverses, and where there is none; entries to ``skip`` come out as identity, not singular.

    Scaling to a unit diagonal first makes the test for singularity free of units.
    """
    size = gram.shape[-1]
    if size == 0:
        return gram, np.zeros(gram.shape[:-2], dtype=bool)
    scale = np.sqrt(np.diagonal(gram, axis1=-2, axis2=-1))
    empty = (scale <= 0).any(axis=-1)
    scale = np.where(scale > 0, scale, 1.0)
    outer = scale[..., :, None] * scale[..., None, :]
    unit = gram / outer
    singular = ~skip & (empty | (np.linalg.eigvalsh(unit)[..., 0] < SMALLEST_EIGENVALUE))
    safe = np.where((singular | skip)[..., None, None], np.eye(size), unit)
    return np.linalg.inv(safe) / outer, singular
