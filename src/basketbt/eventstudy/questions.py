"""Q1 and Q2 of every list, window and model of a study, and why one has no answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.engine.batch.draws import Rows
from basketbt.eventstudy.inputs import Pool
from basketbt.eventstudy.kinds import (
    Shortage,
    complete_features,
    draw_nearest,
    draw_of_kind,
    in_pool,
    nearest,
)
from basketbt.eventstudy.matched import (
    Measured,
    expected_car,
    measure,
    permutation_p,
    scaled_t,
    series_of,
    variance_ratio,
)
from basketbt.eventstudy.model_fit import ModelFit, Sample
from basketbt.eventstudy.models import Mask
from basketbt.eventstudy.placebo import FEWEST_DATES
from basketbt.eventstudy.portfolio import SMALLEST_WEIGHT
from basketbt.eventstudy.residual_dates import mean_squares, resampled_p, standardised
from basketbt.eventstudy.windows import LONGEST_RATED, Offsets, length
from basketbt.notes import Note, NoteKind, listing

NO_INDUSTRY = NoteKind("empty-no-industry")
TOO_FEW_OF_KIND = NoteKind("empty-too-few-of-kind")
ONLY_ONE_OF_KIND = NoteKind("empty-only-one-of-kind")
TOO_FEW_NEAR = NoteKind("empty-too-few-near")
FEATURE_DROPPED = NoteKind("nearest-without-feature")
OWN_TOO_SHORT = NoteKind("empty-own-too-short")
OUTSIDE_ENDS = NoteKind("empty-outside-ends")

_FEATURES = tuple(
    NoteKind(f"feature-{name}") for name in ("liquidity", "beta", "volatility", "momentum")
)

# Outside shares of an industry for each of a list's: fewer, and all draws are one list.
FEWEST_OUTSIDE = 4
# Rejection at this level on placebo dates is the rate that stands beside a p.
LEVEL = 0.05
# Draws of residual dates at each placebo date, where only p < 5 % counts.
_PLACEBO_DRAWS = 200
_UNKNOWN = -1


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What Q1 and Q2 say, (models, W, B) each unless said otherwise; NaN without an answer.

    ``ratio`` v, ``t`` and ``p`` of Q1, ``mde`` what Q1 sees in four cases of five, ``rate`` how
    often it rejects at 5 % on ``rate_dates`` placebo dates; ``q2_p``, ``expected`` mu and
    ``nearest_p``. ``pool`` (B,) shares that a list's kind has, ``lists`` (B,) that were drawn.
    ``reasons`` (B) why a list has neither, ``near`` (B) why it has no ``nearest_p``; ``notes`` on
    the whole study; ``beyond`` the windows that the outside shares do not reach.
    """

    ratio: Floats
    t: Floats
    p: Floats
    mde: Floats
    rate: Floats
    rate_dates: NDArray[np.int64]
    q2_p: Floats
    expected: Floats
    nearest_p: Floats
    pool: NDArray[np.int64]
    lists: NDArray[np.int64]
    reasons: tuple[Note | None, ...]
    near: tuple[Note | None, ...]
    notes: tuple[Note, ...]
    beyond: Mapping[Offsets, Note]

    @classmethod
    def none(cls, models: int, windows: int, baskets: int) -> Answers:
        """Without a pool there is no answer, for a reason of the whole study."""
        shape = (models, windows, baskets)
        numbers = {name: np.full(shape, np.nan) for name in _NUMBERS}
        return cls(
            **numbers,
            rate_dates=np.zeros(shape, np.int64),
            pool=np.zeros(baskets, np.int64),
            lists=np.zeros(baskets, np.int64),
            reasons=(None,) * baskets,
            near=(None,) * baskets,
            notes=(),
            beyond={},
        )


_NUMBERS = ("ratio", "t", "p", "mde", "rate", "q2_p", "expected", "nearest_p")


def answers_of(sample: Sample, fits: tuple[ModelFit, ...]) -> Answers:
    """Ask both questions of every list; lists are shared out over the machine's cores."""
    inputs = sample.inputs
    found = Answers.none(len(fits), len(inputs.windows), len(inputs.baskets))
    members = range(len(inputs.baskets))
    windows = [
        w
        for w, window in enumerate(inputs.windows)
        if inputs.testable(window) and any(inputs.asked(b, window) for b in members)
    ]
    if inputs.pool is None:
        return found
    beyond = _beyond(sample, inputs.pool, [inputs.windows[w] for w in windows])
    found = replace(found, beyond=beyond)
    windows = [w for w in windows if inputs.windows[w] not in beyond]
    if not windows:
        return found
    market = _Market(sample, fits, inputs.pool, windows)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        told = list(threads.map(lambda b: _ask(market, found, b), members))
    dropped = np.flatnonzero(~market.complete).tolist()
    return replace(
        found,
        reasons=tuple(reason for reason, _ in told),
        near=tuple(near for _, near in told),
        notes=tuple(FEATURE_DROPPED(feature=_FEATURES[number]()) for number in dropped),
    )


