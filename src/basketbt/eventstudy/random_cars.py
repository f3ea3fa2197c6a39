"""The study's side of random baskets: CARs of the whole universe, and each basket among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Floats
from basketbt.eventstudy.evidence import Evidence, Frame
from basketbt.eventstudy.inputs import EventStudyInputs, Universe
from basketbt.eventstudy.models import cumulate, estimate
from basketbt.eventstudy.random_baskets import RandomBaskets, Shortage, two_sided_p
from basketbt.eventstudy.reasons import UNIVERSE_LACKS_DATES, UNIVERSE_TOO_SMALL
from basketbt.notes import Note


@dataclass(frozen=True)
class RandomEvidence:
    """p of every basket among random ones, (models, W, B), and why a basket has none (B).

    ``pool`` shares had prices to be drawn from.
    """

    p: Floats
    draws: int
    pool: int
    reasons: tuple[Note | None, ...]

    def why_empty(self, model: int, window: int, basket: int) -> list[Note]:
        """Why a cell that has a CAR has no p; nothing where it has one.

        Without a universe the reason is the whole study's, not the cell's.
        """
        if not self.reasons or np.isfinite(self.p[model, window, basket]):
            return []
        return [self.reasons[basket] or UNIVERSE_LACKS_DATES()]


def random_baskets_of(
    inputs: EventStudyInputs, found: tuple[Evidence, ...], frame: Frame
) -> RandomEvidence:
    """Draw baskets with each basket's size and weights and see where its CAR stands."""
    shape = (len(found), len(inputs.windows), len(inputs.baskets))
    p = np.full(shape, np.nan)
    if inputs.universe is None:
        return RandomEvidence(p, 0, 0, ())
    options = inputs.options
    cars = _universe_cars(inputs, inputs.universe, found, frame)
    draws = RandomBaskets(cars, inputs.universe.strata, options.random_baskets, options.seed)
    reasons: list[Note | None] = []
    for b, weights in enumerate(inputs.weights):
        if not draws.usable:
            reasons.append(UNIVERSE_LACKS_DATES())
            continue
        held = np.flatnonzero(weights)
        strata = inputs.universe.strata_of_names
        random = draws.of(
            weights[held] / weights[held].sum(), None if strata is None else strata[held]
        )
        if isinstance(random, Shortage):
            reasons.append(UNIVERSE_TOO_SMALL(available=random.available, wanted=random.wanted))
            continue
        own = np.concatenate([item.sums.car[:, b] for item in found])
        p[:, :, b] = two_sided_p(own, random).reshape(shape[:2])
        reasons.append(None)
    return RandomEvidence(p, options.random_baskets, draws.usable, tuple(reasons))


def _universe_cars(
    inputs: EventStudyInputs, universe: Universe, found: tuple[Evidence, ...], frame: Frame
) -> Floats:
    """(M, models x W) CARs of shares with every session of the window that the model knows."""
    columns = []
    for item in found:
        whole = (frame.windows & item.design.known).sum(axis=1)[:, None]
        fitted = estimate(
            item.design, universe.returns, frame.estimation, inputs.options.minimum_sessions
        )
        sums = cumulate(item.design, fitted, universe.returns, frame.windows)
        columns.append(np.where(sums.count == whole, sums.car, np.nan).T)
    return np.concatenate(columns, axis=1)
