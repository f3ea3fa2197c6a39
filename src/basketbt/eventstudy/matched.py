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
from basketbt.engine.batch.draws import Rows
from basketbt.eventstudy.models import SMALLEST_RESIDUAL_SHARE, Design, Mask, invert
from basketbt.eventstudy.portfolio import SMALLEST_WEIGHT
from basketbt.eventstudy.windows import Offsets

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Measured:
    """B lists, W windows, H dates: CAR and the variance ratio of each list; NaN without either.

    ``ratio`` = sum of squared abnormal returns / (s^2 n) over the window's n valid sessions, s the
    list's own residual standard deviation in the estimation window of that date. The fits come
    with it, for ``residual_dates``.
    """

    car: Floats  # (H, W, B)
    ratio: Floats  # (H, W, B)
    coefficients: Floats  # (K, H, B) of the model's regressors
    s2: Floats  # (H, B) residual variance a session


def series_of(returns: Floats, names: Rows, weights: Floats) -> Floats:
    """(T, B) constant-weight returns of B lists, by the rule of ``portfolio.basket_returns``.

    ``returns`` (T, M), NaN where a share has none; ``names`` (B, N) columns; ``weights`` (N,) of
    the places of a list. A share without a return is left out and the others renormalised; NaN on
    a session where those with a return carry less than 80 % of the weight.
    """
    from scipy.sparse import csr_array

    by_share = np.ascontiguousarray(returns.T)
    absent: Mask = np.asarray(~np.isfinite(by_share))
    count, size = names.shape
    parts = np.tile(weights / weights.sum(), count)
    starts = np.arange(0, count * size + 1, size)
    lists = csr_array((parts, names.ravel(), starts), shape=(count, len(by_share)))
    total: Floats = lists @ np.where(absent, 0.0, by_share)
    missing = lists @ csr_array(absent.astype(float))  # few: only where a share of a list has none
    places = np.repeat(np.arange(count), np.diff(missing.indptr)), missing.indices
    valid = missing.data <= 1.0 - SMALLEST_WEIGHT + _ROUNDING
    total[places] /= np.where(valid, 1.0 - missing.data, np.nan)
    return total.T


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
    the cross-products of the regressors, and dates share running sums.
    """
    known = design.known & usable
    x = np.where(known[:, None], design.regressors, 0.0)
    same = event_returns is returns
    before = np.ascontiguousarray(returns.T)
    later = before if same else np.ascontiguousarray(event_returns.T)
    if design.offset[known].any():
        before, later = before - design.offset, later - design.offset
    span = slice(
        int(rows.min()) + min(estimation[0], *(first for first, _ in windows)),
        int(rows.max()) + max(estimation[1], *(last for _, last in windows)) + 1,
    )
    # a sum is NaN where a return is: such lists take the longer way, to the same numbers
    whole = np.isfinite(before[:, span].sum(axis=1)) & np.isfinite(later[:, span].sum(axis=1))
    car = np.full((rows.shape[0], len(windows), before.shape[0]), np.nan)
    ratio = np.full_like(car, np.nan)
    coefficients = np.full((x.shape[1], rows.shape[0], before.shape[0]), np.nan)
    s2 = np.full(coefficients.shape[1:], np.nan)
    for group in (whole, ~whole):
        if not group.any():
            continue
        alike = bool(whole[group].all())
        chosen = slice(None) if group.all() else group
        own = _Running(x, known, before[chosen], rows, alike=alike)
        fitted = _fit(own.over(estimation), minimum)
        if fitted[0].size:
            coefficients[..., chosen] = np.swapaxes(fitted[0], 1, 2)
        s2[:, chosen] = fitted[1].T
        if not same:
            own = _Running(x, known, later[chosen], rows, alike=alike)
        for w, window in enumerate(windows):
            cars, ratios = _cumulated(fitted, own.over(window))
            car[:, w, chosen], ratio[:, w, chosen] = cars.T, ratios.T
    return Measured(car, ratio, coefficients, s2)


@dataclass(frozen=True)
class _Sums:
    """Sums over one window of B lists at H dates.

    Of the returns: ``total``, ``square`` (B, H) and ``moment`` (K, B, H) with the regressors. Of
    the sessions with a return, one row for all lists where they are alike in gaps: ``count``
    (B, H), ``level`` (K, B, H) and ``gram`` (K, K, B, H) of the regressors.
    """

    total: Floats
    square: Floats
    moment: Floats
    count: Floats
    level: Floats
    gram: Floats


class _Running:
    """Sums over windows around dates ``rows`` (H,), from running sums where there are many.

    ``y`` (B, T) returns, NaN where none; ``x`` (T, K) regressors. ``alike``: every list has every
    session that is asked for.
    """

    def __init__(
        self, x: Floats, known: Mask, y: Floats, rows: NDArray[np.int64], *, alike: bool
    ) -> None:
        there = np.isfinite(y) & known
        valid = known[None] if alike else there
        self._rows = rows
        self._next = bool((np.diff(rows) == 1).all())
        # running sums start with the first session: a gap before those asked for must not spread
        self._returns = np.where(there, y, 0.0)
        self._valid = valid.astype(float)
        self._x = np.ascontiguousarray(x.T)
        self._sums: dict[tuple[str, int, int], Floats] = {}

    def over(self, window: Offsets) -> _Sums:
        """The sums over one window around every date."""
        size = range(len(self._x))
        y, z = self._returns, self._valid
        return _Sums(
            total=self._added("y", 0, 0, y, window),
            square=self._added("yy", 0, 0, y, window, y),
            moment=np.array([self._added("xy", k, 0, y, window, self._x[k]) for k in size]),
            count=self._added("z", 0, 0, z, window),
            level=np.array([self._added("xz", k, 0, z, window, self._x[k]) for k in size]),
            gram=self._gram(window),
        )

    def _gram(self, window: Offsets) -> Floats:
        size, z = len(self._x), self._valid
        gram = np.empty((size, size, len(z), len(self._rows)))
        for k in range(size):
            for j in range(k + 1):
                own = self._added("xxz", k, j, z, window, self._x[k] * self._x[j])
                gram[k, j] = gram[j, k] = own
        return gram

    def _added(
        self,
        name: str,
        k: int,
        j: int,
        values: Floats,
        window: Offsets,
        factor: Floats | None = None,
    ) -> Floats:
        """(B, H) sums of values (B, T), times a factor (T,) or (B, T), over the window."""
        starts, stops = self._rows + window[0], self._rows + window[1] + 1
        if starts.shape[0] == 1:
            part = slice(int(starts[0]), int(stops[0]))
            if factor is None:
                return np.asarray(values[:, part].sum(axis=1)[:, None])
            if factor.ndim == 1:
                return np.asarray((values[:, part] @ factor[part])[:, None])
            return np.asarray(np.einsum("bt,bt->b", values[:, part], factor[:, part])[:, None])
        if (name, k, j) not in self._sums:
            running = np.zeros((values.shape[0], values.shape[1] + 1))
            np.cumsum(values if factor is None else values * factor, axis=1, out=running[:, 1:])
            self._sums[name, k, j] = running
        running = self._sums[name, k, j]
        if self._next:  # dates that follow each other are slices
            length = len(starts)
            return (
                running[:, stops[0] : stops[0] + length]
                - running[:, starts[0] : starts[0] + length]
            )
        return running[:, stops] - running[:, starts]


def _fit(sums: _Sums, minimum: int) -> tuple[Floats, Floats]:
    """Coefficients (K, B, H) and residual variance (B, H), NaN where there is no fit."""
    size = sums.moment.shape[0]
    enough = (sums.count >= minimum) & (sums.count > size)
    if size:
        inverse, singular = invert(np.moveaxis(sums.gram, (0, 1), (-2, -1)), ~enough)
        coefficients = np.array(
            [sum(inverse[..., k, j] * sums.moment[j] for j in range(size)) for k in range(size)]
        )
    else:
        coefficients, singular = sums.moment, np.zeros_like(enough)
    rss = sums.square - _dot(coefficients, sums.moment)
    sound = enough & ~singular & (rss > SMALLEST_RESIDUAL_SHARE * sums.square)
    return coefficients, np.where(sound, rss / np.maximum(sums.count - size, 1.0), np.nan)


def _cumulated(fitted: tuple[Floats, Floats], sums: _Sums) -> tuple[Floats, Floats]:
    """CAR and sum of squared abnormal returns / (s^2 n), (B, H) each."""
    coefficients, s2 = fitted
    squares = sums.square - 2.0 * _dot(coefficients, sums.moment)
    for k, row in enumerate(sums.gram):
        squares += coefficients[k] * _dot(row, coefficients)
    known = (sums.count > 0) & np.isfinite(s2)
    expected = _dot(coefficients, sums.level)
    scale = s2 * np.maximum(sums.count, 1.0)
    return np.where(known, sums.total - expected, np.nan), np.where(known, squares / scale, np.nan)


def _dot(one: Floats, other: Floats) -> Floats:
    """Sum over the first axis of products, term by term; 0 without a term."""
    total = np.zeros(np.broadcast_shapes(one.shape[1:], other.shape[1:]))
    for left, right in zip(one, other, strict=True):
        total += left * right
    return total


def variance_ratio(ratio: Floats) -> Floats:
    """(...) v: the mean over outside lists (..., B) of their ratios, not floored at 1.

    NaN ratios (a list that could not be estimated) are left out; NaN where none is left.
    """
    known = np.isfinite(ratio)
    count = known.sum(axis=-1)
    total = np.where(known, ratio, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def scaled_t(t: Floats, v: Floats) -> Floats:
    """Q1's statistic t / sqrt(v), whose p is ``residual_dates.resampled_p``; NaN without a v."""
    return np.asarray(t / np.sqrt(np.where(v > 0, v, np.nan)))


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