def _beyond(sample: Sample, pool: Pool, windows: list[Offsets]) -> dict[Offsets, Note]:
    """The windows with a session that four fifths of the outside shares do not have, and why.

    A list over such a window would be compared with others over another one.
    """
    inputs = sample.inputs
    outside = in_pool(pool.returns, sample.estimation, inputs.options.minimum_sessions)
    outside[pool.own] = False
    if not outside.any():
        return {}
    share = np.isfinite(pool.event_returns[:, outside]).mean(axis=1)
    lacking = inputs.usable & (share < SMALLEST_WEIGHT)
    found: dict[Offsets, Note] = {}
    for window in windows:
        rows = inputs.rows(window)
        if lacking[rows].any():
            first = rows.start + int(lacking[rows].argmax())
            found[window] = OUTSIDE_ENDS(
                session=str(inputs.sessions[first]), end=str(inputs.sessions[rows.stop - 1])
            )
    return found


class _Market:
    """The shares of the lists' industries, around the event and on the placebo dates.

    ``codes`` (M,) of their industries; ``members`` (M,) who may be drawn, ``outside`` (M,) those in
    no list; ``own`` (N,) where the study's names stand, -1 without an industry. ``cars`` a model:
    (W, M) of single shares over the testable ``windows``; ``whole`` (M,) shares without a gap.
    """

    def __init__(
        self, sample: Sample, fits: tuple[ModelFit, ...], pool: Pool, windows: list[int]
    ) -> None:
        inputs = self.inputs = sample.inputs
        self.fits, self.windows = fits, windows
        codes = np.array(
            [_UNKNOWN if one is None else crc32(one.encode()) for one in pool.industries]
        )
        self.industry = dict(zip(codes.tolist(), pool.industries, strict=True))
        kept = np.flatnonzero(np.isin(codes, codes[pool.own]) & (codes != _UNKNOWN))
        places = np.full(len(codes), _UNKNOWN)
        places[kept] = np.arange(kept.size)
        self.codes, self.own = codes[kept], places[pool.own]
        self.history = pool.returns[:, kept], pool.event_returns[:, kept]
        minimum = inputs.options.minimum_sessions
        self.members = in_pool(self.history[0], sample.estimation, minimum)
        self.outside = self.members & ~np.isin(kept, pool.own)
        self._estimation = sample.estimation
        self.series = sample.baskets
        self._first = inputs.day0 + inputs.estimation[0]
        self._last = inputs.day0 + max(inputs.windows[w][1] for w in windows)
        begins_late = np.arange(self._first, self._last + 1) > inputs.day0 + inputs.estimation[1]
        estimated, later = (self._around(one) for one in self.history)
        self.table = np.where(begins_late[:, None], later, estimated)
        self._usable = self._around(inputs.usable.astype(float)) == 1.0
        self.designs = [
            replace(
                fit.design,
                regressors=self._around(fit.design.regressors),
                offset=self._around(fit.design.offset),
            )
            for fit in fits
        ]
        self.cars = [self.measured(m, self.table, windows).car[0] for m in range(len(fits))]
        self.whole = np.asarray(np.isfinite(self.table[self._usable]).all(axis=0))
        traded = None if pool.traded is None else pool.traded[:, kept]
        features = _features(self.history[0], inputs.benchmark, traded, sample.estimation)
        self.complete = complete_features(features, self.members)
        self.features = features[:, self.complete]

    def _around(self, values: Floats) -> Floats:
        """The rows of the table out of those of the study; NaN before the first."""
        before = max(0, -self._first)
        found = np.full((self._last + 1 - self._first, *values.shape[1:]), np.nan)
        found[before:] = values[max(self._first, 0) : self._last + 1]
        return found

    def measured(self, model: int, series: Floats, windows: list[int]) -> Measured:
        """CARs and ratios of lists (R, B) on the rows of the table."""
        return measure(
            self.designs[model],
            series,
            series,
            np.array([-self.inputs.estimation[0]]),
            estimation=self.inputs.estimation,
            windows=tuple(self.inputs.windows[w] for w in windows),
            usable=self._usable,
            minimum=self.inputs.options.minimum_sessions,
        )

    def mean_squares(self, model: int, series: Floats, measured: Measured) -> Floats:
        """(L,) of lists (R, B) that were ``measured``, on each estimation session."""
        squares: Floats = mean_squares(
            self.designs[model],
            series,
            measured,
            np.array([-self.inputs.estimation[0]]),
            self.inputs.estimation,
            self._usable,
        )[0]
        return squares

    def residuals(self, model: int, b: int) -> Floats:
        """(L,) u / s of the study's list ``b`` on the same sessions; NaN where it has none."""
        fit = self.fits[model]
        found = np.full(length(self.inputs.estimation), np.nan)
        rows = np.flatnonzero(self._estimation) - self._first
        found[rows] = fit.residuals[:, b] / fit.baskets.s[b]
        return found

    def cars_of(self, names: Rows, weights: Floats, windows: list[int]) -> list[Floats]:
        """A model: (W, B) CARs of lists; without a gap, those of their shares, else of their own
        series."""
        touched = np.flatnonzero(~np.asarray(self.whole[names]).all(axis=1))
        series = series_of(self.table, names[touched], weights)
        at = [self.windows.index(w) for w in windows]
        found = []
        for model, cars in enumerate(self.cars):
            total = np.zeros((len(windows), len(names)))
            for column, weight in zip(names.T, (weights / weights.sum()).tolist(), strict=True):
                total += weight * np.take(cars[at], column, axis=1)
            if touched.size:
                total[:, touched] = self.measured(model, series, windows).car[0]
            found.append(total)
        return found


