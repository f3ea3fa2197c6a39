"""Where the prices of an exchange end: at the last row of any of its shares in the table.

A share without a row up to that day is suspended and carried; after it nothing is known. The last
row of a share itself says neither: a suspended share has no row and is no late file. The levels of
an index do not count, for they go on beside shares whose export is late.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from basketbt.data.bars import Bars, MarketData

#: By table and calendar.
Ends = Mapping[tuple[str, str], np.datetime64]


def share_ends(bars: Bars) -> dict[tuple[str, str], np.datetime64]:
    """The last row of any share, by table and calendar. Rows may be in any order."""
    return _ends(bars, indexes=False)


def index_ends(bars: Bars) -> dict[tuple[str, str], np.datetime64]:
    """The last row of any index, by table and calendar."""
    return _ends(bars, indexes=True)


def known_ends(data: MarketData) -> dict[tuple[str, str], np.datetime64]:
    """The last day of shares by table and calendar: of the rows at hand, and of those that the
    source knows of besides."""
    ends = share_ends(data.bars)
    for key, day in data.ends.items():
        ends[key] = max(ends.get(key, day), day)
    return ends


def _ends(bars: Bars, *, indexes: bool) -> dict[tuple[str, str], np.datetime64]:
    ends: dict[tuple[str, str], np.datetime64] = {}
    for number, (symbol, table) in enumerate(zip(bars.parsed, bars.tables, strict=True)):
        dates = bars.dates[bars.own(number)]
        if dates.size and (symbol.kind == "index") == indexes:
            key, last = (table, symbol.calendar), dates.max()
            ends[key] = max(ends.get(key, last), last)
    return ends
