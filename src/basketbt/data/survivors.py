"""Whether the pool that random baskets are drawn from holds shares that were delisted since.

A market that was collected at its end knows none that left before. Baskets drawn from it had the
luck to live, which flatters what a list is compared with.
"""

from __future__ import annotations

import numpy as np

from basketbt.data.bars import UniverseCloses
from basketbt.notes import Note, NoteKind

SURVIVORS_ONLY = NoteKind("pool_survivors_only")
POOL_ENDED = NoteKind("pool_ended")

#: Sessions of the first year, and how long before the end a share's last price lies when it ended:
#: a month, longer than most suspensions.
_YEAR, _MONTH = 243, 20
#: Fewer ends than this part of the shares a year are suspensions: the exchanges delisted 0.5 to 1 %
#: of all shares in each year from 2020 to 2024.
_FEWEST = 0.0025


def survivorship(universe: UniverseCloses) -> Note:
    """How many of the shares that had prices in the first year of the days at hand end early."""
    priced = np.isfinite(universe.close)
    first = int(priced[:_YEAR].any(axis=0).sum())
    ended = int((priced[:_YEAR].any(axis=0) & ~priced[-_MONTH:].any(axis=0)).sum())
    kind = POOL_ENDED if ended > first * _FEWEST * len(priced) / _YEAR else SURVIVORS_ONLY
    return kind(
        count=len(universe.symbols),
        first=first,
        ended=ended,
        since=str(universe.dates[0]),
        last=str(universe.dates[-1]),
    )
