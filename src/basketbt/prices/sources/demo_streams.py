"""Where the invented market's chance comes from: one stream a name, and what all shares share.

A stream depends on the seed and its name alone, so nobody's prices depend on who else is asked
for. The common factors live on the days on which either exchange trades; a share sums them over
the days since its own last session, so Hong Kong's answer during a mainland holiday reaches
Shanghai on its next session.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from basketbt.market.calendars import calendar
from basketbt.prices.data import Dates, Floats

FIRST = np.datetime64("2023-01-03")
LAST = np.datetime64("2025-12-31")
TABLE = "demo"  # the table every row comes from, in notes and manifests

_MARKET_VOLATILITY = 0.010  # daily, of log returns
_SECTOR_VOLATILITY = 0.011
_MARKET_DRIFT = 0.0001

# Added to the sector's log return of the day: the shape of the weeks around DeepSeek's releases.
_NEWS = {
    "2024-12-27": 0.010,
    "2025-01-21": 0.022,
    "2025-01-22": 0.008,
    "2025-01-23": 0.004,
    "2025-01-24": 0.025,
    "2025-01-27": -0.008,
    "2025-02-05": 0.055,
    "2025-02-06": 0.045,
    "2025-02-07": 0.035,
    "2025-02-10": 0.020,
    "2025-02-11": -0.010,
}


def stream(seed: int, name: str) -> np.random.Generator:
    """The random stream of a name: PCG64, seeded with sha256 of seed and name."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


@dataclass(frozen=True)
class Factors:
    """Cumulated log returns of the whole market and of the AI sector beyond it, (U,) days."""

    days: Dates
    market: Floats
    sector: Floats

    def moves(self, sessions: Dates) -> tuple[Floats, Floats]:
        """(T,) log returns of market and sector from session to session; 0 on the first."""
        at = np.searchsorted(self.days, sessions)
        market, sector = self.market[at], self.sector[at]
        return np.diff(market, prepend=market[0]), np.diff(sector, prepend=sector[0])


def common_factors(seed: int) -> Factors:
    """The two factors of a seed over the whole period."""
    days = np.union1d(sessions_of("XSHG"), sessions_of("XHKG"))
    market = _centred(seed, "market", _MARKET_VOLATILITY, len(days)) + _MARKET_DRIFT
    sector = _centred(seed, "sector", _SECTOR_VOLATILITY, len(days))
    sector[np.searchsorted(days, np.array(list(_NEWS), "datetime64[D]"))] += list(_NEWS.values())
    return Factors(days, np.cumsum(market), np.cumsum(sector))


def _centred(seed: int, name: str, volatility: float, days: int) -> Floats:
    """Normal numbers that add up to nothing, so that no seed ends in a crash or a bubble."""
    drawn = volatility * stream(seed, name).standard_normal(days)
    centred: Floats = drawn - drawn.mean()
    return centred


def sessions_of(exchange: str) -> Dates:
    """All sessions of the invented period on the real calendar of an exchange."""
    return calendar(exchange).between(FIRST, LAST)
