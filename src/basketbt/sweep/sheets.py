"""What a grid computes: sheets of baskets that share prices, dates and rule.

A job is plain arrays and tuples: it can be sent to another process or machine as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from basketbt.data.bars import Dates, Floats
from basketbt.engine.batch.draws import draw_names
from basketbt.engine.batch.engine import GridStatistics, Yardstick, grid_statistics
from basketbt.engine.holding_periods import IndexMarket, LateListing, make_market
from basketbt.engine.kernel import Holdings, Retargets
from basketbt.engine.rebalance import Rebalance


@dataclass(frozen=True, kw_only=True, eq=False)
class PriceTable:
    """T sessions x N names: total-return prices, and where a name is delisted."""

    sessions: Dates
    prices: Floats
    delisted: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A window of the study and how many sessions late its basket is bought."""

    window: tuple[int, int]
    delay: int

    @property
    def end(self) -> int:
        """The row of its last session, counted from the base."""
        return self.window[1] - self.window[0] - self.delay + 1


@dataclass(frozen=True)
class ListedBasket:
    """A list, or a list without one of its shares, under one weighting."""

    basket: str
    weighting: str
    cap: float | None
    left_out: str | None = None
    published: bool = False  # weighted as the study itself weights it


@dataclass(frozen=True, eq=False)
class Listed:
    """Baskets made of lists, with (B, N) weights over the table's names, and what resets set in
    their place where market values weigh."""

    baskets: tuple[ListedBasket, ...]
    weights: Floats
    later: Retargets | None

    def __len__(self) -> int:
        return len(self.baskets)

    def rows(self, part: slice) -> Holdings:
        return Holdings(self.weights[part], later=self.later and self.later.rows(part))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Equal baskets of ``size`` names drawn from the ``pool`` (P,) of a table's columns."""

    size: int
    draws: int
    seed: int
    pool: NDArray[np.int32]

    def __len__(self) -> int:
        return self.draws

    def rows(self, part: slice) -> Holdings:
        places = draw_names(len(self.pool), self.size, part.stop, self.seed, first=part.start)
        return Holdings(np.full(places.shape, 1.0 / self.size), self.pool[places])


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """Baskets bought at one close of one table under one rule.

    ``base`` is the table's row of that close; every basket is measured over every span at every
    cost, with a ``yardstick`` from the base on. ``published``: event, rule and late listing are the
    study's own.
    """

    event: str
    day_zero: str
    table: int
    base: int
    rebalance: Rebalance
    late_listing: LateListing
    spans: tuple[Span, ...]
    costs: tuple[float, ...]
    yardstick: Yardstick
    baskets: Listed | Drawn
    published: bool

    @property
    def variants_each(self) -> int:
        """Results of one basket."""
        return len(self.spans) * len(self.costs)

    @property
    def variants(self) -> int:
        """Results of all baskets."""
        return len(self.baskets) * self.variants_each

    @property
    def sessions(self) -> int:
        """Rows of prices, the base included."""
        return max(span.end for span in self.spans) + 1


@dataclass(frozen=True, kw_only=True, eq=False)
class GridJob:
    """All sheets of a grid and the tables of prices that they stand on."""

    tables: tuple[PriceTable, ...]
    sheets: tuple[Sheet, ...]

    @property
    def variants(self) -> int:
        """Results of the whole grid."""
        return sum(sheet.variants for sheet in self.sheets)

    def first_variant(self, number: int) -> int:
        """The number of a sheet's first row of results."""
        return sum(sheet.variants for sheet in self.sheets[:number])

    @property
    def listed(self) -> int:
        """Those of lists; the others are of random baskets."""
        return sum(s.variants for s in self.sheets if isinstance(s.baskets, Listed))


@dataclass(frozen=True, order=True)
class Block:
    """Baskets ``first`` to ``stop`` - 1 of a sheet: what is computed and stored at once."""

    sheet: int
    first: int
    stop: int


def compute(job: GridJob, block: Block, threads: int = 1) -> GridStatistics:
    """The statistics of a block's baskets. The same bytes wherever and with whatever it runs."""
    sheet = job.sheets[block.sheet]
    return grid_statistics(
        _market(job, block.sheet),
        sheet.baskets.rows(slice(block.first, block.stop)),
        sheet.yardstick,
        ends=[span.end for span in sheet.spans],
        costs=sheet.costs,
        threads=threads,
    )


# Blocks of a sheet come one after another: one market at a time is all that is worth keeping.
@lru_cache(maxsize=1)
def _market(job: GridJob, number: int) -> IndexMarket:
    sheet = job.sheets[number]
    table = job.tables[sheet.table]
    rows = slice(sheet.base, sheet.base + sheet.sessions)
    return make_market(
        table.prices[rows],
        sheet.rebalance,
        sessions=table.sessions[rows],
        late_listing=sheet.late_listing,
        delisted=table.delisted[rows],
    )