def _features(returns: Floats, benchmark: Floats, traded: Floats | None, sessions: Mask) -> Floats:
    """(M, 4) liquidity, beta, volatility and momentum over the estimation window; NaN unknown.

    Liquidity is the median of what changed hands a session; momentum the sum of the returns.
    """
    known = sessions & np.isfinite(benchmark)
    own, market = returns[known], benchmark[known][:, None]
    there = np.isfinite(own)
    count = np.maximum(there.sum(axis=0), 1)
    filled = np.where(there, own, 0.0)
    mean, market_mean = filled.sum(axis=0) / count, (there * market).sum(axis=0) / count
    moved = np.where(there, own - mean, 0.0)
    beside = np.where(there, market - market_mean, 0.0)
    spread = (beside**2).sum(axis=0)
    beta = (moved * beside).sum(axis=0) / np.where(spread > 0, spread, np.nan)
    volatility = np.sqrt((moved**2).sum(axis=0) / count)
    liquidity = np.full(returns.shape[1], np.nan)
    if traded is not None:
        money = traded[sessions]
        some = np.isfinite(money).any(axis=0)
        liquidity[some] = np.nanmedian(money[:, some], axis=0)
    return np.column_stack([liquidity, beta, volatility, filled.sum(axis=0)])


def _ask(market: _Market, found: Answers, b: int) -> tuple[Note | None, Note | None]:
    """Write the answers of one list into ``found``; why it has none, and no nearest lists."""
    inputs, options = market.inputs, market.inputs.options
    held = np.flatnonzero(inputs.weights[b])
    own, weights = market.own[held], inputs.weights[b][held]
    if (own < 0).any():
        symbols = [inputs.names[name] for name in held[own < 0]]
        return NO_INDUSTRY(symbols=listing(symbols)), None
    wanted = market.codes[own]
    draws = {"draws": options.matched_lists, "seed": options.seed}
    outside = draw_of_kind(market.outside, market.codes, wanted, fewest=FEWEST_OUTSIDE, **draws)
    if isinstance(outside, Shortage):
        return _shortage(market, outside), None
    windows = [w for w in market.windows if inputs.asked(b, inputs.windows[w])]
    _first_question(market, found, b, outside, weights, windows)
    _rates(market, found, b, outside[: options.placebo_lists], weights, windows)
    pool = market.outside.copy()
    pool[own] = market.members[own]
    drawn = draw_of_kind(pool, market.codes, wanted, **draws)
    assert not isinstance(drawn, Shortage)  # there are four outside for each that is drawn
    places = [np.flatnonzero(pool & (market.codes == code)) for code in wanted]
    _second_question(market, found, b, drawn, places, weights, windows)
    found.pool[b] = int((pool & np.isin(market.codes, wanted)).sum())
    found.lists[b] = options.matched_lists
    return None, _nearest_lists(market, found, b, pool, own, weights, windows)


def _shortage(market: _Market, short: Shortage) -> Note:
    industry = market.industry[short.stratum] or ""
    if not short.available:
        return ONLY_ONE_OF_KIND(industry=industry)
    return TOO_FEW_OF_KIND(industry=industry, count=short.available, needed=short.needed)


