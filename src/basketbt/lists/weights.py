"""From a basket to its weights: pure functions of the basket and of arrays beside it.

Inside each block a share's weight is proportional to its score (1, its stance, its market value,
...) times the number of brokers that name it; the blocks then take their shares of the whole. A
share that is absent loses its weight to the rest of its block, pro rata; an empty block loses its
share to the other blocks, pro rata. A share in several blocks gets the sum.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from basketbt.errors import InfeasibleWeights
from basketbt.lists.model import Basket, Block
from basketbt.lists.weighting import Weighting
from basketbt.notes import message

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

CAP_TOLERANCE = 1e-12  # a cap of exactly 1/n is feasible in floating point too


def target_weights(
    basket: Basket,
    weighting: Weighting,
    *,
    present: Mask,
    volatility: Floats | None = None,
    market_cap: Floats | None = None,
) -> Floats:
    """Target weight of every constituent, shape (n,): 0 where absent, sum 1 over the present.

    Args:
        present: (n,) which constituents take part.
        volatility: (n,) annual volatility over the estimation window (``inverse_volatility``).
        market_cap: (n,) total or tradable market value in one currency, as the kind asks
            (``market_cap``, ``tradable_cap``).

    Raises:
        InfeasibleWeights: nobody is present, an input is missing for a present constituent (all
            of them are named), the list gives no weights, or the cap is below 1/n.
    """
    count = len(basket.constituents)
    if present.shape != (count,):
        raise ValueError(f"present has shape {present.shape}, {basket.id} has {count} names")
    if not present.any():
        raise InfeasibleWeights(
            basket=basket.id, why=message("why-none-of-its-names-is", count=count)
        )
    votes = [constituent.votes for constituent in basket.constituents]
    base = _values(basket, weighting, present, volatility, market_cap) * votes * present
    weights = np.zeros(count)
    for block in basket.blocks:
        members = list(block.members)
        scores = _scores(basket, block, weighting, base[members])
        if scores.any():
            weights[members] += block.share * scores / scores.sum()
    weights /= weights.sum()
    if weighting.cap is not None:
        weights = cap_weights(weights, weighting.cap, basket=basket.id)
    return weights


def cap_weights(weights: Floats, cap: float, *, basket: str = "weights") -> Floats:
    """Hold every weight at or below ``cap``; the excess goes to the others, pro rata.

    Offenders are set to the cap and the rest scaled up until nobody offends, so among the others
    proportions are kept. Shape (n,) in and out; the sum is kept; zeros stay zero.

    Raises ``InfeasibleWeights`` if the cap times the number of positive weights is below the sum.
    """
    total = float(weights.sum())
    positive = weights > 0
    if cap * positive.sum() < total - CAP_TOLERANCE:
        least = total / positive.sum()
        why = message("why-a-cap-of-on-names", cap=cap, positive=positive.sum(), least=least)
        raise InfeasibleWeights(basket=basket, why=why)
    capped = np.zeros(weights.shape, dtype=np.bool_)
    scaled = weights
    while (offenders := positive & ~capped & (scaled > cap)).any():
        capped |= offenders
        free = positive & ~capped
        if not free.any():
            return np.where(positive, total / positive.sum(), 0.0)
        scale = (total - cap * capped.sum()) / weights[free].sum()
        scaled = np.where(capped, cap, weights * scale)
    return scaled


def _values(
    basket: Basket,
    weighting: Weighting,
    present: Mask,
    volatility: Floats | None,
    market_cap: Floats | None,
) -> Floats:
    """(n,) what a market-based weighting is proportional to; ones for the others."""
    if weighting.kind == "inverse_volatility":
        return 1.0 / _known(basket, "volatility", volatility, present)
    if weighting.kind in ("market_cap", "tradable_cap"):
        return _known(basket, weighting.kind, market_cap, present)
    return np.ones(len(basket.constituents))


def _known(basket: Basket, name: str, values: Floats | None, present: Mask) -> Floats:
    """``values`` with 1 where absent, once every present one is a positive number."""
    words = name.replace("_", " ")
    if values is None:
        why = message("why-is-not-known-here-it", words=words)
        raise InfeasibleWeights(basket=basket.id, why=why)
    bad = present & ~(np.isfinite(values) & (values > 0))
    if bad.any():
        symbols = ", ".join(np.array(basket.symbols)[bad])
        raise InfeasibleWeights(
            basket=basket.id, why=message("why-no-is-known-for", words=words, symbols=symbols)
        )
    return np.where(present, values, 1.0)


def _scores(basket: Basket, block: Block, weighting: Weighting, base: Floats) -> Floats:
    """(m,) what each member's weight in the block is proportional to.

    ``base`` is (m,): votes times value, 0 where absent.
    """
    if weighting.kind == "stance":
        scores = [
            weighting.recommend if place.stance == "recommend" else weighting.watch
            for place in block.places
        ]
        return base * scores
    if weighting.kind == "given":
        given = [place.weight for place in block.places if place.weight is not None]
        if len(given) < len(block.places):
            raise InfeasibleWeights(basket=basket.id, why=message("why-its-lists-give-no-weights"))
        return base * given
    if weighting.kind == "by_segment":
        segments = [place.segment for place in block.places]
        sums: Counter[str | None] = Counter()
        for segment, amount in zip(segments, base, strict=True):
            sums[segment] += amount
        return np.array([b and b / sums[s] for s, b in zip(segments, base, strict=True)])
    return base
