"""Two questions of one window, never mixed, asked of random lists of the same kind.

Q1, did such shares move beyond the market? The prediction-error t divided by the root of the
window's variance ratio: how much larger the abnormal returns of *outside* lists of the kind are in
this window than their own estimation says. Boehmer, Musumeci & Poulsen (1991) JFE 30:253 take that
ratio from the tested shares themselves; with shares that move together it has to come from others.

Q2, was it the list, or its kind? A permutation test in the same window, the list among lists drawn
from its kind with its own shares in the pool. Its null is that the list is a random draw of its
kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.eventstudy.kinds import Rows
from basketbt.eventstudy.models import SMALLEST_RESIDUAL_SHARE, Design, Mask
from basketbt.eventstudy.portfolio import SMALLEST_WEIGHT
from basketbt.eventstudy.significance import t_two_sided
from basketbt.eventstudy.windows import Offsets

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Measured:
    """B lists, W windows, H dates: CAR and the variance ratio of each list; NaN without either.

    ``ratio`` = sum of squared abnormal returns / (s^2 n) over the window's n valid sessions, s the
    list's own residual standard deviation in the estimation window of that date.
    """

    car: Floats  # (H, W, B)
    ratio: Floats  # (H, W, B)


def series_of(returns: Floats, names: Rows, weights: Floats) -> Floats:
    """(T, B) constant-weight returns of B lists, by the rule of ``portfolio.basket_returns``.

    ``returns`` (T, M), NaN where a share has none; ``names`` (B, N) columns; ``weights`` (N,) of
    the places of a list. A share without a return is left out and the others renormalised; NaN on
    a session where those with a return carry less than 80 % of the weight.
    """
    absent: Mask = np.asarray(~np.isfinite(returns))
    filled = np.where(absent, 0.0, returns)
    total = _weighted(filled, names, weights)
    whole = float(weights.sum())
    gaps = absent.any(axis=0)
    touched = np.flatnonzero(gaps[names].any(axis=1))
    total /= whole
    if touched.size:
        missing = _weighted(absent.astype(float), names[touched], weights)
        carried = whole - missing
        valid = (carried >= (SMALLEST_WEIGHT - _ROUNDING) * whole) & (carried > _ROUNDING)
        mended = total[:, touched] * whole / np.where(valid, carried, 1.0)
        total[:, touched] = np.where(valid, mended, np.nan)
    return total


def _weighted(table: Floats, names: Rows, weights: Floats) -> Floats:
    total = np.zeros((table.shape[0], names.shape[0]))
    for column, weight in zip(names.T, weights.tolist(), strict=True):
        total += weight * np.take(table, column, axis=1)
    return total


def measure(
    design: Design,
    returns: Floats,
    event_returns: Floats,
    rows: NDArray[np.int64],
    *,
    estimation: Offsets,
    windows: tuple[Offsets, ...],
    usable: Mask,
    minimum: int,
) -> Measured:
    """CAR and variance ratio of B lists around H dates, each with its own estimation.

    ``returns`` (T, B) of the estimation windows, ``event_returns`` (T, B) of the event windows
    (resumptions in full), ``rows`` (H,) of the day 0s, ``usable`` (T,) masks sessions out. A list
    needs ``minimum`` valid sessions in its estimation window and one in the event window; sessions
    without a return are left out of sum and n. All windows and estimation windows lie inside T.
    The numbers are those of ``models.estimate`` and ``models.cumulate``; lists without a gap share
    the cross-products of the regressors, so 10,000 lists cost one matrix.
    """
    known = design.known & usable
    x = np.where(known[:, None], design.regressors, 0.0)
    y = returns - design.offset[:, None]
    later = event_returns - design.offset[:, None]
    span = _span(rows, estimation)
    full = np.isfinite(y[span]).all(axis=0, where=known[span][:, None])
    first, last = min(a for a, _ in windows), max(b for _, b in windows)
    car = np.full((rows.shape[0], len(windows), y.shape[1]), np.nan)
    ratio = np.full_like(car, np.nan)
    for group, alike in ((full, True), (~full, False)):
        if not group.any():
            continue
        coefficients, s2 = _fitted(x, y[:, group], known, rows, estimation, minimum, alike)
        around = rows[:, None] + np.arange(first, last + 1)
        errors = later[:, group][around] - x[around] @ coefficients
        there = np.isfinite(errors) & known[around][:, :, None]
        errors = np.where(there, errors, 0.0)
        for w, (a, b) in enumerate(windows):
            part = slice(a - first, b - first + 1)
            count = there[:, part].sum(axis=1)
            valid = (count > 0) & np.isfinite(s2)
            car[:, w, group] = np.where(valid, errors[:, part].sum(axis=1), np.nan)
            squares = np.einsum("hnb,hnb->hb", errors[:, part], errors[:, part])
            ratio[:, w, group] = np.where(valid, squares, np.nan) / (s2 * np.maximum(count, 1))
    return Measured(car, ratio)


def _span(rows: NDArray[np.int64], estimation: Offsets) -> slice:
    return slice(int(rows.min()) + estimation[0], int(rows.max()) + estimation[1] + 1)


def _fitted(
    x: Floats,
    y: Floats,
    known: Mask,
    rows: NDArray[np.int64],
    estimation: Offsets,
    minimum: int,
    alike: bool,
) -> tuple[Floats, Floats]:
    """Coefficients (H, K, B) and residual variance (H, B) of series that are ``alike`` in gaps."""
    valid = np.isfinite(y) & known[:, None]
    y = np.where(valid, y, 0.0)
    there = known[:, None].astype(float) if alike else valid.astype(float)
    size = x.shape[1]

    def total(values: Floats) -> Floats:
        return _totals(values, rows, estimation)

    count, square = total(there), total(y * y)  # (H, 1 or B), (H, B)
    moment = np.empty((*square.shape, size))
    gram = np.empty((*count.shape, size, size))
    for k in range(size):
        moment[..., k] = total(x[:, [k]] * y)
        for j in range(k + 1):
            gram[..., k, j] = gram[..., j, k] = total(x[:, [k]] * x[:, [j]] * there)
    enough = (count >= minimum) & (count > size)
    gram = np.where(enough[..., None, None], gram, np.eye(size))
    found = np.linalg.solve(gram, moment[..., None])[..., 0]
    rss = square - np.einsum("hbk,hbk->hb", found, moment)
    sound = enough & (rss > SMALLEST_RESIDUAL_SHARE * square)
    s2 = np.where(sound, rss / np.maximum(count - size, 1.0), np.nan)
    return np.swapaxes(found, 1, 2), s2


def _totals(values: Floats, rows: NDArray[np.int64], window: Offsets) -> Floats:
    """(H, B) sums over the window around each row, from running sums where there are many."""
    if rows.shape[0] == 1:
        only = values[rows[0] + window[0] : rows[0] + window[1] + 1]
        return np.asarray(only.sum(axis=0)[None])
    running = np.zeros((values.shape[0] + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=running[1:])
    return np.asarray(running[rows + window[1] + 1] - running[rows + window[0]])


def variance_ratio(ratio: Floats) -> Floats:
    """(...) v: the mean over outside lists (..., B) of their ratios, not floored at 1.

    NaN ratios (a list that could not be estimated) are left out; NaN where none is left.
    """
    known = np.isfinite(ratio)
    count = known.sum(axis=-1)
    total = np.where(known, ratio, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def scaled_t(t: Floats, v: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Q1: t / sqrt(v) and its two-sided p from t(df). A v of 0 or NaN gives NaN."""
    scaled = t / np.sqrt(np.where(v > 0, v, np.nan))
    return scaled, t_two_sided(scaled, df)


