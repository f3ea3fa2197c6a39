"""Random streams that depend on the seed and a name only, never on what else is asked for."""

from __future__ import annotations

import hashlib

import numpy as np

from basketbt.prices.data import Dates, Floats
from basketbt.prices.sources.demo.story import FIRST, LAST, story_returns

MARKET_VOLATILITY, THEME_VOLATILITY = 0.009, 0.010


def stream(seed: int, name: str) -> np.random.Generator:
    """The generator of one name: PCG64 seeded by the sha256 of seed and name."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))


def common_returns(seed: int, days: Dates) -> tuple[Floats, Floats]:
    """(T,) log returns of the market and of the AI theme on some days of the demo's years.

    Drawn for every calendar day, so exchanges with different holidays share them by date.
    """
    every = np.arange(FIRST, LAST + 1)
    draws = stream(seed, "common").standard_normal((2, len(every)))
    market, theme = draws[:, np.searchsorted(every, days)]
    story_market, story_theme = story_returns(days)
    return MARKET_VOLATILITY * market + story_market, THEME_VOLATILITY * theme + story_theme
