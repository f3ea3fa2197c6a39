"""What happens in the invented market, by date. Real dates, invented moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from basketbt.prices.data import Dates, Floats

FIRST, LAST = np.datetime64("2023-01-03"), np.datetime64("2025-12-31")
DEFAULT_SEED = 20250120

# Securities that begin inside the demo's years; 301171.SZ late enough to miss most bases.
LISTED: Mapping[str, np.datetime64] = {
    "6682.HK": np.datetime64("2023-09-28"),
    "688692.SH": np.datetime64("2024-06-12"),
    "301171.SZ": np.datetime64("2025-02-12"),
}
# Closed intervals without trading; 301269.SZ is suspended through the event.
SUSPENDED: Mapping[str, tuple[np.datetime64, np.datetime64]] = {
    "301269.SZ": (np.datetime64("2025-01-23"), np.datetime64("2025-02-11")),
}
BOARDS_FROM = np.datetime64("2025-02-05")  # first session on which one-word limit boards appear


@dataclass(frozen=True)
class Episode:
    """Log return added on every day from ``first`` to ``last``: of the market, of the AI theme."""

    first: str
    last: str
    market: float = 0.0
    theme: float = 0.0


EPISODES: tuple[Episode, ...] = (
    Episode("2024-01-22", "2024-02-05", market=-0.012),
    Episode("2024-09-24", "2024-09-30", market=0.035),
    Episode("2024-10-09", "2024-10-11", market=-0.022),
    Episode("2024-12-27", "2024-12-30", theme=0.012),  # V3
    Episode("2025-01-21", "2025-01-24", theme=0.004),  # R1
    Episode("2025-01-27", "2025-01-27", theme=-0.015),  # shock in New York, day before
    Episode("2025-02-05", "2025-02-14", theme=0.022),  # reopening
    Episode("2025-02-24", "2025-03-14", theme=-0.008),
    Episode("2025-04-07", "2025-04-07", market=-0.07),
    Episode("2025-04-08", "2025-04-11", market=0.012),
)


@dataclass(frozen=True)
class IndexModel:
    """How an invented index moves: loadings on the market and the theme, and its first level.

    ``follows`` names the index whose own noise it shares, ``drift`` what it earns on top a year
    (dividends, for a total-return index). ``bare`` indexes publish closes only.
    """

    level: float
    market: float
    theme: float
    follows: str | None = None
    drift: float = 0.0
    bare: bool = False


INDEXES: Mapping[str, IndexModel] = {
    "000300.SH": IndexModel(3900.0, 0.9, 0.05),
    "H00300.CSI": IndexModel(5100.0, 0.9, 0.05, follows="000300.SH", drift=0.025, bare=True),
    "000985.CSI": IndexModel(4900.0, 1.0, 0.12),
    "000001.SH": IndexModel(3100.0, 0.8, 0.04),
    "399001.SZ": IndexModel(11000.0, 1.1, 0.2),
    "399006.SZ": IndexModel(2350.0, 1.3, 0.3),
    "000688.SH": IndexModel(960.0, 1.25, 0.5),
    "930713.CSI": IndexModel(1500.0, 1.2, 1.0),
    "931071.CSI": IndexModel(1800.0, 1.2, 0.9),
}
OTHER_INDEX = IndexModel(1000.0, 1.0, 0.2)


def story_returns(days: Dates) -> tuple[Floats, Floats]:
    """(T,) log returns that the episodes add on each day: of the market and of the theme."""
    market, theme = np.zeros(len(days)), np.zeros(len(days))
    for episode in EPISODES:
        during = (days >= np.datetime64(episode.first)) & (days <= np.datetime64(episode.last))
        market[during] += episode.market
        theme[during] += episode.theme
    return market, theme