def expected_car(cars: Floats, candidates: list[Rows], weights: Floats) -> Floats:
    """(W,) the CAR that draws have on average: each place's mean over those it is drawn from.

    ``cars`` (W, M) of single shares, NaN left out; ``candidates`` N arrays of columns, ``weights``
    (N,). NaN where a place has no share with a CAR.
    """
    total = np.zeros(cars.shape[0])
    for columns, weight in zip(candidates, weights / weights.sum(), strict=True):
        own = cars[:, columns]
        known = np.isfinite(own)
        count = known.sum(axis=1)
        mean = np.where(known, own, 0.0).sum(axis=1) / np.where(count > 0, count, np.nan)
        total += weight * mean
    return total


def permutation_p(car: Floats, cars: Floats, expected: Floats) -> Floats:
    """(...) Q2: p = (1 + #{|CAR_k - mu| >= |CAR - mu|}) / (K + 1).

    ``car`` and ``expected`` (mu) (...), ``cars`` (..., K) of the drawn lists, NaN ones not counted
    in K. NaN where ``car`` or mu is, or no draw has a CAR.
    """
    distance = np.abs(cars - expected[..., None])
    known = np.isfinite(distance)
    # a draw of the very list itself differs from it in the last bits only
    own = np.abs(car - expected)
    reached = known & (distance >= (own - _ROUNDING * np.abs(car))[..., None])
    count = known.sum(axis=-1)
    defined = np.isfinite(own) & (count > 0)
    return np.where(defined, (1.0 + reached.sum(axis=-1)) / (count + 1.0), np.nan)
