"""Random baskets: would any list of that many shares have done the same that week?

The draws and the sum over a basket's shares are those of every sweep, so a result does not depend
on which other baskets stand in the study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.engine.batch.draws import draw_names
from basketbt.engine.kernel import gathered
from basketbt.eventstudy.inputs import Universe
from basketbt.eventstudy.model_fit import ModelFit, Sample
from basketbt.eventstudy.models import cumulate, estimate
from basketbt.notes import Note, NoteKind

UNIVERSE_LACKS_DATES = NoteKind("empty-universe-lacks-dates")
UNIVERSE_TOO_SMALL = NoteKind("empty-universe-too-small")

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Shortage:
    """A stratum that holds fewer usable shares than the basket needs from it."""

    available: int
    wanted: int


class RandomBaskets:
    """Draws from one universe; equal draws are made once.

    ``cars`` (M, C): CAR of every share, one column a model and window, NaN columns where none can
    be computed. A share takes part when it has all the other columns. ``strata`` (M,) codes >= 0
    (board, industry, or their mix).
    """

    def __init__(self, cars: Floats, strata: Rows | None, draws: int, seed: int) -> None:
        computable = np.isfinite(cars).any(axis=0)
        complete = np.isfinite(cars[:, computable]).all(axis=1) & computable.any()
        self.usable = int(complete.sum())
        self.computable = computable
        self._cars = cars[complete]
        self._strata = np.zeros(self.usable, np.int64) if strata is None else strata[complete]
        self._draws = draws
        self._seed = seed
        self._made: dict[tuple[int, int], Rows] = {}

    def of(self, weights: Floats, strata: Rows | None = None) -> Floats | Shortage:
        """(draws, C) CARs of random baskets with these ``weights`` (size,), which sum to 1.

        ``strata`` (size,) asks for each weight's share from that stratum.
        """
        wanted = np.zeros(weights.shape[0], np.int64) if strata is None else strata
        names, values = [], []
        for stratum in np.unique(wanted):
            members = np.flatnonzero(self._strata == stratum)
            own = weights[wanted == stratum]
            if members.shape[0] < own.shape[0]:
                return Shortage(members.shape[0], own.shape[0])
            names.append(members[self._drawn(int(stratum), members.shape[0], own.shape[0])])
            values.append(np.broadcast_to(own, (self._draws, own.shape[0])))
        return gathered(np.concatenate(names, axis=1), np.concatenate(values, axis=1), self._cars)

    def _drawn(self, stratum: int, pool: int, size: int) -> Rows:
        if (stratum, size) not in self._made:
            self._made[stratum, size] = draw_names(pool, size, self._draws, self._seed, stratum)
        return self._made[stratum, size]


def two_sided_p(car: Floats, random: Floats) -> Floats:
    """(C,) twice the smaller tail of ``random`` (draws, C) beyond ``car`` (C,), itself counted.

    Both tails, not |CAR|: in a week that lifts most shares the random baskets are not centred on
    0. NaN where either side is.
    """
    draws = random.shape[0]
    with np.errstate(invalid="ignore"):
        above = (random >= car).sum(axis=0)
        below = (random <= car).sum(axis=0)
    p = np.minimum(1.0, 2.0 * (1.0 + np.minimum(above, below)) / (draws + 1.0))
    return np.where(np.isfinite(car) & np.isfinite(random).all(axis=0), p, np.nan)


@dataclass(frozen=True)
class RandomP:
    """p of every basket among random ones, (models, W, B), and why a basket has none (B).

    ``pool`` shares had prices to be drawn from.
    """

    p: Floats
    draws: int
    pool: int
    reasons: tuple[Note | None, ...]

    def why_empty(self, model: int, window: int, basket: int) -> list[Note]:
        """Why a test that has a CAR has no p; nothing where it has one.

        Without a universe the reason is the whole study's, not the test's.
        """
        if not self.reasons or np.isfinite(self.p[model, window, basket]):
            return []
        return [self.reasons[basket] or UNIVERSE_LACKS_DATES()]


def random_p_of(sample: Sample, fits: tuple[ModelFit, ...]) -> RandomP:
    """Draw baskets with each basket's size and weights and see where its CAR stands."""
    inputs, universe = sample.inputs, sample.inputs.universe
    p = np.full((len(fits), len(inputs.windows), len(inputs.baskets)), np.nan)
    if universe is None:
        return RandomP(p, 0, 0, ())
    options, strata = inputs.options, universe.strata_of_names
    cars = _universe_cars(sample, universe, fits)
    draws = RandomBaskets(cars, universe.strata, options.random_baskets, options.seed)
    reasons: list[Note | None] = []
    for b, weights in enumerate(inputs.weights):
        if not draws.usable:
            reasons.append(UNIVERSE_LACKS_DATES())
            continue
        held = np.flatnonzero(weights)
        random = draws.of(
            weights[held] / weights[held].sum(), None if strata is None else strata[held]
        )
        if isinstance(random, Shortage):
            reasons.append(UNIVERSE_TOO_SMALL(available=random.available, wanted=random.wanted))
            continue
        own = np.concatenate([fit.sums.car[:, b] for fit in fits])
        p[:, :, b] = two_sided_p(own, random).reshape(p.shape[:2])
        reasons.append(None)
    return RandomP(p, options.random_baskets, draws.usable, tuple(reasons))


def _universe_cars(sample: Sample, universe: Universe, fits: tuple[ModelFit, ...]) -> Floats:
    """(M, models x W) CARs of shares with every session of the window that the model knows."""
    columns, minimum = [], sample.inputs.options.minimum_sessions
    for fit in fits:
        whole = (sample.windows & fit.design.known).sum(axis=1)[:, None]
        fitted = estimate(fit.design, universe.returns, sample.estimation, minimum)
        sums = cumulate(fit.design, fitted, universe.returns, sample.windows)
        columns.append(np.where(sums.count == whole, sums.car, np.nan).T)
    return np.concatenate(columns, axis=1)
