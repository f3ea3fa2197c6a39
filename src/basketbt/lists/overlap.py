"""How much baskets have in common: two lists of one article are rarely two opinions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.lists.model import Basket
from basketbt.lists.weighting import Weighting
from basketbt.lists.weights import target_weights

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Square matrices over K baskets, in the order of ``ids``; all symmetric.

    ``common`` counts the shares that both hold (its diagonal: the size of each basket),
    ``jaccard`` is that count over the size of their union, and ``weight`` the part of the money
    that lies in the same shares, sum over shares of min(w_a, w_b).
    """

    ids: tuple[str, ...]
    common: NDArray[np.int64]
    jaccard: Floats
    weight: Floats


def overlap(baskets: Sequence[Basket], weights: Sequence[Floats]) -> Overlap:
    """The overlap of every pair of baskets; ``weights`` has one array (n,) a basket."""
    symbols = sorted({symbol for basket in baskets for symbol in basket.symbols})
    column = {symbol: position for position, symbol in enumerate(symbols)}
    members = np.zeros((len(baskets), len(symbols)), dtype=np.int64)
    money = np.zeros((len(baskets), len(symbols)))
    for row, basket in enumerate(baskets):
        columns = [column[symbol] for symbol in basket.symbols]
        members[row, columns] = 1
        money[row, columns] = weights[row]
    common = members @ members.T
    sizes = members.sum(axis=1)
    union = sizes[:, None] + sizes[None, :] - common
    return Overlap(
        ids=tuple(basket.id for basket in baskets),
        common=common,
        jaccard=common / union,
        weight=np.stack([np.minimum(money, row).sum(axis=1) for row in money]),
    )


def equal_overlap(baskets: Sequence[Basket]) -> Overlap:
    """The overlap of baskets that are all equally weighted."""
    equal = Weighting("equal")
    return overlap(
        baskets,
        [
            target_weights(one, equal, present=np.ones(len(one.constituents), dtype=np.bool_))
            for one in baskets
        ],
    )
