"""Random baskets: would any list of that many shares have done the same that week?

The draws and the sum over a basket's shares are those of every grid, so a result does not depend
on which other baskets stand in the study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats
from basketbt.engine.batch.draws import draw_names
from basketbt.engine.kernel import gathered

Rows = NDArray[np.int64]

DRAWS = 10_000


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
