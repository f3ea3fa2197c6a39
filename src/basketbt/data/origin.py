"""Where a result's prices are from, in one sentence that every output repeats."""

from __future__ import annotations

from collections.abc import Iterable

from basketbt.data.bars import MarketData
from basketbt.data.panel import PricePanel
from basketbt.notes import Note, NoteKind, listing

OWN_TABLES = NoteKind("prices_of_own_tables")
VENDORS = NoteKind("prices_of_vendors")
_KINDS = {"auto": VENDORS, "akshare": VENDORS, "yfinance": VENDORS}


def origin_of(data: MarketData, panels: Iterable[PricePanel]) -> Note:
    """The source, its tables or vendors, and the days that were laid out in ``panels``.

    A source that knows better (the sample of record) says so itself.
    """
    if data.origin is not None:
        return data.origin
    used = list(panels)
    kind = _KINDS.get(data.source, OWN_TABLES)
    return kind(
        tables=listing(sorted({table for panel in used for table in panel.tables}) or ["–"]),
        first=str(min(panel.sessions[0] for panel in used)),
        last=str(max(panel.sessions[-1] for panel in used)),
    )
