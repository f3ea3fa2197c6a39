"""How often the interval of `pooled.csv` misses a mean that is zero, by simulation.

Days p are drawn at random from T sessions; lists share daily market shocks of 1 % and have 2 % of
their own. Beside it the interval that takes lists of different days for independent. Run
`python tools/pooled_size.py`; the result stands in docs/decisions/0017-lists-of-many-days.md.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from basketbt.metrics.pooling import pooled_mean

#: Days p, sessions they are drawn from, horizon, lists a day.
SETTINGS = (
    (60, 240, 1, 1), (60, 240, 5, 1), (60, 240, 20, 1), (60, 240, 60, 1), (20, 120, 20, 3),
    (10, 240, 20, 3), (100, 700, 20, 2), (100, 700, 60, 2), (4, 200, 20, 3),
)  # fmt: skip
REPETITIONS = 3000


def rates(days: int, sessions: int, length: int, lists: int) -> tuple[float, float]:
    """The part of repetitions in which each of the two intervals misses zero."""
    draws, missed, naive = np.random.default_rng(1), 0, 0
    for _ in range(REPETITIONS):
        when = np.sort(draws.choice(sessions, days, replace=False))
        walk = np.concatenate([[0.0], draws.normal(0, 0.01, sessions + length).cumsum()])
        place = np.repeat(when, lists)
        own = draws.normal(0, 0.02, len(place)) * length**0.5
        values = walk[place + length] - walk[place] + own
        found = pooled_mean(values, place, length)
        missed += not found.low <= 0.0 <= found.high
        sums = (values - values.mean()).reshape(days, lists).sum(axis=1)
        spread = np.sqrt((sums**2).sum() * days / (days - 1)) / len(values)
        naive += abs(values.mean()) > t.ppf(0.975, days - 1) * spread
    return missed / REPETITIONS, naive / REPETITIONS


if __name__ == "__main__":
    print("| days p | of sessions | horizon | lists a day | interval | clustered by day alone |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for setting in SETTINGS:
        ours, alone = rates(*setting)
        print("| " + " | ".join(map(str, setting)) + f" | {ours:.1%} | {alone:.1%} |")