def _first_question(
    market: _Market, found: Answers, b: int, outside: Rows, weights: Floats, windows: list[int]
) -> None:
    options, series = market.inputs.options, series_of(market.table, outside, weights)
    for m, fit in enumerate(market.fits):
        measured = market.measured(m, series, windows)
        v = variance_ratio(measured.ratio[0])
        found.ratio[m, windows, b] = v
        scaled = scaled_t(fit.t[windows, b], v)
        found.t[m, windows, b] = scaled
        found.p[m, windows, b] = resampled_p(
            scaled,
            market.residuals(m, b),
            market.mean_squares(m, series, measured),
            np.maximum(fit.sums.count[windows, b], 1),
            draws=options.matched_lists,
            seed=options.seed,
            fewest=options.minimum_sessions,
        )
        found.mde[m, windows, b] = fit.mde[windows, b] * np.sqrt(v)


def _second_question(
    market: _Market,
    found: Answers,
    b: int,
    drawn: Rows,
    places: list[Rows],
    weights: Floats,
    windows: list[int],
) -> None:
    at = [market.windows.index(w) for w in windows]
    for m, cars in enumerate(market.cars_of(drawn, weights, windows)):
        expected, fit = expected_car(market.cars[m][at], places, weights), market.fits[m]
        found.expected[m, windows, b] = expected
        found.q2_p[m, windows, b] = permutation_p(fit.sums.car[windows, b], cars, expected)


def _nearest_lists(
    market: _Market,
    found: Answers,
    b: int,
    pool: Mask,
    own: Rows,
    weights: Floats,
    windows: list[int],
) -> Note | None:
    """Q2 among lists of each share's nearest; why there are none."""
    options = market.inputs.options
    if not pool[own].all() or not market.complete.any():
        return OWN_TOO_SHORT()
    near = nearest(market.features, pool, market.codes, own, options.nearest)
    if isinstance(near, Shortage):
        industry = market.industry[near.stratum] or ""
        return TOO_FEW_NEAR(industry=industry, count=near.available, needed=near.needed)
    drawn = draw_nearest(near, draws=options.matched_lists, seed=options.seed)
    at = [market.windows.index(w) for w in windows]
    for m, cars in enumerate(market.cars_of(drawn, weights, windows)):
        expected, fit = expected_car(market.cars[m][at], list(near), weights), market.fits[m]
        found.nearest_p[m, windows, b] = permutation_p(fit.sums.car[windows, b], cars, expected)
    return None


def _rates(
    market: _Market, found: Answers, b: int, outside: Rows, weights: Floats, windows: list[int]
) -> None:
    """How often Q1 rejects at 5 % on the placebo dates of these prices."""
    inputs = market.inputs
    rated = [w for w in windows if length(inputs.windows[w]) <= LONGEST_RATED]
    minimum = inputs.options.minimum_sessions
    own = market.series[0][:, [b]], market.series[1][:, [b]]
    estimated, later = (series_of(one, outside, weights) for one in market.history)
    for m, fit in enumerate(market.fits):
        placebos = {w: fit.placebos[inputs.windows[w]] for w in rated}
        dates = np.unique(np.concatenate([[], *(one.rows for one in placebos.values())])).astype(
            int
        )
        if not dates.size:
            continue
        measured, here = (
            measure(
                fit.design,
                *pair,
                dates,
                estimation=inputs.estimation,
                windows=tuple(inputs.windows[w] for w in rated),
                usable=inputs.usable,
                minimum=minimum,
            )
            for pair in ((estimated, later), own)
        )
        v = variance_ratio(measured.ratio)
        t = np.full(v.shape, np.nan)
        for place, one in enumerate(placebos.values()):
            t[np.searchsorted(dates, one.rows), place] = one.t[:, b]
        where = (inputs.estimation, inputs.usable)
        p = resampled_p(
            scaled_t(t, v),
            standardised(fit.design, own[0], here, dates, *where)[:, 0],
            mean_squares(fit.design, estimated, measured, dates, *where),
            np.array([length(inputs.windows[w]) for w in rated]),
            draws=_PLACEBO_DRAWS,
            seed=inputs.options.seed,
            fewest=minimum,
        )
        known = np.isfinite(p)
        dated = known.sum(axis=0)
        rejected = (known & (np.where(known, p, 1.0) < LEVEL)).sum(axis=0) / np.maximum(dated, 1)
        found.rate_dates[m, rated, b] = dated
        found.rate[m, rated, b] = np.where(dated >= FEWEST_DATES, rejected, np.nan)
