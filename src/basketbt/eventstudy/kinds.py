"""Lists of a list's kind: as many shares, from the same industries or each among its nearest.

Who may be drawn is known before the window: a share needs returns in the estimation window and
nothing else. Shares that were delisted later are among them where the table of prices has them.
Draws are seeded by what is drawn (stratum, size of its pool, how many of it), so they do not hang
on which other lists stand in a study, and two lists that ask for the same get the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from basketbt.data.bars import Floats
from basketbt.engine.batch.draws import Rows, draw_names
from basketbt.eventstudy.models import Mask

# Redraws of lists that would hold a share twice; the odd list still left keeps it twice.
_REDRAWS = 200


@dataclass(frozen=True)
class Shortage:
    """A stratum whose pool is too small: fewer shares than the draws need from it."""

    stratum: int
    available: int
    needed: int


def in_pool(returns: Floats, sessions: Mask, minimum: int) -> Mask:
    """(M,) shares that can be drawn: at least ``minimum`` returns on the estimation sessions.

    ``returns`` (T, M) one-session returns, NaN where none; ``sessions`` (T,) of the estimation
    window. Nothing of the event window decides.
    """
    return np.asarray(np.isfinite(returns[sessions]).sum(axis=0) >= minimum)


def draw_of_kind(
    pool: Mask, strata: Rows, wanted: Rows, *, draws: int, seed: int, fewest: int = 1
) -> Rows | Shortage:
    """(draws, N) columns of random lists: the share in column j is of the stratum ``wanted[j]``.

    ``pool`` (M,) who may be drawn, ``strata`` (M,) codes, ``wanted`` (N,) the code of each of a
    list's shares. A list holds no share twice; each ordered choice is as likely. A stratum needs
    ``fewest`` shares in its pool for each that is drawn of it: the smallest part that falls short
    comes back as a ``Shortage``.
    """
    drawn = np.empty((draws, wanted.shape[0]), dtype=np.int64)
    for stratum in np.unique(wanted).tolist():
        members = np.flatnonzero(pool & (strata == stratum))
        asks = np.flatnonzero(wanted == stratum)
        if members.size < fewest * asks.size:
            return Shortage(stratum, int(members.size), fewest * int(asks.size))
        positions = draw_names(members.size, asks.size, draws, seed, stratum)
        drawn[:, asks] = members[positions]
    return drawn


def ranked(features: Floats) -> Floats:
    """(M, F) each feature as its rank in the pool, centred and scaled to unit variance.

    Ranks, because liquidity and volatility have long tails. ``features`` (M, F) without NaN; ties
    share their mean rank; a feature that is the same for all is 0.
    """
    ranks = np.empty_like(features)
    for column in range(features.shape[1]):
        _, place, count = np.unique(features[:, column], return_inverse=True, return_counts=True)
        ranks[:, column] = (np.cumsum(count) - (count - 1) / 2.0)[place]
    spread = ranks.std(axis=0)
    return np.asarray((ranks - ranks.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def complete_features(features: Floats, pool: Mask) -> Mask:
    """(F,) the features that every share of the pool has; the others are dropped for all of it."""
    return np.asarray(np.isfinite(features[pool]).all(axis=0))


def nearest(features: Floats, pool: Mask, strata: Rows, own: Rows, k: int) -> Rows | Shortage:
    """(N, k) columns of the shares nearest to each of a list's, itself the first of them.

    Among its own stratum's pool, by Euclidean distance of ``ranked`` features (ranked within the
    stratum's pool). ``features`` (M, F) measured before the window, without NaN in the pool;
    ``own`` (N,) columns of the list's shares, which are in the pool. Ties go to the lower column.
    """
    found = np.empty((own.shape[0], k), dtype=np.int64)
    for stratum in np.unique(strata[own]).tolist():
        members = np.flatnonzero(pool & (strata == stratum))
        if members.size < k:
            return Shortage(stratum, int(members.size), k)
        places = ranked(features[members])
        for j in np.flatnonzero(strata[own] == stratum).tolist():
            distance = ((places - places[members == own[j]]) ** 2).sum(axis=1)
            distance[members == own[j]] = -1.0
            found[j] = members[np.argsort(distance, kind="stable")[:k]]
    return found


def draw_nearest(neighbours: Rows, *, draws: int, seed: int) -> Rows:
    """(draws, N) columns: each share replaced by one of its neighbours (N, k), itself among them.

    A list that would hold a share twice is drawn again. Only where lists without repeats are so
    rare that none is found in 200 rounds (more shares than neighbours) does one keep it twice.
    """
    size, k = neighbours.shape
    random = np.random.default_rng([seed, size, k])
    columns = np.arange(size)
    drawn = neighbours[columns, random.integers(0, k, (draws, size))]
    asked = np.arange(draws)
    for _ in range(_REDRAWS):
        ordered = np.sort(drawn[asked], axis=1)
        asked = asked[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
        if not asked.size:
            break
        drawn[asked] = neighbours[columns, random.integers(0, k, (asked.size, size))]
    return drawn
