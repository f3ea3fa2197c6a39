"""What shares like those of a list did: the equal-weighted industry of each, outside all lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Peers:
    """The industries of N shares over T sessions.

    ``industry`` (N,) is "" where unknown. ``returns`` (T, N): the mean one-session return of the
    outside shares of a share's industry, rebalanced daily; NaN on a session without any, and
    throughout where there is none. ``outside`` (N,) counts those shares.
    """

    industry: tuple[str, ...]
    returns: Floats
    outside: NDArray[np.int64]

    def outside_of(self, held: NDArray[np.bool_]) -> int:
        """How many outside shares the industries of some of the N shares have together."""
        counts = {self.industry[n]: int(self.outside[n]) for n in np.flatnonzero(held)}
        return sum(counts.values())


def industry_peers(
    returns: Floats, industries: Sequence[str], inside: NDArray[np.bool_], own: Sequence[str]
) -> Peers:
    """The peers of N shares of the industries ``own`` ("" for unknown).

    ``returns`` (T, M) one-session returns of a market, NaN where none, of the ``industries`` (M,);
    ``inside`` (M,) marks shares that stand in a list and are no yardstick for one.
    """
    sessions = len(returns)
    names = np.array(industries, dtype=object)
    found = np.full((sessions, len(own)), np.nan)
    outside = np.zeros(len(own), dtype=np.int64)
    for industry in sorted({*own} - {""}):
        chosen = returns[:, (names == industry) & ~inside]
        chosen = chosen[:, np.isfinite(chosen).any(axis=0)]
        mine = np.array([one == industry for one in own])
        outside[mine] = chosen.shape[1]
        found[:, mine] = _mean(chosen)[:, None]
    return Peers(industry=tuple(own), returns=found, outside=outside)


def _mean(returns: Floats) -> Floats:
    """(T,) the mean of the returns that exist; NaN on a session without any."""
    known = np.isfinite(returns)
    number = known.sum(axis=1)
    total = np.where(known, returns, 0.0).sum(axis=1)
    return np.asarray(total / np.where(number > 0, number, np.nan))
